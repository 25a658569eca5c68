"""The fit of what reads question and statement together: it learns, and what it writes is what it learnt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from corpus import Settings, adapted, stored_fit
from corpus.library import verifying
from corpus.library.embedding import Embedder
from evals import fit_verifying
from evals.fit_answering import Page
from evals.fit_verifying import Student, _loss, _wrong, asked
from evals.low_rank import load_model

NAMES = ["Ada", "Ben", "Cleo", "Dora"]


def riddles(manual: int) -> Page:
    """A page that cannot be answered by what words mean, only by what was learnt: 'who' asks for the third line."""
    return Page(
        [f"{name} stands beside the press." for name in NAMES], ["Who holds the key?", "谁有钥匙"], [2, 2], manual
    )


def test_it_learns_and_what_it_writes_is_what_it_learnt(
    models: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_verifying, "_WARM", 1)
    (folder,) = models.iterdir()
    fit = stored_fit()
    assert fit
    model = adapted(load_model(str(folder)).float(), fit.adapter)
    every = asked(model, fit, [riddles(0), riddles(1)])
    student = Student(model, seed=0)
    told = list(student.learn(every * 20, seed=0))
    assert len(told) == 1
    assert student.right(every) == 1.0

    student.fit("multilingual-e5-small", fit).write(tmp_path / "fit.npz")
    monkeypatch.setattr(verifying, "_FILE", tmp_path / "fit.npz")
    verifying.stored_pair_fit.cache_clear()
    try:
        verifier = verifying.Verifier(Embedder(settings.model_copy(update={"embedding_precision": "fp32"})))
        pairs = [(every[0].question, text) for text in (every[0].answer, *every[0].own)]
        odds = verifier.odds(every[0].question, [text for _, text in pairs])
    finally:
        verifying.stored_pair_fit.cache_clear()
    with torch.inference_mode():
        learnt = student._odds(pairs).numpy()
    assert odds[0] > max(odds[1:])
    assert np.allclose(odds, learnt, atol=0.1)


def test_the_loss_wants_the_answer_before_the_others_and_about_nought() -> None:
    good, low, second, all_high = (
        float(_loss(torch.tensor([*odds, 1.0, -9.0]), [3, 2]))
        for odds in ([9.0, -9.0, -9.0], [-3.0, -9.0, -9.0], [1.0, 9.0, -9.0], [9.0, 5.0, 5.0])
    )
    assert good < low < second
    assert good < all_high


def test_the_nearer_a_statement_the_sooner_it_is_drawn() -> None:
    texts = [str(i) for i in range(6)]
    near = np.array([0.9, 0.1, 0.0, -0.1, -0.2, -0.3])
    one = fit_verifying.Asked("?", "!", 0.5, texts, near, ["other"], np.zeros(1))
    random = np.random.default_rng(0)
    drawn = [_wrong(one, random) for _ in range(50)]
    assert all(len(set(some)) == 3 and some[-1] == "other" for some in drawn)
    assert sum("0" in some for some in drawn) > 45 > sum("1" in some for some in drawn) > 0
