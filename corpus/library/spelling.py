"""Misspelt English words of a question, put right where the library knows just one word that was meant."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from corpus.library.words import is_function_word, stem

if TYPE_CHECKING:
    from spellchecker import SpellChecker

Counts = Callable[[Sequence[str]], Mapping[str, int]]
"""Says in how many passages each stem stands."""

_WORD = re.compile(r"(?<![\w'’./-])[A-Za-z]?[a-z]{4,}(?![\w'’/-]|\.\w)")
_DOUBLE = re.compile(r"(.)\1")
_LEAST = 5  # letters of a word that one letter more or less does not make another


def spelled(text: str, counts: Counts, terms: Iterable[str] = ()) -> str:
    """Return the text with its misspelt words put right.

    Misspelt is what neither English nor the library nor a term has; it is read as the one English word a letter away
    (changed, left out, too many, or two swapped) that the library or a term has, a doubled letter before others.
    `terms` are the stems of terms.
    """
    words = {match.group().lower() for match in _WORD.finditer(text)}
    strange = [word for word in words if len(word) >= _LEAST and not is_function_word(word) and word not in _english()]
    if not strange:
        return text
    known = frozenset(terms)
    held = counts([stem(word) for word in strange])
    meant = {word: _meant(word, counts, known) for word in strange if not held[stem(word)] and stem(word) not in known}

    def right(match: re.Match[str]) -> str:
        word = match.group()
        found = meant.get(word.lower())
        return word if not found else found.capitalize() if word[0].isupper() else found

    return _WORD.sub(right, text)


def is_english(word: str) -> bool:
    """Say whether a word, in lower case, is one of English."""
    return word in _english()


def _meant(word: str, counts: Counts, known: frozenset[str]) -> str | None:
    """Return the word that was meant: of those of English a letter away the one most passages have, else a term."""
    near = sorted(one for one in _english().edit_distance_1(word) if one in _english() and one[0] == word[0])
    if any(is_function_word(one) for one in near):
        return None
    near = [one for one in near if _DOUBLE.sub(r"\1", one) == _DOUBLE.sub(r"\1", word)] or near
    held = counts([stem(one) for one in near])
    fitting = [one for one in near if held[stem(one)] or stem(one) in known]
    if not fitting:
        return None
    best = max(fitting, key=lambda one: (held[stem(one)], _english()[one]))
    return best if {stem(one) for one in fitting if held[stem(one)] * 2 > held[stem(best)]} <= {stem(best)} else None


@functools.lru_cache(maxsize=1)
def _english() -> SpellChecker:
    from spellchecker import SpellChecker  # 0.15 s, for the first question that has an English word

    return SpellChecker(language="en", distance=1)
