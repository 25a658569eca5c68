"""What streams to the reader: steps of the tools, then checked sentences, then the whole answer. Never a draft."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.messages import AIMessage, ToolMessage

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


def steps(update: Any, state: Any) -> Iterator[ToolStep]:
    """Tell of the tool calls that an update of the agent's loop made or ended; of its drafts, nothing."""
    for change in update.values():
        for message in (change or {}).get("messages", ()) if isinstance(change, dict) else ():
            if isinstance(message, AIMessage):
                yield from (ToolStep(call["name"], _detail(call["args"]), "running") for call in message.tool_calls)
            elif isinstance(message, ToolMessage):
                yield ToolStep(message.name or "", _detail(_arguments(message.tool_call_id, state)), "done")


def _arguments(call_id: str, state: Any) -> dict[str, Any]:
    calls = (call for message in state["messages"] if isinstance(message, AIMessage) for call in message.tool_calls)
    return next((call["args"] for call in calls if call["id"] == call_id), {})


def _detail(arguments: dict[str, Any]) -> str:
    return ", ".join(str(value) for value in arguments.values() if value)[:120]
