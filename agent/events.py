"""What streams to the reader: steps of the tools, then checked sentences, then the whole answer. Never a draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agent.answer import Answer


@dataclass(frozen=True, slots=True)
class ToolStep:
    """A tool began or ended its work."""

    name: str
    detail: str
    state: Literal["running", "done"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that passed the checks, with the numbers of its citations."""

    text: str
    citations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer, complete."""

    answer: Answer


Event = ToolStep | Sentence | Finished
