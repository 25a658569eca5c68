"""What a query says: its terms for passages of each language, and how much of them a text holds."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from corpus.domain import Language

Values = npt.NDArray[np.float64]
Held = npt.NDArray[np.bool_]
"""Both of shape (texts, tokens), or without the one or the other."""

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
    def tokens(self) -> tuple[str, ...]:
        """The tokens of all ways, each once: the columns of what `held` returns."""
        return tuple(dict.fromkeys(token for term in self.terms for way in term for token in way))

    @functools.cached_property
    def _columns(self) -> dict[str, int]:
        return {token: at for at, token in enumerate(self.tokens)}

    @functools.cached_property
    def weighed(self) -> Values:
        """The weight of each of the tokens."""
        return np.array([self.weights[token] for token in self.tokens])

    @functools.cached_property
    def total(self) -> float:
        """The weight of all terms."""
        return float(self.best(self.weighed[None])[0])

    def held(self, texts: Sequence[Set[str]]) -> Held:
        """Say of each of the tokens whether it stands among those of each text; a row a text."""
        found = [token in text for text in texts for token in self.tokens]
        return np.array(found, dtype=bool).reshape(len(texts), len(self.tokens))

    def best(self, values: Values) -> Values:
        """Return for each row the sum over the terms, of each the way that makes most of the tokens' values."""
        ways, first = self._ways
        if not first:
            return np.zeros(len(values))
        sums: Values = np.maximum.reduceat(values @ ways, first, axis=1).sum(axis=1)
        return sums

    def shares(self, held: Held) -> Values:
        """Return the share (0..1) of the weight that the held tokens of each row make up.

        A pair that only spans the border of two words need not stand in the text: it counts where both words do.
        """
        spanned = held.copy()
        for before, here, after in self._spanning:
            spanned[:, here] |= held[:, before] & held[:, after]
        return self.best(spanned * self.weighed) / (self.total or 1.0)

    def share(self, held: Set[str]) -> float:
        """Return the share (0..1) of the weight that these tokens make up."""
        return float(self.shares(self.held([held]))[0])

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

    @functools.cached_property
    def _ways(self) -> tuple[Values, list[int]]:
        """How often each token stands in each way, a column a way, and where each term's ways begin."""
        ways = [way for term in self.terms for way in term]
        ends = list(itertools.accumulate((len(term) for term in self.terms if term), initial=0))
        return counted(self.tokens, ways).T, ends[:-1]

    @functools.cached_property
    def _spanning(self) -> list[tuple[int, int, int]]:
        """The pairs of Chinese characters that can span the border of two words, each between its neighbours."""
        alone = [term[0][0] if len(term) == 1 and len(term[0]) == 1 else "" for term in self.terms]
        column = self._columns
        threes = zip(alone, alone[1:], alone[2:], strict=False)
        return [(column[a], column[b], column[c]) for a, b, c in threes if spans(a, b, c)]

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


def counted(tokens: Sequence[str], texts: Sequence[Iterable[str]]) -> Values:
    """Return how often each of these tokens stands among those of each text; a row a text."""
    at, width = {token: column for column, token in enumerate(tokens)}, len(tokens)
    places = [row * width + at[token] for row, text in enumerate(texts) for token in text if token in at]
    found = np.bincount(np.array(places, dtype=np.intp), minlength=len(texts) * width)
    return found.reshape(len(texts), width).astype(float)


def spans(before: str, here: str, after: str) -> bool:
    """Say whether a pair of Chinese characters lies across its two neighbours."""
    return len(here) == 2 and not here.isascii() and before[-1:] == here[0] and here[1] == after[:1]
