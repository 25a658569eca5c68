"""Questions over many records as one query: conditions by what stands in the tables, figures, extremes, groups."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import Assistant, build_assistant
from agent.querying.remaining import Remaining
from corpus import Settings, open_corpus
from ingest import IngestOptions, build_ingestor

FILES = {
    "stock.csv": "Item No.,Description,Brand,Vendor,Bin,Qty on hand,Reorder level,UoM,Unit price (EUR),Used on,"
    "Lead time (weeks)\n"
    "71-100,Debarking knife,Valon,Nordic Parts,A1-03,14,12,pcs,48,Debarker,3\n"
    "71-110,Rotor bearing,SKF,Bearing House,A2-01,1,2,pcs,310,Debarker,2\n"
    "71-120,Cutterhead bearing,SKF,Bearing House,C1-02,2,4,pcs,142,Planer,6\n"
    "71-130,Wheel bearing,FAG,Bearing House,B1-04,0,2,pcs,195,Band saw,2\n"
    "71-140,Timing belt,Gates,Chain Co,C1-04,3,2,pcs,57,Planer,1\n",
    "设备.csv": "设备编号,设备名称,型号,车间,责任人\n"
    "DB-1,Debarker,VK-550,Log yard,Baker\nPL-1,Planer,HM-30,Planing shop,Novak\n"
    "KD-1,Drying kiln 1,HB-120,Kiln yard,Silva\nKD-2,Drying kiln 2,HB-120,Kiln yard,Silva\n",
    "orders.csv": "WO No.,Date opened,Asset,Problem description,Failure type,Cause,Action taken,Technician,"
    "Downtime (h),Labour (h),Work type,Cost (EUR),Shift\n"
    "4001,2026-01-12,DB-1,Rotor bearing noisy,Wear,Bearing worn out,Replaced rotor bearing,Anna Weber,"
    "3,2,CM,310,Night\n"
    "4002,2026-02-20,PL-1,Knife change,Planned,Scheduled,Changed planer knives,Steve Hall,1,1,PM,90,Day\n"
    "4003,2026-02-24,PL-1,Cutterhead vibration,Wear,Bearing play,Replaced cutterhead bearing,Anna Weber,"
    "7.5,6,CM,640,Night\n"
    "4004,2026-03-02,KD-1,Door leaking steam,Leak,Door gasket torn,Replaced door gasket,Steve Hall,2,1.5,CM,75,Day\n"
    "4005,2026-03-09,KD-2,Door leaking steam,Leak,Door gasket torn,Replaced door gasket,Anna Weber,4,3.5,CM,75,Day\n",
    "alarms.csv": "Raised at,Cleared at,Asset,Alarm ID,Message,Priority\n"
    "2026-02-03 08:00,2026-02-03 08:40,DB-1,D12,Rotor overload,High\n"
    "2026-03-05 10:00,2026-03-05 10:10,DB-1,D12,Rotor overload,High\n"
    "2026-03-07 22:00,2026-03-08 00:30,PL-1,P21,Infeed jam,Low\n2026-03-09 07:15,,KD-2,K05,Fan motor trip,High\n",
    "trend.csv": "Timestamp,Asset,Parameter,Value,Unit,Low limit,High limit\n"
    "2026-03-09 06:00,KD-1,Dry bulb temperature,68.2,degC,60,72\n"
    "2026-03-09 06:00,KD-2,Dry bulb temperature,65.1,degC,60,72\n2026-03-09 06:00,PL-1,Vibration,2.6,mm/s,,4.5\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def sawmill(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("sawmill")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "data").mkdir()
    (folder / "data" / "models").symlink_to(models)
    settings = Settings(data_dir=folder / "data")
    with open_corpus(settings) as corpus:
        ingestor = build_ingestor(settings, corpus)
        results = ingestor.ingest([folder / name for name in FILES], IngestOptions(), lambda _: None, "test")
        ingestor.close()
        assert {result.source: result.error for result in results if result.error} == {}
        yield build_assistant(settings, corpus)


@pytest.mark.parametrize(
    ("question", "holds", "lacks"),
    [
        # conditions: any value of any column, a row of bins, a figure compared with, what is not wanted
        ("What do we have from SKF?", ["71-110", "71-120", "2 parts"], ["71-130", "71-140"]),
        ("Bearing House 供的有哪些件", ["71-110", "71-120", "71-130"], ["71-100"]),
        ("Which parts are below minimum in bin row C?", ["71-120"], ["71-110", "71-130", "71-140"]),
        ("A区货架上哪些备件低于最小库存", ["71-110"], ["71-100", "71-120"]),
        ("which parts have a lead time over 4 weeks?", ["71-120"], ["71-100", "71-110"]),
        ("单价超过150欧的备件", ["71-110", "71-130"], ["71-100", "71-120"]),
        ("list the bearings not from SKF", ["71-130"], ["71-110", "71-120"]),
        ("哪些件一个都没有了", ["71-130"], ["71-110"]),
        ("how many planer knives were changed?", ["recorded 1 times"], []),
        ("work orders over 6 hours downtime", ["4003"], ["4001", "4005"]),
        # figures, extremes, groups, orders
        ("最贵的备件是哪个", ["单价最高 310 EUR", "71-110"], ["71-120"]),
        ("Cheapest part we stock?", ["48 EUR", "71-100"], ["71-140"]),
        ("total stock value of everything in rack C", ["455 EUR"], []),
        ("SKF 的轴承一共多少个", ["合计 3 pcs"], ["71-130"]),
        ("how many leaks since March", ["recorded 2 times"], []),
        ("泄漏类的故障一共停了多少小时", ["360 分钟（6 小时）"], []),
        ("Anna Weber 修了几次", ["记录 3 次"], []),
        ("total cost of repairs on the planer", ["730 EUR"], []),
        ("哪个月停机最长", ["2026-02 510 分钟（8.5 小时）"], []),
        ("who did the most jobs?", ["Anna Weber 3"], []),
        ("停机最长的是哪一单", ["450 分钟", "4003"], ["4001"]),
        ("how many breakdowns did the planer have?", ["recorded 1 times"], []),
        ("what was the cause of the last cutterhead repair?", ["Bearing play"], ["Bearing worn out"]),
        ("how many high priority alarms since March?", ["2 alarms"], []),
        ("现在还有哪几条报警没解除", ["K05"], ["D12", "P21"]),
        ("which machine had the most alarms?", ["DB-1 2"], []),
        ("top 2 machines by downtime", ["PL-1 510 min", "KD-2 240 min"], []),
        ("how many corrective jobs did Steve Hall do?", ["recorded 1 times"], []),
        # what the equipment list says of the machine, a value by its column's name or in the other language
        ("how many work orders on the HB-120 machines in the kiln yard?", ["recorded 2 times"], []),
        ("刨床修过几次", ["记录 2 次"], []),
        ("夜班一共修了几单", ["记录 2 次"], []),
        ("how many alarms with priority low?", ["1 alarm"], []),
        # rankings called otherwise, dates behind Chinese words
        ("KD-1 and KD-2: which one was repaired more often?", ["KD-1 1", "KD-2 1"], []),
        ("what is the most frequent failure type?", ["Leak 2", "Wear 2"], []),
        ("哪个件采购最慢", ["71-120", "42 天"], ["71-100"]),
        ("告警三月以来有几次", ["报警 3 次"], []),
        ("what do we pay for a timing belt?", ["57"], ["71-130"]),
        ("which shift had the most jobs?", ["By Shift: Day 3, Night 2"], []),
        ("停机时间合计最长的设备", ["PL-1 510 分钟"], []),
        ("how many repairs took a machine down for more than 3.5 hours?", ["recorded 2 times"], []),
        ("完全没有库存的件", ["71-130"], ["71-110", "71-140"]),
        ("低于警戒库存的轴承有几种", ["备件共 3 种"], []),
        ("单价三百块以上的备件", ["71-110"], ["71-130"]),
        ("刨床振动是怎么处理的", ["Replaced cutterhead bearing"], ["Changed planer knives"]),
        ("失效类型里哪种最多", ["Leak 2", "Wear 2"], []),
        ("debarking knife 堆在哪里", ["A1-03"], []),
        ("71-130 还要补多少个才到最小库存", ["2 pcs"], []),
        ("low alarms since the beginning of March?", ["1 alarm"], []),
        ("how many more rotor bearings do we need to reach the reorder level?", ["1 pcs"], []),
        ("烘干 KD-1 修过几次", ["记录 1 次"], []),
        # readings: wholly understood, or compared between machines
        ("What's the vibration limit on the planer?", ["4.5 mm/s"], []),
        ("振动允许的上限是多少", ["4.5 mm/s"], []),
        ("两台 drying kiln 现在哪台温度高", ["最高：KD-1"], []),
        ("How often was the vibration of PL-1 over its limit in March 2026?", ["0 beyond limits"], []),
        ("which kiln is hotter?", ["Highest: KD-1 Dry bulb temperature: 68.2 degC"], []),
    ],
)
def test_a_question_is_one_query(sawmill: Assistant, question: str, holds: list[str], lacks: list[str]) -> None:
    answer = sawmill.ask(question)
    assert answer.state == "answered", answer.text
    assert [piece for piece in holds if piece not in answer.text] == [], answer.text
    assert [piece for piece in lacks if piece in answer.text] == [], answer.text


@pytest.mark.parametrize(
    ("question", "unheard"),
    [
        ("how many gearbox repairs did the planer have?", "gearbox"),
        ("how many alarms did the forklift shed raise in March?", "shed"),
        ("全厂有多少次电缆维修？", "电缆"),
    ],
)
def test_no_count_leaves_a_condition_out(sawmill: Assistant, question: str, unheard: str) -> None:
    answer = sawmill.ask(question)
    assert answer.state == "no_answer", answer.text
    assert unheard in answer.text
    assert "recorded" not in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "Which of our spare parts goes out of date first?",
        "How often was alarm D99 raised?",
        "报废率最高的备件是哪个",
        "SKF 垫圈的库存总价值",
    ],
)
def test_what_no_record_tells_is_not_answered_by_a_neighbour(sawmill: Assistant, question: str) -> None:
    answer = sawmill.ask(question)
    assert answer.state == "no_answer", answer.text


@pytest.mark.parametrize(
    ("written", "figures"),
    [
        ("三十天", "30天"),
        ("一百二十分钟", "120分钟"),
        ("1.5万元", "15000元"),
        ("两千三百块", "2300块"),
        ("十二个月", "12个月"),
    ],
)
def test_chinese_numbers_are_read_as_figures(written: str, figures: str) -> None:
    assert Remaining(written).text == figures


def test_a_part_of_another_name_is_not_in_stock(sawmill: Assistant) -> None:
    assert sawmill.ask("do we have a hydraulic bearing pump in stock?").state == "no_answer"


def test_a_time_in_the_next_turn_takes_the_place_of_the_first(sawmill: Assistant) -> None:
    first = sawmill.ask("how many repairs were there in January 2026?")
    assert "recorded 1 times" in first.text
    assert "recorded 2 times" in sawmill.ask("and in March?", conversation=first.conversation).text


def test_the_next_turn_asks_the_same_of_another_machine(sawmill: Assistant) -> None:
    first = sawmill.ask("How many breakdowns did DB-1 have in 2026?")
    answer = sawmill.ask("and KD-2?", conversation=first.conversation)
    assert "recorded 1 times" in answer.text
    assert "4005" in answer.text


@pytest.mark.parametrize("question", ["How tight is the wheel bearing of the saw?", "换一次锯机轴承的油要加多少？"])
def test_a_figure_of_a_page_is_no_count_of_records(sawmill: Assistant, question: str) -> None:
    answer = sawmill.ask(question)
    assert "71-130" not in answer.text
    assert not any(said in answer.text for said in ("recorded", "记录"))


def test_a_number_that_nothing_has_is_told_whole(sawmill: Assistant) -> None:
    assert "71-999" in sawmill.ask("How many 71-999 are in stock?").text


def test_a_condition_is_told_as_it_was_typed(sawmill: Assistant) -> None:
    assert "bearings" in sawmill.ask("Which bearings are below minimum?").text
    assert "SKV" in sawmill.ask("Which SKV bearings are below minimum?").text


def test_as_many_machines_as_asked_for_are_ranked(sawmill: Assistant) -> None:
    assert "PL-1 2" in sawmill.ask("Which two machines had the most repairs in 2026?").text


def test_a_machine_with_a_question_of_its_own_does_not_ask_the_last_one_again(sawmill: Assistant) -> None:
    first = sawmill.ask("Is 71-110 in stock, and in which bin?")
    answer = sawmill.ask("What is KD-1 doing right now?", conversation=first.conversation)
    assert "Dry bulb temperature" in answer.text
    assert "71-110" not in answer.text
