"""Cosine over the vectors that Millhand stored: the same model, the same chunks, exact instead of by graph."""

from __future__ import annotations

from collections.abc import Sequence

from corpus import Corpus
from evals.baselines.base import Hit, SameChunks


class Dense:
    """The dense baseline."""

    skipped: tuple[str, ...] = ()

    def __init__(self, corpus: Corpus, chunks: SameChunks) -> None:
        self._corpus = corpus
        self._chunks = chunks
        self._vectors = corpus.passage_vectors(chunks.ids)

    def search(self, query: str, *, models: Sequence[str], k: int) -> list[Hit]:
        if not query.strip() or not len(self._vectors):
            return []
        scores = self._vectors @ self._corpus.embed_query(query)
        return self._chunks.best(scores, self._chunks.within(models), k)
