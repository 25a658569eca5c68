"""What one run of the agent carries from hook to hook."""

from __future__ import annotations

from typing import Any, NotRequired

from langchain.agents import AgentState
from langchain_core.messages import ToolMessage

from agent.asking.question import Question
from agent.checking.draft import Checked
from agent.models.extractive import OWN
from agent.tools.found import Found, merged


class RunState(AgentState[Any]):
    """The messages, the question as it is understood, and what became of the model's draft."""

    question: NotRequired[Question]
    fallback: NotRequired[str | None]
    checked: NotRequired[Checked]
    began: NotRequired[float]


def found_in(state: Any) -> Found:
    """Return all that the tools of a run found; after a fallback, what the extractive model's own calls found."""
    results = [message for message in state["messages"] if isinstance(message, ToolMessage)]
    if state.get("fallback"):
        results = [message for message in results if message.tool_call_id.startswith(OWN)]
    return merged(message.artifact for message in results if isinstance(message.artifact, Found))
