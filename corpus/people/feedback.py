"""What readers said of an answer: it helped, or it did not and why."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from corpus.database import Base, Database, UtcDateTime
from corpus.domain import Turn
from corpus.people.conversations import ConversationStore
from corpus.people.worklist import Worklist
from corpus.plant.experience import vote_on

_NOBODY = frozenset({"eval"})  # who asks scripted questions


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
    """Keeps the verdicts, and what follows: work for leads, and credit for the fixes that an answer cited."""

    def __init__(self, database: Database, worklist: Worklist, conversations: ConversationStore) -> None:
        self._database = database
        self._worklist = worklist
        self._conversations = conversations

    def answered(self, turn: Turn, owner: str) -> None:
        """Put a question that got no answer on the worklist."""
        if turn.state == "no_answer" and owner not in _NOBODY:
            with self._database.write() as session:
                self._worklist.note(session, "no_answer", turn, self._before(turn, owner), owner)

    def add(self, conversation: str, turn: int, helped: bool, reason: str, by: str) -> None:
        about = next(
            (one for one in self._conversations.turns(conversation, owner=by, limit=200) if one.id == turn), None
        )
        with self._database.write() as session:
            now = datetime.now(UTC)
            session.add(FeedbackRow(conversation=conversation, turn=turn, helped=helped, reason=reason, by=by, at=now))
            if about is None:
                return
            for case in cited_cases(about):
                vote_on(session, case, helped, by)
            if not helped:
                self._worklist.note(session, "not_helped", about, self._before(about, by), by, reason)

    def _before(self, turn: Turn, owner: str) -> list[str]:
        """Return the earlier questions of the conversation that the turn belongs to."""
        thread = self._conversations.turns(turn.conversation, owner=owner, limit=200)
        return [one.question for one in thread if turn.id is None or (one.id or 0) < turn.id][-3:]


def cited_cases(turn: Turn) -> list[int]:
    """Return the repair cases that an answer cited."""
    records = [citation.get("record") for citation in json.loads(turn.answer or "{}").get("citations", ())]
    return sorted({int(i) for record in records if record and record["table"] == "cases" for i in record["ids"]})
