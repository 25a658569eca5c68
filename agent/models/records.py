"""Lines about records of the database: stock, status and past fixes, each with the id of its row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from agent.tools.found import Found, alarm_source, case_source, equipment_source, figure, part_source, reading_source
from corpus import Equipment, Part, RepairCase

Labels = Mapping[str, str]


_SUBSTITUTE = re.compile(r"\bsubstitut|\balternativ|\breplacement for|\bequivalent|替代|代用|代替", re.IGNORECASE)
_LEAD_TIME = re.compile(
    r"\blead time|\bhow long\b|多久|多长时间|几天|多少天|\bdelivery|采购周期|货期|交期|交货|到货", re.IGNORECASE
)


def part_line(part: Part, label: Labels, zone: ZoneInfo, question: str = "") -> str:
    """Say a stock line: number, name, stock and bin first; what was asked for, and what to do where it is short."""
    unit = part.unit or ""
    stock = label["unknown"] if part.on_hand is None else f"{figure(part.on_hand)} {unit}".strip()
    text = f"- {part.part_number} {part.name}"
    if part.spec:
        text += f" ({part.spec})"
    text += f": {label['stock']} {stock}, {label['bin']} {part.bin or label['unknown']}"
    if part.minimum is not None:
        text += f", {label['minimum']} {f'{figure(part.minimum)} {unit}'.strip()}"
    short = part.on_hand is not None and (
        part.on_hand <= 0 or (part.minimum is not None and part.on_hand < part.minimum)
    )
    if short and part.minimum is not None:
        text += f" — **{label['low']}**"
    if part.substitutes and (short or _SUBSTITUTE.search(question)):
        text += f", {label['substitute']} {', '.join(part.substitutes)}"
    if part.lead_time is not None and (short or _LEAD_TIME.search(question)):
        text += f", {label['lead_time'].format(days=figure(part.lead_time))}"
    if part.as_of:
        text += f" ({label['as_of']} {part.as_of.astimezone(zone):%Y-%m-%d})"
    return f"{text} [{part_source(part, zone).id}]"


def status_lines(found: Found, label: Labels, zone: ZoneInfo) -> list[str]:
    """Say the readings asked for, all of them where the question names none, and the alarms that stand."""
    alarms = []
    for alarm in found.alarms:
        since = f"{alarm.since.astimezone(zone):%Y-%m-%d %H:%M}"
        where = "" if found.readings else f"{alarm.equipment} "  # asked of all machines
        text = f"- **{label['alarm']} {alarm.code}** {where}{alarm.text or ''} ({label['since']} {since})"
        alarms.append(f"{text} [{alarm_source(alarm, zone).id}]")
    named = [reading for reading in found.readings if reading.metric in found.named]
    readings = []
    for reading in named or found.readings:
        at = f"{reading.at.astimezone(zone):%Y-%m-%d %H:%M}"
        stale = f", {label['stale']}" if reading.stale else ""
        value = f"{figure(reading.value)} {reading.unit or ''}".strip()
        text = f"- {reading.metric}: {value} ({at}{stale})"
        low, high = reading.limit_low, reading.limit_high
        if low is not None or high is not None:
            text += f", {label['limits']} {figure(low)} – {figure(high)}"
        readings.append(f"{text} [{reading_source(reading, zone).id}]")
    return [*readings, *alarms] if len(named) < len(found.readings) and named else [*alarms, *readings]


def machine_line(machine: Equipment, label: Labels) -> str:
    """Say what the equipment list knows of a machine."""
    text = f"- {machine.tag} {machine.name}"
    for name, value in (
        ("model", machine.model),
        ("serial", machine.serial),
        ("location", machine.location),
        ("owner", machine.owner),
        ("contact", machine.contact),
    ):
        if value:
            text += f", {label[name]} {value}"
    return f"{text} [{equipment_source(machine, None).id}]"


def case_line(case: RepairCase, label: Labels, zone: ZoneInfo) -> str:
    """Say a past fix: when, where and by whom, then symptom, cause and action."""
    date = f"{case.date.astimezone(zone):%Y-%m-%d}" if case.date else label["unknown"]
    head = " ".join(filter(None, (date, case.equipment, case.code, case.by)))
    text = (
        f"- {head}: {case.symptom} — {label['cause']}: {case.cause or label['unknown']}; "
        f"{label['action']}: {case.action or label['unknown']}"
    )
    return f"{text} [{case_source(case, zone).id}]"
