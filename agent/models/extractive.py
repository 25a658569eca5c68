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

from agent.asking.doing import of_every_machine
from agent.asking.figures import about_alarms, figure_calls
from agent.asking.question import Question
from agent.asking.understanding import understand
from agent.models.choosing import documents_of
from agent.models.composing import compose
from agent.models.procedures import best_section
from agent.tools.found import Found, merged
from agent.words import words
from corpus import content_words, extract_identifiers, index_tokens, normal_identifier

_NAMING = 5  # passages whose part numbers are looked up in stock
_NUMBERS = 24
_COUNTING = {"repair_statistics", "alarm_statistics", "stock_totals"}  # which would leave a condition out
OWN = "x-"  # begins the ids of this model's tool calls: another model's results are none of its business


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
        human = next(message for message in reversed(messages) if isinstance(message, HumanMessage))
        question = human.additional_kwargs.get("asked")
        if not isinstance(question, Question):
            question = Question(str(human.text), str(human.text), understand(str(human.text)))
        results = [m for m in messages if isinstance(m, ToolMessage) and m.tool_call_id.startswith(OWN)]
        found = merged(m.artifact for m in results if isinstance(m.artifact, Found))
        calls = (
            _more(found, question, [str(message.name) for message in results])
            if results
            else _plan(question, self.zone)
        )
        text = "" if calls else compose(question, found, self.zone)
        reply = AIMessage(text, tool_calls=calls, additional_kwargs={"extractive": True})
        return ChatResult(generations=[ChatGeneration(message=reply)])


_COMPARED = 3  # machines of which one question asks the same
# What no single row of stock answers.
_EXTREMES = (
    "most", "least", "longest", "shortest", "dearest", "cheapest", "first", "last", "total", "mean", "measures.worth",
)  # fmt: skip


def _plan(question: Question, zone: ZoneInfo) -> list[ToolCall]:
    """Return the calls that a question needs, often several."""
    asked, tag = question.asked, question.scope
    at = {"equipment": tag} if tag else {}
    if question.recorded.compared:
        return [_call("compare_readings", query=question.text, machines=list(question.recorded.compared))]
    counted = {name for name, _ in figure_calls(question, zone)} & _COUNTING
    ranked = "stock" in asked.intents and any(words().query[name].search(question.text) for name in _EXTREMES)
    unheard = question.recorded.unknown and (counted or ranked or "low_stock" in asked.intents)
    if question.recorded.query or unheard:
        machines = [machine.tag for machine in (*([question.machine] if question.machine else question.machines),)]
        return [_call("query_records", query=question.text, machines=machines)]
    if question.apart:
        calls = [
            _call("search_manuals", query=question.text, equipment=one.tag) for one in question.machines[:_COMPARED]
        ]
    else:
        calls = [_call("search_manuals", query=question.text, **at)]
    calls += [_call(name, **arguments) for name, arguments in figure_calls(question, zone)]
    if question.topic:
        calls.append(_call("search_manuals", query=question.own, **at))
    calls += [_call("explain_fault_code", code=i.text, **at) for i in asked.identifiers[:4] if i.kind == "code"]
    if "low_stock" in asked.intents:
        own = {"equipment": question.machine.tag} if question.machine else {}
        calls.append(_call("parts_below_minimum", query=question.own, **own))
    elif question.recorded.listed == "parts":
        calls.append(_call("list_parts", query=question.own, **({"equipment": tag} if question.machine else {})))
    elif question.recorded.needed:
        pass  # what the procedure names is looked up when it is found
    elif "stock" in asked.intents or any(i.kind == "part" for i in asked.identifiers):
        calls.append(_call("find_parts", query=_stock_query(question), **at))
    then = any(call["name"] == "status_statistics" for call in calls)  # a time is asked for, and not now
    if question.machine and asked.intents & {"status", "fault"} and not then:
        calls.append(_call("read_status", equipment=question.machine.tag, query=question.own))
    elif (
        "status" in asked.intents
        and not question.machines
        and (about_alarms(question.own) or of_every_machine(question.own))
    ):
        calls.append(_call("read_status", query=question.own))
    if question.recorded.listed == "machines":
        calls.append(_call("list_machines", query=question.said, tags=list(question.recorded.tags)))
    elif question.machine and "overview" in asked.intents:
        calls.append(_call("describe_machine", equipment=question.machine.tag, query=question.own))
    if asked.intents & {"history", "fault"}:
        code = {"code": asked.code} if asked.code else {}
        if question.recorded.orders:
            calls.append(_call("find_past_fixes", query=" ".join(question.recorded.orders)))
        else:
            calls.append(_call("find_past_fixes", query=_case_query(question), **at, **code))
    return calls


def _case_query(question: Question) -> str:
    """Return what past fixes are to hold; nothing where only a machine's past is asked for: "what broke before?"."""
    past = words().follow["past"]
    # "how was the spindle overheating fixed" asks for the past as a whole, and says what for within.
    said = (
        words()
        .intents["history"]
        .sub(lambda match: match.group() if content_words(past.sub(" ", match.group())) else " ", question.text)
    )
    said = words().frames.sub(" ", said)
    if "history" in question.asked.intents and not question.asked.identifiers:
        left = past.sub(" ", said)
        if content_words(left):
            return left
        if question.machine:
            return ""
    return said if content_words(said) else question.text


def _stock_query(question: Question) -> str:
    """Return what to look up in stock: the parts that the last answer named, where the question points at them."""
    if question.topic and question.parts and not any(i.kind == "part" for i in question.asked.identifiers):
        return f"{question.own} {' '.join(question.parts)}"
    return question.text


def _more(found: Found, question: Question, made: Sequence[str]) -> list[ToolCall]:
    """Return the calls that the first results suggest: the stock of the parts that the answer names.

    "有没有备件?" beside a fault code names no part itself: what the code's entry says to replace is meant.
    """
    asked = question.asked
    if question.recorded.query or question.recorded.compared or "query_records" in made:
        return []
    if question.recorded.needed:
        return _needed(found, question) if "parts_needed" not in made else []
    planned = "stock" in asked.intents and not any(i.kind == "part" for i in asked.identifiers)
    wanted = asked.intents & {"fault", "procedure"} or (planned and not found.parts)
    if not wanted or made.count("find_parts") > planned or {"parts_below_minimum", "list_parts"} & set(made):
        return []
    passages = documents_of(found.evidence.passages if found.evidence else ())
    held = {normal_identifier(part.part_number) for part in found.parts} | {i.normal for i in asked.identifiers}
    # Many a part number looks like a code; the inventory knows.
    texts = [passage.text for passage in passages[:_NAMING]]
    if planned and not question.topic and not asked.intents & {"fault", "procedure"}:
        texts = _lines_naming(question, found, texts)
    written = [i for text in texts for i in extract_identifiers(text)]
    named = [i for i in written if i.kind in ("part", "code") and i.normal not in held]
    if not named:
        return []
    at = {"equipment": question.scope} if question.scope else {}
    return [_call("find_parts", query=" ".join(dict.fromkeys(i.text for i in named[:_NUMBERS])), **at)]


def _lines_naming(question: Question, found: Found, texts: Sequence[str]) -> list[str]:
    """Return the lines that hold most words of a question: a list of parts has others that it does not ask for."""
    said = {*content_words(question.own), *found.translated}
    held = [(len(said & {*index_tokens(line)}), line) for text in texts for line in text.splitlines()]
    most = max((count for count, _ in held), default=0)
    return [line for count, line in held if count == most > 0]


def _needed(found: Found, question: Question) -> list[ToolCall]:
    """Return the look-up of the parts of a repair: those that the last answer named, else those of its procedure.

    Where no procedure fits, those of the section that the search puts first.
    """
    numbers: Sequence[str] = question.parts
    title = None
    if not numbers or not question.topic:
        passages = best_section(question, question.asked, found, anyhow=True)
        title = passages[0].section[-1] if passages else None
        if not passages:
            passages = documents_of(found.evidence.passages if found.evidence else ())[:1]
            sections = {(passage.place.revision, passage.section) for passage in passages}
            passages += [p for p in found.beside if (p.place.revision, p.section) in sections]
        numbers = [i.text for passage in passages for i in extract_identifiers(passage.text)]
    at = {"equipment": question.scope} if question.scope else {}
    of = {"procedure": title} if title else {}
    query = f"{question.own} {' '.join(dict.fromkeys(numbers))}"
    return [_call("parts_needed", query=query, **at, **of)] if numbers else []


def _call(name: str, **arguments: Any) -> ToolCall:
    return ToolCall(name=name, args=arguments, id=OWN + uuid4().hex)
