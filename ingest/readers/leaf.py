"""From the pages of a PDF or scan, as they were found, to a file: running heads go, tables run over pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from corpus import Page, PageQuality, TextLine, detect_language, normal_text
from ingest.readers.base import Block, ParsedFile, Run
from ingest.readers.counted import with_counted
from ingest.readers.layout import Placed, Sheet, blocks_of, body_height
from ingest.readers.pdf_page import Rule
from ingest.readers.pdf_structure import Outline
from ingest.readers.running import without_running
from ingest.readers.vocabulary import header_height, is_code, says_continued

_BORDER = 0.12  # share of a page's height at its head and foot where a line does not part a table from its rest


@dataclass(slots=True)
class Leaf:
    """One page as it was found; `width` and `height` in points. `repeats` is an earlier page of the same text."""

    number: int
    runs: list[Run] = field(default_factory=list)
    lines: list[TextLine] = field(default_factory=list)
    quality: PageQuality = "text"
    rules: list[Rule] = field(default_factory=list)
    width: float = 595.0
    height: float = 842.0
    label: str | None = None
    repeats: int | None = None


def assemble(title: str | None, outline: Outline, leaves: Sequence[Leaf], warnings: Sequence[str]) -> ParsedFile:
    """Make a file of its pages."""
    usual = body_height([run for leaf in leaves for run in leaf.runs])
    pages: list[Page] = []
    sheets: list[list[Placed]] = []
    open_edges: tuple[float, ...] = ()
    for leaf, runs in zip(leaves, without_running([leaf.runs for leaf in leaves]), strict=True):
        sheet = Sheet(leaf.number, leaf.width, leaf.height, runs, leaf.rules)
        placed = blocks_of(sheet, outline.get(leaf.number, []), usual, open_edges)
        last = next((one for one in reversed(placed) if one.box.bottom < 1 - _BORDER or one.edges), None)
        open_edges = last.edges if last else ()
        sheets.append(placed)
        raw = "\n".join(line.text for line in leaf.lines)
        quality = leaf.quality
        if quality == "text" and any(one.edges for one in placed):
            quality = "table"
        text = raw if leaf.repeats else "\n".join(_plain(one.block) for one in placed)
        pages.append(Page(leaf.number, raw, text, tuple(leaf.lines), quality, leaf.label))
    blocks = tuple(with_counted(one.block for one in over_pages(sheets)))
    language = detect_language("\n".join(page.text for page in pages[:40]))
    return ParsedFile(title, language, tuple(pages), blocks, tuple(folded(warnings)), len(pages))


def _plain(block: Block) -> str:
    return block.text or "\n".join("\t".join(cell for cell in row if cell) for row in block.rows)


def over_pages(sheets: Sequence[Sequence[Placed]]) -> list[Placed]:
    """Join tables that go on at the head of the next page: one table, each row with its page."""
    joined: list[Placed] = []
    table: int | None = None  # where in `joined` the table stands that may go on
    for placed in sheets:
        going_on = table
        table = None
        for at, one in enumerate(placed):
            if going_on is not None and one.edges:
                whole = _continued(joined[going_on], one)
                if whole is not None:
                    joined[going_on] = whole
                    table, going_on = going_on, None
                    if not _ends(placed[at + 1 :]):
                        table = None
                    continue
            joined.append(one)
            if going_on is not None and not (one.box.bottom < _BORDER or says_continued(one.block.text)):
                going_on = None
            if one.edges:
                table = len(joined) - 1 if _ends(placed[at + 1 :]) else None
    return joined


def _ends(rest: Sequence[Placed]) -> bool:
    """Say whether nothing but the foot of the page follows."""
    return all(one.box.top > 1 - _BORDER or says_continued(one.block.text) for one in rest)


def _continued(before: Placed, after: Placed) -> Placed | None:
    """Return two parts of a table as one, the repeated header once; None where they are two tables."""
    old, new = before.block.rows, after.block.rows
    widths = [b - a for a, b in zip(before.edges, before.edges[1:], strict=False)]
    others = [b - a for a, b in zip(after.edges, after.edges[1:], strict=False)]
    if len(old[0]) != len(new[0]):
        return None
    repeated = 0
    while repeated < min(3, len(old), len(new)) and _alike(old[repeated], new[repeated]):
        repeated += 1
    if not repeated:
        near = all(abs(a - b) < 0.06 for a, b in zip(widths, others, strict=True))
        fresh = header_height(new) and not after.block.headless and not any(map(is_code, new[0]))
        if not near or (fresh and header_height(old)):
            return None
    rows = old + new[repeated:]
    pages = before.block.row_pages + after.block.row_pages[repeated:]
    return replace(before, block=replace(before.block, rows=rows, row_pages=pages), edges=after.edges)


def _alike(a: Sequence[str], b: Sequence[str]) -> bool:
    return any(a) and [normal_text(cell) for cell in a] == [normal_text(cell) for cell in b]


def folded(warnings: Sequence[str]) -> list[str]:
    """Say the same thing of many pages once, with their numbers."""
    grouped: dict[str, list[int]] = {}
    for warning in warnings:
        match = re.match(r"page (\d+) (.*)", warning)
        if match:
            grouped.setdefault(match.group(2), []).append(int(match.group(1)))
        else:
            grouped.setdefault(warning, [])
    return [
        what
        if not numbers
        else f"page {numbers[0]} {what}"
        if len(numbers) == 1
        else f"pages {ranges(numbers)}: {what}"
        for what, numbers in grouped.items()
    ]


def ranges(numbers: Sequence[int]) -> str:
    """Write page numbers shortly: 1, 4–6, 9."""
    pieces: list[list[int]] = []
    for number in numbers:
        if pieces and number == pieces[-1][1] + 1:
            pieces[-1][1] = number
        else:
            pieces.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in pieces)
