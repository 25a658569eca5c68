"""The values of the tables' columns that a question names: brands, bins, people, causes, whatever stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from agent.asking.people import people_in
from agent.querying.language import said, speech
from agent.querying.query import Condition
from agent.querying.remaining import Remaining, spelled
from agent.querying.rows import NUMBERED, TABLES, Row, Table

_MOST = 4_000  # distinct values of a column; more is running text
_SHORTEST = 2  # characters of a value that is no chance
_SEVERAL = re.compile(r"[、,，;；/|]")
_BRACKETED = re.compile(r"[(（\[].*?[)）\]]")
_NO_NAME = re.compile(r"单位|\bunit|\buom\b|日期|时间|\bdate|\btime", re.IGNORECASE)


def value_conditions(remaining: Remaining, rows: Sequence[Row], table: Table) -> list[Condition]:
    """Take out the values that the question names, the longest first; several of one column are alternatives."""
    found: dict[tuple[str, bool], list[str]] = {}
    others = [speech(one).noun for one in TABLES if one != table]
    for value, column in sorted(_named(remaining.text, rows), key=lambda pair: -len(pair[0])):
        if any(noun.fullmatch(value) for noun in others):
            continue  # 停机 is a level of alarms here, and a question for stops there
        if match := spelled(value).search(remaining.text):
            before = said("except").search(remaining.text[: match.start()])
            found.setdefault((column, before is not None), []).append(value)
            remaining.cut(before.start() if before else match.start(), match.end())
    for person in people_in(remaining.text, sorted({who for row in rows for who in row.names.get("person", ())})):
        found.setdefault(("person", False), []).append(person)
        for piece in sorted({person, *person.split()}, key=len, reverse=True):
            if match := spelled(piece).search(remaining.text):
                remaining.cut(*match.span())
    return [Condition(column, "is", tuple(held), "、".join(held), no) for (column, no), held in found.items()]


def numbered_conditions(remaining: Remaining, rows: Sequence[Row]) -> list[Condition]:
    """Take out figures that stand behind the name of their column: "priority 1"."""
    found = []
    headers = dict.fromkeys(column for row in rows for column in row.names if column.startswith(NUMBERED))
    for column in headers:
        name = re.split(r"[\s_]+", _BRACKETED.sub("", column.removeprefix(NUMBERED)).strip())[-1]
        match = re.search(
            rf"{re.escape(name)}\s*(?:no\.?|level|is|=|:|#|为|是)?\s*(\d{{1,3}})(?!\d|\.\d)", remaining.text, re.I
        )
        if match and len(name) > 1 and any(match[1] in row.names.get(column, ()) for row in rows):
            found.append(Condition(column, "is", (match[1],), match.group()))
            remaining.cut(*match.span())
    return found


def bin_conditions(remaining: Remaining, rows: Sequence[Row]) -> list[Condition]:
    """Take out the row of bins, or the beginning of a bin, that the question names."""
    bins = {one.upper() for row in rows for one in row.names.get("bin", ())}
    starts = {re.split(r"[-_./ ]", one)[0] for one in bins}
    match = said("row").search(remaining.text)
    named = next((group.upper() for group in match.groups() if group), "") if match else ""
    if match and any(one.startswith(named) for one in bins):
        remaining.cut(*match.span())
        return [Condition("bin", "begins", (named,), named)]
    for match in re.finditer(r"(?<![A-Za-z0-9-])[A-Za-z]\d{0,2}(?:[-_.]\d{1,3})*(?![A-Za-z0-9-])", remaining.text):
        start = match.group().upper()
        if (len(start) > 1 and start in starts) or any(re.match(rf"{re.escape(start)}[-_.]", one) for one in bins):
            if len(start) == 1 and not re.match(r"\s*-", remaining.text[match.end() :]):
                continue  # "a bearing" is no row of bins
            remaining.cut(*match.span())
            return [Condition("bin", "begins", (start,), start)]
    return []


def _named(text: str, rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Yield the values of which the beginning stands in the text, each with its column."""
    plain = _run_together(text)
    seen: set[tuple[str, str]] = set()
    columns: dict[str, set[str]] = {}
    for row in rows:
        for column, values in row.names.items():
            columns.setdefault(column, set()).update(values)
    for column, held in columns.items():
        if len(held) > _MOST or column.startswith(NUMBERED) or _NO_NAME.search(column):
            continue
        for whole in held:
            for value in dict.fromkeys((whole, *_SEVERAL.split(whole))):
                value = value.strip()
                if (value.casefold(), column) in seen or not _telling(value):
                    continue
                seen.add((value.casefold(), column))
                if _run_together(value) in plain:
                    yield value, column


@lru_cache(maxsize=50_000)
def _run_together(text: str) -> str:
    return re.sub(r"[\s\-–_]", "", text).casefold()


@lru_cache(maxsize=50_000)
def _telling(value: str) -> bool:
    """Say whether a value is more than a figure or a single letter, and no word by which questions are asked."""
    if len(value) < _SHORTEST or re.fullmatch(r"[\d.,%\-:/ ]+", value):
        return False
    return bool(said("light").sub("", value).strip())
