"""HTML by BeautifulSoup: what a reader would see, in document order, without scripts and styles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.readers.base import Block, Limits, PageProgress, ParsedFile
from ingest.readers.mending import ITEM
from ingest.readers.text import decoded, paragraph, plain_file

_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")  # XHTML is read as the HTML that it is
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_NAMED = {*_HEADINGS, "li", "pre", "dt", "dd"}  # what a block is called by, whatever stands inside it
_PARTS = """address article aside blockquote center details div dl fieldset figcaption figure footer form header hr main
nav ol p section summary ul""".split()
_TERM, _BETWEEN = 40, ": "  # a term that short is told in one line with its definition
_BLOCKS = [*_NAMED, *_PARTS, "table"]


def read(path: Path, limits: Limits, progress: PageProgress) -> ParsedFile:
    """Read HTML in document order."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(_XML_DECLARATION.sub("", decoded(path, limits)), "lxml")
    title = soup.title.get_text(" ", strip=True) if soup.title else None
    for hidden in soup(["script", "style", "template", "noscript", "head"]):
        hidden.decompose()
    blocks = list(_with_terms(_walk(soup.body or soup, "p")))
    raw = "\n".join(block.text or "\n".join(" ".join(row) for row in block.rows) for block in blocks)
    progress(1, 1)
    return plain_file(path, title or None, raw, blocks)


def _walk(element: Any, name: str) -> Iterator[tuple[str, Block]]:
    """Yield the blocks below an element, each with the name of the tag that says what it is."""
    from bs4.element import NavigableString, PreformattedString

    inline: list[str] = []
    steps = int(element["start"]) - 1 if str(element.get("start", "")).isdecimal() else 0
    for child in element.children:
        if isinstance(child, NavigableString):
            if not isinstance(child, PreformattedString):  # comments, processing instructions
                inline.append(str(child))
        elif child.name == "br":
            inline.append("\0")
        elif child.name in _BLOCKS or child.find(_BLOCKS):
            yield from _told(name, inline)
            inline = []
            if child.name == "table":
                yield from _table(child)
            elif child.name == "li" and element.name == "ol":
                steps += 1
                yield from _numbered(_walk(child, "li"), steps)
            else:
                yield from _walk(child, child.name if child.name in _NAMED else name)
        else:
            inline.append(child.get_text())
    yield from _told(name, inline)


def _numbered(named: Iterator[tuple[str, Block]], number: int) -> Iterator[tuple[str, Block]]:
    """Give the first block of a step the number that a browser shows."""
    for at, (name, block) in enumerate(named):
        first = at == 0 and block.text and not ITEM.match(block.text)
        yield name, replace(block, text=f"{number}. {block.text}") if first else block


def _told(name: str, inline: list[str]) -> Iterator[tuple[str, Block]]:
    """Yield what stands between two blocks, its white space as a browser shows it."""
    joined = "".join(inline)
    if name == "pre":
        text = joined.replace("\0", "\n").strip("\n").rstrip()
    else:
        text = "\n".join(line for part in joined.split("\0") if (line := " ".join(part.split())))
    if not text.strip():
        return
    if name in _HEADINGS:
        yield name, Block("heading", text, level=_HEADINGS[name])
    else:
        yield name, Block("list", text) if name == "li" else paragraph(text)


def _table(table: Any) -> Iterator[tuple[str, Block]]:
    """Yield a table of data, or the blocks of one that only lays the page out."""
    if table.find("table") or table.find(list(_HEADINGS)):
        for cell in table.find_all(["td", "th", "caption"]):
            if cell.find_parent("table") is table:
                yield from _walk(cell, "p")
        return
    rows = tuple(
        tuple(" ".join(cell.get_text(" ").split()) for cell in row.find_all(["td", "th"]))
        for row in table.find_all("tr")
    )
    if rows and rows[0]:
        yield "table", Block("table", rows=rows)


def _with_terms(named: Iterator[tuple[str, Block]]) -> Iterator[Block]:
    """Put the term of a definition list in front of its definition: one says nothing without the other."""
    term = ""
    for name, block in named:
        if name == "dt":
            term = f"{term}\n{block.text}" if term else block.text
            continue
        if term and name == "dd" and block.text:
            block, term = paragraph(f"{term}{_BETWEEN if len(term) < _TERM else chr(10)}{block.text}"), ""
        elif term:
            yield paragraph(term)
            term = ""
        yield block
    if term:
        yield paragraph(term)
