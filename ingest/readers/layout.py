"""From runs of text on a page to lines, headings, paragraphs, lists, warnings and code tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus import Box, TextLine, normal_text
from ingest.readers.base import Block
from ingest.readers.mending import CHAPTER, ITEM, NUMBERED, is_warning, join_lines

_CODE = re.compile(r"^[A-Z]{1,5}\s?[-–]?\s?\d{1,4}[A-Z]?$")
_LEADERS = re.compile(r"(?:\.\s?){5,}|…{2,}")


@dataclass(frozen=True, slots=True)
class Run:
    """Text that was set in one go. `height` in points; `aspect` is the page's width by its height."""

    text: str
    box: Box
    height: float
    aspect: float


@dataclass(frozen=True, slots=True)
class Carry:
    """A code table that is open at the foot of a page: where its columns begin, and its header."""

    starts: tuple[float, ...]
    header: tuple[str, ...]


def body_height(runs: Sequence[Run]) -> float:
    """Return the height that most characters are set in."""
    counts: Counter[float] = Counter()
    for run in runs:
        counts[round(run.height)] += len(run.text)
    return counts.most_common(1)[0][0] if counts else 10.0


def _same_line(a: Box, b: Box) -> bool:
    overlap = min(a.bottom, b.bottom) - max(a.top, b.top)
    return overlap > 0.5 * min(a.bottom - a.top, b.bottom - b.top)


def lines_of(runs: Sequence[Run]) -> list[TextLine]:
    """Join runs that follow each other on one line, in content order (which keeps columns apart)."""
    return [_line(group) for group in _grouped(runs)]


def _grouped(runs: Sequence[Run]) -> list[list[Run]]:
    groups: list[list[Run]] = []
    for run in runs:
        if groups and _same_line(groups[-1][-1].box, run.box) and run.box.left >= groups[-1][-1].box.left:
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def _line(group: Sequence[Run]) -> TextLine:
    text = group[0].text
    for before, run in pairwise(group):
        gap = (run.box.left - before.box.right) * run.aspect
        tight = gap < 0.12 * (run.box.bottom - run.box.top)
        text += run.text if tight else " " + run.text
    boxes = [run.box for run in group]
    box = Box(
        min(b.left for b in boxes), min(b.top for b in boxes), max(b.right for b in boxes), max(b.bottom for b in boxes)
    )
    return TextLine(text, box)


def blocks_of(
    runs: Sequence[Run], page: int, outline: Sequence[tuple[int, str]], usual: float, carry: Carry | None
) -> tuple[list[Block], Carry | None]:
    """Return a page's blocks in reading order, and the table that is still open at its foot."""
    blocks: list[Block] = []
    at = 0
    open_table: Carry | None = None
    for first, last, starts, header_from in _code_tables(runs, carry):
        blocks += _prose(runs[at:header_from], page, outline, usual)
        header = _header(runs[header_from:first], starts)
        known = carry.header if carry and carry.starts and len(carry.starts) == len(starts) else ()
        if not any(header) and known:
            header = known
        rows = _code_rows(runs[first:last], starts)
        blocks.append(Block("table", page=page, rows=(header, *rows), row_pages=(page,) * (len(rows) + 1)))
        at = last
        open_table = Carry(tuple(starts), header)
    rest = _prose(runs[at:], page, outline, usual)
    return blocks + rest, None if rest else open_table


def _code_tables(runs: Sequence[Run], carry: Carry | None) -> list[tuple[int, int, list[float], int]]:
    """Find tables whose first column holds codes: (first run, end, column starts, where the header begins)."""
    tables = []
    at = 0
    while at < len(runs):
        codes = _column_of_codes(runs, at)
        if not codes:
            break
        first = codes[0]
        left = runs[first].box.left
        end = _table_end(runs, codes, left)
        starts = _column_starts(runs, codes, end, left)
        enough = len(codes) >= 2 or (carry is not None and len(carry.starts) == len(starts))
        if len(starts) >= 2 and enough:
            tables.append((first, end, starts, _header_start(runs, first, starts, at)))
        at = max(end, first + 1)
    return tables


def _column_of_codes(runs: Sequence[Run], at: int) -> list[int]:
    """Return the runs from `at` on that are codes below each other, each with something to its right."""
    for i in range(at, len(runs) - 1):
        if not _leads_row(runs, i):
            continue
        left = runs[i].box.left
        codes = [i]
        for j in range(i + 1, len(runs) - 1):
            if runs[j].box.left < left + 0.008:
                if not _leads_row(runs, j) or runs[j].box.top < runs[codes[-1]].box.top:
                    break  # whatever else stands at the left edge ends the table
                codes.append(j)
        return codes
    return []


def _leads_row(runs: Sequence[Run], i: int) -> bool:
    if not _CODE.match(runs[i].text):
        return False
    beside = runs[i + 1]
    return beside.box.left > runs[i].box.right + 0.005 and _overlaps(runs[i].box, beside.box)


def _overlaps(a: Box, b: Box) -> bool:
    return min(a.bottom, b.bottom) - max(a.top, b.top) > -0.3 * (a.bottom - a.top)


def _table_end(runs: Sequence[Run], codes: Sequence[int], left: float) -> int:
    line = runs[codes[-1]].box.bottom - runs[codes[-1]].box.top
    lowest = runs[codes[-1]].box.bottom
    for i in range(codes[-1] + 1, len(runs)):
        box = runs[i].box
        outside = box.left < left + 0.008
        if outside or box.top > lowest + 2.2 * line:
            return i
        lowest = max(lowest, box.bottom)
    return len(runs)


def _column_starts(runs: Sequence[Run], codes: Sequence[int], end: int, left: float) -> list[float]:
    """Cluster where the first lines of cells begin; a column stands in most rows."""
    lefts: Counter[float] = Counter()
    for position, code in enumerate(codes):
        stop = codes[position + 1] if position + 1 < len(codes) else end
        seen = {round(run.box.left, 2) for run in runs[code:stop] if run.box.left > left + 0.01}
        lefts.update(seen)
    starts = [left]
    for value, count in sorted(lefts.items()):
        if count >= max(1, 0.4 * len(codes)) and value - starts[-1] > 0.03:
            starts.append(value)
    return starts


def _header_start(runs: Sequence[Run], first: int, starts: Sequence[float], at: int) -> int:
    """Walk back over the cells right above the table that begin where its columns begin."""
    i = first
    top = runs[first].box.top
    highest = top - 2.6 * (runs[first].box.bottom - top)
    while i > at:
        box = runs[i - 1].box
        near = any(abs(box.left - start) < 0.02 for start in starts)
        if not near or box.top > top + 0.004 or box.top < highest:
            break
        i -= 1
        top = box.top
    header = [run for run in runs[i:first] if len(run.text) < 40]
    return i if len(header) >= 2 and len(header) == first - i else first


def _column(box: Box, starts: Sequence[float]) -> int:
    return max((i for i, start in enumerate(starts) if box.left >= start - 0.012), default=0)


def _header(runs: Sequence[Run], starts: Sequence[float]) -> tuple[str, ...]:
    cells: list[list[str]] = [[] for _ in starts]
    for run in runs:
        cells[_column(run.box, starts)].append(run.text)
    names = [join_lines(cell) for cell in cells]
    for i, name in enumerate(names):
        words = name.split()
        if len(words) > 1 and names[i + 1 : i + len(words)] == [""] * (len(words) - 1):
            names[i : i + len(words)] = words  # set in one go over several columns
    return tuple(names)


def _code_rows(runs: Sequence[Run], starts: Sequence[float]) -> list[tuple[str, ...]]:
    rows: list[list[list[TextLine]]] = []
    for line in _grouped(runs):
        for piece in _by_column(line, starts):
            column = _column(piece[0].box, starts)
            if column == 0 and _CODE.match(piece[0].text):
                rows.append([[] for _ in starts])
            if rows:
                rows[-1][column].append(_line(piece))
    return [tuple(join_lines([line.text for line in cell]) for cell in row) for row in rows]


def _by_column(line: Sequence[Run], starts: Sequence[float]) -> list[list[Run]]:
    pieces: list[list[Run]] = []
    for run in line:
        if pieces and _column(run.box, starts) == _column(pieces[-1][0].box, starts):
            pieces[-1].append(run)
        else:
            pieces.append([run])
    return pieces


def _prose(runs: Sequence[Run], page: int, outline: Sequence[tuple[int, str]], usual: float) -> list[Block]:
    titles = {normal_text(title): (level, title) for level, title in outline}
    blocks: list[Block] = []
    paragraph: list[str] = []
    kind = "text"
    tabular = False
    last: Box | None = None
    groups = _grouped(runs)
    skip = 0
    for i, group in enumerate(groups):
        if skip:
            skip -= 1
            continue
        line = _line(group)
        assert line.box is not None
        if _LEADERS.search(line.text):  # a line of the table of contents says where, not what
            continue
        heading, used = _heading(groups[i : i + 3], titles, usual)
        if heading:
            _flush(blocks, paragraph, kind, page)
            paragraph, kind, last = [], "text", None
            blocks.append(Block("heading", heading[1], page, heading[0]))
            skip = used - 1
            continue
        height = line.box.bottom - line.box.top
        far = last is not None and (line.box.top - last.bottom > 0.75 * height or line.box.bottom < last.top)
        new = "list" if ITEM.match(line.text) else "warning" if is_warning(line.text) else None
        if far and not new and kind == "warning" and len("".join(paragraph)) < 14:
            far = False  # a signal word that stands on a line of its own
        if new == "warning" or (new == "list" and kind != "list") or (far and kind != "list") or (far and not new):
            _flush(blocks, paragraph, kind, page)
            paragraph, kind = [], new or "text"
        elif paragraph and (new == "list" or _is_row(group) or tabular):
            paragraph.append("\n")
        tabular = _is_row(group)
        paragraph.append(line.text)
        last = line.box
    _flush(blocks, paragraph, kind, page)
    return blocks


def _is_row(group: Sequence[Run]) -> bool:
    """Say whether a line is a table's row: it has cells with wide gaps between them."""
    gaps = [(b.box.left - a.box.right) * a.aspect for a, b in pairwise(group)]
    return sum(gap > 0.8 * (group[0].box.bottom - group[0].box.top) for gap in gaps) >= 1


def _heading(
    groups: Sequence[Sequence[Run]], titles: dict[str, tuple[int, str]], usual: float
) -> tuple[tuple[int, str] | None, int]:
    """Say whether a line (with up to two that follow) is a heading, by the outline or by its look."""
    text = ""
    for used, group in enumerate(groups, start=1):
        text = join_lines([text, _line(group).text])
        plain = normal_text(text)
        for title, found in titles.items():
            if plain == title or (plain.endswith(title) and NUMBERED.match(text) and len(plain) - len(title) < 10):
                return (found[0], text), used
        if not any(plain and plain in title for title in titles):
            break
    first = _line(groups[0]).text
    tall = max(run.height for run in groups[0]) > 1.15 * usual
    numbered = NUMBERED.match(first)
    short = len(first) < 80 and not first.rstrip().endswith(("。", ".", "；", ";", ",", "，"))
    if titles and not tall:
        return None, 0
    if short and (CHAPTER.match(first) or (numbered and tall)):
        return (numbered.group(1).count(".") + 1 if numbered else 1, first), 1
    return None, 0


def _flush(blocks: list[Block], lines: list[str], kind: str, page: int) -> None:
    items: list[list[str]] = [[]]
    for line in lines:
        if line == "\n":
            items.append([])
        else:
            items[-1].append(line)
    text = "\n".join(joined for item in items if (joined := join_lines(item)))
    if text:
        blocks.append(Block(kind, text, page))  # type: ignore[arg-type]
