"""The demonstration: loaded once, with readings of now, and taken up again where it was cut off."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import corpus.samples.today as today
from corpus import Settings
from ui.house import House, open_house
from ui.serving import bring_in_samples


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plant of the equipment, its readings, its alarms and one guide."""
    small = tmp_path / "plant"
    (small / "tables").mkdir(parents=True)
    for name in ("设备台账.csv", "运行状态.csv", "报警记录.csv"):
        shutil.copy(today.PLANT / "tables" / name, small / "tables")
    (small / "manifest.csv").write_text("file,title\nguide.md,Belt guide\n")
    (small / "guide.md").write_text("# Belts\n\nTension the belt of the conveyor.\n")
    monkeypatch.setattr(today, "PLANT", small)
    return small


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    with open_house(settings) as opened:
        yield opened


def sources(house: House) -> list[str]:
    return sorted(one.source for document in house.corpus.documents(retired=True) for one in document.revisions)


def test_readings_are_of_now_and_nothing_is_loaded_twice(plant: Path, house: House) -> None:
    bring_in_samples(house)
    newest = house.corpus.latest_status("CNC-03")
    assert newest
    assert not any(reading.stale for reading in newest)
    assert max(datetime.now(house.settings.zone) - reading.at for reading in newest) < timedelta(minutes=10)
    assert {alarm.code for alarm in house.corpus.alarms("CNC-03", active=True)} == {"E-407"}
    loaded = sources(house)
    assert loaded == ["guide.md", "报警记录.csv", "设备台账.csv", "运行状态.csv"]
    bring_in_samples(house)
    assert sources(house) == loaded


def test_an_interrupted_load_goes_on_with_what_is_missing(plant: Path, house: House) -> None:
    guide = (plant / "guide.md").read_text()
    (plant / "guide.md").unlink()
    bring_in_samples(house)
    (plant / "guide.md").write_text(guide)
    bring_in_samples(house)
    assert sources(house) == ["guide.md", "报警记录.csv", "设备台账.csv", "运行状态.csv"]
