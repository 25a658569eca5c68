"""How fast readings go in and come out, beside SQLite's own bulk insert of the same rows in the same run."""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from corpus import Reading, load_settings, open_corpus

_MACHINES, _METRICS = 50, 10
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def readings(count: int) -> Iterator[Reading]:
    """Yield readings as a plant's gateway sends them: every machine and metric at one time, then the next minute."""
    for i in range(count):
        minute, place = divmod(i, _MACHINES * _METRICS)
        machine, metric = divmod(place, _METRICS)
        yield Reading(
            f"M-{machine:02d}",
            f"metric {metric}",
            float(i % 977) / 10,
            _BEGIN + timedelta(minutes=minute),
            "bar",
            1.0,
            90.0,
        )


def plain_insert(folder: Path, count: int) -> float:
    """Return the rows a second of sqlite3's executemany into the same layout, in batches of the same size."""
    connection = sqlite3.connect(folder / "plain.db")
    connection.executescript(
        """PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;
        CREATE TABLE readings (id INTEGER PRIMARY KEY, equipment_key TEXT NOT NULL, equipment TEXT NOT NULL,
        metric TEXT NOT NULL, at TEXT NOT NULL, value REAL NOT NULL, unit TEXT, limit_low REAL, limit_high REAL,
        revision_id INTEGER NOT NULL, retired BOOLEAN NOT NULL);
        CREATE UNIQUE INDEX asset_metric_at ON readings (equipment_key, metric, at);
        CREATE INDEX revision ON readings (revision_id);"""
    )
    rows = [
        (r.equipment.replace("-", ""), r.equipment, r.metric, f"{r.at:%Y-%m-%d %H:%M:%S}.000000", r.value, r.unit,
         r.limit_low, r.limit_high, 0, False)
        for r in readings(count)
    ]  # fmt: skip
    began = time.perf_counter()
    for at in range(0, count, 50_000):
        with connection:
            connection.executemany(
                "INSERT INTO readings (equipment_key, equipment, metric, at, value, unit, limit_low, limit_high, "
                "revision_id, retired) VALUES (?,?,?,?,?,?,?,?,?,?)",
                rows[at : at + 50_000],
            )
    took = time.perf_counter() - began
    connection.close()
    return count / took


def measure(count: int) -> dict[str, float]:
    """Import, then ask for the latest status and a day's curve of one machine; times in ms, medians of 15."""
    with tempfile.TemporaryDirectory(prefix="millhand-status-") as scratch:
        plain = plain_insert(Path(scratch), count)
        Path(scratch, "plain.db").unlink()
        with open_corpus(load_settings(data_dir=Path(scratch) / "data")) as corpus:
            batch = list(readings(count))  # made before the clock starts, as the plain insert's rows are
            began = time.perf_counter()
            stored = corpus.add_readings(batch, actor="benchmark", source="made up")
            took = time.perf_counter() - began
            last = batch[-1].at
            latest = [_milliseconds(partial(corpus.latest_status, f"M-{i:02d}")) for i in range(15)]
            day = [
                _milliseconds(partial(corpus.readings, f"M-{i:02d}", "metric 3", last - timedelta(days=1), last))
                for i in range(15)
            ]
    return {
        "readings": stored,
        "rows_per_second": round(stored / took),
        "plain_rows_per_second": round(plain),
        "share_of_plain": round(stored / took / plain, 3),
        "latest_ms": round(sorted(latest)[7], 1),
        "latest_worst_ms": round(max(latest), 1),
        "day_ms": round(sorted(day)[7], 1),
        "day_worst_ms": round(max(day), 1),
    }


def _milliseconds(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=5_000_000)
    print(json.dumps(measure(parser.parse_args().readings)))


if __name__ == "__main__":
    main()
