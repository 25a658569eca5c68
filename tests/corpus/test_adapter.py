"""Low-rank changes to an embedding model: made in a copy, layer by layer, with the vocabulary shared."""

from __future__ import annotations

import numpy as np
import pytest

from corpus import Settings
from corpus.library.adapter import Adapter, adapted, layers
from corpus.library.embedding import Embedder

LAYER = "encoder.layer.3.attention.self.value"


@pytest.fixture
def embedder(settings: Settings) -> Embedder:
    return Embedder(settings)


def changes(name: str) -> Adapter:
    random = np.random.default_rng(0)
    return {
        f"{name}.down": random.normal(size=(4, 384)).astype(np.float16),
        f"{name}.up": random.normal(size=(384, 4)).astype(np.float16),
    }


def test_the_layers_of_every_block_can_be_changed(embedder: Embedder) -> None:
    found = layers(embedder._model())
    assert len(found) == 12 * 6
    assert LAYER in found


def test_only_what_is_named_is_changed_and_the_model_stays_as_it_is(embedder: Embedder) -> None:
    model = embedder._model()
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    adapter = changes(LAYER)
    changed = dict(adapted(model, adapter).named_parameters())
    for name, weight in model.named_parameters():
        assert weight.equal(before[name])
        assert changed[name].equal(weight) == (not name.endswith(f"{LAYER}.weight"))
    (name,) = (name for name in before if name.endswith(f"{LAYER}.weight"))
    wanted = before[name].detach().float().numpy() + adapter[f"{LAYER}.up"].astype(np.float32) @ adapter[
        f"{LAYER}.down"
    ].astype(np.float32)
    assert np.allclose(changed[name].detach().float().numpy(), wanted, rtol=0.01, atol=0.05)


def test_the_vocabulary_is_held_once(embedder: Embedder) -> None:
    model = embedder._model()
    tables = [
        next(weight for name, weight in one.named_parameters() if "word_embeddings" in name)
        for one in (model, adapted(model, changes(LAYER)))
    ]
    assert tables[0] is tables[1]


def test_an_adapted_embedder_has_vectors_of_its_own(embedder: Embedder) -> None:
    other = embedder.adapted(changes(LAYER))
    assert other.name == embedder.name
    cosine = float(embedder.query("belt tension") @ other.query("belt tension"))
    assert cosine < 0.999
    assert np.allclose(embedder.query("belt tension") @ embedder.query("belt tension"), 1, atol=0.02)


def test_an_adapter_for_other_layers_is_not_taken(embedder: Embedder) -> None:
    with pytest.raises(KeyError):
        adapted(embedder._model(), changes("encoder.layer.99.attention.self.value"))
