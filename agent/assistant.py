"""The assistant: one LangChain agent (model, tools, limits, prompt) and the checks between draft and reader."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from uuid import uuid4

from langchain.agents import create_agent
from langchain.agents.middleware import ModelCallLimitMiddleware, ToolCallLimitMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from agent.answer import Answer, Citation, State
from agent.events import Event, Finished, Sentence, ToolStep
from agent.middleware.grounding import Checked, check
from agent.middleware.refusal import choices, supported
from agent.middleware.safety import governing_warnings
from agent.middleware.scope import Scope, resolve_scope
from agent.models.configured import build_model
from agent.models.extractive import ExtractiveModel
from agent.models.understanding import Understanding, understand
from agent.tools import build_tools
from agent.tools.errors import tool_errors
from agent.tools.found import Found, merged
from corpus import Corpus, Language, Passage, Settings, Turn

_PROMPT = files("agent").joinpath("prompts/system.md").read_text(encoding="utf-8")
_TEXTS: dict[Language, dict[str, str]] = {
    "zh": {
        "talk": "您好！请告诉我哪台设备、什么现象或报警代码，我来查手册、备件和以往的处理。",
        "no_answer": "在现有资料里没有找到能回答这个问题的内容。",
        "ask": "可以询问：",
        "clarify": "请问是哪一台设备？",
    },
    "en": {
        "talk": "Hello! Tell me the machine and its symptom or fault code; I look in manuals, stock and past fixes.",
        "no_answer": "Nothing in the documents at hand answers this question.",
        "ask": "Ask: ",
        "clarify": "Which machine is it?",
    },
}


class Assistant:
    """Answers questions from one corpus; safe to use from several threads."""

    def __init__(self, settings: Settings, corpus: Corpus, model: BaseChatModel) -> None:
        for name in ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2"):
            os.environ[name] = "false"  # whatever the shell says, nothing leaves the building
        self._corpus = corpus
        self._model = model
        self._extractive = ExtractiveModel(zone=settings.zone)
        self._agents = {id(m): self._agent(m) for m in (model, self._extractive)}

    def _agent(self, model: BaseChatModel) -> Any:
        return create_agent(
            model,
            tools=build_tools(self._corpus),
            system_prompt=_PROMPT,
            middleware=[
                tool_errors,
                ModelCallLimitMiddleware(run_limit=6, exit_behavior="end"),  # type: ignore[list-item]
                ToolCallLimitMiddleware(run_limit=12, exit_behavior="continue"),  # type: ignore[list-item]
            ],
        )

    def ask(
        self,
        question: str,
        *,
        equipment: str | None = None,
        image_text: str | None = None,
        conversation: str | None = None,
        owner: str = "local",
    ) -> Answer:
        """Answer one question; `conversation` continues an earlier one of the same owner.

        Raises:
            NotFound: no equipment has this tag.
        """
        events = self.stream(
            question, equipment=equipment, image_text=image_text, conversation=conversation, owner=owner
        )
        return next(event.answer for event in events if isinstance(event, Finished))

    def stream(
        self,
        question: str,
        *,
        equipment: str | None = None,
        image_text: str | None = None,
        conversation: str | None = None,
        owner: str = "local",
    ) -> Iterator[Event]:
        """Answer one question as events: steps of the tools, then checked sentences, then the answer."""
        began = time.perf_counter()
        conversation = conversation or uuid4().hex
        turns = self._corpus.turns(conversation, owner=owner, limit=6)
        scope = resolve_scope(self._corpus, question, equipment, turns)
        # A tapped choice answers what was asked before it.
        pending = turns[-1].question if turns and turns[-1].state == "clarify" and len(question) < 40 else None
        whole = "\n".join(filter(None, [pending, question, image_text]))
        asked = understand(whole, names=scope.names)
        if "talk" in asked.intents:
            answer = Answer("answered", _TEXTS[asked.language]["talk"])
        else:
            answer = yield from self._answer(whole, asked, scope)
        took = (time.perf_counter() - began) * 1000
        answer = _replaced(answer, conversation=conversation, answer_ms=took)
        self._remember(question, answer, scope, owner)
        yield Finished(answer)

    def _answer(self, question: str, asked: Understanding, scope: Scope) -> Generator[Event, None, Answer]:
        fallback = None
        draft, found = "", Found()
        try:
            draft, found = yield from self._run(self._model, question, scope)
        except Exception as error:  # whatever an endpoint does, the reader gets an answer
            if self._model is self._extractive or isinstance(self._model, ExtractiveModel):
                raise
            fallback = f"the model {_name(self._model)} failed ({type(error).__name__})"
        sources = {source.id: source for source in found.sources}
        checked = check(draft, sources, self._corpus)
        if not isinstance(self._model, ExtractiveModel) and not checked.citations:
            fallback = fallback or "nothing of the model's draft could be tied to a place"
            draft, found = yield from self._run(self._extractive, question, scope)
            sources = {source.id: source for source in found.sources}
            checked = check(draft, sources, self._corpus)
        options = choices(self._corpus, asked, found, scope.machine is not None)
        state: State = "answered"
        if options:
            state = "clarify"
        elif not checked.citations or not supported(asked, found):
            state = "no_answer"
        if state != "answered":
            return self._unanswered(state, asked, found, scope, options, fallback)
        cited = [source.passage for source in found.sources if source.passage and _cites(checked, source.passage)]
        warnings = governing_warnings(self._corpus, cited, len(checked.citations) + 1)
        for text, marks in checked.lines:
            yield Sentence(text, marks)
        return Answer(
            state="answered",
            text="\n\n".join(text + "".join(f" [{n}]" for n in marks) for text, marks in checked.lines),
            citations=(*checked.citations, *warnings),
            warnings=tuple(warnings),
            parts=found.parts,
            readings=found.readings,
            alarms=found.alarms,
            cases=found.cases,
            model=_name(self._extractive if fallback else self._model),
            fallback=fallback,
            search_ms=found.milliseconds,
        )

    def _run(self, model: BaseChatModel, question: str, scope: Scope) -> Generator[Event, None, tuple[str, Found]]:
        """Run the agent's loop, telling of each tool call; return its draft and what the tools found."""
        tag = scope.machine.tag if scope.machine else None
        content = f"{question}\n\n(equipment: {tag})" if tag else question
        human = HumanMessage(
            content, additional_kwargs={"question": question, "equipment": tag, "names": sorted(scope.names)}
        )
        draft, results = "", []
        calls: dict[str, Any] = {}
        for update in self._agents[id(model)].stream({"messages": [human]}, stream_mode="updates"):
            for change in update.values():
                for message in (change or {}).get("messages", ()):
                    if isinstance(message, AIMessage):
                        draft = str(message.text)
                        for call in message.tool_calls:
                            calls[str(call["id"])] = call
                            yield ToolStep(call["name"], _detail(call["args"]), "running")
                    elif isinstance(message, ToolMessage):
                        results.append(message)
                        made = calls.get(message.tool_call_id)
                        yield ToolStep(message.name or "", _detail(made["args"]) if made else "", "done")
        return draft, merged(m.artifact for m in results if isinstance(m.artifact, Found))

    def _unanswered(
        self,
        state: State,
        asked: Understanding,
        found: Found,
        scope: Scope,
        options: tuple[str, ...],
        fallback: str | None,
    ) -> Answer:
        texts = _TEXTS[asked.language]
        text = texts[state]
        nearest: dict[str, Passage] = {}
        for source in found.sources:
            if source.passage:
                nearest.setdefault(source.passage.title, source.passage)
        if state == "no_answer" and scope.machine and scope.machine.owner:
            contact = f" ({scope.machine.contact})" if scope.machine.contact else ""
            text += f" {texts['ask']}{scope.machine.owner}{contact}"
        return Answer(
            state=state,
            text=text,
            choices=options,
            nearest=tuple((title, passage.place) for title, passage in list(nearest.items())[:3]),
            model=_name(self._extractive if fallback else self._model),
            fallback=fallback,
            search_ms=found.milliseconds,
        )

    def _remember(self, question: str, answer: Answer, scope: Scope, owner: str) -> None:
        plain = json.dumps(answer.to_json(), ensure_ascii=False)
        tag = scope.machine.tag if scope.machine else None
        turn = Turn(answer.conversation or "", question, plain, datetime.now(UTC), tag, answer.state)
        self._corpus.add_turn(turn, owner=owner)


def build_assistant(settings: Settings, corpus: Corpus, model: BaseChatModel | None = None) -> Assistant:
    """Make the assistant over a corpus, with the model that the settings name unless one is given."""
    return Assistant(settings, corpus, model or build_model(settings))


def _cites(checked: Checked, passage: Passage) -> bool:
    return any(
        isinstance(c, Citation) and c.place.revision == passage.place.revision and c.quote in passage.text
        for c in checked.citations
    )


def _replaced(answer: Answer, **changes: Any) -> Answer:
    from dataclasses import replace

    return replace(answer, **changes)


def _name(model: BaseChatModel) -> str:
    return str(getattr(model, "model_name", None) or model._llm_type)


def _detail(arguments: dict[str, Any]) -> str:
    return ", ".join(str(value) for value in arguments.values() if value)[:120]
