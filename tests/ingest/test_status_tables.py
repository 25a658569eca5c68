"""Readings and alarms from CSV and JSON Lines, long and wide, small and large, from the file to SQL."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corpus import Corpus, Settings, open_corpus
from ingest import IngestOptions, Ingestor, build_ingestor
from ingest.tables import bulk

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=400)


@pytest.fixture
def ingestor(settings: Settings, corpus: Corpus) -> Iterator[Ingestor]:
    built = build_ingestor(settings, corpus)
    yield built
    built.close()


def bring(ingestor: Ingestor, path: Path, **options):
    return ingestor.ingest([path], IngestOptions(**options), lambda _: None, "lead")[0]


def lines(path: Path, *objects: object) -> Path:
    text = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in objects]
    path.write_text("\n".join(text), encoding="utf-8")
    return path


def stored(corpus: Corpus, tag: str, metric: str) -> list[tuple]:
    return [(r.at, r.value, r.unit, r.limit_low, r.limit_high) for r in corpus.readings(tag, metric, BEGIN, END)]


def test_json_lines_of_readings_in_long_form(ingestor, corpus, tmp_path):
    path = lines(
        tmp_path / "readings.jsonl",
        {"设备编号": "HP-01", "参数": "油压", "数值": 5.5, "单位": "bar", "时间": "2026-03-01 16:00", "上限": 8},
        {"设备编号": "HP-01", "参数": "油压", "数值": 9, "单位": "bar", "时间": "2026-03-01 16:01", "上限": 8},
        '{"设备编号": "HP-01", "参数"',
        {"设备编号": "HP-01", "参数": "油压", "数值": "high", "时间": "2026-03-01 16:02"},
        {"设备编号": "HP-01", "参数": "油温", "数值": 41, "单位": "℃", "时间": 1772352060000},
    )
    result = bring(ingestor, path)
    assert (result.state, result.kind) == ("indexed", "status")
    assert [w.split(":")[0] for w in result.warnings] == ["row 3", "row 4"]
    at = BEGIN + timedelta(hours=8)
    assert stored(corpus, "hp01", "油压") == [
        (at, 5.5, "bar", None, 8.0),
        (at + timedelta(minutes=1), 9.0, "bar", None, 8.0),
    ]
    assert stored(corpus, "HP-01", "油温") == [(at + timedelta(minutes=1), 41.0, "℃", None, None)]
    assert [r.metric for r in corpus.beyond_limits()] == ["油压"]


def test_json_lines_of_readings_in_wide_form_with_objects_inside(ingestor, corpus, tmp_path):
    path = lines(
        tmp_path / "gateway.ndjson",
        *(
            {"thing": {"no": "HP-01"}, "timestamp": 1772352000 + 60 * i, "pressure (bar)": 5.0 + i, "mode": "auto"}
            | ({"oil.temp": 40 + i} if i % 2 else {})
            for i in range(4)
        ),
    )
    assert bring(ingestor, path).kind == "other"  # nobody can know what `thing.no` is
    path.write_text(path.read_text() + "\n")
    result = bring(ingestor, path, as_table="status", mapping={"equipment": "thing.no"})
    assert result.state == "indexed", result.error
    assert [value for _, value, *_ in stored(corpus, "HP-01", "pressure")] == [5, 6, 7, 8]
    assert [value for _, value, *_ in stored(corpus, "HP-01", "oil.temp")] == [41, 43]
    assert {unit for _, _, unit, *_ in stored(corpus, "HP-01", "pressure")} == {"bar"}


def test_json_lines_of_alarms(ingestor, corpus, tmp_path):
    path = lines(
        tmp_path / "alarms.jsonl",
        {"equipment_id": "HP-01", "code": "F-12", "start_time": "2026-03-01T00:00:00Z", "message": "pressure low"},
        {"equipment_id": "HP-01", "code": "F-13", "start_time": "2026-03-01T01:00:00Z",
         "end_time": "2026-03-01T01:05:00Z", "message": "filter"},
        {"equipment_id": "HP-01", "code": "F-13", "start_time": "2026-03-01T01:00:00Z", "end_time": "never"},
    )  # fmt: skip
    result = bring(ingestor, path)
    assert (result.state, result.kind) == ("indexed", "alarms")
    assert ["row 3" in warning for warning in result.warnings] == [True]
    assert [(a.code, a.text) for a in corpus.alarms("HP-01", active=True)] == [("F-12", "pressure low")]
    assert corpus.alarm_figures("HP-01", code="F-13")[0].minutes == 5


def test_json_lines_that_are_no_table_are_a_document(ingestor, corpus, tmp_path):
    result = bring(ingestor, lines(tmp_path / "faq.jsonl", {"q": "What does E-77 mean?", "a": "The rope is worn."}))
    assert (result.state, result.kind) == ("indexed", "other")
    assert "rope" in corpus.search("E-77").passages[0].text


HEADERS = {
    "long.csv": "设备编号,参数,数值,单位,时间,下限,上限",
    "long.jsonl": "",
    "wide.csv": "asset_id,timestamp,压力(bar),温度(℃)",
}


def table(name: str, count: int) -> str:
    rows = []
    random.seed(4)
    for i in range(count):
        at = (BEGIN + timedelta(minutes=i)).isoformat()
        tag, value = f"M-{i % 7}", round(random.uniform(0, 99), 3)
        if name == "wide.csv":
            rows.append(f"{tag},{at},{value},{'NA' if i % 5 == 0 else i}")
        elif name == "long.csv":
            rows.append(f"{tag},压力 {i % 3},{value},bar,{at},1,{90 if i % 2 else ''}")
        else:
            rows.append(json.dumps({"tag": tag, "metric": f"压力 {i % 3}", "value": value, "unit": "bar", "time": at}))
    bad = {"wide.csv": "M-1,soon,1,2", "long.csv": "M-1,压力 1,much,bar,2026-03-01,,", "long.jsonl": "{oops"}
    rows[count // 2 : count // 2] = [bad[name], HEADERS[name]] if HEADERS[name] else [bad[name]]
    return "\n".join([HEADERS[name], *rows] if HEADERS[name] else rows)


@pytest.mark.parametrize("name", HEADERS)
def test_a_large_table_is_read_as_a_small_one_is(settings, models, tmp_path, monkeypatch, name):
    path = tmp_path / name
    path.write_text(table(name, 3000), encoding="gb18030")
    found = []
    for least in (10**9, 100):
        monkeypatch.setattr(bulk, "LARGE", least)
        folder = tmp_path / str(least)
        folder.mkdir()
        (folder / "models").symlink_to(models)
        own = Settings(data_dir=folder)
        with open_corpus(own) as corpus:
            ingestor = build_ingestor(own, corpus)
            result = bring(ingestor, path)
            assert result.state == "indexed", result.error
            ((warning),) = result.warnings
            assert warning.startswith(f"row {1502 if HEADERS[name] else 1501}:")
            assert corpus.documents()[0].current.warnings == result.warnings
            metrics = [r.metric for r in corpus.latest_status("M-1")]
            found.append({(f"M-{i}", m): stored(corpus, f"M-{i}", m) for i in range(7) for m in metrics})
            assert bring(ingestor, path).state == "unchanged"
            corpus.remove_document(result.document, actor="lead")
            assert corpus.latest_status("M-1") == []
            ingestor.close()
    assert found[0] == found[1]
    assert sum(map(len, found[0].values())) == (5400 if name == "wide.csv" else 3000)


def test_a_large_table_without_a_good_row_leaves_nothing(ingestor, corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(bulk, "LARGE", 100)
    path = tmp_path / "broken.csv"
    path.write_text("设备编号,参数,数值,时间\n" + "M-1,压力,much,2026-03-01\n" * 100)
    result = bring(ingestor, path)
    assert result.state == "failed"
    assert "row 2" in result.error
    assert corpus.documents(retired=True) == []
