"""Telling a text layer that says what the page shows from one whose fonts were mapped to something else."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter

_GLYPH = re.compile(r"/(?:g|G|gid|glyph|cid|C|c|a)\d{1,5}\b|\(cid:\d+\)|\bg(?:lyph|id)?\d{1,5}\b")
_WORD = re.compile(r"[^\W\d_]+")
_ENOUGH = 20  # letters below which nothing can be said of single signs
_LETTERS = 120  # Latin letters below which nothing can be said of their frequencies
_HAN = 40  # Chinese characters below which nothing can be said of theirs

# How often letters stand in running Latin-script text (per thousand), averaged over English, German, French, Spanish
# and Italian from the common tables; a text of any of them lies close to it, a shifted or mixed-up one does not.
_USUAL = {
    "a": 90, "b": 13, "c": 31, "d": 42, "e": 146, "f": 15, "g": 18, "h": 32, "i": 79, "j": 3, "k": 6, "l": 46, "m": 26,
    "n": 77, "o": 65, "p": 24, "q": 5, "r": 66, "s": 68, "t": 67, "u": 42, "v": 12, "w": 11, "x": 2, "y": 7, "z": 7,
}  # fmt: skip
_NORM = math.sqrt(sum(value * value for value in _USUAL.values()))
_COMMON = frozenset(
    "the of and to in is for on with or not be at by this from as an are if when off no it "
    "der die das und ist mit von zu den im auf ein eine nicht bei oder "
    "le la les des et en du un une est pour dans par sur avec que ne pas "
    "el los las una por con para del se al como "
    "il di che per con non del della sono".split()
)


def is_garbled(text: str, unmapped: float = 0.0) -> bool:
    """Say whether a text layer is garbage; `unmapped` is the share of characters that the font does not name.

    Signs of it: replacement, private-use and control characters, names of glyphs, letters of scripts that never stand
    together, Latin letters in the wrong frequencies without one common word, rare Chinese characters only.
    """
    letters = [character for character in text if not character.isspace()]
    if len(letters) < _ENOUGH:
        return len(letters) >= 4 and unmapped > 0.5
    bad = sum(c == "\ufffd" or unicodedata.category(c) in {"Cc", "Co", "Cn", "Cs"} for c in letters)
    if bad > 0.15 * len(letters) or unmapped > 0.4:
        return True
    if sum(len(name.group()) for name in _GLYPH.finditer(text)) > 0.3 * len(letters):
        return True
    return _mixed_up(letters) or _wrong_latin(text) or _wrong_han(text)


def _mixed_up(letters: list[str]) -> bool:
    """Say whether accented letters or signs outnumber what carries them: bytes of one encoding read as another."""
    accented = sum("\u0080" <= c <= "\u024f" and not c.isdigit() for c in letters)
    plain = sum(c < "\u0080" for c in letters)
    other = len(letters) - accented - plain
    return accented > 0.35 * len(letters) and other < 0.3 * len(letters)


def _wrong_latin(text: str) -> bool:
    words = [word.lower() for word in _WORD.findall(text) if word.isascii() and len(word) > 1]
    counts = Counter("".join(words))
    if sum("\u3400" <= c <= "\u9fff" for c in text) > 0.2 * sum(counts.values()):
        return False  # names and signals between Chinese are no running text
    if sum(counts.values()) < _LETTERS or len(words) < 12 or any(word in _COMMON for word in words):
        return False
    norm = math.sqrt(sum(value * value for value in counts.values()))
    closeness = sum(_USUAL[letter] * counts[letter] for letter in _USUAL) / (_NORM * norm)
    return closeness < 0.72


def _wrong_han(text: str) -> bool:
    han = [c for c in text if "\u3400" <= c <= "\u9fff"]
    if len(han) < _HAN:
        return False
    usual = sum(_is_usual(character) for character in han)
    return usual < 0.55 * len(han)


def _is_usual(character: str) -> bool:
    """Say whether a Chinese character is of the first level of GB 2312 or Big5, where nearly all running text stays."""
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        try:
            if first <= character.encode(encoding)[0] <= last:
                return True
        except UnicodeEncodeError:
            continue
    return False
