"""The endpoint: where the configured model is slow, down or talks rubbish, the extractive model takes over."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ExtendedModelResponse, ModelResponse
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langgraph.types import Command

from agent.middleware.state import RunState

MODEL_CALLS = 5  # of the configured model, for one question
_WORDS = 6_000  # characters of a draft; a model that says more has lost its way


@dataclass
class Breaker:
    """Keeps questions away from an endpoint that failed, for a while that doubles with each failure (seconds)."""

    first: float = 20.0
    longest: float = 600.0
    clock: Callable[[], float] = time.monotonic
    _failures: int = 0
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open_for(self) -> float:
        """Return for how many more seconds the endpoint is left alone; 0 when it may be asked."""
        return max(0.0, self._until - self.clock())

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._until = self.clock() + min(self.longest, self.first * 2 ** (self._failures - 1))

    def worked(self) -> None:
        with self._lock:
            self._failures, self._until = 0, 0.0


class Endpoint(AgentMiddleware[Any, Any]):
    """Calls the configured model while it answers in time and in form; else the extractive one, and says why."""

    state_schema = RunState

    def __init__(
        self, model: BaseChatModel, extractive: BaseChatModel, name: str, seconds: float, breaker: Breaker
    ) -> None:
        super().__init__()
        self._own = model is extractive  # then there is nothing to fall back from
        self._extractive = extractive
        self._name = name
        self._seconds = seconds
        self._breaker = breaker

    def wrap_model_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        if self._own:
            return handler(request)
        reason = self._before(request)
        if reason is None:
            try:
                response = _within(self._left(request), lambda: handler(request))
                reason = self._rubbish(response)
                if reason is None:
                    self._breaker.worked()
                    return response
            except Exception as error:  # whatever an endpoint does, the reader gets an answer
                reason = self._failed(error)
        return _explained(handler(request.override(model=self._extractive)), reason)

    async def awrap_model_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        if self._own:
            return await handler(request)
        reason = self._before(request)
        if reason is None:
            try:
                response = await asyncio.wait_for(handler(request), self._left(request))
                reason = self._rubbish(response)
                if reason is None:
                    self._breaker.worked()
                    return response
            except Exception as error:
                reason = self._failed(error)
        return _explained(await handler(request.override(model=self._extractive)), reason)

    def _before(self, request: Any) -> str | None:
        """Return why the configured model is not asked (again), or None."""
        if request.state.get("fallback"):
            return str(request.state["fallback"])
        if (seconds := self._breaker.open_for()) > 0:
            return f"the model {self._name} failed lately and is left alone for {seconds:.0f} s"
        if sum(isinstance(message, AIMessage) for message in request.messages) >= MODEL_CALLS + _history(request):
            return f"the model {self._name} came to no end within {MODEL_CALLS} calls"
        if self._left(request) <= 0:
            self._breaker.failed()
            return f"the model {self._name} took longer than {self._seconds:g} s"
        return None

    def _left(self, request: Any) -> float:
        return self._seconds - (time.monotonic() - float(request.state.get("began") or time.monotonic()))

    def _failed(self, error: Exception) -> str:
        self._breaker.failed()
        if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
            return f"the model {self._name} took longer than {self._seconds:g} s"
        return f"the model {self._name} failed ({type(error).__name__})"

    def _rubbish(self, response: Any) -> str | None:
        """Say what is wrong with the form of a reply; the content is checked later."""
        message = response.result[-1] if isinstance(response, ModelResponse) and response.result else None
        if not isinstance(message, AIMessage):
            return f"the model {self._name} gave no reply"
        if message.tool_calls:
            return None
        if message.invalid_tool_calls:
            return f"the model {self._name} called a tool with malformed arguments"
        if not str(message.text).strip():
            return f"the model {self._name} gave an empty reply"
        return f"the model {self._name} ran on without an end" if len(str(message.text)) > _WORDS else None


def _history(request: Any) -> int:
    """Count the answers of earlier turns among the messages."""
    asked = next(
        (at for at, m in enumerate(request.messages) if m.type == "human" and "asked" in m.additional_kwargs), 0
    )
    return sum(isinstance(message, AIMessage) for message in request.messages[:asked])


def _explained(response: Any, reason: str | None) -> Any:
    if reason is None:
        return response
    held = response.model_response if isinstance(response, ExtendedModelResponse) else response
    return ExtendedModelResponse(model_response=held, command=Command(update={"fallback": reason}))


def _within(seconds: float, call: Callable[[], Any]) -> Any:
    """Run a call for so long; what hangs is left behind in a thread that ends with the process."""
    done: list[Any] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            done.append(call())
        except BaseException as error:
            failed.append(error)

    context = contextvars.copy_context()
    thread = threading.Thread(target=lambda: context.run(work), name="millhand-model", daemon=True)
    thread.start()
    thread.join(max(seconds, 0.01))
    if thread.is_alive():
        raise TimeoutError(f"no reply within {seconds:.1f} s")
    if failed:
        raise failed[0]
    return done[0]
