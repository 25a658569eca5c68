"""Tables by the lines that are drawn: cells between rules, merged where no rule parts them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import Box
from ingest.readers.base import Run
from ingest.readers.cells import Cell, Rows, rows_of
from ingest.readers.ladders import RULES, missing_rules
from ingest.readers.lines import line_text, visual_lines
from ingest.readers.mending import join_lines
from ingest.readers.pdf_page import Rule
from ingest.readers.vocabulary import is_code

_NEAR = 2.5  # points within which rules are one, or touch
_ROWS, _COLUMNS = 300, 30


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table on one page: its rows, and the borders of its columns as fractions of the page's width."""

    rows: Rows
    edges: tuple[float, ...]
    box: Box
    headless: bool = False


def ruled_tables(runs: Sequence[Run], rules: Sequence[Rule], width: float, height: float) -> list[PageTable]:
    """Find the tables whose cells are drawn; `width` and `height` of the page in points."""
    if not 4 <= len(rules) <= RULES:
        return []
    tables = []
    rules = [*rules, *missing_rules(runs, rules, width, height)]
    for flat, upright in _components(_joined(rules)):
        table = _table(runs, flat, upright, width, height)
        if table:
            tables.append(table)
    return tables


def _joined(rules: Sequence[Rule]) -> list[Rule]:
    """Join rules that lie on one line and touch."""
    joined: list[Rule] = []
    for upright in (False, True):
        lines: list[list[Rule]] = []
        for rule in sorted((r for r in rules if r.upright == upright), key=lambda r: r.at):
            if lines and rule.at - lines[-1][0].at <= _NEAR:
                lines[-1].append(rule)
            else:
                lines.append([rule])
        for line in lines:
            at = sum(rule.at for rule in line) / len(line)
            begin: float | None = None
            for rule in sorted(line, key=lambda r: r.start):
                if begin is None:
                    begin, end = rule.start, rule.end
                elif rule.start <= end + _NEAR:
                    end = max(end, rule.end)
                else:
                    joined.append(Rule(upright, at, begin, end))
                    begin, end = rule.start, rule.end
            if begin is not None:
                joined.append(Rule(upright, at, begin, end))
    return joined


def _components(rules: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Group rules that touch each other: (horizontal, upright) for each group."""
    flat = [rule for rule in rules if not rule.upright]
    upright = [rule for rule in rules if rule.upright]
    parent = list(range(len(flat) + len(upright)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, across in enumerate(flat):
        for j, down in enumerate(upright, start=len(flat)):
            if (
                across.start - _NEAR <= down.at <= across.end + _NEAR
                and down.start - _NEAR <= across.at <= down.end + _NEAR
            ):
                parent[root(i)] = root(j)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for i, rule in enumerate([*flat, *upright]):
        groups.setdefault(root(i), ([], []))[rule.upright].append(rule)
    return [group for group in groups.values() if group[0] and group[1]]


def _table(
    runs: Sequence[Run], flat: Sequence[Rule], upright: Sequence[Rule], width: float, height: float
) -> PageTable | None:
    xs = _positions([*(r.at for r in upright), min(r.start for r in flat), max(r.end for r in flat)])
    ys = _positions([*(r.at for r in flat), min(r.start for r in upright), max(r.end for r in upright)])
    if not (2 <= len(xs) - 1 <= _COLUMNS and 2 <= len(ys) - 1 <= _ROWS):
        return None
    box = Box(xs[0] / width, ys[0] / height, xs[-1] / width, ys[-1] / height)
    inside = [run for run in runs if _within(run.box, box)]
    held: dict[tuple[int, int], list[Run]] = {}
    for run in inside:
        column = _between((run.box.left + run.box.right) / 2 * width, xs)
        row = _between((run.box.top + run.box.bottom) / 2 * height, ys)
        held.setdefault((row, column), []).append(run)
    spans = _spans(flat, upright, xs, ys)
    cells = [_filled(span, held) for span in spans]
    filled = [cell for cell in cells if cell[1]]
    if len(filled) < 3 or len(filled) < 0.3 * len(cells) or len({span[1] for span, _ in filled}) < 2:
        return None
    if max(len("".join(run.text for run in content)) for _, content in filled) > 4_000:
        return None
    rows = rows_of(_subdivided(cells))
    if len(rows) < 2:
        return None
    return PageTable(rows, tuple(x / width for x in xs), box)


def _positions(values: Sequence[float]) -> list[float]:
    positions: list[float] = []
    for value in sorted(values):
        if not positions or value - positions[-1] > 2 * _NEAR:
            positions.append(value)
    return positions


def _between(value: float, borders: Sequence[float]) -> int:
    return min(max(bisect_right(borders, value) - 1, 0), len(borders) - 2)


def _within(box: Box, outer: Box) -> bool:
    across, down = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return outer.left <= across <= outer.right and outer.top <= down <= outer.bottom


Span = tuple[int, int, int, int]  # row, column, rows, columns


def _spans(flat: Sequence[Rule], upright: Sequence[Rule], xs: Sequence[float], ys: Sequence[float]) -> list[Span]:
    """Return the cells: the smallest rectangles that no rule crosses."""
    height, width = len(ys) - 1, len(xs) - 1
    parent = list(range(height * width))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for row in range(height):
        for column in range(width):
            middle = (ys[row] + ys[row + 1]) / 2
            if column + 1 < width and not _covers(upright, xs[column + 1], middle):
                parent[root(row * width + column)] = root(row * width + column + 1)
            middle = (xs[column] + xs[column + 1]) / 2
            if row + 1 < height and not _covers(flat, ys[row + 1], middle):
                parent[root(row * width + column)] = root((row + 1) * width + column)
    areas: dict[int, list[tuple[int, int]]] = {}
    for i in range(height * width):
        areas.setdefault(root(i), []).append(divmod(i, width))
    spans = []
    for area in areas.values():
        top, left = min(row for row, _ in area), min(column for _, column in area)
        rows, columns = max(row for row, _ in area) - top + 1, max(column for _, column in area) - left + 1
        if rows * columns == len(area):
            spans.append((top, left, rows, columns))
        else:  # no rectangle: rules are missing, and single cells say more than one over all
            spans += [(row, column, 1, 1) for row, column in area]
    return sorted(spans)


def _covers(rules: Sequence[Rule], at: float, middle: float) -> bool:
    return any(abs(rule.at - at) <= 2 * _NEAR and rule.start - _NEAR <= middle <= rule.end + _NEAR for rule in rules)


def _filled(span: Span, held: dict[tuple[int, int], list[Run]]) -> tuple[Span, list[Run]]:
    row, column, rows, columns = span
    return span, [run for r in range(row, row + rows) for c in range(column, column + columns)
                  for run in held.get((r, c), [])]  # fmt: skip


def _subdivided(cells: Sequence[tuple[Span, list[Run]]]) -> list[Cell]:
    """Turn cells into text; a row that holds several codes below each other has no rules between its entries."""
    tops: dict[int, list[float]] = {}
    for (row, column, rows, _), content in cells:
        if column < 3 and rows == 1 and len(content) > 1:
            lines = visual_lines(content)
            codes = [line for line in lines if is_code(line_text(line))]
            if len(codes) >= 2 and len(codes) >= 0.6 * len(lines):
                tops.setdefault(row, [line[0].box.top for line in codes])
    shift: dict[int, int] = {}
    extra = 0
    for row in range(max(row + rows for (row, _, rows, _), _ in cells)):
        shift[row] = extra
        extra += max(0, len(tops.get(row, [])) - 1)
    made = []
    for (row, column, rows, columns), content in cells:
        at = row + shift[row]
        last = row + rows - 1
        tall = rows + shift[last] - shift[row] + max(0, len(tops.get(last, [])) - 1)
        if row in tops and rows == 1:
            starts = tops[row]
            pieces: list[list[Run]] = [[] for _ in starts]
            for run in content:
                pieces[max(0, bisect_right(starts, run.box.top + 0.004) - 1)].append(run)
            made += [Cell(at + i, column, _text(piece), 1, columns) for i, piece in enumerate(pieces)]
        else:
            made.append(Cell(at, column, _text(content), tall, columns))
    return made


def _text(content: Sequence[Run]) -> str:
    return join_lines([line_text(line) for line in visual_lines(content)])
