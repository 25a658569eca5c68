"""The values of the tables' columns that a question names: brands, bins, people, causes, whatever stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from agent.asking.people import people_in
from agent.querying.language import said, speech
from agent.querying.query import Condition
from agent.querying.remaining import Remaining, spelled
from agent.querying.rows import NUMBERED, TABLES, Row, Table
from corpus import Corpus, index_tokens

_MOST = 4_000  # distinct values of a column; more is running text
_FEW = 40  # ... by which rows are sorted: a shift, a class, a brand
_DIGITS = 7  # of a value without letters that is no mere figure
_SHORTEST = 2  # characters of a value that is no chance
_SEVERAL = re.compile(r"[、,，;；/|]")
_BRACKETED = re.compile(r"[(（\[].*?[)）\]]")
_NO_NAME = re.compile(r"^(?:计量|基本|主|库存)?单位$|\bunit|\buom\b|日期|时间|\bdate|\btime", re.IGNORECASE)


def value_conditions(corpus: Corpus, remaining: Remaining, rows: Sequence[Row], table: Table) -> list[Condition]:
    """Take out the values that the question names, the longest first; several of one column are alternatives."""
    found: dict[tuple[str, bool], list[str]] = {}
    others = [speech(one).noun for one in TABLES if one != table]
    columns = _columns(rows)
    named = [(value, value, column) for value, column in _named(remaining.text, columns)]
    named += _translated(corpus, remaining.text, columns)
    for written, value, column in sorted(named, key=lambda one: -len(one[0])):
        if match := spelled(written).search(remaining.text):
            start, end, labelled = _labelled(remaining.text, match.span(), column, table)
            if not labelled and any(noun.fullmatch(written) for noun in others):
                continue  # 停机 is a level of alarms here, and a question for stops there
            before = said("except").search(remaining.text[:start])
            found.setdefault((column, before is not None), []).append(value)
            remaining.cut(before.start() if before else start, end)
    for person in people_in(remaining.text, sorted({who for row in rows for who in row.names.get("person", ())})):
        found.setdefault(("person", False), []).append(person)
        for piece in sorted({person, *person.split()}, key=len, reverse=True):
            if match := spelled(piece).search(remaining.text):
                remaining.cut(*match.span())
    return [Condition(column, "is", tuple(held), "、".join(held), no) for (column, no), held in found.items()]


def _labelled(text: str, span: tuple[int, int], column: str, table: Table) -> tuple[int, int, bool]:
    """Return the span of a value with its column's name beside it ("status open", 故障级), and whether it has one."""
    start, end = span
    called = label(column, table)
    if behind := re.match(rf"\s*[性类型]?(?:{called})(?:的)?", text[end:], re.IGNORECASE):
        return start, end + behind.end(), True
    if before := re.search(rf"(?:{called})\s*(?:是|为|:|=|is|of|as)?\s*$", text[:start], re.IGNORECASE):
        return before.start(), end, True
    return start, end, False


def label(column: str, table: Table) -> str:
    """Return a pattern for what people call a column: its header, the end of it, or the usual word."""
    if group := speech(table).groups.get(column):
        return group.pattern
    header = _BRACKETED.sub("", column).strip()
    last = header[-2:] if not header.isascii() else re.split(r"[\s_]+", header)[-1]
    return "|".join(re.escape(one) for one in dict.fromkeys((header, last)) if len(one) > 1) or r"(?!)"


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


def _columns(rows: Sequence[Row]) -> dict[str, set[str]]:
    """Return the values of the columns that name something."""
    columns: dict[str, set[str]] = {}
    for row in rows:
        for column, values in row.names.items():
            columns.setdefault(column, set()).update(values)
    return {
        column: held
        for column, held in columns.items()
        if len(held) <= _MOST and not column.startswith(NUMBERED) and not _NO_NAME.search(column)
    }


def _translated(corpus: Corpus, text: str, columns: Mapping[str, set[str]]) -> list[tuple[str, str, str]]:
    """Return the values of columns of few values that a term of the text means in the other language, as written."""
    terms: dict[frozenset[str], str] = {}
    for written, forms in corpus.terms_spoken(text):
        if not any(speech(one).noun.fullmatch(written) for one in TABLES) and _telling(written):
            terms |= {frozenset(form): written for form in forms}
    if not terms:
        return []
    few = ((column, value) for column, held in columns.items() if len(held) <= _FEW for value in held)
    return [(terms[key], value, column) for column, value in few if (key := _tokens(value)) in terms]


@lru_cache(maxsize=50_000)
def _tokens(value: str) -> frozenset[str]:
    return frozenset(index_tokens(value))


def _named(text: str, columns: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Yield the values of which the beginning stands in the text, each with its column."""
    plain = _run_together(text)
    seen: set[tuple[str, str]] = set()
    for column, held in columns.items():
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
    if len(value) < _SHORTEST:
        return False
    if re.fullmatch(r"[\d.,%\-:/ ]+", value):
        return sum(map(str.isdigit, value)) >= _DIGITS  # 36.01.0012 is a number by which a part is called
    return bool(said("light").sub("", value).strip())
