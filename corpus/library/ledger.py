"""The passages of what people write down: one lasting revision for each model, beside the documents that files bring.

A case's passage is indexed while SQL still hides it, and shown in the transaction that approves the case; withdrawing
deletes the row in the transaction that retires it, so that a crash can neither lose nor resurrect a fix.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from corpus.domain import Language, RepairCase
from corpus.library.documents import DocumentStore
from corpus.library.embedding import Embedder
from corpus.library.lexical import LexicalIndex
from corpus.library.library import Library, chunk_identifiers
from corpus.library.rows import ChunkRow, DocumentRow, IdentifierRow, RevisionRow
from corpus.library.vectors import VectorIndex
from corpus.library.words import detect_language

_MARK = "ledger:"  # instead of a file's hash
TITLE = "维修案例 Repair cases"
_LABELS: dict[Language, tuple[str, ...]] = {
    "zh": ("设备", "代码", "故障现象", "失效模式", "部件", "原因", "处理措施", "步骤", "更换备件", "工单", "作者"),
    "en": (
        "Equipment", "Code", "Symptom", "Failure mode", "Component", "Cause", "Corrective action", "Steps",
        "Parts used", "Work order", "By",
    ),
}  # fmt: skip


class Ledger:
    """Keeps one passage for each approved case."""

    def __init__(
        self,
        documents: DocumentStore,
        library: Library,
        vectors: VectorIndex,
        lexical: LexicalIndex,
        embedder: Embedder,
    ) -> None:
        self._database = documents.database
        self._library = library
        self._vectors = vectors
        self._lexical = lexical
        self._embedder = embedder

    def prepare(self, table: str, record: int, case: RepairCase, model: str | None) -> int:
        """Store and index a case's passage, still hidden; return its id."""
        self._vectors.check()
        text, section = case_text(case), (TITLE,)
        vector = self._embedder.passages([f"{TITLE}\n{text}"])
        with self._database.write() as session:
            revision = self._revision(session, model)
            position = session.scalar(select(func.max(ChunkRow.position)).where(ChunkRow.revision_id == revision))
            chunk = ChunkRow(
                revision_id=revision,
                position=0 if position is None else position + 2,  # never beside another case
                kind="row",
                section=list(section),
                text=text,
                record_table=table,
                record_id=record,
                as_of=case.date,
                renewed_by=revision,
                vector=vector.astype(np.float16)[0].tobytes(),
            )
            session.add(chunk)
            session.flush()
            identifiers = [
                {"chunk_id": chunk.id, "kind": found.kind, "normal": found.normal[:64], "leads": leads}
                for found, leads in chunk_identifiers(chunk)
            ]
            if identifiers:
                session.execute(insert(IdentifierRow), identifiers)
            made = chunk.id
        self._vectors.add([made], vector)
        self._lexical.add([(made, TITLE, text)])
        return made

    def show(self, session: Session, chunk: int) -> None:
        """Let a prepared passage be found from this transaction's end on."""
        session.execute(update(ChunkRow).where(ChunkRow.id == chunk).values(renewed_by=None))

    def withdraw(self, session: Session, table: str, record: int, *, but: int | None = None) -> None:
        """Let no passage of a record (`but` that one) be found; `Library.pay_debts` cleans the indexes afterwards."""
        of_record = select(ChunkRow.id, RevisionRow.sha256, ChunkRow.revision_id).join(
            RevisionRow, RevisionRow.id == ChunkRow.revision_id
        )
        rows = session.execute(of_record.where(ChunkRow.record_table == table, ChunkRow.record_id == record)).all()
        rows = [row for row in rows if row[0] != but]
        own = [chunk for chunk, sha256, _ in rows if sha256.startswith(_MARK)]
        self._library.owe(session, [chunk for chunk, *_ in rows])
        for chunk, sha256, revision in rows:
            if not sha256.startswith(_MARK):  # a file's row stays where it stands, and is not answered from
                session.execute(update(ChunkRow).where(ChunkRow.id == chunk).values(renewed_by=revision))
        session.execute(delete(IdentifierRow).where(IdentifierRow.chunk_id.in_(own)))
        session.execute(delete(ChunkRow).where(ChunkRow.id.in_(own)))

    def _revision(self, session: Session, model: str | None) -> int:
        mark = f"{_MARK}{model or ''}"[:64]
        known = session.scalar(select(RevisionRow.id).where(RevisionRow.sha256 == mark))
        if known is not None:
            return known
        document = DocumentRow(title=TITLE, kind="cases", language="zh", models=[model] if model else [])
        session.add(document)
        session.flush()
        revision = RevisionRow(
            document_id=document.id,
            number=1,
            source="",
            sha256=mark,
            state="live",
            file="",
            embedding=self._embedder.name,
            page_count=0,
            chunk_count=0,
            warnings=[],
            added_at=datetime.now(UTC),
            added_by="",
        )
        session.add(revision)
        session.flush()
        return revision.id


def case_text(case: RepairCase) -> str:
    """Put a case into words, in the language it was written in; what was not recorded is left out."""
    labels = _LABELS[detect_language(" ".join(filter(None, [case.symptom, case.action])))]
    steps = "; ".join(f"{n}. {step}" for n, step in enumerate(case.steps, 1))
    cells = (
        case.equipment, case.code, case.symptom, case.failure_mode, case.component, case.cause, case.action, steps,
        ", ".join(case.parts), case.work_order, case.by,
    )  # fmt: skip
    return " | ".join(f"{label}: {cell}" for label, cell in zip(labels, cells, strict=True) if cell)
