"""Repair cases: the fixes that experienced people wrote down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import JSON, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.database import Base, Database, UtcDateTime
from corpus.domain import Record, RepairCase
from corpus.library.identifiers import normal_identifier
from corpus.plant.equipment import EquipmentRow
from corpus.plant.records import Imported, Key, overlap, set_retired

_ENOUGH = 0.3
_OLDEST = datetime.min.replace(tzinfo=UTC)


class CaseRow(Imported, Base):
    __tablename__ = "cases"
    equipment_key: Mapped[str | None] = mapped_column(Key, index=True)
    equipment: Mapped[str | None] = mapped_column(String(120))
    code_key: Mapped[str | None] = mapped_column(Key, index=True)
    code: Mapped[str | None] = mapped_column(String(120))
    symptom: Mapped[str] = mapped_column(Text)
    failure_mode: Mapped[str | None] = mapped_column(Text)
    cause: Mapped[str | None] = mapped_column(Text)
    action: Mapped[str | None] = mapped_column(Text)
    parts: Mapped[list[str]] = mapped_column(JSON)
    downtime: Mapped[float | None]
    by: Mapped[str | None] = mapped_column(String(120))
    date: Mapped[datetime | None] = mapped_column(UtcDateTime)
    work_order: Mapped[str | None] = mapped_column(String(120), index=True)


class CaseStore:
    """Finds past fixes; a work order imported again replaces its case."""

    TABLE = CaseRow.__tablename__

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(
        self, query: str, *, equipment: str | None, model: str | None, code: str | None, limit: int
    ) -> list[RepairCase]:
        statement = select(CaseRow).where(CaseRow.retired.is_(False))
        if code:
            statement = statement.where(CaseRow.code_key == normal_identifier(code))
        with self._database.read() as session:
            keys = self._machines(session, equipment, model)
            if keys is not None:
                statement = statement.where(CaseRow.equipment_key.in_(keys))
            rows = session.scalars(statement).all()
        ranked = []
        for row in rows:
            words = overlap(query, (row.symptom, row.cause, row.action, row.failure_mode)) if query.strip() else 1.0
            if words < _ENOUGH and not code:
                continue
            same = bool(equipment) and row.equipment_key == normal_identifier(equipment or "")
            ranked.append((words + (0.3 if same else 0.0), row.date or _OLDEST, row.id, row))
        ranked.sort(key=lambda item: item[:3], reverse=True)
        return [_case(row) for *_, row in ranked[:limit]]

    @staticmethod
    def _machines(session: Session, equipment: str | None, model: str | None) -> list[str] | None:
        """Return the keys of the machines in question: all of the model where one is given, so that sisters help."""
        if model:
            wanted = normal_identifier(model)
            rows = session.execute(select(EquipmentRow.key, EquipmentRow.model))
            keys = [key for key, name in rows if name and normal_identifier(name) == wanted]
            return [*keys, normal_identifier(equipment)] if equipment else keys
        return [normal_identifier(equipment)] if equipment else None

    def save(self, session: Session, records: Sequence[Record], revision_id: int, source: str) -> dict[int, int]:
        known: dict[str, CaseRow] = {}
        if any(isinstance(record, RepairCase) for record in records):
            known = {row.work_order: row for row in session.scalars(select(CaseRow)) if row.work_order}
        stored: dict[int, CaseRow] = {}
        for index, record in enumerate(records):
            if not isinstance(record, RepairCase):
                continue
            row = known.get(record.work_order or "")
            if row is None:
                row = CaseRow()
                session.add(row)
                if record.work_order:
                    known[record.work_order] = row
            for name in ("equipment", "code", "symptom", "failure_mode", "cause", "action", "downtime", "by", "date"):
                setattr(row, name, getattr(record, name))
            row.work_order, row.row, row.parts = record.work_order, record.row, list(record.parts)
            row.equipment_key = normal_identifier(record.equipment) if record.equipment else None
            row.code_key = normal_identifier(record.code) if record.code else None
            row.revision_id, row.source, row.retired = revision_id, source, False
            stored[index] = row
        session.flush()
        return {index: row.id for index, row in stored.items()}

    def forget(self, session: Session, revision_id: int) -> None:
        set_retired(session, CaseRow, revision_id, retired=True)

    def revive(self, session: Session, revision_id: int) -> None:
        set_retired(session, CaseRow, revision_id, retired=False)


def _case(row: CaseRow) -> RepairCase:
    return RepairCase(
        equipment=row.equipment,
        symptom=row.symptom,
        cause=row.cause,
        action=row.action,
        failure_mode=row.failure_mode,
        code=row.code,
        parts=tuple(row.parts),
        downtime=row.downtime,
        by=row.by,
        date=row.date,
        work_order=row.work_order,
        row=row.row,
        source=row.source,
        id=row.id,
    )
