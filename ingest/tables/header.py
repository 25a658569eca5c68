"""Finding a table's header and what each column means: by its name, by names that are near, by the values below."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from corpus import TableMapping, normal_identifier
from ingest.readers import Block
from ingest.tables.names import KINDS, NAMES, NEEDED, TableKind, is_plausible, plain, whole
from ingest.tables.values import is_number

How = Literal["given", "remembered", "name", "similar", "values", ""]
Given = Mapping[str, str]
"""A mapping from field to column header, as a person corrected it."""
Remembered = Mapping[str, TableMapping]
"""What was corrected earlier, by layout."""

_HEADER_ROWS = 15  # titles may stand above the header
_EXAMPLES = 3
_OVER = " › "  # between an upper and a lower header
_NEAR = 87  # of 100, rapidfuzz: spelling mistakes and plurals, not other words
_TOO_GENERAL = frozenset(
    "编号 编码 代码 名称 设备 时间 日期 数量 单位 描述 位置 型号 no id name value type code date time".split()
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, the field it fills (None: kept as text only), how that was found, example cells."""

    index: int
    header: str
    field: str | None
    how: How
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands (rows `first` to `last` of the block) and what its columns are."""

    kind: TableKind
    first: int
    last: int
    columns: tuple[Column, ...]

    @property
    def fields(self) -> dict[str, int]:
        """Return the columns by the field they fill."""
        return {column.field: column.index for column in self.columns if column.field and column.field != "ignored"}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.header for column in self.columns)


def find_header(
    block: Block, wanted: TableKind | None, *, given: Given | None = None, remembered: Remembered | None = None
) -> Header | None:
    """Return the header of a block and its meaning; None when it is no table of a known (or of the wanted) kind.

    `given` maps fields to column headers; it wins over what is `remembered` for this header, and that over every
    guess. A field given "" has no column.
    """
    best: tuple[tuple[int, int, int, int], Header] | None = None
    for first, last, names in _candidates(block.rows):
        kept = (remembered or {}).get(layout_of(names))
        kinds = (wanted,) if wanted else tuple(kind for kind in KINDS if kept and kind == kept.kind) or KINDS
        for kind in kinds:
            known = kept.columns if kept and kept.kind == kind else {}
            columns = _meant(names, block.rows[last + 1 :], kind, given or {}, known, bool(wanted))
            header = Header(kind, first, last, columns)
            needed, least = NEEDED[header.kind]
            if any(name not in header.fields for name in needed):
                continue
            if len(header.fields) < (len(needed) if wanted else least):
                continue
            tag = header.fields.get("equipment")
            if tag is not None and not is_plausible(header.kind, header.fields, columns[tag].header):
                continue
            sure = sum(column.how in ("given", "remembered", "name") for column in columns if column.field)
            # A title over the table that adds nothing is no upper row of its header.
            if header.kind == "parts" and not {"on_hand", "minimum"} & header.fields.keys():
                sure -= 2  # 编号, 名称, 型号, 位置: a list without any stock is more likely one of machines
            rank = (sure, len(header.fields), first - last, -first)
            if best is None or rank > best[0]:
                best = (rank, header)
    return best[1] if best else None


def layout_of(names: Sequence[str]) -> str:
    """Return what stands for a header: files with the same column names, in any order, are of one source."""
    return hashlib.sha256("\n".join(sorted(whole(name) for name in names if name)).encode()).hexdigest()


def mapping_of(header: Header, source: str) -> TableMapping:
    """Return what a header was understood as, to be remembered: every field of its kind, "" where it has no column."""
    filled = {c.field: c.header for c in header.columns if c.field and c.field != "ignored" and c.header}
    columns = {field: filled.get(field, "") for field in NAMES[header.kind] if field != "ignored"}
    return TableMapping(layout_of(header.names), header.kind, columns, source)


def first_header(block: Block, kind: TableKind, given: Given | None = None) -> Header | None:
    """Return the most header-like row with whatever was understood, for a person to correct; None of an empty block."""
    found = [
        Header(kind, first, last, _meant(names, block.rows[last + 1 :], kind, given or {}, {}, True))
        for first, last, names in _candidates(block.rows)
    ]
    return max(found, key=lambda header: (len(header.fields), len([n for n in header.names if n])), default=None)


def _candidates(rows: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield each row near the top as a header, alone and with the row below it as a second header row."""
    for at, row in enumerate(rows[:_HEADER_ROWS]):
        filled = [cell for cell in row if cell]
        if len(filled) < 2 or sum(map(is_number, filled)) > len(filled) / 2:
            continue
        yield at, at, row
        below = rows[at + 1] if at + 1 < len(rows) else ()
        if below and not any(is_number(cell) for cell in below if cell) and len(rows) > at + 2:
            yield at, at + 1, _stacked(row, below)


def _stacked(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """Join two header rows; an empty upper cell belongs to the one on its left where the lower row has a name."""
    joined, over = [], ""
    for i in range(max(len(upper), len(lower))):
        top = upper[i] if i < len(upper) else ""
        low = lower[i] if i < len(lower) else ""
        over = top or over
        joined.append(top if not low or low == top else low if not over else f"{over}{_OVER}{low}")
    return tuple(joined)


def _meant(
    names: Sequence[str],
    body: Sequence[tuple[str, ...]],
    kind: TableKind,
    given: Given,
    remembered: Given,
    asked: bool,
) -> tuple[Column, ...]:
    columns = [Column(i, name, None, "", _examples(body, i)) for i, name in enumerate(names)]
    taken: set[str] = {field for mapping in (given, remembered) for field in mapping if not mapping[field]}
    taken -= {field for field in given if given[field]}

    def claim(index: int, field: str, how: How) -> None:
        if columns[index].field is None and (field == "ignored" or field not in taken):
            columns[index] = replace(columns[index], field=field, how=how)
            taken.add(field)

    for mapping, how in ((given, "given"), (remembered, "remembered")):
        for field, header in mapping.items():
            for index, name in enumerate(names):
                if header and whole(name) == whole(header):
                    claim(index, field, how)  # type: ignore[arg-type]
    # A name that stands earlier in a field's list is the better one: 备件名称 before 名称.
    exact = []
    undated = {index for index in range(len(names)) if kind == "cases" and not _holds_days(body, index)}
    for index, name in enumerate(names):
        for order, spelled in enumerate(_spellings(name, kind)):
            for field, words in NAMES[kind].items():
                if spelled in words and not (field == "date" and spelled in _DONE and index in undated):
                    exact.append((order, words.index(spelled), index, field))
    for *_, index, field in sorted(exact):
        claim(index, field, "name")
    near = [(score, index, field) for index, name in enumerate(names) for score, field in _near(name, kind)]
    for _, index, field in sorted(near, key=lambda item: (-item[0], item[1])):
        claim(index, field, "similar")
    if kind == "parts" and (asked or len(taken) >= 3):
        for index, field in _by_values(columns, body, taken):
            claim(index, field, "values")
        if "part_number" not in taken:
            columns = [_numbering(column, body, taken) for column in columns]
    if kind != "parts" and "equipment" in NEEDED[kind][0] and "equipment" not in taken and len(taken) >= 2:
        tags = next(
            (column.index for column in columns if column.field is None and _holds_tags(body, column.index)), None
        )
        if tags is not None:
            claim(tags, "equipment", "values")
    if kind == "cases" and "symptom" not in taken and len({"work_order", "cause", "action", "by"} & taken) > 1:
        free = (column for column in columns if column.field is None)
        told = next((column.index for column in free if _holds_texts(body, column.index)), None)
        if told is not None:
            claim(told, "symptom", "values")
    if kind == "cases" and "date" not in taken:
        free = (column for column in columns if column.field is None)
        days = next((column.index for column in free if _holds_days(body, column.index)), None)
        if days is not None:
            claim(days, "date", "values")
    return tuple(columns)


def _spellings(name: str, kind: TableKind) -> tuple[str, ...]:
    """Return how a name may be written in the lists: whole, without brackets, the lower of two header rows alone."""
    pieces = (name, *name.split(_OVER)[1:])
    spelled = [form(piece) for piece in pieces for form in (whole, plain)] if name else []
    return tuple(dict.fromkeys([*spelled, *_halves(pieces[-1], kind)]))


def _halves(name: str, kind: TableKind) -> list[str]:
    """Return a name in two languages ("单位 Unit") as each, where they do not mean different columns."""
    halves = [plain(" ".join(re.findall(letters, name))) for letters in (r"[\u3400-\u9fff]+", r"[A-Za-z#]+")]
    if not all(halves):
        return []
    meant = [{field for field, words in NAMES[kind].items() if half in words} for half in halves]
    if meant[0] and meant[1]:
        return halves if meant[0] & meant[1] else []
    return [half for half in halves if half not in _TOO_GENERAL]


def _near(name: str, kind: TableKind) -> list[tuple[float, str]]:
    """Return the fields whose names are contained in this one or differ by a letter, with how near they are (0–100)."""
    from rapidfuzz import fuzz

    spelled = plain(name)
    if len(spelled) < 2 or is_number(spelled):
        return []
    found = []
    for field, words in NAMES[kind].items():
        best = 0.0
        for word in words:
            han = not word.isascii()
            if word not in _TOO_GENERAL and word in spelled and len(word) >= (2 if han else 5):
                best = max(best, 60 + 40 * len(word) / len(spelled))
            elif min(len(word), len(spelled)) >= (4 if han else 5):
                ratio = fuzz.ratio(word, spelled)
                best = max(best, ratio if ratio >= _NEAR else 0)
        if best >= 76 and not (field == "on_hand" and _OTHER_FIGURE.search(spelled)):
            found.append((best, field))
    return found


def _by_values(
    columns: Sequence[Column], body: Sequence[tuple[str, ...]], taken: set[str]
) -> Iterator[tuple[int, str]]:
    """Guess what names do not tell: the number is unique in every row, stock is a number, a bin has short codes."""
    free = [column for column in columns if column.field is None]
    for column in free:
        cells = [row[column.index] for row in body if column.index < len(row) and row[column.index]]
        if len(cells) < 2 or len(cells) < len(body) / 2:
            continue
        codes = sum(bool(re.search(r"\d", c)) and len(normal_identifier(c)) >= 4 and not is_number(c) for c in cells)
        distinct = len({normal_identifier(cell) for cell in cells}) / len(cells)
        if "part_number" not in taken and codes >= 0.8 * len(cells) and distinct > 0.85:
            yield column.index, "part_number"
        elif "bin" not in taken and sum(_BIN.fullmatch(cell) is not None for cell in cells) >= 0.8 * len(cells):
            yield column.index, "bin"
        elif "on_hand" not in taken and sum(map(is_number, cells)) >= 0.9 * len(cells):  # noqa: SIM102
            if column.header and not _OTHER_FIGURE.search(plain(column.header)):
                yield column.index, "on_hand"


def _holds_days(body: Sequence[tuple[str, ...]], index: int) -> bool:
    cells = [row[index] for row in body if index < len(row) and row[index]]
    return len(cells) >= 2 and sum(_DAY.match(cell) is not None for cell in cells) >= 0.9 * len(cells)


def _holds_texts(body: Sequence[tuple[str, ...]], index: int) -> bool:
    """Say whether a column holds what somebody wrote: a few words or more, each time others."""
    cells = [row[index] for row in body if index < len(row) and row[index]]
    written = [cell for cell in cells if _WORDS.match(cell) and not _DAY.match(cell)]
    return len(written) > 1 and 2 * len(written) > len(cells) and 2 * len(set(written)) > len(written)


def _holds_tags(body: Sequence[tuple[str, ...]], index: int) -> bool:
    """Say whether a column holds tags such as DL-1, each of them again and again."""
    cells = [row[index] for row in body if index < len(row) and row[index]]
    tags = [cell for cell in cells if _TAG.fullmatch(cell)]
    return len(cells) >= _AGAIN and len(tags) >= 0.9 * len(cells) and len(set(tags)) <= len(cells) / 2


def _numbering(column: Column, body: Sequence[tuple[str, ...]], taken: set[str]) -> Column:
    """Let the maker's type be the number where a list of stock has no numbers of its own."""
    if column.field != "spec" or not {"part_name", "on_hand", "minimum"} <= taken:
        return column
    cells = [row[column.index] for row in body if column.index < len(row) and row[column.index]]
    codes = {normal_identifier(cell) for cell in cells if re.search(r"\d", cell)}
    return replace(column, field="part_number", how="values") if len(codes) > 0.85 * len(cells) else column


# Figures beside the stock that a wrong guess would state as the stock.
_OTHER_FIGURE = re.compile(
    r"金额|价|天数|周转|在途|冻结|占用|预留|分配|上月|上期|期初|月均|年均|消耗|用量|领用|入库|出库|申请|采购|订|需求|重量|质量|寿命|周期|"
    r"order|alloc|reserv|transit|blocked|issue|receiv|usage|used|consum|price|cost|value|weight|days|month|annual|year|opening"
)
# As headers they are followed by a day, or by what was reported.
_WORDS = re.compile(r".*[\u3400-\u9fff].{3}|.{2,} .{5}", re.DOTALL)
_DONE = frozenset("opened raised reported closed finished completed".split())
_DAY = re.compile(r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d\d)(?!\d)")
_TAG = re.compile(r"[A-Za-z]{1,5}[-_ ]?\d{1,4}[A-Za-z]?")
_AGAIN = 4  # rows of a table that repeats its tags
_BIN = re.compile(r"[A-Za-z]{1,2}\d{0,2}(?:[-.]\d{1,3}){1,4}|[A-Za-z]\d{1,3}|\d{1,2}(?:-\d{1,3}){2,4}")


def _examples(body: Sequence[tuple[str, ...]], index: int) -> tuple[str, ...]:
    cells = (row[index] for row in body if index < len(row) and row[index])
    return tuple(cell[:60] for cell, _ in zip(cells, range(_EXAMPLES), strict=False))
