"""The whole way from files to checked answers, on a real corpus with the extractive model."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from agent import Assistant, Finished, Sentence, ToolStep, build_assistant
from corpus import Corpus, Settings, contains_quote, open_corpus
from ingest import IngestOptions, build_ingestor

GUIDE = """---
title: Lathe L-20 repair guide
models: L-20
---

# Lathe L-20 repair guide

## 1 Fault codes

| Code | Meaning | Remedy |
|---|---|---|
| E-407 | Spindle motor too hot | Clean the fan filter and wait 20 min |
| E-470 | Tool not clamped | Check the drawbar force, 12 kN |

## 2 Replacing the spindle belt

WARNING: Lock out the main switch, the belt starts without notice.

1. Remove the cover.
2. Fit the belt SPB-2000.
3. Tighten the motor bolts to 45 N·m.
"""
TABLES = {
    "equipment.csv": "设备编号,设备名称,型号,负责人,联系电话\nLA-01,1号车床,L-20,周建国,8101\n",
    "库存.csv": "备件编号,备件名称,规格,库位,现有库存,最小库存,单位\nSPB-2000,窄V带,SPB 2000 mm,C-01-1,6,3,条\n"
    "SPB-2020,窄V带,SPB 2020 mm,C-01-2,1,3,条\n",
    "status.csv": "设备编号,参数,数值,单位,时间\nLA-01,主轴温度,66.5,°C,2026-03-31 17:00\n",
    "alarms.csv": "设备编号,报警代码,发生时间,恢复时间\nLA-01,E-407,2026-03-31 16:42,\n",
    "cases.csv": "工单号,日期,设备编号,报警代码,故障现象,原因,处理措施,处理人\n"
    "WO-1,2026-01-12,LA-01,E-407,主轴过热,滤网堵塞,清洗滤网,陈丽华\n",
}


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Corpus]:
    folder = tmp_path_factory.mktemp("plant")
    (folder / "files").mkdir()
    (folder / "files" / "lathe.md").write_text(GUIDE)
    for name, text in TABLES.items():
        (folder / "files" / name).write_text(text)
    (folder / "data").mkdir()
    (folder / "data" / "models").symlink_to(models)
    settings = Settings(data_dir=folder / "data")
    with open_corpus(settings) as corpus:
        ingestor = build_ingestor(settings, corpus)
        results = ingestor.ingest([folder / "files"], IngestOptions(), lambda _: None, "test")
        ingestor.close()
        assert [result.error for result in results] == [None] * 6
        yield corpus


@pytest.fixture(scope="module")
def assistant(plant: Corpus) -> Assistant:
    return build_assistant(plant.settings, plant)


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("What does E-407 on LA-01 mean?", ["Spindle motor too hot", "Clean the fan filter"]),
        ("LA-01 报 E-470 怎么办？", ["Tool not clamped"]),
        ("SPB-2000 有库存吗？在哪个库位？", ["6 条", "C-01-1"]),
        ("What is the status of LA-01 right now?", ["66.5", "E-407", "stale"]),
        ("谁处理过 LA-01 的 E-407？", ["陈丽华", "清洗滤网"]),
        ("How do I replace the spindle belt of LA-01?", ["45 N·m"]),
    ],
)
def test_each_kind_of_question_is_answered_with_its_place(
    assistant: Assistant, plant: Corpus, question: str, holds: list[str]
) -> None:
    answer = assistant.ask(question)
    assert answer.state == "answered"
    assert all(contains_quote(answer.text, piece) for piece in holds)
    assert answer.citations
    for citation in answer.citations:
        if citation.place.revision is not None:
            pages = plant.pages(citation.place.revision)
            assert all(any(contains_quote(page.raw, cell) for page in pages) for cell in cells_of(citation.quote))


def cells_of(quote: str) -> list[str]:
    """Split a table row's passage into its cells, which stand in the page apart."""
    return [piece.strip() for part in quote.split("\n") for cell in part.split(" | ") for piece in cell.split(": ")]


def test_the_warning_comes_with_the_procedure(assistant: Assistant) -> None:
    answer = assistant.ask("How do I replace the spindle belt of LA-01?")
    assert [warning.quote for warning in answer.warnings] == [
        "WARNING: Lock out the main switch, the belt starts without notice."
    ]
    assert assistant.ask("SPB-2000 stock?").warnings == ()


def test_an_unknown_code_is_refused_with_whom_to_ask(assistant: Assistant) -> None:
    answer = assistant.ask("What does E-499 mean?", equipment="LA-01")
    assert answer.state == "no_answer"
    assert "周建国" in answer.text
    assert answer.citations == ()


@pytest.mark.parametrize(
    "question", ["F-77 报警怎么处理，有没有备件？", "What does F-77 mean, and is the part in stock?"]
)
def test_an_unknown_code_gets_no_stock_either(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert (answer.state, answer.parts) == ("no_answer", ())


def test_a_follow_up_keeps_the_machine_and_nobody_else_reads_along(assistant: Assistant, plant: Corpus) -> None:
    first = assistant.ask("What is the status of LA-01?", owner="anna")
    again = assistant.ask("And what is its status now?", conversation=first.conversation, owner="anna")
    assert again.state == "answered"
    assert plant.turns(first.conversation or "", owner="anna")
    assert plant.turns(first.conversation or "", owner="ben") == []


def test_status_without_a_machine_asks_back(assistant: Assistant) -> None:
    answer = assistant.ask("What is the current status?")
    assert (answer.state, answer.choices) == ("clarify", ("LA-01",))


@pytest.mark.parametrize("question", ["Which alarms are active now?", "现在有哪些报警？"])
def test_standing_alarms_of_all_machines(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.state == "answered"
    assert [(alarm.equipment, alarm.code) for alarm in answer.alarms] == [("LA-01", "E-407")]
    assert "LA-01" in answer.text


def test_events_are_steps_then_checked_sentences_then_the_answer(assistant: Assistant) -> None:
    events = list(assistant.stream("What does E-407 on LA-01 mean?"))
    kinds = [type(event) for event in events]
    assert kinds[0] is ToolStep
    assert kinds[-1] is Finished
    assert Sentence in kinds
    assert kinds.index(Sentence) > max(i for i, kind in enumerate(kinds) if kind is ToolStep)


class ScriptedModel(GenericFakeChatModel):
    """A model that says what it is told, whatever tools it is given."""

    def bind_tools(self, tools: Any, **kwargs: Any) -> ScriptedModel:
        return self


@pytest.mark.parametrize("draft", ["The torque is 99 N·m [p1].", "Everything is fine, see E-999 [p1].", "Just try it."])
def test_a_draft_that_no_page_carries_is_replaced_and_says_so(plant: Corpus, draft: str) -> None:
    scripted = ScriptedModel(messages=iter([AIMessage(draft)]))
    answer = build_assistant(plant.settings, plant, scripted).ask("What does E-407 on LA-01 mean?")
    assert draft.split(" [")[0] not in answer.text
    assert "Spindle motor too hot" in answer.text
    assert answer.fallback


def test_everything_works_with_the_outside_forbidden(
    monkeypatch: pytest.MonkeyPatch, assistant: Assistant, tmp_path: Path, plant: Corpus
) -> None:
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        assert self.family == socket.AF_UNIX or str(address[0]).startswith(("127.", "::1")), address
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-cache"))
    assert assistant.ask("What does E-470 on LA-01 mean?").state == "answered"
