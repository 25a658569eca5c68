"""How much of a query's terms a text holds, however it says them."""

from __future__ import annotations

import numpy as np
import pytest

from corpus.library.terms import Terms, counted

SCREW = Terms(
    ((("ball", "screw"), ("leadscrew",)), (("greas",),)), {"ball": 2.0, "screw": 2.0, "leadscrew": 3.0, "greas": 4.0}
)


def test_a_text_holds_of_a_term_what_it_holds_of_the_best_way() -> None:
    assert SCREW.total == 8.0
    assert SCREW.share({"ball", "screw", "greas"}) == 1.0
    assert SCREW.share({"leadscrew"}) == pytest.approx(3 / 8)
    assert SCREW.share({"screw"}) == pytest.approx(2 / 8)
    assert SCREW.share({"ball", "screw", "leadscrew"}) == pytest.approx(4 / 8)  # saying it twice is no more
    assert Terms().share({"screw"}) == 0.0


def test_many_texts_are_weighed_at_once() -> None:
    texts = [["ball", "screw", "ball"], ["leadscrew", "greas", "oil"], []]
    assert counted(SCREW.tokens, texts).tolist() == [[2, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0]]
    assert SCREW.shares(counted(SCREW.tokens, texts) > 0) == pytest.approx([4 / 8, 7 / 8, 0.0])
    assert Terms().shares(np.zeros((2, 0), dtype=bool)).tolist() == [0.0, 0.0]


def test_words_stand_together_inside_a_way_and_between_terms() -> None:
    inside, between = SCREW.links()
    assert inside == (2.0, frozenset({("ball", "screw")}))
    assert between == (pytest.approx(12.0**0.5), frozenset({("screw", "greas"), ("leadscrew", "greas")}))
