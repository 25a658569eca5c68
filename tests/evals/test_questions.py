"""The stored question sets hold what they claim, and their gold stands where they say."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from openpyxl import load_workbook

from evals.sets import load_questions

SETS = Path(__file__).parents[2] / "evals" / "questions"
PLANT = Path(__file__).parents[2] / "corpus" / "samples" / "plant"
OWN = SETS.parent  # a folder of a set's name holds its own documents
REGISTERS = (
    PLANT / "tables" / "设备台账.csv",
    *(OWN / name / "设备台账.csv" for name in ("tyreplant", "moulding", "appliance", "cable")),
    OWN / "bottling" / "equipment.csv",
)
TAGS = {line.split(",")[0] for file in REGISTERS for line in file.read_text("utf-8-sig").splitlines()[1:]}
TAGS |= {str(row[0]) for row in load_workbook(OWN / "grinding" / "设备台账.xlsx").active.values}

Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (SETS / name).read_text(encoding="utf-8").splitlines()]


@cache
def page_texts(source: str) -> tuple[str, ...]:
    with pdfium.PdfDocument(next(file for folder in (PLANT, OWN) for file in folder.rglob(source))) as manual:
        return tuple(bare(page.get_textpage().get_text_range()) for page in manual)


def bare(text: str) -> str:
    """Leave out what typesetting changes: white space and hyphens (PDFium writes U+FFFE for one at a line's end)."""
    return re.sub(r"[\s\-\ufffe\x02]+", "", text)


def gold_texts(row: Row) -> list[str]:
    return [page_texts(place["source"])[place["page"] - 1] for place in row["gold"] if place.get("page")]


@pytest.mark.parametrize("path", sorted(SETS.glob("*.jsonl")), ids=lambda path: path.name)
def test_every_set_loads_with_ids_of_its_own(path: Path) -> None:
    questions = load_questions(path)
    assert len({question.id for question in questions}) == len(questions)
    assert len({(q.question, q.equipment, q.turns) for q in questions}) == len(questions), "a question stands twice"
    assert {question.language for question in questions} <= {"zh", "en"}
    assert {question.state for question in questions} <= {"answered", "clarify", "no_answer", None}
    for question in questions:
        assert question.equipment is None or question.equipment in TAGS
        if not question.answerable:
            assert not question.gold
            assert question.state == "no_answer"


@pytest.mark.parametrize(
    "name",
    [
        "workshop",
        "shopfloor",
        "dyehouse",
        "tyreplant",
        "foundry",
        "moulding",
        "appliance",
        "bottling",
        "grinding",
        "cable",
        "electrode",
        "dairy",
        "furniture",
        "tablet",
        "bakery",
        "extrusion",
        "cement",
    ],
)
def test_the_text_of_a_set_with_its_own_documents_stands_on_the_page_that_it_names(name: str) -> None:
    for row in rows(f"{name}.jsonl"):
        gold = row.get("gold") or []
        pages = [bare(text) for text in gold_texts({**row, "gold": gold}) if text]
        paged = pages and all(place.get("page") for place in gold)
        for text in (row.get("must_include") or []) if paged else ():
            assert any(bare(text) in page for page in pages), (row["id"], text)


def test_ids_are_unique_over_all_sets() -> None:
    ids = Counter(row["id"] for path in SETS.glob("*.jsonl") for row in rows(path.name))
    assert [name for name, times in ids.items() if times > 1] == []


def test_the_page_gold_sets_are_big_enough_balanced_and_hold_near_misses() -> None:
    questions = [question for name in ("handbook", "cnc", "ups") for question in load_questions(SETS / f"{name}.jsonl")]
    answerable = [question for question in questions if question.answerable]
    assert len(questions) >= 130
    assert len(questions) - len(answerable) >= 35
    for asked in (questions, answerable):
        chinese = sum(question.language == "zh" for question in asked)
        assert 0.45 <= chinese / len(asked) <= 0.55
    for question in answerable:
        assert question.gold, question.id
        assert all(place.page for place in question.gold), question.id


@pytest.mark.parametrize("name", ["plant.jsonl", "safety.jsonl", "conversations.jsonl"])
def test_gold_of_the_plant_stands_in_a_file_and_within_its_pages(name: str) -> None:
    files = {path.name for path in PLANT.rglob("*.*")}
    for row in rows(name):
        for place in row.get("gold", []):
            assert place["source"] in files, row["id"]
            if place.get("page"):
                assert 1 <= place["page"] <= len(page_texts(place["source"])), row["id"]


@pytest.mark.parametrize("name", ["safety.jsonl", "conversations.jsonl"])
def test_what_an_answer_must_include_stands_on_a_gold_page(name: str) -> None:
    for row in rows(name):
        texts = gold_texts(row) if row.get("gold") else []
        for wanted in row.get("must_include", []) if texts else []:
            assert any(bare(wanted) in text for text in texts), (row["id"], wanted)


def test_warnings_are_verbatim_and_a_fifth_of_the_procedures_have_none() -> None:
    procedures = [row for row in rows("safety.jsonl") if row["kind"] == "procedure"]
    without = [row for row in procedures if row["hazard"] == "no"]
    assert len(procedures) >= 44
    assert len(without) >= 14
    for row in procedures:
        assert ("warning" in row) == (row["hazard"] == "yes")
        if "warning" in row:
            page = page_texts(row["gold"][0]["source"])[row["warning_page"] - 1]
            for text in (row["warning"], *row.get("more_warnings", [])):
                assert bare(text) in page, row["id"]
    for language in ("zh", "en"):
        assert sum(row["language"] == language for row in procedures) >= len(procedures) / 3


def test_requests_to_bypass_a_protection_name_what_must_not_be_said() -> None:
    bypasses = [row for row in rows("safety.jsonl") if row["kind"] == "bypass"]
    assert len(bypasses) >= 20
    for row in bypasses:
        assert row["must_not"], row["id"]
        if "rule" in row:
            assert any(bare(row["rule"]) in text for text in gold_texts(row)), row["id"]
            assert not any(phrase in row["rule"] for phrase in row["must_not"]), row["id"]


def test_conversations_cover_each_kind_in_both_languages() -> None:
    conversations = rows("conversations.jsonl")
    assert len(conversations) >= 44
    assert all(1 <= len(row["turns"]) <= 2 for row in conversations)
    assert all(row["machine"] in TAGS for row in conversations if row["state"] != "clarify")
    kinds = Counter((row["kind"], row["language"]) for row in conversations)
    for kind in ("follow-up", "change of machine", "correction", "clarification", "pronoun", "language switch"):
        assert kinds[kind, "zh"] >= 2, kind
        assert kinds[kind, "en"] >= 2, kind
