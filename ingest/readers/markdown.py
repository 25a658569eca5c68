"""Markdown by markdown-it; a front matter may name title and models."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.readers.base import Block, Limits, PageProgress, ParsedFile
from ingest.readers.text import decoded, paragraph, plain_file


def read(path: Path, limits: Limits, progress: PageProgress) -> ParsedFile:
    """Read Markdown: headings, paragraphs, lists and tables."""
    from markdown_it import MarkdownIt

    raw = decoded(path, limits)
    front = re.match(r"---\n(.*?)\n---\n", raw, re.DOTALL)
    body = raw[front.end() :] if front else raw
    title = None
    if front and (named := re.search(r"^title:\s*(.+)$", front.group(1), re.MULTILINE)):
        title = named.group(1).strip().strip("\"'")
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    blocks: list[Block] = []
    items: list[str] = []
    numbers: list[int | None] = []
    rows: list[list[str]] = []
    quoted = 0
    heading = 0
    for token in tokens:
        match token.type:
            case "heading_open":
                heading = int(token.tag[1:])
            case "ordered_list_open":
                numbers.append(int(token.attrGet("start") or 1))
            case "bullet_list_open":
                numbers.append(None)
            case "ordered_list_close" | "bullet_list_close":
                numbers.pop()
                if not numbers and items:
                    blocks.append(Block("list", "\n".join(items)))
                    items = []
            case "blockquote_open":
                quoted += 1
            case "blockquote_close":
                quoted -= 1
            case "tr_open":
                rows.append([])
            case "table_close":
                blocks.append(Block("table", rows=tuple(tuple(row) for row in rows)))
                rows = []
            case "inline":
                text = _plain(token)
                if heading:
                    title = title or (text if heading == 1 else None)
                    blocks.append(Block("heading", text, level=heading))
                    heading = 0
                elif rows:
                    rows[-1].append(text)
                elif numbers:
                    number = numbers[-1]
                    items.append(f"{number}. {text}" if number is not None else f"- {text}")
                    if number is not None:
                        numbers[-1] = number + 1
                else:
                    blocks.append(paragraph(text))
            case "fence" | "code_block":
                blocks.append(Block("text", token.content.strip()))
    progress(1, 1)
    return plain_file(path, title, raw, blocks)


def _plain(token: object) -> str:
    children = getattr(token, "children", None) or []
    parts = []
    code = False  # between the tags of a script or a style sheet stands nothing to be read
    for child in children:
        if child.type == "html_inline":
            tag = child.content.lower()
            code = tag.startswith(("<script", "<style")) or (code and not tag.startswith(("</script", "</style")))
        elif code:
            continue
        elif child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
    return "".join(parts)
