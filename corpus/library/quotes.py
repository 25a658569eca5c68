"""The one published normalisation under which a quote counts as standing in a text.

NFKC (full-width forms become plain), case folded, dashes and quotation marks unified, and every white space, soft
hyphen and zero-width character left out, so that line breaks and justified columns do not matter.
"""

from __future__ import annotations

import functools
import unicodedata

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－﹣"), "-")
_QUOTES = dict.fromkeys(map(ord, "“”„‟«»″＂"), '"') | dict.fromkeys(map(ord, "‘’‚‛′＇`"), "'")
_UNIFIED = {**_DASHES, **_QUOTES}
_LEFT_OUT = {"Cf", "Cc", "Zs", "Zl", "Zp"}


def normal_text(text: str) -> str:
    """Return the text as it is compared."""
    return _normal_with_offsets(text)[0]


def find_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Return the (start, end) of the quote in the text as it is written, or None where it does not stand there."""
    wanted = normal_text(quote)
    if not wanted:
        return None
    haystack, offsets = _normal_with_offsets(text)
    at = haystack.find(wanted)
    return None if at < 0 else (offsets[at], offsets[at + len(wanted) - 1] + 1)


def contains_quote(text: str, quote: str) -> bool:
    """Say whether the quote stands in the text, both normalised."""
    wanted = normal_text(quote)
    return bool(wanted) and wanted in normal_text(text)


def spellings(text: str) -> list[str]:
    """Return a text as a page may have it, best first: whole; of a row its cells without headers; its longest cell."""
    if " | " not in text:
        return [text]
    cells = [piece.partition(": ")[2] or piece for piece in text.replace("\n", " | ").split(" | ")]
    return [text, " ".join(cells), *sorted(cells, key=len, reverse=True)]


@functools.lru_cache(maxsize=4096)
def _normal_with_offsets(text: str) -> tuple[str, tuple[int, ...]]:
    # Kept, since an answer's checks compare a few quotes with the same passages again and again.
    characters: list[str] = []
    offsets: list[int] = []
    for offset, original in enumerate(text):
        for character in unicodedata.normalize("NFKC", original).translate(_UNIFIED).casefold():
            if unicodedata.category(character) not in _LEFT_OUT:
                characters.append(character)
                offsets.append(offset)
    return "".join(characters), tuple(offsets)
