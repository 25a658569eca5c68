"""Headings that look like the text below them, found by their numbers: under chapter 6 come 6.1, 6.2 and so on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ingest.readers.base import Block
from ingest.readers.mending import LETTERED, NUMBERED

_CHAPTER = re.compile(
    r"^(?:第\s*([一二三四五六七八九十]{1,3}|\d{1,2})\s*[章节篇]|([一二三四五六七八九十]{1,3})、|Chapter\s+(\d{1,2}))",
    re.IGNORECASE,
)
_DIGITS = "零一二三四五六七八九"
_LONGEST = 40  # characters of such a heading
_MISSED = 2  # one between may have been lost
_ENDS = (*"。；，：.;,:!?！？",)
_NAMED = re.compile(r"[^\W\d_]{2}")

Number = tuple[str, ...]


def with_counted(blocks: Iterable[Block]) -> list[Block]:
    """Return blocks with those made headings whose number follows the number of the last heading."""
    told: list[Block] = []
    at: Number = ()
    for block in blocks:
        if block.kind == "heading":
            at = _number(block.text) or at
        elif block.kind in ("text", "list"):
            first, _, rest = block.text.partition("\n")
            if at and (number := _next(first, at)):
                at = number
                told.append(Block("heading", first, block.page, len(number)))
                if not rest:
                    continue
                block = replace(block, text=rest)
        told.append(block)
    return told


def _number(heading: str) -> Number:
    """Return the number of a heading: ("6",) of 第六章, ("6", "2") of 6.2, ("A",) of "A. General"."""
    if chapter := _CHAPTER.match(heading):
        return (_plain(chapter[1] or chapter[2] or chapter[3]),)
    if numbered := NUMBERED.match(heading):
        return tuple(numbered[1].split("."))
    if LETTERED.match(heading) and heading[0].isascii():
        return (heading[0],)
    return ()


def _next(line: str, at: Sequence[str]) -> Number | None:
    """Return the number of a line where it counts on from the last heading and the line reads like one."""
    numbered = NUMBERED.match(line)
    if not numbered or len(line) > _LONGEST or line.rstrip().endswith(_ENDS) or not _NAMED.search(line):
        return None
    number = tuple(numbered[1].split("."))
    depth = len(number)
    if depth < 2 or depth > len(at) + 1 or tuple(at[: depth - 1]) != number[:-1]:
        return None
    before = int(at[depth - 1]) if depth <= len(at) else 0
    return number if 1 <= int(number[-1]) - before <= _MISSED else None


def _plain(number: str) -> str:
    """Return a Chinese number below one hundred in digits."""
    if number.isdigit():
        return number
    tens, _, ones = number.rpartition("十")
    if not tens and "十" not in number:
        return str(_DIGITS.index(number)) if len(number) == 1 else number
    return str(10 * (_DIGITS.index(tens) if tens else 1) + (_DIGITS.index(ones) if ones else 0))
