"""What every baseline is, and the chunks that three of them share with Millhand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from corpus import Corpus, normal_identifier

Mask = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a baseline points: a source and, where the format has pages, a page; `chunk` is its own name for it."""

    chunk: str
    source: str | None
    page: int | None
    score: float


class Baseline(Protocol):
    """A search to compare with; `skipped` are the sources that it cannot read."""

    skipped: tuple[str, ...]

    def search(self, query: str, *, models: Sequence[str], k: int) -> list[Hit]:
        """Return up to k hits, best first; `models` are the equipment models that Millhand limits this query to."""
        ...


class SameChunks:
    """The corpus's own passages, with the section path in front as Millhand embeds them."""

    def __init__(self, corpus: Corpus) -> None:
        self.passages = tuple(corpus.passages())
        self.ids = [passage.id for passage in self.passages]
        self.texts = ["\n".join(filter(None, [" > ".join(p.section), p.text])) for p in self.passages]
        self._models = [frozenset(map(normal_identifier, p.models)) for p in self.passages]

    def within(self, models: Sequence[str]) -> Mask | None:
        """Say which passages Millhand's scope leaves: those for one of the models and the plant-wide ones."""
        if not models:
            return None
        wanted = {normal_identifier(model) for model in models}
        return np.fromiter((not own or bool(own & wanted) for own in self._models), bool, len(self._models))

    def best(self, scores: Scores, mask: Mask | None, k: int) -> list[Hit]:
        """Return the k passages with the highest score above minus infinity, inside the mask, best first."""
        if mask is not None:
            scores = np.where(mask, scores, -np.inf)
        top = np.argsort(-scores, kind="stable")[:k]
        return [self._hit(int(i), float(scores[i])) for i in top if scores[i] > -np.inf]

    def _hit(self, i: int, score: float) -> Hit:
        passage = self.passages[i]
        return Hit(str(passage.id), passage.place.source, passage.place.page, round(score, 6))
