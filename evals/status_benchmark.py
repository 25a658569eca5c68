"""How fast readings go in and come out, beside SQLite's own bulk insert of the same rows in the same run.

The comparison is one statement of the driver over rows that are ready in memory, into a table under the key by which a
second import changes nothing, and once more into a table without any index. The import is the real one: a CSV file,
recognised by its header, checked row by row, idempotent, visible to questions.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from agent import build_assistant
from corpus import Corpus, Reading, Settings, load_settings, open_corpus
from ingest import IngestOptions, build_ingestor

_MACHINES, _METRICS = 50, 10
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_BATCH = 50_000
_PUSHED = 500_000
_HEADER = ("equipment", "metric", "timestamp", "value", "unit", "limit_low", "limit_high")
_QUESTIONS = (
    "CNC-03 现在状态怎么样？",
    "What does E-407 mean on CNC-03?",
    "主轴轴承还有库存吗？",
    "Which machines are beyond their limits?",
    "AC-01 的压力上一次是多少？",
    "How often was the spindle bearing replaced?",
)
Row = tuple[str, str, str, float, str, float, float]


def rows(count: int) -> Iterator[Row]:
    """Yield rows as a plant's historian exports them: every machine and metric at one time, then the next minute."""
    for i in range(count):
        minute, place = divmod(i, _MACHINES * _METRICS)
        machine, metric = divmod(place, _METRICS)
        at = (_BEGIN + timedelta(minutes=minute)).isoformat()
        yield f"M-{machine:02d}", f"metric {metric}", at, float(i % 977) / 10, "bar", 1.0, 90.0


def plain_insert(folder: Path, count: int, *, keyed: bool) -> float:
    """Return the rows a second of sqlite3's executemany, into a table with or without a unique key."""
    took = 0.0
    with closing(sqlite3.connect(folder / "plain.db")) as connection:
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE readings (equipment TEXT NOT NULL, "
            "metric TEXT NOT NULL, at TEXT NOT NULL, value REAL NOT NULL, unit TEXT, limit_low REAL, limit_high REAL);"
            + ("CREATE UNIQUE INDEX asset_metric_at ON readings (equipment, metric, at);" if keyed else "")
        )
        every = rows(count)
        while batch := list(islice(every, _BATCH)):
            began = time.perf_counter()
            with connection:
                connection.executemany("INSERT INTO readings VALUES (?,?,?,?,?,?,?)", batch)
            took += time.perf_counter() - began
    (folder / "plain.db").unlink()
    return count / took


def measure(count: int, plant: Path | None) -> dict[str, object]:
    """Import, push, then ask for the latest status and a day's curve of one machine; times in ms."""
    with tempfile.TemporaryDirectory(prefix="millhand-status-") as scratch:
        folder = Path(scratch)
        data = folder / "data"
        if plant:
            shutil.copytree(plant, data, ignore=shutil.ignore_patterns("*.sock", "owner.*"))
        plain = plain_insert(folder, count, keyed=True)
        bare = plain_insert(folder, count, keyed=False)
        export = folder / "historian.csv"
        with export.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEADER)
            writer.writerows(rows(count))
        settings = load_settings(data_dir=data)
        with open_corpus(settings) as corpus:
            before = _answers(settings, corpus) if plant else []
            imported = _import(settings, corpus, export, count)
            pushed = _push(corpus, count)
            last = _BEGIN + timedelta(minutes=(count - 1) // (_MACHINES * _METRICS))
            latest = [_milliseconds(partial(corpus.latest_status, f"M-{i:02d}")) for i in range(15)]
            day = [
                _milliseconds(partial(corpus.readings, f"M-{i:02d}", "metric 3", last - timedelta(days=1), last))
                for i in range(15)
            ]
            after = _answers(settings, corpus) if plant else []
        size = (data / "millhand.db").stat().st_size / 1e6
    found: dict[str, object] = {
        "readings": count,
        "import_rows_per_second": round(imported),
        "push_rows_per_second": round(pushed),
        "plain_rows_per_second": round(plain),
        "bare_rows_per_second": round(bare),
        "import_share_of_plain": round(imported / plain, 3),
        "push_share_of_plain": round(pushed / plain, 3),
        "latest_ms": round(statistics.median(latest), 1),
        "latest_worst_ms": round(max(latest), 1),
        "day_ms": round(statistics.median(day), 1),
        "day_worst_ms": round(max(day), 1),
        "database_mb": round(size),
    }
    if plant:
        slower = statistics.median(b / a for a, b in zip(before, after, strict=True)) - 1
        found |= {
            "question_ms_before": round(statistics.median(before), 1),
            "question_ms_after": round(statistics.median(after), 1),
            "questions_slower_by": round(slower, 3),
        }
    return found


def _import(settings: Settings, corpus: Corpus, export: Path, count: int) -> float:
    ingestor = build_ingestor(settings, corpus)
    began = time.perf_counter()
    result = ingestor.ingest([export], IngestOptions(), lambda _: None, "benchmark")[0]
    took = time.perf_counter() - began
    ingestor.close()
    if result.error or result.warnings:
        raise SystemExit(f"the import failed: {result.error or result.warnings}")
    return count / took


def _push(corpus: Corpus, count: int) -> float:
    """Return the rows a second of what a gateway pushes after the import, as records already made."""
    later = _BEGIN + timedelta(minutes=count // (_MACHINES * _METRICS) + 1) - _BEGIN
    batch = [
        Reading(tag, metric, value, datetime.fromisoformat(at) + later, unit, low, high)
        for tag, metric, at, value, unit, low, high in rows(min(count, _PUSHED))
    ]
    began = time.perf_counter()
    stored = corpus.add_readings(batch, actor="benchmark", source="made up")
    return stored / (time.perf_counter() - began)


def _answers(settings: Settings, corpus: Corpus) -> list[float]:
    """Return the time of each question, the best of five."""
    assistant = build_assistant(settings, corpus)
    for question in _QUESTIONS:
        assistant.ask(question, owner="benchmark")
    return [
        min(_milliseconds(partial(assistant.ask, question, owner="benchmark")) for _ in range(5))
        for question in _QUESTIONS
    ]


def _milliseconds(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--readings", type=int, default=5_000_000)
    parser.add_argument("--plant", type=Path, help="a data folder, of which a copy is asked before and after")
    given = parser.parse_args()
    print(json.dumps(measure(given.readings, given.plant)))


if __name__ == "__main__":
    main()
