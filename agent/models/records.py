"""Lines about records of the database: stock, status and past fixes, each with the id of its row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from agent.asking.doing import doing_asked
from agent.tools.found import (
    Found,
    alarm_source,
    case_source,
    equipment_source,
    figure,
    part_source,
    reading_source,
    state_source,
)
from agent.tools.telling import alarm_named, minutes_text
from agent.words import words
from corpus import Alarm, Equipment, Part, RepairCase

Labels = Mapping[str, str]


_TOLD = ("minimum", "lead", "spec", "serial", "model", "owner", "contact", "location")
_SUBSTITUTE = re.compile(
    r"\bsubstitut|\balternativ|\breplacement for|\bequivalent|\breplaced (?:by|with)\b|\binterchang|\binstead\b"
    r"|替代|换成|通用吗|代用|代替",
    re.IGNORECASE,
)
_LEAD_TIME = re.compile(
    r"\blead time|\bhow long\b|多久|多长时间|几天|多少天|\bdelivery|采购周期|货期|交期|交货|到货", re.IGNORECASE
)


def part_line(
    part: Part, found: Found, label: Labels, zone: ZoneInfo, question: str = "", *, brief: bool = False
) -> str:
    """Say a stock line: number, name, stock and bin first; what was asked for, and what to do where it is short.

    In a long list, `brief`, only what tells lines apart.
    """
    unit = part.unit or ""
    stock = label["unknown"] if part.on_hand is None else f"{figure(part.on_hand)} {unit}".strip()
    text = f"- {part.part_number} {part.name}"
    if part.spec and not brief:
        text += f" ({part.spec})"
    text += f": {label['stock']} {stock}, {label['bin']} {part.bin or label['unknown']}"
    if part.minimum is not None:
        text += f", {label['minimum']} {f'{figure(part.minimum)} {unit}'.strip()}"
    below = part.on_hand is not None and part.minimum is not None and part.on_hand < part.minimum
    short = below or (part.on_hand is not None and part.on_hand <= 0)  # none of what is ordered when needed is no lack
    if below:
        text += f" — **{label['low']}**"
    if part.substitutes and ((short and not brief) or _SUBSTITUTE.search(question)):
        text += f", {label['substitute']} {', '.join(part.substitutes)}"
    if part.lead_time is not None and ((short and not brief) or _LEAD_TIME.search(question)):
        text += f", {label['lead_time'].format(days=figure(part.lead_time))}"
    source = part_source(part, zone).id
    text, marks = _with_columns(text, source, found)
    if part.as_of and not brief:
        text += f" ({label['as_of']} {part.as_of.astimezone(zone):%Y-%m-%d})"
    return f"{text} [{', '.join(marks)}]"


def _told(header: str) -> bool:
    """Say whether a line tells what stands under a header in any case."""
    return any(words().columns[name][1].search(header) for name in _TOLD)


def _with_columns(text: str, source: str, found: Found) -> tuple[str, list[str]]:
    """Add what the record's row has in the columns that were asked for, as it is written; return the sources too."""
    row = found.rows.get(source)
    cells = [(header, value) for header, value in row.cells if not (value in text and _told(header))] if row else []
    if row is None or not cells:
        return text, [source]
    return f"{text}, {', '.join(f'{header}: {value}' for header, value in cells)}", [source, f"p{row.passage.id}"]


def status_lines(found: Found, label: Labels, zone: ZoneInfo, question: str = "") -> list[str]:
    """Say what the machine is doing, the readings asked for (all where none is named), and the alarms that stand."""
    doing = []
    for one in found.states:
        at = f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}" + (f", {label['stale']}" if one.stale else "")
        where = "" if found.readings and len(found.states) == 1 else f"{one.equipment} "
        doing.append(f"- {where}{label['doing']}: {one.state} ({at}) [{state_source(one, zone).id}]")
    alarms = []
    for alarm in found.alarms:
        since = f"{alarm.since.astimezone(zone):%Y-%m-%d %H:%M}"
        where = "" if found.readings else f"{alarm.equipment} "  # asked of all machines
        said = alarm_named(alarm).removeprefix(alarm.code)
        text = f"- **{label['alarm']} {alarm.code}** {where}{said.strip()} ({label['since']} {since})"
        alarms.append(f"{text} [{alarm_source(alarm, zone).id}]")
    named = [reading for reading in found.readings if reading.metric in found.named]
    judged = words().recorded["judged"].search(question)
    readings = []
    for reading in named or found.readings:
        at = f"{reading.at.astimezone(zone):%Y-%m-%d %H:%M}"
        stale = f", {label['stale']}" if reading.stale else ""
        value = f"{figure(reading.value)} {reading.unit or ''}".strip()
        text = f"- {reading.metric}: {value} ({at}{stale})"
        low, high = reading.limit_low, reading.limit_high
        if low is not None or high is not None:
            unit = f" {reading.unit}" if reading.unit else ""
            text += f", {label['limits']} {figure(low)} – {figure(high)}{unit}"
            beyond = (low is not None and reading.value < low) or (high is not None and reading.value > high)
            text += f" — **{label['beyond']}**" if beyond else f" ({label['within']})" if judged else ""
        readings.append(f"{text} [{reading_source(reading, zone).id}]")
    if named and len(named) < len(found.readings) and not doing_asked(question):
        return [*readings, *alarms]
    return [*doing, *alarms, *readings]


def alarm_line(alarm: Alarm, label: Labels, zone: ZoneInfo) -> str:
    """Say an alarm: its code and machine, since when, and until when where it has gone."""
    since = f"{alarm.since.astimezone(zone):%Y-%m-%d %H:%M}"
    until = f"{alarm.until.astimezone(zone):%Y-%m-%d %H:%M}" if alarm.until else ""
    text = f"- **{label['alarm']} {alarm.code}**" if not until else f"- {alarm.code}"
    span = f"{since} – {until}" if until else f"{label['since']} {since}"
    return f"{text} {alarm.equipment} {alarm.text or ''} ({span}) [{alarm_source(alarm, zone).id}]"


def machine_line(machine: Equipment, found: Found, label: Labels) -> str:
    """Say what the equipment list knows of a machine."""
    text = f"- {machine.tag} {machine.name}" + (f" “{machine.nickname}”" if machine.nickname else "")
    for name, value in (
        ("model", machine.model),
        ("serial", machine.serial),
        ("location", machine.location),
        ("owner", machine.owner),
        ("contact", machine.contact),
    ):
        if value:
            text += f", {label[name]} {value}"
    text, marks = _with_columns(text, equipment_source(machine, None).id, found)
    return f"{text} [{', '.join(marks)}]"


def case_line(case: RepairCase, label: Labels, zone: ZoneInfo, *, brief: bool = False) -> str:
    """Say a past fix: when, where and by whom, then symptom, cause and action; in a long list the action alone."""
    date = f"{case.date.astimezone(zone):%Y-%m-%d}" if case.date else label["unknown"]
    head = " ".join(filter(None, (case.work_order, date, case.equipment, case.code, case.by)))
    if brief:
        done = f" — {case.action}" if case.action else ""
        return f"- {head}: {case.symptom}{done} [{case_source(case, zone).id}]"
    text = (
        f"- {head}: {case.symptom} — {label['cause']}: {case.cause or label['unknown']}; "
        f"{label['action']}: {case.action or label['unknown']}"
    )
    if case.downtime:
        zh = label is words().labels["zh"]
        text += f"; {label['downtime']}: {minutes_text(case.downtime, zh)}"
    if case.parts:
        text += f"; {label['parts']}: {', '.join(case.parts)}"
    return f"{text} [{case_source(case, zone).id}]"
