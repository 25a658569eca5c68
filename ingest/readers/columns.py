"""Reading order: columns of running text one after the other, what runs over them where it stands."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from statistics import median

from corpus import Box
from ingest.readers.base import Run
from ingest.readers.grids import PageTable
from ingest.readers.lines import around, box_of, visual_lines
from ingest.readers.vocabulary import is_code

Item = Run | PageTable
_STEPS = 200  # places across the page at which a gutter is looked for
_LINES = 4  # a column of text has at least so many
_DEPTH = 6
_TOUCHING, _FOOT = 0.004, 0.02  # of the page: pieces of one line; how far below the last text one may stand
_RULED = 0.8  # of the width: a line that is drawn over all columns


def in_reading_order(items: Sequence[Item], rules: Sequence[Box] = ()) -> list[list[Item]]:
    """Return the flows of a page in reading order; each is one column or what stands over all of them.

    `rules` are the horizontal lines that are drawn on it: between two that run over all columns stand rows of a table,
    or a heading, where there are but few lines.
    """
    return [flow for flow in _ordered(list(items), rules, 0) if flow]


def _ordered(items: list[Item], rules: Sequence[Box], depth: int) -> list[list[Item]]:
    gutter = _gutter(items) if depth < _DEPTH else None
    if gutter is None:
        return [_settled(items)]
    over = _over_all(rules, items, gutter)
    flows: list[list[Item]] = []
    flow: list[Item] = []

    def in_columns(some: list[Item]) -> None:
        if flow:
            flows.append(_kept(flow, items))
            flow.clear()
        some = _kept(some, items)
        for side in (
            [item for item in some if item.box.right <= gutter],
            [item for item in some if item.box.right > gutter],
        ):
            if side:
                flows.extend(_ordered(side, rules, depth + 1))

    for band, ruled in _bands(items, gutter, over):
        if (ruled and _is_row(band, gutter)) or any(item.box.left < gutter < item.box.right for item in band):
            flow.extend(band)
        else:
            in_columns(band)
    if flow:
        flows.append(_kept(flow, items))
    return flows


def _bands(items: Sequence[Item], gutter: float, over: Sequence[float]) -> Iterator[tuple[list[Item], bool]]:
    """Yield what stands together from top to bottom: what runs over the gutter, what stands in columns beside it.

    With each goes whether a rule parts it from what stands above or below.
    """
    band: list[Item] = []
    crosses = False
    after = False  # a rule stands above
    for item in sorted(items, key=lambda item: (item.box.top, item.box.left)):
        here = item.box.left < gutter < item.box.right
        middle = (item.box.top + item.box.bottom) / 2
        parted = bool(band) and any((band[-1].box.top + band[-1].box.bottom) / 2 < at < middle for at in over)
        # Beside what runs over all columns (the number of a heading) stands no column of text.
        beside = crosses and any(_beside(item.box, other.box) for other in band[-3:])
        if band and (parted or (here != crosses and not beside)):
            yield band, parted or after
            band, after = [], parted
        if not band:
            crosses = here
        band.append(item)
    if band:
        yield band, after


def _over_all(rules: Sequence[Box], items: Sequence[Item], gutter: float) -> list[float]:
    """Return where lines are drawn over all columns, in one piece or in several that touch."""
    outer = around([item.box for item in items])
    whole: list[Box] = []
    for rule in sorted(rules, key=lambda rule: (round(rule.top, 3), rule.left)):
        last = whole[-1] if whole else None
        near = last is not None and last.left - _TOUCHING < rule.right and rule.left < last.right + _TOUCHING
        if last and near and abs(last.top - rule.top) < _TOUCHING:
            whole[-1] = around([last, rule])
        else:
            whole.append(rule)
    wide = _RULED * (outer.right - outer.left)
    return [
        box.top
        for box in whole
        if outer.top <= box.top <= outer.bottom + _FOOT
        and box.left < gutter < box.right
        and min(box.right, outer.right) - max(box.left, outer.left) > wide
    ]


def _is_row(band: Sequence[Item], gutter: float) -> bool:
    """Say whether what stands between rules is a heading or a row of cells and not the lines of two columns."""
    runs = [item for item in band if isinstance(item, Run)]
    sides = [
        visual_lines([run for run in runs if run.box.right <= gutter]),
        visual_lines([run for run in runs if run.box.right > gutter]),
    ]
    return len(runs) == len(band) and min(map(len, sides)) < _LINES


def _kept(some: Sequence[Item], items: Sequence[Item]) -> list[Item]:
    """Return some of the items in the order in which all of them came."""
    wanted = {id(item) for item in some}
    return [item for item in items if id(item) in wanted]


def _beside(a: Box, b: Box) -> bool:
    return min(a.bottom, b.bottom) - max(a.top, b.top) > 0.5 * min(a.bottom - a.top, b.bottom - b.top)


def _gutter(items: Sequence[Item]) -> float | None:
    """Return where a gutter parts two columns of running text, if one does."""
    runs = [item for item in items if isinstance(item, Run)]
    if len(runs) < 2 * _LINES:
        return None
    outer = box_of(runs)
    if outer.right - outer.left < 0.25:
        return None
    best: tuple[float, float] | None = None
    free: list[int] = []
    crossing = _crossings(runs)
    least = 0.22 * sum(run.box.bottom - run.box.top for run in runs)
    for step in [*range(_STEPS), None]:
        at = (step or 0) / _STEPS
        inside = step is not None and outer.left + 0.12 < at < outer.right - 0.12
        if inside and step is not None and crossing[step] <= least:
            free.append(step)
            continue
        if free:
            lowest = min(crossing[s] for s in free)
            deepest = [s for s in free if crossing[s] <= lowest + 1e-6]
            middle = deepest[len(deepest) // 2] / _STEPS
            if _parts_columns(runs, middle) and (best is None or lowest < best[0]):
                best = (lowest, middle)
        free = []
    return best[1] if best else None


def _crossings(runs: Sequence[Run]) -> list[float]:
    """Return how much height of text crosses each place across the page."""
    changes = [0.0] * (_STEPS + 2)
    for run in runs:
        tall = run.box.bottom - run.box.top
        first = min(_STEPS, max(0, int(run.box.left * _STEPS) + 1))
        last = min(_STEPS, max(0, int(run.box.right * _STEPS)))
        if last >= first:
            changes[first] += tall
            changes[last + 1] -= tall
    total, crossing = 0.0, []
    for change in changes[: _STEPS + 1]:
        total += change
        crossing.append(total)
    return crossing


def _parts_columns(runs: Sequence[Run], gutter: float) -> bool:
    """Say whether running text stands on both sides: filled lines, and no rows that begin together."""
    sides = []
    for side in (
        [run for run in runs if run.box.right <= gutter],
        [run for run in runs if run.box.left >= gutter],
    ):
        lines = visual_lines(side)
        if len(lines) < _LINES:
            return False
        outer = box_of(side)
        filled = [(line[-1].box.right - line[0].box.left) / max(0.01, outer.right - outer.left) for line in lines]
        if median(filled) < 0.55 or median(len(line) for line in lines) > 1:
            return False
        if sum(is_code(line[0].text) for line in lines) >= 0.4 * len(lines):
            return False
        if median(sum(len(run.text) for run in line) for line in lines) < 9:
            return False
        sides.append(lines)
    starts = [_starts(lines) for lines in sides]
    fewer = min(starts, key=len)
    other = max(starts, key=len)
    together = sum(any(abs(a - b) < 0.004 for b in other) for a in fewer)
    return not (len(fewer) >= 3 and together >= 0.7 * len(fewer)) or _by_column(runs, gutter)


def _starts(lines: Sequence[Sequence[Run]]) -> list[float]:
    """Return the tops of lines that begin a paragraph or cell: the first, and those below a wider gap."""
    tall = median(line[0].box.bottom - line[0].box.top for line in lines)
    tops = [lines[0][0].box.top]
    for above, line in itertools.pairwise(lines):
        if line[0].box.top - above[0].box.bottom > 0.6 * tall:
            tops.append(line[0].box.top)
    return tops


def _by_column(runs: Sequence[Run], gutter: float) -> bool:
    """Say whether the file itself sets one side after the other."""
    sides = [run.box.left >= gutter for run in runs if not run.box.left < gutter < run.box.right]
    return sum(a != b for a, b in itertools.pairwise(sides)) <= 3


def _settled(items: list[Item]) -> list[Item]:
    """Keep the order of the file where it goes down the page; sort where it jumps about."""
    ups = sum(b.box.bottom < a.box.top - 0.002 for a, b in itertools.pairwise(items))
    if ups > max(3, 0.25 * len(items)):
        runs = [item for item in items if isinstance(item, Run)]
        ordered: list[Item] = [run for line in visual_lines(runs) for run in line]
        tables = [item for item in items if isinstance(item, PageTable)]
        return sorted([*ordered, *tables], key=lambda item: item.box.top) if tables else ordered
    return _with_tables([item for item in items if isinstance(item, Run)], items)


def _with_tables(runs: list[Run], items: Sequence[Item]) -> list[Item]:
    """Put tables between the runs above and below them: the file says nothing of where in the text they stand."""
    settled: list[Item] = list(runs)
    for table in sorted((item for item in items if isinstance(item, PageTable)), key=lambda item: item.box.top):
        above = [at for at, item in enumerate(settled) if item.box.bottom <= table.box.top + 0.005]
        settled.insert(above[-1] + 1 if above else 0, table)
    return settled
