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
from corpus.plant.case_view import identifier_form, modes_in, text_form
from corpus.plant.cases import CaseStore
from corpus.plant.equipment import EquipmentRow

_AGAIN = timedelta(days=90)  # a failure of the same mode within this is a repeat failure


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
        """Return the cases that meet all conditions, oldest first."""
        with self._database.read() as session:
            machines = self._cases.machines(session, wanted.equipment, wanted.model)
        return self._cases.view().matching(wanted, machines)

    def modes_in(self, text: str, wanted: CaseFilter) -> list[str]:
        """Return the failure modes in scope that the text names."""
        return modes_in(text, self.matching(wanted))


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
        machines=len({identifier_form(case.equipment) for case in cases if case.equipment}),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _counted(values: Iterable[str | None]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(value for value in values if value).most_common())


def _by_machine(cases: Iterable[RepairCase]) -> dict[str, list[tuple[datetime, RepairCase]]]:
    dated: dict[str, list[tuple[datetime, RepairCase]]] = defaultdict(list)
    for case in cases:
        if case.equipment and case.date:
            dated[identifier_form(case.equipment)].append((case.date, case))
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
            key = text_form(what)
            again += key in last and timedelta() < at - last[key] <= _AGAIN
            last[key] = at
    return again


def _models(session: Session) -> dict[str, str]:
    rows: Any = session.execute(select(EquipmentRow.key, EquipmentRow.model).where(EquipmentRow.model.is_not(None)))
    return {row.key: row.model for row in rows}


def _keys(case: RepairCase, group: CaseGroup, models: dict[str, str]) -> list[str]:
    if group == "model":
        model = models.get(identifier_form(case.equipment)) if case.equipment else None
        return [model] if model else []
    if group == "part":
        return list(case.parts)
    if group in ("year", "month"):
        return [f"{case.date:%Y}" if group == "year" else f"{case.date:%Y-%m}"] if case.date else []
    value = getattr(case, group)
    return [value] if value else []
