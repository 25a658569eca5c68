"""The audit log: who changed what, when. Entries are only ever added."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.database import Base, Database, UtcDateTime
from corpus.domain import AuditEntry


class AuditRow(Base):
    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(Text)


class AuditStore:
    """Writes and reads the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @staticmethod
    def write(session: Session, actor: str, action: str, subject: str, detail: str | None = None) -> None:
        """Add an entry inside the caller's transaction, so that change and entry stand or fall together."""
        session.add(AuditRow(at=datetime.now(UTC), actor=actor, action=action, subject=subject, detail=detail))

    def record(self, actor: str, action: str, subject: str, detail: str | None = None) -> None:
        """Add an entry in a transaction of its own."""
        with self._database.write() as session:
            self.write(session, actor, action, subject, detail)

    def subjects(self, action: str) -> frozenset[str]:
        """Return everything to which an action was ever done."""
        with self._database.read() as session:
            return frozenset(session.scalars(select(AuditRow.subject).where(AuditRow.action == action).distinct()))

    def newest(self, limit: int) -> list[AuditEntry]:
        """Return the newest entries, newest first."""
        with self._database.read() as session:
            rows = session.scalars(select(AuditRow).order_by(AuditRow.id.desc()).limit(limit))
            return [AuditEntry(row.at, row.actor, row.action, row.subject, row.detail) for row in rows]
