"""What any passage of the library is like to a query: how near it is anyway, and where the other language lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from corpus.domain import Language
from corpus.library.embedding import Vectors

_TELLING = 10  # passages of one language
_NEAR = 0.02  # deviation of cosines where there are too few passages to tell


class Backdrop:
    """A sample of the library's passages, made once for each state of it: their languages and vectors."""

    def __init__(self, languages: Sequence[str], vectors: Vectors) -> None:
        self._vectors = vectors
        of = np.array(languages, dtype=str)
        self._own: Mapping[Language, Vectors] = {one: vectors[of == one] for one in ("zh", "en")} if len(of) else {}
        chinese, english = (self._own.get(one, vectors) for one in ("zh", "en"))
        both = min(len(chinese), len(english)) >= _TELLING
        self._across = chinese.mean(axis=0) - english.mean(axis=0) if both else None

    @property
    def languages(self) -> frozenset[Language]:
        """The languages that any of the passages are in."""
        return frozenset(one for one, vectors in self._own.items() if len(vectors))

    def level(self, language: Language, vector: Vectors) -> tuple[float, float]:
        """Return the mean and deviation of a query's cosine over the passages in a language."""
        own = self._own.get(language, self._vectors)
        sample = own if len(own) >= _TELLING else self._vectors
        if not len(sample):
            return 0.0, _NEAR
        cosines = sample @ vector
        deviation = float(cosines.std()) if len(sample) >= _TELLING else _NEAR
        return float(cosines.mean()), max(deviation, _NEAR / 2)

    def moved(self, across: Vectors, own: Vectors) -> list[Vectors]:
        """Return a query's vector for the other language where that one's passages lie; none without such passages.

        What tells the languages apart is about one direction of the space. Along it the vector is moved to where the
        query's own would lie if it were reflected, so that the passages of the other language lie as near as those of
        its own did: the index then brings the best of them.
        """
        apart = self._across
        return [] if apart is None else [across - apart * ((own + across) @ apart) / (apart @ apart)]
