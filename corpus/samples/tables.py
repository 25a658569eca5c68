"""Writes the demonstration plant's tables: equipment, inventory, 30 days of readings, alarms, repair cases.

Readings come from a seeded generator, everything else from the sources; the same sources give the same files.
"""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

from corpus.samples.office import settle

ZONE = timezone(timedelta(hours=8))
NOW = datetime(2026, 3, 31, 18, 0, tzinfo=ZONE)
DAYS = 30

# metric: (unit, usual, daily swing, noise, low limit, high limit), by model.
METRICS: dict[str, dict[str, tuple[str, float, float, float, float | None, float | None]]] = {
    "HX-V850": {
        "主轴温度 spindle temperature": ("°C", 46, 7, 1.2, None, 65),
        "主轴振动 spindle vibration": ("mm/s", 1.6, 0.4, 0.12, None, 4.5),
        "液压压力 hydraulic pressure": ("MPa", 5.5, 0.1, 0.05, 5.0, 6.0),
    },
    "YLP-315": {
        "油温 oil temperature": ("°C", 43, 6, 1.0, 15, 60),
        "系统压力 system pressure": ("MPa", 24.0, 0.6, 0.2, 22.0, 26.0),
        "回油滤芯压差 return filter differential pressure": ("MPa", 0.12, 0.02, 0.01, None, 0.35),
    },
    "ZSJ-260": {
        "料筒三段温度 barrel zone 3 temperature": ("°C", 215, 3, 0.8, 200, 230),
        "油温 oil temperature": ("°C", 44, 4, 0.8, 30, 55),
        "锁模力 clamping force": ("kN", 2480, 30, 12, 2300, 2600),
    },
    "AXR-20": {
        "J2 motor temperature": ("°C", 58, 8, 1.5, None, 85),
        "controller temperature": ("°C", 36, 4, 0.8, None, 50),
        "encoder battery voltage": ("V", 3.55, 0.0, 0.01, 3.2, None),
    },
    "KS-37A": {
        "discharge temperature": ("°C", 86, 5, 1.4, None, 104),
        "line pressure": ("bar", 7.0, 0.3, 0.1, 5.5, 8.0),
        "separator differential pressure": ("bar", 0.35, 0.03, 0.02, None, 0.8),
    },
    "KS-55A": {
        "discharge temperature": ("°C", 88, 5, 1.4, None, 106),
        "line pressure": ("bar", 7.6, 0.3, 0.1, 6.0, 9.0),
        "separator differential pressure": ("bar", 0.3, 0.03, 0.02, None, 0.9),
    },
    "BCV-650": {
        "belt speed": ("m/s", 0.5, 0.0, 0.008, 0.45, 0.55),
        "drive motor current": ("A", 4.2, 0.5, 0.15, None, 6.2),
    },
}

# (tag, metric, days before now from which it drifts, amount at the end): what the active alarms are about.
DRIFTS = [
    ("CNC-03", "主轴温度 spindle temperature", 2.0, 22.0),
    ("AC-01", "discharge temperature", 9.0, 17.0),
    ("HP-02", "回油滤芯压差 return filter differential pressure", 6.0, 0.26),
]

ACTIVE = [
    ("CNC-03", "E-407", datetime(2026, 3, 31, 16, 42, tzinfo=ZONE)),
    ("AC-01", "W-03", datetime(2026, 3, 31, 9, 15, tzinfo=ZONE)),
    ("HP-02", "F-12", datetime(2026, 3, 31, 14, 5, tzinfo=ZONE)),
]


def write_tables(sources: Path, plant: Path) -> list[Path]:
    """Write every table into `plant` and return the files; raises OSError when a source is missing."""
    plant.mkdir(parents=True, exist_ok=True)
    machines = _rows(sources / "equipment.csv")
    return [
        _write_csv(plant / "设备台账.csv", _equipment(machines)),
        _write_csv(plant / "运行状态.csv", _readings(machines)),
        _write_csv(plant / "报警记录.csv", _alarms(sources, machines)),
        _write_csv(plant / "维修案例.csv", _cases(sources)),
        _write_inventory(sources, plant / "备件库存_2026-03-31.xlsx"),
    ]


def _equipment(machines: list[dict[str, str]]) -> Iterator[list[object]]:
    yield ["设备编号", "设备名称", "型号", "设备类型", "序列号", "位置", "负责人", "联系电话"]
    for row in machines:
        yield [row[name] for name in ("tag", "name", "model", "kind", "serial", "location", "owner", "contact")]


def _readings(machines: list[dict[str, str]]) -> Iterator[list[object]]:
    yield ["设备编号", "时间", "参数", "数值", "单位", "下限", "上限"]
    drifts = {(tag, metric): (days, amount) for tag, metric, days, amount in DRIFTS}
    start = NOW - timedelta(days=DAYS)
    for row in machines:
        tag = row["tag"]
        for metric, (unit, usual, swing, noise, low, high) in METRICS[row["model"]].items():
            dice = random.Random(f"{tag} {metric}")
            offset = dice.uniform(-0.5, 0.5) * noise * 2
            days, amount = drifts.get((tag, metric), (0.0, 0.0))
            for hour in range(1, DAYS * 24 + 1):
                at = start + timedelta(hours=hour)
                shift = math.sin((at.hour - 8) / 24 * 2 * math.pi)
                value = usual + offset + swing * 0.5 * shift + dice.gauss(0, noise * 0.5)
                left = (NOW - at) / timedelta(days=1)
                if days and left < days:
                    value += amount * (1 - left / days)
                yield [tag, at.strftime("%Y-%m-%d %H:%M"), metric, _figure(value), unit, _limit(low), _limit(high)]


def _alarms(sources: Path, machines: list[dict[str, str]]) -> Iterator[list[object]]:
    yield ["设备编号", "报警代码", "报警内容", "发生时间", "恢复时间", "级别"]
    rows: list[tuple[datetime, list[object]]] = []
    for machine in machines:
        faults = {row["code"]: row["meaning"] for row in _rows(sources / machine["model"] / "faults.csv")}
        dice = random.Random(machine["tag"])
        for _ in range(dice.randint(5, 11) if faults else 0):
            code = dice.choice(sorted(faults))
            since = NOW - timedelta(minutes=dice.randint(600, DAYS * 24 * 60))
            until = since + timedelta(minutes=dice.randint(4, 380))
            rows.append((since, _alarm(machine["tag"], code, faults[code], since, until)))
        for tag, code, since in ACTIVE:
            if tag == machine["tag"] and code in faults:
                rows.append((since, _alarm(tag, code, faults[code], since, None)))
    yield from (row for _, row in sorted(rows, key=lambda item: (item[0], str(item[1]))))


def _alarm(tag: str, code: str, text: str, since: datetime, until: datetime | None) -> list[object]:
    form = "%Y-%m-%d %H:%M"
    return [
        tag,
        code,
        text,
        since.strftime(form),
        until.strftime(form) if until else "",
        "停机" if until is None else "提示",
    ]


def _cases(sources: Path) -> Iterator[list[object]]:
    yield [
        "工单号", "日期", "设备编号", "报警代码", "故障现象", "失效模式", "原因", "处理措施", "更换备件", "停机时间(分钟)", "处理人",
    ]  # fmt: skip
    for row in _rows(sources / "cases.csv"):
        yield list(row.values())


def _write_inventory(sources: Path, path: Path) -> Path:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "备件库存"
    sheet.append(["兰汀精密制造有限公司 备件库存表", None, None, "盘点日期：2026-03-31"])
    sheet.append(
        [
            "备件编号",
            "备件名称",
            "英文名称",
            "规格型号",
            "库位",
            "现有库存",
            "最小库存",
            "单位",
            "采购周期(天)",
            "供应商",
            "适用机型",
            "替代件",
        ]
    )
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    for row in _inventory(sources):
        sheet.append(row)
    for column, width in zip("ABCDEFGHIJKL", (18, 22, 30, 28, 10, 10, 10, 8, 12, 18, 22, 18), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A3"
    book.properties.created = NOW.replace(tzinfo=None)
    book.save(path)
    return settle(path)


def _inventory(sources: Path) -> Iterator[list[object]]:
    """Yield one stock line a part: what the manuals list, then the standard parts with their own figures."""
    fixed = {row["part_number"]: row for row in _rows(sources / "stock.csv")}
    fits: dict[str, list[str]] = {}
    parts: dict[str, dict[str, str]] = {}
    for model in METRICS:
        for row in _rows(sources / model / "parts.csv"):
            fits.setdefault(row["part_number"], []).append(model)
            parts.setdefault(row["part_number"], row)
    makers = {
        "HX": "恒旭机床",
        "YLP": "岳力锻压",
        "ZS26": "泽晟机械",
        "AXR": "Axelund Robotics",
        "KS": "Kestrel Air",
        "BCV": "Brightwell",
    }
    taken = {row["bin"] for row in fixed.values()}
    for number in sorted({*parts, *fixed}):
        own, stock = parts.get(number, {}), fixed.get(number, {})
        dice = random.Random(number)
        minimum = dice.choice([1, 1, 2, 2, 4])
        maker = next((name for prefix, name in makers.items() if number.startswith(prefix + "-")), "工品汇标准件")
        yield [
            number,
            stock.get("name_zh") or own.get("name_zh"),
            stock.get("name_en") or own.get("name_en"),
            stock.get("spec") or own.get("spec"),
            stock.get("bin") or _free_bin(dice, taken),
            int(stock["on_hand"]) if stock.get("on_hand") else max(0, minimum + dice.randint(-2, 6)),
            int(stock["minimum"]) if stock.get("minimum") else minimum,
            stock.get("unit") or "件",
            int(stock["lead_time"]) if stock.get("lead_time") else dice.choice([3, 7, 14, 21, 35]),
            stock.get("supplier") or maker,
            "、".join(fits.get(number, [])) or stock.get("fits"),
            stock.get("substitutes") or None,
        ]


def _free_bin(dice: random.Random, taken: set[str]) -> str:
    """Choose a bin (rack-bay-shelf) that holds nothing else, and take it."""
    while True:
        chosen = f"{dice.choice('ABCDE')}-{dice.randint(1, 14):02d}-{dice.randint(1, 6)}"
        if chosen not in taken:
            taken.add(chosen)
            return chosen


def _figure(value: float) -> str:
    return f"{value:.0f}" if value > 1000 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _limit(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _rows(path: Path) -> list[dict[str, str]]:
    """Read a source; a model whose manual is not written has no rows."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _write_csv(path: Path, rows: Iterator[list[object]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path
