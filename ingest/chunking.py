"""Cutting blocks into passages along the structure: rows, procedures and warnings stay whole where they fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus import Chunk, ChunkKind
from ingest.listed import headed_by_code, listed_entries
from ingest.readers import Block, ParsedFile
from ingest.readers.mending import LETTERED, NUMBERED
from ingest.tabular import row_text, table_chunks

_SENTENCE = re.compile(r"(?<=[。！？；!?])|(?<=[.;])\s+(?=[A-Z(\d])|\n")
_STEP = re.compile(r"^\s*(\d{1,2})[.)、）]")
_KINDS: dict[str, ChunkKind] = {"text": "text", "list": "procedure", "warning": "warning"}


def chunk(parsed: ParsedFile, characters: int) -> list[Chunk]:
    """Cut a file into chunks of about `characters`, each under its section path and on its own page."""
    chunks: list[Chunk] = []
    path: list[tuple[int, str]] = []
    waiting: list[Block] = []
    for block in parsed.blocks:
        if block.kind == "heading":
            chunks += _pack(waiting, path, characters)
            waiting = []
            level = _level(block, path)
            while path and path[-1][0] >= level:
                path.pop()
            path.append((level, block.text))
        elif block.kind == "table":
            chunks += _pack(waiting, path, characters)
            waiting = []
            chunks += table_chunks(block, _titles(path), characters)
        else:
            whole = headed_by_code(_titles(path)) and "warning" not in {block.kind, *(one.kind for one in waiting)}
            if waiting and not whole and not _goes_on(waiting[-1], block):
                chunks += _pack(waiting, path, characters)
                waiting = []
            waiting.append(block)
    chunks += _pack(waiting, path, characters)
    return chunks


def _level(block: Block, path: Sequence[tuple[int, str]]) -> int:
    """Return how deep a heading stands: under 一、 or A. comes 1., which looks like a chapter of its own."""
    chapter = path[0] if path and LETTERED.match(path[0][1]) else None
    if chapter and block.level <= chapter[0] and NUMBERED.match(block.text):
        return chapter[0] + 1
    return block.level


def _goes_on(before: Block, block: Block) -> bool:
    """Say whether a block belongs to the passage before it: the same kind and page, or steps that run over the page."""
    if before.kind != block.kind or block.kind == "warning":
        return False
    step = _STEP.match(block.text)
    return before.page == block.page or (block.kind == "list" and step is not None and int(step.group(1)) > 1)


def _titles(path: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(title for _, title in path)


def _pack(blocks: Sequence[Block], path: Sequence[tuple[int, str]], characters: int) -> Iterator[Chunk]:
    if not blocks:
        return
    if entries := listed_entries(blocks, _titles(path)):
        yield from (Chunk(text, _titles(path), "fault", page, page) for text, page in entries)
        return
    kind, page, page_end = _KINDS[blocks[0].kind], blocks[0].page, blocks[-1].page
    text = "\n".join(block.text for block in blocks)
    if kind != "warning" and headed_by_code(_titles(path)) and len(text) <= 4 * characters:
        yield Chunk(f"{path[-1][1]}\n{text.strip()}", _titles(path), "fault", page, page_end)
        return
    whole = 3 * characters if kind in ("procedure", "warning") else int(1.3 * characters)
    if len(text) <= whole:
        yield Chunk(text.strip(), _titles(path), kind, page, page_end)
        return
    for at in sorted({block.page for block in blocks}, key=lambda number: number or 0):
        for piece in _split("\n".join(block.text for block in blocks if block.page == at), characters):
            if piece.strip():
                yield Chunk(piece.strip(), _titles(path), kind, at, at)


def _split(text: str, characters: int) -> list[str]:
    """Fill pieces with whole sentences; a sentence longer than two pieces is cut hard."""
    pieces = [""]
    start = 0
    ends = [match.end() for match in _SENTENCE.finditer(text)]
    for end in [*ends, len(text)]:
        sentence = text[start:end]
        start = end
        while len(sentence) > 2 * characters:
            pieces.append(sentence[:characters])
            sentence = sentence[characters:]
        if pieces[-1] and len(pieces[-1]) + len(sentence) > characters:
            pieces.append("")
        pieces[-1] += sentence
    return pieces


__all__ = ["chunk", "row_text"]
