"""The generated sets: seeded, with gold that holds the code, and near neighbours that exist nowhere."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import openpyxl
import pypdfium2 as pdfium
import pytest

from corpus import MillhandError
from evals.materials.codes import Mint, bare, neighbours, typed
from evals.materials.faq import plain, write_faq
from evals.materials.handbook import joined, write_handbook
from evals.materials.identifiers import write_identifiers
from evals.materials.lines import write_lines
from evals.sets import load_questions


def pages_of(pdf: Path) -> list[str]:
    with pdfium.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def test_handbook_page_numbers_are_those_of_the_data(tmp_path: Path) -> None:
    data = write_lines(
        tmp_path / "corpus.jsonl",
        [
            {"source": "ch1.pdf", "page": 2, "text": "Valves are made of nichrome steel and are"},
            {"source": "ch1.pdf", "page": 2, "text": "steel and are hollow, filled with sodium."},
            {"source": "ch1.pdf", "page": 4, "text": "word " * 1500},
        ],
    )
    [pdf] = write_handbook(data, tmp_path / "handbook")
    texts = pages_of(pdf)
    assert pdf.name == "ch1.pdf"
    assert len(texts) == 4, "the fullest page fits on one"
    assert "nichrome steel and are hollow" in " ".join(texts[1].split())
    assert texts[0].strip() == texts[2].strip() == ""


def test_overlapping_passages_are_joined_once() -> None:
    assert joined("the oil is cold and", "is cold and thick") == "the oil is cold and thick"
    assert joined("the oil", "a filter") == "the oil a filter"


def test_faq_sets_pair_by_pair_and_leave_some_answers_out(tmp_path: Path) -> None:
    pairs = [
        {
            "id": f"p{n:02d}",
            "file": "hardware/power",
            "question_en": f"What does `pin {n} <https://example.com/{n}>`_ do?",
            "answer_en": f"Pin {n} feeds the regulator of the analogue part with {n} V from the main supply.",
            "question_zh": f"管脚 {n} 有什么用？",
            "answer_zh": f"管脚 {n} 从主电源给模拟部分的稳压器提供 {n} V 的电压，请勿悬空该管脚。",
        }
        for n in range(12)
    ]
    pairs.append(pairs[0] | {"id": "again"})
    pairs.append(pairs[1] | {"id": "short", "answer_en": "Yes.", "question_en": "Is it?"})
    data = write_lines(tmp_path / "pairs.jsonl", pairs)
    written = write_faq(data, tmp_path, seed=1, answers=8)
    assert [path.name for path in written if path.is_dir()] == ["faq-en", "faq-zh"]
    sets = {name: load_questions(tmp_path / f"{name}.jsonl") for name in ("faq-en", "faq-zh-over-en")}
    for asked in sets.values():
        assert sum(q.answerable for q in asked) == 8
        assert sum(not q.answerable for q in asked) == 2
        for question in asked:
            for place in question.gold:
                assert (tmp_path / "faq-en" / place.source).exists()
    assert [q.fields["pair"] for q in sets["faq-en"]] == [q.fields["pair"] for q in sets["faq-zh-over-en"]]
    assert all(q.language == "zh" for q in sets["faq-zh-over-en"])
    assert "https" not in sets["faq-en"][0].question
    with pytest.raises(MillhandError, match="12 answers that fit"):
        write_faq(data, tmp_path, seed=1, answers=11)


def test_markup_leaves_questions() -> None:
    assert plain("How does ``P10`` of `the board <https://x.org/a>`__ **work**?") == "How does P10 of the board work?"


@pytest.mark.parametrize(
    ("code", "expected"),
    [("E-407", "E-470"), ("6204-2RS", "6204-ZZ"), ("AL-12", "AL-21"), ("HX-8100-0231", "HX-8100-0213")],
)
def test_neighbours_are_what_people_confuse(code: str, expected: str) -> None:
    assert expected in neighbours(code)
    assert bare(code) not in {bare(other) for other in neighbours(code)}


def test_ways_of_typing_leave_the_code_the_same() -> None:
    random = Random(3)
    seen = {typed("HX-8100-0231", random) for _ in range(200)}
    assert {bare(text) for text, _ in seen} == {"hx81000231"}
    assert len(seen) == 6


def test_minted_codes_are_never_one_code_written_twice() -> None:
    mint = Mint(Random(5))
    codes = [mint.fresh("fault") for _ in range(200)] + [mint.fresh("part") for _ in range(200)]
    codes += [mint.neighbour(code) for code in codes if mint.has_neighbour(code)]
    assert len({bare(code) for code in codes}) == len(codes)


@pytest.fixture(scope="module")
def identifiers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("materials")
    write_identifiers(out, seed=20)
    return out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_identifier_gold_holds_the_code_and_absent_codes_stand_nowhere(identifiers: Path, language: str) -> None:
    folder = identifiers / f"identifiers-{language}"
    texts = {pdf.name: [bare(text) for text in pages_of(pdf)] for pdf in folder.glob("*.pdf")}
    cells = {
        book.name: {bare(str(cell)) for row in openpyxl.load_workbook(book).worksheets[0].values for cell in row}
        for book in folder.glob("*.xlsx")
    }
    questions = [json.loads(line) for line in (identifiers / f"identifiers-{language}.jsonl").read_text().splitlines()]
    present = [row for row in questions if row.get("answerable", True)]
    absent = [row for row in questions if not row.get("answerable", True)]
    assert len(present) >= 200
    assert len(absent) >= 40
    assert sum(row["neighbour"] == "near" for row in present) >= len(present) / 2
    assert {row["place"] for row in present} == {"prose", "table", "sheet", "scan"}
    for row in present:
        [gold] = row["gold"]
        if row["place"] == "sheet":
            assert bare(row["code"]) in cells[gold["source"]]
        elif row["place"] != "scan":
            assert bare(row["code"]) in texts[gold["source"]][gold["page"] - 1].replace("\ufffe", "")
            assert max(len(pages) for pages in texts.values()) >= 3, "tables run over pages"
        else:
            assert not any(texts[gold["source"]]), "a scan has no text layer"
            assert gold["page"] <= len(texts[gold["source"]])
    present_codes = {bare(row["code"]) for row in present}
    assert present_codes.isdisjoint(bare(row["code"]) for row in absent)


def test_the_same_seed_gives_the_same_questions(identifiers: Path, tmp_path: Path) -> None:
    write_identifiers(tmp_path, seed=20)
    for language in ("en", "zh"):
        name = f"identifiers-{language}.jsonl"
        assert (tmp_path / name).read_bytes() == (identifiers / name).read_bytes()
