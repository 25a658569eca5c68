"""Retrieval metrics over ranked places."""

from __future__ import annotations

import math
from collections.abc import Sequence

from evals.sets import Gold

Hit = tuple[str | None, int | None]
"""(source, page) of a hit, best first."""


def relevance(hits: Sequence[Hit], gold: Sequence[Gold]) -> list[int | None]:
    """Return for each hit the index of the gold place that it finds, each place once, at its best rank."""
    found: set[int] = set()
    marks: list[int | None] = []
    for source, page in hits:
        match = next(
            (
                i
                for i, place in enumerate(gold)
                if i not in found and place.source == source and place.page in (None, page)
            ),
            None,
        )
        if match is not None:
            found.add(match)
        marks.append(match)
    return marks


def distinct_places(hits: Sequence[Hit], gold: Sequence[Gold]) -> list[Hit]:
    """Count several chunks of one page once, and of one source where the gold names no page."""
    whole = {place.source for place in gold if place.page is None}
    seen: dict[Hit, None] = {}
    for source, page in hits:
        seen.setdefault((source, None if source in whole else page))
    return list(seen)


def relevance_of(hits: Sequence[Hit], gold: Sequence[Gold]) -> list[bool]:
    """Say for each distinct place of the hits, best first, whether it is gold."""
    return [mark is not None for mark in relevance(distinct_places(hits, gold), gold)]


def retrieval_metrics(hits: Sequence[Hit], gold: Sequence[Gold]) -> dict[str, float]:
    """Return hit@1, hit@5, recall@5, mrr@10 and ndcg@10 (binary gain) of one question."""
    marks = relevance_of(hits, gold)
    first = next((rank for rank, mark in enumerate(marks[:10], start=1) if mark), None)
    gain = sum(1 / math.log2(rank + 1) for rank, mark in enumerate(marks[:10], start=1) if mark)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(gold), 10) + 1))
    return {
        "hit@1": float(any(marks[:1])),
        "hit@5": float(any(marks[:5])),
        "recall@5": sum(marks[:5]) / len(gold),
        "mrr@10": 1 / first if first else 0.0,
        "ndcg@10": gain / ideal,
    }
