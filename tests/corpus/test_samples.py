"""The demonstration plant: its files exist, agree with each other, and hold what the question set asks for."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from corpus.samples.today import PLANT, copy_plant, plant_files

SOURCES = PLANT.parent / "sources"
QUESTIONS = Path(__file__).parents[2] / "evals" / "questions" / "plant.jsonl"
SCAN = "LG-8冷干机维护卡（扫描件）.pdf"
BULLETIN = "SB-AXR-20-04 Service Bulletin.pdf"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert all(None not in row and None not in row.values() for row in found), f"{path.name}: a row of another width"
    return found


@cache
def inventory() -> dict[str, dict[str, Any]]:
    sheet = load_workbook(next(PLANT.rglob("*.xlsx"))).active
    assert sheet is not None
    header, *body = list(sheet.iter_rows(min_row=2, values_only=True))
    return {str(row[0]): dict(zip(map(str, header), row, strict=True)) for row in body}


@cache
def pdf_pages(source: str) -> tuple[str, ...]:
    """Return the text of each page without any space."""
    document = PdfDocument(str(next(path for path in plant_files() if path.name == source)))
    try:
        return tuple(re.sub(r"\s+", "", page.get_textpage().get_text_range()) for page in document)
    finally:
        document.close()


def questions() -> list[dict[str, Any]]:
    return [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


def manuals() -> list[Path]:
    return [path for path in plant_files() if path.parent.name == "manuals"]


EQUIPMENT = rows(PLANT / "tables" / "设备台账.csv")
CASES = rows(PLANT / "tables" / "维修案例.csv")


def test_the_plant_is_as_large_as_promised_and_no_larger() -> None:
    assert len(EQUIPMENT) >= 12
    assert len({row["设备类型"] for row in EQUIPMENT}) == 6
    assert all(row["负责人"] and row["联系电话"] for row in EQUIPMENT)
    assert len(inventory()) >= 150
    assert len(CASES) >= 60
    assert sum(path.stat().st_size for path in plant_files()) < 8 * 2**20
    assert {path.suffix for path in plant_files() if path.parent.name == "guides"} == {".md", ".docx"}


@pytest.mark.parametrize("path", manuals(), ids=lambda path: path.name)
def test_a_manual_has_its_pages_its_outline_and_its_drawings(path: Path) -> None:
    reader = PdfReader(path)
    assert len(reader.pages) >= 25
    assert len(reader.outline) > 10
    text = "".join(pdf_pages(path.name))
    assert len(re.findall(r"分解图|Drawing1|exploded|Figure15", text)) >= 3
    assert re.search(r"警告|WARNING", text)


def test_every_model_has_a_manual_in_its_language() -> None:
    models = {row["型号"] for row in EQUIPMENT}
    named = {model: [path.name for path in manuals() if model in path.name] for model in models}
    assert all(len(found) == 1 for found in named.values()), named
    chinese = [path for path in manuals() if "手册" in path.name]
    assert len(chinese) >= 3
    assert len(manuals()) - len(chinese) >= 3


def test_the_stock_holds_every_part_that_a_manual_lists() -> None:
    for listed in SOURCES.glob("*/parts.csv"):
        for part in rows(listed):
            line = inventory().get(part["part_number"])
            assert line is not None, f"{listed.parent.name}: {part['part_number']} is not in the inventory"
            assert listed.parent.name in str(line["适用机型"]).split("、")


def test_a_stock_line_is_complete_and_its_substitutes_exist() -> None:
    needed = ("备件名称", "英文名称", "规格型号", "库位", "现有库存", "最小库存", "单位", "采购周期(天)", "供应商")
    for number, line in inventory().items():
        assert all(line[name] not in (None, "") for name in needed), f"{number}: {line}"
        for substitute in str(line["替代件"] or "").split("、"):
            assert not substitute or substitute in inventory(), f"{number}: {substitute}"
    bins = Counter(line["库位"] for line in inventory().values() if line["库位"] != "订购件")
    assert max(bins.values()) == 1, bins.most_common(3)


def test_a_case_names_what_exists() -> None:
    models = {row["设备编号"]: row["型号"] for row in EQUIPMENT}
    codes = {model: {row["code"] for row in rows(SOURCES / model / "faults.csv")} for model in models.values()}
    for case in CASES:
        assert case["设备编号"] in models, case["工单号"]
        assert not case["报警代码"] or case["报警代码"] in codes[models[case["设备编号"]]], case["工单号"]
        parts = [part for part in case["更换备件"].split("、") if part]
        assert all(part in inventory() for part in parts), f"{case['工单号']}: {parts}"
        assert int(case["停机时间(分钟)"]) > 0
        assert all(case[name] for name in ("故障现象", "失效模式", "原因", "处理措施", "处理人"))
    assert {case["设备编号"] for case in CASES} == set(models)
    assert len({case["工单号"] for case in CASES}) == len(CASES)
    repeated = Counter((case["设备编号"], case["失效模式"]) for case in CASES)
    assert sum(count > 1 for count in repeated.values()) >= 5


def test_a_procedure_stands_under_its_warning() -> None:
    """Every numbered procedure of the maintenance chapters carries a signal word before its first step."""
    harmless = {
        "Replace the air filter", "Set the pressures", "Saving and restoring a backup", "Saving the parameters",
        "水平与几何精度", "水平", "水平调整",
    }  # fmt: skip
    for source in (*SOURCES.glob("*/manual.typ"), SOURCES / "KS" / "text.typ"):
        _, *sections = re.split(r"^==? (.+)$", source.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for heading, body in zip(sections[::2], sections[1::2], strict=True):
            steps = body.find("#steps(")
            if steps >= 0 and heading.strip() not in harmless:
                assert re.search(r"#(danger|warning|caution)\[", body[:steps]), f"{source.parent.name}: {heading}"


def test_the_bulletin_changes_a_figure_that_stands_in_the_amended_section_only() -> None:
    (row,) = [row for row in rows(PLANT / "manifest.csv") if row["amends"]]
    assert (row["file"], row["amends_section"]) == (BULLETIN, "7.4")
    assert row["amends"] in {path.name for path in manuals()}
    told = "".join(pdf_pages(BULLETIN))
    assert "from0.15MPa(1.5bar)to0.08MPa(0.8bar)" in told
    pages = pdf_pages(row["amends"])
    assert [number for number, text in enumerate(pages, 1) if "0.15MPa" in text] == [
        number for number, text in enumerate(pages, 1) if "7.4Renewthegreaseofaxes1to3" in text and number > 3
    ]
    assert "AXR-P-20910" in inventory()


def test_the_scan_is_pictures_without_text() -> None:
    assert len(pdf_pages(SCAN)) in (3, 4)
    assert not any(pdf_pages(SCAN))
    assert next(path for path in plant_files() if path.name == SCAN).stat().st_size < 1.5 * 2**20


def test_the_questions_are_many_in_both_languages_and_of_every_type() -> None:
    asked = questions()
    assert len(asked) >= 80
    assert abs(sum(1 if one["language"] == "zh" else -1 for one in asked)) <= len(asked) * 0.1
    types = Counter(one["type"] for one in asked)
    wanted = {"fault", "procedure", "specification", "stock", "status", "history", "cross-language", "bulletin", "scan"}
    assert wanted <= types.keys()
    assert types["unanswerable"] >= 16
    assert len({one["id"] for one in asked}) == len(asked)
    tags = {row["设备编号"] for row in EQUIPMENT}
    assert all(one["equipment"] in tags for one in asked if "equipment" in one)


@pytest.mark.parametrize("asked", [one for one in questions() if one.get("gold")], ids=lambda one: one["id"])
def test_a_gold_page_holds_what_the_answer_must(asked: dict[str, Any]) -> None:
    names = {path.name for path in plant_files()}
    texts = []
    for gold in asked["gold"]:
        assert gold["source"] in names
        if gold["source"].endswith(".pdf"):
            pages = pdf_pages(gold["source"])
            assert 1 <= gold["page"] <= len(pages)
            texts.append(pages[gold["page"] - 1])
    if texts and any(texts):  # a scan has no text to look at here
        for text in asked.get("must_include", ()):
            assert any(re.sub(r"\s+", "", text) in page for page in texts), (
                f"{text!r} stands on none of {asked['gold']}"
            )


def test_a_copied_plant_ends_now_and_keeps_the_rest(tmp_path: Path) -> None:
    now = datetime(2031, 5, 6, 7, 8, 9)
    copy = copy_plant(tmp_path, now, without={SCAN})
    copied = {path.name: path for path in copy.rglob("*") if path.is_file()}
    assert set(copied) == {path.name for path in plant_files()} - {SCAN} | {"manifest.csv"}
    old, new = (rows(next(PLANT.rglob("运行状态.csv"))), rows(copied["运行状态.csv"]))
    assert max(row["时间"] for row in new) == "2031-05-06 07:08"
    assert [(row["设备编号"], row["数值"]) for row in new] == [(row["设备编号"], row["数值"]) for row in old]
    alarms = rows(copied["报警记录.csv"])
    assert {(row["设备编号"], row["报警代码"]) for row in alarms if not row["恢复时间"]} == {
        ("CNC-03", "E-407"), ("AC-01", "W-03"), ("HP-02", "F-12"),
    }  # fmt: skip
    assert max(row["发生时间"] for row in alarms) < "2031-05-06 07:08"
    assert copied[BULLETIN].read_bytes() == next(PLANT.rglob(BULLETIN)).read_bytes()
