"""What machines were doing, as status tables say it, and the alarms that begin and end with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corpus import Corpus
from ingest import IngestOptions, build_ingestor

HEADER = "设备编号,状态,运行小时,当前报警,关键读数,更新时间\n"


@pytest.fixture
def take(corpus: Corpus, tmp_path: Path):
    ingestor = build_ingestor(corpus.settings, corpus)

    def ingest(name: str, rows: str):
        (tmp_path / name).write_text(HEADER + rows)
        (result,) = ingestor.ingest([tmp_path / name], IngestOptions(), lambda _: None, "test")
        assert (result.state, result.kind) == ("indexed", "status")
        return result

    yield ingest
    ingestor.close()


def _standing(corpus: Corpus) -> list[tuple[str, str]]:
    return sorted((alarm.equipment, alarm.code) for alarm in corpus.alarms(active=True))


def test_a_table_of_states_gives_states_alarms_and_readings(corpus: Corpus, take) -> None:
    take(
        "status.csv",
        "BL-201,运行,24610,W31,滤芯压差 37 mbar,2025-06-12 08:00\n"
        "BL-203,检修,12455,无,油温 21 ℃,2025-06-12 08:00\n"
        "PU-103,停机,17390,F6,电流 0 A,2025-06-12 08:00\n",
    )
    assert [(one.equipment, one.state) for one in corpus.machine_states()] == [
        ("BL-201", "运行"),
        ("BL-203", "检修"),
        ("PU-103", "停机"),
    ]
    assert all(one.stale for one in corpus.machine_states())
    assert _standing(corpus) == [("BL-201", "W31"), ("PU-103", "F6")]
    measured = {reading.metric: (reading.value, reading.unit) for reading in corpus.latest_status("BL-201")}
    assert measured == {"运行小时": (24610.0, None), "滤芯压差": (37.0, "mbar")}


def test_the_newest_table_says_what_runs_and_ends_the_alarms_it_does_not_name(corpus: Corpus, take) -> None:
    take("monday.csv", "BL-201,运行,24610,W31,滤芯压差 37 mbar,2025-06-12 08:00\n")
    take("tuesday.csv", "BL-201,停机,24634,E18,滤芯压差 12 mbar,2025-06-13 08:00\n")
    (state,) = corpus.machine_states("bl201")
    assert (state.state, state.at.day) == ("停机", 13)
    assert _standing(corpus) == [("BL-201", "E18")]
    ended = next(alarm for alarm in corpus.alarms() if alarm.code == "W31")
    assert ended.until == ended.since + timedelta(days=1)


def test_an_older_table_that_comes_late_changes_nothing_that_is_newer(corpus: Corpus, take) -> None:
    take("tuesday.csv", "BL-201,停机,24634,E18,滤芯压差 12 mbar,2025-06-13 08:00\n")
    take("monday.csv", "BL-201,运行,24610,无,滤芯压差 37 mbar,2025-06-12 08:00\n")
    (state,) = corpus.machine_states("BL-201")
    assert state.state == "停机"
    assert _standing(corpus) == [("BL-201", "E18")]


def test_what_a_removed_table_said_is_gone(corpus: Corpus, take) -> None:
    result = take("status.csv", "BL-201,停机,24634,E18,滤芯压差 12 mbar,2025-06-13 08:00\n")
    corpus.remove_document(result.document, actor="test")
    assert corpus.machine_states() == []
    assert _standing(corpus) == []


def test_a_recent_state_is_not_stale(corpus: Corpus, take) -> None:
    now = datetime.now(UTC).astimezone(corpus.settings.zone)
    take("status.csv", f"BL-201,运行,24634,无,滤芯压差 12 mbar,{now:%Y-%m-%d %H:%M}\n")
    assert [one.stale for one in corpus.machine_states()] == [False]


def test_a_preview_of_states_is_json(corpus: Corpus, tmp_path: Path) -> None:
    ingestor = build_ingestor(corpus.settings, corpus)
    (tmp_path / "status.csv").write_text(HEADER + "BL-201,停机,24634,E18,滤芯压差 12 mbar,2025-06-13 08:00\n")
    told = json.loads(json.dumps(ingestor.preview_table(tmp_path / "status.csv").to_json()))
    ingestor.close()
    assert told["counts"] == {"states": 1, "readings": 1}
    assert told["sample"][0]["alarms"][0]["code"] == "E18"


def test_a_row_of_the_same_round_ends_no_alarm(corpus: Corpus, take) -> None:
    take(
        "status.csv",
        "BL-201,停机,24634,E18,滤芯压差 12 mbar,2025-06-13 08:00\nBL-201,停机,24634,,油温 30 ℃,2025-06-13 08:02\n",
    )
    assert _standing(corpus) == [("BL-201", "E18")]
