"""Rows into records: one function a kind, each raising ValueError with the reason why a row cannot be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from corpus import Alarm, Equipment, MachineState, Part, Reading, Record, RepairCase, extract_identifiers
from ingest.tables import values
from ingest.tables.names import DOING, NAMES, TableKind, plain, whole
from ingest.tables.wide import metric_and_unit

Cells = dict[str, str]
_PILE = re.compile(r"\s*(.+?)\s*[:：(（×xX*]\s*(\d+(?:\.\d+)?)\s*[^\d\s]{0,4}[)）]?\s*")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a row's cells are read with: the plant's zone, the day of the stock, and the columns' headers."""

    zone: ZoneInfo
    as_of: datetime
    headers: Mapping[str, str]


def part(cells: Cells, row: int, sheet: Sheet) -> list[Record]:
    number = _needed(cells, "part_number", "the part number")
    on_hand = values.number_and_unit(cells.get("on_hand"), "the stock")
    minimum = values.number_and_unit(cells.get("minimum"), "the minimum")
    headed = [metric_and_unit(sheet.headers.get(name, ""))[1] for name in ("on_hand", "minimum")]
    written = [figure[1] for figure in (on_hand, minimum) if figure]
    unit = next(filter(None, [cells.get("unit"), *written, *headed]), None)
    counted = cells.get("as_of")
    line = Part(
        part_number=number,
        name=cells.get("part_name") or cells.get("name_en") or number,
        name_en=cells.get("name_en") or None,
        spec=cells.get("spec") or None,
        bin=cells.get("bin") or None,
        on_hand=on_hand[0] if on_hand else None,
        minimum=minimum[0] if minimum else None,
        unit=unit,
        lead_time=values.days(cells.get("lead_time"), sheet.headers.get("lead_time", "")),
        supplier=cells.get("supplier") or None,
        fits=values.machines(cells.get("fits")),
        substitutes=values.several(cells.get("substitutes")),
        as_of=values.time(counted, sheet.zone) if counted else sheet.as_of,
        row=row,
        warehouse=cells.get("warehouse") or None,
    )
    piles = [_PILE.fullmatch(piece) for piece in values.several(cells.get("bin"))]
    if len(piles) > 1 and all(piles):  # "A-01:5；B-07:9": several bins in one cell, each with its own stock
        return [replace(line, bin=pile[1], on_hand=float(pile[2])) for pile in piles if pile]
    return [line]


def equipment(cells: Cells, _row: int, _sheet: Sheet) -> list[Record]:
    tag = _needed(cells, "equipment", "the asset tag")
    return [
        Equipment(
            tag=tag,
            name=" ".join(filter(None, dict.fromkeys([cells.get("name"), cells.get("name_en")]))) or tag,
            model=cells.get("model") or None,
            kind=cells.get("kind") or None,
            serial=cells.get("serial") or None,
            location=cells.get("location") or None,
            owner=cells.get("owner") or None,
            contact=cells.get("contact") or None,
            nickname=cells.get("nickname") or None,
        )
    ]


def reading(cells: Cells, _row: int, sheet: Sheet) -> list[Record]:
    """Make a reading, and what the row says beside it of the machine: what it is doing, which alarms stand."""
    if told := _told_by_kind(cells, sheet):
        return [told]
    measured = cells.get("value", "")
    if not measured and cells.get("alarm") and _CLEARED.search(cells.get("metric", "")):  # "alarm cleared", 报警恢复
        tag, at = _needed(cells, "equipment", "the asset tag"), _needed(cells, "at", "the time")
        return [MachineState(tag, None, values.time(at, sheet.zone), ())]
    told_apart = not measured and cells.get("alarm")  # the row is called alarm, and a column of its own says which
    if (field := _named_in_row(cells)) and not values.is_number(measured) and not told_apart:
        cells = cells | {field: measured, "value": "", "metric": ""}
        told = _doing(cells, sheet, of_machine=True)
        return [told] if told else []
    doing = _doing(cells, sheet)
    if doing and (doing.state or doing.alarms) and not cells.get("value"):
        return [doing]  # a machine of which nothing is measured
    value = values.number_and_unit(_needed(cells, "value", "the value"), "the value")
    assert value is not None
    return [
        *([doing] if doing else []),
        Reading(
            equipment=_needed(cells, "equipment", "the asset tag"),
            metric=_needed(cells, "metric", "the metric"),
            value=value[0],
            at=values.time(_needed(cells, "at", "the time"), sheet.zone),
            unit=cells.get("unit") or value[1] or None,
            limit_low=values.number(cells.get("limit_low"), "the low limit"),
            limit_high=values.number(cells.get("limit_high"), "the high limit"),
        ),
    ]


def _told_by_kind(cells: Cells, sheet: Sheet) -> MachineState | None:
    """Return what a row of an event log tells of the machine as a whole: a column says that it is a state, an alarm.

    What is told stands as the value or, where that is empty or a figure, as the metric ("E36", "stopped").
    """
    kind = cells.get("row_kind", "")
    field = "alarm" if _ALARM_KIND.search(kind) else "state" if _STATE_KIND.search(kind) else None
    if field is None:
        return None
    metric, value = cells.get("metric", ""), cells.get("value", "")
    if field == "alarm" and any(_ENDED.search(one) and not _STANDS.search(one) for one in (kind, value, metric)):
        tag, at = _needed(cells, "equipment", "the asset tag"), _needed(cells, "at", "the time")
        return MachineState(tag, None, values.time(at, sheet.zone), ())
    said = metric if not value or values.is_number(value) else value
    named = {plain(metric), whole(metric)} & set(NAMES["status"][field])
    also = " ".join(one for one in ("" if named else metric, cells.get("message", "")) if one and one != said)
    whole_machine = {"equipment": cells.get("equipment", ""), "at": cells.get("at", "")}
    told = {"state": said} if field == "state" else {"alarm": said, "message": also}
    return _doing(whole_machine | told, sheet, of_machine=True)


_ALARM_KIND = re.compile(r"报警|告警|警报|故障|\balarm|\bfault|\btrip|\bwarning", re.IGNORECASE)
_ENDED = re.compile(
    r"\b(?:cleared|resolved)\b|恢复|消除|解除", re.IGNORECASE
)  # "over" and 关闭 may be what the alarm says
_STATE_KIND = re.compile(r"状态|\bstate|\bstatus", re.IGNORECASE)


def _named_in_row(cells: Cells) -> str | None:
    """Return the field that a row tells of the machine as a whole: its metric is called alarm, or state."""
    names = {plain(cells.get("metric", "")), whole(cells.get("metric", ""))} - {""}
    return next((field for field in ("alarm", "state") if names & set(NAMES["status"][field])), None)


def _doing(cells: Cells, sheet: Sheet, *, of_machine: bool = False) -> MachineState | None:
    """Return what a row says of the machine as a whole; None where it has no such column, or says it of a reading.

    A state that is said `of_machine` may be any word: heating, baking.
    """
    if not {"state", "alarm", "message"} & cells.keys():
        return None
    state = cells.get("state", "")[:_SAYS].strip() or None
    if state and not of_machine and not DOING.search(state):
        state = None  # "OK", 正常, "HIGH": of the reading in this row
    alarm = "" if _QUIET.fullmatch(cells.get("alarm", "")) else cells.get("alarm", "")
    level = cells.get("state", "") if state is None else ""
    message = cells.get("message", "") if alarm or _LOUD.search(level) else ""
    at = values.time(_needed(cells, "at", "the time"), sheet.zone)
    tag = _needed(cells, "equipment", "the asset tag")
    told = [i.text for i in extract_identifiers(f"{alarm}\n{message}") if i.kind == "code"]
    codes = list(dict.fromkeys([*_CODES.findall(alarm), *told]))
    if not codes and (called := next((one for one in (alarm, message) if _SAID.search(one)), None)):
        codes = [called[:_CODE]]  # an alarm without a number is called by what it says
    text = next((one for one in (message, alarm) if one and one not in codes), None)
    stood = tuple(Alarm(tag, code, at, text=text, severity=level or None) for code in codes)
    none = "alarm" in cells and not alarm
    return MachineState(tag, state, at, stood if stood or none else None) if state or stood or none else None


_CODE, _SAYS = 60, 120  # characters of a code, and of what a machine is said to do
_CODES = re.compile(r"(?<![\w-])[A-Za-z]{1,5}-?\d{1,5}[A-Za-z]?(?![\w-])")  # in the column of alarms F6 is a code
_QUIET = re.compile(r"\s*(?:正常|没有|否|ok|no|normal|good|0)?\s*", re.IGNORECASE)
_LOUD = re.compile(r"报警|告警|预警|故障|\balarm|\bwarn|\bfault|\btrip", re.IGNORECASE)
_SAID = re.compile(r"[\u3400-\u9fff]{4}|[A-Za-z]{3,}[\s-]+\w+[^\W\d]")  # "HIGH" and 高 say nothing of what is


def alarm(cells: Cells, _row: int, sheet: Sheet) -> list[Record]:
    until = cells.get("until")
    since = values.time(_needed(cells, "since", "the start"), sheet.zone)
    if until and (clock := _CLOCK.fullmatch(until)):
        ended: datetime | None = _after(since, clock, sheet.zone)
    else:
        ended = values.time(until, sheet.zone) if until else _ended(cells.get("state", ""), since, sheet.zone)
    if ended is not None and ended < since:
        raise ValueError(f"the end {until!r} is before the start")
    stood = Alarm(
        equipment=_needed(cells, "equipment", "the asset tag"),
        code=_needed(cells, "code", "the code"),
        since=since,
        until=ended,
        text=cells.get("text") or None,
        severity=cells.get("severity") or None,
    )
    return [stood, *_named(cells)]


def _ended(state: str, since: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when an alarm ended by what its state says ("cleared 14:40"), at once where no time is told; else None."""
    if not _CLEARED.search(state) or _STANDS.search(state):
        return None
    if clock := _CLOCK.search(state):
        dated = _DATED.search(state)
        return values.time(dated.group(), zone) if dated else _after(since, clock, zone)
    return since


def _after(since: datetime, clock: re.Match[str], zone: ZoneInfo) -> datetime:
    """Return when a clock next showed this time."""
    hour, minute, second = (int(figure or 0) for figure in clock.groups())
    ended = since.astimezone(zone).replace(hour=hour, minute=minute, second=second, microsecond=0)
    return ended if ended >= since else ended + timedelta(days=1)


_CLEARED = re.compile(
    r"\b(?:cleared|clear|closed|reset|resolved|ended|gone|inactive|normal|rtn|off|over)\b"
    r"|恢复|消除|解除|复位|关闭|已处理|已消|消失|结束|正常",
    re.IGNORECASE,
)
_STANDS = re.compile(r"\bnot\b|\bun\w+|\bactive\b|未|没|待", re.IGNORECASE)
_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:：]([0-5]\d)(?:[:：]([0-5]\d))?")
_DATED = re.compile(r"(?:19|20)\d\d([-/.])(?:1[0-2]|0?[1-9])\1(?:3[01]|[12]\d|0?[1-9])[ T]\d{1,2}:\d\d")


def case(cells: Cells, row: int, sheet: Sheet) -> list[Record]:
    when = cells.get("date")
    mode = cells.get("failure_mode") or cells.get("detail") or None
    fix = RepairCase(
        equipment=_tag_in(cells.get("equipment")) or cells.get("equipment_name") or None,
        symptom=_needed(cells, "symptom", "the symptom"),
        cause=cells.get("cause") or None,
        action=cells.get("action") or None,
        failure_mode=mode,
        code=cells.get("code") or cells.get("detail_code") or None,
        parts=values.several(cells.get("parts")),
        downtime=values.minutes(cells.get("downtime"), sheet.headers.get("downtime", ""), "the downtime"),
        by=cells.get("by") or None,
        date=values.time(when, sheet.zone) if when else None,
        work_order=cells.get("work_order") or None,
        row=row,
        component=cells.get("component") or None,
        preventive=values.truth(cells.get("preventive")),
        duration=values.minutes(cells.get("duration"), sheet.headers.get("duration", ""), "the duration"),
        steps=tuple(piece.strip() for piece in re.split(r"[\n;；]", cells.get("steps", "")) if piece.strip()),
    )
    return [fix, *_named(cells)]


def _tag_in(cell: str | None) -> str | None:
    """Return the tag that a cell holds beside what people call the machine: 大机 EX-01."""
    tags = _TAGS.findall(cell or "")
    return tags[0] if len(tags) == 1 and len(cell or "") > len(tags[0]) else cell or None


_TAGS = re.compile(r"(?<![A-Za-z0-9-])(?:[A-Za-z]{1,5}-\d{1,4}|[A-Za-z]{2,5}\d{2,4})[A-Za-z]?(?![A-Za-z0-9-])")


def _named(cells: Cells) -> list[Record]:
    """Make a machine known that a work order or alarm names by tag and name, so that questions may use the name."""
    tag, name = cells.get("equipment"), cells.get("equipment_name")
    return [Equipment(tag=tag, name=name)] if tag and name else []


MAKERS: dict[TableKind, Callable[[Cells, int, Sheet], list[Record]]] = {
    "parts": part,
    "equipment": equipment,
    "status": reading,
    "alarms": alarm,
    "cases": case,
}


def _needed(cells: Cells, name: str, what: str) -> str:
    value = cells.get(name, "")
    if not value:
        raise ValueError(f"{what} is missing")
    return value
