"""Alarms as they are stored: told whole, or by what a controller signals when one begins and when it ends."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.database import Base, UtcDateTime
from corpus.domain import Alarm, AlarmSignal
from corpus.library.identifiers import normal_identifier
from corpus.plant.records import Imported, Key


class AlarmRow(Imported, Base):
    __tablename__ = "alarms"
    equipment_key: Mapped[str] = mapped_column(Key, index=True)
    equipment: Mapped[str] = mapped_column(String(120))
    code: Mapped[str] = mapped_column(String(120))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    text: Mapped[str | None] = mapped_column(Text)
    severity: Mapped[str | None] = mapped_column(String(60))


def save_alarm(session: Session, alarm: Alarm, revision_id: int, source: str) -> int:
    """Store an alarm; one of the same asset, code and begin replaces the earlier one."""
    key = normal_identifier(alarm.equipment)
    code = normal_identifier(alarm.code)
    same_time = session.scalars(select(AlarmRow).where(AlarmRow.equipment_key == key, AlarmRow.since == alarm.since))
    row = next((row for row in same_time if normal_identifier(row.code) == code), None)
    if row is None:
        row = AlarmRow(equipment_key=key, since=alarm.since)
        session.add(row)
    row.equipment, row.code, row.until = alarm.equipment, alarm.code, alarm.until
    row.text, row.severity = alarm.text, alarm.severity
    row.revision_id, row.source, row.retired = revision_id, source, False
    session.flush()
    return row.id


def take_signal(session: Session, signal: AlarmSignal, revision_id: int, source: str) -> None:
    """Let an alarm begin where none of its code stands, or end the one that does; told twice it changes nothing."""
    key, code = normal_identifier(signal.equipment), normal_identifier(signal.code)
    begun = select(AlarmRow).where(
        AlarmRow.equipment_key == key, AlarmRow.retired.is_(False), AlarmRow.since <= signal.at
    )
    rows = session.scalars(begun.order_by(AlarmRow.since.desc(), AlarmRow.id.desc()))
    last = next((row for row in rows if normal_identifier(row.code) == code), None)
    if signal.active:
        if last is None or (last.until is not None and last.until <= signal.at and last.since < signal.at):
            alarm = Alarm(signal.equipment, signal.code, signal.at, None, signal.text, signal.severity)
            save_alarm(session, alarm, revision_id, source)
    elif last is not None and last.until is None:
        last.until = signal.at
        session.flush()
