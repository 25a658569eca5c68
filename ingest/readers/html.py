"""HTML by BeautifulSoup: what a reader would see, without scripts and styles."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.readers.base import Block, Limits, PageProgress, ParsedFile
from ingest.readers.text import decoded, paragraph, plain_file

_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")  # XHTML is read as the HTML that it is
_BLOCKS = ["h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "table", "pre", "blockquote", "dt", "dd"]


def read(path: Path, limits: Limits, progress: PageProgress) -> ParsedFile:
    """Read HTML in document order."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(_XML_DECLARATION.sub("", decoded(path, limits)), "lxml")
    for hidden in soup(["script", "style", "template", "noscript", "head"]):
        if hidden.name != "head":
            hidden.decompose()
    title = soup.title.get_text(" ", strip=True) if soup.title else None
    blocks: list[Block] = []
    for element in (soup.body or soup).find_all(_BLOCKS):
        if element.find_parent("table") or (element.name == "p" and element.find_parent(["li", "blockquote"])):
            continue
        if element.name == "table":
            rows = tuple(
                tuple(cell.get_text(" ", strip=True) for cell in row.find_all(["td", "th"]))
                for row in element.find_all("tr")
            )
            if rows and rows[0]:
                blocks.append(Block("table", rows=rows))
            continue
        text = element.get_text(" ", strip=True)
        if not text:
            continue
        if element.name[0] == "h" and element.name[1:].isdigit():
            blocks.append(Block("heading", text, level=int(element.name[1])))
        elif element.name == "li":
            blocks.append(Block("list", text))
        else:
            blocks.append(paragraph(text))
    raw = "\n".join(block.text or "\n".join(" ".join(row) for row in block.rows) for block in blocks)
    if not blocks:
        raw = soup.get_text("\n", strip=True)
        blocks = [paragraph(part) for part in raw.split("\n\n") if part.strip()]
    progress(1, 1)
    return plain_file(path, title or None, raw, blocks)
