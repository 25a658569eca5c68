"""Copies the demonstration plant with its readings and alarms moved in time, so that a demonstration is not stale."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

PLANT = Path(__file__).parent / "plant"
TIMED = {"运行状态.csv": ("时间",), "报警记录.csv": ("发生时间", "恢复时间")}
_FORM = "%Y-%m-%d %H:%M"


def plant_files() -> list[Path]:
    """Return the plant's documents and tables: all of its files but the manifest."""
    return sorted(path for path in PLANT.rglob("*") if path.is_file() and path.name != "manifest.csv")


def copy_plant(target: Path, now: datetime, *, without: Collection[str] = ()) -> Path:
    """Copy the plant below `target` so that its last reading is of `now`; returns `target`.

    `now` is the plant's wall clock. Files named in `without` stay away; nothing else is changed.
    Raises OSError when a file cannot be read or written.
    """
    shift = now.replace(tzinfo=None, second=0, microsecond=0) - _last_reading()
    for path in [*plant_files(), PLANT / "manifest.csv"]:
        if path.name in without:
            continue
        copy = target / path.relative_to(PLANT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        columns = TIMED.get(path.name)
        if columns is None:
            shutil.copyfile(path, copy)
            continue
        rows = _rows(path)
        for row in rows:
            row.update({name: f"{_time(row[name]) + shift:{_FORM}}" for name in columns if row[name]})
        with copy.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
    return target


def _last_reading() -> datetime:
    path = next(path for path in plant_files() if path.name == "运行状态.csv")
    return max(_time(row["时间"]) for row in _rows(path))


def _time(text: str) -> datetime:
    return datetime.strptime(text, _FORM)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
