"""Tables: XLSX by openpyxl and CSV. Each sheet is a section, and rows keep their numbers."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from corpus import Page, Unreadable, detect_language
from ingest.readers.base import Block, Limits, PageProgress, ParsedFile
from ingest.readers.mending import clean
from ingest.readers.text import decoded
from ingest.readers.unpacked import check_unpacked

_COLUMNS = 200


def read(path: Path, limits: Limits, progress: PageProgress) -> ParsedFile:
    """Read a workbook or a CSV file."""
    sheets = _csv(path, limits) if path.suffix.lower() == ".csv" else _workbook(path, limits)
    blocks, pages = [], []
    for name, rows in sheets:
        filled = [(number, row) for number, row in rows if any(row)]
        if not filled:
            continue
        if name:
            blocks.append(Block("heading", name, level=1))
        blocks.append(
            Block("table", rows=tuple(row for _, row in filled), row_numbers=tuple(number for number, _ in filled))
        )
        pages.append("\n".join("\t".join(row) for _, row in filled))
    raw = "\n\n".join(pages)
    if not raw.strip():
        raise Unreadable(f"{path.name}: there are no filled cells in it.")
    progress(1, 1)
    return ParsedFile(None, detect_language(raw[:20_000]), (Page(None, raw, raw),), tuple(blocks))


Rows = list[tuple[int, tuple[str, ...]]]


def _csv(path: Path, limits: Limits) -> list[tuple[str, Rows]]:
    text = decoded(path, limits)
    csv.field_size_limit(10_000_000)
    try:
        rows = list(enumerate(csv.reader(io.StringIO(text), delimiter=delimiter_of(text)), start=1))
    except csv.Error as error:
        raise Unreadable(f"{path.name}: this is no CSV table ({error}).") from error
    return [("", [(number, tuple(cell.strip() for cell in row)) for number, row in rows])]


def delimiter_of(text: str) -> str:
    """Choose the delimiter that cuts most of the first rows into the same number of cells, more than one."""

    def agreement(delimiter: str) -> tuple[int, int]:
        rows = csv.reader(io.StringIO(text[:20_000]), delimiter=delimiter)
        widths = Counter(len(row) for row, _ in zip(rows, range(40), strict=False) if len(row) > 1)
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return times, width

    return max(",;\t|", key=agreement)


def _workbook(path: Path, limits: Limits) -> list[tuple[str, Rows]]:
    check_unpacked(path, limits, "XLSX")
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        return [(sheet.title, _sheet(sheet.iter_rows(values_only=True))) for sheet in book.worksheets]
    except Exception as error:  # openpyxl meets damaged files with errors of every kind
        raise Unreadable(f"{path.name}: the workbook is damaged or no XLSX file.") from error


def _sheet(rows: Iterable[tuple[Any, ...]]) -> Rows:
    found = []
    for number, row in enumerate(rows, start=1):
        cells = tuple(_cell(value) for value in row[:_COLUMNS])
        if any(cells):
            found.append((number, cells))
    return found


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (
            value.strftime("%Y-%m-%d %H:%M:%S") if value.time() != datetime.min.time() else value.strftime("%Y-%m-%d")
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(str(value)).strip()
