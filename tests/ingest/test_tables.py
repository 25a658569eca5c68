"""Tables are recognised by their headers, typed row by row, and bad rows are named."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from corpus import Alarm, Equipment, MachineState, Page, Part, Reading, RepairCase, Unreadable
from ingest.readers import Block, ParsedFile
from ingest.tables import Table, TableKind, read_table

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def table(*sheets: str, wanted: TableKind | None = None) -> Table | None:
    blocks = []
    for sheet in sheets:
        rows = tuple(tuple(line.split("|")) for line in sheet.strip().splitlines())
        blocks.append(Block("table", rows=rows, row_numbers=tuple(range(1, len(rows) + 1))))
    parsed = ParsedFile(None, "zh", (Page(None, "", ""),), tuple(blocks))
    return read_table(parsed, wanted=wanted, zone=ZONE, as_of=NOW)


def test_chinese_stock_under_a_title_row() -> None:
    found = table(
        "备件库存 盘点日期：2026-03-31||||||\n备件编号|备件名称|规格型号|库位|现有库存|最小库存|采购周期\n"
        "6205-2RS|轴承|25×52×15|A-03-2|12|4|2周\n|无号|||1||\nP-9|密封圈||B-1|三个|2|10天"
    )
    assert found is not None
    assert found.kind == "parts"
    (part,) = found.records
    assert isinstance(part, Part)
    assert (part.part_number, part.bin, part.on_hand, part.minimum, part.lead_time) == (
        "6205-2RS", "A-03-2", 12, 4, 14
    )  # fmt: skip
    assert part.as_of == datetime(2026, 3, 31, tzinfo=ZONE)
    assert (found.chunks[0].row, found.chunks[0].record) == (3, 0)
    assert "库位: A-03-2" in found.chunks[0].text
    assert [warning.split(":")[0] for warning in found.warnings] == ["row 4", "row 5"]


def test_a_title_row_with_the_day_in_a_cell_of_its_own_is_no_header() -> None:
    found = table(
        "某厂备件库存表|||盘点日期：2026-03-31||\n备件编号|备件名称|规格型号|库位|现有库存|最小库存\nP-9|密封圈|Φ40|B-1|3|2"
    )
    assert found is not None
    (part,) = found.records
    assert isinstance(part, Part)
    assert part.as_of == datetime(2026, 3, 31, tzinfo=ZONE)
    assert found.chunks[0].text.startswith("备件编号: P-9 | 备件名称: 密封圈")


def test_english_stock() -> None:
    found = table("Part No.|Description|On hand|Reorder point|Lead time (days)|Fits\nX-1|Seal|3|5|21|AXR-20, BCV-650")
    assert found is not None
    part = found.records[0]
    assert isinstance(part, Part)
    assert (part.name, part.minimum, part.lead_time, part.fits) == ("Seal", 5, 21, ("AXR-20", "BCV-650"))
    assert part.as_of == NOW


@pytest.mark.parametrize(
    ("header", "cell", "days"),
    [
        ("采购周期(天)", "30", 30),
        ("采购周期", "45", 45),
        ("采购周期(周)", "6", 42),
        ("Lead time (weeks)", "3", 21),
        ("货期", "2个月", 60),
    ],
)
def test_a_lead_time_is_in_the_unit_that_its_header_or_cell_names(header: str, cell: str, days: float) -> None:
    found = table(f"备件编号|备件名称|现有库存|{header}\nP-9|密封圈|4|{cell}")
    assert found is not None
    (part,) = found.records
    assert isinstance(part, Part)
    assert part.lead_time == days


@pytest.mark.parametrize("header", ["影响生产时间(小时)", "停线时间（小时）", "Lost production (h)"])
def test_lost_production_is_downtime(header: str) -> None:
    found = table(f"日期|设备|故障现象|{header}\n2026-03-02|KD-1|漏汽|2.5")
    assert found is not None
    (case,) = found.records
    assert isinstance(case, RepairCase)
    assert case.downtime == 150


@pytest.mark.parametrize("header", ["Labour (h)", "Man-hours (h)", "实际工时（小时）"])
def test_hours_of_work_are_the_duration_of_a_case(header: str) -> None:
    found = table(f"Date|Asset|Fault observed|Downtime (h)|{header}\n2026-03-02|KD-1|Door leaks|2|1.5")
    assert found is not None
    (case,) = found.records
    assert isinstance(case, RepairCase)
    assert (case.downtime, case.duration) == (120, 90)


def test_the_unit_that_supplies_is_the_supplier_and_no_unit_of_measure() -> None:
    found = table("件号|品名|实存|警戒库存|计量单位|供货单位\nP-9|密封圈|4|6|只|莱宝")
    assert found is not None
    (part,) = found.records
    assert isinstance(part, Part)
    assert (part.supplier, part.unit, part.minimum) == ("莱宝", "只", 6)


def test_tags_that_repeat_are_the_machines_whatever_their_column_is_called() -> None:
    found = table(
        "单元|报警号|报警信息|触发时间|消除时间\nDL-1|F-101|水温高|2026-11-01 08:00|2026-11-01 08:20\n"
        "ZX-1|P07|压力低|2026-11-02 09:00|\nDL-1|F-101|水温高|2026-11-03 10:00|\nZX-1|P07|压力低|2026-11-04 11:00|"
    )
    assert found is not None
    assert found.kind == "alarms"
    assert {record.equipment for record in found.records if isinstance(record, Alarm)} == {"DL-1", "ZX-1"}


def test_equipment_alarms_and_cases() -> None:
    found = table("设备编号|名称|型号|负责人|联系电话\nCNC-03|立式加工中心|VMC-850|王磊|8123")
    assert found is not None
    assert found.records == (Equipment("CNC-03", "立式加工中心", "VMC-850", owner="王磊", contact="8123"),)
    found = table("tag|name_zh|name_en|model|phone\nBE01|提升机|Bucket elevator|NSE400|6209")
    assert found is not None
    assert found.records == (Equipment("BE01", "提升机 Bucket elevator", "NSE400", contact="6209"),)
    found = table("equipment|code|start|end\nCNC-03|E-07|2026-03-31 08:00|")
    assert found is not None
    assert found.records == (Alarm("CNC-03", "E-07", datetime(2026, 3, 31, 8, tzinfo=ZONE)),)
    found = table(
        "设备|故障现象|原因|处理措施|停机时间(分钟)|处理人|日期\nCNC-03|异响|轴承磨损|更换|95|李工|2026/3/1\nCNC-03|漏油|N/A|紧固|10|李工|"
    )
    assert found is not None
    case = found.records[0]
    assert isinstance(case, RepairCase)
    assert isinstance(found.records[1], RepairCase)
    assert found.records[1].cause is None
    assert (case.symptom, case.downtime, case.by, case.row) == ("异响", 95, "李工", 2)


def test_readings_in_long_and_wide_form_are_the_same() -> None:
    long = table(
        "设备编号|参数|数值|单位|时间\nCNC-03|主轴温度|61.5|℃|2026-03-31 08:00\nCNC-03|振动|2.1|mm/s|2026-03-31 08:00"
    )
    wide = table("设备编号|时间|主轴温度(℃)|振动（mm/s）\nCNC-03|2026-03-31 08:00|61.5|2.1")
    assert long is not None
    assert wide is not None
    assert long.kind == wide.kind == "status"
    assert long.records == wide.records
    assert isinstance(wide.records[0], Reading)
    assert wide.chunks == ()


def test_a_row_of_readings_may_tell_of_the_machine_as_a_whole() -> None:
    found = table(
        "time|tag|signal|value|unit|state|active alarm\n"
        "2026-03-31 08:00|EB-01|glue temp|88|°C|STOPPED|F122, F6\n"
        "2026-03-31 08:00|EB-01|panels|146|pcs|STOPPED|F122, F6\n"
        "2026-03-31 08:01|CP-01|net|7.1|bar|RUNNING|"
    )
    assert found is not None
    states = [record for record in found.records if isinstance(record, MachineState)]
    assert [(one.equipment, one.state, [a.code for a in one.alarms or ()]) for one in states] == [
        ("EB-01", "STOPPED", ["F122", "F6"]),
        ("CP-01", "RUNNING", []),
    ]
    assert len([record for record in found.records if isinstance(record, Reading)]) == 3


@pytest.mark.parametrize(
    ("level", "message", "codes"),
    [
        ("ALARM", "G-17 Hot-melt not up to temperature", ["G-17"]),
        ("报警", "油压接近下限", ["油压接近下限"]),
        ("ALARM", "HIGH", None),
        ("OK", "cleaned on Monday", None),
    ],
)
def test_the_level_of_a_reading_is_no_state_of_the_machine(level: str, message: str, codes: list[str] | None) -> None:
    found = table(f"time|tag|signal|value|unit|state|message\n2026-03-31 08:00|VA-1|temp|107|°C|{level}|{message}")
    assert found is not None
    states = [record for record in found.records if isinstance(record, MachineState)]
    assert [(one.state, [a.code for a in one.alarms or ()]) for one in states] == (
        [] if codes is None else [(None, codes)]
    )


def test_a_list_of_machines_may_call_their_tags_numbers() -> None:
    found = table(
        "编号|名称|型号|厂家|区域|位置|负责人\nLC-01|激光切割机|RF-3015H|锐锋|钣金|A1|李伟\nAC-08|空压机|SK-37|Aerotek|站房|A3|邓立新"
    )
    assert found is not None
    assert found.kind == "equipment"
    machine = found.records[1]
    assert isinstance(machine, Equipment)
    assert (machine.tag, machine.model, machine.owner) == ("AC-08", "SK-37", "邓立新")


def test_a_list_of_parts_stays_one() -> None:
    found = table("编号|名称|型号|位置|数量\nP-10|轴承|6205|A-1|3\nP-11|油封|30x42|A-2|1")
    assert found is not None
    assert found.kind == "parts"


def test_work_orders_may_be_headed_as_people_speak() -> None:
    found = table(
        "wo|date|tag|reported|finding|action|hours|technician\n"
        "WO-7103|2026-03-04|TP-201|F031 at station 17|Brake plug swollen|36 plugs replaced|5.5|J. Brandt\n"
        "WO-7118|2026-03-11|PW-501|AL16 behind RO|O-ring torn|O-ring replaced|4|D. Kranz"
    )
    assert found is not None
    assert found.kind == "cases"
    case = found.records[0]
    assert isinstance(case, RepairCase)
    assert (case.work_order, case.symptom, case.cause, case.action, case.by) == (
        "WO-7103", "F031 at station 17", "Brake plug swollen", "36 plugs replaced", "J. Brandt"
    )  # fmt: skip
    assert case.date is not None
    assert case.duration == 330


@pytest.mark.parametrize(
    "rows",
    [
        "when|machine|what was wrong|what we found|what we did|parts|who|hours down\n"
        "2024-09-11|OV-201|loud squeal|bearing dry|greased|none|Graham|1.5\n"
        "2024-10-02|MX-101|black specks|seal hard|new seal|HF-S12 x1|Zhou Lin|5",
        "哪天|哪台|啥毛病|查出来是啥|咋修的|谁修的|停了多久|换了啥\n"
        "2024-09-11|烤炉 OV-201|叫得响|轴承干了|打黄油|Graham|1小时30分|没换\n"
        "2024-10-02|MX-101|有黑点|油封硬了|换油封|Zhou Lin|5小时|HF-S12 1只",
    ],
)
def test_a_log_of_repairs_may_be_headed_by_questions(rows: str) -> None:
    found = table(rows)
    assert found is not None
    assert found.kind == "cases"
    case = found.records[0]
    assert isinstance(case, RepairCase)
    assert (case.equipment, case.by, case.downtime, case.date and case.date.day) == ("OV-201", "Graham", 90, 11)
    assert all((case.symptom, case.cause, case.action))


def test_a_machine_may_stand_under_its_own_name() -> None:
    found = table(
        "tag|machine|model|maker|hall|person in charge|phone\nMX-101|Dough mixer 1|HF-SM240|Hefeng|A|Zhou|4112"
    )
    assert found is not None
    machine = found.records[0]
    assert isinstance(machine, Equipment)
    assert (machine.tag, machine.name, machine.owner) == ("MX-101", "Dough mixer 1", "Zhou")


def test_a_status_table_may_hold_readings_states_and_alarms() -> None:
    found = table(
        "time|tag|item|value|unit|alarm\n2025-06-09 06:00|OV-201|state|heating||\n"
        "2025-06-09 07:30|OV-201|zone 1 temp|212|C|\n2025-06-09 07:40|OV-201|alarm|||F07 flame lost\n"
        "2025-06-09 08:10|OV-201|alarm cleared|||F07"
    )
    assert found is not None
    assert found.warnings == ()
    states = [record for record in found.records if isinstance(record, MachineState)]
    told = [(one.state, [alarm.code for alarm in one.alarms or ()]) for one in states if one.state or one.alarms]
    assert told == [("heating", []), (None, ["F07"])]
    assert states[-1].alarms == ()
    assert [record.value for record in found.records if isinstance(record, Reading)] == [212]


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        ("类型|项目|值", ("状态|运行状态|待料", "读数|油温|54", "报警|E36 走带张力低|", "报警恢复|E36|")),
        ("type|item|value", ("state|待料|", "reading|油温|54", "alarm|alarm code|E36 走带张力低", "alarm|E36|cleared")),
        ("类型|内容|数值", ("状态|待料|1", "读数|油温|54", "故障|走带张力低|E36", "故障|走带张力低|已恢复")),
    ],
)
def test_a_log_may_say_in_a_column_what_its_rows_are(names: str, rows: tuple[str, ...]) -> None:
    lines = [f"2026-06-01 08:0{minute}|TB-02|{row}|℃" for minute, row in enumerate(rows)]
    found = table("\n".join([f"time|asset|{names}|unit", *lines]))
    assert found is not None
    assert found.warnings == ()
    states = [record for record in found.records if isinstance(record, MachineState)]
    told = [(one.state, one.alarms and [alarm.code for alarm in one.alarms]) for one in states]
    assert told == [("待料", None), (None, ["E36"]), (None, ())]
    assert states[1].alarms
    assert states[1].alarms[0].text in ("E36 走带张力低", "走带张力低")
    assert [(r.metric, r.value, r.unit) for r in found.records if isinstance(r, Reading)] == [("油温", 54, "℃")]


def test_what_was_reported_is_known_by_what_stands_there() -> None:
    found = table(
        "job|day|asset|story|action|by\n"
        "J-1|2026-03-04|TP-201|weight varies after cleaning|gap set|Ivanov\n"
        "J-2|2026-03-11|PW-501|loop pump weeps at the seal|seal replaced|Kranz"
    )
    assert found is not None
    assert found.kind == "cases"
    assert [record.symptom for record in found.records if isinstance(record, RepairCase)] == [
        "weight varies after cleaning", "loop pump weeps at the seal"
    ]  # fmt: skip


def test_a_number_of_something_is_no_reading() -> None:
    """Numbers such as WO-7103 and written texts stand in no table of readings."""
    found = table(
        "time|tag|ref|remark of the shift|next step|h\n"
        "2026-03-04 08:00|TP-201|WO-7103|swollen by cleaning water|order a new plug today|5.5\n"
        "2026-03-11 08:00|PW-501|WO-7118|housing 2 torn on the inside|look again tomorrow|4"
    )
    assert found is None or not [record for record in found.records if isinstance(record, Reading)]


def test_a_table_may_tell_nothing_but_what_machines_do() -> None:
    found = table(
        "tag|state|since|remark\nTP-201|stopped|2026-07-29 09:12|waiting for mechanic\n"
        "BLP-301|changeover|2026-07-29 07:55|format 10x14\nPW-501|running|2026-07-26 23:10|AUTO"
    )
    assert found is not None
    states = [record for record in found.records if isinstance(record, MachineState)]
    assert [(one.equipment, one.state, one.at.day) for one in states] == [
        ("TP-201", "stopped", 29), ("BLP-301", "changeover", 29), ("PW-501", "running", 26)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "minutes"),
    [
        ("cleared 14:40", 18),
        ("cleared 00:10", 588),  # past midnight
        ("已恢复", 0),
        ("closed 2026-07-27 15:22 by Lin", 60),
        ("cleared on Monday", 0),
        ("active", None),
        ("not cleared", None),
        ("未恢复", None),
        ("", None),
    ],
)
def test_an_alarm_ends_when_its_state_says_so(state: str, minutes: int | None) -> None:
    found = table(f"time|tag|alarm|text|state\n2026-07-27 14:22|BLP-301|E15|Water flow low|{state}")
    assert found is not None
    alarm = found.records[0]
    assert isinstance(alarm, Alarm)
    assert (alarm.until and (alarm.until - alarm.since).total_seconds() / 60) == minutes


def test_alarm_and_state_may_be_rows_of_their_own() -> None:
    found = table(
        "asset|metric|value|unit|time\nEC-1|active_alarm|C5||2026-05-18 07:41\nEC-1|state|running||2026-05-18 07:41\n"
        "EC-1|fan vibration|6.8|mm/s|2026-05-18 07:41\nEC-2|active_alarm|none||2026-05-18 07:41"
    )
    assert found is not None
    assert found.warnings == ()
    states = [record for record in found.records if isinstance(record, MachineState)]
    assert [(one.equipment, one.state, one.alarms and one.alarms[0].code) for one in states] == [
        ("EC-1", None, "C5"),
        ("EC-1", "running", None),
        ("EC-2", None, ()),
    ]


def test_alarms_may_have_a_plain_time() -> None:
    found = table("时间|设备|代码|内容|状态\n2024-11-18 09:36|DC-11|W204|除尘压差高|未确认")
    assert found is not None
    assert found.kind == "alarms"


@pytest.mark.parametrize("day", ["2026-07-27", "2026/7/27", "2026年7月27日", "27.07.2026", "7/27/2026"])
def test_day_and_time_may_stand_in_columns_of_their_own(day: str) -> None:
    found = table(
        f"日期|时间|恢复时间|设备|代码|内容\n{day}|23:58|00:04|DC-11|W204|除尘压差高\n{day}|11:58:30||DC-11|W205|温度高"
    )
    assert found is not None
    assert found.warnings == ()
    first, second = (record for record in found.records if isinstance(record, Alarm))
    assert first.since == datetime(2026, 7, 27, 23, 58, tzinfo=ZONE)
    assert first.until == datetime(2026, 7, 28, 0, 4, tzinfo=ZONE)
    assert second.since == datetime(2026, 7, 27, 11, 58, 30, tzinfo=ZONE)
    wide = table(f"date|time|tag|temp (°C)\n{day}|06:00|DC-11|54\n{day}|06:10|DC-11|55")
    assert wide is not None
    assert [r.at.minute for r in wide.records if isinstance(r, Reading)] == [0, 10]
    assert {r.metric for r in wide.records if isinstance(r, Reading)} == {"temp"}


def test_a_time_without_a_day_is_of_the_day_in_the_title() -> None:
    found = table("早班点检 2024-11-08|||||\n位号|状态|测点|读数|单位|时间\nRTO-01|运行|炉膛温度|803|℃|06:20")
    assert found is not None
    assert [r.at for r in found.records if isinstance(r, Reading)] == [datetime(2024, 11, 8, 6, 20, tzinfo=ZONE)]


def test_readings_taken_on_a_round_are_readings_and_a_remark_may_stand_beside() -> None:
    found = table(
        "点检读数与状态|2024-11-06 早班||||||\n位号|状态|测点|读数|单位|抄表时间|抄表人|说明\n"
        "DR-02|降负荷|送风温度|97|℃|06:25|高翔|7 号搅拌风机坏\nMX-01|封存|—|—|—|—|冯大勇|自 10 月 12 日封存"
    )
    assert found is not None
    assert found.kind == "status"
    assert [(r.equipment, r.metric, r.value, r.at) for r in found.records if isinstance(r, Reading)] == [
        ("DR-02", "送风温度", 97, datetime(2024, 11, 6, 6, 25, tzinfo=ZONE))
    ]


def test_every_sheet_of_a_workbook_counts() -> None:
    found = table("设备编号|名称|型号\nA-1|压机|HP-2", "备件编号|名称|库存\nP-1|阀|2\nP-2|泵|1", "色号|用途\n红|停机")
    assert found is not None
    assert (found.kind, len(found.records)) == ("parts", 3)
    assert [chunk.record for chunk in found.chunks] == [0, 1, 2]
    assert [block.rows[0] for block in found.rest] == [("色号", "用途")]


def test_what_is_no_known_table() -> None:
    assert table("红|蓝\n1|2") is None
    with pytest.raises(Unreadable, match="no table of parts"):
        table("红|蓝\n1|2", wanted="parts")
