"""Text of the plant's files is data: fenced for a model, without what is invisible or addresses the assistant."""

from __future__ import annotations

import re
import unicodedata

from agent.words import words

_SENTENCE = re.compile(r"[^。！？!?\n]*?(?:[。！？!?\n]+|\.(?=\s)|$)", re.DOTALL)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def visible(text: str) -> str:
    """Return a text without zero-width, tag, private and control characters."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cf", "Cc", "Co", "Cn", "Cs"))


def addressed(text: str) -> bool:
    """Say whether a text gives the assistant orders; a technician's text never speaks to it."""
    return words().addressed.search(unicodedata.normalize("NFKC", visible(text))) is not None


def without_orders(text: str) -> str:
    """Leave out the sentences that give the assistant orders."""
    if not addressed(text):
        return text
    return "".join(piece for piece in _SENTENCE.findall(text) if not addressed(piece))


def fenced(text: str) -> str:
    """Return a text as a model is given it: between tags that it cannot close."""
    return f"<document>{data(text)}</document>"


def data(text: str) -> str:
    kept = without_orders(visible(text))
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shown(text: str) -> str:
    """Return a text as it goes out to the reader: no tag of HTML survives in it."""
    return _TAG.sub("‹", visible(text))
