"""The embedded default: a chat model without a language model. It plans tool calls and composes verbatim answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from agent.models.choosing import documents_of
from agent.models.composing import compose
from agent.models.understanding import Understanding, understand
from agent.tools.found import Found, merged
from corpus import extract_identifiers


class ExtractiveModel(BaseChatModel):
    """Deterministic: the same question over the same corpus gives the same answer."""

    zone: ZoneInfo

    @property
    def _llm_type(self) -> str:
        return "extractive"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> ExtractiveModel:
        del tools, kwargs  # it knows its tools by name
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        del stop, run_manager, kwargs
        at = max(i for i, message in enumerate(messages) if isinstance(message, HumanMessage))
        human = messages[at]
        question = str(human.additional_kwargs.get("question", human.content))
        equipment = human.additional_kwargs.get("equipment")
        names = frozenset(human.additional_kwargs.get("names", ()))
        asked = understand(question, names=names)
        results = [message for message in messages[at + 1 :] if isinstance(message, ToolMessage)]
        if not results:
            reply = AIMessage("", tool_calls=_plan(question, equipment, asked))
        else:
            found = merged(m.artifact for m in results if isinstance(m.artifact, Found))
            more = _more(found, asked, equipment, {str(message.name) for message in results})
            reply = AIMessage("" if more else compose(question, asked, found, self.zone), tool_calls=more)
        return ChatResult(generations=[ChatGeneration(message=reply)])


def _plan(question: str, equipment: str | None, asked: Understanding) -> list[ToolCall]:
    """Return the calls that a question needs, often several."""
    at = {"equipment": equipment} if equipment else {}
    calls = [_call("search_manuals", query=question, **at)]
    calls += [_call("explain_fault_code", code=i.text, **at) for i in asked.identifiers[:4] if i.kind == "code"]
    if "low_stock" in asked.intents:
        calls.append(_call("parts_below_minimum", **at))
    elif "stock" in asked.intents or any(i.kind == "part" for i in asked.identifiers):
        calls.append(_call("find_parts", query=question, **at))
    if equipment and asked.intents & {"status", "fault"}:
        calls.append(_call("read_status", equipment=equipment))
    if asked.intents & {"history", "fault"}:
        code = {"code": asked.code} if asked.code else {}
        calls.append(_call("find_past_fixes", query=question, **at, **code))
    return calls


def _more(found: Found, asked: Understanding, equipment: str | None, made: set[str]) -> list[ToolCall]:
    """Return the calls that the first results suggest: the stock of the parts that the answer names."""
    if found.parts or "find_parts" in made or not asked.intents & {"fault", "procedure", "stock"}:
        return []
    passages = documents_of(found.evidence.passages if found.evidence else ())
    named = [i for passage in passages[:2] for i in extract_identifiers(passage.text) if i.kind == "part"]
    if not named:
        return []
    at = {"equipment": equipment} if equipment else {}
    return [_call("find_parts", query=" ".join(dict.fromkeys(i.text for i in named[:12])), **at)]


def _call(name: str, **arguments: Any) -> ToolCall:
    return ToolCall(name=name, args=arguments, id=uuid4().hex)
