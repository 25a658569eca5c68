"""What a passage says in one place: two sentences or lines beside each other, under their heading."""

from __future__ import annotations

import re

from corpus.library.kinds import shown_share
from corpus.library.ranking import Candidate
from corpus.library.terms import QueryWords
from corpus.library.words import identifier_tokens, index_tokens

_END = re.compile(r"(?<=[.!?;])\s+|(?<=[。！？；])|\n+")


def statements(text: str) -> list[str]:
    """Return each sentence or line of a text together with the next one."""
    said = [one.strip() for one in _END.split(text) if one.strip()]
    return [" ".join(said[at : at + 2]) for at in range(max(1, len(said) - 1))]


def said_share(query: QueryWords, candidate: Candidate) -> float:
    """Return the largest share (0..1) of the query's weight in one statement that shows a value of the kind asked for.

    A long passage holds many words of many questions; what answers stands together.
    """
    terms = query.by_language[candidate.text.language]
    headed = candidate.heading.counts.keys()
    best = 0.0
    for statement in statements(candidate.passage.text):
        if shown_share(query.kinds, statement) < 1:
            continue
        best = max(best, terms.share(headed | {*index_tokens(statement), *identifier_tokens(statement)}))
    return best


def named_share(query: QueryWords, candidate: Candidate) -> float:
    """Return the share (0..1) of the query's names and numbers that stand in a passage or its heading."""
    if not query.names:
        return 1.0
    held = candidate.text.counts.keys() | candidate.heading.counts.keys()
    return sum(any(held.issuperset(way) for way in name) for name in query.names) / len(query.names)
