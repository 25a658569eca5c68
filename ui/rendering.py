"""Answers as sanitised HTML, set out for arm's length: warning, answer, steps to tick, parts, status, past fixes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

from markdown_it import MarkdownIt

from ui.html import below, clean, limits, moment, number, outside, person, quantity, section, table
from ui.texts import Language, heading, refusal, text

Json = Mapping[str, Any]

MARKDOWN = (
    MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable(["image", "link", "autolink"])
)
MARK = re.compile(r"\[(\d{1,3})\]")
STEP = re.compile(
    r"^\s*(?:(\d{1,2})[.)、．](?=\s|\D)|[（(](\d{1,2})[)）]|([①-⑳])|(?:Step|步骤|第)\s*(\d{1,2})\s*[步:：.]?)\s*(?=\S)",
    re.I,
)
REASONS = ("wrong_machine", "wrong_page", "incomplete", "unclear", "outdated")
"""Why an answer did not help, by the ends of their texts' keys."""
CELL = re.compile(r"([^:：|]{1,40})[:：]\s*(\S.*)", re.S)
BRIEF = 24
"""Characters; a field of a row that is no longer, such as a fault's code and name, is shown large and beside others."""
QUOTE_IN_ADDRESS = 1500
"""Characters; a longer quote is found on its page by its beginning."""


def question_html(question: str) -> str:
    """Show what was asked, as plain text."""
    return clean(f'<div class="mh-question">{escape(question)}</div>')


def failure_html(error: str, language: Language) -> str:
    """Show a failure."""
    return clean(
        f'<div class="mh-failure" role="alert">{escape(text(language, "failed", error=refusal(language, error)))}</div>'
    )


def progress_html(steps: Sequence[Json], sentences: Sequence[Json], language: Language) -> str:
    """Show an answer on its way: tool steps {name, detail, state}, then checked sentences {text}."""
    lines = "".join(_step(step, language) for step in steps)
    body = "".join(
        f"<p class='mh-sentence'>{_marked(MARKDOWN.renderInline(one['text']), {}, language)}</p>" for one in sentences
    )
    waiting = "" if sentences or steps else f"<p>{escape(text(language, 'asking'))}</p>"
    return clean(
        f'<div class="mh-answer mh-pending" role="status">{waiting}<ul class="mh-steps">{lines}</ul>{body}</div>'
    )


def _step(step: Json, language: Language) -> str:
    try:
        name = text(language, f"step_{step['name']}")
    except KeyError:
        name = str(step["name"]).replace("_", " ")
    done = step.get("state") not in ("running", "started", "start")
    mark, kind = ("✓", "done") if done else ("…", "running")
    detail = f' <span class="mh-detail">{escape(str(step["detail"]))}</span>' if step.get("detail") else ""
    return f'<li class="mh-step-{kind}">{mark} {escape(name)}{detail}</li>'


def answer_html(answer: Json, language: Language, zone: Any = None) -> str:
    """Show a finished answer, as `Answer.to_json` gives it; times are shown in `zone`."""
    citations = _by_number(answer.get("citations") or [])
    state = answer.get("state", "answered")
    rows = _Rows(answer, citations, language, zone)
    parts = [_warnings(answer.get("warnings") or [], citations, language)]
    if state == "no_answer":
        parts.append(f'<h3 class="mh-state">{escape(text(language, "no_answer"))}</h3>')
    parts.append(_body(rows.without_rows(answer.get("text") or ""), citations, language))
    parts.append(_choices(answer.get("choices") or [], language))
    parts += [rows.parts(), rows.status(), rows.cases()]
    if state == "no_answer":
        parts.append(_nearest(answer.get("nearest") or [], language))
    parts.append(_sources(citations.values(), language))
    if answer.get("fallback"):
        parts.append(f'<p class="mh-note">{escape(text(language, "fallback"))}</p>')
    return clean(f'<div class="mh-answer mh-{escape(state)}">{"".join(parts)}</div>')


# --- the text ----------------------------------------------------------------------------------------------------


def _body(said: str, citations: Mapping[int, Json], language: Language) -> str:
    """Show the answer's text; runs of two or more numbered lines become a list to tick."""
    blocks: list[str] = []
    plain: list[str] = []
    steps: list[str] = []

    def flush() -> None:
        if len(steps) == 1:
            plain.append(steps[0])
        elif steps:
            close()
            blocks.append(_ticks(steps, citations, language))
        steps.clear()

    def close() -> None:
        if "".join(plain).strip():
            blocks.append(_marked(MARKDOWN.render("\n".join(plain)), citations, language))
        plain.clear()

    def cells(line: str) -> bool:
        """Show a row of a table, cells with their headings, one below the other; say whether it was one."""
        pairs = [CELL.match(cell.strip()) for cell in line.split(" | ")]
        if len(pairs) < 2 or not all(pairs):
            return False
        close()
        rows = "".join(
            f"<p{_brief(pair[2])}><b>{_heading(pair[1], language)}</b>{MARKDOWN.renderInline(pair[2])}</p>"
            for pair in pairs
            if pair
        )
        blocks.append(f'<div class="mh-fields">{_marked(rows, citations, language)}</div>')
        return True

    for line in said.splitlines():
        if STEP.match(line):
            steps.append(line)
        elif steps and line.strip() and line[:1] in " \t　":
            steps[-1] += f" {line.strip()}"
        elif line.strip() or not steps:
            flush()
            if not cells(line):
                plain.append(line)
    flush()
    close()
    return f'<div class="mh-text">{"".join(blocks)}</div>' if blocks else ""


def _heading(written: str, language: Language) -> str:
    """Show a column's name as the source writes it, and as the reader's language calls it."""
    return escape(" · ".join(filter(None, [written.strip(), heading(language, written)])))


def _brief(said: str) -> str:
    return ' class="mh-brief"' if len(MARK.sub("", said)) <= BRIEF else ""


def _ticks(steps: Sequence[str], citations: Mapping[int, Json], language: Language) -> str:
    items = []
    for step in steps:
        match = STEP.match(step)
        said = step[match.end() :] if match else step
        label = MARK.sub("", said).strip()
        chips = "".join(_chip(citations[int(n)], n, language) for n in MARK.findall(said) if int(n) in citations)
        shown = number_of(match) if match else ""
        items.append(
            f'<li><label class="mh-tick"><input type="checkbox"><span><b>{escape(shown)}</b> '
            f"{MARKDOWN.renderInline(label)}</span></label>{chips}</li>"
        )
    return f'<ul class="mh-ticks" aria-label="{escape(text(language, "steps"))}">{"".join(items)}</ul>'


def number_of(match: re.Match[str]) -> str:
    """Return a step's own number, as it stands in the source."""
    return next((group for group in match.groups() if group), "")


# --- citations ---------------------------------------------------------------------------------------------------


def _by_number(citations: Iterable[Any]) -> dict[int, Json]:
    return {int(one["n"]): one for one in citations if isinstance(one, Mapping) and one.get("n") is not None}


def _marked(html: str, citations: Mapping[int, Json], language: Language) -> str:
    def chip(match: re.Match[str]) -> str:
        citation = citations.get(int(match[1]))
        return _chip(citation, match[1], language) if citation else match[0]

    return MARK.sub(chip, html)


def place_label(place: Json, language: Language) -> str:
    """Say a place in one line: file, page, section, row or record."""
    record = place.get("record") or {}
    parts = [
        place.get("source"),
        text(language, "page_short", page=place["page"]) if place.get("page") else None,
        place.get("section"),
        text(language, "row_short", row=place["row"]) if place.get("row") else None,
    ]
    if record and not place.get("source"):
        ids = ", ".join(str(one) for one in record.get("ids") or [])
        name = f"table_{record.get('table')}"
        try:
            name = text(language, name)
        except KeyError:
            name = str(record.get("table"))
        parts.append(text(language, "record_short", table=name, ids=ids))
    return " · ".join(str(part) for part in parts if part)


def place_address(place: Json, quote: str, language: Language) -> str | None:
    """Return the address that shows a place with its quote, or None for a record of the database."""
    if not place.get("revision"):
        return None
    query = {"page": place.get("page"), "section": place.get("section"), "quote": quote[:QUOTE_IN_ADDRESS]}
    pairs = [(name, str(value)) for name, value in query.items() if value]
    return f"/places/{place['revision']}?{urlencode([*pairs, ('lang', language)])}"


def _chip(citation: Json, label: str, language: Language, *, wide: bool = False) -> str:
    where = place_label(citation, language)
    address = place_address(citation, citation.get("quote") or "", language)
    kind = "mh-cite mh-cite-wide" if wide else "mh-cite"
    shown = f"<b>{escape(label)}</b> {escape(where)}" if wide else escape(label)
    name = escape(text(language, "source_number", n=label, where=where))
    if address is None:
        return (
            f'<button type="button" class="{kind}" data-label="{escape(where)}" '
            f'data-quote="{escape(citation.get("quote") or "")}" aria-label="{name}">{shown}</button>'
        )
    return (
        f'<a class="{kind}" href="{escape(address)}" target="_blank" title="{escape(where)}" '
        f'aria-label="{name}">{shown}</a>'
    )


def _sources(citations: Iterable[Json], language: Language) -> str:
    items = "".join(f"<li>{_chip(one, str(one['n']), language, wide=True)}</li>" for one in citations)
    return section(text(language, "sources"), f'<ul class="mh-sources">{items}</ul>') if items else ""


def _nearest(places: Sequence[Json], language: Language) -> str:
    items = []
    for place in places:
        address = place_address(place, place.get("quote") or place.get("text") or "", language)
        label = escape(place_label(place, language) or str(place.get("title") or ""))
        link = (
            f'<a class="mh-cite mh-cite-wide" href="{escape(address)}" target="_blank">{label}</a>'
            if address
            else label
        )
        items.append(f"<li>{link}</li>")
    return section(text(language, "nearest"), f'<ul class="mh-sources">{"".join(items)}</ul>') if items else ""


# --- what comes with an answer -----------------------------------------------------------------------------------


def _warnings(warnings: Sequence[Any], citations: Mapping[int, Json], language: Language) -> str:
    lines = []
    for warning in warnings:
        if isinstance(warning, str):
            lines.append(f"<p>{_marked(escape(warning), citations, language)}</p>")
            continue
        quote = escape(warning.get("quote") or warning.get("text") or "").replace("\n", "<br>")
        n = warning.get("n")
        cited = citations.get(int(n), warning) if n is not None else warning
        chip = _chip(cited, str(n or text(language, "sources")), language) if cited.get("source") else ""
        lines.append(f"<p>{quote} {chip}</p>")
    if not lines:
        return ""
    head = escape(text(language, "warning"))
    return f'<div class="mh-warning" role="note" aria-label="{head}"><h3>⚠ {head}</h3>{"".join(lines)}</div>'


def _choices(choices: Sequence[Any], language: Language) -> str:
    buttons = []
    for choice in choices:
        label, ask = (choice, choice) if isinstance(choice, str) else _choice(choice)
        buttons.append(f'<button type="button" class="mh-choice" data-ask="{escape(ask)}">{escape(label)}</button>')
    head = escape(text(language, "clarify"))
    return f'<div class="mh-choices" role="group" aria-label="{head}">{"".join(buttons)}</div>' if buttons else ""


def _choice(choice: Json) -> tuple[str, str]:
    label = str(choice.get("label") or choice.get("text") or choice.get("equipment") or choice.get("value") or "")
    return label, str(choice.get("question") or choice.get("value") or choice.get("equipment") or label)


class _Rows:
    """The rows of the database that come with an answer, each with the citations that are about it alone."""

    def __init__(self, answer: Json, citations: Mapping[int, Json], language: Language, zone: Any) -> None:
        self._language = language
        self._zone = zone
        self._citations = citations
        self._parts: Sequence[Json] = answer.get("parts") or []
        self._alarms = [row for row in answer.get("status") or [] if row.get("code")]
        self._readings = [row for row in answer.get("status") or [] if not row.get("code")]
        self._cases: Sequence[Json] = answer.get("cases") or []

    def without_rows(self, said: str) -> str:
        """Leave out the lines that only say again what a row below says, and headings that then stand alone."""
        kept: list[str] = []
        for block in said.split("\n\n"):
            if not self._told_below(block):
                kept.append(block)
        heading = re.compile(r"^\s*\*\*[^*]+\*\*\s*$")
        return "\n\n".join(
            block
            for at, block in enumerate(kept)
            if not heading.match(block) or (at + 1 < len(kept) and not heading.match(kept[at + 1]))
        )

    def _told_below(self, block: str) -> bool:
        marks = [int(n) for n in MARK.findall(block)]
        records = [(self._citations.get(n) or {}).get("record") for n in marks]
        if len(records) != 1 or not records[0] or "\n" in block.strip():
            return False
        if len(records[0].get("ids") or ()) > 1:
            return False  # a sum over several rows is told by none of them
        return any(
            all(needed and needed in block for needed in needs)
            for needs in [
                *(
                    (str(row.get("part_number") or ""), str(row.get("bin") or row.get("name") or ""))
                    for row in self._parts
                ),
                *(
                    (
                        moment(row.get("at"), self._zone) if _is_state(row) else str(row.get("metric") or ""),
                        number(row.get("value")),
                    )
                    for row in self._readings
                ),
                *((str(row.get("code") or ""), moment(row.get("since"), self._zone)) for row in self._alarms),
                *((str(row.get("symptom") or ""), str(row.get("action") or "")) for row in self._cases),
            ]
        )

    def _chips(self, about: Callable[[Json], bool]) -> str:
        """Return the chips of the citations of one record that is this row."""
        return "".join(
            _chip(one, str(n), self._language) for n, one in self._citations.items() if one.get("record") and about(one)
        )

    def parts(self) -> str:
        rows = []
        for row in self._parts:
            note = self._bad("below_minimum") if below(row.get("on_hand"), row.get("minimum")) else ""
            instead = ""
            if note and row.get("substitutes"):
                names = ", ".join(row["substitutes"])
                instead = (
                    f'<br><span class="mh-detail">{escape(text(self._language, "substitutes", names=names))}</span>'
                )
            line, bin_ = str(row.get("part_number") or ""), str(row.get("bin") or "")
            chips = self._chips(
                lambda one, line=line, bin_=bin_: (
                    one["record"].get("table") == "parts"  # type: ignore[misc]
                    and line in (one.get("quote") or "")
                    and bin_ in (one.get("quote") or "")
                )
            )
            stock = quantity(row.get("on_hand"), row.get("unit"), self._language)
            rows.append(
                (
                    f"<b>{escape(line)}</b> {chips}",
                    escape(_name(row, self._language)),
                    f"<b>{escape(bin_ or '—')}</b>",
                    f"<b>{escape(stock)}</b> {note}{instead}",
                    escape(number(row.get("minimum"))),
                    escape(moment(row.get("as_of"), self._zone, day=True)),
                )
            )
        keys = ("part_number", "part_name", "bin", "on_hand", "minimum", "as_of")
        return section(text(self._language, "parts"), table(keys, rows, self._language)) if rows else ""

    def status(self) -> str:
        rows = []
        for row in self._readings:
            marks = self._bad("stale", old=True) if row.get("stale") else ""
            marks += self._bad("out_of_limits") if outside(row) else ""
            metric, value = str(row.get("metric") or ""), number(row.get("value"))
            told = _is_state(row)
            needed = (str(row.get("equipment") or ""), "" if told else metric, value)
            of = "states" if told else "readings"
            chips = self._chips(
                lambda one, needed=needed, of=of: (
                    one["record"].get("table") == of  # type: ignore[misc]
                    and all(part in (one.get("quote") or "") for part in needed)
                )
            )
            rows.append(
                (
                    escape(str(row.get("equipment") or "")),
                    f"{escape(text(self._language, 'machine_state') if told else metric)} {chips}",
                    f"<b>{escape(quantity(row.get('value'), row.get('unit'), self._language))}</b> {marks}",
                    escape(limits(row.get("limit_low"), row.get("limit_high"))),
                    escape(moment(row.get("at"), self._zone)),
                )
            )
        alarms = alarms_html(self._alarms, self._language, self._zone, self._chips)
        title = text(self._language, "status")
        machines = {str(row.get("equipment") or "") for row in self._readings}
        first = 0
        if len(machines) == 1:  # said once, in the heading
            first, title = 1, f"{title} · {machines.pop()}"
        keys = ("machine", "metric", "value", "limits", "at")
        body = alarms + table(keys[first:], [row[first:] for row in rows], self._language)
        return section(title, body) if body else ""

    def cases(self) -> str:
        items = []
        for row in self._cases:
            chips = self._chips(
                lambda one, row=row: (
                    one["record"].get("table") == "cases"  # type: ignore[misc]
                    and row.get("id") in (one["record"].get("ids") or ())
                )
            )
            items.append(case_html(row, self._language, self._zone, chips))
        if not items:
            return ""
        note = f'<p class="mh-detail">{escape(text(self._language, "cases_note"))}</p>'
        listed = f'<ul class="mh-cases">{"".join(items)}</ul>'
        return f'<div class="mh-apart">{section(text(self._language, "cases"), note + listed)}</div>'

    def _bad(self, key: str, *, old: bool = False) -> str:
        return f'<span class="{"mh-old" if old else "mh-bad"}">{escape(text(self._language, key))}</span>'


def _is_state(row: Json) -> bool:
    """Say whether a row of the status tells what a machine is doing, in a word."""
    return isinstance(row.get("value"), str)


def _name(row: Json, language: Language) -> str:
    names = (row.get("name_en"), row.get("name")) if language == "en" else (row.get("name"), row.get("name_en"))
    return str(next((name for name in names if name), ""))


def alarms_html(
    rows: Sequence[Json], language: Language, zone: Any, chips: Callable[[Callable[[Json], bool]], str] | None = None
) -> str:
    """List alarms, those that stand now in red."""
    items = []
    for row in rows:
        since, until = moment(row.get("since"), zone), moment(row.get("until"), zone)
        when = (
            text(language, "alarm_between", since=_when(since), until=_when(until))
            if until
            else text(language, "alarm_since", since=_when(since))
        )
        code = str(row["code"])
        cited = (
            chips(
                lambda one, code=code: (
                    one["record"].get("table") == "alarms"  # type: ignore[misc]
                    and code in (one.get("quote") or "")
                )
            )
            if chips
            else ""
        )
        said = f" {escape(str(row['text']))}" if row.get("text") else ""
        kind = "mh-alarm-past" if until else "mh-alarm"
        items.append(
            f'<li class="{kind}"><b>{escape(str(row.get("equipment") or ""))} {escape(code)}</b>{said} '
            f"{when} {cited}</li>"
        )
    return f'<ul class="mh-alarms">{"".join(items)}</ul>' if items else ""


def _when(at: str) -> str:
    return f'<span class="mh-when">{escape(at)}</span>'


def case_html(row: Json, language: Language, zone: Any, more: str = "") -> str:
    """Show a past fix as a list item: symptom, cause, action, by whom and when; what is missing is not recorded."""
    unknown = text(language, "not_recorded")
    lines = "".join(
        f"<br><b>{escape(text(language, key))}</b> {escape(str(row.get(key) or unknown))}"
        for key in ("cause", "action")
    )
    when = moment(row.get("date"), zone, day=True) or unknown
    by = text(language, "case_by", by=person(row.get("by"), language) or unknown, date=when)
    head = " ".join(str(row[key]) for key in ("equipment", "code") if row.get(key))
    return (
        f"<li><b>{escape(head)}</b> {escape(str(row.get('symptom') or ''))}{lines}"
        f'<br><span class="mh-detail">{escape(by)}</span> {more}</li>'
    )
