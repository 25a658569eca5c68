"""What readers said of an answer: it helped, or it did not and why."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from corpus.database import Base, Database, UtcDateTime


class FeedbackRow(Base):
    __tablename__ = "feedback"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation: Mapped[str] = mapped_column(String(64), index=True)
    turn: Mapped[int]
    helped: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class FeedbackStore:
    """Keeps the verdicts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, conversation: str, turn: int, helped: bool, reason: str, by: str) -> None:
        with self._database.write() as session:
            session.add(
                FeedbackRow(
                    conversation=conversation, turn=turn, helped=helped, reason=reason, by=by, at=datetime.now(UTC)
                )
            )
