"""The engine handbook's page texts as PDF files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evals.materials.lines import read_lines
from evals.materials.typeset import typeset

_LONGEST_OVERLAP = 2000  # characters that one passage may repeat of the one before


def write_handbook(corpus: Path, folder: Path) -> list[Path]:
    """Write one PDF for each `source` of the data, under its own name, and return the files.

    `corpus.jsonl` counts `page` from 1 in each of the handbook's chapter files. So page n of a PDF is page n of the
    data with the same `source`; pages that the data leaves out become empty pages. The labels that the handbook prints
    on its pages (3-14) are part of the text, as in the data.
    """
    books: dict[str, dict[int, str]] = {}
    for row in read_lines(corpus):
        pages = books.setdefault(row["source"], {})
        pages[row["page"]] = joined(pages.get(row["page"], ""), row["text"])
    return [_write(folder / source, pages) for source, pages in sorted(books.items())]


def joined(before: str, after: str) -> str:
    """Join two passages of one page, leaving out what the second repeats of the first's end."""
    for length in range(min(len(before), len(after), _LONGEST_OVERLAP), 0, -1):
        if before.endswith(after[:length]):
            return before + after[length:]
    return f"{before} {after}".strip()


def _write(path: Path, pages: dict[int, str]) -> Path:
    data: dict[str, Any] = {
        "title": f"Aviation Maintenance Technician Handbook–Powerplant, {path.stem}",
        "pages": [pages.get(number, "") for number in range(1, max(pages) + 1)],
    }
    return typeset("pages.typ", data, path)
