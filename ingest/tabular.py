"""From a table's rows to entries: one a fault code, one a part, other rows in groups under their header."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from corpus import Chunk, ChunkKind, normal_identifier
from ingest.readers import Block
from ingest.readers.mending import join_lines
from ingest.readers.vocabulary import bare_code, could_be_code, flat_header, header_height, is_code, named, roles

# Threads and nominal bores are written like codes: M20, G1/2, DN50; where a column is named so, they are none.
_SIZES = re.compile(
    r"\b(?:threads?|bolts?|screws?|nuts?|sizes?|bore)\b|螺[纹栓钉母]|通径|口径|规格|尺寸", re.IGNORECASE
)
_FIGURES = re.compile(r"-?\d{1,6}")
_WORD = re.compile(r"[A-Za-z]{4,}|[\u3400-\u9fff]{2,}")
_MEASURED = re.compile(r"\d\s?(?:[^\W\d_]|[°%‰Ω℃″\"])")


@dataclass(slots=True)
class _Row:
    cells: list[str]
    page: int | None
    number: int | None
    title: str = ""  # of the section row above
    more: list[list[str]] = field(default_factory=list)  # further rows of the same entry
    page_end: int | None = None


def table_chunks(block: Block, section: tuple[str, ...], characters: int) -> Iterator[Chunk]:
    """Cut a table into passages; each has the header's names in front of its cells."""
    above, header, rows = _parts(block)
    kind, anchor = _kind(header, rows)
    section = (*section, *above)
    if kind == "table":
        yield from _grouped(header, rows, section, characters)
        return
    for entry in _entries(rows, anchor, kind):
        path = (*section, entry.title) if entry.title else section
        for text in _texts(header, entry, anchor, 4 * characters):
            yield Chunk(text, path, kind, entry.page, entry.page_end or entry.page, entry.number)


def row_text(header: Sequence[str], row: Sequence[str], first: int = 0) -> str:
    """Put a row into words: "Header: cell | Header: cell", cells verbatim, none empty, column `first` first."""
    cells = []
    for i in [first, *(i for i in range(len(row)) if i != first)] if row else []:
        if row[i].strip():
            name = header[i].strip() if i < len(header) else ""
            cells.append(f"{name}: {row[i].strip()}" if name else row[i].strip())
    return " | ".join(cells)


def _parts(block: Block) -> tuple[tuple[str, ...], tuple[str, ...], list[_Row]]:
    """Return the titles above the header, the header in one row, and the rows below."""
    rows = [list(row) for row in block.rows]
    pages = list(block.row_pages) or [block.page] * len(rows)
    numbers: list[int | None] = list(block.row_numbers) or [None] * len(rows)
    at = 0
    while at < len(rows) - 1 and len(rows[at]) > 1 and sum(bool(cell.strip()) for cell in rows[at]) == 1:
        at += 1  # a title over the whole table, not a header
    titles = tuple(next(cell.strip() for cell in row if cell.strip()) for row in rows[:at])
    height = header_height(rows[at:]) or int(
        not block.headless and len(rows) - at > 1 and not _begins_with_data(rows[at:])
    )
    header = flat_header(rows[at : at + height]) if height else ()
    at += height
    body = [_Row(row, page, number) for row, page, number in zip(rows[at:], pages[at:], numbers[at:], strict=True)]
    return titles[:2], header, body


def _begins_with_data(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether the first row holds figures with units where those below do: "Rated flow | 40 m³/h" is no header."""
    for i in range(1, len(rows[0])):
        below = [row[i] for row in rows[1:] if i < len(row) and row[i].strip()]
        if _MEASURED.search(rows[0][i]) and 2 * sum(bool(_MEASURED.search(cell)) for cell in below) >= len(below) > 0:
            return True
    return False


def _kind(header: Sequence[str], rows: Sequence[_Row]) -> tuple[ChunkKind, int]:
    """Say what the table lists, and in which column its entries begin."""
    names = [roles(name) for name in header]
    width = max((len(row.cells) for row in rows), default=0)
    parts = next((i for i, role in enumerate(names) if "part" in role), None)
    if parts is not None and named(header) >= 2:
        return "row", parts
    faults = sum("fault" in role for role in names)
    for i in range(min(width, 4)):
        filled = [row.cells[i] for row in rows if i < len(row.cells) and row.cells[i].strip()]
        filled = [cell for cell in filled if len(cell) < 60] if i < len(names) and "code" in names[i] else filled
        titled = i < len(names) and "code" in names[i] and faults > 0
        if not titled and i < len(header) and _SIZES.search(header[i]):
            continue
        suits = sum(map(could_be_code if titled else is_code, filled))
        if filled and suits >= max(1, 0.6 * len(filled)) and (titled or _tells(rows, i)):
            return "fault", i
    words = {role for column in names for role in column}
    if faults >= 2 or (faults and "code" in words):
        if (numbers := _numbered_codes(rows)) is not None:
            return "fault", numbers
        return "fault", next((i for i, role in enumerate(names) if "fault" in role or "code" in role), 0)
    if {"item", "count", "name"} <= words:
        return "row", next(i for i, role in enumerate(names) if "item" in role)
    return "table", 0


def _tells(rows: Sequence[_Row], anchor: int) -> bool:
    """Say whether words stand beside most codes: terminals in a drawing have names like codes that tell nothing."""
    told = [any(_WORD.search(cell) for i, cell in enumerate(row.cells) if i != anchor) for row in rows]
    return 2 * sum(told) >= len(told)


def _numbered_codes(rows: Sequence[_Row]) -> int | None:
    """Return the first two columns' one whose cells are codes of figures alone, each another: no count from 1 on."""
    for i in range(2):
        cells = [row.cells[i].strip() for row in rows if i < len(row.cells) and row.cells[i].strip()]
        figures = [int(cell) for cell in cells if _FIGURES.fullmatch(cell)]
        counted = figures == list(range(figures[0], figures[0] + len(figures))) if figures else True
        distinct = len(set(figures)) == len(figures) == len(cells) > 2
        if distinct and not (counted and figures[0] <= 1):
            return i
    return None


def _entries(rows: Sequence[_Row], anchor: int, kind: ChunkKind) -> list[_Row]:
    """Join rows that belong to one entry; a row of one cell that is no code is the title of those below."""
    entries: list[_Row] = []
    title = ""
    for row in rows:
        filled = [i for i, cell in enumerate(row.cells) if cell.strip()]
        if not filled:
            continue
        key = row.cells[anchor].strip() if anchor < len(row.cells) else ""
        if len(filled) == 1 and filled[0] == 0 and len(row.cells) > 2 and not could_be_code(row.cells[0]):
            title = row.cells[0].strip()
            continue
        last = entries[-1] if entries else None
        same = last is not None and last.title == title
        if (last is not None and same and kind == "fault" and (not key or _same(key, last.cells[anchor]))) or (
            last is not None and same and not key and row.page != (last.page_end or last.page)
        ):
            _add(last, row, anchor)
        else:
            entries.append(_Row(list(row.cells), row.page, row.number, title))
            if key and kind == "fault":
                entries[-1].cells[anchor] = bare_code(key) or key
    return entries


def _same(key: str, other: str) -> bool:
    return normal_identifier(bare_code(key)) == normal_identifier(bare_code(other)) != ""


def _add(entry: _Row, row: _Row, anchor: int) -> None:
    """Add a row to an entry: mend cells that a page border cut, else keep it as a further line."""
    whole = [entry.cells, *entry.more]
    cells = ["" if i == anchor else cell for i, cell in enumerate(row.cells)]
    if row.page != (entry.page_end or entry.page):
        last = whole[-1]
        for i, cell in enumerate(cells):
            if cell.strip() and not any(i < len(before) and before[i].strip() == cell.strip() for before in whole):
                last[i] = join_lines([last[i], cell])
    else:
        said = [any(i < len(before) and before[i] == cell for before in whole) for i, cell in enumerate(cells)]
        cells = ["" if known else cell for cell, known in zip(cells, said, strict=True)]
        if any(cells):
            entry.more.append(cells)
    entry.page_end = row.page


def _texts(header: Sequence[str], entry: _Row, anchor: int, most: int) -> Iterator[str]:
    """Put an entry into words, in several pieces that each begin with its code where it is very long."""
    lead = anchor if anchor < len(entry.cells) else 0
    text = row_text(header, entry.cells, lead)
    name = row_text(header[: lead + 1], ["" if i != lead else cell for i, cell in enumerate(entry.cells)], lead)
    for cells in entry.more:
        line = row_text(header, cells)
        if len(text) + len(line) > most:
            yield text
            text = f"{name} | {line}" if name else line
        else:
            text += "\n" + line
    yield text


def _grouped(header: Sequence[str], rows: Sequence[_Row], section: tuple[str, ...], characters: int) -> Iterator[Chunk]:
    lines: list[str] = []
    first: _Row | None = None
    title = ""

    def passage() -> Chunk:
        assert first is not None
        path = (*section, title) if title else section
        return Chunk("\n".join(lines), path, "table", first.page, first.page, first.number)

    for row in rows:
        filled = [i for i, cell in enumerate(row.cells) if cell.strip()]
        if len(filled) == 1 and filled[0] == 0 and len(row.cells) > 2 and len(row.cells[0]) < 80:
            if lines:
                yield passage()
                lines, first = [], None
            title = row.cells[0].strip()
            continue
        line = row_text(header, row.cells)
        if not line:
            continue
        if lines and first and (sum(map(len, lines)) + len(line) > 2 * characters or row.page != first.page):
            yield passage()
            lines = []
        if not lines:
            first = row
        lines.append(line)
    if lines:
        yield passage()
