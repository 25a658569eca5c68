"""Cutting a passage into what can answer on its own: a sentence, a row, a step. Every unit is a verbatim span."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from corpus import Passage, index_tokens

_HAN = r"\u3400-\u9fff"
# A full stop ends a sentence, not an abbreviation ("Fig. 3", "approx. 5"), a step's number ("3. Set") or a decimal.
_END = re.compile(
    r"[。！？]+[”」』）)]?"
    r"|(?<!\bapprox)(?<!\bFig)(?<!\bNo)(?<!\bmin)(?<!\bmax)(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bNos)"
    rf"[.!?]+[\"”)]?(?=\s+[\"“(\[]?[A-Z0-9{_HAN}])"
    r"|[；](?=.{12,})"
)
_ITEM = re.compile(r"^\s*(?:\d{1,2}[.)、）](?!\d)|[(（]\d{1,2}[)）]|步骤\s*\d+|Step \d+|[①-⑳]|[•·▪‣\-–*]\s)")
_TERMINAL = re.compile(r"[。！？；.!?:：;]\s*$")
_ENTRY = 1000  # characters of an entry that is told whole
_SHORT = 24  # a piece shorter than this says nothing alone


@dataclass(frozen=True, slots=True)
class Unit:
    """A span of a passage's text with the tokens that it holds; `position` counts within the passage."""

    passage: Passage
    start: int
    end: int
    position: int
    tokens: frozenset[str]

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]


def cut(passage: Passage) -> list[Unit]:
    """Cut a passage into its units, in order; together they hold all of its text but white space."""
    if passage.kind == "fault" and "|" not in passage.text and len(passage.text) <= _ENTRY:
        spans = [(0, len(passage.text))]  # the entry of a code under its heading
    elif passage.kind in ("table", "row", "fault"):
        spans = _lines(passage.text)
    else:
        spans = [piece for span in _blocks(passage.text) for piece in _sentences(passage.text, *span)]
    units: list[Unit] = []
    for start, end in _trimmed(passage.text, spans):
        tokens = frozenset(index_tokens(passage.text[start:end]))
        units.append(Unit(passage, start, end, len(units), tokens))
    return units


def _lines(text: str) -> list[tuple[int, int]]:
    return [(match.start(), match.end()) for match in re.finditer(r"[^\n]+", text)]


def _blocks(text: str) -> list[tuple[int, int]]:
    """Join lines that only wrap: a long line without an end, followed by one that begins in the middle of a sentence.

    The items of a list keep their continuation lines.
    """
    blocks: list[tuple[int, int]] = []
    for start, end in _lines(text):
        if blocks:
            before, line = text[blocks[-1][0] : blocks[-1][1]], text[start:end]
            last = before.rsplit("\n", 1)[-1]
            if not _ITEM.match(line) and not _TERMINAL.search(before) and _wraps(last, line):
                blocks[-1] = (blocks[-1][0], end)
                continue
        blocks.append((start, end))
    return blocks


def _wraps(last: str, line: str) -> bool:
    width = sum(2 if "\u3000" <= character <= "\uff60" else 1 for character in last)
    return width >= 60 or (bool(re.match(r"[a-z(]", line)) and width >= 30)


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    block = text[start:end]
    if _ITEM.match(block):
        return [(start, end)]  # a step stays whole
    cuts = [match.end() for match in _END.finditer(block) if match.end() < len(block)]
    edges = [0, *cuts, len(block)]
    return [(start + a, start + b) for a, b in itertools.pairwise(edges) if block[a:b].strip()]


def _trimmed(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave the white space around spans out, and give a scrap to the span before it."""
    trimmed: list[tuple[int, int]] = []
    for start, end in spans:
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip())
        end = start + len(piece.strip())
        if end <= start:
            continue
        scrap = end - start < _SHORT and not any(character.isdigit() for character in text[start:end])
        if scrap and trimmed and "\n" not in text[trimmed[-1][1] : start]:
            trimmed[-1] = (trimmed[-1][0], end)
        else:
            trimmed.append((start, end))
    return trimmed
