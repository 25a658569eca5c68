"""What a passage says in one place: two sentences or lines beside each other, under their heading."""

from __future__ import annotations

import itertools
import re

from corpus.library.kinds import shown_share
from corpus.library.ranking import Candidate
from corpus.library.terms import QueryWords
from corpus.library.words import count_tokens, holds_identifier, identifier_tokens

_END = re.compile(r"(?<=[.!?;])\s+|(?<=[。！？；])|\n+")


def statements(text: str) -> list[tuple[str, slice]]:
    """Return each sentence or line of a text with the next one, and where their tokens are among the text's."""
    said = [one.strip() for one in _END.split(text) if one.strip()]
    ends = [0, *itertools.accumulate(map(count_tokens, said))]
    last = len(said)
    return [(" ".join(said[at : at + 2]), slice(ends[at], ends[min(at + 2, last)])) for at in range(max(1, last - 1))]


def said_share(query: QueryWords, candidate: Candidate) -> float:
    """Return the largest share (0..1) of the query's weight in one statement that shows a value of the kind asked for.

    A long passage holds many words of many questions; what answers stands together.
    """
    terms = query.by_language[candidate.text.language]
    headed = frozenset(candidate.heading.tokens)
    # To look for identifiers takes longer than all the rest: only where the passage has one of the query's.
    coded = holds_identifier([token for token in terms.tokens if token in candidate.text.counts])
    # Sliced out of the text's tokens, whose words need not be stemmed again.
    said = [
        headed.union(candidate.text.tokens[tokens], identifier_tokens(statement) if coded else ())
        for statement, tokens in statements(candidate.passage.text)
        if shown_share(query.kinds, statement) == 1
    ]
    return float(terms.shares(terms.held(said)).max(initial=0.0))


def named_share(query: QueryWords, candidate: Candidate) -> float:
    """Return the share (0..1) of the query's names and numbers that stand in a passage or its heading."""
    if not query.names:
        return 1.0
    held = candidate.text.counts.keys() | candidate.heading.counts.keys()
    return sum(any(held.issuperset(way) for way in name) for name in query.names) / len(query.names)
