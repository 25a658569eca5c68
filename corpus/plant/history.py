"""Status over time: a machine as it was at a date, the extremes of a period, limits exceeded, alarms counted."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from corpus.database import Database
from corpus.domain import Alarm, AlarmFigures, Extremes, Reading
from corpus.library.identifiers import normal_identifier
from corpus.plant.alarms import AlarmRow
from corpus.plant.readings import ReadingRow, reading_of, reading_query, series_of
from corpus.plant.status import StatusStore


class StatusHistory:
    """Answers from what was recorded; where nothing was, there is no figure."""

    def __init__(self, database: Database, status: StatusStore) -> None:
        self._database = database
        self._status = status

    def at(self, equipment: str, when: datetime, *, metric: str | None) -> list[Reading]:
        """Return each metric's last reading up to a time."""
        return self._status.latest(equipment, metric=metric, until=when)

    def extremes(
        self, equipment: str, *, metric: str | None, since: datetime | None, until: datetime | None
    ) -> list[Extremes]:
        found = []
        fresh = self._status.fresh()
        inside: list[ColumnElement[bool]] = [ReadingRow.retired.is_(False)]
        inside += [ReadingRow.at >= since] if since else []
        inside += [ReadingRow.at < until] if until else []
        beyond = or_(ReadingRow.value > ReadingRow.limit_high, ReadingRow.value < ReadingRow.limit_low)
        figures = select(func.count(), func.avg(ReadingRow.value), func.count(case((beyond, 1)))).where(*inside)
        with self._database.read() as session:
            for series, name in series_of(session, equipment, metric):
                mine = ReadingRow.series_id == series
                count, mean, outside = session.execute(figures.where(mine)).one()
                if not count:
                    continue
                ordered = reading_query().where(mine, *inside).limit(1)
                low = session.execute(ordered.order_by(ReadingRow.value, ReadingRow.at)).one()
                high = session.execute(ordered.order_by(ReadingRow.value.desc(), ReadingRow.at)).one()
                lowest, highest = reading_of(low, fresh), reading_of(high, fresh)
                found.append(Extremes(highest.equipment, name, lowest, highest, mean, count, outside))
        return found

    def beyond_limits(self, equipment: str | None) -> list[Reading]:
        """Return the newest readings that stand outside their limits."""
        return [reading for reading in self._status.latest(equipment, metric=None) if outside(reading)]

    def alarm_figures(
        self,
        equipment: str | None,
        *,
        code: str | None,
        since: datetime | None,
        until: datetime | None,
        ids: frozenset[int] | None = None,
    ) -> list[AlarmFigures]:
        """Return count and durations by machine and code, the most frequent first; what stands has no duration yet."""
        query = _alarms_of(equipment, since, until)
        groups: dict[tuple[str, str], list[AlarmRow]] = defaultdict(list)
        with self._database.read() as session:
            for row in session.scalars(query.order_by(AlarmRow.since)):
                if ids is not None and row.id not in ids:
                    continue
                if code is None or normal_identifier(row.code) == normal_identifier(code):
                    groups[(row.equipment_key, normal_identifier(row.code))].append(row)
        figures = []
        for rows in groups.values():
            minutes = [(row.until - row.since).total_seconds() / 60 for row in rows if row.until]
            last = rows[-1]
            figures.append(
                AlarmFigures(
                    equipment=last.equipment,
                    code=last.code,
                    text=next((row.text for row in reversed(rows) if row.text), None),
                    count=len(rows),
                    standing=sum(row.until is None for row in rows),
                    minutes=sum(minutes) if minutes else None,
                    longest=max(minutes, default=None),
                    first=rows[0].since,
                    last=last.since,
                    ids=tuple(row.id for row in rows),
                )
            )
        return sorted(figures, key=lambda one: (-one.count, one.equipment, one.code))

    def alarms_within(
        self, equipment: str | None, since: datetime | None, until: datetime | None, limit: int
    ) -> list[Alarm]:
        query = _alarms_of(equipment, since, until)
        with self._database.read() as session:
            rows = session.scalars(query.order_by(AlarmRow.since.desc()).limit(limit))
            return [
                Alarm(row.equipment, row.code, row.since, row.until, row.text, row.severity, id=row.id) for row in rows
            ]


def outside(reading: Reading) -> bool:
    """Say whether a reading stands beyond one of its limits."""
    low, high = reading.limit_low, reading.limit_high
    return (low is not None and reading.value < low) or (high is not None and reading.value > high)


def _alarms_of(equipment: str | None, since: datetime | None, until: datetime | None) -> Select[AlarmRow]:
    """Ask for the alarms of a machine (or of all) that began in [since, until)."""
    query = select(AlarmRow).where(AlarmRow.retired.is_(False))
    if equipment:
        query = query.where(AlarmRow.equipment_key == normal_identifier(equipment))
    if since:
        query = query.where(AlarmRow.since >= since)
    if until:
        query = query.where(AlarmRow.since < until)
    return query
