"""What a PDF says of itself: title, outline and page labels, by pdfium; whatever is damaged is left out."""

from __future__ import annotations

import contextlib
from typing import Any

from ingest.readers.mending import clean

_ENTRIES = 20_000  # outline entries followed; a loop ends there
_LEVELS = 12

Outline = dict[int, list[tuple[int, str]]]


def title_of(document: Any) -> str | None:
    """Return the title in the file's metadata."""
    with contextlib.suppress(Exception):  # damaged metadata raise errors of every kind
        return clean(str(document.get_metadata_value("Title"))).strip()[:400] or None
    return None


def outline_of(document: Any) -> Outline:
    """Return the outline as {1-based page: [(level from 1, title)]}."""
    outline: Outline = {}
    with contextlib.suppress(Exception):
        for number, entry in enumerate(document.get_toc(max_depth=_LEVELS)):
            if number >= _ENTRIES:
                break
            target = entry.get_dest()
            page = target.get_index() if target else None
            title = clean(entry.get_title() or "").strip()[:400]
            if page is not None and page >= 0 and title:
                outline.setdefault(page + 1, []).append((entry.level + 1, title))
    return outline


def label_of(document: Any, index: int) -> str | None:
    """Return what is printed as the page's number where the file says so and it differs from counting from 1."""
    with contextlib.suppress(Exception):
        label = clean(str(document.get_page_label(index) or "")).strip()[:40]
        return label if label and label != str(index + 1) else None
    return None
