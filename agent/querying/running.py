"""Running a query over the rows of its table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from agent.querying.held import holds
from agent.querying.query import Condition, Query, Result
from agent.querying.rows import Row, Table
from agent.words import words
from corpus import normal_identifier

_NO_SUM: dict[Table, frozenset[str]] = {
    "parts": frozenset({"lead", "price", "minimum", "maximum"}), "cases": frozenset(), "alarms": frozenset(),
    "equipment": frozenset(),
}  # fmt: skip
_EARLY = datetime.min.replace(tzinfo=UTC)


def run(query: Query, rows: Sequence[Row], zone: ZoneInfo) -> Result:
    """Return the rows that meet a query's conditions, the first of them, and the figure that it asks for."""
    met = [row for row in rows if _meets(row, query)]
    measure = _measure(query, met)
    measured = [row for row in met if measure and measure in row.figures]
    result = Result(replace(query, measure=measure), tuple(met), measured=len(measured))
    if query.group:
        return replace(result, groups=_grouped(query, met, measure, zone))
    if query.order:
        dated = sorted((row for row in met if row.at), key=lambda row: row.at or _EARLY, reverse=query.order == "last")
        first = dated[: query.most or 1]
        told = first[0].figures.get(measure) if measure and len(first) == 1 else None
        single = (told.value, told.unit) if told else (None, "")
        return replace(result, first=tuple(first), value=single[0], unit=single[1], measured=1)
    if query.end and measured:
        assert measure is not None
        ordered = sorted(measured, key=lambda row: row.figures[measure].value, reverse=query.end == "most")
        best = ordered[0].figures[measure]
        first = ordered[: query.most] or [row for row in ordered if row.figures[measure].value == best.value]
        return replace(result, first=tuple(first), value=best.value, unit=best.unit)
    if measured and measure:
        units = {row.figures[measure].unit for row in measured}
        total = sum(row.figures[measure].value for row in measured)
        value = total / len(measured) if query.figure == "mean" else total
        if len(units) == 1 and (query.figure == "mean" or len(measured) == 1 or measure not in _NO_SUM[query.table]):
            return replace(result, value=round(value, 2), unit=units.pop())
    return result


def _measure(query: Query, rows: Sequence[Row]) -> str | None:
    """Return the figure that is meant: of how long a repair took the work, or the stop where only that is recorded."""
    named = query.measure
    if named == "duration" and query.table == "cases" and not any("duration" in row.figures for row in rows):
        return "downtime"
    return named


def _meets(row: Row, query: Query) -> bool:
    if query.tags and query.table != "parts" and not _of_machine(row, query):
        return False
    period = query.period
    inside = not period or (
        row.at is not None
        and (period.since is None or row.at >= period.since)
        and (period.until is None or row.at < period.until)
    )
    if not inside:
        return False
    return meets(row, query.conditions)


def meets(row: Row, conditions: Sequence[Condition]) -> bool:
    """Say whether a row meets all of the conditions."""
    return all(_holds(row, condition) is not condition.negated for condition in conditions)


def _of_machine(row: Row, query: Query) -> bool:
    return row.tag is not None and normal_identifier(row.tag) in {normal_identifier(tag) for tag in query.tags}


def _holds(row: Row, condition: Condition) -> bool:
    column, test, values = condition.column, condition.test, condition.values
    if test == "holds":
        return holds(row.text, [value for value in values if isinstance(value, tuple)])
    if test == "does":
        return any(words().actions[str(name)].search(row.text) for name in values)
    if column == "id":
        return str(row.id) in values
    if column == "machine":
        return row.tag in values
    if column == "standing":
        return getattr(row.record, "until", None) is None
    if test in ("is", "begins"):
        held = [one.casefold() for one in row.names.get(column, ())]
        wanted = [str(value).casefold() for value in values]
        if test == "begins":
            return any(one.startswith(value) for one in held for value in wanted)
        return any(value == one or value in _pieces(one) for one in held for value in wanted)
    figure = row.figures.get(column)
    if figure is None:
        return False
    limit = float(values[0])  # type: ignore[arg-type]
    return {
        "above": figure.value > limit, "below": figure.value < limit,
        "at_least": figure.value >= limit, "at_most": figure.value <= limit,
    }[test]  # fmt: skip


def _pieces(value: str) -> list[str]:
    return [piece.strip() for piece in re.split(r"[、,，;；/|]", value)]


def _grouped(query: Query, rows: Sequence[Row], measure: str | None, zone: ZoneInfo) -> tuple[tuple[str, float], ...]:
    groups: dict[str, float] = defaultdict(float)
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        if measure and measure not in row.figures:
            continue
        for key in keys(row, query.group or "", zone):
            groups[key] += row.figures[measure].value if measure else 1
            counts[key] += 1
    if measure and query.figure == "mean":
        groups = {key: round(value / counts[key], 2) for key, value in groups.items()}
    sign = 1 if query.end == "least" else -1
    return tuple(sorted(groups.items(), key=lambda item: (sign * item[1], item[0])))


def keys(row: Row, group: str, zone: ZoneInfo) -> Sequence[str]:
    """Return under what a row is counted where rows are grouped so."""
    if group == "machine":
        return [row.tag] if row.tag else []
    if group in ("month", "year"):
        return [f"{row.at.astimezone(zone):{'%Y-%m' if group == 'month' else '%Y'}}"] if row.at else []
    if group in ("symptom", "cause"):
        value = getattr(row.record, group, None)
        return [value] if value else []
    return row.names.get(group, ())
