"""The life of a repair case: written, approved by a lead, changed, merged with its double, retired; all on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from corpus.database import Database
from corpus.domain import CaseState, CaseVersion, RepairCase
from corpus.errors import Conflict, NotFound, Refused
from corpus.library.identifiers import normal_identifier
from corpus.library.ledger import Ledger
from corpus.library.library import Library
from corpus.library.rows import RevisionRow
from corpus.library.words import content_words
from corpus.people.audit import AuditStore
from corpus.plant.cases import (
    CaseRow,
    CaseStore,
    CaseVersionRow,
    CaseVoteRow,
    case_of,
    packed,
    unpacked,
    write,
)
from corpus.plant.equipment import EquipmentRow

_FILLED = ("equipment", "cause", "action", "failure_mode", "code", "downtime", "component", "duration", "work_order")
_JOINED = ("parts", "steps", "photos")
_LIKE = 0.45  # of 1: how alike a case must be to be shown as perhaps the same


class Experience:
    """Moves cases through their states, each move one transaction with its version and its audit entry."""

    def __init__(
        self, database: Database, cases: CaseStore, ledger: Ledger, library: Library, audit: AuditStore
    ) -> None:
        self._database = database
        self._cases = cases
        self._ledger = ledger
        self._library = library
        self._audit = audit

    def save(self, case: RepairCase, *, actor: str) -> RepairCase:
        if not case.symptom.strip():
            raise Refused("A fix needs its symptom: what was seen, heard or shown.")
        state: CaseState = "draft" if case.state == "draft" else "waiting"
        with self._database.write() as session:
            row = CaseRow(state=state, version=1)
            write(row, case)
            session.add(row)
            session.flush()
            self._note(session, row, actor, "save")
            made = row.id
        return self._cases.one(made)

    def approve(self, case: int, *, actor: str) -> RepairCase:
        before = self._cases.one(case)
        if before.state == "approved":
            raise Conflict(f"Case {case} is approved already.")
        if before.state in ("merged", "retired"):
            raise Conflict(f"Case {case} is {before.state}; restore it first.")
        return self._move(before, actor, "approve", state="approved")

    def edit(self, case: RepairCase, *, actor: str) -> RepairCase:
        if case.id is None:
            raise NotFound("A case that is not stored yet is saved, not edited.")
        if not case.symptom.strip():
            raise Refused("A fix needs its symptom: what was seen, heard or shown.")
        before = self._cases.one(case.id)
        if before.state == "merged":
            raise Conflict(f"Case {case.id} was merged into another; edit that one.")
        if before.version != case.version:
            raise Conflict(
                f"Case {case.id} was changed meanwhile (version {before.version}, yours is {case.version}); "
                "read it again."
            )
        return self._move(before, actor, "edit", content=case)

    def retire(self, case: int, *, actor: str, reason: str | None) -> RepairCase:
        before = self._cases.one(case)
        if before.state in ("retired", "merged"):
            raise Conflict(f"Case {case} is {before.state} already.")
        return self._move(before, actor, "retire", state="retired", detail=reason)

    def restore(self, case: int, *, actor: str) -> RepairCase:
        """Give a case the state that it had before it was retired or merged."""
        before = self._cases.one(case)
        if before.state not in ("retired", "merged"):
            raise Conflict(f"Case {case} is {before.state}; only retired or merged ones are restored.")
        steps = [step for step in self.history(case) if step.state not in ("retired", "merged")]
        return self._move(before, actor, "restore", state=steps[-1].state if steps else "waiting")

    def merge(self, keep: int, double: int, *, actor: str) -> RepairCase:
        """Fold a double into the case that stays: what that lacks is filled in, parts, steps and photos are joined."""
        if keep == double:
            raise Conflict(f"Case {keep} is no double of itself.")
        kept, other = self._cases.one(keep), self._cases.one(double)
        for one in (kept, other):
            if one.state in ("merged", "retired"):
                raise Conflict(f"Case {one.id} is {one.state}; restore it before it is merged.")
        filled: dict[str, Any] = {name: getattr(kept, name) or getattr(other, name) for name in _FILLED}
        joined: dict[str, Any] = {
            name: tuple(dict.fromkeys((*getattr(kept, name), *getattr(other, name)))) for name in _JOINED
        }
        # What the double says in other words is kept in its own versions, not pasted into the text.
        result = self._move(kept, actor, "merge", content=replace(kept, **filled, **joined), detail=f"with {double}")
        self._move(other, actor, "merge", state="merged", detail=f"into {keep}", merged_into=keep)
        return result

    def rate(self, case: int, helped: bool, *, by: str) -> None:
        self._cases.one(case)
        with self._database.write() as session:
            vote_on(session, case, helped, by)

    def history(self, case: int) -> list[CaseVersion]:
        now = self._cases.one(case)
        with self._database.read() as session:
            query = select(CaseVersionRow).where(CaseVersionRow.case_id == case).order_by(CaseVersionRow.id)
            steps = [
                CaseVersion(
                    case,
                    row.version,
                    row.at,
                    row.actor,
                    row.action,
                    unpacked(row.content, now),
                    cast(CaseState, row.state),
                    row.detail,
                )
                for row in session.scalars(query)
            ]
            if not steps:
                row = session.get_one(CaseRow, case)
                steps = [self._imported(session, row)]
        return steps

    def similar(self, draft: RepairCase, found: Callable[[str], dict[int, float]], limit: int) -> list[RepairCase]:
        """Return what was perhaps written before; `found` gives cases that a search by meaning found, with 0..1."""
        text = " ".join(filter(None, [draft.symptom, draft.cause, draft.action]))
        near = found(text) if text.strip() else {}
        wanted = set(content_words(text))
        with self._database.read() as session:
            models = {key: normal_identifier(model) for key, model in
                      session.execute(select(EquipmentRow.key, EquipmentRow.model)) if model}  # fmt: skip
        machine = normal_identifier(draft.equipment) if draft.equipment else None
        code = normal_identifier(draft.code) if draft.code else None
        scores: dict[int, float] = {}
        for entry in [*self._cases.view().held, *self._cases.waiting().held]:
            if entry.id == draft.id:
                continue
            held = len(wanted & entry.tokens)
            alike = 2 * held / (len(wanted) + len(entry.tokens)) if held else 0.0
            score = max(alike, 0.6 * held / len(wanted) if wanted else 0.0, near.get(entry.id, 0.0) * 0.6)
            if code and entry.code_key:
                score += 0.35 if code == entry.code_key else -0.3
            if machine and entry.equipment_key:
                kin = models.get(machine) is not None and models.get(machine) == models.get(entry.equipment_key)
                score += 0.15 if machine == entry.equipment_key else 0.1 if kin else -0.1
            if score >= _LIKE:
                scores[entry.id] = score
        return self._cases.several(sorted(scores, key=lambda i: (-scores[i], i))[:limit])

    def _move(
        self,
        before: RepairCase,
        actor: str,
        action: str,
        *,
        state: CaseState | None = None,
        content: RepairCase | None = None,
        detail: str | None = None,
        merged_into: int | None = None,
    ) -> RepairCase:
        assert before.id is not None
        after = content or before
        ends = state or before.state
        chunk = None
        if ends == "approved":
            chunk = self._ledger.prepare(CaseStore.TABLE, before.id, after, self._model(after.equipment))
        with self._database.write() as session:
            row = session.get_one(CaseRow, before.id)
            if row.version != before.version or row.state != before.state:
                raise Conflict(f"Case {before.id} was changed by somebody else meanwhile; look at it again.")
            if row.revision_id is not None:
                session.add(_step(self._imported(session, row), row.id))
                row.revision_id, row.retired = None, False  # from now on the plant's own
            if content is not None:
                write(row, content)
                row.version += 1
            row.state, row.merged_into = ends, merged_into
            self._ledger.withdraw(session, CaseStore.TABLE, row.id, but=chunk)
            if chunk is not None:
                self._ledger.show(session, chunk)
            self._note(session, row, actor, action, detail)
        self._cases.changed()
        self._library.pay_debts()
        return self._cases.one(before.id)

    def _note(self, session: Session, row: CaseRow, actor: str, action: str, detail: str | None = None) -> None:
        now = datetime.now(UTC)
        case = case_of(row)
        step = CaseVersion(row.id, row.version, now, actor, action, case, cast(CaseState, row.state), detail)
        session.add(_step(step, row.id))
        self._audit.write(session, actor, f"case.{action}", str(row.id), detail or row.symptom[:200])

    @staticmethod
    def _imported(session: Session, row: CaseRow) -> CaseVersion:
        """Return how a case from a file began."""
        brought = session.get(RevisionRow, row.revision_id) if row.revision_id is not None else None
        at, actor = (brought.added_at, brought.added_by) if brought else (datetime.now(UTC), "")
        return CaseVersion(row.id, row.version, at, actor, "import", case_of(row), "approved", row.source)

    def _model(self, tag: str | None) -> str | None:
        if not tag:
            return None
        with self._database.read() as session:
            query = select(EquipmentRow.model).where(
                EquipmentRow.key == normal_identifier(tag), EquipmentRow.retired.is_(False)
            )
            return session.scalar(query)


def vote_on(session: Session, case: int, helped: bool, by: str) -> None:
    """Store a reader's verdict on a case, in place of an earlier one of theirs."""
    now = datetime.now(UTC)
    known = session.scalar(select(CaseVoteRow.id).where(CaseVoteRow.case_id == case, CaseVoteRow.by == by))
    if known is None:
        session.add(CaseVoteRow(case_id=case, by=by, helped=helped, at=now))
    else:
        session.execute(update(CaseVoteRow).where(CaseVoteRow.id == known).values(helped=helped, at=now))


def _step(step: CaseVersion, case: int) -> CaseVersionRow:
    return CaseVersionRow(
        case_id=case,
        version=step.version,
        at=step.at,
        actor=step.actor,
        action=step.action,
        detail=step.detail,
        state=step.state,
        content=packed(step.case),
    )
