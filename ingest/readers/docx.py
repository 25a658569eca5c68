"""Word files by python-docx: headings, paragraphs, lists and tables in document order."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from corpus import Unreadable
from ingest.readers.base import Block, Limits, PageProgress, ParsedFile
from ingest.readers.mending import clean
from ingest.readers.text import paragraph, plain_file
from ingest.readers.unpacked import check_unpacked


def read(path: Path, limits: Limits, progress: PageProgress) -> ParsedFile:
    """Read a DOCX; it has no pages of its own."""
    check_unpacked(path, limits, "DOCX")
    import docx
    from docx.table import Table

    try:
        document = docx.Document(str(path))
        title = (document.core_properties.title or "").strip() or None
        parts = list(document.iter_inner_content())
    except Exception as error:  # python-docx meets damaged files with KeyError, ValueError and XML errors alike
        raise Unreadable(f"{path.name}: the Word file is damaged or no Word file.") from error
    blocks: list[Block] = []
    items: list[str] = []
    for part in parts:
        if isinstance(part, Table):
            _end_list(blocks, items)
            rows = tuple(_cells(row, header=at == 0) for at, row in enumerate(part.rows))
            if rows:
                blocks.append(Block("table", rows=rows))
            continue
        text = clean(part.text).strip()
        if not text:
            continue
        style = str(part.style.name) if part.style is not None else ""
        level = re.match(r"(?:Heading|标题)\s*(\d)", style)
        if level or style in ("Title", "标题"):
            _end_list(blocks, items)
            title = title or text
            blocks.append(Block("heading", text, level=int(level.group(1)) if level else 1))
        elif style.startswith(("List", "列表")) or _numbered(part):
            items.append(f"{len(items) + 1}. {text}" if "Bullet" not in style else f"- {text}")
        else:
            _end_list(blocks, items)
            blocks.append(paragraph(text))
    _end_list(blocks, items)
    raw = "\n".join(block.text or "\n".join("\t".join(row) for row in block.rows) for block in blocks)
    progress(1, 1)
    return plain_file(path, title, raw, blocks)


def _cells(row: Any, *, header: bool) -> tuple[str, ...]:
    """Return a row's texts; a merged header stands over each of its columns, a merged cell only in its first."""
    texts, before = [], None
    for cell in row.cells:
        texts.append("" if cell._tc is before and not header else clean(cell.text).strip())
        before = cell._tc
    return tuple(texts)


def _numbered(part: Any) -> bool:
    properties = part._p.pPr
    return properties is not None and properties.numPr is not None


def _end_list(blocks: list[Block], items: list[str]) -> None:
    if items:
        blocks.append(Block("list", "\n".join(items)))
        items.clear()
