"""What every reader returns: pages as they stand, and blocks in reading order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from corpus import Box, Language, Page

BlockKind = Literal["heading", "text", "list", "table", "warning"]
PageProgress = Callable[[int, int], None]
"""Called with (pages done, pages in all)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost; `kept` is the folder in which pages that OCR has read are kept.

    After `seconds` no further page is begun; `skip` are pages at which an earlier attempt died, with what it died of.
    """

    unpacked_bytes: int = 512 * 2**20
    pages_at_most: int = 10_000
    ocr: bool = True
    seconds: float = 3600
    kept: Path | None = None
    skip: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """Text that was set in one go. `height` in points; `aspect` is the page's width by its height."""

    text: str
    box: Box
    height: float
    aspect: float
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list, warning or table. `rows` hold a table's cells, the header first.

    `level` is a heading's depth from 1; `row_numbers` are 1-based sheet rows, one for each of `rows`. A `headless`
    table has data in its first row where that does not look like a header.
    """

    kind: BlockKind
    text: str = ""
    page: int | None = None
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    row_numbers: tuple[int, ...] = ()
    row_pages: tuple[int | None, ...] = ()
    headless: bool = False


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file as it was read; `title` is the one it gives itself, if any."""

    title: str | None
    language: Language
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...] = ()
    page_count: int = 0
