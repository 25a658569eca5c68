"""A tool's failure is told to the model, and ends nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain.agents.middleware import wrap_tool_call
from langchain_core.messages import ToolMessage

from corpus import MillhandError


@wrap_tool_call
def tool_errors(request: Any, handler: Callable[[Any], Any]) -> Any:
    """Turn what a tool cannot do into a message."""
    try:
        return handler(request)
    except (MillhandError, ValueError, TypeError) as error:
        return ToolMessage(f"The tool failed: {error}", tool_call_id=request.tool_call["id"], status="error")
