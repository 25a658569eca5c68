"""Repair cases as they are stored: found by machine, code and words, and brought by work-order exports."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.database import Base, Database, UtcDateTime
from corpus.domain import CaseState, Record, RepairCase
from corpus.errors import NotFound
from corpus.library.identifiers import normal_identifier, plain_form
from corpus.library.words import content_words
from corpus.plant.case_view import CaseView
from corpus.plant.equipment import EquipmentRow
from corpus.plant.records import Compared, FileRecords, Key, batches, compared

_ENOUGH = 0.3
_SAME_MACHINE = 0.3
_SELECTED = 500
_NUMBERED = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z]*[-_/]?\d)[A-Za-z0-9]+(?:[-_/][A-Za-z0-9]+)*(?![A-Za-z0-9])")
_DIGITS, _LETTERED = 5, 4  # characters of a work-order number that is no chance
WRITTEN = (
    "equipment", "symptom", "cause", "action", "failure_mode", "code", "parts", "downtime", "by", "date",
    "work_order", "component", "preventive", "duration", "steps", "photos",
)  # fmt: skip
"""The fields that a person writes or a file brings; a version is a state of these."""


class CaseRow(Base):
    """A case; `revision_id` is the file that brought it, None once a person wrote, changed or judged it."""

    __tablename__ = "cases"
    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int | None] = mapped_column(index=True)
    source: Mapped[str | None] = mapped_column(Text)
    row: Mapped[int | None]
    retired: Mapped[bool] = mapped_column(default=False)  # with its file
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
    date: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    work_order: Mapped[str | None] = mapped_column(String(120), index=True)
    component: Mapped[str | None] = mapped_column(Text)
    preventive: Mapped[bool | None]
    duration: Mapped[float | None]
    steps: Mapped[list[str]] = mapped_column(JSON)
    photos: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16), index=True)
    version: Mapped[int]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))


class CaseVersionRow(Base):
    """One step in a case's life: who did what, when, and what the case said after it."""

    __tablename__ = "case_versions"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class CaseVoteRow(Base):
    """Whether a case helped one reader, who may change their mind."""

    __tablename__ = "case_votes"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    by: Mapped[str] = mapped_column(String(120))
    helped: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("case_id", "by", name="uq_case_votes_case_by"),)


class CaseStore(FileRecords):
    """Finds past fixes; a work order imported again replaces its case unless a person took that over."""

    TABLE = CaseRow.__tablename__
    ROW = CaseRow
    RECORD = RepairCase

    def __init__(self, database: Database) -> None:
        self._database = database
        self._guard = threading.Lock()
        self._view: CaseView | None = None
        self._people: tuple[str, ...] | None = None
        self._changes = 0

    # --- reading -------------------------------------------------------------------------------------------------

    def find(
        self,
        query: str,
        across: Sequence[Sequence[str]] = (),
        *,
        said: Collection[str] | None = None,
        equipment: str | None,
        model: str | None,
        code: str | None,
        limit: int,
    ) -> list[RepairCase]:
        """Rank by the share of the query's words, or of its terms, each by its tokens in the other language.

        What is none of the words `said`, where these are given, and stands in no case counts for nothing: a pair of
        characters across two words.
        """
        keys = None
        if equipment or model:
            with self._database.read() as session:
                keys = self.machines(session, equipment, model)
        view = self.view()
        wanted = {word for word in content_words(query) if said is None or word in said or view.holds(word)}
        terms = [set(term) for term in across]
        same_machine = normal_identifier(equipment) if equipment else None
        ranked = []
        for entry in view.held:
            if code and entry.code_key != normal_identifier(code):
                continue
            if keys is not None and entry.equipment_key not in keys:
                continue
            words = len(wanted & entry.tokens) / len(wanted) if wanted else 0.0 if query.strip() else 1.0
            if terms:
                words = max(words, sum(not term.isdisjoint(entry.tokens) for term in terms) / len(terms))
            if words < _ENOUGH and not code:
                continue
            gain = _SAME_MACHINE if same_machine and entry.equipment_key == same_machine else 0.0
            ranked.append((words + gain, entry.date, entry.id))
        ranked.sort(reverse=True)
        return self.several([i for *_, i in ranked[:limit]])

    def of_orders(self, text: str) -> list[RepairCase]:
        """Return the cases that may be found and whose work-order number stands in a text, in its order."""
        said = [match.group().upper() for match in _NUMBERED.finditer(plain_form(text))]
        wanted = [
            number for number in dict.fromkeys(said) if len(number) >= (_DIGITS if number.isdigit() else _LETTERED)
        ]
        if not wanted:
            return []
        query = select(CaseRow.id, CaseRow.work_order).where(
            func.upper(CaseRow.work_order).in_(wanted), CaseRow.retired.is_(False), CaseRow.state == "approved"
        )
        with self._database.read() as session:
            rows = sorted(session.execute(query), key=lambda row: wanted.index(str(row.work_order).upper()))
        return self.several([row.id for row in rows])

    def people(self) -> tuple[str, ...]:
        """Return who did the repairs that may be found, read once and kept until something changes."""
        with self._guard:
            if self._people is not None:
                return self._people
            changes = self._changes
        query = select(CaseRow.by).where(
            CaseRow.by.is_not(None), CaseRow.retired.is_(False), CaseRow.state == "approved"
        )
        with self._database.read() as session:
            people = tuple(person for person in session.scalars(query.distinct().order_by(CaseRow.by)) if person)
        with self._guard:
            if changes == self._changes:
                self._people = people
        return people

    def view(self) -> CaseView:
        """Return what may be found and counted, read once and kept until something changes."""
        with self._guard:
            if self._view is not None:
                return self._view
            changes = self._changes
        view = self._read("approved")
        with self._guard:
            if changes == self._changes:
                self._view = view
        return view

    def waiting(self) -> CaseView:
        """Return what waits for approval, which nobody finds but who writes the same again."""
        return self._read("waiting")

    def _read(self, state: CaseState) -> CaseView:
        columns = (*(getattr(CaseRow, name) for name in WRITTEN), CaseRow.row, CaseRow.source, CaseRow.id,
                   CaseRow.version)  # fmt: skip
        query = select(*columns).where(CaseRow.retired.is_(False), CaseRow.state == state)
        with self._database.read() as session:
            rows = session.execute(query.order_by(CaseRow.date, CaseRow.id)).all()
        return CaseView(_of_columns(row, state) for row in rows)

    def changed(self) -> None:
        """Forget what was read: cases were written."""
        with self._guard:
            self._changes += 1
            self._view = self._people = None

    def one(self, case: int) -> RepairCase:
        found = self.several([case])
        if not found:
            raise NotFound(f"There is no repair case {case}.")
        return found[0]

    def several(self, ids: Sequence[int]) -> list[RepairCase]:
        """Return these cases in this order, whatever their state, with how often they helped."""
        found: dict[int, RepairCase] = {}
        with self._database.read() as session:
            for at in range(0, len(ids), _SELECTED):
                batch = ids[at : at + _SELECTED]
                votes = _votes(session, batch)
                for row in session.scalars(select(CaseRow).where(CaseRow.id.in_(batch))):
                    found[row.id] = case_of(row, votes.get(row.id, (0, 0)))
        return [found[i] for i in ids if i in found]

    def listed(self, state: CaseState | None, limit: int) -> list[RepairCase]:
        query = select(CaseRow.id).where(CaseRow.retired.is_(False))
        if state is not None:
            query = query.where(CaseRow.state == state)
        with self._database.read() as session:
            newest = query.order_by(CaseRow.date.desc().nulls_last(), CaseRow.id.desc()).limit(limit)
            return self.several(list(session.scalars(newest)))

    @staticmethod
    def machines(session: Session, equipment: str | None, model: str | None) -> list[str] | None:
        """Return the keys of the machines in question: all of the model where one is given, so that sisters help."""
        if model:
            wanted = normal_identifier(model)
            rows = session.execute(select(EquipmentRow.key, EquipmentRow.model))
            keys = [key for key, name in rows if name and normal_identifier(name) == wanted]
            return [*keys, normal_identifier(equipment)] if equipment else keys
        return [normal_identifier(equipment)] if equipment else None

    # --- files ---------------------------------------------------------------------------------------------------

    def save(self, session: Session, records: Sequence[Record], revision_id: int, source: str) -> dict[int, int]:
        cases = [(index, record) for index, record in enumerate(records) if isinstance(record, RepairCase)]
        if not cases:
            return {}
        known: dict[str, CaseRow] = {}
        for batch in batches(list({record.work_order for _, record in cases if record.work_order})):
            query = select(CaseRow).where(CaseRow.work_order.in_(batch))
            known.update((row.work_order or "", row) for row in session.scalars(query))
        saved = []
        for _, record in cases:
            row = known.get(record.work_order or "")
            if row is None:
                row = CaseRow(state="approved", version=1, revision_id=revision_id, source=source, retired=False)
                write(row, record)
                session.add(row)
                if record.work_order:
                    known[record.work_order] = row
            saved.append((row, record))
        self.take(session, saved, revision_id, source)
        return {index: row.id for (index, _), (row, _) in zip(cases, saved, strict=True)}

    def write(self, row: CaseRow, record: RepairCase) -> None:
        write(row, record)

    def by_work_order(self, records: Sequence[Record]) -> dict[str, RepairCase]:
        """Return the stored cases of the records' work orders."""
        wanted = list({r.work_order for r in records if isinstance(r, RepairCase) and r.work_order})
        found: dict[str, RepairCase] = {}
        with self._database.read() as session:
            for batch in batches(wanted):
                query = select(CaseRow).where(CaseRow.work_order.in_(batch), CaseRow.retired.is_(False))
                found.update((row.work_order or "", case_of(row)) for row in session.scalars(query))
        return found

    @staticmethod
    def compare(known: RepairCase | None, case: RepairCase) -> Compared:
        return compared(known, case)


def write(row: CaseRow, case: RepairCase) -> None:
    """Write a case's content into its row."""
    for name in WRITTEN:
        value = getattr(case, name)
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
    row.equipment_key = normal_identifier(case.equipment) if case.equipment else None
    row.code_key = normal_identifier(case.code) if case.code else None


def case_of(row: CaseRow, votes: tuple[int, int] = (0, 0)) -> RepairCase:
    content = {name: getattr(row, name) for name in WRITTEN}
    content = {name: tuple(value) if isinstance(value, list) else value for name, value in content.items()}
    return RepairCase(
        **content,
        row=row.row,
        source=row.source,
        id=row.id,
        state=cast(CaseState, row.state),
        version=row.version,
        helped=votes[0],
        not_helped=votes[1],
    )


def _of_columns(row: Any, state: CaseState) -> RepairCase:
    *written, number, source, identity, version = row
    content: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in zip(WRITTEN, written, strict=True)
    }
    return RepairCase(**content, row=number, source=source, id=identity, state=state, version=version)


def packed(case: RepairCase) -> dict[str, Any]:
    """Return a case's content as JSON."""
    content = {name: getattr(case, name) for name in WRITTEN}
    return content | {"date": case.date.isoformat() if case.date else None}


def unpacked(content: dict[str, Any], like: RepairCase) -> RepairCase:
    """Return the case with the content that `packed` made."""
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in content.items()
    }
    date = fields.pop("date", None)
    return replace(like, **fields, date=datetime.fromisoformat(date) if date else None)


def _votes(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Count the votes by case, those for doubles merged into it too; a person counts once."""
    doubles = select(CaseRow.id, CaseRow.merged_into).where(CaseRow.merged_into.in_(ids))
    keeper = {row.id: row.merged_into for row in session.execute(doubles)}
    query = select(CaseVoteRow.case_id, CaseVoteRow.by, CaseVoteRow.helped).where(
        CaseVoteRow.case_id.in_([*ids, *keeper])
    )
    people: dict[tuple[int, str], bool] = {}
    for case, by, helped in session.execute(query.order_by(CaseVoteRow.at)):
        people[(keeper.get(case) or case, by)] = helped
    counts: dict[int, tuple[int, int]] = {}
    for (case, _), helped in people.items():
        yes, no = counts.get(case, (0, 0))
        counts[case] = (yes + helped, no + (not helped))
    return counts
