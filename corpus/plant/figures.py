"""Figures over repair cases: how many, by whom, when, how long, how often again; each where the data carries it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from corpus.database import Database
from corpus.domain import CaseFigures, CaseFilter, CaseGroup, RepairCase
from corpus.library.identifiers import normal_identifier
from corpus.library.quotes import normal_text
from corpus.library.words import content_words, index_tokens
from corpus.plant.cases import CaseRow, CaseStore, case_of
from corpus.plant.equipment import EquipmentRow

_AGAIN = timedelta(days=90)  # a failure of the same mode within this is a repeat failure
_STEM = 5  # letters that inflected forms share (analysed, analysis)


class CaseFigureStore:
    """Counts cases that may be found, never what waits or is retired."""

    def __init__(self, database: Database, cases: CaseStore) -> None:
        self._database = database
        self._cases = cases

    def figures(self, wanted: CaseFilter) -> CaseFigures:
        return _figures(self.matching(wanted))

    def grouped(self, wanted: CaseFilter, group: CaseGroup) -> list[tuple[str, CaseFigures]]:
        """Return the figures of each group, the largest first; cases that do not say their group are left out."""
        cases = self.matching(wanted)
        with self._database.read() as session:
            models = _models(session) if group == "model" else {}
        groups: dict[str, list[RepairCase]] = defaultdict(list)
        for case in cases:
            for key in _keys(case, group, models):
                groups[key].append(case)
        return sorted(((k, _figures(v)) for k, v in groups.items()), key=lambda item: (-item[1].count, item[0]))

    def matching(self, wanted: CaseFilter) -> list[RepairCase]:
        query = select(CaseRow).where(CaseRow.retired.is_(False), CaseRow.state == "approved")
        if wanted.code:
            query = query.where(CaseRow.code_key == normal_identifier(wanted.code))
        if wanted.since:
            query = query.where(CaseRow.date >= wanted.since)
        if wanted.until:
            query = query.where(CaseRow.date < wanted.until)
        if wanted.preventive is not None:
            query = query.where(CaseRow.preventive.is_(wanted.preventive))
        with self._database.read() as session:
            keys = self._cases.machines(session, wanted.equipment, wanted.model)
            if keys is not None:
                query = query.where(CaseRow.equipment_key.in_(keys))
            cases = [case_of(row) for row in session.scalars(query.order_by(CaseRow.date, CaseRow.id))]
        if wanted.by:
            by = normal_text(wanted.by)
            cases = [case for case in cases if case.by and by in normal_text(case.by)]
        if wanted.failure_modes:
            modes = {normal_text(mode) for mode in wanted.failure_modes}
            cases = [case for case in cases if case.failure_mode and normal_text(case.failure_mode) in modes]
        if wanted.part:
            number = normal_identifier(wanted.part)
            cases = [case for case in cases if number in {normal_identifier(part) for part in case.parts}]
        if wanted.words:
            cases = [case for case in cases if _holds(case, wanted.words)]
        return cases

    def modes_in(self, text: str, wanted: CaseFilter) -> list[str]:
        """Return the failure modes in scope that the text names: those of which it holds most words, if nearly all."""
        words = {word for word in content_words(text) if not word.isdigit()}
        scored = []
        for mode in dict.fromkeys(case.failure_mode for case in self.matching(wanted) if case.failure_mode):
            own = list(dict.fromkeys(index_tokens(mode)))
            held = sum(any(alike(word, token) for word in words) for token in own)
            if own and held / len(own) >= 0.75:
                scored.append((held, mode))
        most = max((held for held, _ in scored), default=0)
        return [mode for held, mode in scored if held == most]


def alike(word: str, token: str) -> bool:
    """Say whether two stems are forms of one word: "analys" of analysed, "analysi" of analysis."""
    if word == token:
        return True
    least = min(len(word), len(token))
    return word.isascii() and least >= _STEM and (word.startswith(token) or token.startswith(word))


def _holds(case: RepairCase, words: Iterable[str]) -> bool:
    texts = (case.symptom, case.cause, case.action, case.failure_mode, case.component, case.code, *case.parts)
    tokens = set(index_tokens(" ".join(filter(None, texts))))
    return all(word in tokens or any(alike(word, token) for token in tokens) for word in words)


def _figures(cases: Sequence[RepairCase]) -> CaseFigures:
    dates = [case.date for case in cases if case.date]
    failures = [case for case in cases if case.preventive is not True]
    repairs = [case.duration for case in failures if case.duration is not None]
    downtimes = [case.downtime for case in failures if case.downtime is not None]
    between = _between(failures)
    return CaseFigures(
        count=len(cases),
        ids=tuple(case.id for case in cases if case.id is not None),
        first=min(dates, default=None),
        last=max(dates, default=None),
        undated=len(cases) - len(dates),
        preventive=sum(case.preventive is True for case in cases),
        corrective=sum(case.preventive is False for case in cases),
        by=_counted(case.by for case in cases),
        parts=_counted(part for case in cases for part in case.parts),
        causes=_counted(case.cause for case in cases),
        actions=_counted(case.action for case in cases),
        downtime=sum(downtimes) if downtimes else None,
        downtime_of=len(downtimes),
        mean_time_to_repair=sum(repairs) / len(repairs) if repairs else _mean(downtimes),
        repaired_of=len(repairs) or len(downtimes),
        mean_time_between_failures=sum(between) / len(between) / 1440 if between else None,
        intervals=len(between),
        repeats=_repeats(failures),
        machines=len({normal_identifier(case.equipment) for case in cases if case.equipment}),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _counted(values: Iterable[str | None]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(value for value in values if value).most_common())


def _by_machine(cases: Iterable[RepairCase]) -> dict[str, list[tuple[datetime, RepairCase]]]:
    dated: dict[str, list[tuple[datetime, RepairCase]]] = defaultdict(list)
    for case in cases:
        if case.equipment and case.date:
            dated[normal_identifier(case.equipment)].append((case.date, case))
    return {key: sorted(rows, key=lambda row: row[0]) for key, rows in dated.items()}


def _between(failures: Sequence[RepairCase]) -> list[float]:
    """Return the minutes between failures that follow one another on the same machine."""
    rows = _by_machine(failures).values()
    return [(b[0] - a[0]).total_seconds() / 60 for dated in rows for a, b in pairwise(dated) if b[0] > a[0]]


def _repeats(failures: Sequence[RepairCase]) -> int:
    """Count failures that came again on the same machine, in the same mode or with the same code, within 90 days."""
    again = 0
    for dated in _by_machine(failures).values():
        last: dict[str, datetime] = {}
        for at, case in dated:
            what = case.code or case.failure_mode
            if not what:
                continue
            key = normal_text(what)
            again += key in last and timedelta() < at - last[key] <= _AGAIN
            last[key] = at
    return again


def _models(session: Session) -> dict[str, str]:
    rows: Any = session.execute(select(EquipmentRow.key, EquipmentRow.model).where(EquipmentRow.model.is_not(None)))
    return {row.key: row.model for row in rows}


def _keys(case: RepairCase, group: CaseGroup, models: dict[str, str]) -> list[str]:
    if group == "model":
        model = models.get(normal_identifier(case.equipment)) if case.equipment else None
        return [model] if model else []
    if group == "part":
        return list(case.parts)
    if group in ("year", "month"):
        return [f"{case.date:%Y}" if group == "year" else f"{case.date:%Y-%m}"] if case.date else []
    value = getattr(case, group)
    return [value] if value else []
