"""Which of a machine's metrics a question names, in whichever language either is written."""

from __future__ import annotations

from collections.abc import Sequence

from corpus import Corpus, content_words, index_tokens

_CLOSE = 0.84  # cosine by which a metric is what a question in other words speaks of
_AHEAD = 0.015  # ... and by how much it has to be closer than the next


def named_metrics(corpus: Corpus, query: str, metrics: Sequence[str]) -> list[str]:
    """Return the metrics that a question names best, the best first; all of them where it names none."""
    wanted = {*content_words(query), *corpus.translated(query)}
    common = set.intersection(*(set(index_tokens(metric)) for metric in metrics)) if len(metrics) > 1 else set()
    held = {metric: len((wanted - common) & set(index_tokens(metric))) for metric in metrics}
    most = max(held.values(), default=0)
    if most:
        return [metric for metric in metrics if held[metric] == most]
    if len(metrics) > 1:
        near = sorted(zip(corpus.similar(query, metrics), metrics, strict=True), reverse=True)
        if near[0][0] >= _CLOSE and near[0][0] - near[1][0] >= _AHEAD:
            return [near[0][1]]
    return list(metrics)
