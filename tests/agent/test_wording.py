"""How much of a question a text holds: by its words, by other words for the same, and across languages."""

from __future__ import annotations

import pytest

from agent.models.units import Unit
from agent.models.wording import other_wording, own_wording
from corpus import Rendered, index_tokens
from tests.agent.conftest import winch

INVERTER = Rendered(("变频", "频器"), (("invert",), ("frequenc", "convert"), ("drive",)))
DRUM, ROPE = Rendered(("drum",), ()), Rendered(("rope",), ())
NOISE = Rendered(("nois",), (("噪声",),), alike=(("sound",),))


def _unit(text: str) -> Unit:
    passage = winch(text)
    return Unit(passage, 0, len(text), 0, frozenset(index_tokens(text)))


def _share(text: str, *terms: Rendered, own: bool = False) -> float:
    units = [_unit(text), _unit("The rope is dry.")]
    wording = own_wording(terms, units) if own else other_wording(terms, units)
    return wording.share(units[0].tokens, ())


def test_a_term_counts_by_the_rendering_that_the_text_uses() -> None:
    assert _share("The inverter hums.", INVERTER) == 1.0
    assert _share("Frequency of the span: 68 Hz.", INVERTER) == 0.5
    assert _share("The inverter drives a frequency converter.", INVERTER) == 1.0


def test_another_word_of_the_same_language_counts_nearly_as_much() -> None:
    assert _share("It makes noise.", NOISE, own=True) == 1.0
    assert _share("A sound is heard.", NOISE, own=True) == pytest.approx(0.8)
    assert _share("The drum is blue.", NOISE, own=True) == 0.0


def test_what_stands_beside_counts_less_than_what_is_said() -> None:
    wording = own_wording([DRUM], [_unit("The drum turns.")])
    assert wording.share({"drum"}, ()) > wording.share((), {"drum"}) > wording.share((), ())


def test_what_was_spoken_of_before_weighs_less() -> None:
    units = [_unit("The drum turns."), _unit("The rope is dry.")]
    both = own_wording([DRUM], units) + own_wording([ROPE], units, weight=0.35)
    assert both.share({"drum"}, ()) > both.share({"rope"}, ())


def test_a_name_stands_in_the_other_language_as_it_is_and_an_unknown_word_says_nothing_of_it() -> None:
    code, unknown = Rendered(("idbr3", "br3"), ()), Rendered(("褶皱",), ())
    assert _share("BR3 is the brake.", Rendered(("br3",), ())) == 1.0
    assert _share("The drum is blue.", unknown) == 0.0
    assert len(other_wording([code, unknown], [_unit("The drum is blue.")]).terms) == 1


def test_what_texts_say_in_one_language_alone_speaks_against_those_in_the_other() -> None:
    units = [_unit("背辊轴承每 500 h 加脂。"), _unit("The drum bearing takes grease.")]
    other = other_wording([Rendered(("轴承",), (("bear",),)), Rendered(("背辊",), ())], units)
    assert 0.0 < other.share(units[1].tokens, ()) < 0.6
