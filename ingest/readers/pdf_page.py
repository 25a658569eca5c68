"""What stands on one page of a PDF, by pdfium: runs of text, the lines that are drawn, how much pictures cover."""

from __future__ import annotations

import ctypes
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from corpus import Box
from ingest.readers.base import Run
from ingest.readers.mending import clean

_SOFT_HYPHEN = "\x02"  # as pdfium tells one at the end of a line
_CHARACTERS = 60_000  # of one page; what goes on is no page of a manual
_PATHS = 6_000  # drawn objects looked at on one page
_SEGMENTS = 600  # of one path
_BOLD, _FONT = 600, 128  # weight of a bold font, and bytes of its name
_BOLD_NAME = re.compile(r"bold|black|heavy|-demi", re.IGNORECASE)
_THIN, _LONG = 3.0, 5.0  # points: a rule is at most as thick, at least as long

Mapping = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal or vertical line that is drawn, in points from the top left of the page as it is shown."""

    upright: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The text of a page; `unmapped` is the share of its characters whose font does not say what they are."""

    runs: tuple[Run, ...]
    unmapped: float
    cut: bool


def mapping(page: Any) -> Mapping:
    """Return how a point of the page falls on its picture, in fractions; crop box and rotation are left to pdfium."""
    import pypdfium2.raw as pdfium

    size, step = 10_000_000, 100
    across, down = ctypes.c_int(), ctypes.c_int()

    def asked(x: float, y: float) -> tuple[float, float]:
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, size, size, 0, x, y, across, down)
        return across.value / size, down.value / size

    # The mapping is affine: three points tell all of it, and asking pdfium for each letter costs more than reading it.
    (left, top), (x_right, x_down), (y_right, y_down) = asked(0, 0), asked(step, 0), asked(0, step)
    xx, xy, yx, yy = (x_right - left) / step, (x_down - top) / step, (y_right - left) / step, (y_down - top) / step

    def place(x: float, y: float) -> tuple[float, float]:
        return left + xx * x + yx * y, top + xy * x + yy * y

    return place


def text_layer(page: Any, rules: Sequence[Rule], presumed: Sequence[Rule] = ()) -> TextLayer:
    """Return the runs of text in content order.

    A run ends at a line break, at a gap as wide as a letter is tall (the next cell or column), at an upright rule, or
    at a jump; between two words at a rule that is `presumed` too, which may part a table.
    """
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    place = mapping(page)
    uprights, likely = _Uprights(rules), _Uprights(presumed)
    text = page.get_textpage()
    box = pdfium.FS_RECTF()
    runs: list[Run] = []
    letters: list[str] = []
    ends = (0, 0)  # the first and the last letter of the open run
    edge = (0.0, 0.0, 0.0, 0.0)  # left, bottom, right, top of the open run
    unmapped = seen = 0

    def end() -> None:
        content = clean("".join(letters)).strip()
        letters.clear()
        if content:
            xs, ys = zip(place(edge[0], edge[3]), place(edge[2], edge[1]), strict=True)
            shown = Box(*(min(1.0, max(0.0, value)) for value in (min(xs), min(ys), max(xs), max(ys))))
            bold = all(_is_bold(pdfium, text.raw, at) for at in ends)
            runs.append(Run(content, shown, (shown.bottom - shown.top) * height, width / height, bold))

    try:
        count = pdfium.FPDFText_CountChars(text.raw)
        for i in range(min(count, _CHARACTERS)):
            code = pdfium.FPDFText_GetUnicode(text.raw, i)
            letter = chr(code) if code < 0xD800 or 0xDFFF < code <= 0x10FFFF else "\ufffd"
            if letter in "\r\n":
                end()
                continue
            if letter.isspace():
                if letters:
                    letters.append(" ")
                continue
            if not pdfium.FPDFText_GetLooseCharBox(text.raw, i, box):
                continue
            seen += 1
            unmapped += pdfium.FPDFText_HasUnicodeMapError(text.raw, i) == 1
            here = (box.left, box.bottom, box.right, box.top)
            if letters and letter != _SOFT_HYPHEN:  # as flat as it is, it stands in its line
                tall = max(edge[3] - edge[1], 1.0)
                gap = here[0] - edge[2]
                if (
                    gap > tall
                    or gap < -tall
                    or min(here[3], edge[3]) - max(here[1], edge[1]) < 0.3 * tall
                    or (uprights and gap > -0.3 * tall and uprights.between(place, edge, here, width, height))
                    or (likely and letters[-1] == " " and likely.between(place, edge, here, width, height))
                ):
                    end()
            edge = (
                (min(edge[0], here[0]), min(edge[1], here[1]), max(edge[2], here[2]), max(edge[3], here[3]))
                if letters
                else here
            )
            ends = (ends[0] if letters else i, i)
            letters.append("-" if letter == _SOFT_HYPHEN else letter)
        end()
        return TextLayer(tuple(runs), unmapped / seen if seen else 0.0, count > _CHARACTERS)
    finally:
        text.close()


def _is_bold(pdfium: Any, text: Any, at: int) -> bool:
    """Say whether a letter's font is a bold one, by its weight or its name."""
    if pdfium.FPDFText_GetFontWeight(text, at) >= _BOLD:
        return True
    name, flags = ctypes.create_string_buffer(_FONT), ctypes.c_int()
    held = pdfium.FPDFText_GetFontInfo(text, at, name, _FONT, ctypes.byref(flags))
    return bool(held) and _BOLD_NAME.search(name.value.decode("utf-8", "replace")) is not None


class _Uprights:
    """The upright rules of a page, to ask whether one stands between two letters."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = sorted((rule for rule in rules if rule.upright), key=lambda rule: rule.at)
        self._at = [rule.at for rule in self._rules]

    def __bool__(self) -> bool:
        return bool(self._rules)

    def between(
        self, place: Mapping, before: Sequence[float], after: Sequence[float], width: float, height: float
    ) -> bool:
        """Say whether a rule stands between the middles of what came before and after (left, bottom, right, top)."""
        left, top = place(before[2], before[3])
        right, bottom = place(after[0], after[1])
        middle = (top + bottom) / 2 * height
        slack = 0.5
        at = bisect_left(self._at, left * width - slack)
        while at < len(self._rules) and self._at[at] <= right * width + slack:
            if self._rules[at].start <= middle <= self._rules[at].end:
                return True
            at += 1
        return False


def drawn(page: Any) -> tuple[list[Rule], float, bool]:
    """Return the rules of a page, the share of it that pictures cover, and whether anything is drawn at all."""
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    place = mapping(page)
    rules: list[Rule] = []
    covered = 0.0
    anything = False
    for number, thing in enumerate(page.get_objects(max_depth=3)):
        if number >= _PATHS:
            break
        anything = True
        if thing.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = thing.get_bounds()
            (x0, y0), (x1, y1) = place(left, bottom), place(right, top)
            sides = [sorted((min(1.0, max(0.0, a)), min(1.0, max(0.0, b)))) for a, b in ((x0, x1), (y0, y1))]
            covered += (sides[0][1] - sides[0][0]) * (sides[1][1] - sides[1][0])
        elif thing.type == pdfium.FPDF_PAGEOBJ_PATH and thing.level == 0:
            for (x0, y0), (x1, y1) in _strokes(pdfium, thing):
                (a, b), (c, d) = place(x0, y0), place(x1, y1)
                rule = _rule(a * width, b * height, c * width, d * height)
                if rule:
                    rules.append(rule)
    return rules, min(1.0, covered), anything


Point = tuple[float, float]


def _strokes(pdfium: Any, path: Any) -> Iterator[tuple[Point, Point]]:
    """Return what may be rules in a path: itself where it is thin, else its straight edges."""
    left, bottom, right, top = path.get_bounds()
    if right - left <= _THIN or top - bottom <= _THIN:
        if right - left >= _LONG or top - bottom >= _LONG:
            yield (left, bottom), (right, top)
        return
    count = pdfium.FPDFPath_CountSegments(path.raw)
    if not 2 <= count <= _SEGMENTS:
        return
    matrix = path.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    first = last = (0.0, 0.0)
    for i in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(path.raw, i)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        here = matrix.on_point(x.value, y.value)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            first = here
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            yield last, here
        last = here
        if pdfium.FPDFPathSegment_GetClose(segment):
            yield last, first
            last = first


def _rule(x0: float, y0: float, x1: float, y1: float) -> Rule | None:
    wide, tall = abs(x1 - x0), abs(y1 - y0)
    if tall <= _THIN and wide >= _LONG:
        return Rule(False, (y0 + y1) / 2, min(x0, x1), max(x0, x1))
    if wide <= _THIN and tall >= _LONG:
        return Rule(True, (x0 + x1) / 2, min(y0, y1), max(y0, y1))
    return None
