"""Conversations: turns in tables of our own, each thread its owner's alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.database import Base, Database, UtcDateTime
from corpus.domain import Conversation, Turn
from corpus.errors import NotFound, Refused

_TITLE = 60


class ConversationRow(Base):
    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(120), index=True)
    title: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TurnRow(Base):
    __tablename__ = "turns"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    equipment: Mapped[str | None] = mapped_column(String(120))
    state: Mapped[str | None] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ConversationStore:
    """Stores turns and lists threads, always for one owner."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_turn(self, turn: Turn, *, owner: str) -> Turn:
        with self._database.write() as session:
            thread = session.get(ConversationRow, turn.conversation)
            if thread is None:
                title = " ".join(turn.question.split())[:_TITLE]
                thread = ConversationRow(id=turn.conversation, owner=owner, title=title, updated_at=turn.at)
                session.add(thread)
                session.flush()
            if thread.owner != owner:
                raise Refused("This conversation belongs to someone else.")
            thread.updated_at = turn.at
            row = TurnRow(
                conversation_id=turn.conversation,
                question=turn.question,
                answer=turn.answer,
                equipment=turn.equipment,
                state=turn.state,
                at=turn.at,
            )
            session.add(row)
            session.flush()
            return replace(turn, id=row.id)

    def turns(self, conversation: str, *, owner: str, limit: int) -> list[Turn]:
        with self._database.read() as session:
            rows = session.scalars(
                select(TurnRow)
                .join(ConversationRow, ConversationRow.id == TurnRow.conversation_id)
                .where(ConversationRow.id == conversation, ConversationRow.owner == owner)
                .order_by(TurnRow.id.desc())
                .limit(limit)
            ).all()
        return [
            Turn(row.conversation_id, row.question, row.answer, row.at, row.equipment, row.state, row.id)
            for row in reversed(rows)
        ]

    def all(self, *, owner: str, limit: int, query: str = "") -> list[Conversation]:
        """List the owner's threads, newest first; with a query, those whose title or turns hold its words."""
        statement = select(ConversationRow).where(ConversationRow.owner == owner)
        for word in query.split():
            held = select(TurnRow.conversation_id).where(
                or_(TurnRow.question.icontains(word, autoescape=True), TurnRow.answer.icontains(word, autoescape=True))
            )
            titled = ConversationRow.title.icontains(word, autoescape=True)
            statement = statement.where(or_(titled, ConversationRow.id.in_(held)))
        with self._database.read() as session:
            rows = session.scalars(statement.order_by(ConversationRow.updated_at.desc()).limit(limit))
            return [Conversation(row.id, row.owner, row.title, row.updated_at) for row in rows]

    def rename(self, conversation: str, title: str, *, owner: str) -> None:
        title = " ".join(title.split())[:_TITLE]
        if not title:
            raise Refused("A conversation needs a title.")
        with self._database.write() as session:
            _own(session, conversation, owner).title = title

    def delete(self, conversation: str, *, owner: str) -> None:
        with self._database.write() as session:
            thread = _own(session, conversation, owner)
            session.execute(delete(TurnRow).where(TurnRow.conversation_id == thread.id))
            session.delete(thread)


def _own(session: Session, conversation: str, owner: str) -> ConversationRow:
    thread = session.get(ConversationRow, conversation)
    # Somebody else's is as good as none: its existence is nobody's business.
    if thread is None or thread.owner != owner:
        raise NotFound("There is no such conversation of yours.")
    return thread
