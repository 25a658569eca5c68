"""Words of a question that rows hold, in either language; what no row holds was not understood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from agent.querying.language import said, speech
from agent.querying.query import Condition
from agent.querying.remaining import Remaining
from agent.querying.rows import TABLES, Row, Table
from agent.words import words
from corpus import Corpus, index_tokens

_RUN = re.compile(r"[\u3400-\u9fff]{2,}")
_ALONE = re.compile(r"(?<![\u3400-\u9fff])[\u3400-\u9fff](?![\u3400-\u9fff])")
_WORD = re.compile(r"[A-Za-z]+")
_FIGURES = 3  # digits of a number that is no chance
_STEM = 5  # letters that forms of a word share
_GENERAL = (
    "light", "count", "kinds", "total", "mean", "list", "when", "who", "where", "why", "how", "last", "first", "most",
    "least", "longest", "shortest", "dearest", "cheapest", "columns",
)  # fmt: skip


@lru_cache(maxsize=100_000)
def tokens_of(text: str) -> frozenset[str]:
    """Return the words of a row as the index has them."""
    return frozenset(map(_folded, index_tokens(text)))


def phrases(remaining: Remaining, rows: Sequence[Row], table: Table) -> list[Condition]:
    """Take out the Chinese words that rows hold, the longest first; words that only ask are left."""
    every = "\n".join(row.text for row in rows)
    patterns = (*(speech(one).noun for one in TABLES), *speech(table).measures.values(), *map(said, _GENERAL[1:]))
    spans = [match.span() for pattern in patterns for match in pattern.finditer(remaining.text)]
    found: list[tuple[int, int]] = []
    for run in _RUN.finditer(remaining.text):
        at = run.start()
        while at < run.end() - 1:
            ends = (end for end in range(run.end(), at + 1, -1) if remaining.text[at:end] in every)
            end = next((end for end in ends if not _asks((at, end), spans, remaining.text, table)), None)
            if end is None:
                at += 1
            else:
                found.append((at, end))
                at = end
    held = [remaining.text[start:end] for start, end in found]
    for start, end in reversed(found):
        remaining.cut(start, end)
    return [Condition("text", "holds", ((one,),), one) for one in held]


def word_conditions(
    corpus: Corpus, remaining: Remaining, rows: Sequence[Row]
) -> tuple[list[Condition], tuple[str, ...]]:
    """Return the conditions of the words that are left, and those which no row holds."""
    found: list[Condition] = []
    left: list[str] = []
    for character in _ALONE.findall(remaining.text):
        if any(character in row.text for row in rows):
            found.append(Condition("text", "holds", ((character,),), character))
        else:
            left.append(character)
    for term in corpus.terms_in(remaining.text):
        own, forms = term.own, (term.own, *term.other)
        if term.alike and not any(holds(row.text, forms) for row in rows):
            forms = (*forms, *term.alike)
        figure = len(own) == 1 and own[0].isdigit() and len(own[0]) < _FIGURES
        if not figure and any(holds(row.text, forms) for row in rows):
            found.append(Condition("text", "holds", forms, _typed(remaining.text, own)))
        else:
            left.append(_typed(remaining.text, own))
    return found, tuple(left)


def _typed(text: str, stems: Sequence[str]) -> str:
    """Return stems as the text has them: bearings and not bear."""
    written = {token: word for word in _WORD.findall(text) for token in index_tokens(word)}
    return " ".join(written.get(stem, stem) for stem in stems)


def holds(text: str, forms: Sequence[tuple[str, ...]]) -> bool:
    """Say whether a row holds one of the forms, each by all of its words."""
    return any(all(word in text or _told(word, text) for word in form) for form in forms)


def _told(word: str, text: str) -> bool:
    """Say whether a form of a word stands in a text: "analys" of analysed, "analysi" of analysis."""
    word = _folded(word)
    if word in tokens_of(text):
        return True
    if len(word) < _STEM or not word.isascii():
        return False
    return any(word.startswith(token) or token.startswith(word) for token in _long_tokens(text))


@lru_cache(maxsize=100_000)
def _long_tokens(text: str) -> tuple[str, ...]:
    return tuple(token for token in tokens_of(text) if len(token) >= _STEM and token.isascii())


def _folded(word: str) -> str:
    return re.sub(r"v(e?)$", r"f\1", word)  # knives, knife


def action_conditions(remaining: Remaining, rows: Sequence[Row]) -> tuple[list[Condition], tuple[str, ...]]:
    """Take out what was done (replaced, cleaned, greased), which any words may tell; return too what no row tells."""
    done = {name: found for name, pattern in words().actions.items() if (found := remaining.take(pattern))}
    told = tuple(name for name in done if any(words().actions[name].search(row.text) for row in rows))
    if not told:
        return [], tuple(word for found in done.values() for word in found)
    return [Condition("text", "does", told, "/".join(done[told[0]]))], ()


def _asks(span: tuple[int, int], spans: Sequence[tuple[int, int]], text: str, table: Table) -> bool:
    """Say whether a phrase consists of words by which questions are asked, or cuts one in two."""
    start, end = span
    if any(first < end and start < last and not (start <= first and last <= end) for first, last in spans):
        return True
    held = text[start:end]
    left = speech(table).noun.sub("", held)
    for pattern in (*speech(table).measures.values(), *map(said, _GENERAL)):
        left = pattern.sub("", left)
    return not left.strip()
