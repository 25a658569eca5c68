"""Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009) of other baselines, with their k = 60."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evals.baselines.base import Baseline, Hit

_K = 60
_DEPTH = 100  # taken from each list


class ReciprocalRank:
    """The fusion baseline."""

    skipped: tuple[str, ...] = ()

    def __init__(self, parts: Sequence[Baseline]) -> None:
        self._parts = parts

    def search(self, query: str, *, models: Sequence[str], k: int) -> list[Hit]:
        scores: dict[str, float] = {}
        hits: dict[str, Hit] = {}
        for part in self._parts:
            for rank, hit in enumerate(part.search(query, models=models, k=_DEPTH), start=1):
                scores[hit.chunk] = scores.get(hit.chunk, 0.0) + 1 / (_K + rank)
                hits.setdefault(hit.chunk, hit)
        best = sorted(scores, key=lambda chunk: -scores[chunk])[:k]
        return [replace(hits[chunk], score=round(scores[chunk], 6)) for chunk in best]
