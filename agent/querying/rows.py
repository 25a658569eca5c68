"""The plant's records as rows of one form: what stands in each column, figures with their units, a date."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

from agent.asking.columns import Cell, cells_of
from agent.words import words
from corpus import Alarm, CaseFilter, Corpus, Equipment, Part, RepairCase

Table = Literal["parts", "cases", "alarms", "equipment"]
TABLES: tuple[Table, ...] = ("parts", "alarms", "cases", "equipment")
_ALARMS = 100_000
_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")
_BRACKETED = re.compile(r"[(（\[]\s*([^()（）\[\]]{1,12})\s*[)）\]]")


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure of a row and its unit."""

    value: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A record with what may be asked of it: `names` are the values of each column, `text` all that it says."""

    record: Any
    names: Mapping[str, tuple[str, ...]]
    figures: Mapping[str, Measured]
    text: str
    tag: str | None = None
    at: datetime | None = None

    @property
    def id(self) -> int:
        return int(self.record.id or 0)


def rows_of(corpus: Corpus, table: Table) -> list[Row]:
    """Return all records of a table that count, with the further columns of the files that they stand in."""
    cells = {i: cells_of(text) for i, text in corpus.table_rows(table).items()}
    return [_row(table, record, cells.get(record.id, ())) for record in _records(corpus, table)]


@lru_cache(maxsize=50_000)
def _row(table: Table, record: Any, cells: tuple[Cell, ...]) -> Row:
    return _MAKERS[table](record, cells)


def _records(corpus: Corpus, table: Table) -> Sequence[Any]:
    if table == "parts":
        return corpus.all_parts()
    if table == "cases":
        return corpus.cases_matching(CaseFilter())
    return corpus.all_equipment() if table == "equipment" else corpus.alarms(limit=_ALARMS)


def _part(part: Part, cells: Sequence[Cell]) -> Row:
    figures = _figures(stock=(part.on_hand, part.unit), minimum=(part.minimum, part.unit), lead=(part.lead_time, "d"))
    if part.on_hand is not None and part.minimum is not None and part.on_hand < part.minimum:
        figures["shortage"] = Measured(part.minimum - part.on_hand, part.unit or "")
    figures |= _of_columns(cells, ("price", "maximum"))
    if "price" in figures and part.on_hand is not None:
        price = figures["price"]
        figures["worth"] = Measured(round(price.value * part.on_hand, 2), price.unit)
    names = _names(
        part=(part.part_number,), type=(part.spec,), maker=(part.supplier, *_under(cells, "maker")), bin=(part.bin,),
        warehouse=(part.warehouse,), fits=part.fits,
    )  # fmt: skip
    told = (part.part_number, part.name, part.name_en, part.spec)
    return Row(part, names | _others(cells, names), figures, _joined(told))


def _case(case: RepairCase, cells: Sequence[Cell]) -> Row:
    figures = _figures(downtime=(case.downtime, "min"), duration=(case.duration, "min"))
    figures |= _of_columns(cells, ("price",))
    planned = case.preventive
    if planned is None and case.failure_mode:  # "Planned" and 保养 stand among the failures
        planned = words().query["preventive"].fullmatch(case.failure_mode.strip()) is not None
    kind = {True: "preventive", False: "corrective", None: None}[planned]
    names = _names(
        order=(case.work_order,), person=(case.by,), mode=(case.failure_mode,), code=(case.code,),
        component=(case.component,), part=case.parts, kind=(kind,),
    )  # fmt: skip
    told = (case.symptom, case.failure_mode, case.component, case.cause, case.action, *case.steps, *case.parts)
    return Row(case, names | _others(cells, names), figures, _joined(told), case.equipment, case.date)


def _alarm(alarm: Alarm, cells: Sequence[Cell]) -> Row:
    minutes = (alarm.until - alarm.since).total_seconds() / 60 if alarm.until else None
    names = _names(code=(alarm.code,), severity=(alarm.severity,), message=(alarm.text,))
    told = _joined((alarm.code, alarm.text))
    figures = _figures(duration=(minutes, "min"))
    return Row(alarm, names | _others(cells, names), figures, told, alarm.equipment, alarm.since)


def _machine(machine: Equipment, cells: Sequence[Cell]) -> Row:
    names = _names(
        model=(machine.model,), kind=(machine.kind,), place=(machine.location,), person=(machine.owner,),
        serial=(machine.serial,),
    )  # fmt: skip
    told = (machine.tag, machine.name, machine.model, machine.kind)
    started = next((day for value in _under(cells, "commissioned") if (day := _day(value))), None)
    return Row(machine, names | _others(cells, names), {}, _joined(told), machine.tag, started)


_MAKERS: dict[Table, Callable[[Any, Sequence[Cell]], Row]] = {
    "parts": _part, "cases": _case, "alarms": _alarm, "equipment": _machine,
}  # fmt: skip


def _figures(**given: tuple[float | None, str | None]) -> dict[str, Measured]:
    return {name: Measured(value, unit or "") for name, (value, unit) in given.items() if value is not None}


def _names(**given: Iterable[str | None]) -> dict[str, tuple[str, ...]]:
    return {name: held for name, values in given.items() if (held := tuple(value for value in values if value))}


def _joined(pieces: Iterable[str | None]) -> str:
    return "\n".join(piece for piece in pieces if piece)


def _under(cells: Sequence[Cell], column: str) -> list[str]:
    """Return what stands under the headers by which tables call a column."""
    head = words().columns[column][1]
    return [value for header, value in cells if head.search(header)]


def _of_columns(cells: Sequence[Cell], columns: Sequence[str]) -> dict[str, Measured]:
    """Return the figures that stand in columns which only the file has, each with the unit in its header."""
    found: dict[str, Measured] = {}
    for name in columns:
        head = words().columns[name][1]
        for header, value in cells:
            number = _NUMBER.fullmatch(value.strip().lstrip("¥￥$€"))
            if number and name not in found and head.search(header):
                unit = _BRACKETED.search(header)
                found[name] = Measured(float(number.group().replace(",", "")), unit[1] if unit else "")
    return found


def _others(cells: Sequence[Cell], names: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the short texts of further columns, such as a status or a priority, and the columns that say yes."""
    held = {value for values in names.values() for value in values}
    texts: dict[str, tuple[str, ...]] = {
        header: (value,) for header, value in cells
        if value not in held and len(value) <= _SHORT and not _NUMBER.match(value)
    }  # fmt: skip
    texts |= {
        f"{NUMBERED}{header}": (value,) for header, value in cells
        if value not in held and value.isdigit() and len(value) <= _DIGITS
    }  # fmt: skip
    flags = tuple(header for header, value in cells if value.casefold() in _YES)
    return {**texts, "flag": flags} if flags else texts


_SHORT = 24
_DIGITS = 3
NUMBERED = "#"  # before the header of a column whose values are figures: "priority 1"
_YES = frozenset({"yes", "y", "true", "是", "√", "✓"})
_DAY = re.compile(
    r"((?:19|20)\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})|(\d{1,2})[/.](\d{1,2})[/.]((?:19|20)\d\d)|^((?:19|20)\d\d)年?$"
)


def _day(text: str) -> datetime | None:
    found = _DAY.search(text.strip())
    if found is None:
        return None
    year, month, day, first, second, last, alone = found.groups()
    try:
        if alone:
            return datetime(int(alone), 1, 1, tzinfo=UTC)
        if year:
            return datetime(int(year), int(month), int(day), tzinfo=UTC)
        return datetime(int(last), int(second), int(first), tzinfo=UTC)
    except ValueError:
        return None
