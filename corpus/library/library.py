"""Changes to the library, each in an order in which a crash at any point can neither lose nor resurrect a page.

Adding: embed; store as `indexing`; index; then one transaction makes it live and retires what it replaces.
Retiring: one transaction makes it unanswerable and notes the debt; then the indexes are cleaned. `recover` pays what a
killed process left: half-added revisions go, owed deletions are made.
"""

from __future__ import annotations

import itertools
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session

from corpus.domain import Document, DocumentDraft, DocumentKind, Identifier, Language, Part
from corpus.errors import Conflict, IndexMismatch, NotFound, Refused
from corpus.library.answering import Answering
from corpus.library.documents import DocumentStore, packed_lines
from corpus.library.embedding import Embedder, Vectors
from corpus.library.identifiers import extract_identifiers, normal_code
from corpus.library.lexical import LexicalIndex
from corpus.library.quotes import normal_text
from corpus.library.rows import (
    AmendmentRow,
    ChunkRow,
    DocumentRow,
    IdentifierRow,
    IndexDebtRow,
    PageRow,
    RevisionRow,
)
from corpus.library.vectors import VectorIndex
from corpus.people.audit import AuditStore
from corpus.plant.records import RecordStore

Progress = Callable[[str, int, int], None]
_BATCH = 500
_TEXTS: frozenset[DocumentKind] = frozenset({"manual", "repair_guide", "bulletin", "other"})
_FIGURES = re.compile(r"-?\d{1,8}|\d{1,4}[-.]\d{1,6}")
"""A code of figures alone, which nothing in running text could tell from a number."""
_LISTED = re.compile(r"(?P<code>-?\d{1,8})(?:\s*[:：=]|\s+[-–—])\s*\S")
"""An entry of a list: "31: collision"."""
_LONG_FIGURES = re.compile(r"\d{5,12}")
"""A part number of figures alone; shorter ones in a list of parts are positions."""


class Library:
    """The one writer of documents and of both indexes."""

    def __init__(
        self,
        documents: DocumentStore,
        vectors: VectorIndex,
        lexical: LexicalIndex,
        embedder: Embedder,
        answering: Answering,
        audit: AuditStore,
        records: Sequence[RecordStore],
    ) -> None:
        self._documents = documents
        self._database = documents.database
        self._vectors = vectors
        self._lexical = lexical
        self._embedder = embedder
        self._answering = answering
        self._audit = audit
        self._records = records

    # --- adding --------------------------------------------------------------------------------------------------

    def add(
        self,
        draft: DocumentDraft,
        *,
        actor: str,
        supersedes: int | None,
        amends: tuple[int, str] | None,
        hold: bool,
        vectors: Vectors | None,
        progress: Progress,
    ) -> Document:
        self._vectors.check()
        old = self._documents.one(supersedes) if supersedes is not None else None
        if old is not None:
            if old.current is None:
                raise Conflict(f"Document {old.id} is retired; restore it before you supersede it.")
            if old.current.sha256 == draft.sha256 and not self._documents.unread_pages(old.current.id):
                raise Conflict(f"Document {old.id} already holds these very bytes.")
        if amends is not None:
            self._documents.one(amends[0])
        file = self._keep(draft)
        statements: Sequence[bytes | None] = [None] * len(draft.chunks)
        version = None
        if vectors is None:
            vectors, statements = self._embedded(draft, old, progress)
            version = self._answering.version if draft.kind in _TEXTS else None
        progress("storing", 0, len(draft.chunks))
        revision = self._store(draft, file, vectors, statements, version, old, actor)
        # What a table brings is a record of the plant, not a text to be read over first.
        held = hold and not draft.records
        try:
            ids = [] if held else self._index(revision)
            for batch in draft.readings:  # a transaction each, so that others get their turn
                with self._database.write() as session:
                    for store in self._records:
                        store.save(session, batch, revision, draft.source)
            with self._documents.writing() as session:
                if held:
                    self._hold(session, revision, amends)
                else:
                    self._publish(session, revision, draft, old, amends)
                action = "document.draft" if held else "document.add"
                self._audit.write(session, actor, action, str(revision), draft.source)
        except BaseException:
            self._discard(revision)
            raise
        self.pay_debts()
        progress("storing", len(ids), len(ids))
        return self._documents.one(self._documents.revision(revision).document)

    def _embedded(
        self, draft: DocumentDraft, old: Document | None, progress: Progress
    ) -> tuple[Vectors, list[bytes | None]]:
        """Embed chunks and their statements, each text once; what stands in the revision before keeps its vectors."""
        if not draft.chunks:
            return np.zeros((0, 0), np.float32), []  # readings by the million need no model
        read = draft.kind in _TEXTS  # what records say is told by tools of their own
        texts = [_embedded_text(chunk.section, chunk.text) for chunk in draft.chunks]
        made = self._vectors_before(old, read) if old is not None and old.current is not None else {}
        keys = [(chunk.kind, text) for chunk, text in zip(draft.chunks, texts, strict=True)]
        fresh = {key: chunk for key, chunk in zip(keys, draft.chunks, strict=True) if key not in made}
        said = [self._answering.texts(c.kind, c.section, c.text) if read else [] for c in fresh.values()]
        statements = [text for own in said for text in own]
        every = len(fresh) + len(statements)
        new = self._embedder.passages([text for _, text in fresh], lambda done, _: progress("embedding", done, every))
        told = self._answering.vectors(statements, lambda done, _: progress("embedding", len(fresh) + done, every))
        ends = np.cumsum([0, *map(len, said)])
        for i, key in enumerate(fresh):
            made[key] = new[i], self._answering.packed(told[ends[i] : ends[i + 1]]) if read else None
        return np.stack([made[key][0] for key in keys]), [made[key][1] for key in keys]

    def _vectors_before(self, old: Document, read: bool) -> dict[tuple[str, str], tuple[Vectors, bytes | None]]:
        """Return the vectors of the revision before, by kind and text; if read, only with statements made as now."""
        assert old.current is not None
        query = (
            select(ChunkRow.kind, ChunkRow.section, ChunkRow.text, ChunkRow.vector, ChunkRow.statements)
            .join(RevisionRow, RevisionRow.id == ChunkRow.revision_id)
            .where(RevisionRow.id == old.current.id, RevisionRow.embedding == self._embedder.name)
        )
        if read and self._answering.version is not None:
            query = query.where(RevisionRow.statements == self._answering.version)
        with self._database.read() as session:
            rows = session.execute(query).all()
        return {
            (kind, _embedded_text(section, text)): (np.frombuffer(vector, np.float16).astype(np.float32), statements)
            for kind, section, text, vector, statements in rows
        }

    def _keep(self, draft: DocumentDraft) -> str:
        name = draft.sha256 + draft.file.suffix.lower()
        kept = self._documents.files / name
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as scratch:
                try:
                    with draft.file.open("rb") as original:
                        shutil.copyfileobj(original, scratch)
                    scratch.flush()
                    Path(scratch.name).replace(kept)
                except BaseException:
                    Path(scratch.name).unlink(missing_ok=True)
                    raise
        return name

    def _store(
        self,
        draft: DocumentDraft,
        file: str,
        vectors: Vectors,
        statements: Sequence[bytes | None],
        version: int | None,
        old: Document | None,
        actor: str,
    ) -> int:
        with self._documents.writing() as session:
            if old is None:
                document = DocumentRow(
                    title=draft.title, kind=draft.kind, language=draft.language, models=list(draft.models)
                )
                session.add(document)
                session.flush()
                document_id, number = document.id, 1
            else:
                document_id, number = old.id, max(revision.number for revision in old.revisions) + 1
            row = RevisionRow(
                document_id=document_id,
                number=number,
                label=draft.revision_label,
                source=draft.source,
                sha256=draft.sha256,
                state="indexing",
                file=file,
                embedding=self._embedder.name,
                statements=version,
                page_count=sum(page.number is not None for page in draft.pages),
                chunk_count=len(draft.chunks),
                warnings=list(draft.warnings),
                added_at=datetime.now(UTC),
                added_by=actor,
            )
            session.add(row)
            session.flush()
            pages = [
                {
                    "revision_id": row.id,
                    "position": position,
                    "number": page.number,
                    "label": page.label,
                    "quality": page.quality,
                    "raw": page.raw,
                    "text": page.text,
                    "lines": packed_lines(page.lines),
                }
                for position, page in enumerate(draft.pages)
            ]
            if pages:
                session.execute(insert(PageRow), pages)
            halves = vectors.astype(np.float16)
            chunks = [
                ChunkRow(
                    revision_id=row.id,
                    position=position,
                    kind=chunk.kind,
                    section=list(chunk.section),
                    text=chunk.text,
                    page=chunk.page,
                    page_end=chunk.page_end if chunk.page_end is not None else chunk.page,
                    row=chunk.row,
                    vector=halves[position].tobytes(),
                    statements=statements[position],
                )
                for position, chunk in enumerate(draft.chunks)
            ]
            session.add_all(chunks)
            session.flush()
            identifiers = [
                {"chunk_id": stored.id, "kind": found.kind, "normal": found.normal[:64], "leads": leads}
                for stored in chunks
                for found, leads in chunk_identifiers(stored)
            ]
            if identifiers:
                session.execute(insert(IdentifierRow), identifiers)
            return row.id

    @staticmethod
    def _hold(session: Session, revision: int, amends: tuple[int, str] | None) -> None:
        """Keep a revision as a draft: `restore` publishes it, and its amendment counts from then on."""
        row = session.get_one(RevisionRow, revision)
        row.state = "draft"
        if amends is not None:
            session.add(AmendmentRow(bulletin_id=row.document_id, amended_id=amends[0], section=amends[1]))

    def _publish(
        self,
        session: Session,
        revision: int,
        draft: DocumentDraft,
        old: Document | None,
        amends: tuple[int, str] | None,
    ) -> None:
        row = session.get_one(RevisionRow, revision)
        if old is not None:
            document = session.get_one(DocumentRow, old.id)
            document.title, document.kind, document.language = draft.title, draft.kind, draft.language
            document.models = list(draft.models) or document.models
            for previous in session.scalars(
                select(RevisionRow).where(RevisionRow.document_id == old.id, RevisionRow.state == "live")
            ):
                self._retire(session, previous, "superseded")
        row.state = "live"
        row.warnings = list(draft.warnings)
        for store in self._records:
            stored = store.save(session, draft.records, revision, draft.source)
            self._link(session, revision, draft, store, stored)
        if amends is not None:
            session.add(AmendmentRow(bulletin_id=row.document_id, amended_id=amends[0], section=amends[1]))
        self._apply_amendments(session)

    def _link(
        self, session: Session, revision: int, draft: DocumentDraft, store: RecordStore, stored: dict[int, int]
    ) -> None:
        """Tie row passages to their records; earlier files' passages of the same records are renewed by this one."""
        if not stored:
            return
        ids = list(
            session.scalars(select(ChunkRow.id).where(ChunkRow.revision_id == revision).order_by(ChunkRow.position))
        )
        links: list[dict[str, Any]] = []
        for position, chunk in enumerate(draft.chunks):
            if chunk.record in stored:
                record = draft.records[chunk.record]
                as_of = record.as_of if isinstance(record, Part) else None
                link = {"id": ids[position], "record_table": store.TABLE, "record_id": stored[chunk.record]}
                links.append(link | {"as_of": as_of})
        if links:
            session.execute(update(ChunkRow), links)
        self._speak(session, store, set(stored.values()))

    def _speak(self, session: Session, store: RecordStore, records: set[int]) -> None:
        """Let only the passage of the file that speaks for a record be found; one that returns is indexed again."""
        session.flush()
        wanted = sorted(records)
        for at in range(0, len(wanted), _BATCH):
            batch = wanted[at : at + _BATCH]
            speakers = store.speakers(session, batch)
            rows = session.execute(
                select(ChunkRow.id, ChunkRow.record_id, ChunkRow.revision_id, ChunkRow.renewed_by)
                .join(RevisionRow, RevisionRow.id == ChunkRow.revision_id)
                .where(
                    ChunkRow.record_table == store.TABLE,
                    ChunkRow.record_id.in_(batch),
                    RevisionRow.state == "live",
                    RevisionRow.source != "",  # what a person wrote lives by other rules: ledger.py
                )
            ).all()
            silent, back = {}, []
            for row in rows:
                speaker = speakers.get(row.record_id)
                if speaker == row.revision_id and row.renewed_by is not None:
                    back.append(row.id)
                elif speaker != row.revision_id and row.renewed_by is None:
                    silent[row.id] = speaker or row.revision_id
            if silent:
                session.execute(update(ChunkRow), [{"id": i, "renewed_by": by} for i, by in silent.items()])
                self.owe(session, list(silent))
            if back:
                self._put(session, ChunkRow.id.in_(back))  # hidden until this transaction ends
                session.execute(update(ChunkRow).where(ChunkRow.id.in_(back)).values(renewed_by=None))
                session.execute(delete(IndexDebtRow).where(IndexDebtRow.chunk_id.in_(back)))

    def _of_revision(self, session: Session, store: RecordStore, revision: int) -> set[int]:
        """Return the records of a store that a revision's passages are about."""
        query = select(ChunkRow.record_id).where(ChunkRow.revision_id == revision, ChunkRow.record_table == store.TABLE)
        return {record for record in session.scalars(query) if record is not None}

    def _index(self, revision: int) -> list[int]:
        with self._database.read() as session:
            return self._put(session, ChunkRow.revision_id == revision)

    def _put(self, session: Session, which: ColumnElement[bool]) -> list[int]:
        """Put stored chunks into both indexes."""
        columns = (ChunkRow.id, ChunkRow.section, ChunkRow.text, ChunkRow.vector)
        rows = session.execute(select(*columns).where(which).order_by(ChunkRow.position)).all()
        ids = [row.id for row in rows]
        if ids:
            self._vectors.add(ids, np.stack([np.frombuffer(row.vector, np.float16) for row in rows]).astype(np.float32))
            self._lexical.add((row.id, " ".join(row.section), row.text) for row in rows)
        return ids

    def _discard(self, revision: int) -> None:
        """Undo a half-made revision, in the indexes and in SQL."""
        with self._database.read() as session:
            row = session.get(RevisionRow, revision)
            if row is None or row.state != "indexing":
                return
            ids = list(session.scalars(select(ChunkRow.id).where(ChunkRow.revision_id == revision)))
        self._vectors.delete(ids)
        self._lexical.delete(ids)
        with self._documents.writing() as session:
            owned = select(ChunkRow.id).where(ChunkRow.revision_id == revision)
            session.execute(delete(IdentifierRow).where(IdentifierRow.chunk_id.in_(owned)))
            session.execute(delete(ChunkRow).where(ChunkRow.revision_id == revision))
            session.execute(delete(PageRow).where(PageRow.revision_id == revision))
            for store in self._records:
                store.discard(session, revision)
            document = session.get_one(RevisionRow, revision).document_id
            session.execute(delete(RevisionRow).where(RevisionRow.id == revision))
            left = session.scalar(
                select(func.count()).select_from(RevisionRow).where(RevisionRow.document_id == document)
            )
            if not left:
                session.execute(delete(DocumentRow).where(DocumentRow.id == document))

    # --- retiring and restoring ----------------------------------------------------------------------------------

    def remove(self, document: int, *, actor: str) -> None:
        found = self._documents.one(document)
        shown = found.current or next((one for one in found.revisions if one.state == "draft"), None)
        if shown is None:
            raise Conflict(f"Document {document} is already retired.")
        if not shown.source:
            raise Refused("These are the fixes that people wrote down; retire a single case instead.")
        with self._documents.writing() as session:
            self._retire(session, session.get_one(RevisionRow, shown.id), "removed")
            self._apply_amendments(session)
            self._audit.write(session, actor, "document.remove", str(document), found.title)
        self.pay_debts()

    def unbound(self) -> list[Document]:
        texts = [one for one in self._documents.all() if one.kind in _TEXTS and not one.models]
        described = self._audit.subjects("document.describe") if texts else frozenset()
        return [document for document in texts if str(document.id) not in described]

    def describe(
        self,
        document: int,
        *,
        title: str,
        kind: DocumentKind,
        language: Language,
        models: Sequence[str],
        actor: str,
    ) -> Document:
        before = self._documents.one(document)
        title = " ".join(title.split())
        if not title:
            raise Refused("A document needs a title.")
        named = [model for model in dict.fromkeys(" ".join(one.split()) for one in models) if model]
        with self._documents.writing() as session:
            row = session.get_one(DocumentRow, document)
            row.title, row.kind, row.language, row.models = title, kind, language, named
            said = f"{before.title} | {before.kind} | {before.language} | {', '.join(before.models)}"
            self._audit.write(session, actor, "document.describe", str(document), f"was: {said}")
        return self._documents.one(document)

    def supersede(self, old: int, new: int, *, actor: str) -> None:
        before, after = self._documents.one(old), self._documents.one(new)
        if old == new:
            raise Conflict("A document cannot supersede itself.")
        if before.current is None or after.current is None:
            raise Conflict(f"Both documents must be live; {old if before.current is None else new} is retired.")
        with self._documents.writing() as session:
            self._retire(session, session.get_one(RevisionRow, before.current.id), "superseded")
            session.get_one(DocumentRow, old).superseded_by = new
            self._apply_amendments(session)
            self._audit.write(session, actor, "document.supersede", str(old), f"by {new}")
        self.pay_debts()

    def restore(self, document: int, *, actor: str, revision: int | None) -> Document:
        found = self._documents.one(document)
        chosen = next((r for r in found.revisions if revision is None or r.id == revision), None)
        if chosen is None:
            raise NotFound(f"Document {document} has no revision {revision}.")
        if chosen.state == "live":
            raise Conflict(f"Revision {chosen.number} of document {document} is already live.")
        self._index(chosen.id)
        with self._documents.writing() as session:
            for previous in session.scalars(
                select(RevisionRow).where(RevisionRow.document_id == document, RevisionRow.state == "live")
            ):
                self._retire(session, previous, "superseded")
            session.get_one(RevisionRow, chosen.id).state = "live"
            session.get_one(DocumentRow, document).superseded_by = None
            owned = select(ChunkRow.id).where(ChunkRow.revision_id == chosen.id)
            session.execute(delete(IndexDebtRow).where(IndexDebtRow.chunk_id.in_(owned)))
            for store in self._records:
                store.revive(session, chosen.id)
                self._speak(session, store, self._of_revision(session, store, chosen.id))
            self._apply_amendments(session)
            self._audit.write(session, actor, "document.restore", str(document), f"revision {chosen.number}")
        self.pay_debts()
        return self._documents.one(document)

    def amend(self, bulletin: int, amended: int, section: str, *, actor: str) -> int:
        self._documents.one(bulletin)
        self._documents.one(amended)
        if not section.strip():
            raise Conflict("Say which section is amended, by its number or title.")
        with self._documents.writing() as session:
            before = self._amended(session, bulletin)
            session.add(AmendmentRow(bulletin_id=bulletin, amended_id=amended, section=section.strip()))
            session.flush()
            self._apply_amendments(session)
            changed = self._amended(session, bulletin) - before
            if not changed:
                raise NotFound(f"Document {amended} has no section {section!r}; `documents show {amended}` lists them.")
            self._audit.write(session, actor, "document.amend", str(amended), f"{section} by {bulletin}")
        return changed

    @staticmethod
    def _amended(session: Session, bulletin: int) -> int:
        return session.scalar(select(func.count()).select_from(ChunkRow).where(ChunkRow.amended_by == bulletin)) or 0

    def _retire(self, session: Session, revision: RevisionRow, state: str) -> None:
        revision.state = state
        session.flush()
        self.owe(session, list(session.scalars(select(ChunkRow.id).where(ChunkRow.revision_id == revision.id))))
        for store in self._records:
            store.forget(session, revision.id)
            self._speak(session, store, self._of_revision(session, store, revision.id))

    def _apply_amendments(self, session: Session) -> None:
        """Mark the chunks that live bulletins replace, and only those."""
        session.flush()
        session.execute(update(ChunkRow).where(ChunkRow.amended_by.is_not(None)).values(amended_by=None))
        live = set(session.scalars(select(RevisionRow.document_id).where(RevisionRow.state == "live")))
        for claim in session.scalars(select(AmendmentRow).order_by(AmendmentRow.id)):
            if claim.bulletin_id not in live:
                continue
            chunks = session.execute(
                select(ChunkRow.id, ChunkRow.section)
                .join(RevisionRow, RevisionRow.id == ChunkRow.revision_id)
                .where(RevisionRow.document_id == claim.amended_id, RevisionRow.state == "live")
            )
            hit = [chunk for chunk, path in chunks if any(_names(heading, claim.section) for heading in path)]
            for at in range(0, len(hit), _BATCH):
                session.execute(
                    update(ChunkRow).where(ChunkRow.id.in_(hit[at : at + _BATCH])).values(amended_by=claim.bulletin_id)
                )

    # --- the indexes ---------------------------------------------------------------------------------------------

    @staticmethod
    def owe(session: Session, ids: Sequence[int]) -> None:
        """Note that these chunks may still stand in the indexes."""
        for at in range(0, len(ids), _BATCH):
            batch = ids[at : at + _BATCH]
            known = set(session.scalars(select(IndexDebtRow.chunk_id).where(IndexDebtRow.chunk_id.in_(batch))))
            session.add_all(IndexDebtRow(chunk_id=i) for i in batch if i not in known)
        session.flush()

    def pay_debts(self) -> None:
        """Delete from the indexes what SQL has retired; every change of what can be found ends here."""
        self._documents.changed()
        with self._database.read() as session:
            owed = list(session.scalars(select(IndexDebtRow.chunk_id)))
        if not owed:
            return
        self._vectors.delete(owed)
        self._lexical.delete(owed)
        with self._documents.writing() as session:
            for at in range(0, len(owed), _BATCH):
                session.execute(delete(IndexDebtRow).where(IndexDebtRow.chunk_id.in_(owed[at : at + _BATCH])))

    def recover(self) -> None:
        """Finish what a killed process left behind."""
        with self._database.read() as session:
            half_made = list(session.scalars(select(RevisionRow.id).where(RevisionRow.state == "indexing")))
            owed = session.scalar(select(func.count()).select_from(IndexDebtRow))
        try:
            for revision in half_made:
                self._discard(revision)
            if owed:
                self.pay_debts()
        except IndexMismatch:
            return  # every search says so, and `reindex` starts afresh

    def without_statements(self) -> int:
        """Count the live passages of documents whose statements have no vectors of this fit, though there is one."""
        if self._answering.version is None:
            return 0
        query = (
            select(func.count(ChunkRow.id))
            .join(RevisionRow, RevisionRow.id == ChunkRow.revision_id)
            .join(DocumentRow, DocumentRow.id == RevisionRow.document_id)
            .where(RevisionRow.state == "live", ChunkRow.renewed_by.is_(None))
            .where(DocumentRow.kind.in_(_TEXTS), RevisionRow.statements.is_distinct_from(self._answering.version))
        )
        with self._database.read() as session:
            return session.scalar(query) or 0

    def reindex(self, progress: Progress) -> int:
        with self._database.read() as session:
            rows = session.execute(
                select(ChunkRow.id, ChunkRow.section, ChunkRow.text, RevisionRow.embedding)
                .join(RevisionRow, RevisionRow.id == ChunkRow.revision_id)
                .where(RevisionRow.state == "live", ChunkRow.renewed_by.is_(None))
                .order_by(ChunkRow.id)
            ).all()
        self._embed_anew([row for row in rows if row.embedding != self._embedder.name], progress)
        self._read_statements(progress)
        self._vectors.clear()
        self._lexical.clear()
        for at in range(0, len(rows), _BATCH):
            batch = rows[at : at + _BATCH]
            with self._database.read() as session:
                query = select(ChunkRow.id, ChunkRow.vector).where(ChunkRow.id.in_([row.id for row in batch]))
                stored = dict(session.execute(query).tuples().all())
            self._vectors.add(
                [row.id for row in batch],
                np.stack([np.frombuffer(stored[row.id], np.float16) for row in batch]).astype(np.float32),
            )
            self._lexical.add((row.id, " ".join(row.section), row.text) for row in batch)
            progress("indexing", at + len(batch), len(rows))
        with self._documents.writing() as session:
            session.execute(delete(IndexDebtRow))
        return len(rows)

    def _embed_anew(self, changed: Sequence[Any], progress: Progress) -> None:
        """Embed the chunks of another model; the vectors of their statements are void with it."""
        if not changed:
            return
        texts = [_embedded_text(row.section, row.text) for row in changed]
        vectors = self._embedder.passages(texts, lambda done, total: progress("embedding", done, total))
        halves = vectors.astype(np.float16)
        with self._documents.writing() as session:
            session.execute(
                update(ChunkRow),
                [{"id": row.id, "vector": halves[i].tobytes(), "statements": None} for i, row in enumerate(changed)],
            )
            live = update(RevisionRow).where(RevisionRow.state == "live", RevisionRow.embedding != self._embedder.name)
            session.execute(live.values(embedding=self._embedder.name, statements=None))

    def _read_statements(self, progress: Progress) -> None:
        """Embed the statements of documents that lack those of this fit; each is stored before the next is begun."""
        version = self._answering.version
        if version is None:
            return
        query = (
            select(RevisionRow.id, RevisionRow.chunk_count)
            .join(DocumentRow, DocumentRow.id == RevisionRow.document_id)
            .where(RevisionRow.state == "live", DocumentRow.kind.in_(_TEXTS))
            .where(RevisionRow.statements.is_distinct_from(version))
        )
        with self._database.read() as session:
            revisions = session.execute(query).all()
        every, before = sum(count for _, count in revisions), 0
        for revision, count in revisions:

            def told(done: int, total: int, before: int = before, count: int = count) -> None:
                progress("reading statements", before + count * done // total, every)

            with self._database.read() as session:
                chunks = select(ChunkRow.id, ChunkRow.kind, ChunkRow.section, ChunkRow.text)
                rows = session.execute(chunks.where(ChunkRow.revision_id == revision)).all()
            said = [self._answering.texts(row.kind, row.section, row.text) for row in rows]
            vectors = self._answering.vectors([text for own in said for text in own], told)
            before += count
            ends = np.cumsum([0, *map(len, said)])
            packed = [self._answering.packed(vectors[a:b]) for a, b in itertools.pairwise(ends)]
            with self._documents.writing() as session:
                session.execute(
                    update(ChunkRow),
                    [{"id": row.id, "statements": one} for row, one in zip(rows, packed, strict=True)],
                )
                session.execute(update(RevisionRow).where(RevisionRow.id == revision).values(statements=version))

    def close(self) -> None:
        self._vectors.close()
        self._lexical.close()


def _embedded_text(section: Sequence[str], text: str) -> str:
    """Return what is embedded of a chunk: its text under the headings that it stands under."""
    return "\n".join(filter(None, [" > ".join(section), text]))


def chunk_identifiers(chunk: ChunkRow) -> list[tuple[Identifier, bool]]:
    """Return a chunk's identifiers; what a row or entry begins with leads it, be it mere figures."""
    found = {one.normal: one for one in extract_identifiers(" ".join([*chunk.section[-1:], chunk.text]))}
    if chunk.kind not in ("fault", "row"):
        return [(identifier, False) for identifier in found.values()]
    head = {identifier.normal for identifier in extract_identifiers(chunk.text[:60])[:1]}
    first = chunk.text.split("\n")[0].split(" | ")[0]
    listed = _LISTED.match(first) if chunk.kind == "fault" else None
    cell = (listed["code"] if listed else first.rsplit(": ", 1)[-1]).strip()
    if (_FIGURES if chunk.kind == "fault" else _LONG_FIGURES).fullmatch(cell):
        normal = normal_code(cell)
        found[normal] = Identifier("code", normal, cell)
        head = {normal}
    return [(identifier, identifier.normal in head) for identifier in found.values()]


def _names(heading: str, section: str) -> bool:
    """Say whether a heading is the section meant: by number ("6.3" of "6.3 Tension", not of "6.31") or title."""
    wanted, here = normal_text(section), normal_text(heading)
    if not wanted:
        return False
    if wanted.replace(".", "").isdigit():
        number = heading.split()[0].rstrip(".、") if heading.split() else ""
        return number == section.strip().rstrip(".")
    return wanted in here
