"""Tables of parts, equipment, status, alarms and cases: recognised by their headers in Chinese or English."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from corpus import Alarm, Chunk, Equipment, Part, Reading, Record, RepairCase, Unreadable, normal_text
from ingest.chunking import row_text
from ingest.readers import Block, ParsedFile

TableKind = Literal["parts", "equipment", "status", "alarms", "cases"]
_LISTED = 20  # bad rows named one by one
_HEADER_ROWS = 10  # a title may stand above the header

_NAMES: dict[str, str] = {
    "part_number": "备件编号 备件编码 物料编码 物料编号 物料号 料号 零件号 零件编号 件号 图号 备件号 "
    "partnumber partno part# pn materialno itemno sku partcode",
    "part_name": "备件名称 物料名称 零件名称 品名 namezh 中文名称 partname description itemname",
    "name_en": "英文名称 英文名 englishname nameen",
    "name": "名称 设备名称 name equipmentname assetname machine",
    "spec": "规格型号 规格 型号规格 specification spec size",
    "bin": "库位 货位 库位号 仓位 存放位置 bin binlocation shelf storagelocation",
    "on_hand": "现有库存 库存 库存数量 当前库存 数量 结存 onhand qtyonhand stock quantity qty instock",
    "minimum": "最小库存 最低库存 安全库存 库存下限 minimum minstock minqty reorderpoint safetystock min",
    "unit": "单位 计量单位 unit uom units",
    "lead_time": "采购周期 采购周期天 货期 交货期 供货周期 leadtime leadtimedays",
    "supplier": "供应商 品牌 厂家 制造商 supplier vendor manufacturer brand maker",
    "fits": "适用机型 适用设备 所属设备 设备型号 使用设备 fits fitsmodels usedon applicablemodels",
    "substitutes": "替代件 替代料 可替代 代用件 substitute substitutes alternative alternatives replacement",
    "equipment": "设备编号 设备编码 资产编号 设备号 设备 机台 机台号 "
    "tag assettag equipment equipmentid asset assetid machineid equipmenttag",
    "model": "型号 机型 设备型号 model type",
    "kind": "设备类型 类别 设备类别 kind category class",
    "serial": "序列号 出厂编号 serial serialnumber serialno",
    "location": "位置 安装位置 所在位置 区域 location area",
    "owner": "负责人 责任人 owner responsible",
    "contact": "联系电话 联系方式 电话 分机 contact phone extension",
    "metric": "参数 指标 测点 监测项 参数名称 metric parameter measurement tagname sensor signal variable kpi",
    "value": "数值 值 读数 测量值 value reading",
    "at": "时间 采集时间 记录时间 测量时间 时间戳 timestamp time datetime at",
    "limit_low": "下限 下限值 报警下限 low lowlimit limitlow lowerlimit lowerbound",
    "limit_high": "上限 上限值 报警上限 high highlimit limithigh upperlimit upperbound",
    "code": "报警代码 故障代码 代码 报警号 故障码 code alarmcode faultcode errorcode alarm ruleid",
    "text": "报警内容 报警信息 故障描述 内容 message text alarmtext",
    "since": "发生时间 开始时间 报警时间 start starttime since from raisedat",
    "until": "恢复时间 结束时间 解除时间 end endtime until to clearedat",
    "severity": "级别 等级 报警级别 severity level priority",
    "symptom": "故障现象 现象 问题描述 故障描述 症状 symptom problem complaint wodescription originalshorttext",
    "failure_mode": "失效模式 故障模式 故障类型 failuremode mode fm",
    "cause": "原因 故障原因 原因分析 cause rootcause",
    "action": "处理措施 措施 维修措施 处理方法 解决方法 维修内容 action correctiveaction remedy fix solution",
    "parts": "更换备件 使用备件 备件 partsused parts",
    "downtime": "停机时间 停机时间分钟 停机分钟 停机时长 downtime downtimeminutes downtimemin",
    "by": "处理人 维修人 维修人员 作者 by technician author repairedby",
    "date": "日期 维修日期 完成日期 date repairdate bscstartdate actualfinish",
    "work_order": "工单号 工单编号 工单 workorder workorderno wo woid",
}
_FIELDS: dict[TableKind, tuple[str, ...]] = {
    "parts": ("part_number", "part_name", "name_en", "spec", "bin", "on_hand", "minimum", "unit", "lead_time",
              "supplier", "fits", "substitutes", "name"),
    "cases": ("symptom", "equipment", "code", "failure_mode", "cause", "action", "parts", "downtime", "by", "date",
              "work_order"),
    "status": ("equipment", "metric", "value", "at", "unit", "limit_low", "limit_high"),
    "alarms": ("equipment", "code", "text", "since", "until", "severity"),
    "equipment": ("equipment", "name", "model", "kind", "serial", "location", "owner", "contact"),
}  # fmt: skip
_NEEDED: dict[TableKind, tuple[tuple[str, ...], int]] = {
    "parts": (("part_number",), 3),
    "cases": (("symptom",), 3),
    "status": (("equipment", "metric", "value", "at"), 4),
    "alarms": (("equipment", "code", "since"), 3),
    "equipment": (("equipment",), 3),
}
_DATES = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M",
    "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d", "%m/%d/%y %H:%M", "%m/%d/%Y %H:%M", "%m/%d/%Y",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A recognised table: its records, a passage for each (none for readings), and what was wrong with other rows."""

    kind: TableKind
    records: tuple[Record, ...]
    chunks: tuple[Chunk, ...]
    warnings: tuple[str, ...]
    rest: tuple[Block, ...] = ()  # sheets of no known kind, each under its heading


def read_table(parsed: ParsedFile, *, wanted: TableKind | None, zone: ZoneInfo, as_of: datetime) -> Table | None:
    """Recognise the table in a file; None when it is none of the five kinds.

    Raises:
        Unreadable: `wanted` names a kind whose columns are not there, or no row can be used.
    """
    section = ""
    tables: list[Table] = []
    unusable: list[str] = []
    rest: list[Block] = []
    for block in parsed.blocks:
        if block.kind == "heading":
            section = block.text
        elif block.kind == "table":
            found = _recognise(block, wanted)
            if not found and wanted in (None, "status") and (wide := _wide(block)):
                block, found = wide, ("status", 0, _columns(wide.rows[0], _FIELDS["status"]))
            if not found:
                rest += [Block("heading", section, level=1), block] if section else [block]
                continue
            kind, at, columns = found
            try:
                tables.append(_read(kind, block, at, columns, section, zone, _stock_day(block, at, zone) or as_of))
            except Unreadable as error:
                unusable.append(str(error))
    if tables:
        return _joined(tables, unusable, rest)
    if unusable:
        raise Unreadable(unusable[0])
    if wanted:
        needed = "、".join(_NAMES[name].split()[0] for name in _NEEDED[wanted][0])
        raise Unreadable(f"no table of {wanted} was found; it needs at least the column {needed}.")
    return None


def _recognise(block: Block, wanted: TableKind | None) -> tuple[TableKind, int, dict[str, int]] | None:
    for at, row in enumerate(block.rows[:_HEADER_ROWS]):
        best: tuple[int, TableKind, dict[str, int]] | None = None
        for kind, fields in _FIELDS.items():
            if wanted and kind != wanted:
                continue
            columns = _columns(row, fields)
            needed, least = _NEEDED[kind]
            if all(name in columns for name in needed) and len(columns) >= (len(needed) if wanted else least):
                score = len(columns)
                if best is None or score > best[0]:
                    best = (score, kind, columns)
        if best:
            return best[1], at, best[2]
    return None


def _wide(block: Block) -> Block | None:
    """Turn a status table with one column a metric ("主轴温度(℃)") into one with one row a reading; None if it is none.

    Its header names the equipment and the time, and every other column holds numbers.
    """
    for at, header in enumerate(block.rows[:_HEADER_ROWS]):
        found = _columns(header, ("equipment", "at"))
        if len(found) < 2:
            continue
        metrics = [i for i, cell in enumerate(header) if cell.strip() and i not in found.values()]
        body = block.rows[at + 1 :]
        metrics = [i for i in metrics if _mostly_numbers([row[i] for row in body if i < len(row)])]
        if not metrics or not body:
            return None
        numbers = block.row_numbers or tuple(range(1, len(block.rows) + 1))
        rows: list[tuple[str, ...]] = [("equipment", "time", "metric", "unit", "value")]
        kept = [numbers[at]]
        for number, row in zip(numbers[at + 1 :], body, strict=True):
            for i in metrics:
                if i < len(row) and row[i].strip():
                    name, unit = _metric(header[i])
                    rows.append((row[found["equipment"]], row[found["at"]], name, unit, row[i]))
                    kept.append(number)
        return Block("table", rows=tuple(rows), row_numbers=tuple(kept))
    return None


def _metric(header: str) -> tuple[str, str]:
    """Split "主轴温度(℃)" into name and unit."""
    match = re.fullmatch(r"\s*(.+?)\s*[(（\[]([^()（）\[\]]*)[)）\]]\s*", header)
    return (match[1], match[2].strip()) if match else (header.strip(), "")


def _mostly_numbers(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    numbers = sum(re.fullmatch(r"\s*[-+]?\d[\d,]*(\.\d+)?\s*", cell) is not None for cell in filled)
    return bool(filled) and numbers >= 0.8 * len(filled)


def _joined(tables: Sequence[Table], unusable: Sequence[str], rest: Sequence[Block]) -> Table:
    """Make one of a workbook's tables; the one with most rows gives the kind."""
    records: list[Record] = []
    chunks: list[Chunk] = []
    for table in tables:
        chunks += [replace(chunk, record=(chunk.record or 0) + len(records)) for chunk in table.chunks]
        records += table.records
    warnings = [warning for table in tables for warning in table.warnings]
    warnings += unusable
    kind = max(tables, key=lambda table: len(table.records)).kind
    return Table(kind, tuple(records), tuple(chunks), tuple(warnings), tuple(rest))


def _columns(header: Sequence[str], fields: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for i, cell in enumerate(header):
        plain = re.sub(r"[(（\[].*?[)）\]]|[_\-/#.:： *]", "", normal_text(cell))
        whole = re.sub(r"[_\-/.:： *()（）]", "", normal_text(cell))
        for name in fields:
            if name not in found and ({plain, whole} & set(_NAMES[name].split())):
                found[name] = i
                break
    return found


def _read(
    kind: TableKind, block: Block, at: int, columns: dict[str, int], section: str, zone: ZoneInfo, as_of: datetime
) -> Table:
    header = block.rows[at]
    records: list[Record] = []
    chunks: list[Chunk] = []
    wrong: list[str] = []
    numbers = block.row_numbers or tuple(range(1, len(block.rows) + 1))
    make = _MAKERS[kind]
    for number, row in zip(numbers[at + 1 :], block.rows[at + 1 :], strict=True):
        cells = {name: _filled(row[i]) if i < len(row) else "" for name, i in columns.items()}
        try:
            record = make(cells, number, zone, as_of)
        except ValueError as error:
            wrong.append(f"row {number}: {error}")
            continue
        if not isinstance(record, Reading):
            text = row_text(header, row)
            chunks.append(Chunk(text, (section,) if section else (), "row", row=number, record=len(records)))
        records.append(record)
    if not records:
        raise Unreadable(f"no row of the {kind} table can be used ({'; '.join(wrong[:3]) or 'there are none'}).")
    if len(wrong) > _LISTED:
        wrong = [*wrong[:_LISTED], f"and {len(wrong) - _LISTED} more rows"]
    return Table(kind, tuple(records), tuple(chunks), tuple(wrong))


Cells = dict[str, str]


def _part(cells: Cells, row: int, _zone: ZoneInfo, as_of: datetime) -> Part:
    return Part(
        part_number=_needed(cells, "part_number", "a part number"),
        name=cells.get("part_name") or cells.get("name") or cells["part_number"],
        name_en=cells.get("name_en") or None,
        spec=cells.get("spec") or None,
        bin=cells.get("bin") or None,
        on_hand=_number(cells.get("on_hand"), "the stock"),
        minimum=_number(cells.get("minimum"), "the minimum"),
        unit=cells.get("unit") or None,
        lead_time=_days(cells.get("lead_time")),
        supplier=cells.get("supplier") or None,
        fits=_several(cells.get("fits")),
        substitutes=_several(cells.get("substitutes")),
        as_of=as_of,
        row=row,
    )


def _equipment(cells: Cells, _row: int, _zone: ZoneInfo, _as_of: datetime) -> Equipment:
    tag = _needed(cells, "equipment", "an asset tag")
    return Equipment(
        tag=tag,
        name=cells.get("name") or tag,
        model=cells.get("model") or None,
        kind=cells.get("kind") or None,
        serial=cells.get("serial") or None,
        location=cells.get("location") or None,
        owner=cells.get("owner") or None,
        contact=cells.get("contact") or None,
    )


def _reading(cells: Cells, _row: int, zone: ZoneInfo, _as_of: datetime) -> Reading:
    value = _number(_needed(cells, "value", "a value"), "the value")
    assert value is not None
    return Reading(
        equipment=_needed(cells, "equipment", "an asset tag"),
        metric=_needed(cells, "metric", "a metric"),
        value=value,
        at=_time(_needed(cells, "at", "a time"), zone),
        unit=cells.get("unit") or None,
        limit_low=_number(cells.get("limit_low"), "the low limit"),
        limit_high=_number(cells.get("limit_high"), "the high limit"),
    )


def _alarm(cells: Cells, _row: int, zone: ZoneInfo, _as_of: datetime) -> Alarm:
    until = cells.get("until")
    return Alarm(
        equipment=_needed(cells, "equipment", "an asset tag"),
        code=_needed(cells, "code", "a code"),
        since=_time(_needed(cells, "since", "a start"), zone),
        until=_time(until, zone) if until else None,
        text=cells.get("text") or None,
        severity=cells.get("severity") or None,
    )


def _case(cells: Cells, row: int, zone: ZoneInfo, _as_of: datetime) -> RepairCase:
    when = cells.get("date")
    return RepairCase(
        equipment=cells.get("equipment") or None,
        symptom=_needed(cells, "symptom", "a symptom"),
        cause=cells.get("cause") or None,
        action=cells.get("action") or None,
        failure_mode=cells.get("failure_mode") or None,
        code=cells.get("code") or None,
        parts=_several(cells.get("parts")),
        downtime=_number(cells.get("downtime"), "the downtime"),
        by=cells.get("by") or None,
        date=_time(when, zone) if when else None,
        work_order=cells.get("work_order") or None,
        row=row,
    )


_MAKERS: dict[TableKind, Callable[[Cells, int, ZoneInfo, datetime], Record]] = {
    "parts": _part,
    "equipment": _equipment,
    "status": _reading,
    "alarms": _alarm,
    "cases": _case,
}


def _filled(cell: str) -> str:
    """Return the cell, or nothing where it says that nothing is known."""
    text = cell.strip()
    return "" if text.upper() in {"NA", "N/A", "#N/A", "NULL", "NAN", "-", "—"} else text


def _needed(cells: Cells, name: str, what: str) -> str:
    value = cells.get(name, "")
    if not value:
        raise ValueError(f"{what} is missing")
    return value


def _number(text: str | None, what: str) -> float | None:
    if not text or text in {"-", "—", "/", "NA", "N/A", "无"}:
        return None
    match = re.fullmatch(r"([-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*\D{0,6}", text.strip())
    if not match:
        raise ValueError(f"{what} {text!r} is no number")
    return float(match.group(1).replace(",", ""))


def _days(text: str | None) -> float | None:
    if not text:
        return None
    match = re.search(r"\d+(?:\.\d+)?", text)
    if not match:
        return None
    factor = 7 if re.search(r"周|week", text, re.I) else 30 if re.search(r"月|month", text, re.I) else 1
    return float(match.group()) * factor


def _several(text: str | None) -> tuple[str, ...]:
    return tuple(piece.strip() for piece in re.split(r"[、,，;；]|\s/\s", text or "") if piece.strip())


def _time(text: str, zone: ZoneInfo) -> datetime:
    if re.fullmatch(r"\d{10}(\.\d+)?", text):
        return datetime.fromtimestamp(float(text), zone)
    for form in _DATES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no time such as 2026-03-31 16:42") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)


def _stock_day(block: Block, at: int, zone: ZoneInfo) -> datetime | None:
    above = " ".join(" ".join(row) for row in block.rows[:at])
    found = re.search(r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})", above)
    return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=zone) if found else None
