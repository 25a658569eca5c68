"""Answers as sanitised HTML: warnings first, then the answer, parts, status, past fixes, and citations to tap."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlencode

import nh3
from markdown_it import MarkdownIt

from ui.texts import Language, text

Json = Mapping[str, Any]

TAGS = {
    "a", "b", "blockquote", "br", "code", "div", "em", "h3", "h4", "hr", "img", "li", "mark", "ol", "p", "pre", "span",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"class"},
    "a": {"href", "target", "aria-label", "title"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "span": {"role", "tabindex", "data-ask", "data-label", "data-quote", "aria-label"},
    "div": {"role", "aria-label", "aria-live"},
    "td": {"data-label"},
}
MARKDOWN = (
    MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable(["image", "link", "autolink"])
)
MARK = re.compile(r"\[(\d{1,3})\]")
QUOTE_IN_ADDRESS = 1500
"""Characters; a longer quote is found on its page by its beginning."""


def clean(html: str) -> str:
    """Sanitise HTML: our own tags and classes, links to this server only; on one line, as the chat wants it."""
    return nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, attribute_filter=_own_address, link_rel="noopener"
    ).replace("\n", " ")


def _own_address(_tag: str, name: str, value: str) -> str | None:
    if name in ("href", "src"):
        return value if value.startswith("/") and not value.startswith(("//", "/\\")) else None
    return value


def question_html(question: str) -> str:
    """Show what was asked, as plain text."""
    return clean(f'<div class="mh-question">{escape(question)}</div>')


def failure_html(error: str, language: Language) -> str:
    """Show a failure."""
    return clean(f'<div class="mh-failure" role="alert">{escape(text(language, "failed", error=error))}</div>')


def progress_html(steps: Sequence[Json], sentences: Sequence[Json], language: Language) -> str:
    """Show an answer on its way: tool steps {name, detail, state}, then checked sentences {text, citations}."""
    lines = "".join(_step(step, language) for step in steps)
    body = "".join(
        f"<p>{_marked(MARKDOWN.renderInline(one['text']), _by_number(one.get('citations') or []), language)}</p>"
        for one in sentences
    )
    waiting = "" if sentences or steps else f"<p>{escape(text(language, 'asking'))}</p>"
    return clean(f'<div class="mh-answer mh-pending">{waiting}<ul class="mh-steps">{lines}</ul>{body}</div>')


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
    parts = [_warnings(answer.get("warnings") or [], citations, language)]
    if state == "no_answer":
        parts.append(f'<h4 class="mh-state">{escape(text(language, "no_answer"))}</h4>')
    body = _marked(MARKDOWN.render(answer.get("text") or ""), citations, language)
    parts.append(f'<div class="mh-text">{body}</div>')
    parts.append(_choices(answer.get("choices") or [], language))
    parts.append(_parts(answer.get("parts") or [], language, zone))
    parts.append(_status(answer.get("status") or [], language, zone))
    parts.append(_cases(answer.get("cases") or [], language, zone))
    if state == "no_answer":
        parts.append(_nearest(answer.get("nearest") or [], language))
    parts.append(_sources(citations.values(), language))
    if answer.get("fallback"):
        parts.append(f'<p class="mh-note">{escape(text(language, "fallback"))}</p>')
    return clean(f'<div class="mh-answer mh-{escape(state)}">{"".join(parts)}</div>')


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
        parts.append(text(language, "record_short", table=record.get("table"), ids=ids))
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
    if address is None:
        return (
            f'<span class="{kind}" role="button" tabindex="0" data-label="{escape(where)}" '
            f'data-quote="{escape(citation.get("quote") or "")}" aria-label="{escape(where)}">{shown}</span>'
        )
    return (
        f'<a class="{kind}" href="{escape(address)}" target="_blank" title="{escape(where)}" '
        f'aria-label="{escape(where)}">{shown}</a>'
    )


def _sources(citations: Iterable[Json], language: Language) -> str:
    items = "".join(f"<li>{_chip(one, str(one['n']), language, wide=True)}</li>" for one in citations)
    return _section("sources", f'<ul class="mh-sources">{items}</ul>', language) if items else ""


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
    return _section("nearest", f'<ul class="mh-sources">{"".join(items)}</ul>', language) if items else ""


# --- what comes with an answer -----------------------------------------------------------------------------------


def _section(key: str, html: str, language: Language) -> str:
    return f'<div class="mh-section"><h4>{escape(text(language, key))}</h4>{html}</div>'


def _warnings(warnings: Sequence[Any], citations: Mapping[int, Json], language: Language) -> str:
    lines = []
    for warning in warnings:
        if isinstance(warning, str):
            lines.append(f"<p>{_marked(escape(warning), citations, language)}</p>")
            continue
        quote = escape(warning.get("quote") or warning.get("text") or "").replace("\n", "<br>")
        number = warning.get("n")
        cited = citations.get(int(number), warning) if number is not None else warning
        chip = _chip(cited, str(number or text(language, "sources")), language) if cited.get("source") else ""
        lines.append(f"<p>{quote} {chip}</p>")
    if not lines:
        return ""
    head = escape(text(language, "warning"))
    return f'<div class="mh-warning" role="alert"><h4>⚠ {head}</h4>{"".join(lines)}</div>'


def _choices(choices: Sequence[Any], language: Language) -> str:
    buttons = []
    for choice in choices:
        label, ask = (choice, choice) if isinstance(choice, str) else _choice(choice)
        buttons.append(
            f'<span class="mh-choice" role="button" tabindex="0" data-ask="{escape(ask)}">{escape(label)}</span>'
        )
    head = escape(text(language, "clarify"))
    return f'<div class="mh-choices" role="group" aria-label="{head}">{"".join(buttons)}</div>' if buttons else ""


def _choice(choice: Json) -> tuple[str, str]:
    label = str(choice.get("label") or choice.get("text") or choice.get("equipment") or choice.get("value") or "")
    return label, str(choice.get("question") or choice.get("value") or choice.get("equipment") or label)


def _parts(rows: Sequence[Json], language: Language, zone: Any) -> str:
    keys = ("part_number", "part_name", "bin", "on_hand", "minimum", "as_of")
    body = []
    for row in rows:
        unit = row.get("unit") or ""
        low = _below(row)
        note = f' <span class="mh-bad">{escape(text(language, "below_minimum"))}</span>' if low else ""
        cells = (
            f"<b>{escape(str(row.get('part_number') or ''))}</b>",
            escape(_name(row, language)),
            f"<b>{escape(str(row.get('bin') or '—'))}</b>",
            escape(f"{_number(row.get('on_hand'))} {unit}".strip()) + note,
            escape(_number(row.get("minimum"))),
            escape(_time(row.get("as_of"), zone)),
        )
        body.append(_row(cells, keys, language))
    return _table("parts", keys, body, language)


def _name(row: Json, language: Language) -> str:
    names = (row.get("name_en"), row.get("name")) if language == "en" else (row.get("name"), row.get("name_en"))
    return str(next((name for name in names if name), ""))


def _below(row: Json) -> bool:
    on_hand, minimum = row.get("on_hand"), row.get("minimum")
    return isinstance(on_hand, int | float) and isinstance(minimum, int | float) and on_hand < minimum


def _status(rows: Sequence[Json], language: Language, zone: Any) -> str:
    keys = ("machine", "metric", "value", "limits", "at")
    body, alarms = [], []
    for row in rows:
        if row.get("code"):
            since, until = _time(row.get("since"), zone), _time(row.get("until"), zone)
            when = (
                text(language, "alarm_between", since=since, until=until)
                if until
                else text(language, "alarm_since", since=since)
            )
            said = f" {escape(str(row['text']))}" if row.get("text") else ""
            kind = "mh-alarm-past" if until else "mh-alarm"
            alarms.append(
                f'<li class="{kind}"><b>{escape(str(row.get("equipment") or ""))} {escape(str(row["code"]))}</b>{said} '
                f"{escape(when)}</li>"
            )
            continue
        notes = [key for key in ("stale",) if row.get(key)] + (["out_of_limits"] if _outside(row) else [])
        marks = "".join(f' <span class="mh-bad">{escape(text(language, key))}</span>' for key in notes)
        cells = (
            escape(str(row.get("equipment") or "")),
            escape(str(row.get("metric") or "")),
            f"<b>{escape(_number(row.get('value')))} {escape(row.get('unit') or '')}</b>{marks}",
            escape(_limits(row)),
            escape(_time(row.get("at"), zone)),
        )
        body.append(_row(cells, keys, language))
    list_html = f'<ul class="mh-alarms">{"".join(alarms)}</ul>' if alarms else ""
    if not body:
        return _section("status", list_html, language) if list_html else ""
    return _table("status", keys, body, language, before=list_html)


def _outside(row: Json) -> bool:
    value, low, high = row.get("value"), row.get("limit_low"), row.get("limit_high")
    if not isinstance(value, int | float):
        return False
    return (isinstance(low, int | float) and value < low) or (isinstance(high, int | float) and value > high)


def _limits(row: Json) -> str:
    low, high = _number(row.get("limit_low")), _number(row.get("limit_high"))
    if low and high:
        return f"{low} – {high}"
    return f"≥ {low}" if low else f"≤ {high}" if high else ""


def _cases(rows: Sequence[Json], language: Language, zone: Any) -> str:
    items = []
    for row in rows:
        lines = "".join(
            f"<br>{escape(text(language, key))}: {escape(str(row[key]))}" for key in ("cause", "action") if row.get(key)
        )
        by = text(language, "case_by", by=row.get("by") or "?", date=_time(row.get("date"), zone)[:10])
        items.append(
            f"<li><b>{escape(str(row.get('equipment') or ''))}</b> {escape(str(row.get('symptom') or ''))}{lines}"
            f'<br><span class="mh-detail">{escape(by)}</span></li>'
        )
    return _section("cases", f'<ul class="mh-cases">{"".join(items)}</ul>', language) if items else ""


def _row(cells: Sequence[str], keys: Sequence[str], language: Language) -> str:
    # On a phone each row becomes a card, whose lines take their heading from `data-label`.
    return "<tr>" + "".join(
        f'<td data-label="{escape(text(language, key))}">{cell}</td>' for cell, key in zip(cells, keys, strict=True)
    ) + "</tr>"  # fmt: skip


def _table(title: str, keys: Sequence[str], rows: Sequence[str], language: Language, *, before: str = "") -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{escape(text(language, key))}</th>" for key in keys)
    table = f'<table class="mh-table"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    return _section(title, before + table, language)


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
    return "" if value is None else str(value)


def _time(value: Any, zone: Any) -> str:
    if not value:
        return ""
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return (at.astimezone(zone) if zone and at.tzinfo else at).strftime("%Y-%m-%d %H:%M")
