"""Work orders without findings: the count with its records, and the word that nothing of what was found is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent import build_assistant
from corpus import Corpus, Settings, open_corpus
from ingest import IngestOptions, build_ingestor

ORDERS = (
    "wo_id,wo_description,primary_code_description,equipment_id,equipment_name,preventive,actual_finish\n"
    + "".join(
        f"W{number},{words},{mode},{tag},{name},TRUE,4/{number}/16 10:00\n"
        for number, (words, mode, tag, name) in enumerate(
            [
                ("CHILLER OIL ANALYSIS", "Oil Analysis", "CW06", "Chiller 6"),
                ("CHILLER OIL ANALYSIS", "Oil Analysis", "CW06", "Chiller 6"),
                ("EDDY CURRENT TEST", "Eddy Current", "CW06", "Chiller 6"),
                ("CHILLER OIL ANALYSIS", "Oil Analysis", "CW09", "Chiller 9"),
                ("CHILLER OIL ANALYSIS", "Oil Analysis", "CW06", "Chiller 6"),
            ],
            start=1,
        )
    )
)
QUESTION = "How often was the oil of chiller 6 analysed, and what was found?"


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Corpus]:
    folder = tmp_path_factory.mktemp("orders")
    (folder / "orders.csv").write_text(ORDERS)
    (folder / "data").mkdir()
    (folder / "data" / "models").symlink_to(models)
    settings = Settings(data_dir=folder / "data")
    with open_corpus(settings) as corpus:
        ingestor = build_ingestor(settings, corpus)
        (result,) = ingestor.ingest([folder / "orders.csv"], IngestOptions(), lambda _: None, "lead")
        ingestor.close()
        assert (result.kind, result.warnings) == ("cases", ())
        yield corpus


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        (QUESTION, ("recorded 3 times", "What was found, the cause and the action were not recorded.")),
        ("6号冷水机的油分析做过几次，结果发现了什么？", ("记录 3 次", "检查结果、原因和处理措施没有记录。")),
    ],
)
def test_the_count_comes_with_its_records_and_without_findings(orders: Corpus, question: str, holds: tuple) -> None:
    answer = build_assistant(orders.settings, orders).ask(question)
    assert answer.state == "answered"
    assert all(words in answer.text for words in holds), answer.text
    records = [citation.place.record for citation in answer.citations if citation.place.record]
    assert records[0].table == "cases"
    assert len(records[0].ids) == 3


@pytest.mark.parametrize(
    ("draft", "kept"),
    [
        ("What was found, the cause and the action were not recorded. [@not recorded]", True),
        ("The oil was found to be clean. [@not recorded]", False),
    ],
)
def test_a_model_may_say_what_a_record_says_and_no_more(orders: Corpus, scripted: Any, draft: str, kept: bool) -> None:
    said = f"Chiller 6 oil: recorded 3 times. [@recorded 3 times] {draft}"
    calls = [{"name": "repair_statistics", "args": {"query": QUESTION, "equipment": "CW06"}}]
    answer = build_assistant(orders.settings, orders, scripted(draft=said, calls=calls)).ask(QUESTION, equipment="CW06")
    assert (answer.fallback is None and not answer.removed) == kept, (answer.text, answer.removed, answer.fallback)
