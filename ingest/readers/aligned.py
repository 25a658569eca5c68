"""Tables without upright rules: by the columns in which the pieces of their lines stand below each other."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from corpus import Box
from ingest.readers.base import Run
from ingest.readers.cells import Cell, rows_of
from ingest.readers.grids import PageTable
from ingest.readers.lines import box_of, line_text, visual_lines
from ingest.readers.mending import join_lines
from ingest.readers.pdf_page import Rule
from ingest.readers.vocabulary import is_code, named

_LEADERS = re.compile(r"(?:\.\s?){5,}|…{2,}")
_SLACK = 0.004  # of the page's width: pieces nearer than that overlap
_FAR = 2.6  # lines: what stands further below is no row of the table

Line = list[Run]


@dataclass(slots=True)
class _Columns:
    """Where the columns of a table stand: spans of the page's width that no cell leaves."""

    spans: list[list[float]] = field(default_factory=list)

    def hit(self, box: Box) -> list[int]:
        return [
            i for i, (left, right) in enumerate(self.spans) if box.left < right + _SLACK and box.right > left - _SLACK
        ]

    def fits(self, line: Line) -> bool:
        """Say whether each piece of a line stands in one column, no two in the same."""
        hits = [self.hit(run.box) for run in line]
        one = [hit[0] for hit in hits if len(hit) == 1]
        return len(one) == len(line) and len(set(one)) == len(one)

    def take(self, line: Line) -> bool:
        """Widen the columns by a line; False (and nothing changed) when a piece crosses from one into another."""
        spans = [span[:] for span in self.spans]
        for run in line:
            hits = self.hit(run.box)
            if len(hits) > 1:
                self.spans = spans
                return False
            if hits:
                span = self.spans[hits[0]]
                span[0], span[1] = min(span[0], run.box.left), max(span[1], run.box.right)
            else:
                self.spans.append([run.box.left, run.box.right])
                self.spans.sort()
        return True


def aligned_tables(
    runs: Sequence[Run], rules: Sequence[Rule], height: float, open_edges: Sequence[float]
) -> list[tuple[PageTable, set[int]]]:
    """Find tables in one flow of text: each with the ids of its runs.

    `height` of the page in points; `open_edges` are the column borders of a table that ran to the foot of the page
    before, which may go on here.
    """
    lines = visual_lines(runs)
    flat = [rule.at / height for rule in rules if not rule.upright]
    found: list[tuple[PageTable, set[int]]] = []
    at = 0
    while at < len(lines):
        first = _begins(lines, at, open_edges if not found else ())
        if first is None:
            break
        start, end, columns = _extent(lines, first, at)
        table = _table(lines[start:first], lines[first:end], columns, flat)
        if table is None:
            at = max(first, at) + 1
            continue
        used = {id(run) for line in lines[start:end] for run in line}
        found.append((table, used))
        at = end
    return found


def _begins(lines: Sequence[Line], at: int, open_edges: Sequence[float]) -> int | None:
    """Return the first line of a table's body at or after `at`."""
    for i in range(at, len(lines)):
        if len(lines[i]) < 2 or _LEADERS.search(line_text(lines[i])):
            continue
        if i and len(lines[i - 1]) >= 2 and i - 1 >= at and named([run.text for run in lines[i - 1]]) >= 2:
            return i  # below a header
        if _leads(lines[i]) is not None and (_codes_below(lines, i) or _goes_on(lines[i], open_edges)):
            return i
        if len(lines[i]) >= 3 and _alike(lines[i : i + 3]):
            return i
    return None


def _leads(line: Line) -> float | None:
    """Return where the code stands that a row begins with: in its first column, or its second behind a number."""
    for run in line[:2]:
        if is_code(run.text) and run is not line[-1]:
            return run.box.left
        if not re.fullmatch(r"\d{1,3}[.)]?", run.text):
            break
    return None


def _codes_below(lines: Sequence[Line], i: int) -> bool:
    left = _leads(lines[i])
    for below in lines[i + 1 : i + 13]:
        other = _leads(below)
        if left is not None and other is not None and abs(other - left) < 0.012:
            return True
        if below[0].box.left < lines[i][0].box.left - 0.012:
            return False
    return False


def _goes_on(line: Line, edges: Sequence[float]) -> bool:
    return len(edges) > 2 and all(any(abs(run.box.left - edge) < 0.03 for edge in edges) for run in line)


def _alike(lines: Sequence[Line]) -> bool:
    """Say whether three lines have the same columns, three or more, and are close together."""
    columns = _Columns()
    if len(lines) < 3 or any(len(line) != len(lines[0]) for line in lines):
        return False
    if any(_LEADERS.search(line_text(line)) or not all(run.text for run in line) for line in lines):
        return False
    if not all(columns.take(line) for line in lines) or len(columns.spans) != len(lines[0]):
        return False
    tall = _tall(lines[0])
    return all(b[0].box.top - a[0].box.bottom < _FAR * tall for a, b in itertools.pairwise(lines))


def _tall(line: Line) -> float:
    box = box_of(line)
    return max(0.004, box.bottom - box.top)


def _extent(lines: Sequence[Line], first: int, floor: int) -> tuple[int, int, _Columns]:
    """Return where the table begins (with its header) and ends, and its columns."""
    columns = _Columns()
    columns.take(lines[first])
    leads = _leads(lines[first])
    end = first + 1
    while end < len(lines):
        line, before = lines[end], lines[end - 1]
        gap = box_of(line).top - box_of(before).bottom
        if gap > _FAR * _tall(before) or _LEADERS.search(line_text(line)):
            break
        if _is_title(lines, end, columns):
            end += 1
            continue
        if len(line) == 1 and not columns.hit(line[0].box):
            break
        if len(line) == 1 and columns.hit(line[0].box) == [0]:
            ends = leads is not None and abs(line[0].box.left - leads) < 0.012 and not is_code(line[0].text)
            if ends or gap > 0.7 * _tall(before):
                break  # whatever else stands at the left edge ends the table
        if not columns.take(line):
            break
        end += 1
    start = first
    while start > max(floor, first - 3):
        line = lines[start - 1]
        gap = box_of(lines[start]).top - box_of(line).bottom
        words = [run.text for run in line]
        coded = [is_code(word) for word in words]
        models = len(words) > 1 and coded == [False] + [True] * (len(words) - 1)  # "Joint | LV-2500 | LV-4000"
        short = all(len(word) < 40 for word in words) and (models or not any(coded))
        if gap > 2 * _tall(line) or not short or not (len(line) >= 2 or (named(words) and start < first)):
            break
        if not named(words) and not all(columns.hit(run.box) for run in line):
            break
        start -= 1
    return start, end, columns


def _is_title(lines: Sequence[Line], at: int, columns: _Columns) -> bool:
    """Say whether a line is the title of the rows that follow it in the same columns."""
    line = lines[at]
    if len(line) != 1 or len(line[0].text) > 60 or at + 1 >= len(lines) or line[0].text.endswith(("。", ".")):
        return False
    below = lines[at + 1]
    near = box_of(below).top - line[0].box.bottom < _FAR * _tall(line)
    return near and _leads(below) is not None and columns.fits(below) and len(columns.hit(line[0].box)) != 1


def _table(header: Sequence[Line], body: Sequence[Line], columns: _Columns, flat: Sequence[float]) -> PageTable | None:
    for line in header:
        for run in line:
            if not columns.hit(run.box):
                columns.spans.append([run.box.left, run.box.right])
                columns.spans.sort()
    width = len(columns.spans)
    if width < 2 or (len(body) < 2 and not header and _leads(body[0]) is None):
        return None
    cells: list[Cell] = []
    if header:
        names: list[list[str]] = [[] for _ in range(width)]
        for line in header:
            for run in line:
                over = columns.hit(run.box)
                pieces = run.text.split()
                apart = len(pieces) == len(over) and all(map(is_code, pieces))  # models that stand close together
                for column, piece in zip(over, pieces if apart else [run.text] * len(over), strict=True):
                    names[column].append(piece)
        cells += [Cell(0, column, join_lines(name)) for column, name in enumerate(names)]
    row = 0
    for lines in _rows(body, columns, flat):
        row += 1
        if len(lines) == 1 and len(lines[0]) == 1 and len(columns.hit(lines[0][0].box)) != 1:
            cells.append(Cell(row, 0, lines[0][0].text, 1, width))
            continue
        texts: list[list[str]] = [[] for _ in range(width)]
        for line in lines:
            for run in line:
                texts[(columns.hit(run.box) or [0])[0]].append(run.text)
        cells += [Cell(row, column, join_lines(text)) for column, text in enumerate(texts)]
    rows = rows_of(cells)
    if len(rows) < (1 if not header else 2):
        return None
    everything = [run for line in (*header, *body) for run in line]
    return PageTable(rows, (*(span[0] for span in columns.spans), columns.spans[-1][1]), box_of(everything), not header)


def _rows(body: Sequence[Line], columns: _Columns, flat: Sequence[float]) -> list[list[Line]]:
    """Part the lines of a table into its rows: at drawn rules, at codes, at wide gaps, else at the first column."""
    anchor = _anchor(body, columns)
    coded = anchor is not None
    place = anchor or 0
    gaps = [max(0.0, box_of(b).top - box_of(a).bottom) for a, b in itertools.pairwise(body)]
    wide = _wide(gaps)
    between = [sum(a[0].box.top < at < b[0].box.bottom for at in flat) for a, b in itertools.pairwise(body)]
    drawn = sum(map(bool, between)) >= 2
    rows: list[list[Line]] = [[body[0]]]
    for line, gap, rules in zip(body[1:], gaps, between, strict=True):
        holds = [run for run in line if columns.hit(run.box)[:1] == [place]]
        starts = any(is_code(run.text) for run in holds) if coded else bool(holds)
        if len(line) == 1 and len(columns.hit(line[0].box)) != 1:
            new = True
        elif drawn:
            new = bool(rules) or (coded and starts and any(_holds_code(row, place, columns) for row in rows[-1]))
        elif coded:
            new = starts
        elif wide is not None:
            new = gap > wide
        else:
            new = starts
        if new:
            rows.append([])
        rows[-1].append(line)
    return rows


def _holds_code(line: Line, place: int, columns: _Columns) -> bool:
    return any(columns.hit(run.box)[:1] == [place] and is_code(run.text) for run in line)


def _anchor(body: Sequence[Line], columns: _Columns) -> int | None:
    """Return the column that holds codes."""
    for column in range(min(3, len(columns.spans) - 1)):
        here = [run for line in body for run in line if columns.hit(run.box) == [column]]
        codes = sum(is_code(run.text) for run in here)
        if codes and codes >= 0.6 * len(here):
            return column
    return None


def _wide(gaps: Sequence[float]) -> float | None:
    """Return the gap between lines of one row and lines of two, where there are two kinds of gaps."""
    ordered = sorted(gaps)
    if len(ordered) < 3:
        return None
    steps = [(b - a, (a + b) / 2) for a, b in itertools.pairwise(ordered)]
    step, middle = max(steps)
    return middle if step > 0.0025 and ordered[-1] > 1.5 * ordered[0] + 0.002 else None
