"""Machines as people call them: by part of a name, in the other language, several in one breath."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import build_assistant
from agent.asking.machines import machines_meant, named_apart
from agent.asking.question import read_question
from agent.asking.renaming import renamed, with_articles
from agent.asking.titles import names_in, titled
from agent.tools.manuals import manual_tools
from corpus import Corpus, Equipment, Settings, open_corpus
from ingest import IngestOptions, build_ingestor

MACHINES = [
    Equipment("IM-07", "注塑机", "HR-220e"),
    Equipment("IM-09", "注塑机", "HR-160e"),
    Equipment("BM-03", "双工位吹塑机", "MC-75L/2"),
    Equipment("CH-415", "氦检灌注站", "HLC-6"),
    Equipment("CV-310", "总装输送线（伺服升降）", "LTX-40"),
    Equipment("DR-11", "Desiccant dryer", "DX-150"),
    Equipment("DC-201", "Flat-bed die cutter", "HRM-1060"),
    Equipment("VA-401", "Central vacuum pump set", "CV 250"),
    Equipment("VA-404", "Air receiver 2000 l", "AR-2000"),
    Equipment("CH-90", "Chiller of the coating line", "KW-90"),
    Equipment("FBG-101", "Fluid bed granulator", "FLB-300"),
    Equipment("AHU-04", "Air handling unit", "ZK-18"),
    Equipment("CF-301A", "卧螺离心脱水机", "LWD-450", nickname="大离心机A"),
    Equipment("CF-301B", "卧螺离心脱水机", "LWD-450", nickname="大离心机B"),
    Equipment("211-CR01", "颚式破碎机 Jaw crusher", "JX-1208"),
    Equipment("CT-01", "冷床", "DP-2", nickname="冷床"),
    Equipment("PP-02", "贴片机二号", "MX-240"),
    Equipment("PP-03", "贴片机三号", "MX-240L"),
]
FILES = {
    "设备台账.csv": (
        "equipment,name,model,owner,contact\n"
        "IM-07,注塑机,HR-220e,罗建国,分机 6107\nIM-09,注塑机,HR-160e,罗建国,分机 6107\n"
        "BM-03,双工位吹塑机,MC-75L/2,邓丽华,分机 6215\n"
    ),
    "HR-220e manual.md": (
        "# HR-220e manual\n\n## Hydraulics\n\nThe tank holds 310 litres of hydraulic oil HLP 46.\n\n"
        "Hydraulic hoses are replaced after 6 years at the latest.\n\n"
        "## Alarms\n\nA170 means that the central lubrication has no pressure. Fill the grease cartridge.\n\n"
        "| Code | Meaning | Remedy |\n|---|---|---|\n| E10 | Print mark lost | Film runs off: centre it |\n"
    ),
    "MC-75L 说明书.md": (
        "# MC-75L 吹塑机说明书\n\n## 液压\n\n液压油箱容量为 85 升，使用 L-HM46 液压油。\n\n"
        "液压软管满 5 年必须更换。\n\n## 停机\n\n停机超过 2 小时，关闭全部加热。\n\n"
        "## 报警\n\n| 代码 | 含义 | 处理 |\n|---|---|---|\n| E10 | 油滤堵塞 | 更换滤芯 |\n"
    ),
    "运行状态.csv": (
        "equipment,metric,value,unit,limit_low,limit_high,time\n"
        "IM-07,oil temperature,53.5,°C,42,50,2026-06-18 07:30\nBM-03,牵引速度,212,m/min,0,320,2026-06-18 07:30\n"
    ),
    "维修案例.csv": (
        "equipment,symptom,cause,action,by,date\n"
        'IM-07,A170 every morning,Plastic pipe broken,"Pipe replaced, line vented",S. Okafor,2023-11-08\n'
    ),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Corpus]:
    folder, data = tmp_path_factory.mktemp("shop"), tmp_path_factory.mktemp("data")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (data / "models").symlink_to(models)
    settings = Settings(data_dir=data)
    with open_corpus(settings) as corpus:
        ingestor = build_ingestor(settings, corpus)
        assert all(not one.error for one in ingestor.ingest([folder], IngestOptions(), lambda _: None, "test"))
        ingestor.close()
        yield corpus


def told(shop: Corpus, question: str) -> str:
    return build_assistant(shop.settings, shop).ask(question).text or ""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("吹塑机怎么停机", ["BM-03"]),
        ("灌注机跳 M18", ["CH-415"]),
        ("氦检站的真空泵油", ["CH-415"]),
        ("输送线的站号", ["CV-310"]),
        ("the dryer shows Er 3", ["DR-11"]),
        ("MC-75L 的模头", ["BM-03"]),  # its series
        ("oil press on die cutter right now", ["DC-201"]),  # the last words of its name
        ("where is the vacuum pump?", ["VA-401"]),
        ("who checks the air receiver", ["VA-404"]),  # without its size
        ("is the chiller on", ["CH-90"]),  # not what it belongs to
        ("大离心机B那次振动", ["CF-301B"]),  # what the shop floor calls it
        ("离心机 B 的黄油", ["CF-301B"]),  # the letter of its tag
        ("ahu was shaking in april", ["AHU-04"]),  # the letters of its tag, which no other has
        ("the cf pump", []),  # ... but two are CF
        ("CR01 trips", ["211-CR01"]),  # its tag without the area
        ("颚破三角带", ["211-CR01"]),
        ("冷床下来的料", ["CT-01"]),  # two characters, of which the last is one of machines
        ("三号贴片机是哪个型号", ["PP-03"]),
        ("the sensor of the loader", []),
        ("the cooler is blocked", []),
    ],
)
def test_a_machine_is_meant_by_part_of_its_name(text: str, meant: list[str]) -> None:
    assert [machine.tag for machine in machines_meant(text, MACHINES).machines] == meant


def test_a_part_of_a_name_may_be_told_in_the_other_language() -> None:
    text = renamed("the blow moulder stops", MACHINES, [("blow moulder", (("吹塑", "塑机"),))])
    assert [machine.tag for machine in machines_meant(text, MACHINES).machines] == ["BM-03"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("granulator says E06, whats up", ["FBG-101"]),
        ("E05 again, granulator won't start", ["FBG-101"]),
        ("Granulator gasket", ["FBG-101"]),
        ("the granulator is blocked", ["FBG-101"]),
        ("a new granulator gasket", []),
    ],
)
def test_a_machine_may_be_called_by_one_word_without_an_article(text: str, meant: list[str]) -> None:
    assert [machine.tag for machine in machines_meant(with_articles(text, MACHINES), MACHINES).machines] == meant


def test_a_machine_may_be_called_as_its_manual_is_titled() -> None:
    titles = {
        "BLF-620": ("BLF-620 log furnace manual", "BLF-620_log_furnace_manual"),
        "HJ-18": ("HJ-18挤压机使用说明书",),
    }
    assert names_in("BLF-620", titles["BLF-620"]) == ("log furnace",)
    assert names_in("VF-16", ("VF-16型热压成型机",)) == ("热压成型机",)
    machines = titled([Equipment("BF-01", "长棒加热炉", "BLF-620"), Equipment("EX-01", "卧式压机", "HJ-18")], titles)
    for text, tag in (("flame rods of the log furnace", "BF-01"), ("挤压机主缸压力", "EX-01")):
        assert [machine.tag for machine in machines_meant(text, machines).machines] == [tag]
    for title in (
        "when it goes wrong, and how we clean it",
        "Operating and Maintenance Manual",
        "主轴过热与振动维修指南",
    ):
        assert names_in("PHE-1", (title,)) == ()


@pytest.mark.parametrize(
    ("forms", "called"),
    [
        ((("卧螺", "螺离", "离心", "心机"),), "卧螺离心脱水机"),  # but for the characters within
        ((("卧式", "式机"),), "decanter"),  # too little
        ((("air", "handl", "unit"),), "Air handling unit"),  # what means the same in its own language
    ],
)
def test_a_machine_may_have_another_name_of_the_same_meaning(forms: tuple[tuple[str, ...], ...], called: str) -> None:
    text = renamed("oil of the decanter", MACHINES, [("decanter", forms)])
    assert text.replace("the the", "the") == f"oil of the {called}"


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("吹塑机和灌注机的真空泵", ["BM-03", "CH-415"]),
        ("which is hotter, the HR-220e or the MC-75L?", ["IM-07", "BM-03"]),
        ("注塑机和吹塑机的软管", []),  # which of the two injection moulding machines?
        ("吹塑机的软管", []),
    ],
)
def test_several_machines_are_meant_where_each_is_named(text: str, tags: list[str]) -> None:
    assert [machine.tag for machine in named_apart(text, MACHINES)] == tags


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("注塑机的液压油是什么牌号", "IM-07"),  # of the two only one has a manual
        ("注塑机报 A170 是什么意思", "IM-07"),
        ("注塑机现在的油温正常吗", "IM-07"),  # ... or readings
    ],
)
def test_of_several_machines_the_one_that_is_known_of_is_meant(shop: Corpus, text: str, tag: str) -> None:
    machine = read_question(shop, text, None, None, ()).machine
    assert machine is not None
    assert machine.tag == tag


def test_one_question_about_two_machines_is_answered_for_each(shop: Corpus) -> None:
    answer = told(shop, "注塑机和吹塑机的液压软管分别最多用几年？")
    assert answer.index("IM-07") < answer.index("6 years") < answer.index("BM-03") < answer.index("满 5 年")


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("who do I ring about the blow moulder?", "6215"),
        ("吹塑机坏了找谁", "邓丽华"),
        ("we had that A170 in the mornings before, how was it fixed?", "line vented"),
        ("注塑机一箱液压油多少升？", "310 litres"),  # not the oil's temperature
        ("How hot is the oil of IM-07?", "53.5 °C"),
    ],
)
def test_what_is_asked_of_a_machine_is_told(shop: Corpus, question: str, says: str) -> None:
    assert says in told(shop, question)


@pytest.mark.parametrize(
    ("question", "says_not"),
    [
        ("What is the current screw speed of BM-03?", "212"),  # another speed is what is measured
        ("When was the last oil change on IM-07?", "310"),
        ("A170 一直不消会不会停机，多久？", "0 次"),
    ],
)
def test_what_is_not_on_record_is_not_told(shop: Corpus, question: str, says_not: str) -> None:
    assert says_not not in told(shop, question)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What does A170 mean on BM-03?", "those for HR-220e do"),
        ("吹塑机报 A170", "它在 HR-220e 的资料里"),
        ("上次换 BM-03 的模头是哪天？", "记录 0 次"),
    ],
)
def test_what_only_another_machine_has_is_refused_and_said(shop: Corpus, question: str, says: str) -> None:
    answer = build_assistant(shop.settings, shop).ask(question)
    assert answer.state == "no_answer"
    assert says in (answer.text or "")


@pytest.mark.parametrize(
    "question", ["what was wrong with IM-07 in Nov '23, the morning thing?", "IM-07 23年11月那次是什么原因"]
)
def test_a_past_repair_is_found_by_its_month(shop: Corpus, question: str) -> None:
    assert "Plastic pipe broken" in told(shop, question)
    assert "downtime" not in told(shop, question)


def test_what_was_measured_on_a_day_is_no_figure_of_a_manual(shop: Corpus) -> None:
    assert "53.5 °C" in told(shop, "What was the oil temp of IM-07 on 18 June?")  # of the last year on record
    answer = build_assistant(shop.settings, shop).ask("What was the oil pressure of IM-07 on 18 June?")
    assert answer.state == "no_answer"


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("E10 keeps losing the print mark", "Film runs off"),
        ("E10 油滤堵了", "更换滤芯"),
    ],
)
def test_the_symptom_tells_whose_code_it_is(shop: Corpus, question: str, says: str) -> None:
    assert says in told(shop, question)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("alarm 10 on IM-07, what now", "Film runs off"),
        ("BM-03报10 怎么处理", "更换滤芯"),
        ("error code 10 on the blow moulder", "更换滤芯"),
    ],
)
def test_a_code_told_without_its_letters_is_the_one_that_the_machine_has(
    shop: Corpus, question: str, says: str
) -> None:
    assert says in told(shop, question)


@pytest.mark.parametrize(
    ("query", "read"),
    [("what does E10 mean", False), ("what has to be done where E10 comes up after the film ran off", True)],
)
def test_a_code_and_little_else_is_answered_by_its_entry_and_not_read(shop: Corpus, query: str, read: bool) -> None:
    (search, *_) = manual_tools(shop)
    call = {"type": "tool_call", "id": "1", "name": search.name, "args": {"query": query}}
    told = search.invoke(call).artifact.answering
    plain = shop.answering(query, list(shop.passages()), read=False).scores
    assert told
    assert (told != {one: plain[one] for one in told}) == read


@pytest.mark.parametrize("question", ["alarm 11 on IM-07", "IM-07 报10号润滑油", "IM-07 报警 10 次"])
def test_other_figures_get_no_letters(shop: Corpus, question: str) -> None:
    assert "E10" not in read_question(shop, question, None, None, ()).own


def test_a_code_of_two_models_without_a_symptom_is_asked_back(shop: Corpus) -> None:
    assert build_assistant(shop.settings, shop).ask("E10 just came up").state == "clarify"


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("where is the blow moulder and who is on it?", "邓丽华"),
        ("how much grease did they put in IM-07 in November 2023", "Pipe replaced"),  # what was done then
        ("吹塑机牵引速度6月18号多少", "212 m/min"),
        ("IM-07 上次早上老是报警是怎么修好的", "Pipe replaced"),  # in the other language, by its meaning
    ],
)
def test_what_a_plant_knows_of_a_machine_comes_from_its_records(shop: Corpus, question: str, says: str) -> None:
    assert says in told(shop, question)


def test_a_screw_is_no_screw_compressor() -> None:
    both = [Equipment("C-101", "1号氨螺杆压缩机组", "NSX-220"), Equipment("C-102", "2号氨螺杆压缩机组", "NSX-220")]
    one = machines_meant("2号螺杆机现在油温多少度", both).one
    assert one is not None
    assert one.tag == "C-102"
    assert machines_meant("2号螺丝多大扭矩", both).one is None
