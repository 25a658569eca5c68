"""Counts and times over cases, readings and alarms, on a real SQLite."""

from datetime import UTC, datetime, timedelta

import pytest

from corpus.database import Database
from corpus.domain import Alarm, CaseFilter, Equipment, Part, Reading, RepairCase
from corpus.plant.cases import CaseStore
from corpus.plant.equipment import EquipmentStore
from corpus.plant.figures import CaseFigureStore
from corpus.plant.history import StatusHistory
from corpus.plant.parts import PartStore
from corpus.plant.status import StatusStore
from corpus.settings import Settings

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def case(day, tag="AC-01", mode="Oil Leak", **fields):
    given = {"work_order": f"W{day}{tag}{mode}", "date": DAY + timedelta(days=day), "failure_mode": mode}
    return RepairCase(tag, f"{mode} at the compressor", **(given | fields))


RECORDS = [
    Equipment("AC-01", "Chiller 1", "KS-37A"),
    Equipment("AC-02", "Chiller 2", "KS-37A"),
    case(0, duration=60.0, by="Li", parts=("P-100", "P-200"), preventive=False, downtime=90.0),
    case(10, duration=120.0, by="Zhou", parts=("P-100",), preventive=False),
    case(200, by="Li", preventive=False),
    case(5, mode="Oil Analysis", preventive=True, duration=30.0),
    case(6, tag="AC-02", mode="Oil Analysis", preventive=True),
    case(7, tag="AC-02", mode="Vibration Analysis", preventive=True, date=None),
    *(
        Reading("AC-01", "压力 pressure", 7.0 + i, DAY + timedelta(hours=i), "bar", 6.5, 9.5)
        for i in (1, 3, 0, 2)
    ),
    Alarm("AC-01", "E-07", DAY, DAY + timedelta(minutes=30), "pressure"),
    Alarm("AC-01", "e07", DAY + timedelta(days=1), DAY + timedelta(days=1, minutes=90)),
    Alarm("AC-01", "E-07", DAY + timedelta(days=2)),
    Alarm("AC-02", "W-12", DAY, DAY + timedelta(minutes=5)),
    Part("P-100", "Seal", bin="A", on_hand=2, minimum=5, unit="pcs", fits=("KS-37A",)),
    Part("P-100", "Seal", bin="B", on_hand=1, minimum=5, unit="pcs", fits=("KS-37A",)),
    Part("P-900", "Belt", bin="A", on_hand=2, unit="pcs", fits=("AC-02",)),
]  # fmt: skip


@pytest.fixture
def plant(tmp_path):
    settings = Settings(data_dir=tmp_path)
    database = Database(settings)
    cases, status, parts = CaseStore(database), StatusStore(database, settings), PartStore(database)
    machines = EquipmentStore(database)
    with database.write() as session:
        for store in (machines, parts, status, cases):
            store.save(session, RECORDS, 1, "plant.xlsx")
    yield CaseFigureStore(database, cases), StatusHistory(database, status), parts, machines, database, status
    database.close()


def test_times_are_of_failures_only_and_say_of_how_many(plant):
    figures = plant[0].figures(CaseFilter(equipment="ac01"))
    assert (figures.count, figures.corrective, figures.preventive) == (4, 3, 1)
    assert (figures.mean_time_to_repair, figures.repaired_of) == (90.0, 2)
    assert (figures.mean_time_between_failures, figures.intervals) == (100.0, 2)
    assert figures.repeats == 1  # ten days after the first; the one 190 days later is another failure
    assert figures.by == (("Li", 2), ("Zhou", 1))
    assert figures.parts == (("P-100", 2), ("P-200", 1))
    assert (figures.downtime, figures.downtime_of) == (90.0, 1)
    assert figures.causes == ()


def test_what_was_not_recorded_has_no_figure(plant):
    figures = plant[0].figures(CaseFilter(equipment="AC-02"))
    assert (figures.count, figures.undated) == (2, 1)
    assert (figures.mean_time_to_repair, figures.mean_time_between_failures, figures.downtime) == (None, None, None)
    assert (figures.by, figures.actions) == ((), ())


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (CaseFilter(model="KS-37A"), 6),
        (CaseFilter(model="KS-37A", preventive=True), 3),
        (CaseFilter(since=DAY + timedelta(days=6), until=DAY + timedelta(days=11)), 2),
        (CaseFilter(by="zhou"), 1),
        (CaseFilter(part="p100"), 2),
        (CaseFilter(failure_modes=("oil analysis",)), 2),
        (CaseFilter(words=("vibrat",)), 1),
        (CaseFilter(equipment="AC-09"), 0),
    ],
)
def test_conditions(plant, wanted, count):
    assert plant[0].figures(wanted).count == count


@pytest.mark.parametrize("asked", ["How often was the oil of chiller 1 analysed?", "count the oil analyses"])
def test_a_failure_mode_is_found_in_other_forms_of_its_words(plant, asked):
    assert plant[0].modes_in(asked, CaseFilter()) == ["Oil Analysis"]
    assert plant[0].modes_in("how often did it leak oil", CaseFilter()) == ["Oil Leak"]
    assert plant[0].modes_in("how often was the belt changed", CaseFilter()) == []


def test_groups(plant):
    assert [(k, f.count) for k, f in plant[0].grouped(CaseFilter(), "failure_mode")] == [
        ("Oil Leak", 3), ("Oil Analysis", 2), ("Vibration Analysis", 1),
    ]  # fmt: skip
    assert [(k, f.count) for k, f in plant[0].grouped(CaseFilter(), "model")] == [("KS-37A", 6)]
    assert [(k, f.count) for k, f in plant[0].grouped(CaseFilter(equipment="AC-01"), "month")] == [
        ("2026-03", 3), ("2026-09", 1),
    ]  # fmt: skip


def test_status_over_time(plant):
    history = plant[1]
    (extremes,) = history.extremes("AC-01", metric="pressure", since=DAY, until=DAY + timedelta(hours=3))
    assert (extremes.lowest.value, extremes.highest.value, extremes.count, extremes.mean) == (7.0, 9.0, 3, 8.0)
    (whole,) = history.extremes("AC-01", metric=None, since=None, until=None)
    assert (whole.highest.value, whole.beyond_limits) == (10.0, 1)
    assert [r.value for r in history.at("AC-01", DAY + timedelta(minutes=90), metric=None)] == [8.0]
    assert history.at("AC-01", DAY - timedelta(minutes=1), metric=None) == []
    assert [r.value for r in history.beyond_limits(None)] == [10.0]
    assert history.extremes("AC-02", metric=None, since=None, until=None) == []


def test_alarms_are_counted_with_their_durations(plant):
    first, second = plant[1].alarm_figures(None, code=None, since=None, until=None)
    assert (first.equipment, first.count, first.standing, first.minutes, first.longest) == ("AC-01", 3, 1, 120.0, 90.0)
    assert (second.code, second.minutes) == ("W-12", 5.0)
    (day,) = plant[1].alarm_figures("AC-01", code="E-07", since=DAY + timedelta(hours=1), until=DAY + timedelta(days=2))
    assert day.count == 1


def test_stock_over_bins_and_where_a_part_is_used(plant):
    parts, machines = plant[2], plant[3].all()
    (seal,) = parts.stocks(parts.find("p100", names=None, limit=9))
    assert (seal.on_hand, seal.minimum, len(seal.lines)) == (3, 5, 2)
    assert len(parts.below_minimum(names=None)) == 2
    assert [m.tag for m in parts.used_on("P-100", machines)] == ["AC-01", "AC-02"]
    assert [m.tag for m in parts.used_on("P-900", machines)] == ["AC-02"]
