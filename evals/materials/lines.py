"""JSON Lines, in and out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from corpus import MillhandError


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Read one JSON object a line.

    Raises:
        MillhandError: a line is no JSON; the message names file and line.
        OSError: the file cannot be read.
    """
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            rows.append(json.loads(line))
        except ValueError as error:
            raise MillhandError(f"{path} line {number} is no JSON: {error}.") from error
    return rows


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write one JSON object a line, Chinese as it is, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
