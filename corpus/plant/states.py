"""What machines were doing, as status tables say it (running, in repair); the newest of each machine counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.database import Base, UtcDateTime
from corpus.domain import Alarm, MachineState
from corpus.library.identifiers import normal_identifier
from corpus.plant.alarms import AlarmRow, save_alarm
from corpus.plant.records import Imported, Key

_ROUND = timedelta(minutes=10)  # in which the rows of one round are written, each with its own time


class StateRow(Imported, Base):
    __tablename__ = "states"
    equipment_key: Mapped[str] = mapped_column(Key, index=True)
    equipment: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def save_states(session: Session, states: Sequence[MachineState], revision_id: int, source: str) -> None:
    """Store each machine's newest state, and let its alarms begin and end as the states tell, the oldest first."""
    newest: dict[str, MachineState] = {}
    for (key, at), told in sorted(_together(states).items()):
        for one in told:
            if one.state is not None:
                newest[key] = one
        known = [one.alarms for one in told if one.alarms is not None]
        if known:
            standing = {normal_identifier(alarm.code): alarm for alarms in known for alarm in alarms}
            _stand(session, key, at, standing, revision_id, source)
    for key, one in newest.items():
        held = session.scalar(
            select(StateRow).where(StateRow.equipment_key == key, StateRow.revision_id == revision_id)
        )
        row = held or StateRow(equipment_key=key, revision_id=revision_id)
        row.equipment, row.state, row.at = one.equipment, one.state or "", one.at
        row.source, row.retired = source, False
        session.add(row)
    session.flush()


def latest_states(session: Session, equipment: str | None, fresh: datetime) -> list[MachineState]:
    """Return the newest state of one machine or of all, by tag."""
    query = select(StateRow).where(StateRow.retired.is_(False)).order_by(StateRow.at, StateRow.id)
    if equipment is not None:
        query = query.where(StateRow.equipment_key == normal_identifier(equipment))
    newest = {row.equipment_key: row for row in session.scalars(query)}
    return [
        MachineState(row.equipment, row.state, row.at, stale=row.at < fresh, id=row.id)
        for row in sorted(newest.values(), key=lambda row: row.equipment)
    ]


def _together(states: Sequence[MachineState]) -> dict[tuple[str, datetime], list[MachineState]]:
    """Group what was told of one machine at one time: a table may have a row for each of its readings."""
    found: dict[tuple[str, datetime], list[MachineState]] = {}
    for one in states:
        found.setdefault((normal_identifier(one.equipment), one.at), []).append(one)
    return found


def _stand(session: Session, key: str, at: datetime, standing: dict[str, Alarm], revision_id: int, source: str) -> None:
    """Let the alarms that stood before and are not told any more end, and those begin that did not stand."""
    before = select(AlarmRow).where(
        AlarmRow.equipment_key == key,
        AlarmRow.retired.is_(False),
        AlarmRow.since <= at,
        AlarmRow.until.is_(None) | (AlarmRow.until > at),
    )
    stood = {normal_identifier(row.code): row for row in session.scalars(before)}
    for code, row in stood.items():
        if code not in standing and row.until is None and row.since < at - _ROUND:
            row.until = at
    for code, alarm in standing.items():
        if code not in stood:
            save_alarm(session, alarm, revision_id, source)
    session.flush()
