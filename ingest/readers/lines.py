"""Runs of text brought to lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from corpus import Box, TextLine
from ingest.readers.base import Run


def same_line(a: Box, b: Box) -> bool:
    """Say whether two boxes stand on one line: more than half of the lower one's height is shared."""
    overlap = min(a.bottom, b.bottom) - max(a.top, b.top)
    return overlap > 0.5 * min(a.bottom - a.top, b.bottom - b.top)


def grouped(runs: Sequence[Run]) -> list[list[Run]]:
    """Join runs that follow each other on one line, in the order they come in."""
    groups: list[list[Run]] = []
    for run in runs:
        if groups and same_line(groups[-1][-1].box, run.box) and run.box.left >= groups[-1][-1].box.left:
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def visual_lines(runs: Sequence[Run]) -> list[list[Run]]:
    """Sort runs into lines from top to bottom, each from left to right, whatever order they come in."""
    lines: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (run.box.top + run.box.bottom, run.box.left)):
        if lines and same_line(lines[-1][0].box, run.box):
            lines[-1].append(run)
        else:
            lines.append([run])
    return [sorted(line, key=lambda run: run.box.left) for line in lines]


def line_text(group: Sequence[Run]) -> str:
    """Put the runs of one line together, with a space where there is a gap."""
    text = group[0].text
    for before, run in pairwise(group):
        gap = (run.box.left - before.box.right) * run.aspect
        tight = gap < 0.12 * (run.box.bottom - run.box.top)
        text += run.text if tight else " " + run.text
    return text


def box_of(runs: Sequence[Run]) -> Box:
    """Return the box around runs."""
    return around([run.box for run in runs])


def around(boxes: Sequence[Box]) -> Box:
    """Return the box around boxes."""
    return Box(
        min(b.left for b in boxes), min(b.top for b in boxes), max(b.right for b in boxes), max(b.bottom for b in boxes)
    )


def lines_of(runs: Sequence[Run]) -> list[TextLine]:
    """Return the lines with their boxes, in the order the runs come in (which keeps columns apart)."""
    return [TextLine(line_text(group), box_of(group)) for group in grouped(runs)]
