"""The plant's stores on a real SQLite."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corpus.database import Database
from corpus.domain import Alarm, Equipment, Part, Reading, Rendered, RepairCase
from corpus.errors import NotFound
from corpus.library.glossary import load_glossary
from corpus.plant.cases import CaseStore
from corpus.plant.equipment import EquipmentStore, _stands_at
from corpus.plant.parts import PartStore
from corpus.plant.status import StatusStore
from corpus.settings import Settings

NOW = datetime.now(UTC).replace(microsecond=0)
RECORDS = [
    Equipment("CNC-03", "3号加工中心 Machining centre 3", "HX-V850"),
    Equipment("CNC-031", "Spare spindle stand", "HX-V850"),
    Equipment("AC-01", "1号空压机 Compressor 1", "KS-37A"),
    Part("HX-8100-0231", "主轴轴承", "Spindle bearing", "7014C", "A-01", 1, 4, "pcs", fits=("HX-V850",)),
    Part("HX-8100-0231", "主轴轴承", "Spindle bearing", "7014C", "B-07", 9, 4, "pcs", fits=("HX-V850",)),
    Part("KS-2200-0010", "空气滤芯", "Air filter element", None, "C-02", 0, 2, "pcs", fits=("KS-37A",), row=7),
    Reading("AC-01", "温度", 95.0, NOW - timedelta(hours=3), "°C", None, 110.0),
    Reading("AC-01", "压力", 7.1, NOW - timedelta(minutes=5), "bar"),
    Alarm("AC-01", "E-07", NOW - timedelta(hours=2)),
    RepairCase("CNC-03", "主轴异响", "轴承磨损", "更换轴承", code="E-407", date=NOW - timedelta(days=9), row=3),
    RepairCase("AC-01", "Pressure does not build up", "Clogged filter", "Replaced it", code="E-07", date=NOW),
]


@pytest.fixture
def settings(tmp_path: Path):
    return Settings(data_dir=tmp_path)


@pytest.fixture
def database(settings):
    database = Database(settings)
    yield database
    database.close()


@pytest.fixture
def stores(database, settings):
    return EquipmentStore(database), PartStore(database), StatusStore(database, settings), CaseStore(database)


def save(database, stores, records, revision=1):
    with database.write() as session:
        return [store.save(session, records, revision, "plant.xlsx") for store in stores]


@pytest.fixture
def plant(database, stores):
    save(database, stores, RECORDS)
    return stores


def test_save_returns_the_ids_of_its_own_records(database, stores):
    equipment, parts, status, cases = save(database, stores, RECORDS)
    assert (set(equipment), set(parts), set(status), set(cases)) == ({0, 1, 2}, {3, 4, 5}, {8}, {9, 10})


@pytest.mark.parametrize("tag", ["CNC-03", "cnc03", "ＣＮＣ－０３", "cnc 03"])
def test_a_tag_is_found_in_any_spelling(plant, tag):
    assert plant[0].one(tag).tag == "CNC-03"
    assert [m.tag for m in plant[0].named_in(f"请问{tag}怎么了?")] == ["CNC-03"]


def test_a_longer_tag_is_another_machine(plant):
    assert [m.tag for m in plant[0].named_in("CNC-031 stopped")] == ["CNC-031"]
    with pytest.raises(NotFound):
        plant[0].one("CNC-99")


@pytest.mark.parametrize("text", ["1号空压机停了", "why did compressor 1 stop"])
def test_a_machine_is_found_by_its_whole_name(plant, text):
    assert [m.tag for m in plant[0].named_in(text)] == ["AC-01"]


@pytest.mark.parametrize("text", ["11号空压机停了", "why did compressor 12 stop"])
def test_a_name_with_another_number_is_another_machine(plant, text):
    assert plant[0].named_in(text) == []


def test_a_nickname_of_two_characters_is_one_but_not_inside_other_words():
    machine = Equipment("RB-21", "清漆喷涂机器人(左)", "PX-7", nickname="小左、大链")
    assert _stands_at("小左现在啥情况", machine, None) == 0
    assert _stands_at("那个大链多少米", machine, None) == 2
    assert _stands_at("最小左右偏差多少，放大链轮", machine, None) is None


@pytest.mark.parametrize("query", ["hx81000231 在哪", "HX-8100-0231", "stock of ＨＸ－８１００－０２３１?"])
def test_a_part_number_wins(plant, query):
    assert {p.bin for p in plant[1].find(query, names=None, limit=9)} == {"A-01", "B-07"}


@pytest.mark.parametrize("query", ["空气滤芯", "air filter"])
def test_parts_by_words(plant, query):
    (found,) = plant[1].find(query, names=None, limit=9)
    assert (found.part_number, found.row, found.source) == ("KS-2200-0010", 7, "plant.xlsx")


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("which bin is the spindle bearing in", "HX-8100-0231"),
        ("which bin holds the filter element for air", "KS-2200-0010"),
        ("主轴的轴承放在哪", "HX-8100-0231"),
    ],
)
def test_parts_are_found_by_what_they_are_called_in_either_language(plant, query, number):
    glossary = load_glossary(Path("nowhere"))
    terms, left = glossary.terms(query)
    found = plant[1].spoken([*terms, *(Rendered((word,), ()) for word in left)], names=None, limit=9)
    assert {part.part_number for part in found} == {number}


def test_half_of_a_parts_name_has_to_be_said(plant):
    assert plant[1].spoken([Rendered(("filter",), ())], names=None, limit=9) == []


def test_a_part_is_called_by_its_whole_name(plant):
    said = [Rendered(("spindl",), (("主轴",),)), Rendered(("bear",), (("轴承",),))]
    assert {part.part_number for part in plant[1].called(said)} == {"HX-8100-0231"}
    assert plant[1].called(said[:1]) == []


def test_a_past_fix_is_found_by_the_code_that_its_symptom_names(database, stores):
    save(database, stores, [RepairCase("AC-01", "A170 every morning", "Pipe broken", "Replaced", date=NOW)])
    (found,) = stores[3].find("", equipment=None, model=None, code="a-170", limit=5)
    assert found.cause == "Pipe broken"
    assert stores[3].find("", equipment=None, model=None, code="A171", limit=5) == []


def test_parts_nothing_matches_and_reorder(plant):
    assert plant[1].find("hydraulic accumulator", names=None, limit=9) == []
    assert [p.bin for p in plant[1].below_minimum(names=None)] == ["C-02"]  # ten bearings lie in two bins
    assert [p.bin for p in plant[1].below_minimum(names=("KS-37A",))] == ["C-02"]
    assert plant[1].below_minimum(names=("HX-V850",)) == []
    (bearing,) = plant[1].stocks(plant[1].find("HX-8100-0231", names=None, limit=9))
    assert (bearing.on_hand, bearing.minimum, bearing.unit, len(bearing.lines)) == (10, 4, "pcs", 2)


def test_latest_marks_stale(plant):
    assert {r.metric: r.stale for r in plant[2].latest("ac01", metric=None)} == {"温度": True, "压力": False}
    assert [r.value for r in plant[2].latest("AC-01", metric="压力")] == [7.1]


def test_an_alarm_imported_again_gets_its_end(database, plant):
    assert len(plant[2].alarms("AC-01", active=True, limit=9)) == 1
    save(database, plant, [Alarm("AC-01", "E-07", NOW - timedelta(hours=2), NOW)], 2)
    assert plant[2].alarms("AC-01", active=True, limit=9) == []
    assert len(plant[2].alarms(None, active=False, limit=9)) == 1


def test_an_alarm_in_another_spelling_is_the_same_alarm(database, plant):
    save(database, plant, [Alarm("ac01", "e07", NOW - timedelta(hours=2), NOW)], 2)
    assert len(plant[2].alarms(None, active=False, limit=9)) == 1


def test_cases(plant):
    assert [c.code for c in plant[3].find("主轴异响", equipment=None, model=None, code=None, limit=5)] == ["E-407"]
    assert [c.equipment for c in plant[3].find("", equipment="ac01", model=None, code="e07", limit=5)] == ["AC-01"]
    assert [c.row for c in plant[3].find("", equipment=None, model="hxv850", code=None, limit=5)] == [3]
    assert len(plant[3].find("", equipment=None, model=None, code=None, limit=5)) == 2


def test_forget_and_revive(database, plant):
    with database.write() as session:
        for store in plant:
            store.forget(session, 1)
    assert not plant[0].all()
    assert not plant[1].all()
    assert not plant[2].latest("AC-01", metric=None)
    assert not plant[2].alarms(None, active=False, limit=9)
    assert not plant[3].find("", equipment=None, model=None, code=None, limit=9)
    with database.write() as session:
        for store in plant:
            store.revive(session, 1)
    assert len(plant[1].all()) == 3


def test_a_newer_import_takes_the_line_over(database, plant):
    save(database, plant, [Part("hx 8100 0231", "主轴轴承", bin="A-01", on_hand=6)], 2)
    with database.write() as session:
        plant[1].forget(session, 1)
    assert [(p.bin, p.on_hand) for p in plant[1].all()] == [("A-01", 6)]


def test_many_readings(database, plant):
    many = [Reading(f"M-{i % 10}", f"metric {i % 5}", float(i), NOW - timedelta(minutes=i)) for i in range(100_000)]
    for _ in ("first", "again"):
        save(database, plant, many, 3)
    assert len(plant[2].latest("M-1", metric=None)) == 1
    assert len(plant[2].readings("M-1", "metric 1", NOW - timedelta(minutes=100), NOW)) == 10


def test_pushed_readings_are_idempotent_and_thinned_to_what_was_measured(database, plant):
    status = plant[2]
    hour = datetime(2026, 1, 5, 8, tzinfo=UTC)
    pushed = [
        Reading("HP-01", "pressure", float(v), hour + timedelta(minutes=m)) for m, v in enumerate([5, 9, 1, 7, 3])
    ]
    assert status.add(pushed) == 5
    status.add([*pushed, Reading("hp01", "pressure", 2.0, hour + timedelta(hours=2))])
    everything = status.readings("HP-01", "pressure", hour, hour + timedelta(days=1))
    assert [r.value for r in everything] == [5, 9, 1, 7, 3, 2]
    assert status.thin(hour + timedelta(hours=1), None) == 3
    kept = status.readings("HP-01", "pressure", hour, hour + timedelta(days=1))
    assert [(r.value, r.at.minute) for r in kept] == [(9, 1), (1, 2), (2, 0)]
    assert status.thin(hour, hour + timedelta(hours=1)) == 2


def test_a_transaction_that_fails_leaves_nothing_that_the_next_one_trusts(database, plant):
    reading = Reading("NEW-01", "pressure", 5.0, NOW)

    def failing() -> None:
        with database.write() as session:
            plant[2].save(session, [reading], 7, "a.csv")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert plant[2].latest("NEW-01", metric=None) == []
    assert plant[2].add([reading]) == 1
    assert [r.value for r in plant[2].latest("NEW-01", metric=None)] == [5.0]


def test_readings_of_the_earlier_layout_are_brought_over(tmp_path):
    import sqlite3

    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    from corpus.database import MIGRATIONS, Database

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{tmp_path / 'millhand.db'}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "imports")
    engine.dispose()
    old = sqlite3.connect(tmp_path / "millhand.db")
    old.executemany(
        "INSERT INTO readings (equipment_key, equipment, metric, at, value, unit, limit_low, limit_high, revision_id, "
        "retired) VALUES (?,?,?,?,?,?,?,?,?,?)",
        [
            ("HP01", "HP-01", "油压", "2026-03-01 08:00:00.250000", 5.5, "bar", 1.0, None, 3, 0),
            ("HP01", "hp01", "油压", "2026-03-01 08:01:00.000000", 6.5, None, None, 9.0, 0, 0),
            ("HP01", "HP-01", "油压", "2026-03-01 08:02:00.000000", 7.5, "bar", None, None, 4, 1),
        ],
    )
    old.commit()
    old.close()
    database = Database(Settings(data_dir=tmp_path))
    status = StatusStore(database, Settings(data_dir=tmp_path))
    first = datetime(2026, 3, 1, 8, 0, 0, 250000, tzinfo=UTC)
    found = status.readings("HP-01", "油压", first, first + timedelta(hours=1))
    assert [(r.equipment, r.value, r.at, r.unit, r.limit_low, r.limit_high, r.id) for r in found] == [
        ("HP-01", 5.5, first, "bar", 1.0, None, 1),
        ("hp01", 6.5, datetime(2026, 3, 1, 8, 1, tzinfo=UTC), None, None, 9.0, 2),
    ]
    with database.write() as session:
        status.revive(session, 4)
    assert status.latest("HP-01", metric="油")[0].value == 7.5
    database.close()
