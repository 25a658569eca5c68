"""Composing an answer out of verbatim passages: what answers comes first, and only what answers is said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from agent.asking.question import Question
from agent.asking.understanding import Understanding, understand
from agent.models.choosing import Extract, choose
from agent.models.procedures import procedure
from agent.models.records import alarm_line, case_line, machine_line, part_line, status_lines
from agent.tools.data import addressed
from agent.tools.found import Found
from agent.words import words
from corpus import contains_quote, normal_identifier

_ANSWER = 1150  # characters; what is longer is read in the document itself
_ROWS = 2400  # ... of rows that are asked for
_LISTED = 12  # rows of a list
_FULL = 5  # rows that are told with all they say
_MENTIONED = 4  # past fixes in an answer about them
_CLAUSE = re.compile(r"[,;.?!，；。？！]|\band\b", re.IGNORECASE)
_TITLE = 80
_NUMBERED = re.compile(r"^\s*(?:\d+(?:\.\d+)*\.?|[(（]?\d+[)）])\s+")
_NAME = re.compile(r"[A-Za-z0-9]+(?:[_.][A-Za-z0-9]+)+|\b[A-Z][A-Z0-9]{5,}\b")  # HOME_IGNORE_LIMITS, ups.status
_POINTS = re.compile(
    r"\s*(?:this|these|it|they|the default|default|set(?:s|ting)?|specifies|defines|used)\b|\s*(?:该|此|其|默认|它)"
    r"|.*(?:\bthis (?:value|setting|flag|parameter|option|pin|to)\b|(?:该|此|本)(?:参数|选项|值|项|信号))",
    re.IGNORECASE | re.DOTALL,
)
_BLANK = re.compile(r"\n\s*\n")  # ends a line of the draft; within a quotation it says nothing
_STEP = re.compile(r"\n(?=\s*(?:\d{1,2}[.)、）]|[(（]\d{1,2}[)）]|步骤\s*\d+|Step \d+|[①-⑳•·▪‣\-–]))")


def compose(question: Question, found: Found, zone: ZoneInfo) -> str:
    """Return a draft whose every line ends with the ids of what it says: `text [p12]`.

    Parts, status and past fixes stand in the text where the question asks for them; else they go beside the answer.
    """
    label = words().labels[question.asked.language]
    asked = _by_parts(question, found)
    lines: list[str] = []
    if question.recorded.query:
        return "\n\n".join(_within(_queried(question, found, label, zone), _ROWS))
    if found.facts:
        lines = [f"- {fact.text} [{fact.id}]" for fact in found.facts]
        if question.recorded.listed == "parts" or question.recorded.needed or "low_stock" in asked.intents:
            lines += [part_line(part, found, label, zone, question.own) for part in found.parts[:_LISTED]]
        lines += [machine_line(machine, found, label) for machine in found.machines[:_LISTED]]
        # how often, and how it was mended
        if (
            question.recorded.people
            or question.recorded.listed == "cases"
            or ("history" in asked.intents and asked.wants & {"steps", "cause"})
        ):
            lines += [case_line(case, label, zone) for case in found.cases[:_MENTIONED]]
        return "\n\n".join(_within(lines))
    if asked.code and {"fault", "stock"} <= asked.intents:  # what the code says, then the stock of what it names
        lines += _direct(question, asked, found)
        named = normal_identifier("\n".join(lines))
        parts = [part for part in found.parts if normal_identifier(part.part_number) in named]
        lines += [part_line(part, found, label, zone, question.own) for part in parts]
    elif "stock" in asked.intents and found.parts:
        lines += [f"- {total.text} [{total.id}]" for total in found.totals.values()]
        lines += [part_line(part, found, label, zone, question.own) for part in found.parts[:8]]
    if "status" in asked.intents and (found.readings or found.alarms or found.states):
        lines += status_lines(found, label, zone, question.own)
    if "overview" in asked.intents and found.machines:
        lines += [machine_line(machine, found, label) for machine in found.machines]
    if "history" in asked.intents and found.cases:
        if not lines and _beside_the_past(question):  # the maker's text comes before a colleague's
            lines += _direct(question, asked, found)
        lines += [f"**{label['cases']}**", *(case_line(case, label, zone) for case in found.cases[:_MENTIONED])]
    if not lines:
        lines = _direct(question, asked, found)
    return "\n\n".join(_within(lines))


def _queried(question: Question, found: Found, label: Mapping[str, str], zone: ZoneInfo) -> list[str]:
    """Return the figures of a query, then its rows."""
    lines = [f"- {fact.text} [{fact.id}]" for fact in found.facts]
    brief = len(found.parts) > _FULL
    lines += [part_line(part, found, label, zone, question.own, brief=brief) for part in found.parts[:_LISTED]]
    lines += [machine_line(machine, found, label) for machine in found.machines[:_LISTED]]
    lines += [alarm_line(alarm, label, zone) for alarm in found.alarms[:_LISTED]]
    brief = len(found.cases) > _FULL
    return lines + [case_line(case, label, zone, brief=brief) for case in found.cases[:_LISTED]]


def _beside_the_past(question: Question) -> bool:
    """Say whether a clause asks for cause, steps or meaning as such: "what do I check, and how was it fixed before?"."""
    asks = words().report["asks"]
    clauses = [understand(clause) for clause in _CLAUSE.split(question.own) if asks.search(clause)]
    return any(one.wants & {"cause", "steps", "definition"} and "history" not in one.intents for one in clauses)


def _by_parts(question: Question, found: Found) -> Understanding:
    """Take a question that names nothing but part numbers as one about stock: a part number looks like a code.

    Whether a part may be used is another question, which the manual answers.
    """
    asked = question.asked
    numbers = {normal_identifier(part.part_number) for part in found.parts}
    # What looks like a code can be part of a name: "high-pressure filter FH-1".
    names = [normal_identifier(f"{part.name} {part.spec or ''}") for part in found.parts]
    if asked.identifiers and all(
        i.normal in numbers or ("stock" in asked.intents and any(i.normal in name for name in names))
        for i in asked.identifiers
    ):
        plain = "stock" in asked.intents or not (
            asked.intents & {"specification", "procedure"} or words().hazard_asked.search(question.own)
        )
        return replace(asked, intents=(asked.intents - {"fault"}) | ({"stock"} if plain else frozenset()))
    return asked


def _direct(question: Question, asked: Understanding, found: Found) -> list[str]:
    steps = procedure(question, asked, found)
    lines: list[str] = []
    for extract in steps or choose(question, asked, found):
        if question.apart:
            lines += [f"**{one.tag} {one.name}**" for one in question.machines if one.model in extract.passage.models]
        elif not steps and not lines and (title := _title_needed(asked, extract)):
            lines.append(f"**{title}**")
        lines.append(f"{_BLANK.sub(chr(10), extract.text)} [p{extract.passage.id}]")
    return lines


def _title_needed(asked: Understanding, extract: Extract) -> str | None:
    """Return the title of an extract's section where it says what the text speaks of: "This flag determines …"."""
    passage = extract.passage
    if not passage.section or passage.kind not in ("text", "procedure"):
        return None
    title = _NUMBERED.sub("", passage.section[-1]).strip()
    speaks = _POINTS.match(extract.text) or ("name" in asked.wants and _NAME.search(title))
    needed = speaks and 0 < len(title) <= _TITLE and not contains_quote(extract.text, title) and not addressed(title)
    return title.replace("*", "") if needed else None


def _within(lines: Sequence[str], most: int = _ANSWER) -> list[str]:
    """Keep whole lines while they fit; a procedure that is longer ends after a whole step."""
    kept: list[str] = []
    room = most
    for line in lines:
        if len(line) > room:
            body, _, mark = line.rpartition(" [")
            steps = _STEP.split(body)
            text = ""
            for step in steps:
                if len(text) + len(step) + 1 > room:
                    break
                text = f"{text}\n{step}" if text else step
            if text and room > 120:
                kept.append(f"{text} [{mark}")
            break
        kept.append(line)
        room -= len(line)
    return kept
