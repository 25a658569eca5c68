"""The answer: its states, its citations, and the JSON that others rely on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from corpus import Alarm, MachineState, Part, Passage, Place, Reading, RepairCase

State = Literal["answered", "clarify", "no_answer"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Citation:
    """The n-th citation: a verbatim quote and the place where it stands."""

    n: int
    quote: str
    place: Place


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out to the reader; `nearest` are (title, place) of what came closest to an answer.

    `asked` is the question as it was understood after earlier turns, `chosen` the tag that was picked beside it;
    `removed` are (statement, what no place carries) of a model's draft.
    """

    state: State
    text: str
    citations: tuple[Citation, ...] = ()
    warnings: tuple[Citation, ...] = ()
    choices: tuple[str, ...] = ()
    nearest: tuple[tuple[str, Place], ...] = ()
    parts: tuple[Part, ...] = ()
    readings: tuple[Reading, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    states: tuple[MachineState, ...] = ()
    cases: tuple[RepairCase, ...] = ()
    model: str = "extractive"
    fallback: str | None = None
    conversation: str | None = None
    asked: str | None = None
    chosen: str | None = None
    removed: tuple[tuple[str, str], ...] = ()
    search_ms: float = 0.0
    answer_ms: float = 0.0

    def to_json(self) -> Json:
        """Return DESIGN's form of `millhand ask`."""
        return {
            "state": self.state,
            "text": self.text,
            "citations": [citation_json(citation) for citation in self.citations],
            "warnings": [citation_json(citation) for citation in self.warnings],
            "choices": list(self.choices),
            "nearest": [{**place_json(place), "title": title} for title, place in self.nearest],
            "parts": [part_json(part) for part in self.parts],
            "status": [
                *map(state_json, self.states),
                *map(reading_json, self.readings),
                *map(alarm_json, self.alarms),
            ],
            "cases": [case_json(case) for case in self.cases],
            "model": self.model,
            "fallback": self.fallback,
            "conversation": self.conversation,
            "asked": self.asked,
            "chosen": self.chosen,
            "removed": [{"text": text, "why": why} for text, why in self.removed],
            "latency_ms": {"search": round(self.search_ms, 1), "answer": round(self.answer_ms, 1)},
        }


def place_json(place: Place) -> Json:
    """Return a place in DESIGN's form."""
    record = place.record
    return {
        "source": place.source,
        "document": place.document,
        "revision": place.revision,
        "page": place.page,
        "section": place.section,
        "row": place.row,
        "record": record and {"table": record.table, "ids": list(record.ids), "as_of": _time(record.as_of)},
    }


def passage_json(passage: Passage, rank: int) -> Json:
    """Return a hit of `millhand search` in DESIGN's form."""
    extra = {"rank": rank, "score": passage.score, "kind": passage.kind, "text": passage.text, "why": list(passage.why)}
    return {**place_json(passage.place), **extra, "applies": passage.applies, "title": passage.title}


def citation_json(citation: Citation) -> Json:
    return {**place_json(citation.place), "n": citation.n, "quote": citation.quote}


def part_json(part: Part) -> Json:
    names = ("part_number", "name", "on_hand", "minimum", "unit", "bin", "name_en", "spec", "lead_time", "supplier")
    return {name: getattr(part, name) for name in names} | {
        "as_of": _time(part.as_of),
        "fits": list(part.fits),
        "substitutes": list(part.substitutes),
    }


def reading_json(reading: Reading) -> Json:
    names = ("equipment", "metric", "value", "unit", "limit_low", "limit_high")
    return {name: getattr(reading, name) for name in names} | {"at": _time(reading.at), "stale": reading.stale}


def state_json(state: MachineState) -> Json:
    """Return what a machine is doing as a reading whose value is a word."""
    nothing = {"unit": None, "limit_low": None, "limit_high": None}
    told = {"equipment": state.equipment, "metric": "state", "value": state.state}
    return told | nothing | {"at": _time(state.at), "stale": state.stale}


def alarm_json(alarm: Alarm) -> Json:
    return {
        "equipment": alarm.equipment,
        "code": alarm.code,
        "since": _time(alarm.since),
        "until": _time(alarm.until),
        "text": alarm.text,
    }


def case_json(case: RepairCase) -> Json:
    names = ("id", "equipment", "symptom", "cause", "action", "by", "code", "work_order", "downtime")
    return {name: getattr(case, name) for name in names} | {"date": _time(case.date)}


def _time(value: datetime | None) -> str | None:
    return value.isoformat(timespec="seconds") if value else None
