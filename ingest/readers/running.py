"""Running heads and feet: what stands in the same place of many pages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from corpus import Box, normal_text
from ingest.readers.base import Run
from ingest.readers.lines import box_of, line_text, visual_lines
from ingest.readers.mending import is_warning
from ingest.readers.vocabulary import is_code, named

_MARGIN = 0.09  # share of the page's height where they usually stand
_DEEP = 0.16  # where they may stand when neighbouring pages have the same
_NUMBERS = 2  # figures in a line of which any may count with the pages


def without_running(pages: Sequence[Sequence[Run]]) -> list[list[Run]]:
    """Return each page's runs without running heads and feet.

    Figures may be fixed (a document number) or count with the pages. Codes, parts of a table's header and
    whatever changes otherwise stay.
    """
    stands: dict[str, list[int]] = defaultdict(list)
    lines = [[line for line in visual_lines(runs) if _in(box_of(line), _DEEP)] for runs in pages]
    for number, page in enumerate(lines):
        for key in {key for line in page for key in _keys(line, number)}:
            stands[key].append(number)
    enough = max(3, 0.3 * len(pages))
    shallow = {key for key, on in stands.items() if len(on) >= enough}
    deep = {key for key, on in stands.items() if len(on) >= 3 and (len(on) >= enough or _neighbours(on))}
    kept = []
    for number, runs in enumerate(pages):
        gone = {
            id(run)
            for line in lines[number]
            if any(key in (shallow | deep if _in(box_of(line), _MARGIN) else deep) for key in _keys(line, number))
            for run in line
        }
        kept.append([run for run in runs if id(run) not in gone])
    return kept


def _keys(line: Sequence[Run], page: int) -> Iterator[str]:
    """Name a line in every way in which it may be the same on other pages: what it says, and where."""
    text = normal_text(line_text(line))
    cells = [run.text for run in line]
    if any(map(is_code, cells[:2])) or named(cells) >= 2 or is_warning(cells[0]) or len(text) > 200:
        return
    place = round(box_of(line).top * 50)
    if re.fullmatch(r"[ivxl]{1,7}", text):
        yield f"{place} roman"
    numbers = list(re.finditer(r"\d{1,6}", text))
    for way in _ways(len(numbers)):
        pieces, at = [], 0
        for number, counts in zip(numbers, way, strict=True):
            pieces.append(text[at : number.start()])
            pieces.append(f"<page{int(number.group()) - page:+d}>" if counts else number.group())
            at = number.end()
        yield f"{place} {''.join(pieces)}{text[at:]}"


def _ways(numbers: int) -> Iterable[tuple[bool, ...]]:
    """Say which of so many figures may count with the pages: any of a few, one of many (version, date and page)."""
    if numbers <= _NUMBERS:
        return product((False, True), repeat=numbers)
    return [(False,) * numbers, *(tuple(at == one for at in range(numbers)) for one in range(numbers))]


def _neighbours(pages: Sequence[int]) -> bool:
    """Say whether most of the pages have another of them within two pages."""
    known = set(pages)
    near = Counter(any(other in known for other in (p - 2, p - 1, p + 1, p + 2)) for p in pages)
    return near[True] >= 0.5 * len(pages)


def _in(box: Box, margin: float) -> bool:
    return box.bottom < margin or box.top > 1 - margin
