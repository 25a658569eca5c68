"""A passage's statements as units with their tokens: each can answer on its own, and is a verbatim span."""

from __future__ import annotations

from dataclasses import dataclass

from corpus import Passage, index_tokens, statement_spans


@dataclass(frozen=True, slots=True)
class Unit:
    """A span of a passage's text with the tokens that it holds; `position` counts within the passage."""

    passage: Passage
    start: int
    end: int
    position: int
    tokens: frozenset[str]

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]


def cut(passage: Passage) -> list[Unit]:
    """Cut a passage into its units, in order; together they hold all of its text but white space."""
    return [
        Unit(passage, start, end, position, frozenset(index_tokens(passage.text[start:end])))
        for position, (start, end) in enumerate(statement_spans(passage.kind, passage.text))
    ]
