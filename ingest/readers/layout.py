"""From the flows of a page to headings, paragraphs, lists, warnings and tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from corpus import Box, normal_text
from ingest.readers.aligned import aligned_tables
from ingest.readers.base import Block, Run
from ingest.readers.columns import in_reading_order
from ingest.readers.grids import PageTable, ruled_tables
from ingest.readers.lines import around, box_of, grouped, line_text
from ingest.readers.mending import CHAPTER, ITEM, LETTERED, NUMBERED, is_warning, join_lines
from ingest.readers.pdf_page import Rule

_LARGER = 1.1  # than the line below it is a heading with a number of two parts
_SAME, _CLOSE = 0.05, 0.8  # parts of a line's height: two lines of one heading
_WORD = re.compile(r"[^\W\d_]{3,}|[\u3400-\u9fff]{2,}")  # "1 kΩ" and "A1 A2 5V" are written into a drawing
# At the end of a column no sentence ends, and at the head of the next none begins.
_OPEN = re.compile(r"[a-z0-9,(\u3400-\u9fff，、（-]$")
_GOES_ON = re.compile(r"[a-z(\u3400-\u9fff]")
_BOLD_LEVEL = 3  # of a heading in bold as tall as the text
_NO_HEADING = (":", "：", ",", "，", "?", "？", "!", "！", ".", "。", ";", "；")
_NO_TITLE = re.compile(
    r"(?:Table|Figure|Fig\.|表|图)\s*[A-Z]?\d|(?i:notes?|notice|hint|tip|important|info(?:rmation)?|提示|注意?|说明)\W*$|[a-z]"
)
_LEADERS = re.compile(r"(?:\.\s?){5,}|…{2,}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What layout needs of a page: its size in points, its runs without running heads, and the rules drawn on it."""

    number: int
    width: float
    height: float
    runs: Sequence[Run]
    rules: Sequence[Rule]


@dataclass(frozen=True, slots=True)
class Placed:
    """A block where it stands; `edges` are the column borders of a table."""

    block: Block
    box: Box
    edges: tuple[float, ...] = ()


def body_height(runs: Sequence[Run]) -> float:
    """Return the height that most characters are set in."""
    counts: Counter[float] = Counter()
    for run in runs:
        counts[round(run.height, 1)] += len(run.text)
    return counts.most_common(1)[0][0] if counts else 10.0


def blocks_of(
    sheet: Sheet, outline: Sequence[tuple[int, str]], usual: float, open_edges: Sequence[float]
) -> list[Placed]:
    """Return a page's blocks in reading order.

    `usual` is the height of running text; `open_edges` are the column borders of a table that ended the page before.
    """
    drawn = ruled_tables(sheet.runs, sheet.rules, sheet.width, sheet.height)
    free = [run for run in sheet.runs if not any(_in(run.box, table.box) for table in drawn)]
    placed: list[Placed] = []
    flat = [rule for rule in sheet.rules if not rule.upright]
    lines = [
        Box(rule.start / sheet.width, rule.at / sheet.height, rule.end / sheet.width, rule.at / sheet.height)
        for rule in flat
    ]
    for flow in in_reading_order([*free, *drawn], lines):
        stretch: list[Run] = []
        before = len(placed)
        for item in flow:
            if isinstance(item, PageTable):
                placed += _stretch(stretch, sheet, outline, usual, open_edges if not placed else ())
                stretch = []
                placed.append(_placed(item, sheet.number))
            else:
                stretch.append(item)
        placed += _stretch(stretch, sheet, outline, usual, open_edges if not placed else ())
        if 0 < before < len(placed) and _runs_on(placed[before - 1], placed[before]):
            rest = placed.pop(before)
            text = join_lines([placed[before - 1].block.text, rest.block.text])
            placed[before - 1] = replace(placed[before - 1], block=replace(placed[before - 1].block, text=text))
    return placed


def _runs_on(one: Placed, other: Placed) -> bool:
    """Say whether a sentence goes on at the head of the next column."""
    if one.block.kind not in ("text", "list", "warning") or other.block.kind != "text":
        return False
    open_end = _OPEN.search(one.block.text) and _GOES_ON.match(other.block.text)
    return other.box.top < one.box.bottom and open_end is not None


def _in(box: Box, outer: Box) -> bool:
    across, down = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return outer.left <= across <= outer.right and outer.top <= down <= outer.bottom


def _placed(table: PageTable, page: int) -> Placed:
    block = Block("table", page=page, rows=table.rows, row_pages=(page,) * len(table.rows), headless=table.headless)
    return Placed(block, table.box, table.edges)


def _stretch(
    runs: Sequence[Run], sheet: Sheet, outline: Sequence[tuple[int, str]], usual: float, open_edges: Sequence[float]
) -> list[Placed]:
    """Return the blocks of text that flows in one column, with the tables in it that no rules draw."""
    if not runs:
        return []
    placed: list[Placed] = []
    used: set[int] = set()
    for table, ids in aligned_tables(runs, sheet.rules, sheet.height, open_edges):
        before = [run for run in runs if id(run) not in used | ids and run.box.top < table.box.top]
        placed += _prose(before, sheet.number, outline, usual)
        placed.append(_placed(table, sheet.number))
        used |= ids | {id(run) for run in before}
    return placed + _prose([run for run in runs if id(run) not in used], sheet.number, outline, usual)


def _prose(runs: Sequence[Run], page: int, outline: Sequence[tuple[int, str]], usual: float) -> list[Placed]:
    titles = {normal_text(title): (level, title) for level, title in outline}
    blocks: list[Placed] = []
    paragraph: list[str] = []
    boxes: list[Box] = []
    kind = "text"
    tabular = False
    groups = grouped(runs)
    skip = 0

    def flush() -> None:
        text = _paragraph(paragraph)
        if text:
            blocks.append(Placed(Block(kind, text, page), around(boxes)))  # type: ignore[arg-type]
        paragraph.clear()
        boxes.clear()

    for i, group in enumerate(groups):
        if skip:
            skip -= 1
            continue
        text, box = line_text(group), box_of(group)
        if _LEADERS.search(text):  # a line of the table of contents says where, not what
            continue
        heading, used = _heading(groups[i : i + 3], titles, usual)
        if heading:
            flush()
            kind = "text"
            if blocks and blocks[-1].block.kind == "heading" and not titles and _goes_on(groups[i - 1], group):
                whole = blocks.pop()
                heading = (whole.block.level, join_lines([whole.block.text, heading[1]]))
                box = around([whole.box, box])
            blocks.append(Placed(Block("heading", heading[1], page, heading[0]), box))
            skip = used - 1
            continue
        last = boxes[-1] if boxes else None
        height = box.bottom - box.top
        far = last is not None and (box.top - last.bottom > 0.75 * height or box.bottom < last.top)
        new = "list" if ITEM.match(text) else "warning" if is_warning(text) else None
        if far and not new and kind == "warning" and len("".join(paragraph)) < 14:
            far = False  # a signal word that stands on a line of its own
        if new == "warning" or (new == "list" and kind != "list") or (far and kind != "list") or (far and not new):
            flush()
            kind = new or "text"
        elif paragraph and (new == "list" or _is_row(group) or tabular):
            paragraph.append("\n")
        tabular = _is_row(group)
        paragraph.append(text)
        boxes.append(box)
    flush()
    return blocks


def _goes_on(before: Sequence[Run], group: Sequence[Run]) -> bool:
    """Say whether a line without a number of its own is the rest of the heading in the line before, by its look."""
    first = line_text(group)
    if NUMBERED.match(first) or CHAPTER.match(first) or LETTERED.match(first):
        return False
    height, other = (max(run.height for run in line) for line in (group, before))
    gap = box_of(group).top - box_of(before).bottom
    return abs(height - other) < _SAME * height and -_SAME * height < gap < _CLOSE * height


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
        text = join_lines([text, line_text(group)])
        plain = normal_text(text)
        for title, found in titles.items():
            if plain == title or (plain.endswith(title) and NUMBERED.match(text) and len(plain) - len(title) < 10):
                return (found[0], text), used
        if not any(plain and plain in title for title in titles):
            break
    first = line_text(groups[0])
    height = max(run.height for run in groups[0])
    tall = height > 1.15 * usual
    numbered = NUMBERED.match(first)
    short = len(first) < 80 and not first.rstrip().endswith(("。", ".", "；", ";", ",", "，"))
    # One odd letter makes the line of a step tall, and what is written into a drawing may be.
    if (titles and (not tall or ITEM.match(first))) or not (_WORD.search(first) or CHAPTER.match(first)):
        return None, 0
    if short and not titles and (bold := _in_bold(groups)):
        whole = join_lines([line_text(group) for group in groups[:bold]])
        return (numbered.group(1).count(".") + 1 if numbered else _BOLD_LEVEL, whole), bold
    # "3.1 Replacing the belts" is set but little larger than the text below it.
    below = min([usual, *(max(run.height for run in group) for group in groups[1:2])])
    dotted = numbered and "." in numbered.group(1) and height > _LARGER * below
    if short and (CHAPTER.match(first) or (tall and (numbered or LETTERED.match(first))) or dotted):
        return (numbered.group(1).count(".") + 1 if numbered else 1, first), 1
    if short and len(first) < 60 and height > 1.4 * usual and not ITEM.match(first):
        return (1 if height > 1.8 * usual else 2, first), 1
    return None, 0


def _in_bold(groups: Sequence[Sequence[Run]]) -> int:
    """Return how many lines, up to two, are a heading set in bold above text that is not."""
    bold = [len(group) == 1 and group[0].bold for group in groups]
    count = next((i for i, one in enumerate(bold) if not one), 0)
    texts = [line_text(group) for group in groups[:count]]
    if not count or groups[count][0].bold or (count == 2 and not _goes_on(groups[0], groups[1])):
        return 0
    named = not (ITEM.match(texts[0]) or is_warning(texts[0]) or _NO_TITLE.match(texts[0]))
    return count if named and not texts[-1].rstrip().endswith(_NO_HEADING) else 0


def _paragraph(lines: Sequence[str]) -> str:
    items: list[list[str]] = [[]]
    for line in lines:
        if line == "\n":
            items.append([])
        else:
            items[-1].append(line)
    return "\n".join(joined for item in items if (joined := join_lines(item)))
