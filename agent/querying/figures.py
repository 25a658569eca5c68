"""Figures that a question compares with: "longer than 5 hours", 超过30天, "under 100 EUR"."""

from __future__ import annotations

import re

from agent.querying.language import said, speech
from agent.querying.query import Condition, Test
from agent.querying.remaining import Remaining
from agent.querying.rows import Table

_NUMBER = re.compile(r"(?<![A-Za-z0-9_.-])(\d+(?:\.\d+)?)(?![.\d]*\d|-\d)")
_BEFORE: tuple[Test, ...] = ("at_least", "at_most", "above", "below")
_BEHIND: tuple[tuple[str, Test], ...] = (("behind_above", "at_least"), ("behind_below", "at_most"))
_MINUTES = {"minutes": 1.0, "hours": 60.0, "days": 1440.0, "weeks": 10080.0}
_DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.0}
_TIMES = {"parts": ("lead",), "cases": ("downtime", "duration"), "alarms": ("duration",), "equipment": ()}
_NEAR = 24  # characters between a figure and what it measures


def figure_conditions(remaining: Remaining, table: Table, having: frozenset[str]) -> list[Condition]:
    """Take out the figures that rows are compared with; `having` are those that rows have."""
    found: list[Condition] = []
    at = 0
    while match := _NUMBER.search(remaining.text, at):
        taken = _compared(remaining, table, having, match)
        if taken is None:
            at = match.end()
        else:
            found.append(taken)
            at = 0
    return found


def _compared(remaining: Remaining, table: Table, having: frozenset[str], match: re.Match[str]) -> Condition | None:
    before, behind = remaining.text[: match.start()], remaining.text[match.end() :]
    start, end = match.span()
    unit = next((name for name in (*_MINUTES, "months", "money", "pieces") if said(name).match(behind)), None)
    if unit and (written := said(unit).match(behind)):
        end += written.end()
    test = next((name for name in _BEFORE if (led := said(name).search(before))), None)
    if test:
        led = said(test).search(before)
        start = led.start() if led else start
    for name, meant in _BEHIND:
        if followed := said(name).match(remaining.text[end:]):
            test, end = test or meant, end + followed.end()
    if test is None:
        return None
    measure, place = _measure(remaining.text, table, having, unit, start, end)
    if measure is None:
        return None
    value = float(match[1]) * _factor(measure, unit)
    spoken = remaining.text[start:end].strip()
    if place:
        spoken = f"{remaining.text[slice(*place)].strip()} {spoken}"
        for span in sorted([place, (start, end)], reverse=True):
            remaining.cut(*span)
    else:
        remaining.cut(start, end)
    return Condition(measure, test, (value,), spoken)


def _measure(
    text: str, table: Table, having: frozenset[str], unit: str | None, start: int, end: int
) -> tuple[str | None, tuple[int, int] | None]:
    """Return what a figure measures and where the question says so: by the nearest word, else by its unit."""
    fitting = tuple(name for name in _fitting(table, unit) if name in having)
    places = [
        (start - one.end() if one.end() <= start else one.start() - end, name, one.span())
        for name, pattern in speech(table).measures.items()
        if name in fitting
        for one in pattern.finditer(text)
        if one.end() <= start or one.start() >= end
    ]
    near = min((place for place in places if place[0] <= _NEAR), default=None)
    if near:
        return near[1], near[2]
    if unit is None and table != "parts":
        return None, None
    return fitting[-1] if fitting else None, None


def _fitting(table: Table, unit: str | None) -> tuple[str, ...]:
    if unit in _MINUTES or unit == "months":
        return _TIMES[table]
    if unit == "money":
        return tuple(name for name in ("worth", "price") if name in speech(table).measures)
    return tuple(name for name in speech(table).measures if name not in _TIMES[table] or unit is None)


def _factor(measure: str, unit: str | None) -> float:
    if unit is None:
        return 1.0
    return (_DAYS if measure == "lead" else _MINUTES).get(unit, 1.0)
