"""Scope: whatever a model leaves out or makes up, the tools look where the question is about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware

from agent.middleware.state import RunState
from corpus import Corpus, NotFound


class Scope(AgentMiddleware[Any, Any]):
    """Gives each tool call the machine in question, unless the call names another machine that exists."""

    state_schema = RunState

    def __init__(self, corpus: Corpus) -> None:
        super().__init__()
        self._corpus = corpus

    def wrap_tool_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        return handler(self._scoped(request))

    async def awrap_tool_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        return await handler(self._scoped(request))

    def _scoped(self, request: Any) -> Any:
        question = request.state.get("question")
        tag = question.scope if question else None
        if request.tool is None or "equipment" not in request.tool.args:
            return request
        arguments = dict(request.tool_call["args"])
        named = arguments.get("equipment")
        if named and self._known(named):
            return request
        if "model" in request.tool.args and question and question.machine is None:
            arguments.pop("equipment", None)  # records of all machines of a model are not those of its first
        elif tag:
            arguments["equipment"] = tag
        else:
            arguments.pop("equipment", None)
        return request.override(tool_call={**request.tool_call, "args": arguments})

    def _known(self, tag: Any) -> bool:
        try:
            self._corpus.equipment(str(tag))
        except NotFound:
            return False
        return True
