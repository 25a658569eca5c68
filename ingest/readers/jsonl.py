"""JSON Lines as a table: a row for each object, a column for each key, keys inside of objects joined by a dot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from corpus import Page, Unreadable, detect_language
from ingest.readers.base import Block, Limits, PageProgress, ParsedFile
from ingest.readers.text import decoded

_COLUMNS = 200


def read(path: Path, limits: Limits, progress: PageProgress) -> ParsedFile:
    """Read one object a line; a line that holds none becomes a row that says so."""
    raw = decoded(path, limits)
    columns: dict[str, int] = {}
    rows: list[tuple[int, dict[str, str]]] = []
    broken: list[tuple[int, str]] = []
    for number, line in enumerate(raw.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append((number, cells_of(line)))
        except ValueError:
            broken.append((number, line.strip()[:80]))
            continue
        for name in rows[-1][1]:
            columns.setdefault(name, len(columns))
    if not rows:
        raise Unreadable(f"{path.name}: no line of it is a JSON object.")
    if len(columns) > _COLUMNS:
        raise Unreadable(f"{path.name}: its objects have {len(columns)} keys, {_COLUMNS} at most are taken.")
    names = tuple(columns)
    told = [(number, (f"no JSON object: {line}", *[""] * (len(names) - 1))) for number, line in broken]
    body = sorted([(number, tuple(row.get(name, "") for name in names)) for number, row in rows] + told)
    table = Block("table", rows=(names, *(row for _, row in body)), row_numbers=(0, *(number for number, _ in body)))
    progress(1, 1)
    return ParsedFile(None, detect_language(raw[:20_000]), (Page(None, raw, raw),), (table,))


def cells_of(line: str) -> dict[str, str]:
    """Return an object's keys and values as a table's cells; raises ValueError where the line holds none."""
    try:
        value = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("no object")
    cells: dict[str, str] = {}
    _flatten(value, "", cells)
    return cells


def _flatten(value: dict[str, Any], before: str, cells: dict[str, str]) -> None:
    for key, inner in value.items():
        name = f"{before}{key}".strip()
        if isinstance(inner, dict):
            _flatten(inner, f"{name}.", cells)
        elif name:
            cells[name] = _cell(inner)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return "、".join(filter(None, map(_cell, value)))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)
