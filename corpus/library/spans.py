"""Where a passage's statements stand: a sentence, a row, a step, each of which can answer on its own."""

from __future__ import annotations

import itertools
import re

CUT = 1  # the number of this cut: vectors of statements that were cut by another are void
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


def statement_spans(kind: str, text: str) -> list[tuple[int, int]]:
    """Cut a passage's text into statements, in order: from where to where each stands, without white space around it.

    Together they hold all of the text but white space. `kind` is the passage's.
    """
    if kind == "fault" and "|" not in text and len(text) <= _ENTRY:
        spans = [(0, len(text))]  # the entry of a code under its heading
    elif kind in ("table", "row", "fault"):
        spans = _lines(text)
    else:
        spans = [piece for span in _blocks(text) for piece in _sentences(text, *span)]
    return _trimmed(text, spans)


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
