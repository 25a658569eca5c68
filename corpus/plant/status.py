"""Operating status: readings with their limits, and alarms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Index, String, Text, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.database import Base, Database, UtcDateTime
from corpus.domain import Alarm, Reading, Record
from corpus.library.identifiers import normal_identifier
from corpus.library.quotes import normal_text
from corpus.plant.records import Imported, Key, RecordStore, set_retired
from corpus.settings import Settings

_BATCH = 5000


class ReadingRow(Base):
    __tablename__ = "readings"
    id: Mapped[int] = mapped_column(primary_key=True)
    equipment_key: Mapped[str] = mapped_column(Key)
    equipment: Mapped[str] = mapped_column(String(120))
    metric: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    value: Mapped[float]
    unit: Mapped[str | None] = mapped_column(String(40))
    limit_low: Mapped[float | None]
    limit_high: Mapped[float | None]
    revision_id: Mapped[int] = mapped_column(index=True)
    retired: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index("ix_readings_asset_metric_at", "equipment_key", "metric", "at", unique=True),)


class AlarmRow(Imported, Base):
    __tablename__ = "alarms"
    equipment_key: Mapped[str] = mapped_column(Key, index=True)
    equipment: Mapped[str] = mapped_column(String(120))
    code: Mapped[str] = mapped_column(String(120))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    text: Mapped[str | None] = mapped_column(Text)
    severity: Mapped[str | None] = mapped_column(String(60))


class StatusStore(RecordStore):
    """Answers how a machine is, as of when; nothing is inferred from readings that are not there."""

    TABLE = AlarmRow.__tablename__
    ROW = AlarmRow

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._fresh = timedelta(minutes=settings.stale_minutes)

    def latest(self, equipment: str, *, metric: str | None) -> list[Reading]:
        key = normal_identifier(equipment)
        found = []
        with self._database.read() as session:
            for name in self.metrics(session, equipment, metric):  # one seek in the index for each
                row = session.scalars(
                    select(ReadingRow)
                    .where(ReadingRow.equipment_key == key, ReadingRow.metric == name, ReadingRow.retired.is_(False))
                    .order_by(ReadingRow.at.desc())
                    .limit(1)
                ).first()
                if row is not None:
                    found.append(self.reading(row))
        return found

    @staticmethod
    def metrics(session: Session, equipment: str, metric: str | None) -> list[str]:
        """List a machine's metrics (or those whose name matches), by stepping over the index from one to the next."""
        key, found, last = normal_identifier(equipment), [], ""
        while True:
            after = select(func.min(ReadingRow.metric)).where(ReadingRow.equipment_key == key, ReadingRow.metric > last)
            name = session.scalar(after)
            if name is None:
                break
            found.append(name)
            last = name
        wanted = normal_text(metric) if metric else ""
        return [name for name in found if wanted in normal_text(name)]

    @staticmethod
    def machines(session: Session) -> list[str]:
        """List the machines that have readings."""
        found: list[str] = []
        last = ""
        while True:
            key = session.scalar(select(func.min(ReadingRow.equipment_key)).where(ReadingRow.equipment_key > last))
            if key is None:
                return found
            found.append(key)
            last = key

    def readings(self, equipment: str, metric: str, since: datetime, until: datetime) -> list[Reading]:
        with self._database.read() as session:
            query = select(ReadingRow).where(
                ReadingRow.equipment_key == normal_identifier(equipment),
                ReadingRow.metric == metric,
                ReadingRow.retired.is_(False),
                ReadingRow.at >= since,
                ReadingRow.at < until,
            )
            return [self.reading(row) for row in session.scalars(query.order_by(ReadingRow.at))]

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

    def save(self, session: Session, records: Sequence[Record], revision_id: int, source: str) -> dict[int, int]:
        self._save_readings(session, [record for record in records if isinstance(record, Reading)], revision_id)
        stored: dict[int, int] = {}
        for index, record in enumerate(records):
            if isinstance(record, Alarm):
                stored[index] = _save_alarm(session, record, revision_id, source)
        return stored

    @staticmethod
    def _save_readings(session: Session, readings: Sequence[Reading], revision_id: int) -> None:
        """Store readings; one of the same asset, metric and time replaces the earlier one."""
        unique = {(normal_identifier(r.equipment), r.metric, r.at.astimezone(UTC)): r for r in readings}
        spans: dict[tuple[str, str], list[datetime]] = {}
        for key, metric, at in unique:
            spans.setdefault((key, metric), []).append(at)
        replaced: list[int] = []
        for (key, metric), times in spans.items():
            wanted = set(times)
            known = session.execute(
                select(ReadingRow.id, ReadingRow.at).where(
                    ReadingRow.equipment_key == key,
                    ReadingRow.metric == metric,
                    ReadingRow.at.between(min(times), max(times)),
                )
            )
            replaced.extend(row_id for row_id, at in known if at in wanted)
        for start in range(0, len(replaced), _BATCH):
            session.execute(delete(ReadingRow).where(ReadingRow.id.in_(replaced[start : start + _BATCH])))
        rows = [
            {
                "equipment_key": key,
                "equipment": reading.equipment,
                "metric": metric,
                "at": at,
                "value": reading.value,
                "unit": reading.unit,
                "limit_low": reading.limit_low,
                "limit_high": reading.limit_high,
                "revision_id": revision_id,
                "retired": False,
            }
            for (key, metric, at), reading in unique.items()
        ]
        for start in range(0, len(rows), _BATCH):
            session.execute(insert(ReadingRow), rows[start : start + _BATCH])

    def forget(self, session: Session, revision_id: int) -> None:
        set_retired(session, ReadingRow, revision_id, retired=True)
        set_retired(session, AlarmRow, revision_id, retired=True)

    def revive(self, session: Session, revision_id: int) -> None:
        set_retired(session, ReadingRow, revision_id, retired=False)
        set_retired(session, AlarmRow, revision_id, retired=False)

    def reading(self, row: ReadingRow) -> Reading:
        stale = datetime.now(UTC) - row.at > self._fresh
        return Reading(
            row.equipment, row.metric, row.value, row.at, row.unit, row.limit_low, row.limit_high, stale, id=row.id
        )


def _save_alarm(session: Session, alarm: Alarm, revision_id: int, source: str) -> int:
    key = normal_identifier(alarm.equipment)
    code = normal_identifier(alarm.code)
    same_time = session.scalars(select(AlarmRow).where(AlarmRow.equipment_key == key, AlarmRow.since == alarm.since))
    row = next((row for row in same_time if normal_identifier(row.code) == code), None)
    if row is None:
        row = AlarmRow(equipment_key=key, since=alarm.since)
        session.add(row)
    row.equipment, row.code, row.until, row.text, row.severity = (
        alarm.equipment,
        alarm.code,
        alarm.until,
        alarm.text,
        alarm.severity,
    )
    row.revision_id, row.source, row.retired = revision_id, source, False
    session.flush()
    return row.id
