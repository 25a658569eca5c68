"""The assistant: one LangChain agent — model, tools, middleware, prompt — and the answer made of its checked draft."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from uuid import uuid4

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel

from agent import finishing
from agent.answer import Answer
from agent.asking.bypass import refusal_of_bypass
from agent.asking.history import messages_of
from agent.asking.question import Question, read_question
from agent.checking.draft import Checked
from agent.events import Event, Finished, Sentence, steps
from agent.middleware.endpoint import Breaker, Endpoint
from agent.middleware.grounding import Grounding
from agent.middleware.limits import Limits
from agent.middleware.scope import Scope
from agent.middleware.state import RunState, found_in
from agent.models.configured import build_model
from agent.models.extractive import ExtractiveModel
from agent.tools import build_tools
from corpus import Corpus, Settings, Turn

_PROMPT = files("agent").joinpath("prompts/system.md").read_text(encoding="utf-8")


class Assistant:
    """Answers questions from one corpus; safe to use from several threads."""

    def __init__(self, settings: Settings, corpus: Corpus, model: BaseChatModel) -> None:
        for name in ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2"):
            os.environ[name] = "false"  # whatever the shell says, nothing leaves the building
        self._corpus = corpus
        self._name = str(getattr(model, "model_name", None) or model._llm_type)
        extractive = model if isinstance(model, ExtractiveModel) else ExtractiveModel(zone=settings.zone)
        self._agent: Any = create_agent(
            model,
            tools=build_tools(corpus),
            system_prompt=_PROMPT,
            state_schema=RunState,
            middleware=[
                Limits(),
                Scope(corpus),
                Endpoint(model, extractive, self._name, settings.model_seconds, Breaker()),
                Grounding(corpus),
            ],
        )

    def ask(self, question: str, **about: Any) -> Answer:
        """Answer one question; takes what `stream` takes. Raises NotFound: no equipment has this tag."""
        return next(event.answer for event in self.stream(question, **about) if isinstance(event, Finished))

    def warm_up(self) -> None:
        """Run a question through the agent and keep nothing of it, so that the first real one does not wait."""
        for _ in self._answer(read_question(self._corpus, "E-1: how do I repair it?", None, None, []), []):
            pass

    def stream(
        self,
        question: str,
        *,
        equipment: str | None = None,
        image_text: str | None = None,
        conversation: str | None = None,
        owner: str = "local",
    ) -> Iterator[Event]:
        """Answer one question as events: steps of the tools, then checked sentences, then the answer.

        `conversation` continues an earlier one of the same owner; `image_text` is what was read in a picture.
        """
        began = time.perf_counter()
        conversation = conversation or uuid4().hex
        turns = self._corpus.turns(conversation, owner=owner, limit=6)
        asked = read_question(self._corpus, question, equipment, image_text, turns)
        answer = yield from self._answer(asked, turns)
        answer = replace(
            answer,
            conversation=conversation,
            asked=asked.text,
            chosen=asked.chosen,
            answer_ms=(time.perf_counter() - began) * 1000,
        )
        self._remember(asked, answer, owner)
        yield Finished(answer)

    def _answer(self, question: Question, turns: list[Turn]) -> Generator[Event, None, Answer]:
        if "talk" in question.asked.intents:
            return finishing.talked(question)
        if "off_topic" in question.asked.intents:
            return finishing.off_topic(question)
        if question.unread:
            return finishing.unread(question)
        if question.unknown:
            return finishing.unknown_machine(question, self._corpus.all_equipment())
        refusal = refusal_of_bypass(self._corpus, question)
        if refusal is not None:
            return finishing.refused_bypass(self._corpus, question, refusal)
        state = yield from self._run(question, turns)
        answer = finishing.finished(self._corpus, question, found_in(state), state.get("checked") or Checked((), ()))
        for warning in answer.warnings:
            yield Sentence(warning.quote, (warning.n,))
        if answer.state == "answered":
            yield from (Sentence(text, marks) for text, marks in state["checked"].lines)
        fallback = state.get("fallback")
        return replace(answer, model="extractive" if fallback else self._name, fallback=fallback)

    def _run(self, question: Question, turns: list[Turn]) -> Generator[Event, None, Any]:
        """Run the agent's loop, telling of each tool call; return its last state. What a model drafts is never told."""
        given = {"messages": messages_of(question, turns), "question": question, "began": time.monotonic()}
        state: Any = given
        for mode, update in self._agent.stream(given, stream_mode=["updates", "values"]):
            if mode == "values":
                state = update
            else:
                yield from steps(update, state)
        return state

    def _remember(self, question: Question, answer: Answer, owner: str) -> None:
        plain = json.dumps(answer.to_json(), ensure_ascii=False)
        tag = question.machine.tag if question.machine else None
        turn = Turn(answer.conversation or "", question.said, plain, datetime.now(UTC), tag, answer.state)
        self._corpus.add_turn(turn, owner=owner)


def build_assistant(settings: Settings, corpus: Corpus, model: BaseChatModel | None = None) -> Assistant:
    """Make the assistant over a corpus, with the model that the settings name unless one is given."""
    return Assistant(settings, corpus, model or build_model(settings))
