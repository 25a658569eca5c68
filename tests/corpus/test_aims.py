"""Where a query lies for passages of each language: its terms in the other one are embedded too, in small libraries."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from corpus.domain import Language
from corpus.library.aims import aims
from corpus.library.backdrop import Backdrop
from corpus.library.embedding import Embedder, Vectors

VECTORS = {"齿轮箱换油": (1.0, 0.0, 0.0), "gearbox change oil": (0.0, 1.0, 0.0)}


class Known:
    """Embeds what it knows and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def query(self, text: str) -> Vectors:
        vector: Vectors = self.queries((text,))[0]
        return vector

    def queries(self, texts: tuple[str, ...]) -> Vectors:
        self.asked.append(texts)
        return np.array([VECTORS[text] for text in texts], dtype=np.float32)


def library(*languages: Language) -> Backdrop:
    """Return ten passages in each language, Chinese ones on one side of the third direction, English on the other."""
    every = [one for one in languages for _ in range(10)]
    side = np.array([(0.5, 0.5, 0.7 if one == "zh" else -0.7) for one in every], dtype=np.float32)
    return Backdrop(every, side + np.random.default_rng(7).normal(0, 0.01, side.shape).astype(np.float32))


def aimed(backdrop: Backdrop, size: int) -> tuple[Known, dict[Language, Vectors], int]:
    embedder = Known()
    found = aims("齿轮箱换油", "zh", iter(["gearbox", "change oil"]), backdrop, cast(Embedder, embedder), size)
    return embedder, found.vectors, len(found.directions)


def test_passages_in_the_other_language_are_compared_with_the_terms_too() -> None:
    embedder, vectors, directions = aimed(library("zh", "en"), 20)
    assert embedder.asked == [("齿轮箱换油", "gearbox change oil")]  # in one go
    assert vectors["zh"] == pytest.approx((1, 0, 0))
    assert vectors["en"] == pytest.approx((2**-0.5, 2**-0.5, 0))
    assert directions == 2


@pytest.mark.parametrize(("backdrop", "size", "directions"), [
    (library("zh"), 10, 1),  # nothing to translate for
    (library("zh", "en"), 100_000, 2),  # it would be felt
    (library(), 0, 1),
])  # fmt: skip
def test_the_query_alone_stands_for_both(backdrop: Backdrop, size: int, directions: int) -> None:
    embedder, vectors, found = aimed(backdrop, size)
    assert embedder.asked == [("齿轮箱换油",)]
    assert vectors["zh"] is vectors["en"]
    assert found == directions


def test_a_library_in_the_other_language_alone_is_searched_with_the_terms() -> None:
    found = aims("齿轮箱换油", "zh", ["gearbox change oil"], library("en"), cast(Embedder, Known()), 10)
    assert [direction.tolist() for direction in found.directions] == [found.vectors["en"].tolist()]
