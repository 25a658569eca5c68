"""The demonstration plant on the page: fault, stock, status and past fixes in both languages, each with its places."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from corpus import Settings, contains_quote
from corpus.samples.today import copy_plant, plant_files
from ingest import IngestOptions
from ui.house import House, open_house
from ui.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1500)]  # bringing the plant in takes minutes
QUESTIONS = [
    ("zh", "CNC-03", "E-407 是什么故障，怎么处理？", ["主轴", "12 L/min"], "HX-V850立式加工中心维护手册.pdf"),
    ("en", "CNC-03", "What does E-407 mean and what do I do?", ["12 L/min"], "HX-V850立式加工中心维护手册.pdf"),
    ("zh", "HP-01", "UHS-140 还有货吗，放在哪？", ["D-02-2"], "备件库存_2026-03-31.xlsx"),
    ("en", "CV-01", "Is 6204-2RS in stock, and in which bin?", ["B-03-2"], "备件库存_2026-03-31.xlsx"),
    ("zh", "HP-02", "2号液压机现在运行状态怎么样？", ["压差"], None),
    ("en", "CNC-03", "Does CNC-03 have an active alarm?", ["E-407"], None),
    ("zh", "IM-03", "谁处理过 IM-03 的 ALM-236？", ["马文涛"], "维修案例.csv"),
    ("en", "CV-01", "Who fixed C-20 on CV-01 last time, and how?", ["Anna Fischer"], "维修案例.csv"),
]


@pytest.fixture(scope="module")
def demonstration(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    data = tmp_path_factory.mktemp("demonstration")
    (data / "models").symlink_to(models)
    settings = Settings(data_dir=data)
    asked = {source for *_, source in QUESTIONS}
    paper = {one.name for one in plant_files() if one.suffix in (".pdf", ".docx")}
    # The manuals that no question is about would take minutes; evals/questions ask over the whole plant.
    plant = copy_plant(tmp_path_factory.mktemp("plant-today"), datetime.now(settings.zone), without=paper - asked)
    with open_house(settings) as house:
        results = house.ingestor.ingest([plant], IngestOptions(), lambda _: None, "test")
        assert {result.state for result in results} == {"indexed"}, [one.error for one in results if one.error]
        yield house


@pytest.fixture(scope="module")
def served_demonstration(demonstration: House) -> Iterator[str]:
    with served(demonstration, accounts=False) as address:
        yield address


def last_answer(house: House) -> dict[str, Any]:
    owners = {conversation.owner for conversation in house.corpus.conversations(owner="local")} or {"local"}
    newest = house.corpus.conversations(owner=owners.pop(), limit=1)[0]
    value: dict[str, Any] = json.loads(house.corpus.turns(newest.id, owner=newest.owner)[-1].answer)
    return value


def holds(house: House, citation: dict[str, Any]) -> bool:
    """Say whether a citation's quote stands in the page, or its rows in the table, that it names."""
    if citation["page"] is not None:
        page = house.corpus.page(citation["revision"], citation["page"])
        return contains_quote(page.raw, citation["quote"]) or contains_quote(page.text, citation["quote"])
    record = citation["record"]
    return bool(record and record["ids"] and record["as_of"]) or bool(citation["section"] and citation["quote"])


@pytest.mark.parametrize(("language", "tag", "question", "said", "source"), QUESTIONS, ids=lambda one: str(one)[:24])
def test_the_plant_answers_with_places_that_hold(
    visit: Any, demonstration: House, served_demonstration: str, language: str, tag: str, question: str,
    said: list[str], source: str | None,
) -> None:  # fmt: skip
    page = visit(served_demonstration, f"/?equipment={tag}", language=language, size="phone")
    page.fill("#mh-question textarea", question)
    page.click("#mh-send")
    answered = page.locator(".mh-answered")
    answered.wait_for()
    shown = answered.inner_text()
    assert [text for text in said if text not in shown] == [], shown
    answer = last_answer(demonstration)
    assert answer["state"] == "answered"
    assert answer["citations"]
    for citation in answer["citations"]:
        assert holds(demonstration, citation), citation
    if source is not None:
        assert source in {citation["source"] for citation in answer["citations"]}
