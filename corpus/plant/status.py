"""Operating status: readings with their limits, alarms, and what machines were doing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import BigInteger, delete, func, select, type_coerce
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.orm import Session, aliased

from corpus.database import Database
from corpus.domain import Alarm, AlarmSignal, MachineState, Reading, Record
from corpus.errors import Refused
from corpus.library.identifiers import normal_identifier
from corpus.plant.alarms import AlarmRow, save_alarm, take_signal
from corpus.plant.readings import (
    HOUR,
    PUSHED,
    ReadingRow,
    ReadingWriter,
    SeriesRow,
    discard,
    reading_of,
    reading_query,
    retire,
    series_of,
)
from corpus.plant.records import RecordStore, set_retired
from corpus.plant.states import StateRow, latest_states, save_states
from corpus.settings import Settings

_BULK = 50_000  # readings a transaction
_SELECTED = 500


class StatusStore(RecordStore):
    """Answers how a machine is, as of when; nothing is inferred from readings that are not there."""

    TABLE = AlarmRow.__tablename__
    ROW = AlarmRow

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._fresh = timedelta(minutes=settings.stale_minutes)
        self._writer = ReadingWriter()

    def fresh(self) -> datetime:
        """Return the time since which a reading is not stale."""
        return datetime.now(UTC) - self._fresh

    def latest(self, equipment: str | None, *, metric: str | None, until: datetime | None = None) -> list[Reading]:
        """Return the newest reading (up to a time) of each metric of a machine, or of all machines."""
        one = aliased(ReadingRow)
        newest = select(one.id).where(one.series_id == SeriesRow.id, one.retired.is_(False))
        if until is not None:
            newest = newest.where(one.at <= until)
        # One seek in the index for each series.
        found = newest.order_by(one.at.desc()).limit(1).correlate(SeriesRow).scalar_subquery()
        query = reading_query().where(ReadingRow.id == found).order_by(SeriesRow.equipment_key, SeriesRow.metric)
        fresh = self.fresh()
        with self._database.read() as session:
            ids = [series for series, _ in series_of(session, equipment, metric)]
            rows = [
                row
                for at in range(0, len(ids), _SELECTED)
                for row in session.execute(query.where(SeriesRow.id.in_(ids[at : at + _SELECTED])))
            ]
        return [reading_of(row, fresh) for row in rows]

    def readings(self, equipment: str, metric: str, since: datetime, until: datetime) -> list[Reading]:
        series = select(SeriesRow.id).where(
            SeriesRow.equipment_key == normal_identifier(equipment), SeriesRow.metric == metric
        )
        fresh = self.fresh()
        with self._database.read() as session:
            query = reading_query().where(
                ReadingRow.series_id == session.scalar(series), ReadingRow.at >= since, ReadingRow.at < until
            )
            return [reading_of(row, fresh) for row in session.execute(query.order_by(ReadingRow.at))]

    def alarms(self, equipment: str | None, *, active: bool, limit: int) -> list[Alarm]:
        query = select(AlarmRow).where(AlarmRow.retired.is_(False))
        if equipment is not None:
            query = query.where(AlarmRow.equipment_key == normal_identifier(equipment))
        if active:
            query = query.where(AlarmRow.until.is_(None))
        with self._database.read() as session:
            rows = session.scalars(query.order_by(AlarmRow.since.desc(), AlarmRow.id.desc()).limit(limit))
            return [
                Alarm(row.equipment, row.code, row.since, row.until, row.text, row.severity, id=row.id) for row in rows
            ]

    def states(self, equipment: str | None) -> list[MachineState]:
        """Return the newest state told of a machine, or of all machines, by tag."""
        with self._database.read() as session:
            return latest_states(session, equipment, self.fresh())

    def metrics(self) -> dict[str, list[str]]:
        """Return the names of all series by the machine's key."""
        found: dict[str, list[str]] = {}
        query = select(SeriesRow.equipment_key, SeriesRow.metric).order_by(SeriesRow.equipment_key, SeriesRow.metric)
        with self._database.read() as session:
            for row in session.execute(query):
                found.setdefault(row.equipment_key, []).append(row.metric)
        return found

    def alarm_codes(self) -> list[str]:
        """List the codes of all alarms on record, the longest first."""
        query = select(AlarmRow.code).where(AlarmRow.retired.is_(False)).distinct()
        with self._database.read() as session:
            return sorted(session.scalars(query), key=lambda code: (-len(code), code))

    def save(self, session: Session, records: Sequence[Record], revision_id: int, source: str) -> dict[int, int]:
        self._writer.save(session, [record for record in records if isinstance(record, Reading)], revision_id)
        stored: dict[int, int] = {}
        for index, record in enumerate(records):
            if isinstance(record, Alarm):
                stored[index] = save_alarm(session, record, revision_id, source)
        save_states(session, [record for record in records if isinstance(record, MachineState)], revision_id, source)
        return stored

    def add(self, readings: Iterable[Reading]) -> int:
        """Store readings as they come, a transaction a batch, so that questions and other writers get their turn."""
        stored = 0
        every = iter(readings)
        while batch := list(islice(every, _BULK)):
            with self._database.write() as session:
                stored += self._writer.save(session, batch, PUSHED)
        return stored

    def stream(self, records: Sequence[Record], source: str) -> None:
        """Store readings, alarms and signals as they came, all or none; told again they change nothing.

        Raises:
            Refused: one of them cannot be stored, whenever it is tried.
        """
        try:
            with self._database.write() as session:
                self._writer.save(session, [record for record in records if isinstance(record, Reading)], PUSHED)
                for record in records:
                    if isinstance(record, Alarm):
                        save_alarm(session, record, PUSHED, source)
                    elif isinstance(record, AlarmSignal):
                        take_signal(session, record, PUSHED, source)
        except OperationalError:
            raise  # the database's trouble, not the records'
        except (DBAPIError, StatementError, ValueError, TypeError, OverflowError) as error:
            raise Refused(f"A record cannot be stored ({type(error).__name__}).") from error

    def thin(self, raw_until: datetime, keep_since: datetime | None) -> int:
        """Leave each hour's lowest and highest of older readings, as they were measured; return how many went."""
        hour = type_coerce(ReadingRow.at, BigInteger) // HOUR
        of = (ReadingRow.series_id, hour)
        ranked = (
            select(
                ReadingRow.id,
                func.row_number().over(partition_by=of, order_by=(ReadingRow.value, ReadingRow.id)).label("low"),
                func.row_number()
                .over(partition_by=of, order_by=(ReadingRow.value.desc(), ReadingRow.id))
                .label("high"),
            )
            .where(ReadingRow.at < raw_until)
            .subquery()
        )
        surplus = select(ranked.c.id).where(ranked.c.low > 1, ranked.c.high > 1)
        with self._database.write() as session:
            before = session.scalar(select(func.count()).select_from(ReadingRow)) or 0
            if keep_since is not None:
                session.execute(delete(ReadingRow).where(ReadingRow.at < keep_since))
            session.execute(delete(ReadingRow).where(ReadingRow.id.in_(surplus)))
            return before - (session.scalar(select(func.count()).select_from(ReadingRow)) or 0)

    def forget(self, session: Session, revision_id: int) -> None:
        retire(session, revision_id, retired=True)
        set_retired(session, AlarmRow, revision_id, retired=True)
        set_retired(session, StateRow, revision_id, retired=True)

    def revive(self, session: Session, revision_id: int) -> None:
        retire(session, revision_id, retired=False)
        set_retired(session, AlarmRow, revision_id, retired=False)
        set_retired(session, StateRow, revision_id, retired=False)

    def discard(self, session: Session, revision_id: int) -> None:
        discard(session, revision_id)
