"""What the plant could not answer: questions without an answer or without help, for leads to work off.

An item keeps the question with the places that were shown for it, also when its conversation is deleted. The same
question about the same machine is one item that is asked again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import JSON, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.database import Base, Database, UtcDateTime
from corpus.domain import Turn, WorkItem, WorkKind, WorkState
from corpus.errors import Conflict, NotFound, Refused
from corpus.library.quotes import normal_text
from corpus.library.words import detect_language

_PEOPLE = 20  # names kept with an item


class WorkItemRow(Base):
    __tablename__ = "worklist"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), index=True)
    question: Mapped[str] = mapped_column(Text)
    earlier: Mapped[list[str]] = mapped_column(JSON)
    equipment: Mapped[str | None] = mapped_column(String(120))
    answer: Mapped[str] = mapped_column(Text)
    places: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    reasons: Mapped[list[str]] = mapped_column(JSON)
    asked_by: Mapped[list[str]] = mapped_column(JSON)
    times: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(Text)
    gold: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    answerable: Mapped[bool]
    closed_by: Mapped[str | None] = mapped_column(String(120))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (Index("ix_worklist_key", "key"),)


class Worklist:
    """Collects what went wrong and what leads made of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @staticmethod
    def note(
        session: Session, kind: WorkKind, turn: Turn, earlier: Sequence[str], by: str, reason: str | None = None
    ) -> None:
        """Add a turn that did not help, inside the caller's transaction; asked again, it reopens."""
        key = "\n".join(map(normal_text, [turn.equipment or "", *earlier[-1:], turn.question]))
        row = session.scalars(select(WorkItemRow).where(WorkItemRow.key == key).limit(1)).first()
        answer = json.loads(turn.answer) if turn.answer else {}
        if row is None:
            row = WorkItemRow(
                key=key, question=turn.question, earlier=list(earlier), equipment=turn.equipment, reasons=[],
                asked_by=[], times=0, first_at=turn.at, note=None, gold=[], answerable=True,
            )  # fmt: skip
            session.add(row)
        row.kind, row.state, row.answer, row.last_at = kind, "open", str(answer.get("text") or ""), turn.at
        row.places = [_place(one) for one in (*answer.get("citations", ()), *answer.get("nearest", ()))]
        row.asked_by = list(dict.fromkeys((*row.asked_by, by)))[-_PEOPLE:]
        row.times += 1
        row.closed_by, row.closed_at = None, None
        if reason and reason.strip():
            row.reasons = list(dict.fromkeys((*row.reasons, reason.strip())))
        session.flush()

    def items(self, state: WorkState | None, limit: int) -> list[WorkItem]:
        query = select(WorkItemRow)
        if state is not None:
            query = query.where(WorkItemRow.state == state)
        with self._database.read() as session:
            rows = session.scalars(query.order_by(WorkItemRow.times.desc(), WorkItemRow.last_at.desc()).limit(limit))
            return [_item(row) for row in rows]

    def close(
        self,
        session: Session,
        item: int,
        *,
        state: WorkState,
        gold: Sequence[tuple[str, int | None]],
        note: str | None,
        answerable: bool,
        actor: str,
    ) -> WorkItem:
        row = session.get(WorkItemRow, item)
        if row is None:
            raise NotFound(f"There is no item {item} in the worklist.")
        if row.state != "open":
            raise Conflict(f"Item {item} is {row.state} already, by {row.closed_by}.")
        if state == "solved" and answerable and not gold and not (note or "").strip():
            raise Refused("Say where the answer stands (file and page), or what it is, or that there is none.")
        row.state, row.note, row.answerable = state, (note or "").strip() or None, answerable
        row.gold = [{"source": source, **({"page": page} if page else {})} for source, page in gold]
        row.closed_by, row.closed_at = actor, datetime.now(UTC)
        session.flush()
        return _item(row)

    def questions(self) -> list[dict[str, Any]]:
        """Return the solved items as lines of a question set."""
        with self._database.read() as session:
            solved = select(WorkItemRow).where(WorkItemRow.state == "solved").order_by(WorkItemRow.id)
            return [_question(row) for row in session.scalars(solved)]


def _place(shown: dict[str, Any]) -> dict[str, Any]:
    names = ("source", "document", "revision", "page", "section", "row", "record", "quote", "title")
    return {name: shown[name] for name in names if shown.get(name) is not None}


def _question(row: WorkItemRow) -> dict[str, Any]:
    line: dict[str, Any] = {"id": f"work-{row.id}", "question": row.question, "language": detect_language(row.question)}
    if row.equipment:
        line["equipment"] = row.equipment
    if row.earlier:
        line["turns"] = list(row.earlier)
    if row.gold:
        line["gold"] = list(row.gold)
    if row.note and row.answerable:
        line["answer"] = row.note
    return line | {"state": "answered" if row.answerable else "no_answer", "answerable": row.answerable}


def _item(row: WorkItemRow) -> WorkItem:
    return WorkItem(
        id=row.id,
        kind=cast(WorkKind, row.kind),
        state=cast(WorkState, row.state),
        question=row.question,
        earlier=tuple(row.earlier),
        equipment=row.equipment,
        answer=row.answer,
        places=tuple(row.places),
        reasons=tuple(row.reasons),
        asked_by=tuple(row.asked_by),
        times=row.times,
        first_at=row.first_at,
        last_at=row.last_at,
        note=row.note,
        gold=tuple((place["source"], place.get("page")) for place in row.gold),
        answerable=row.answerable,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
    )
