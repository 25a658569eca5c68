"""Identifiers in running text, tables over pages, spreadsheets and scans, and questions that ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Literal

from evals.materials.codes import Kind, Mint, typed
from evals.materials.documents import Entry, write_document
from evals.materials.lines import write_lines
from evals.materials.wording import (
    COMPONENTS,
    CONDITIONS,
    DOCUMENTS,
    FAULT_QUESTIONS,
    PART_QUESTIONS,
    PARTS,
    PLACES,
    STOCK_QUESTIONS,
)

_ENTRIES = 26  # of a document; half of them have a near neighbour elsewhere
_ABSENT = 48
Language = Literal["en", "zh"]


def write_identifiers(out: Path, *, seed: int) -> list[Path]:
    """Write `identifiers-en/` and `identifiers-zh/` and a question set for each; return what was written.

    A code stands in one document only, and no code of one language is one of the other, so both folders can be
    ingested together. Half of the codes have a near neighbour (E-407 and E-470) in another document of the same
    language; 48 questions a language ask for neighbours that exist nowhere. Gold is the page; the file for sheets.
    """
    mint = Mint(Random(seed))
    written = []
    for language in ("en", "zh"):
        folder = out / f"identifiers-{language}"
        folder.mkdir(parents=True, exist_ok=True)
        random = Random(f"{seed} {language}")
        entries = _entries(mint, random, language)
        pages = _write_documents(folder, entries, language, random)
        questions = [*_asked(entries, pages, language, random), *_absent(mint, entries, language, random)]
        written += [folder, write_lines(out / f"identifiers-{language}.jsonl", questions)]
    return written


def _entries(mint: Mint, random: Random, language: Language) -> list[Entry]:
    """Make what each document lists: twins first, one in this document and one in the next of the language."""
    side, gap = (0, " ") if language == "en" else (1, "")
    faults = [
        (f"{component[side]}{gap}{words[0]}", words[1], words[2])
        for component in COMPONENTS
        for *texts, needs in CONDITIONS
        if needs in component[2]
        for words in (texts[side],)
    ]
    parts = [(name[side], place[side]) for name in PARTS for place in PLACES]
    random.shuffle(faults)
    random.shuffle(parts)
    bins = [f"{aisle}-{shelf:02d}-{level}" for aisle in "ABCDEFG" for shelf in range(1, 20) for level in range(1, 5)]
    random.shuffle(bins)

    def entry(code: str, kind: Kind, document: int, twin: bool) -> Entry:
        what = DOCUMENTS[document][0]
        title = DOCUMENTS[document][1 + side]
        if kind == "fault":
            meaning, cause, remedy = faults.pop()
            return Entry(code, kind, what, title, twin, meaning=meaning, cause=cause, remedy=remedy)
        name, place = parts.pop()
        return Entry(code, kind, what, title, twin, name=name, place=place, bin=bins.pop())

    made = []
    for document, (_, title, _) in enumerate(DOCUMENTS):
        for number in range(_ENTRIES // 2):
            kind = _kind_for(title, number)
            code = mint.fresh(kind)
            if number % 2:
                made.append(entry(code, kind, document, twin=False))
                made.append(entry(mint.fresh(kind), kind, document, twin=False))
                continue
            partner = _partner(document, kind)
            made.append(entry(code, kind, document, twin=True))
            made.append(entry(mint.neighbour(code), kind, partner, twin=True))
    random.shuffle(made)
    return made


def _kind_for(title: str, number: int) -> Kind:
    """Say what stands in a document: stores hold parts, lists named for faults hold faults, others hold both."""
    if title.startswith("Store"):
        return "part"
    if "Fault Manual" in title or "Alarm" in title or "1998" in title:
        return "fault"
    return "part" if number % 4 >= 2 else "fault"


def _partner(document: int, kind: Kind) -> int:
    """Return the next document that may list this kind."""
    for step in range(1, len(DOCUMENTS)):
        other = (document + step) % len(DOCUMENTS)
        if kind in {_kind_for(DOCUMENTS[other][1], number) for number in range(4)}:
            return other
    return document


def _write_documents(folder: Path, entries: Sequence[Entry], language: Language, random: Random) -> dict[str, object]:
    """Write the documents and return the gold place of each code."""
    places: dict[str, object] = {}
    for what, *titles in DOCUMENTS:
        title = titles[0 if language == "en" else 1]
        listed = [entry for entry in entries if entry.title == title]
        file, pages = write_document(folder, title, what, listed, language, random)
        for entry in listed:
            page = pages.get(entry.code)
            places[entry.code] = {"source": file.name, "page": page} if page else {"source": file.name}
    return places


def _asked(
    entries: Sequence[Entry], places: dict[str, object], language: Language, random: Random
) -> Iterator[dict[str, object]]:
    for number, entry in enumerate(entries, start=1):
        yield {
            **_question(entry.code, entry, language, random, f"identifiers-{language}-{number:03d}"),
            "gold": [places[entry.code]],
            "must_include": [_wanted(entry)],
            "place": entry.where,
            "neighbour": "near" if entry.twin else "none",
        }


def _absent(mint: Mint, entries: Sequence[Entry], language: Language, random: Random) -> Iterator[dict[str, object]]:
    chosen = [entry for entry in random.sample(list(entries), len(entries)) if mint.has_neighbour(entry.code)]
    for number, entry in enumerate(chosen[:_ABSENT], start=1):
        code = mint.neighbour(entry.code)
        yield {
            **_question(code, entry, language, random, f"identifiers-{language}-absent-{number:03d}"),
            "answerable": False,
            "state": "no_answer",
            "place": "nowhere",
            "neighbour": "near",
        }


def _wanted(entry: Entry) -> str:
    if entry.kind == "fault":
        return entry.meaning
    return entry.bin if entry.where == "sheet" else entry.name


def _question(code: str, entry: Entry, language: Language, random: Random, name: str) -> dict[str, object]:
    asked = FAULT_QUESTIONS if entry.kind == "fault" else STOCK_QUESTIONS if entry.where == "sheet" else PART_QUESTIONS
    text, way = typed(code, random)
    return {
        "id": name,
        "question": random.choice(asked[language]).format(text),
        "language": language,
        "code": code,
        "typed": way,
        "type": entry.kind,
    }
