"""Operating status: readings with their limits, and alarms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import Index, String, cast, delete, func, select
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.database import Base, Database, UtcDateTime
from corpus.domain import Alarm, AlarmSignal, Reading, Record
from corpus.errors import Refused
from corpus.library.identifiers import normal_identifier
from corpus.library.quotes import normal_text
from corpus.plant.alarms import AlarmRow, save_alarm, take_signal
from corpus.plant.records import Key, RecordStore, set_retired
from corpus.settings import Settings

PUSHED = 0  # instead of a revision: readings that no file brought
_BULK = 50_000
_KEY = ("equipment_key", "metric", "at")
_COLUMNS = (
    "equipment_key", "equipment", "metric", "at", "value", "unit", "limit_low", "limit_high", "revision_id", "retired",
)  # fmt: skip
_UPSERT = (
    f"INSERT INTO readings ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
    f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEY)
)


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
            columns = (
                ReadingRow.equipment, ReadingRow.metric, ReadingRow.value, ReadingRow.at, ReadingRow.unit,
                ReadingRow.limit_low, ReadingRow.limit_high, ReadingRow.id,
            )  # fmt: skip
            query = select(*columns).where(
                ReadingRow.equipment_key == normal_identifier(equipment),
                ReadingRow.metric == metric,
                ReadingRow.retired.is_(False),
                ReadingRow.at >= since,
                ReadingRow.at < until,
            )
            rows = session.execute(query.order_by(ReadingRow.at)).all()
        fresh = datetime.now(UTC) - self._fresh
        return [Reading(*row[:7], row.at < fresh, id=row.id) for row in rows]

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
                stored[index] = save_alarm(session, record, revision_id, source)
        return stored

    def add(self, readings: Iterable[Reading]) -> int:
        """Store readings as they come, a transaction a batch, so that questions and other writers get their turn."""
        stored = 0
        every = iter(readings)
        while batch := list(islice(every, _BULK)):
            with self._database.write() as session:
                stored += self._save_readings(session, batch, PUSHED)
        return stored

    def stream(self, records: Sequence[Record], source: str) -> None:
        """Store readings, alarms and signals as they came, all or none; told again they change nothing.

        Raises:
            Refused: one of them cannot be stored, whenever it is tried.
        """
        try:
            with self._database.write() as session:
                self._save_readings(session, [record for record in records if isinstance(record, Reading)], PUSHED)
                for record in records:
                    if isinstance(record, Alarm):
                        save_alarm(session, record, PUSHED, source)
                    elif isinstance(record, AlarmSignal):
                        take_signal(session, record, PUSHED, source)
        except OperationalError:
            raise  # the database's trouble, not the records'
        except (DBAPIError, StatementError, ValueError, TypeError, OverflowError) as error:
            raise Refused(f"A record cannot be stored ({type(error).__name__}).") from error

    def _save_readings(self, session: Session, readings: Sequence[Reading], revision_id: int) -> int:
        """Store readings; one of the same asset, metric and time replaces the earlier one."""
        if not readings:
            return 0
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            # The driver's own executemany: the mapper would take as long again for binding each value.
            connection.exec_driver_sql(_UPSERT, _rows(readings, revision_id))
            return len(readings)
        from sqlalchemy.dialects.postgresql import insert

        unique = {(normal_identifier(r.equipment), r.metric, r.at): r for r in readings}
        statement = insert(ReadingRow)
        replaced = {name: statement.excluded[name] for name in _COLUMNS if name not in _KEY}
        rows = [
            dict(zip(_COLUMNS, (key, r.equipment, metric, at, r.value, r.unit, r.limit_low, r.limit_high, revision_id,
                                False), strict=True))
            for (key, metric, at), r in unique.items()
        ]  # fmt: skip
        session.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=replaced), rows)
        return len(readings)

    def thin(self, raw_until: datetime, keep_since: datetime | None) -> int:
        """Leave each hour's lowest and highest of older readings, as they were measured; return how many went."""
        hour = func.substr(cast(ReadingRow.at, String), 1, 13)
        of = (ReadingRow.equipment_key, ReadingRow.metric, hour)
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


def _rows(readings: Sequence[Reading], revision_id: int) -> list[tuple[object, ...]]:
    """Return rows as SQLite keeps them: times in UTC as text."""
    keys: dict[str, str] = {}
    rows: list[tuple[object, ...]] = []
    for r in readings:
        key = keys.get(r.equipment)
        if key is None:
            key = keys[r.equipment] = normal_identifier(r.equipment)
        at = r.at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        rows.append((key, r.equipment, r.metric, at, r.value, r.unit, r.limit_low, r.limit_high, revision_id, False))
    return rows
