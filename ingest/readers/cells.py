"""Merged cells: what stands once over several rows or columns, brought into plain rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Rows = tuple[tuple[str, ...], ...]
_MOST = 400_000  # cells that spans may stand for


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell at 0-based (row, column) that stands over `rows` rows and `columns` columns."""

    row: int
    column: int
    text: str
    rows: int = 1
    columns: int = 1


def rows_of(cells: Sequence[Cell]) -> Rows:
    """Lay cells out as rows of equal width.

    A cell over several rows is true of each of them. A cell over several columns is a heading of each of them in the
    header, a title in the first column where it fills the row, and stands in its first column elsewhere.
    """
    width = min(200, max((cell.column + cell.columns for cell in cells), default=0))
    height = max((cell.row + min(cell.rows, 2_000) for cell in cells), default=0)
    if width * height > _MOST:
        height = max(cell.row for cell in cells) + 1
    grid = [[""] * width for _ in range(height)]
    titles = {cell.row for cell in cells if cell.columns >= width > 1 and cell.text}
    header = next((row for row in range(height) if row not in titles), 0)
    for cell in cells:
        over = cell.columns if cell.row == header and cell.columns < width else 1
        for row in range(cell.row, min(height, cell.row + cell.rows)):
            for column in range(cell.column, min(width, cell.column + over)):
                grid[row][column] = grid[row][column] or cell.text
    return tuple(tuple(row) for row in grid if any(row))
