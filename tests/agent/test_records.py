"""Questions over the plant's own tables: rows by what stands in them, columns by what people call them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import Assistant, build_assistant
from agent.asking.metrics import missing_text
from corpus import Settings, open_corpus
from ingest import IngestOptions, build_ingestor

FILES = {
    "备件.csv": "物料编码,物料名称,规格,品牌,货位,结存数量,安全库存,计量单位,单价(元),适用设备\n"
    "XN-501,轧辊轴承,23134,铁姆肯,G-04,3,2,套,2150,1号压延机\n"
    "XN-502,刮刀片,1.2x60,赛维,G-05,0,4,片,88,1号压延机\n"
    "XN-510,密封垫,DN80,赛维,H-01,9,5,个,12,真空泵\n",
    "设备.csv": "资产编号,资产名称,规格型号,安装地点,责任人,联系方式,投产日期\n"
    "YY-1,1号压延机,XY-3,压延车间,罗海,7001,2016-08-01\n"
    "ZK-2,真空泵,2BE1,动力站,沈芳,7002,2019-03-15\n"
    "ZK-3,排气风机,4-72,动力站,沈芳,7002,2020-06-01\n",
    "监测.csv": "设备编号,参数,数值,单位,下限,上限,时间\n"
    "YY-1,辊面温度,86.5,°C,,80,2026-03-31 10:00\n"
    "ZK-2,排气压力,104,kPa,,120,2026-03-31 10:00\n"
    "ZK-2,轴承温度,61,°C,,75,2026-03-31 10:00\n",
    "报警.csv": "设备编号,报警代码,报警内容,发生时间,恢复时间\n"
    "ZK-2,V-31,真空度低,2026-03-02 08:15,2026-03-02 08:40\nZK-2,V-07,电机过载,2026-03-28 21:05,2026-03-28 21:20\n",
    "维修.csv": "工单号,日期,设备编号,故障现象,失效模式,原因,处理措施,维修人,停机(分钟)\n"
    "GD-0917,2026-02-11,YY-1,轧辊异响,磨损,轴承保持架断裂,更换轧辊轴承,罗海,210\n"
    "GD-0922,2026-03-03,ZK-2,泵盖漏水,泄漏,密封垫老化,更换密封垫，泵盖螺栓拧紧至 90 N·m,沈芳,60\n"
    "GD-0931,2026-03-20,YY-1,刮刀跳动,松动,压紧螺栓松,紧固压紧螺栓,沈芳,25\n",
    "2BE1.md": "---\ntitle: 2BE1真空泵维护手册\nmodels: 2BE1\n---\n\n# 2BE1真空泵维护手册\n\n## 3 更换密封垫\n\n"
    "1. 拆下泵盖。\n2. 换上新的密封垫 XN-510 和垫圈 XN-777。\n3. 泵盖螺栓拧紧至 60 N·m。\n",
}


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("mill")
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
    ("question", "holds", "table"),
    [
        ("1号压延机用哪些备件？", ["XN-501", "XN-502", "2 种"], "parts"),
        ("赛维的备件有哪些", ["XN-502", "XN-510"], "parts"),
        ("轧辊轴承多少钱一套？", ["单价(元): 2150"], "parts"),
        ("哪些备件要补货？", ["共 1 种", "XN-502"], "parts"),
        ("真空泵是哪年投产的？", ["投产日期: 2019-03-15"], "equipment"),
        ("沈芳负责哪些设备", ["ZK-2", "ZK-3", "2 台"], "equipment"),
        ("压延机辊面温度超了没有？", ["86.5 °C", "超出限值"], "readings"),
        ("What is the bearing temperature of ZK-2?", ["61 °C"], "readings"),
        ("真空泵轴承温度正常吗", ["61 °C", "在限值内"], "readings"),
        ("真空泵最近一次报警是什么时候", ["2026-03-28 21:05"], "alarms"),
        ("沈芳修过几次？", ["记录 2 次"], "cases"),
        ("GD-0917 是什么原因", ["轴承保持架断裂"], "cases"),
    ],
)
def test_a_question_is_answered_from_the_row(mill: Assistant, question: str, holds: list[str], table: str) -> None:
    answer = mill.ask(question)
    assert answer.state == "answered"
    assert [piece for piece in holds if piece not in answer.text] == [], answer.text
    assert table in {citation.place.record.table for citation in answer.citations if citation.place.record}


@pytest.mark.parametrize(
    ("question", "holds"),
    [("真空泵的吸入压力现在是多少？", "吸入压力"), ("XN-599 还有库存吗？", "XN-599"), ("GD-0999 是什么原因？", "")],
)
def test_what_no_record_holds_is_refused(mill: Assistant, question: str, holds: str) -> None:
    answer = mill.ask(question)
    assert answer.state == "no_answer"
    assert holds in answer.text


def test_a_fix_that_contradicts_the_maker_says_so(mill: Assistant) -> None:
    answer = mill.ask("真空泵泵盖漏水以前怎么修的？")
    assert "与厂家资料不一致" in answer.text
    assert any(citation.quote == "泵盖螺栓拧紧至 60 N·m。" for citation in answer.citations)


def test_the_parts_of_a_repair_are_checked_against_the_stock(mill: Assistant) -> None:
    answer = mill.ask("真空泵更换密封垫需要哪些备件，都齐吗？")
    assert "XN-510" in answer.text
    assert [part.part_number for part in answer.parts] == ["XN-510"]


@pytest.mark.parametrize(("asked", "said"), [
    ("上周油温最高多少", "CV-01 没有任何读数记录。"),
    ("highest oil temperature last week", "No readings of CV-01 are recorded."),
])  # fmt: skip
def test_a_machine_without_readings_has_no_list_of_them(asked: str, said: str) -> None:
    assert missing_text("CV-01", "oil temperature", [], asked) == said
