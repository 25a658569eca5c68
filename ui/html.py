"""Sanitised HTML out of plain values: tables that become cards on a phone, sections, notes, numbers and times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from html import escape
from typing import Any

import nh3

from ui.access import NOBODY_SIGNED_IN
from ui.texts import Language, refusal, text, unit

TAGS = {
    "a", "b", "blockquote", "br", "button", "code", "details", "div", "em", "h2", "h3", "h4", "hr", "img", "input",
    "label", "li", "mark", "ol", "p", "pre", "span", "strong", "summary", "table", "tbody", "td", "th", "thead", "tr",
    "ul",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"class", "role", "tabindex", "lang"},
    "a": {"href", "target", "title"},
    "button": {"type"},
    "img": {"src", "alt", "loading"},
    "input": {"type"},
    "ol": {"start"},
    "th": {"scope"},
    "details": {"open"},
}
PREFIXES = {"data-", "aria-"}


def clean(html: str) -> str:
    """Sanitise HTML: our own tags and classes, links to this server only; on one line."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_allowed,
        generic_attribute_prefixes=PREFIXES,
        link_rel="noopener",
    ).replace("\n", " ")


def _allowed(tag: str, name: str, value: str) -> str | None:
    if name in ("href", "src"):
        return value if value.startswith("/") and not value.startswith(("//", "/\\")) else None
    if tag == "input" and name == "type":
        return "checkbox"
    return value


def paragraph(sentence: str, *, bad: bool = False) -> str:
    """Show one sentence: a note, or a failure that screen readers announce."""
    kind, role = ("mh-failure", "alert") if bad else ("mh-note", "status")
    return clean(f'<p class="{kind}" role="{role}">{escape(sentence)}</p>')


def refused(error: Exception | str, language: Language) -> str:
    """Show why something was refused or failed, in the reader's language where it is known."""
    return paragraph(refusal(language, str(error)), bad=True)


def section(title: str, html: str, *, level: int = 4) -> str:
    """Put a heading over some HTML."""
    return f'<div class="mh-section"><h{level}>{escape(title)}</h{level}>{html}</div>'


def folded(title: str, html: str) -> str:
    """Fold some HTML away under a title to tap."""
    return f'<details class="mh-more"><summary>{escape(title)}</summary>{html}</details>' if html else ""


def table(keys: Sequence[str], rows: Sequence[Sequence[str]], language: Language, *, kind: str = "") -> str:
    """Lay rows of HTML cells under headings named by their text keys; a row becomes a card on a phone."""
    if not rows:
        return ""
    heads = [escape(text(language, key)) for key in keys]
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    body = "".join(
        "<tr>" + "".join(f'<td data-label="{h}">{cell}</td>' for h, cell in zip(heads, row, strict=True)) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="mh-scroll" role="region" tabindex="0" aria-label="{heads[0]}">'
        f'<table class="mh-table {escape(kind)}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def button(label: str, action: str, *, kind: str = "", **values: Any) -> str:
    """Make a button that tells its handler what to do: the values arrive as attributes of the event."""
    data = "".join(f' data-{name}="{escape(str(value))}"' for name, value in values.items())
    return (
        f'<button type="button" class="mh-do {escape(kind)}" data-do="{escape(action)}"{data}>{escape(label)}</button>'
    )


TELL = """let pressed = null;
const buttonOf = (event) => {
  const target = event.target.closest && event.target.closest('[data-do]');
  return target && element.contains(target) ? target : null;
};
element.addEventListener('click', (event) => {
  const target = buttonOf(event);
  if (target) trigger('select', { ...target.dataset });
});
element.addEventListener('pointerdown', (event) => { pressed = buttonOf(event); });
element.addEventListener('pointerup', (event) => {
  const target = buttonOf(event);
  const redrawn = pressed && !pressed.isConnected && target && target.dataset.do === pressed.dataset.do;
  if (redrawn) trigger('select', { ...target.dataset });
  pressed = null;
});"""
"""For gr.HTML: passes a click on one of our buttons on to the `select` handler.

A list that is drawn anew between press and release has another button there, on which the browser sees no click.
"""


def said(event: Any, name: str) -> str:
    """Return what a pressed button says under a name, or nothing: whatever a client sends, it is a text."""
    value = (getattr(event, "_data", None) or {}).get(name)
    return value if isinstance(value, str) else ""


def number(value: Any) -> str:
    """Write a number without needless digits; nothing for None."""
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
    return "" if value is None else str(value)


def quantity(value: Any, written: str | None, language: Language) -> str:
    """Write a number with its unit in the reader's language."""
    return f"{number(value)} {unit(language, written)}".strip()


def person(name: str | None, language: Language) -> str:
    """Write who did something; where nobody had to sign in, so."""
    return text(language, "nobody_signed_in") if name == NOBODY_SIGNED_IN.name else name or ""


def moment(value: Any, zone: tzinfo | None, *, day: bool = False) -> str:
    """Write a time (or its ISO form) in the plant's zone: 2026-03-31 16:42, the same in both languages."""
    if not value:
        return ""
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    at = at.astimezone(zone) if zone and at.tzinfo else at
    return at.strftime("%Y-%m-%d" if day else "%Y-%m-%d %H:%M")


def limits(low: Any, high: Any) -> str:
    """Write a range, either end of which may be open."""
    first, last = number(low), number(high)
    if first and last:
        return f"{first} – {last}"
    return f"≥ {first}" if first else f"≤ {last}" if last else ""


def outside(row: Mapping[str, Any]) -> bool:
    """Say whether a reading's value lies beyond its limits."""
    value, low, high = row.get("value"), row.get("limit_low"), row.get("limit_high")
    if not isinstance(value, int | float):
        return False
    return (isinstance(low, int | float) and value < low) or (isinstance(high, int | float) and value > high)


def below(on_hand: Any, minimum: Any) -> bool:
    """Say whether a stock is below its minimum."""
    return isinstance(on_hand, int | float) and isinstance(minimum, int | float) and on_hand < minimum
