"""The document registry: what is stored, in which state, and where a quote stands."""

from __future__ import annotations

import functools
import itertools
import json
import re
import threading
import zlib
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
from sqlalchemy import Integer, String, bindparam, func, select
from sqlalchemy import cast as cast_column
from sqlalchemy.orm import Session

from corpus.database import Database
from corpus.domain import (
    Amendment,
    Box,
    Document,
    DocumentKind,
    Language,
    Page,
    PageQuality,
    Passage,
    Place,
    RecordRef,
    Revision,
    RevisionState,
    TextLine,
)
from corpus.errors import NotFound
from corpus.library.identifiers import normal_identifier
from corpus.library.quotes import contains_quote, normal_text, spellings
from corpus.library.rows import AmendmentRow, ChunkRow, DocumentRow, IdentifierRow, PageRow, RevisionRow
from corpus.library.subjects import About, subjects
from corpus.library.words import detect_language

_SELECTED = 500  # ids in one IN (...)
_OPENING = 400  # characters of a cover
_OF_MACHINES = ("manual", "repair_guide", "other")
_IN_RUNNING_TEXT = ("manual", "repair_guide", "bulletin", "other")
_REMEMBERED = 16  # scopes and the like, for one state of the library

Remembered = TypeVar("Remembered")


class Scope:
    """The chunks that a search is limited to, by revision, and in the forms that the indexes want, each made once.

    `own` are those of its chunks that are for the very models in question; the others are plant-wide.
    """

    def __init__(self, parts: Sequence[tuple[int, ...]], own: Iterable[int] = ()) -> None:
        self.parts = tuple(parts)
        self.ids = tuple(itertools.chain(*parts))
        self.own = frozenset(own)
        self._places = np.full(max(self.ids, default=-1) + 1, -1)
        self._places[list(self.ids)] = np.arange(len(self.ids))

    @functools.cached_property
    def names(self) -> list[str]:
        """The ids as Chroma wants them."""
        return [str(i) for i in self.ids]

    def mask(self, size: int) -> npt.NDArray[np.bool_]:
        """Say of each id below `size` whether it is inside."""
        return np.pad(self._places[:size] >= 0, (0, max(0, size - len(self._places))))


class DocumentStore:
    """Reads of the registry; what changes it is in `library.py`."""

    def __init__(self, database: Database, files: Path) -> None:
        self.database = database
        self.files = files
        self._version = 0
        self._remembered: OrderedDict[tuple[object, ...], Any] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction that changes what can be found; what was remembered of the old state is forgotten."""
        with self.database.write() as session:
            yield session
        self.changed()

    def changed(self) -> None:
        """Forget what was remembered: something else can be found now."""
        with self._lock:
            self._version += 1
            self._remembered.clear()

    def remember(self, key: tuple[object, ...], work: Callable[[], Remembered]) -> Remembered:
        """Return what `work` gives, once for each state of the library."""
        with self._lock:
            version = self._version
            if key in self._remembered:
                self._remembered.move_to_end(key)
                return cast(Remembered, self._remembered[key])
        value = work()
        with self._lock:
            if version == self._version:
                self._remembered[key] = value
                while len(self._remembered) > _REMEMBERED:
                    self._remembered.popitem(last=False)
        return value

    def all(self, *, retired: bool = False) -> list[Document]:
        with self.database.read() as session:
            rows = session.scalars(select(DocumentRow).order_by(DocumentRow.title, DocumentRow.id)).all()
            documents = _documents(session, rows, self.files)
        # Without a source it is no file's document but the passages of what people wrote down.
        return [d for d in documents if d.revisions and d.revisions[0].source and (d.current or retired)]

    def one(self, document: int) -> Document:
        with self.database.read() as session:
            row = session.get(DocumentRow, document)
            found = _documents(session, [row], self.files) if row else []
        if not found or not found[0].revisions:
            raise NotFound(f"There is no document {document}; `millhand documents list` shows them.")
        return found[0]

    def titled(self, title: str) -> list[Document]:
        wanted = normal_text(title)
        return [document for document in self.all() if normal_text(document.title) == wanted]

    def live_revision(self, sha256: str) -> Revision | None:
        with self.database.read() as session:
            query = select(RevisionRow).where(RevisionRow.sha256 == sha256, RevisionRow.state == "live")
            row = session.scalars(query).first()
            return _revision(row, self.files) if row else None

    def revision(self, revision: int) -> Revision:
        with self.database.read() as session:
            row = session.get(RevisionRow, revision)
            if row is None or row.state == "indexing":
                raise NotFound(f"There is no revision {revision}.")
            return _revision(row, self.files)

    def models(self) -> list[str]:
        return self.remember(
            ("models",), lambda: sorted({model for document in self.all() for model in document.models})
        )

    def titles_by_model(self) -> Mapping[str, tuple[str, ...]]:
        """Return the titles and file names of the texts that are for one equipment model alone, by that model."""
        return self.remember(("titles",), self._titles_by_model)

    def documents_by_model(self) -> Mapping[str, frozenset[int]]:
        """Return the live documents that name each equipment model, by that model."""
        return self.remember(("by model",), self._documents_by_model)

    def _documents_by_model(self) -> Mapping[str, frozenset[int]]:
        found: defaultdict[str, set[int]] = defaultdict(set)
        for document in self.all():
            for model in document.models:
                found[model].add(document.id)
        return {model: frozenset(held) for model, held in found.items()}

    def _titles_by_model(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for document in self.all():
            if document.current and len(document.models) == 1 and document.kind in _OF_MACHINES:
                called = (document.title, Path(document.current.source or "").stem)
                found[document.models[0]] = found.get(document.models[0], ()) + called
        return found

    def about(self) -> About:
        """Return what the documents are about: names that no entry explains."""
        return self.remember(("about",), self._about)

    def _about(self) -> About:
        found = subjects(
            (document.id, (document.title,), [revision.source for revision in document.revisions], opening)
            for document, opening in self._openings()
        )
        explained = {name for name, (_, leads) in self.held_identifiers(sorted(found.names)).items() if leads}
        return replace(found, names={name: held for name, held in found.names.items() if name not in explained})

    def _openings(self) -> Iterator[tuple[Document, str]]:
        """Yield the documents of running text that have a live revision, with how it begins."""
        documents = {d.current.id: d for d in self.all() if d.current and d.kind in _IN_RUNNING_TEXT}
        first = select(func.min(PageRow.id)).where(PageRow.revision_id.in_(documents)).group_by(PageRow.revision_id)
        with self.database.read() as session:
            query = select(PageRow.revision_id, func.substr(PageRow.text, 1, _OPENING)).where(PageRow.id.in_(first))
            opening = {row[0]: row[1] for row in session.execute(query)}
        for revision, document in documents.items():
            yield document, opening.get(revision, "")

    def chunks_of(self, documents: frozenset[int]) -> frozenset[int]:
        """Return the live chunks of some documents."""
        return self.remember(("chunks", documents), lambda: self._chunks_of(documents))

    def _chunks_of(self, documents: frozenset[int]) -> frozenset[int]:
        query = (
            select(ChunkRow.id)
            .join(RevisionRow, RevisionRow.id == ChunkRow.revision_id)
            .where(RevisionRow.document_id.in_(documents))
        )
        with self.database.read() as session:
            return frozenset(session.scalars(_live(query)))

    def pages(self, revision: int) -> list[Page]:
        with self.database.read() as session:
            rows = session.scalars(select(PageRow).where(PageRow.revision_id == revision).order_by(PageRow.position))
            return [_page(row) for row in rows]

    def unread_pages(self, revision: int) -> int:
        with self.database.read() as session:
            query = select(func.count()).where(PageRow.revision_id == revision, PageRow.quality == "unread")
            return session.scalar(query) or 0

    def page(self, revision: int, number: int | None) -> Page:
        with self.database.read() as session:
            row = session.scalars(
                select(PageRow)
                .where(PageRow.revision_id == revision, PageRow.number == number)
                .order_by(PageRow.position)
                .limit(1)
            ).first()
        if row is None:
            raise NotFound(f"Revision {revision} has no page {number}.")
        return _page(row)

    def chunks(self, revision: int) -> list[Passage]:
        with self.database.read() as session:
            query = _joined().where(ChunkRow.revision_id == revision).order_by(ChunkRow.position)
            return [_passage(row) for row in session.execute(query)]

    def live_passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Return those of the chunks that may be answered from, by id, with what a bulletin's passage amends."""
        passages: dict[int, Passage] = {}
        with self.database.read() as session:
            for at in range(0, len(ids), _SELECTED):
                for row in session.execute(_PASSAGES, {"ids": ids[at : at + _SELECTED]}):
                    passages[row.id] = _passage(row)
            return _with_amended(session, passages)

    def rows_of(self, table: str, ids: Sequence[int]) -> dict[int, Passage]:
        """Return the live row that each of these records of a table stands in, by the record's id."""
        rows: list[Any] = []
        with self.database.read() as session:
            for at in range(0, len(ids), _SELECTED):
                of = ChunkRow.record_id.in_(ids[at : at + _SELECTED])
                rows += session.execute(_live(_joined()).where(ChunkRow.record_table == table, of)).all()
        return {row.record_id: _passage(row) for row in rows}

    def table_rows(self, table: str) -> Mapping[int, str]:
        """Return the text of the live row that each record of a table stands in, read once for each state of things."""
        of = RevisionRow.id == ChunkRow.revision_id
        query = _live(select(ChunkRow.record_id, ChunkRow.text).join(RevisionRow, of)).where(
            ChunkRow.record_table == table, ChunkRow.record_id.is_not(None)
        )

        def read() -> Mapping[int, str]:
            with self.database.read() as session:
                return {row[0]: row[1] for row in session.execute(query)}

        return self.remember(("table", table), read)

    def walk(self) -> Iterator[Passage]:
        after = 0
        while True:
            with self.database.read() as session:
                query = _live(_joined()).where(ChunkRow.id > after).order_by(ChunkRow.id).limit(_SELECTED)
                batch = [_passage(row) for row in session.execute(query)]
            if not batch:
                return
            yield from batch
            after = batch[-1].id

    def vectors(self, ids: Sequence[int]) -> npt.NDArray[np.float32]:
        held, vectors = self.held_vectors(ids)
        if len(held) < len(ids):
            raise NotFound(f"There is no passage {min({*ids} - {*held})}.")
        return vectors

    def held_vectors(self, ids: Sequence[int]) -> tuple[list[int], npt.NDArray[np.float32]]:
        """Return those of the chunks that are stored, live or not, in their order, and a vector for each."""
        stored: dict[int, bytes] = {}
        with self.database.read() as session:
            for at in range(0, len(ids), _SELECTED):
                for chunk, vector in session.execute(_VECTORS, {"ids": ids[at : at + _SELECTED]}):
                    stored[chunk] = vector
        held = [i for i in ids if i in stored]
        if not held:
            return held, np.zeros((0, 0), np.float32)
        halves = np.frombuffer(b"".join(stored[i] for i in held), np.float16)
        return held, halves.reshape(len(held), -1).astype(np.float32)

    def statements(self, ids: Sequence[int], version: int | None) -> dict[int, bytes | None]:
        """Return the stored vectors of the statements of chunks, as `Answering` packed them; none of other versions."""
        query = (
            select(ChunkRow.id, ChunkRow.statements)
            .join(RevisionRow, RevisionRow.id == ChunkRow.revision_id)
            .where(ChunkRow.id.in_(ids), RevisionRow.statements == version)
        )
        with self.database.read() as session:
            return {row.id: row.statements for row in session.execute(query)}

    def scope(self, models: Sequence[str]) -> Scope | None:
        """Return the live chunks inside the scope of these models; None where nothing is outside.

        A document without models is plant-wide and always inside.
        """
        wanted = frozenset(normal_identifier(model) for model in models)
        return self.remember(("scope", wanted), lambda: self._scope(wanted)) if wanted else None

    def _scope(self, wanted: frozenset[str]) -> Scope | None:
        inside: dict[int, bool] = {}  # by revision, whether it is for the models
        outside = False
        with self.database.read() as session:
            for revision, names in session.execute(
                select(RevisionRow.id, DocumentRow.models)
                .join(DocumentRow, DocumentRow.id == RevisionRow.document_id)
                .where(RevisionRow.state == "live")
            ):
                if not names or wanted & {normal_identifier(name) for name in names}:
                    inside[revision] = bool(names)
                else:
                    outside = True
            if not outside:
                return None
            parts = _chunks_of(session, list(inside))
        return Scope([*parts.values()], (chunk for revision in parts if inside[revision] for chunk in parts[revision]))

    def sample(self, size: int) -> tuple[list[str], npt.NDArray[np.float32]]:
        """Return the languages and vectors of up to `size` live chunks of documents in either language."""
        return self.remember(("sample", size), lambda: self._sample(size))

    def _sample(self, size: int) -> tuple[list[str], npt.NDArray[np.float32]]:
        ids: dict[str, list[int]] = {"zh": [], "en": []}
        texts: dict[int, str] = {}
        with self.database.read() as session:
            query = _live(
                select(ChunkRow.id, DocumentRow.language)
                .join(RevisionRow, RevisionRow.id == ChunkRow.revision_id)
                .join(DocumentRow, DocumentRow.id == RevisionRow.document_id)
            )
            for chunk, language in session.execute(query.order_by(ChunkRow.id)):
                ids.setdefault(language, []).append(chunk)
            # One manual in the other language among a hundred has to be known as well.
            share = size // 2
            spare = max(0, share - min(map(len, ids.values())))
            taken = sorted(chunk for own in ids.values() for chunk in _evenly(own, share + spare))
            for at in range(0, len(taken), _SELECTED):
                rows = select(ChunkRow.id, ChunkRow.text).where(ChunkRow.id.in_(taken[at : at + _SELECTED]))
                texts |= {row.id: row.text for row in session.execute(rows)}
        return [detect_language(texts[i]) for i in taken], self.vectors(taken)

    def held_identifiers(self, normals: Sequence[str]) -> dict[str, tuple[int, bool]]:
        """Return those of the identifiers that live chunks hold: in how many, and whether an entry begins with it."""
        if not normals:
            return {}
        with self.database.read() as session:
            rows = session.execute(_HELD, {"normals": list(normals)})
            return {normal: (count, bool(leads)) for normal, count, leads in rows}

    def figure_codes(self) -> bool:
        """Say whether the entries of live documents have codes of figures alone."""
        query = _live(
            select(IdentifierRow.id)
            .join(ChunkRow, ChunkRow.id == IdentifierRow.chunk_id)
            .join(RevisionRow, RevisionRow.id == ChunkRow.revision_id)
        )
        digits = IdentifierRow.normal.between("0", ":")
        with self.database.read() as session:
            found = session.scalar(query.where(IdentifierRow.leads, IdentifierRow.kind == "code", digits).limit(1))
            return found is not None

    def lettered_codes(self, figures: str, models: Sequence[str]) -> list[str]:
        """Return the codes that entries for some models begin with and that are letters before these figures: F46."""
        query = _live(
            select(IdentifierRow.normal, IdentifierRow.chunk_id)
            .join(ChunkRow, ChunkRow.id == IdentifierRow.chunk_id)
            .join(RevisionRow, RevisionRow.id == ChunkRow.revision_id)
        ).where(IdentifierRow.leads, IdentifierRow.kind == "code", IdentifierRow.normal.endswith(figures))
        scope = self.scope(models)
        inside = frozenset(scope.ids) if scope else None
        code = re.compile(rf"[A-Z]{{1,4}}0*{figures}")
        with self.database.read() as session:
            return sorted(
                {
                    normal
                    for normal, chunk in session.execute(query)
                    if code.fullmatch(normal) and (inside is None or chunk in inside)
                }
            )

    def identified(self, normals: Sequence[str], most: int) -> dict[int, dict[str, bool]]:
        """Return up to `most` live chunks with these identifiers: chunk id -> {identifier: it stands at the front}.

        Chunks that begin with one come first, then those that hold more of them.
        """
        found: dict[int, dict[str, bool]] = {}
        if not normals:
            return found
        with self.database.read() as session:
            for chunk, normal, leads in session.execute(_IDENTIFIED, {"normals": list(normals), "most": most}):
                entry = found.setdefault(chunk, {})
                entry[normal] = entry.get(normal, False) or leads
        return found

    def neighbours(self, passage: Passage, *, before: int, after: int) -> list[Passage]:
        with self.database.read() as session:
            at = session.scalar(select(ChunkRow.position).where(ChunkRow.id == passage.id))
            if at is None:
                return [passage]
            query = _live(_joined()).where(
                ChunkRow.revision_id == passage.place.revision, ChunkRow.position.between(at - before, at + after)
            )
            around = [_passage(row) for row in session.execute(query.order_by(ChunkRow.position))]
        return [other for other in around if other.section == passage.section]

    def section_passages(self, passage: Passage) -> list[Passage]:
        # Compared as the text it is stored as: reading the path of every chunk takes 0.1 s in a manual of 1,300 pages.
        section = cast_column(ChunkRow.section, String) == json.dumps(list(passage.section))
        query = _live(_joined()).where(ChunkRow.revision_id == passage.place.revision, section)
        if not passage.section:
            query = query.where(ChunkRow.page == passage.place.page)
        with self.database.read() as session:
            return [_passage(row) for row in session.execute(query.order_by(ChunkRow.position))]

    def warnings(self, passage: Passage) -> list[Passage]:
        with self.database.read() as session:
            query = _live(_joined()).where(ChunkRow.revision_id == passage.place.revision, ChunkRow.kind == "warning")
            return [_passage(row) for row in session.execute(query.order_by(ChunkRow.position))]

    def quoted(self, passage: Passage, text: str) -> tuple[str, Place]:
        """Return the words as a page of the passage has them; unchanged where no page has them in a row."""
        place = passage.place
        if place.revision is None:
            return text, place
        last = passage.page_end if passage.page_end is not None else place.page
        numbers = [None] if place.page is None else range(place.page, (last or place.page) + 1)
        pages = [self.page(place.revision, number) for number in numbers]
        for read in ("raw", "text"):
            for words in spellings(text):
                for page in pages:
                    if contains_quote(getattr(page, read), words):
                        return words, replace(place, page=page.number)
        return text, place

    def locate(self, passage: Passage, quote: str) -> Place | None:
        if not contains_quote(passage.text, quote):
            return None
        place = passage.place
        if place.page is None or passage.page_end in (None, place.page):
            return place
        for number in range(place.page, (passage.page_end or place.page) + 1):
            page = self.page(place.revision or 0, number)
            if contains_quote(page.text, quote) or contains_quote(page.raw, quote):
                return replace(place, page=number)
        return place


_LEADS = cast_column(IdentifierRow.leads, Integer)
_WANTED = IdentifierRow.normal.in_(bindparam("normals", expanding=True))
_COLUMNS = (  # of a passage; whole rows of three tables take six times as long to read
    *(ChunkRow.id, ChunkRow.position, ChunkRow.kind, ChunkRow.text),
    cast_column(ChunkRow.section, String).label("section"),  # as text: many passages have the same
    *(ChunkRow.page, ChunkRow.page_end, ChunkRow.row, ChunkRow.amended_by),
    *(ChunkRow.record_table, ChunkRow.record_id, ChunkRow.as_of),
    *(RevisionRow.id.label("revision"), RevisionRow.source),
    *(DocumentRow.id.label("document"), DocumentRow.kind.label("document_kind")),
    *(DocumentRow.title, DocumentRow.language, cast_column(DocumentRow.models, String).label("models")),
)


def _evenly(ids: Sequence[int], count: int) -> Sequence[int]:
    return ids[:: max(1, len(ids) // count)][:count] if count else []


def _joined() -> Any:
    return (
        select(*_COLUMNS)
        .join(RevisionRow, RevisionRow.id == ChunkRow.revision_id)
        .join(DocumentRow, DocumentRow.id == RevisionRow.document_id)
    )


def _live(query: Any) -> Any:
    # As an expression no index fits the state: by one, SQLite goes from all live revisions to all of their chunks.
    live = RevisionRow.state.concat("") == "live"
    return query.where(live, ChunkRow.amended_by.is_(None), ChunkRow.renewed_by.is_(None))


def _of_identifiers(*columns: Any) -> Any:
    """Select from the live chunks with the wanted identifiers."""
    return _live(
        select(*columns)
        .join(ChunkRow, ChunkRow.id == IdentifierRow.chunk_id)
        .join(RevisionRow, RevisionRow.id == ChunkRow.revision_id)
    ).where(_WANTED)


# Made once: of many ids, the making of a statement takes as long as the reading.
_THESE = ChunkRow.id.in_(bindparam("ids", expanding=True))
_PASSAGES = _live(_joined()).where(_THESE)
_VECTORS = select(ChunkRow.id, ChunkRow.vector).where(_THESE)
_HELD = _of_identifiers(IdentifierRow.normal, func.count(), func.max(_LEADS)).group_by(IdentifierRow.normal)
_IDENTIFIED = select(IdentifierRow.chunk_id, IdentifierRow.normal, IdentifierRow.leads).where(
    _WANTED,
    IdentifierRow.chunk_id.in_(
        _of_identifiers(IdentifierRow.chunk_id)
        .group_by(IdentifierRow.chunk_id)
        .order_by(func.max(_LEADS).desc(), func.count().desc(), IdentifierRow.chunk_id)
        .limit(bindparam("most"))
    ),
)


def _chunks_of(session: Session, revisions: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return the live chunks of each of these revisions, by revision."""
    query = _live(
        select(ChunkRow.revision_id, ChunkRow.id).join(RevisionRow, RevisionRow.id == ChunkRow.revision_id)
    ).where(RevisionRow.id.in_(revisions))
    parts: dict[int, list[int]] = {}
    for revision, chunk in session.execute(query.order_by(ChunkRow.revision_id, ChunkRow.id)):
        parts.setdefault(revision, []).append(chunk)
    return {revision: tuple(ids) for revision, ids in parts.items()}


def _with_amended(session: Session, passages: dict[int, Passage]) -> dict[int, Passage]:
    documents = {p.place.document for p in passages.values() if p.document_kind == "bulletin"}
    if not documents:
        return passages
    replaced: dict[int, Place] = {}
    query = _joined().where(ChunkRow.amended_by.in_(documents), RevisionRow.state == "live").order_by(ChunkRow.position)
    for row in session.execute(query):
        replaced.setdefault(row.amended_by, _passage(row).place)
    amending = {i: replaced.get(passage.place.document or 0) for i, passage in passages.items()}
    return {i: replace(passage, amends=amending[i]) if amending[i] else passage for i, passage in passages.items()}


def _documents(session: Session, rows: Sequence[DocumentRow], files: Path) -> list[Document]:
    ids = [row.id for row in rows]
    revisions: dict[int, list[Revision]] = {}
    amendments: dict[int, list[Amendment]] = {}
    query = select(RevisionRow).where(RevisionRow.state != "indexing").order_by(RevisionRow.number.desc())
    claims = select(AmendmentRow)
    if len(ids) == 1:
        query = query.where(RevisionRow.document_id == ids[0])
        claims = claims.where(AmendmentRow.bulletin_id == ids[0])
    for revision in session.scalars(query):
        revisions.setdefault(revision.document_id, []).append(_revision(revision, files))
    for claim in session.scalars(claims):
        amendments.setdefault(claim.bulletin_id, []).append(Amendment(claim.amended_id, claim.section))
    return [
        Document(
            id=row.id,
            title=row.title,
            kind=cast(DocumentKind, row.kind),
            language=cast(Language, row.language),
            models=tuple(row.models),
            revisions=tuple(revisions.get(row.id, ())),
            superseded_by=row.superseded_by,
            amends=tuple(amendments.get(row.id, ())),
        )
        for row in rows
    ]


def _revision(row: RevisionRow, files: Path) -> Revision:
    return Revision(
        id=row.id,
        document=row.document_id,
        number=row.number,
        label=row.label,
        source=row.source,
        sha256=row.sha256,
        state=cast(RevisionState, row.state),
        pages=row.page_count,
        chunks=row.chunk_count,
        added_at=row.added_at,
        added_by=row.added_by,
        file=files / row.file,
        warnings=tuple(row.warnings),
    )


def packed_lines(lines: Sequence[TextLine]) -> bytes:
    """Pack lines and their boxes (rounded to a ten-thousandth of the page) for storage."""
    plain = [
        [line.text, *(round(v, 4) for v in (line.box.left, line.box.top, line.box.right, line.box.bottom))]
        if line.box
        else [line.text]
        for line in lines
    ]
    return zlib.compress(json.dumps(plain, ensure_ascii=False).encode())


def _page(row: PageRow) -> Page:
    plain = json.loads(zlib.decompress(row.lines))
    lines = tuple(TextLine(item[0], Box(*item[1:]) if len(item) == 5 else None) for item in plain)
    return Page(row.number, row.raw, row.text, lines, cast(PageQuality, row.quality), row.label)


@functools.lru_cache(maxsize=16_384)
def _texts(plain: str) -> tuple[str, ...]:
    """Read a stored list of texts."""
    return tuple(json.loads(plain))


def _passage(row: Any) -> Passage:
    record = (
        RecordRef(row.record_table, (row.record_id,), row.as_of)
        if row.record_table and row.record_id is not None
        else None
    )
    section, models = _texts(row.section), _texts(row.models)
    written = not row.source  # by a person: the record is the place, there is no file
    place = Place(
        source=row.source or None,
        document=None if written else row.document,
        revision=None if written else row.revision,
        page=row.page,
        section=" > ".join(section) or None,
        row=row.row,
        record=record,
    )
    return Passage(
        id=row.id,
        place=place,
        page_end=row.page_end,
        title=row.title,
        kind=row.kind,
        document_kind=row.document_kind,
        language=row.language,
        text=row.text,
        section=section,
        models=models,
    )
