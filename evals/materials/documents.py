"""Documents that hold made-up identifiers: running text, tables over pages, spreadsheets, scans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from openpyxl import Workbook

from evals.materials.codes import Kind
from evals.materials.typeset import page_of, scan, typeset
from evals.materials.wording import FAULT_PROSE, FILLER, HEADS, PART_PROSE

_PER_SECTION = 4  # codes in one section of running text


@dataclass(frozen=True, slots=True)
class Entry:
    """One identifier, where it is written, and what is written of it; `twin` has a near neighbour elsewhere."""

    code: str
    kind: Kind
    where: str
    title: str
    twin: bool
    meaning: str = ""
    cause: str = ""
    remedy: str = ""
    name: str = ""
    place: str = ""
    bin: str = ""


def write_document(
    folder: Path, title: str, where: str, entries: Sequence[Entry], language: str, random: Random
) -> tuple[Path, dict[str, int]]:
    """Write one document of the kind `where` says, and return it and the page of each code (none for a sheet)."""
    if where == "sheet":
        return _sheet(folder / f"{title}.xlsx", title, entries, language), {}
    sections = _prose(entries, language, random) if where == "prose" else _tables(entries, language)
    pdf = typeset("lists.typ", {"title": title, "language": language, "sections": sections}, folder / f"{title}.pdf")
    pages = page_of(pdf, [entry.code for entry in entries])
    return (scan(pdf, pdf, random) if where == "scan" else pdf), pages


def _prose(entries: Sequence[Entry], language: str, random: Random) -> list[dict[str, object]]:
    sections: list[dict[str, object]] = []
    for start in range(0, len(entries), _PER_SECTION):
        paragraphs = [random.choice(FILLER[language])]
        for entry in entries[start : start + _PER_SECTION]:
            words = FAULT_PROSE if entry.kind == "fault" else PART_PROSE
            paragraphs.append(
                random.choice(words[language]).format(
                    code=entry.code,
                    meaning=entry.meaning,
                    cause=entry.cause,
                    remedy=entry.remedy,
                    name=entry.name,
                    place=entry.place,
                )
            )
        number = start // _PER_SECTION + 1
        sections.append({"title": f"第{number}周" if language == "zh" else f"Week {number}", "paragraphs": paragraphs})
    return sections


def _tables(entries: Sequence[Entry], language: str) -> list[dict[str, object]]:
    """Make a fault table and a parts table, sorted by code as in a real manual, each running over pages."""
    heads = HEADS[language]
    faults = sorted((e for e in entries if e.kind == "fault"), key=lambda e: e.code)
    parts = sorted((e for e in entries if e.kind == "part"), key=lambda e: e.code)
    sections: list[dict[str, object]] = []
    if faults:
        sections.append(
            {
                "title": heads["faults"],
                "widths": [3, 5, 6, 6],
                "head": [heads["code"], heads["meaning"], heads["cause"], heads["remedy"]],
                "rows": [[e.code, e.meaning, e.cause, e.remedy] for e in faults],
            }
        )
    if parts:
        sections.append(
            {
                "title": heads["parts"],
                "widths": [5, 5, 5],
                "head": [heads["part"], heads["name"], heads["place"]],
                "rows": [[e.code, e.name, e.place] for e in parts],
            }
        )
    return sections


def _sheet(path: Path, title: str, entries: Sequence[Entry], language: str) -> Path:
    heads = HEADS[language]
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(title[:31])
    if entries[0].kind == "fault":
        sheet.append([heads["code"], heads["meaning"], heads["cause"], heads["remedy"]])
        for entry in entries:
            sheet.append([entry.code, entry.meaning, entry.cause, entry.remedy])
    else:
        sheet.append([heads["part"], heads["name"], heads["place"], heads["bin"], heads["on_hand"], heads["unit"]])
        for number, entry in enumerate(entries):
            sheet.append([entry.code, entry.name, entry.place, entry.bin, number % 7 + 1, heads["each"]])
    book.save(path)
    return path
