"""A tool's failure is told to the model, and ends nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain.agents.middleware import wrap_tool_call
from langchain_core.messages import ToolMessage


@wrap_tool_call
def tool_errors(request: Any, handler: Callable[[Any], Any]) -> Any:
    """Turn what a tool cannot do into a message."""
    try:
        return handler(request)
    except Exception as error:  # a tool can fail in any way, the answer goes on without it
        return ToolMessage(f"The tool failed: {error}", tool_call_id=request.tool_call["id"], status="error")
