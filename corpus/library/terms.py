"""What a query says: its terms for passages of each language, and how much of them a text holds."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from corpus.domain import Language

Way = tuple[str, ...]
"""The tokens of one way to say a term."""
Term = tuple[Way, ...]
"""The ways to say the same, as a word and its renderings: a text holds as much of it as of the way it holds most of."""


@dataclass(frozen=True)
class Terms:
    """The terms of a query in the order of the query, with the weight of each token."""

    terms: tuple[Term, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)

    @functools.cached_property
    def tokens(self) -> frozenset[str]:
        """The tokens of all ways."""
        return frozenset(token for term in self.terms for way in term for token in way)

    def weight(self, term: Term, held: Set[str] | None = None) -> float:
        """Return the weight of a term, or of what these tokens make of it."""
        return max(
            (sum(self.weights[token] for token in way if held is None or token in held) for way in term), default=0.0
        )

    @functools.cached_property
    def total(self) -> float:
        """The weight of all terms."""
        return sum(self.weight(term) for term in self.terms)

    @functools.cached_property
    def spanning(self) -> tuple[tuple[str, str, str], ...]:
        """The pairs of Chinese characters that can span the border of two words, each between its neighbours."""
        alone = [term[0][0] if len(term) == 1 and len(term[0]) == 1 else "" for term in self.terms]
        return tuple(one for one in zip(alone, alone[1:], alone[2:], strict=False) if spans(*one))

    def share(self, held: Set[str]) -> float:
        """Return the share (0..1) of the weight that these tokens make up.

        A pair that only spans the border of two words need not stand in the text: it counts where both words do.
        """
        held = held | {here for before, here, after in self.spanning if before in held and after in held}
        return sum(self.weight(term, held) for term in self.terms) / self.total if self.total else 0.0

    def links(self) -> list[tuple[float, frozenset[tuple[str, str]]]]:
        """Return the places where two words of the query stand together: a weight, and the pairs that fit there."""
        found = []
        for term in self.terms:
            if inside := [pair for way in term for pair in itertools.pairwise(way)]:
                found.append((max(self._linked(pair) for pair in inside), frozenset(inside)))
        for before, after in itertools.pairwise(self.terms):
            pairs = [(a[-1], b[0]) for a in before for b in after]
            found.append((max(self._linked(pair) for pair in pairs), frozenset(pairs)))
        return [(weight, pairs) for weight, pairs in found if weight]

    def _linked(self, pair: tuple[str, str]) -> float:
        return float((self.weights[pair[0]] * self.weights[pair[1]]) ** 0.5)


@dataclass(frozen=True, slots=True)
class QueryWords:
    """The query's terms for passages of each language: its own words, or their translation.

    `kinds` are those of value that it asks for, `names` its names and numbers, which no language translates. The
    lexical index is asked for `tokens`, its own, and for `translated`, what the other language has of them.
    """

    language: Language
    by_language: Mapping[str, Terms]
    kinds: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    translated: tuple[str, ...] = ()
    names: tuple[Term, ...] = ()


def spans(before: str, here: str, after: str) -> bool:
    """Say whether a pair of Chinese characters lies across its two neighbours."""
    return len(here) == 2 and not here.isascii() and before[-1:] == here[0] and here[1] == after[:1]
