"""Readings as they are stored: a number at a time of a series; what is the same for all of a series stands once.

A plant sends thousands a second, and names, units and metrics would be nine tenths of each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, Dialect, Index, String, UniqueConstraint, delete, event, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from corpus.database import Base
from corpus.domain import Reading
from corpus.library.identifiers import normal_identifier
from corpus.library.quotes import normal_text
from corpus.plant.records import Key

PUSHED = 0  # instead of a revision: readings that no file brought
_MANY = 20_000  # readings at once that an import brings, and no gateway
_CACHE = -128_000  # KiB: a third faster than 32 MiB at a million readings
HOUR = 3_600_000_000  # in microseconds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BROUGHT = text("revision_id > 0")
_KEY = ("series_id", "at")
_BY_PLACE = itemgetter(0, 1)
_COLUMNS = ("series_id", "at", "value", "label_id", "limit_low", "limit_high", "revision_id", "retired")
_UPSERT = (
    f"INSERT INTO readings ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
    f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEY)
)


class UtcMicroseconds(TypeDecorator[datetime]):
    """An aware time, stored as microseconds since 1970: a third of a text's bytes, and as quick to sort as a number."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class SeriesRow(Base):
    """One metric of one asset."""

    __tablename__ = "reading_series"
    id: Mapped[int] = mapped_column(primary_key=True)
    equipment_key: Mapped[str] = mapped_column(Key)
    metric: Mapped[str] = mapped_column(String(200))
    __table_args__ = (UniqueConstraint("equipment_key", "metric", name="uq_reading_series"),)


class LabelRow(Base):
    """How an asset and a unit are written."""

    __tablename__ = "reading_labels"
    id: Mapped[int] = mapped_column(primary_key=True)
    equipment: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str | None] = mapped_column(String(40))
    __table_args__ = (Index("ix_reading_labels_equipment", "equipment"),)


class ReadingRow(Base):
    __tablename__ = "readings"
    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int]  # without foreign keys, which would be looked up for each of thousands a second
    at: Mapped[datetime] = mapped_column(UtcMicroseconds)
    value: Mapped[float]
    label_id: Mapped[int]
    limit_low: Mapped[float | None]
    limit_high: Mapped[float | None]
    revision_id: Mapped[int]
    retired: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        Index("ix_readings_series_at", "series_id", "at", unique=True),
        # Only what a file brought goes with its file.
        Index("ix_readings_revision", "revision_id", sqlite_where=_BROUGHT, postgresql_where=_BROUGHT),
    )


def reading_query() -> Any:
    """Ask for readings that count, with what `reading_of` needs."""
    columns = (
        LabelRow.equipment, SeriesRow.metric, ReadingRow.value, ReadingRow.at, LabelRow.unit, ReadingRow.limit_low,
        ReadingRow.limit_high, ReadingRow.id,
    )  # fmt: skip
    query: Any = select(*columns).join(SeriesRow, SeriesRow.id == ReadingRow.series_id)
    return query.join(LabelRow, LabelRow.id == ReadingRow.label_id).where(ReadingRow.retired.is_(False))


def reading_of(row: Any, fresh: datetime) -> Reading:
    """Return a row of `reading_query`, stale where it is older than `fresh`."""
    name, metric, value, at, unit, low, high, identity = row
    return Reading(name, metric, value, at, unit, low, high, at < fresh, id=identity)


def retire(session: Session, revision_id: int, *, retired: bool) -> None:
    """Retire (or revive) the readings that a file brought."""
    brought = (ReadingRow.revision_id == revision_id) & _BROUGHT  # said again, so that the index is taken
    session.execute(update(ReadingRow).where(brought).values(retired=retired))


def discard(session: Session, revision_id: int) -> None:
    """Delete the readings that a file brought which is given up."""
    session.execute(delete(ReadingRow).where(ReadingRow.revision_id == revision_id, _BROUGHT))


def series_of(session: Session, equipment: str | None, metric: str | None) -> list[tuple[int, str]]:
    """List the series (id, metric) of a machine, or of all, by machine and metric; `metric` may be part of the name."""
    query = select(SeriesRow.id, SeriesRow.metric).order_by(SeriesRow.equipment_key, SeriesRow.metric)
    if equipment is not None:
        query = query.where(SeriesRow.equipment_key == normal_identifier(equipment))
    wanted = normal_text(metric) if metric else ""
    return [(row.id, row.metric) for row in session.execute(query) if wanted in normal_text(row.metric)]


class ReadingWriter:
    """Stores readings in bulk; it remembers the series and labels that are committed."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, str], int] = {}  # by the asset as written and the metric
        self._labels: dict[tuple[str, str | None], int] = {}

    def save(self, session: Session, readings: Sequence[Reading], revision_id: int) -> int:
        """Store readings; one of the same asset, metric and time replaces the earlier one."""
        if not readings:
            return 0
        series, labels = dict(self._series), dict(self._labels)
        times: dict[datetime, int] = {}
        rows: list[tuple[Any, ...]] = []
        for r in readings:
            place = series.get((r.equipment, r.metric))
            if place is None:
                place = series[(r.equipment, r.metric)] = _series_id(session, r.equipment, r.metric)
            label = labels.get((r.equipment, r.unit))
            if label is None:
                label = labels[(r.equipment, r.unit)] = _label_id(session, r.equipment, r.unit)
            at = times.get(r.at)  # a gateway reads all it has at one time
            if at is None:
                at = times[r.at] = round(r.at.timestamp() * 1_000_000)
            rows.append((place, at, r.value, label, r.limit_low, r.limit_high, revision_id, False))
        rows.sort(key=_BY_PLACE)  # neighbours in the index; of two of one time, the later told stays last
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            if len(rows) >= _MANY:  # each series ends on a page of its own; those of all of them have to stay at hand
                connection.exec_driver_sql(f"PRAGMA cache_size={_CACHE}")
            # The driver's own executemany: the mapper would take as long again for binding each value.
            connection.exec_driver_sql(_UPSERT, rows)
        else:
            _upsert(session, rows)
        if len(series) > len(self._series) or len(labels) > len(self._labels):
            event.listen(session, "after_commit", lambda _: self._remember(series, labels), once=True)
        return len(readings)

    def _remember(self, series: dict[tuple[str, str], int], labels: dict[tuple[str, str | None], int]) -> None:
        self._series, self._labels = series, labels


def _series_id(session: Session, equipment: str, metric: str) -> int:
    key = normal_identifier(equipment)
    query = select(SeriesRow.id).where(SeriesRow.equipment_key == key, SeriesRow.metric == metric)
    found = session.scalar(query)
    return found if found is not None else _added(session, SeriesRow(equipment_key=key, metric=metric))


def _label_id(session: Session, equipment: str, unit: str | None) -> int:
    query = select(LabelRow.id).where(LabelRow.equipment == equipment, LabelRow.unit.is_not_distinct_from(unit))
    found = session.scalar(query)
    return found if found is not None else _added(session, LabelRow(equipment=equipment, unit=unit))


def _added(session: Session, row: SeriesRow | LabelRow) -> int:
    session.add(row)
    session.flush()
    return row.id


def _upsert(session: Session, rows: Sequence[tuple[Any, ...]]) -> None:
    from sqlalchemy.dialects.postgresql import insert

    unique = {row[:2]: row for row in rows}
    statement = insert(ReadingRow)
    replaced = {name: statement.excluded[name] for name in _COLUMNS if name not in _KEY}
    values = [
        dict(zip(_COLUMNS, row, strict=True)) | {"at": _EPOCH + timedelta(microseconds=row[1])}
        for row in unique.values()
    ]
    session.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=replaced), values)
