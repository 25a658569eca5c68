"""Grounding: a draft goes out only as far as its places carry it; else the extractive model answers instead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from langchain.agents.middleware import AgentMiddleware, hook_config
from langchain_core.messages import AIMessage

from agent.checking.draft import Checked, check
from agent.middleware.state import RunState, found_in
from corpus import Corpus

NO_ANSWER = "NO_ANSWER"


class Grounding(AgentMiddleware[Any, Any]):
    """Checks the last message of a run, and sends a draft that fails back to be answered by the extractive model."""

    state_schema = RunState

    def __init__(self, corpus: Corpus) -> None:
        super().__init__()
        self._corpus = corpus

    @hook_config(can_jump_to=["model"])
    def after_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        del runtime
        message = state["messages"][-1]
        if not isinstance(message, AIMessage) or message.tool_calls:
            return None
        own = bool(message.additional_kwargs.get("extractive"))
        found = found_in(state)
        if not own and str(message.text).strip().rstrip(".") == NO_ANSWER and found.evidence is not None:
            return {"checked": Checked((), ())}
        checked = check(str(message.text), found, self._corpus, state["question"], verbatim=own)
        if own:  # it quotes: what it loses is its own affair, and nothing made up
            return {"checked": replace(checked, removed=())}
        if checked.citations and not checked.spoilt:
            return {"checked": checked}
        why = (
            "the model's draft said what no cited place carries"
            if checked.removed
            else "the model's draft cites no place"
        )
        return {"fallback": why, "jump_to": "model"}
