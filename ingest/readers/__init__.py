"""Readers: one file a format, each `read(path, limits, progress) -> ParsedFile`."""

from __future__ import annotations

import importlib
from pathlib import Path

from corpus import Unreadable
from ingest.readers.base import Block, Limits, PageProgress, ParsedFile

READERS = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".xlsx": "sheet",
    ".csv": "sheet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".txt": "text",
    ".log": "text",
    ".png": "image",
    ".jpg": "image",
    ".jpeg": "image",
    ".tif": "image",
    ".tiff": "image",
    ".bmp": "image",
    ".webp": "image",
}
TABLES = frozenset({".xlsx", ".csv", ".jsonl", ".ndjson"})
"""The kinds of file that may hold records of the plant."""


def check_suffix(path: Path) -> None:
    """Raise Unreadable for a kind of file that no reader takes."""
    if path.suffix.lower() not in READERS:
        kinds = ", ".join(sorted({suffix.lstrip(".").upper() for suffix in READERS}))
        raise Unreadable(f"{path.name}: files of this kind are not read; send one of {kinds}.")


def read(path: Path, limits: Limits, progress: PageProgress) -> ParsedFile:
    """Read a file with the reader for its suffix.

    Raises:
        Unreadable: one sentence on what is wrong with the file.
    """
    check_suffix(path)
    if path.stat().st_size == 0:
        raise Unreadable(f"{path.name}: the file is empty (0 bytes).")
    reader = importlib.import_module(f"ingest.readers.{READERS[path.suffix.lower()]}")
    parsed: ParsedFile = reader.read(path, limits, progress)
    return parsed


__all__ = ["READERS", "TABLES", "Block", "Limits", "PageProgress", "ParsedFile", "check_suffix", "read"]
