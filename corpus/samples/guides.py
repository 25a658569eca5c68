"""Writes the repair guides: the Chinese one stays Markdown, the English one becomes a Word file."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from corpus.samples.office import settle

MARKDOWN = "主轴过热与振动维修指南.md"
WORD = "Compressed air leak repair guide.md"


def write_guides(sources: Path, plant: Path) -> list[Path]:
    """Write both guides into `plant` and return the files."""
    plant.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(sources / "guides" / MARKDOWN, plant / MARKDOWN)
    word = plant / Path(WORD).with_suffix(".docx").name
    _write_word(sources / "guides" / WORD, word)
    return [plant / MARKDOWN, word]


def _write_word(source: Path, target: Path) -> None:
    from docx import Document

    _, front, body = source.read_text(encoding="utf-8").split("---\n", 2)
    document = Document()
    document.core_properties.title = front.strip().partition(": ")[2]
    for block in re.split(r"\n\s*\n", body.strip()):
        lines = block.splitlines()
        if heading := re.match(r"(#+) (.*)", block):
            document.add_heading(heading.group(2), level=len(heading.group(1)) - 1)
        elif lines[0].startswith("|"):
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line]
            table = document.add_table(len(rows), len(rows[0]), style="Table Grid")
            for row, cells in zip(table.rows, rows, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
        elif re.match(r"\d+\. ", block):
            for item in re.split(r"\n(?=\d+\. )", block):
                document.add_paragraph(re.sub(r"^\d+\. ", "", item).replace("\n", " "), style="List Number")
        else:
            document.add_paragraph(block.replace("\n", " "))
    document.save(str(target))
    settle(target)
