"""Codes that are explained without a table, line by line or under headings: one entry a code, as from a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.readers import Block
from ingest.readers.vocabulary import is_code

_LEAST, _SHARE = 3, 0.8  # lines with a code, at least, and of all lines
_LINE = re.compile(
    r"(?:[-*•·▪‣]\s+)?(?P<code>-?\d{1,6}|[A-Za-z]{1,5}[ \-]?\d{1,5}[A-Za-z]?)"
    r"(?:\s*[:：=]\s*|\s+[-–—]\s+|\t+)\S.*"
)
_HEADING = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,3}){1,3}\s+)?(?P<code>[A-Za-z]{1,6}[ \-]?\d{0,5}[A-Za-z]?)(?:\s*[:：、—–-]\s*|\s+)(?=\S{2})"
)
_NAME = re.compile(r"[A-Z]{2,5}|[a-z]{1,2}[A-Z]{1,2}")  # what a display shows: "tE", "OL"
_OF_CODES = re.compile(
    r"\b(?:codes?|alarms?|errors?|faults?|warnings?|warn|messages?)\b|代码|代号|报警|告警|故障|错误|警告|信息",
    re.IGNORECASE,
)


def headed_by_code(titles: Sequence[str]) -> bool:
    """Say whether the last heading is a code with its meaning ("OC1 overcurrent"), under one that speaks of codes."""
    if not titles or not any(_OF_CODES.search(title) for title in titles[-3:]):
        return False
    match = _HEADING.match(titles[-1])
    return match is not None and (is_code(match["code"]) or _NAME.fullmatch(match["code"]) is not None)


def listed_entries(blocks: Sequence[Block], titles: Sequence[str]) -> list[tuple[str, int | None]]:
    """Return the entries of a list of codes, each with its page; nothing where the blocks are something else.

    A heading has to speak of codes: "31: collision" explains one, "M8: 24 N·m" does not. A line without a code goes on
    from the one before it.
    """
    if not any(_OF_CODES.search(title) for title in titles[-2:]):
        return []
    entries: list[tuple[str, int | None]] = []
    codes: list[str] = []
    count = 0
    for line, page in _lines(blocks):
        count += 1
        match = _LINE.fullmatch(line)
        if match and (match["code"].lstrip("-").isdigit() or is_code(match["code"])):
            codes.append(match["code"])
            entries.append((line[match.start("code") :], page))
        elif entries:
            entries[-1] = (f"{entries[-1][0]}\n{line}", entries[-1][1])
        else:
            return []
    enough = len(codes) >= _LEAST and len(codes) >= _SHARE * count and len(set(codes)) == len(codes)
    return entries if enough else []


def _lines(blocks: Sequence[Block]) -> Iterator[tuple[str, int | None]]:
    for block in blocks:
        for line in block.text.splitlines():
            if line.strip():
                yield line.strip(), block.page
