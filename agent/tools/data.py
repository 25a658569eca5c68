"""Text of the plant's files as a model is given it: data, fenced, without what is invisible."""

from __future__ import annotations

import unicodedata


def data(text: str) -> str:
    """Return a text without zero-width, tag and control characters, and with nothing that closes its fence."""
    seen = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cf", "Cc", "Co", "Cn", "Cs"))
    return seen.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fenced(text: str) -> str:
    return f"<document>{data(text)}</document>"
