"""A file's tables into records, a passage for each row, and the rows that cannot be used with the reason why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from corpus import (
    Chunk,
    Equipment,
    MachineState,
    Part,
    Reading,
    Record,
    RepairCase,
    Unreadable,
    normal_identifier,
    normal_text,
)
from ingest.chunking import row_text
from ingest.readers import Block, ParsedFile
from ingest.tables.header import Given, Header, Remembered, find_header, first_header
from ingest.tables.makers import MAKERS, Cells, Sheet
from ingest.tables.names import NAMES, NEEDED, TableKind
from ingest.tables.values import day_in, filled, with_day
from ingest.tables.wide import long_form

_LISTED = 20  # bad rows named one by one in a file's warnings; a preview has them all
_TIMES = ("at", "since", "date")  # an end without a day is after its beginning
_TOTAL = re.compile(
    r"\s*(?:本页|本表|全部|库存|数量|page\s)?\s*"
    r"(合\s*计|总\s*计|小\s*计|共计|制表|审核|盘点人|sub-?total|grand total|total)(?![a-z])[\s:：]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not taken in: its number in the sheet and the reason."""

    row: int
    reason: str
    sheet: str = ""

    def __str__(self) -> str:
        where = f"{self.sheet}, " if self.sheet else ""
        return f"{where}row {self.row}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Table:
    """A recognised table: its records, a passage for each (none for readings), and what was wrong with other rows."""

    kind: TableKind
    records: tuple[Record, ...]
    chunks: tuple[Chunk, ...]
    warnings: tuple[str, ...]
    rest: tuple[Block, ...] = ()  # sheets of no known kind, each under its heading
    headers: tuple[Header, ...] = ()
    bad: tuple[BadRow, ...] = ()
    as_of: datetime | None = None  # as a column, title, sheet or file name gives it; None: only the file's own time


def read_table(
    parsed: ParsedFile,
    *,
    wanted: TableKind | None,
    zone: ZoneInfo,
    as_of: datetime,
    source: str = "",
    given: Given | None = None,
    remembered: Remembered | None = None,
) -> Table | None:
    """Recognise the tables in a file; None when it holds none of the five kinds.

    `given` maps fields to column headers, `remembered` holds earlier corrections.
    `as_of` is the day of the stock where nothing else says it.

    Raises:
        Unreadable: `wanted` names a kind whose columns are not there, or no row can be used.
    """
    section = ""
    tables: list[Table] = []
    unusable: list[str] = []
    rest: list[Block] = []
    for block in parsed.blocks:
        if block.kind == "heading":
            section = block.text
        elif block.kind == "table":
            header = find_header(block, wanted, given=given, remembered=remembered)
            if header is None and wanted in (None, "status") and (wide := long_form(block, given)):
                block, header = wide, find_header(wide, "status")
            if header is None:
                rest += [Block("heading", section, level=1), block] if section else [block]
                continue
            day = _stock_day(block, header, section, source, zone)
            try:
                tables.append(replace(_read(block, header, section, zone, day, as_of), as_of=day))
            except Unreadable as error:
                unusable.append(str(error))
    if tables:
        return _joined(tables, unusable, rest)
    if unusable:
        raise Unreadable(unusable[0])
    if wanted:
        raise Unreadable(_not_there(parsed, wanted))
    return None


def _not_there(parsed: ParsedFile, wanted: TableKind) -> str:
    block = next((block for block in parsed.blocks if block.kind == "table" and block.rows), None)
    found = first_header(block, wanted) if block else None
    there = f"; its columns are {'、'.join(name for name in found.names if name)}" if found else ""
    missing = [name for name in NEEDED[wanted][0] if not found or name not in found.fields]
    names = "、".join(f"{NAMES[wanted][name][0]} ({name})" for name in missing)
    return f"no table of {wanted} was found: it needs the column {names}{there}; say which column it is with --map."


def _joined(tables: Sequence[Table], unusable: Sequence[str], rest: Sequence[Block]) -> Table:
    """Make one of a workbook's tables; the one with most rows gives the kind."""
    records: list[Record] = []
    chunks: list[Chunk] = []
    for table in tables:
        chunks += [replace(chunk, record=(chunk.record or 0) + len(records)) for chunk in table.chunks]
        records += table.records
    main = max(tables, key=lambda table: len(table.records))
    return Table(
        main.kind,
        tuple(records),
        tuple(chunks),
        (*(warning for table in tables for warning in table.warnings), *unusable),
        tuple(rest),
        tuple(header for table in tables for header in table.headers),
        tuple(bad for table in tables for bad in table.bad),
        main.as_of,
    )


def _read(block: Block, header: Header, section: str, zone: ZoneInfo, day: datetime | None, as_of: datetime) -> Table:
    names = header.names
    fields = header.fields
    sheet = Sheet(zone, day or as_of, {name: names[i] for name, i in fields.items()})
    records: list[Record] = []
    chunks: list[Chunk] = []
    bad: list[BadRow] = []
    lines: dict[tuple[str, str], tuple[int, Part]] = {}
    machines: set[tuple[str, str]] = set()
    states: set[MachineState] = set()
    numbers = block.row_numbers or tuple(range(1, len(block.rows) + 1))
    before: Cells = {}
    for number, row in zip(numbers[header.last + 1 :], block.rows[header.last + 1 :], strict=True):
        if _repeats(row, names) or _is_total(row, fields):
            continue
        cells = {name: filled(row[i]) if i < len(row) else "" for name, i in fields.items()}
        cells |= {name: with_day(cells[name], row, day) for name in _TIMES if cells.get(name)}
        if header.kind == "parts":
            cells = _continued(cells, before)
        try:
            if sum(bool(cell) for cell in row) == 1 and len(fields) > 1:
                raise ValueError(f"only one cell is filled ({next(cell for cell in row if cell)[:40]!r})")
            made = MAKERS[header.kind](cells, number, sheet)
        except (ValueError, OverflowError, OSError) as error:
            left_out = BadRow(number, str(error), section)
            if bad[-1:] != [left_out]:  # a row of a wide table is told once, not for each of its metrics
                bad.append(left_out)
            continue
        before = cells
        first = len(records)
        for record in made:
            if isinstance(record, Part) and (reason := _repeated(record, number, lines)):
                bad.append(BadRow(number, reason, section))
            elif isinstance(record, Equipment) and header.kind != "equipment":
                if (record.tag, record.name) not in machines:
                    machines.add((record.tag, record.name))
                    records.append(record)
            elif not isinstance(record, MachineState):
                records.append(record)
            elif record not in states:  # told in the row of each reading
                states.add(record)
                records.append(record)
        if len(records) > first and not isinstance(records[first], (Reading, MachineState)):
            text = row_text(names, row)
            chunks.append(Chunk(text, (section,) if section else (), "row", row=number, record=first))
    if not records:
        reasons = "; ".join(map(str, bad[:3])) or "there are none"
        raise Unreadable(f"no row of the {header.kind} table can be used ({reasons}).")
    warnings = [str(row) for row in bad[:_LISTED]]
    if len(bad) > _LISTED:
        warnings.append(f"and {len(bad) - _LISTED} more rows")
    return Table(header.kind, tuple(records), tuple(chunks), tuple(warnings), (), (header,), tuple(bad))


def _continued(cells: Cells, before: Cells) -> Cells:
    """Give a line of merged cells (a further bin of the part above) what the line above says."""
    if (
        cells.get("part_number")
        or cells.get("part_name")
        or not before
        or not (cells.get("bin") or cells.get("on_hand"))
    ):
        return cells
    if not cells.get("bin"):
        return cells
    own = ("bin", "on_hand", "as_of", "warehouse")
    return {name: value or ("" if name in own else before.get(name, "")) for name, value in cells.items()}


def _repeated(part: Part, row: int, lines: dict[tuple[str, str], tuple[int, Part]]) -> str | None:
    """Say why a line is left out that stands above already with the same number and bin; None for a new one."""
    key = (normal_identifier(part.part_number), normal_text(f"{part.warehouse or ''} {part.bin or ''}"))
    seen = lines.setdefault(key, (row, part))
    if seen[0] == row:
        return None
    where = f"{part.part_number} in {part.bin or 'no bin'}"
    if seen[1].on_hand == part.on_hand:
        return f"{where} stands in row {seen[0]} already, with the same stock"
    return f"{where} stands in row {seen[0]} already, with another stock; row {seen[0]} counts"


def _repeats(row: Sequence[str], names: Sequence[str]) -> bool:
    """Say whether a row is the header again, as page breaks of an export have it."""
    same = sum(bool(cell) and cell == name for cell, name in zip(row, names, strict=False))
    return same >= 2 and same >= sum(bool(cell) for cell in row) - 1


def _is_total(row: Sequence[str], fields: dict[str, int]) -> bool:
    first = next((cell for cell in row if cell), "")
    number = fields.get("part_number")
    unnumbered = number is None or number >= len(row) or row[number] in ("", first)
    return unnumbered and _TOTAL.match(first) is not None and len(first) < 30


def _stock_day(block: Block, header: Header, section: str, source: str, zone: ZoneInfo) -> datetime | None:
    above = " ".join(" ".join(row) for row in block.rows[: header.first])
    return day_in(above, zone) or day_in(section, zone) or day_in(source, zone)


def summary(records: Sequence[Record]) -> dict[str, int]:
    """Count the records by kind."""
    kinds = {Part: "parts", RepairCase: "cases", Equipment: "equipment", Reading: "readings", MachineState: "states"}
    return dict(Counter(kinds.get(type(record), "alarms") for record in records))
