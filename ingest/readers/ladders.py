"""Tables whose rows are parted by lines and whose columns are not: the rules that their columns would have."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.readers.base import Run
from ingest.readers.lines import box_of, visual_lines
from ingest.readers.pdf_page import Rule

RULES = 3_000  # of one page: more are a drawing, and no table
_NEAR = 2.5  # points within which lines are at one height, or touch
_BANDS = 3  # rows that make a table where its lines are drawn in one piece
_GAP = 0.012  # of the page's width, between two columns
_TALL = 0.25  # of the page's height: no row is so tall
_BEYOND = 30.0  # points above the first line and below the last in which a row may stand
_HEADED = 0.5  # heights of a line between a heading and what follows
_CLOSE = 1.2  # heights of a line between it and the rule that it belongs to


@dataclass(frozen=True, slots=True)
class _Level:
    """A line over the whole width of what may be a table, and where the pieces that it is drawn in meet."""

    at: float
    start: float
    end: float
    joints: tuple[float, ...]

    def as_wide(self, other: _Level) -> bool:
        return abs(self.start - other.start) <= _NEAR and abs(self.end - other.end) <= _NEAR


@dataclass(frozen=True, slots=True)
class _Band:
    """What stands between two lines of a table, where its columns are parted (none: no row), whether that is drawn."""

    top: _Level
    bottom: _Level
    runs: tuple[Run, ...]
    borders: tuple[float, ...] = ()
    drawn: bool = False


def presumed_uprights(rules: Sequence[Rule]) -> list[Rule]:
    """Return where columns may be parted between two lines that are drawn in the same pieces, and right beyond them."""
    if len(rules) > RULES:
        return []
    upright = [rule for rule in rules if rule.upright]
    found = []
    for levels in _ladders([rule for rule in rules if not rule.upright]):
        for one, other in itertools.pairwise(levels):
            if (shared := _shared(one, other)) and not _crossed(one, other, upright):
                found += [Rule(True, x, one.at - _BEYOND, other.at + _BEYOND) for x in shared]
    return found


def missing_rules(runs: Sequence[Run], rules: Sequence[Rule], width: float, height: float) -> list[Rule]:
    """Return the rules that tables lack which are drawn with lines between their rows alone.

    The lines of a table are as wide as each other. Its columns meet where the pieces of the lines meet, as browsers
    draw them cell by cell; else they are parted by what no row writes into. Its first row may stand above the first
    line, its last below the last one. `width` and `height` are in points.
    """
    upright = [rule for rule in rules if rule.upright]
    found: list[Rule] = []
    for levels in _ladders([rule for rule in rules if not rule.upright]):
        bands = [
            _Band(one, other, tuple(run for run in runs if _inside(run, one, other, width, height)),
                  drawn=_crossed(one, other, upright))
            for one, other in itertools.pairwise(levels)
            if other.at - one.at < _TALL * height
        ]  # fmt: skip
        for table in _tables(bands, width):
            for band in table:
                found += _columns_of(band)
            found += _beyond(runs, table[0], width, height, below=False)
            found += _beyond(runs, table[-1], width, height, below=True)
    return found


def _tables(bands: Sequence[_Band], width: float) -> Iterator[list[_Band]]:
    """Yield the rows of each table, with their borders; nothing where all columns are drawn."""
    for together in _neighbours([band for band in bands if band.drawn or _several(band)]):
        if all(band.drawn for band in together):
            continue
        joined = [replace(band, borders=_shared(band.top, band.bottom)) for band in together]
        if any(band.borders for band in joined):
            yield from _neighbours([band for band in joined if band.drawn or _fits(band.runs, band.borders, width)])
        elif borders := _apart([band.runs for band in together], width):
            yield [replace(band, borders=borders) for band in together]


def _neighbours(bands: Sequence[_Band]) -> Iterator[list[_Band]]:
    """Yield bands that lie below each other without another between them."""
    table: list[_Band] = []
    for band in bands:
        if table and table[-1].bottom is not band.top:
            yield table
            table = []
        table.append(band)
    if table:
        yield table


def _several(band: _Band) -> bool:
    """Say whether what stands between two lines can be a row: several pieces, and no heading apart from them."""
    lines = visual_lines(band.runs)
    if not any(len(line) > 1 for line in lines):
        return len(lines) > 1 and not _headed(lines)  # cells that are set in their middle
    return len(lines[0]) > 1 or not _headed(lines)


def _headed(lines: Sequence[Sequence[Run]]) -> bool:
    first, second = box_of(lines[0]), box_of(lines[1])
    return second.top - first.bottom > _HEADED * (first.bottom - first.top)


def _columns_of(band: _Band) -> list[Rule]:
    edges = (band.top.start, *band.borders, band.top.end)
    return [] if band.drawn else [Rule(True, x, band.top.at, band.bottom.at) for x in edges]


def _beyond(runs: Sequence[Run], row: _Band, width: float, height: float, *, below: bool) -> list[Rule]:
    """Return the rules around a line of text that is the row above the first line of a table, or below the last."""
    level = row.bottom if below else row.top
    edges = [replace(level, at=at) for at in sorted((level.at, level.at + (_BEYOND if below else -_BEYOND)))]
    lines = visual_lines([run for run in runs if _inside(run, edges[0], edges[1], width, height)])
    if not below:
        lines.reverse()
    if not lines or not row.borders or _away(lines[0], level, height) > _CLOSE:
        return []
    together = lines[:1]
    for before, line in itertools.pairwise(lines):  # what goes on in another line of its cell
        if _headed([before, line] if below else [line, before]):
            break
        together.append(line)
    held = [run for line in together for run in line]
    if not _fits(held, row.borders, width) or _columns(held, row.borders, width) <= len(row.borders):
        return []  # a title, or the text that follows
    box = box_of(held)
    far = box.bottom * height + 1 if below else box.top * height - 1
    top, bottom = sorted((level.at, far))
    flat = Rule(False, far, level.start, level.end)
    return [flat, *(Rule(True, x, top, bottom) for x in (level.start, *row.borders, level.end))]


def _away(line: Sequence[Run], level: _Level, height: float) -> float:
    """Return how far a line of text is from a drawn one, in heights of the text."""
    box = box_of(line)
    return max(box.top * height - level.at, level.at - box.bottom * height) / max(1.0, (box.bottom - box.top) * height)


def _ladders(flat: Sequence[Rule]) -> Iterator[list[_Level]]:
    """Yield the lines that are as wide as each other, from the top down, with nothing as wide or wider between."""
    open_ones: list[list[_Level]] = []
    for level in _levels(flat):
        same = next((ladder for ladder in open_ones if ladder[-1].as_wide(level)), None)
        crossing = [one for one in open_ones if one is not same and _overlap(one[-1], level)]
        for ladder in crossing:
            open_ones.remove(ladder)
            yield ladder
        if same is None:
            open_ones.append([level])
        else:
            same.append(level)
    yield from open_ones


def _levels(flat: Sequence[Rule]) -> Iterator[_Level]:
    """Yield the lines that touching rules make, from the top down."""
    ordered = sorted(flat, key=lambda rule: rule.at)
    while ordered:
        at = ordered[0].at
        beside = sorted((rule for rule in ordered if rule.at - at <= _NEAR), key=lambda rule: rule.start)
        ordered = [rule for rule in ordered if rule.at - at > _NEAR]
        start, end, joints = beside[0].start, beside[0].end, list[float]()
        for rule in beside[1:]:
            if rule.start > end + _NEAR:
                yield _Level(at, start, end, tuple(joints))
                start, end, joints = rule.start, rule.end, []
            elif rule.end > end + _NEAR:
                joints.append(rule.start)
                end = rule.end
        yield _Level(at, start, end, tuple(joints))


def _shared(one: _Level, other: _Level) -> tuple[float, ...]:
    """Return where the pieces of both lines meet."""
    return tuple(x for x in one.joints if any(abs(x - y) <= _NEAR for y in other.joints))


def _overlap(one: _Level, other: _Level) -> bool:
    return one.start < other.end - _NEAR and other.start < one.end - _NEAR


def _crossed(one: _Level, other: _Level, upright: Sequence[Rule]) -> bool:
    """Say whether columns are drawn between two lines."""
    middle = (one.at + other.at) / 2
    return any(rule.start < middle < rule.end and one.start - _NEAR <= rule.at <= one.end + _NEAR for rule in upright)


def _inside(run: Run, one: _Level, other: _Level, width: float, height: float) -> bool:
    across, down = (run.box.left + run.box.right) / 2 * width, (run.box.top + run.box.bottom) / 2 * height
    return one.start <= across <= one.end and one.at < down < other.at


def _apart(bands: Sequence[Sequence[Run]], width: float) -> tuple[float, ...]:
    """Return where columns are parted that no row writes across, as many as any row has; nothing where few rows are."""
    if len(bands) < _BANDS or not all(bands):
        return ()
    spans = sorted((run.box.left, run.box.right) for band in bands for run in band)
    borders, end = list[float](), spans[0][1]
    for left, right in spans[1:]:
        if left - end > _GAP:
            borders.append((left - _GAP / 2) * width)  # cells are set flush left
        end = max(end, right)
    lines = [visual_lines(band) for band in bands]
    most = max((len(line) for every in lines for line in every), default=0)
    regular = most == len(borders) + 1 and sum(map(len, lines)) <= 2 * len(bands)
    return tuple(borders) if regular and all(_columns(band, borders, width) > 1 for band in bands) else ()


def _columns(runs: Sequence[Run], borders: Sequence[float], width: float) -> int:
    middles = [(run.box.left + run.box.right) / 2 * width for run in runs]
    return len({sum(border <= middle for border in borders) for middle in middles})


def _fits(runs: Sequence[Run], borders: Sequence[float], width: float) -> bool:
    """Say whether runs stand in two columns or more and none crosses into another."""
    over = any(
        run.box.left * width < border - _NEAR and run.box.right * width > border + _NEAR
        for run in runs
        for border in borders
    )
    return not over and _columns(runs, borders, width) > 1
