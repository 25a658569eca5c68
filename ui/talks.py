"""One visitor's conversation as the page keeps it: what was asked, what came of it, and whether it helped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpus import Turn


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer's JSON, or the sentence it failed with; `turn` is the stored turn's id."""

    question: str
    outcome: dict[str, Any] | str
    turn: int | None = None
    helped: bool | None = None
    asking_why: bool = False


class Talk:
    """A person's exchanges; never changed, each step makes a new one."""

    # No dataclass: Gradio writes the fields of those into the page.
    def __init__(
        self,
        owner: str = "",
        conversation: str | None = None,
        exchanges: tuple[Exchange, ...] = (),
        equipment: str | None = None,
    ) -> None:
        self.owner = owner
        self.conversation = conversation
        self.exchanges = exchanges
        self.equipment = equipment

    @classmethod
    def of(cls, owner: str, conversation: str, turns: Sequence[Turn]) -> Talk:
        """Return a stored conversation; an empty talk when it has no turns (or is somebody else's)."""
        if not turns:
            return cls(owner)
        exchanges = tuple(Exchange(turn.question, _outcome(turn.answer), turn.id) for turn in turns)
        return cls(owner, conversation, exchanges, turns[-1].equipment)

    def of_conversation(self, conversation: str | None, equipment: str | None) -> Talk:
        return Talk(self.owner, conversation, self.exchanges, equipment)

    def grown(self, exchange: Exchange) -> Talk:
        return Talk(self.owner, self.conversation, (*self.exchanges, exchange), self.equipment)

    def changed(self, index: int, exchange: Exchange) -> Talk:
        exchanges = (*self.exchanges[:index], replace(exchange), *self.exchanges[index + 1 :])
        return Talk(self.owner, self.conversation, exchanges, self.equipment)


def _outcome(answer: str) -> dict[str, Any] | str:
    try:
        value = json.loads(answer)
    except ValueError:
        return answer
    return value if isinstance(value, dict) else answer
