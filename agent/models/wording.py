"""What a question says, term by term, and how much of it a text holds: in other words, or in the other language too."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from agent.models.units import Unit
from agent.words import words
from corpus import Rendered

Way = tuple[float, tuple[str, ...]]
"""One way to say a term: what it counts (0..1), and its tokens."""

_CONTEXT = 0.6  # what a word in the section's title or beside the unit counts, against one in the unit itself
_LIGHT = 0.25  # what a verb that goes with everything counts: "takes", "needs"
_ALIKE = 0.8  # what another word for the same counts: "sound" for "noise"


@dataclass(frozen=True, slots=True)
class Wording:
    """The terms of a question, each with its weight and the ways to say it."""

    terms: tuple[tuple[float, tuple[Way, ...]], ...]

    def __add__(self, other: Wording) -> Wording:
        return Wording(self.terms + other.terms)

    def share(self, tokens: Collection[str], near: Collection[str]) -> float:
        """Return the weighted share (0..1) of the terms that a text holds; what stands near it counts less.

        A term counts once, by the way of which the text holds most.
        """
        total = sum(weight for weight, _ in self.terms) or 1.0
        return sum(weight * _held(ways, tokens, near) for weight, ways in self.terms) / total


def own_wording(terms: Sequence[Rendered], units: Sequence[Unit], *, weight: float = 1.0) -> Wording:
    """Weigh a question's terms for texts in its own language, which may say them otherwise."""
    used = _used(units)
    every = []
    for term in terms:
        others = [(_ALIKE, way) for way in term.alike if used.issuperset(way)]
        every.append((weight * _weight([term.own], units), ((1.0, term.own), *others)))
    return Wording(tuple(every))


def other_wording(terms: Sequence[Rendered], units: Sequence[Unit], *, weight: float = 1.0) -> Wording:
    """Weigh a question's terms for texts in the other language, where names and figures stand as they are.

    A term without a rendering tells nothing of them, unless texts in the question's language say it: they are meant.
    """
    used = _used(units)
    every = []
    for term in terms:
        kept = [term.own] if all(token.isascii() for token in term.own) else []
        ways = [*kept, *term.other]
        if ways or used.issuperset(term.own):
            told = tuple((1.0, way) for way in ways if not used.isdisjoint(way))
            every.append((weight * _weight(ways or [term.own], units), told))
    return Wording(tuple(every))


def _held(ways: Iterable[Way], tokens: Collection[str], near: Collection[str]) -> float:
    """Return how much of a term (0..1) a text holds, said in the best of these ways."""
    return max(
        (
            counts * sum(1.0 if token in tokens else _CONTEXT if token in near else 0.0 for token in way) / len(way)
            for counts, way in ways
        ),
        default=0.0,
    )


def _weight(ways: Sequence[tuple[str, ...]], units: Sequence[Unit]) -> float:
    """Weigh a term by how few of the units hold it, said in any of these ways."""
    holding = sum(any(unit.tokens.issuperset(way) for way in ways) for unit in units)
    light = _LIGHT if all(token in words().light for way in ways for token in way) else 1.0
    return light * math.log(1 + (len(units) + 1) / (holding + 0.5))


def _used(units: Sequence[Unit]) -> frozenset[str]:
    return frozenset().union(*(unit.tokens for unit in units))
