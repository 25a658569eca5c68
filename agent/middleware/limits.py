"""Limits: a tool's failure ends nothing, and a run ends in time."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import ToolMessage

TOOL_CALLS = 12  # of one question
_RESULT = 12_000  # characters of one tool's result that a model is given


class Limits(AgentMiddleware[Any, Any]):
    """Turns what a tool cannot do into a message, calls no more tools than fit, and keeps their results short."""

    def wrap_tool_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        if refused := _refused(request):
            return refused
        try:
            return _short(handler(request))
        except Exception as error:  # a tool can fail in any way, the answer goes on without it
            return _failed(request, error)

    async def awrap_tool_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        if refused := _refused(request):
            return refused
        try:
            return _short(await handler(request))
        except Exception as error:
            return _failed(request, error)


def _refused(request: Any) -> ToolMessage | None:
    made = sum(isinstance(message, ToolMessage) for message in request.state["messages"])
    # The extractive model's own calls are few and always allowed: it is what a run falls back to.
    if made < TOOL_CALLS or str(request.tool_call["id"]).startswith("x-"):
        return None
    text = "No more tools may be called; answer from what was found."
    return ToolMessage(text, tool_call_id=request.tool_call["id"], status="error")


def _short(result: Any) -> Any:
    if isinstance(result, ToolMessage) and isinstance(result.content, str) and len(result.content) > _RESULT:
        return result.model_copy(update={"content": result.content[:_RESULT] + "\n… (cut)"})
    return result


def _failed(request: Any, error: Exception) -> ToolMessage:
    logging.getLogger(__name__).error("The tool %s failed.", request.tool_call["name"], exc_info=error)
    return ToolMessage(f"The tool failed: {error}", tool_call_id=request.tool_call["id"], status="error")
