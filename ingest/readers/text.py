"""Plain text, and the decoding that every text format needs."""

from __future__ import annotations

import re
from pathlib import Path

from corpus import Page, Unreadable, detect_language
from ingest.readers.base import Block, BlockKind, Limits, PageProgress, ParsedFile
from ingest.readers.mending import CHAPTER, ITEM, NUMBERED, clean, is_warning


def decoded(path: Path, limits: Limits) -> str:
    """Read a text file as UTF-8, UTF-16 or GBK, whichever it is."""
    if path.stat().st_size > limits.unpacked_bytes:
        raise Unreadable(f"{path.name}: {path.stat().st_size // 2**20} MB of text are more than the settings allow.")
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return clean(raw.decode("utf-16", "replace"))
    for encoding in ("utf-8-sig", *_without_mark(raw), "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return clean(text)
    from charset_normalizer import from_bytes

    best = from_bytes(raw).best()
    if best is None or b"\0" in raw:
        raise Unreadable(f"{path.name}: this is no text file, whatever its name says.")
    return clean(str(best))


def encoding_of(path: Path) -> str | None:
    """Name the encoding in which a text file of any size can be read to its end; None where there is none."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for encoding in (*_without_mark(head), "utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding) as text:
                while piece := text.read(1 << 20):
                    if "\0" in piece:
                        return None
        except UnicodeDecodeError:
            continue
        return encoding
    return None


def _without_mark(raw: bytes) -> tuple[str, ...]:
    """Name the UTF-16 that a text without byte order mark is in: its line ends and digits have a zero byte each."""
    head = raw[:4096]
    little, big = head[1::2].count(0), head[0::2].count(0)
    if max(little, big) < len(head) // 50 + 1:
        return ()
    return ("utf-16-le",) if little > big else ("utf-16-be",)


def plain_file(path: Path, title: str | None, raw: str, blocks: list[Block]) -> ParsedFile:
    """Make a file without pages: one page whose number is None."""
    if not raw.strip():
        raise Unreadable(f"{path.name}: there is no text in it.")
    return ParsedFile(title, detect_language(raw), (Page(None, raw, raw),), tuple(blocks))


def paragraph(text: str) -> Block:
    """Return a paragraph as text, list or warning."""
    kind: BlockKind = "warning" if is_warning(text) else "list" if ITEM.match(text) else "text"
    return Block(kind, text)


def read(path: Path, limits: Limits, progress: PageProgress) -> ParsedFile:
    """Read plain text: paragraphs at empty lines, headings by their numbers."""
    raw = decoded(path, limits)
    blocks: list[Block] = []
    for part in re.split(r"\n\s*\n", raw):
        lines = part.strip("\n").splitlines()
        if not lines or not part.strip():
            continue
        first = lines[0].strip()
        numbered = NUMBERED.match(first)
        if (
            len(first) < 80
            and (CHAPTER.match(first) or numbered)
            and not first.endswith(("。", ".", "；", ";"))
            and (len(lines) == 1 or not ITEM.match(lines[1]))
        ):
            blocks.append(Block("heading", first, level=numbered.group(1).count(".") + 1 if numbered else 1))
            lines = lines[1:]
        if lines:
            blocks.append(paragraph("\n".join(line.rstrip() for line in lines)))
    progress(1, 1)
    return plain_file(path, None, raw, blocks)
