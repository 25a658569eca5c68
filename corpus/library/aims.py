"""Where a query lies among the vectors: for passages in its own language, and for those in the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from corpus.domain import Language
from corpus.library.backdrop import Backdrop
from corpus.library.embedding import Embedder, Vectors

_NEARER = 0.2  # deviations
SMALL = 20_000
"""Passages up to which a query is embedded twice, a third longer than once, and statements are read.

In a larger library one would feel it.
"""


@dataclass(frozen=True, slots=True)
class Aims:
    """The vectors of a query, of length 1, by the language of the passages that they are compared with.

    `directions` are those by which the index brings passages: the query's own, then one for the other language.
    `across` is the other language where that has a vector of its own.
    """

    vectors: dict[Language, Vectors]
    directions: tuple[Vectors, ...]
    across: Language | None = None

    def levels(self, backdrop: Backdrop) -> dict[str, tuple[float, float]]:
        """Return the mean and deviation of the cosines over the library's passages, by their language.

        Those in the other language, which hold the query's terms twice over, have to be a little nearer.
        """
        levels = {language: backdrop.level(language, vector) for language, vector in self.vectors.items()}
        return {
            language: (mean + _NEARER * deviation if language == self.across else mean, deviation)
            for language, (mean, deviation) in levels.items()
        }


def aims(
    text: str, language: Language, otherwise: Iterable[str], backdrop: Backdrop, embedder: Embedder, size: int
) -> Aims:
    """Embed a query for a library of `size` passages; `otherwise` are its terms as the other language has them.

    For passages in the other language its terms there are embedded too: they lie nearer to the terms than to the query.
    Not so in a large library.
    """
    other: Language = "en" if language == "zh" else "zh"
    said = " ".join(dict.fromkeys(otherwise)) if size <= SMALL and other in backdrop.languages else ""
    if said:
        own, translated = embedder.queries((text, said))
        across = (own + translated) / np.linalg.norm(own + translated)
    else:
        own = across = embedder.query(text)
    apart = other if said and language in backdrop.languages else None
    directions = [own, *backdrop.moved(across, own)] if language in backdrop.languages else [across]
    return Aims({language: own, other: across}, tuple(directions), apart)
