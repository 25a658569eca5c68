"""The words of queries: one compiled pattern for each thing that a question over records may ask."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent.querying.rows import Table
from agent.words import words

_MEASURES: Mapping[Table, tuple[str, ...]] = {
    "parts": ("shortage", "minimum", "maximum", "lead", "worth", "price", "stock"),
    "cases": ("downtime", "price", "duration"),
    "alarms": ("duration",),
    "equipment": (),
}
_GROUPS: Mapping[Table, tuple[str, ...]] = {
    "parts": ("maker",),
    "cases": ("person", "mode", "component", "part", "cause", "symptom", "month", "year", "machine"),
    "alarms": ("code", "severity", "month", "year", "machine"),
    "equipment": ("place", "person", "year"),
}


@dataclass(frozen=True, slots=True)
class Speech:
    """The patterns of one table: what its rows are called, its figures and what they may be grouped by."""

    noun: re.Pattern[str]
    measures: Mapping[str, re.Pattern[str]]
    groups: Mapping[str, re.Pattern[str]]


@functools.cache
def speech(table: Table) -> Speech:
    """Return how people speak of a table."""
    query = words().query
    return Speech(
        query[f"nouns.{table}"],
        {name: query[f"measures.{name}"] for name in _MEASURES[table]},
        {name: query[f"groups.{name}"] for name in _GROUPS[table]},
    )


def said(name: str) -> re.Pattern[str]:
    """Return the pattern of a thing that is asked the same way of every table."""
    return words().query[name]
