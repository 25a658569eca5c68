"""Low-rank changes to the layers of an embedding model (LoRA) that learn, while its own weights stay as they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers import SentenceTransformer
from torch.nn.functional import normalize

from corpus import layers

_RANK, _SCALE = 16, 2.0  # of the changes, and by what they are multiplied
_TOKENS = 2048  # that the model reads at once
RATE, DECAY = 5e-4, 0.01  # by which changes learn, and their weight decay


class LowRank:
    """Changes to every layer of a model that `corpus.layers` names; at first they change nothing."""

    def __init__(self, model: Any, random: torch.Generator) -> None:
        model.requires_grad_(False).eval()
        self._down, self._up = {}, {}
        for name, layer in layers(model).items():
            size_out, size_in = layer.weight.shape
            down = torch.randn((_RANK, size_in), generator=random) / math.sqrt(size_in)
            self._down[name], self._up[name] = down.requires_grad_(), torch.zeros((size_out, _RANK), requires_grad=True)
            layer.register_forward_hook(_changing(self._down[name], self._up[name]))

    @property
    def parameters(self) -> list[torch.Tensor]:
        """What learns."""
        return [*self._down.values(), *self._up.values()]

    def adapter(self) -> dict[str, npt.NDArray[np.float32]]:
        """Return what was learnt as `corpus.library.adapter` takes it."""
        learnt = {}
        for layer in self._down:
            learnt[f"{layer}.down"] = self._down[layer].detach().numpy()
            learnt[f"{layer}.up"] = _SCALE * self._up[layer].detach().numpy()
        return learnt


def load_model(source: str) -> Any:
    """Load a model to learn with, in bf16 where the processor multiplies it."""
    model = SentenceTransformer(source, device="cpu")
    if torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported():
        model = model.to(torch.bfloat16)
    return model


def embed(model: Any, texts: Sequence[str] | Sequence[tuple[str, str]], prompt: str = "") -> torch.Tensor:
    """Embed texts, or pairs of texts that are read as one, those of a length together.

    Returns (len(texts), dimension), each of length 1. `prompt` is the name of what the model wants before a text.
    """
    before = model.prompts.get(prompt, "")
    prompted = [before + text if isinstance(text, str) else text for text in texts]
    lengths = [len(ids) for ids in model.tokenizer(prompted, truncation=True)["input_ids"]]
    order = sorted(range(len(texts)), key=lambda i: -lengths[i])
    made, at = [], 0
    while at < len(order):
        group = order[at : at + max(1, _TOKENS // lengths[order[at]])]
        features = model.preprocess([prompted[i] for i in group])
        made.append(model(features)["sentence_embedding"].float())
        at += len(group)
    place = torch.empty(len(order), dtype=torch.long)
    place[torch.tensor(order)] = torch.arange(len(order))
    return normalize(torch.cat(made), dim=1)[place]


def _changing(down: torch.Tensor, up: torch.Tensor) -> Any:
    def changed(_: object, given: tuple[torch.Tensor], made: torch.Tensor) -> torch.Tensor:
        (x,) = given
        return made + _SCALE * (x @ down.T.to(x.dtype)) @ up.T.to(x.dtype)

    return changed
