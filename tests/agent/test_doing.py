"""What machines are doing: a question for it, of one machine or of all, is answered by the newest status table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import build_assistant
from agent.asking.doing import doing_asked, of_every_machine
from agent.assistant import Assistant
from corpus import Settings, open_corpus
from ingest import IngestOptions, build_ingestor

EQUIPMENT = (
    "设备编号,设备名称,型号,负责人\nBL-201,鼓风机,SX 90,唐晓峰\n"
    "PU-103,进水泵,WQX 300,邓海涛\nCF-301,离心机,LWD-450,马国梁\n"
)
STATUS = (
    "设备编号,状态,运行小时,当前报警,更新时间\nBL-201,运行,24610,W31,2025-06-12 08:00\n"
    "PU-103,停机,17390,F6,2025-06-12 08:00\nCF-301,检修,31250,无,2025-06-12 08:00\n"
)


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("works")
    (folder / "models").symlink_to(models)
    (folder / "equipment.csv").write_text(EQUIPMENT)
    (folder / "status.csv").write_text(STATUS)
    settings = Settings(data_dir=folder / "data")
    (folder / "data").mkdir()
    (folder / "data" / "models").symlink_to(models)
    with open_corpus(settings) as corpus:
        ingestor = build_ingestor(settings, corpus)
        files = [folder / "equipment.csv", folder / "status.csv"]
        assert all(not one.error for one in ingestor.ingest(files, IngestOptions(), lambda _: None, "test"))
        ingestor.close()
        yield build_assistant(settings, corpus)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("PU-103现在是开着还是停着", ("状态: 停机", "F6")),
        ("is PU-103 running right now?", ("state: 停机", "F6")),
        ("BL-201状态", ("状态: 运行", "W31")),
        ("BL-201现在报啥", ("W31",)),
        ("哪几台设备停着", ("PU-103 状态: 停机",)),
        ("which machines are under repair?", ("CF-301 state: 检修",)),
        ("which machines are on standby?", ("None of the 3 machines",)),
    ],
)
def test_what_a_machine_is_doing(works: Assistant, question: str, said: tuple[str, ...]) -> None:
    answer = works.ask(question)
    assert answer.state == "answered"
    assert all(one in answer.text for one in said)
    assert answer.citations


def test_the_state_is_a_row_of_the_status(works: Assistant) -> None:
    row = works.ask("PU-103现在是开着还是停着").to_json()["status"][0]
    assert (row["equipment"], row["metric"], row["value"], row["stale"]) == ("PU-103", "state", "停机", True)


@pytest.mark.parametrize(
    "question",
    [
        "泵停机后多久能开盖",
        "what do I do when the blower is down?",
        "What is the current status?",
        "运行时的油压是多少",
    ],
)
def test_what_holds_at_such_a_time_is_another_question(question: str) -> None:
    assert not of_every_machine(question)


def test_a_torque_is_no_state() -> None:
    assert not doing_asked("what torque for the bolts, machine stopped or not")


def test_whether_it_can_be_used_now_asks_what_it_is_doing() -> None:
    assert doing_asked("西电梯眼下能用吗")
    assert doing_asked("2号机现在能不能开")
    assert not doing_asked("现在能开盖吗")
