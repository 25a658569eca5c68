"""What a tool found: the typed channel from the tools to the model and the checks."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from agent.asking.columns import Row
from corpus import (
    Alarm,
    Equipment,
    Evidence,
    Language,
    MachineState,
    Part,
    Passage,
    Place,
    Reading,
    RecordRef,
    Rendered,
    RepairCase,
    Stock,
)


@dataclass(frozen=True, slots=True)
class Source:
    """One citable thing: its id in drafts (p12, s7), its verbatim text, and where it stands."""

    id: str
    text: str
    place: Place
    passage: Passage | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The artifact of one tool call.

    `beside` are passages that no search ranked but that belong to one that it did: the steps of a section.
    """

    evidence: Evidence | None = None
    parts: tuple[Part, ...] = ()
    readings: tuple[Reading, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    states: tuple[MachineState, ...] = ()  # what machines are doing
    cases: tuple[RepairCase, ...] = ()
    machines: tuple[Equipment, ...] = ()
    sources: tuple[Source, ...] = field(default=())
    milliseconds: float = 0.0
    beside: tuple[Passage, ...] = ()
    answering: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    """How well each statement of a passage answers the question, -1..1, by the passage's id."""
    terms: tuple[Rendered, ...] = ()  # of the question
    translated: tuple[str, ...] = ()  # tokens that the question's terms have in the other language
    named: tuple[str, ...] = ()  # metrics that the question names
    facts: tuple[Source, ...] = ()  # figures over many records, in the words that answer
    rows: Mapping[str, Row] = field(default_factory=dict)  # what a record's row says beyond it, by the source's id
    totals: Mapping[str, Source] = field(default_factory=dict)  # of parts in several bins, by number
    absent: tuple[str, ...] = ()  # what was asked for and no record holds, in words


def merged(found: Iterable[Found]) -> Found:
    """Return all that several calls found, each source once."""
    every = list(found)
    sources = {source.id: source for one in every for source in one.sources}
    return Found(
        evidence=_together([one.evidence for one in every if one.evidence is not None]),
        parts=tuple(dict.fromkeys(part for one in every for part in one.parts)),
        readings=tuple(reading for one in every for reading in one.readings),
        alarms=tuple(dict.fromkeys(alarm for one in every for alarm in one.alarms)),
        states=tuple(dict.fromkeys(state for one in every for state in one.states)),
        cases=tuple(dict.fromkeys(case for one in every for case in one.cases)),
        machines=tuple(dict.fromkeys(machine for one in every for machine in one.machines)),
        sources=tuple(sources.values()),
        milliseconds=sum(one.milliseconds for one in every),
        beside=tuple({passage.id: passage for one in every for passage in one.beside}.values()),
        answering={key: scores for one in every for key, scores in one.answering.items()},
        terms=tuple(dict.fromkeys(term for one in every for term in one.terms)),
        translated=tuple(dict.fromkeys(token for one in every for token in one.translated)),
        named=tuple(dict.fromkeys(metric for one in every for metric in one.named)),
        facts=tuple({fact.id: fact for one in every for fact in one.facts}.values()),
        rows={key: row for one in every for key, row in one.rows.items()},
        totals={key: total for one in every for key, total in one.totals.items()},
        absent=tuple(dict.fromkeys(text for one in every for text in one.absent)),
    )


def _together(every: list[Evidence]) -> Evidence | None:
    """Join what several searches found: each passage once, at its best score; unknown only to all is unknown."""
    if len(every) < 2:
        return every[0] if every else None
    passages: dict[int, Passage] = {}
    for passage in (passage for one in every for passage in one.passages):
        held = passages.get(passage.id)
        if held is None or passage.score > held.score:
            passages[passage.id] = passage
    widest = max(every, key=lambda one: len(one.passages))
    known = {i.normal for one in every for i in one.identifiers} - {i.normal for one in every for i in one.unknown}
    identifiers = {i.normal: i for one in every for i in one.identifiers}
    return replace(
        widest,
        passages=tuple(sorted(passages.values(), key=lambda passage: -passage.score)),
        identifiers=tuple(identifiers.values()),
        unknown=tuple(i for normal, i in identifiers.items() if normal not in known),
        coverage=max(one.coverage for one in every),
        similarity=max(one.similarity for one in every),
        confidence=max(one.confidence for one in every),
    )


def fact(letter: str, text: str, place: Place) -> Source:
    """Make a derived figure citable: its place is the query's rows, its words are their own source."""
    return Source(f"{letter}9{zlib.crc32(text.encode()):010d}", text, place)


def passage_source(passage: Passage) -> Source:
    return Source(f"p{passage.id}", passage.text, passage.place, passage)


def part_source(part: Part, zone: ZoneInfo) -> Source:
    day = f" ({part.as_of.astimezone(zone):%Y-%m-%d})" if part.as_of else ""
    stock = f"{figure(part.on_hand)} {part.unit or ''}".strip() if part.on_hand is not None else "—"
    cells = [part.part_number, part.name, part.spec or "—", stock, part.bin or "—"]
    cells += [f"min {figure(part.minimum)} {part.unit or ''}".strip()]
    cells += [f"lead time {figure(part.lead_time)} d"] if part.lead_time is not None else []
    cells += part.substitutes
    text = " | ".join(cells) + day
    return Source(f"s{part.id}", text, _record("parts", part.id, part.source, part.row, part))


def reading_source(reading: Reading, zone: ZoneInfo) -> Source:
    at = f"{reading.at.astimezone(zone):%Y-%m-%d %H:%M}"
    text = f"{reading.equipment} | {reading.metric} | {figure(reading.value)} {reading.unit or ''} | {at}"
    limits = f" | {figure(reading.limit_low)} – {figure(reading.limit_high)}"
    return Source(f"r{reading.id}", text + limits, Place(None, record=_ref("readings", reading.id, reading)))


def alarm_source(alarm: Alarm, zone: ZoneInfo) -> Source:
    since = f"{alarm.since.astimezone(zone):%Y-%m-%d %H:%M}"
    text = f"{alarm.equipment} | {alarm.code} | {alarm.text or ''} | {since}"
    return Source(f"a{alarm.id}", text, Place(None, record=_ref("alarms", alarm.id, alarm)))


def state_source(state: MachineState, zone: ZoneInfo) -> Source:
    text = f"{state.equipment} | {state.state} | {state.at.astimezone(zone):%Y-%m-%d %H:%M}"
    return Source(f"m{state.id}", text, Place(None, record=_ref("states", state.id, state)))


def nowhere_fact(states: Sequence[MachineState], language: Language) -> Source:
    """Say that none of the machines whose state is on record is in the one asked for."""
    n = len(states)
    en = f"None of the {n} machines whose state is on record is in that state."
    text = f"有状态记录的 {n} 台设备都不处于这种状态。" if language == "zh" else en
    ids = tuple(one.id for one in states if one.id is not None)
    return fact("m", text, Place(None, record=RecordRef("states", ids, max(one.at for one in states))))


def case_source(case: RepairCase, zone: ZoneInfo) -> Source:
    date = f"{case.date.astimezone(zone):%Y-%m-%d}" if case.date else ""
    cells = (
        case.work_order,
        date,
        case.equipment,
        case.code,
        case.symptom,
        case.cause,
        case.action,
        *case.parts,
        case.by,
        f"{figure(case.downtime)} min" if case.downtime else None,
    )
    text = " | ".join(cell for cell in cells if cell)
    return Source(f"c{case.id}", text, _record("cases", case.id, case.source, case.row, case))


def equipment_source(machine: Equipment, row: Passage | None) -> Source:
    cells = (
        *(machine.tag, machine.name, machine.nickname, machine.model, machine.serial),
        *(machine.location, machine.owner, machine.contact),
    )
    text = " | ".join(cell for cell in cells if cell)
    place = row.place if row else Place(None, record=_ref("equipment", machine.id, machine))
    return Source(f"e{machine.id}", text, place)


def figure(value: float | None) -> str:
    """Write a number as a person would."""
    return "—" if value is None else f"{value:g}" if abs(value) < 100_000 else f"{value:.0f}"


def _record(table: str, row_id: int | None, source: str | None, row: int | None, record: object) -> Place:
    return Place(source, row=row, record=_ref(table, row_id, record))


def _ref(table: str, row_id: int | None, record: object) -> RecordRef:
    as_of = getattr(record, "as_of", None) or getattr(record, "at", None) or getattr(record, "since", None)
    return RecordRef(table, (row_id,) if row_id is not None else (), as_of or getattr(record, "date", None))


def stock_fact(stock: Stock, zh: bool, zone: ZoneInfo) -> Source:
    """Say how many of a part there are over all its bins, and what lies in each."""
    unit = f" {stock.unit}" if stock.unit else ""
    where = "; ".join(f"{' '.join(filter(None, [p.warehouse, p.bin])) or '—'} {figure(p.on_hand)}" for p in stock.lines)
    day = f"{stock.as_of.astimezone(zone):%Y-%m-%d}" if stock.as_of else ""
    total, minimum = figure(stock.on_hand), figure(stock.minimum)
    if zh:
        text = f"{stock.part_number} {stock.name}：合计 {total}{unit}（{where}），最小库存 {minimum}{unit}" + (
            f"，截至 {day}。" if day else "。"
        )
    else:
        text = f"{stock.part_number} {stock.name}: {total}{unit} in all ({where}), minimum {minimum}{unit}" + (
            f", as of {day}." if day else "."
        )
    ids = tuple(line.id for line in stock.lines if line.id is not None)
    return fact("s", text, Place(stock.lines[0].source, record=RecordRef("parts", ids, stock.as_of)))
