"""What every reader returns: pages as they stand, and blocks in reading order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from corpus import Language, Page

BlockKind = Literal["heading", "text", "list", "table", "warning"]
PageProgress = Callable[[int, int], None]
"""Called with (pages done, pages in all)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    unpacked_bytes: int = 512 * 2**20
    pages_at_most: int = 10_000
    ocr: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list, warning or table. `rows` hold a table's cells, the header first.

    `level` is a heading's depth from 1; `row_numbers` are 1-based sheet rows, one for each of `rows`.
    """

    kind: BlockKind
    text: str = ""
    page: int | None = None
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    row_numbers: tuple[int, ...] = ()
    row_pages: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file as it was read; `title` is the one it gives itself, if any."""

    title: str | None
    language: Language
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...] = ()
    page_count: int = 0
