"""Mending text: line breaks inside Chinese, hyphenation, headings, lists and warnings by their look."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_HAN = r"\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef"
NUMBERED = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,3}|[A-Z](?:\.\d{1,2}){1,3})[.、]?\s+\S")
# A chapter, where it is set larger.
LETTERED = re.compile(r"^(?:[一二三四五六七八九十]{1,3}、|[A-Z]\.\s+(?=[^\W\d_]{2}))")
CHAPTER = re.compile(
    r"^(?:第[一二三四五六七八九十百\d]+[章节篇]|Chapter \d+|Appendix [A-Z]|附录\s*[A-Z一二三四五六七八九十])"
)
ITEM = re.compile(r"^\s*(?:\d{1,2}[.)、）](?!\d)|[(（]\d{1,2}[)）]|步骤\s*\d+|Step \d+|[①-⑳]|[•·▪‣\-–]\s)")
_SIGNAL = re.compile(
    r"^\s*[⚠!！]*\s*(危险|警告|小心|当心|注意|注意安全|DANGER|WARNING|CAUTION|Danger|Warning|Caution)(?=\s*[:：!！]|\s|$)"
)


def is_warning(text: str) -> bool:
    """Say whether a paragraph begins with a signal word."""
    return _SIGNAL.match(text) is not None


def join_lines(lines: Sequence[str]) -> str:
    """Join the lines of one paragraph: nothing between Chinese, a hyphen at a line's end mended, else a space."""
    joined = ""
    for line in lines:
        line = line.strip()
        if not joined or not line:
            joined += line
        elif re.search(r"[A-Za-z]-$", joined) and re.match(r"[a-z]", line):
            joined = joined[:-1] + line
        elif re.search(r"[A-Za-z0-9][-/]$", joined) and re.match(r"[A-Za-z0-9]", line):
            joined += line  # a part number or a unit that goes on: "HX-" "8400", "L/" "min"
        elif re.search(rf"[{_HAN}]$", joined) or re.match(rf"[{_HAN}]", line):
            joined += line
        else:
            joined += " " + line
    return joined


def clean(text: str) -> str:
    """Drop what has no place in text: control, zero-width and tag characters, unpaired surrogates."""
    return "".join(
        character
        for character in text.replace("\r\n", "\n").replace("\r", "\n")
        if character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co"}
    )
