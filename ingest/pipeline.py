"""Files in, corpus up to date: hash, read, cut, embed, store; one file's failure never stops the rest."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

from corpus import (
    Box,
    Chunk,
    Corpus,
    Document,
    DocumentDraft,
    DocumentKind,
    Language,
    MillhandError,
    NotFound,
    Page,
    Record,
    Settings,
    Unreadable,
    find_quote,
    normal_text,
)
from ingest import recognise
from ingest.chunking import chunk
from ingest.preview import TablePreview, preview_of, unread
from ingest.readers import READERS, TABLES, ParsedFile, check_suffix
from ingest.tables import LONG, Header, Table, TableKind, mapping_of, read_table
from ingest.tables.bulk import BulkReadings, bulk_readings
from ingest.worker import ParseWorker

MANIFEST = "manifest.csv"
_TABLE_KINDS: dict[TableKind, DocumentKind] = {
    "parts": "parts_list",
    "equipment": "equipment",
    "status": "status",
    "alarms": "alarms",
    "cases": "cases",
}
_OLD_OFFICE = {".doc": "DOCX", ".xls": "XLSX"}


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """What overrides the recognition; `supersedes` is a document id, `amends` (document id, section).

    `mapping` corrects how a table's columns are read, field to column header; it is remembered for every table with
    that header. With `hold`, documents stay drafts until someone publishes them. `only_tables` refuses what is no table
    of records; `renews` names an actor whose stock file of the same name this one replaces.
    """

    equipment_models: tuple[str, ...] = ()
    kind: DocumentKind | None = None
    revision: str | None = None
    language: Language | None = None
    supersedes: int | None = None
    amends: tuple[int, str] | None = None
    as_table: TableKind | None = None
    mapping: Mapping[str, str] | None = None
    title: str | None = None
    hold: bool = False
    only_tables: bool = False
    renews: str | None = None


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """Where a run stands: which file of how many, and how far its stage is."""

    source: str
    file_index: int
    files: int
    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file."""

    source: str
    state: Literal["indexed", "unchanged", "failed"]
    document: int | None = None
    kind: str | None = None
    pages: int = 0
    chunks: int = 0
    warnings: tuple[str, ...] = ()
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        names = ("source", "document", "state", "kind", "pages", "chunks", "warnings", "error")
        return {name: list(value) if isinstance(value := getattr(self, name), tuple) else value for name in names}


ProgressCall = Callable[[IngestProgress], None]


@dataclass(frozen=True, slots=True)
class _Job:
    path: Path
    options: IngestOptions
    claims: dict[str, str] = field(default_factory=dict)  # what a manifest says of other documents, by name


class Ingestor:
    """Brings files into one corpus."""

    def __init__(self, settings: Settings, corpus: Corpus) -> None:
        self._settings = settings
        self._corpus = corpus
        self._worker = ParseWorker(settings)
        # A citation is opened, and a photo read, while a hundred files are being brought in: not in the same queue.
        self._viewer = ParseWorker(settings)
        self._picture = lru_cache(maxsize=64)(self._render)

    def ingest(
        self, paths: Sequence[Path], options: IngestOptions, progress: ProgressCall, actor: str
    ) -> list[FileResult]:
        """Bring in files and folders (with their manifests); returns what became of each, in order of work."""
        jobs, results = [], []
        for path in paths:
            try:
                jobs += list(_jobs(path, options))
            except MillhandError as error:
                results.append(FileResult(safe_name(path.name), "failed", error=str(error)))
        jobs.sort(key=lambda job: _order(job.path))
        machines = self._corpus.all_equipment()
        for index, job in enumerate(jobs):
            source = safe_name(job.path.name)

            def step(stage: str, done: int, total: int, source: str = source, index: int = index) -> None:
                progress(IngestProgress(source, index, len(jobs), stage, done, total))

            try:
                results.append(self._one(job, source, step, actor))
            except MillhandError as error:
                results.append(FileResult(source, "failed", error=_sentence(source, str(error))))
            except OSError as error:
                reason = error.strerror or str(error)
                results.append(FileResult(source, "failed", error=f"{source}: it could not be stored ({reason})."))
            except Exception as error:  # whatever it is, the other files go on
                results.append(
                    FileResult(
                        source, "failed", error=f"{source}: it could not be brought in ({type(error).__name__})."
                    )
                )
        if self._corpus.all_equipment() != machines:
            self._bind(actor)
        return results

    def _bind(self, actor: str) -> None:
        """Bind documents that came before the register did to the machines which they name."""
        machines = self._corpus.all_equipment()
        for document in self._corpus.unbound_documents():
            revision = document.current
            assert revision is not None  # only live ones can be bound
            try:
                cover = self._corpus.page(revision.id, 1 if revision.pages else None).raw
            except NotFound:
                cover = ""
            if models := recognise.models_of(cover, document.title, revision.source, machines):
                self._corpus.describe_document(
                    document.id,
                    title=document.title,
                    kind=document.kind,
                    language=document.language,
                    models=models,
                    actor=actor,
                )

    def preview_table(
        self, path: Path, *, as_table: TableKind | None = None, mapping: Mapping[str, str] | None = None
    ) -> TablePreview:
        """Say how a table's columns are understood and what bringing it in would change; nothing is stored.

        Raises:
            Unreadable: the file itself cannot be read.
        """
        source = safe_name(path.name)
        if not path.is_file():
            raise Unreadable(f"{source}: there is no such file.")
        parsed = self._viewer.parse(path, lambda *_: None)
        try:
            table = self._table(path, source, parsed, as_table, mapping)
        except Unreadable as error:
            return unread(source, parsed, as_table, error)
        if table is None:
            return unread(source, parsed, as_table, None)
        return preview_of(source, table, self._corpus.compare_records(table.records))

    def _table(
        self, path: Path, source: str, parsed: ParsedFile, wanted: TableKind | None, mapping: Mapping[str, str] | None
    ) -> Table | None:
        modified = datetime.fromtimestamp(path.stat().st_mtime, self._settings.zone)
        return read_table(
            parsed,
            wanted=wanted,
            zone=self._settings.zone,
            as_of=modified,
            source=source,
            given=mapping,
            remembered=self._corpus.table_mappings(),
        )

    def read_image(self, path: Path) -> str:
        """Return the text in a picture."""
        return self._viewer.read_image(path)

    def page_picture(self, revision: int, page: int, quote: str | None = None) -> bytes:
        """Return a page of a revision as PNG with the lines of the quote marked; raises NotFound."""
        return self._picture(revision, page, quote)

    def warm_up(self) -> None:
        """Start the process that draws pages, so that the first citation opens at once."""
        self._viewer.warm_up()

    def close(self) -> None:
        self._worker.close()
        self._viewer.close()

    def _one(self, job: _Job, source: str, step: Callable[[str, int, int], None], actor: str) -> FileResult:
        path, options = job.path, job.options
        if not path.is_file():
            raise Unreadable(f"{source}: there is no such file.")
        if newer := _OLD_OFFICE.get(path.suffix.lower()):
            raise Unreadable(f"{source}: it is in an old Office format; save it as {newer}.")
        check_suffix(path)
        step("hashing", 0, 1)
        digest = _sha256(path)
        known = self._corpus.find_revision(digest)
        unfinished = known is not None and self._corpus.unread_pages(known.id) > 0
        if known is not None and not unfinished:
            document = self._corpus.document(known.document)
            return FileResult(source, "unchanged", document.id, document.kind, known.pages, known.chunks)
        if options.as_table in (None, "status"):
            bulk = bulk_readings(
                path, self._settings.zone, given=options.mapping, remembered=self._corpus.table_mappings()
            )
            if bulk:
                return self._bulk(job, source, digest, bulk, step, actor)
        parsed = self._worker.parse(path, lambda done, total: step("reading", done, total))
        table: Table | None = None
        if path.suffix.lower() in TABLES or options.as_table:
            table = self._table(path, source, parsed, options.as_table, options.mapping)
        if options.only_tables and table is None:
            raise Unreadable(f"{source}: this is no table of parts, equipment, status, alarms or cases.")
        title = options.title or recognise.title_of(parsed, source)
        unstructured = replace(parsed, blocks=table.rest) if table else parsed
        chunks: Sequence[Chunk] = chunk(unstructured, self._settings.chunk_characters)
        if table:
            chunks = (*table.chunks, *chunks)
        if not chunks and not table:
            pages = f" ({'; '.join(parsed.warnings)})" if parsed.warnings else ""
            raise Unreadable(f"{source}: no text was found in it{pages}.")
        cover = parsed.pages[0].raw if parsed.pages else ""
        kind = options.kind or (_TABLE_KINDS[table.kind] if table else recognise.kind_of(title, source, cover))
        models = options.equipment_models
        if not models and not table:
            models = recognise.models_of(cover, title, source, self._corpus.all_equipment())
        draft = DocumentDraft(
            source=source,
            file=path,
            sha256=digest,
            title=title,
            kind=kind,
            language=options.language or parsed.language,
            pages=parsed.pages,
            chunks=chunks,
            models=models,
            revision_label=options.revision or (None if table else recognise.revision_of(parsed, title, source)),
            records=table.records if table else (),
            warnings=(*parsed.warnings, *(table.warnings if table else ())),
        )
        stored = self._corpus.add_document(
            draft,
            actor=actor,
            supersedes=self._claimed(job, "supersedes")
            or options.supersedes
            or (self._renewed(source, options.renews) if options.renews and table and table.kind == "parts" else None)
            or (known.document if known is not None and unfinished else None),
            amends=self._amends(job) or options.amends,
            hold=options.hold,
            progress=step,
        )
        if options.mapping and table:
            self._remember(table.headers, source, actor)
        return FileResult(
            source, "indexed", stored.id, kind, parsed.page_count, len(draft.chunks), tuple(draft.warnings)
        )

    def _bulk(
        self, job: _Job, source: str, digest: str, bulk: BulkReadings, step: Callable[[str, int, int], None], actor: str
    ) -> FileResult:
        """Bring in readings by the million: in batches, without their text."""

        def batches() -> Iterator[Sequence[Record]]:
            for batch in bulk.batches():
                yield batch
                step("storing", bulk.done, bulk.size)

        draft = DocumentDraft(
            source=source,
            file=job.path,
            sha256=digest,
            title=job.options.title or Path(source).stem.replace("_", " "),
            kind=job.options.kind or "status",
            language=job.options.language or "en",
            pages=(),
            chunks=(),
            models=job.options.equipment_models,
            revision_label=job.options.revision,
            warnings=bulk.warnings,
            readings=batches(),
        )
        superseded = self._claimed(job, "supersedes") or job.options.supersedes
        stored = self._corpus.add_document(draft, actor=actor, supersedes=superseded, progress=step)
        if job.options.mapping and bulk.header:
            self._remember((bulk.header,), source, actor)
        return FileResult(source, "indexed", stored.id, draft.kind, 0, 0, tuple(draft.warnings))

    def _remember(self, headers: Sequence[Header], source: str, actor: str) -> None:
        """Keep a person's correction for every table with the same header."""
        for header in headers:
            if header.names != LONG:  # our own form of a wide table, no file's header
                self._corpus.remember_mapping(mapping_of(header, source), actor=actor)

    def _renewed(self, source: str, actor: str) -> int | None:
        """Return the stock document that this actor brought under this name before."""
        for document in self._corpus.documents():
            held = document.current
            if held and document.kind == "parts_list" and held.source == source and held.added_by == actor:
                return document.id
        return None

    def _amends(self, job: _Job) -> tuple[int, str] | None:
        amended = self._claimed(job, "amends")
        return (amended, job.claims.get("amends_section", "")) if amended is not None else None

    def _claimed(self, job: _Job, column: str) -> int | None:
        """Resolve what a manifest names: a document's id, title or file name."""
        name = job.claims.get(column)
        if not name:
            return None
        wanted = normal_text(name)
        for document in self._corpus.documents():
            if name == str(document.id) or wanted in _names_of(document):
                return document.id
        raise NotFound(f"the manifest's {column} names {name!r}, which no document is called")

    def _render(self, revision: int, page: int, quote: str | None) -> bytes:
        stored = self._corpus.page(revision, page)
        marks = quote_boxes(stored, quote) if quote else []
        return self._viewer.picture(self._corpus.revision(revision).file, page, marks, 1100)


def build_ingestor(settings: Settings, corpus: Corpus) -> Ingestor:
    """Make the one way into a corpus; close it when done."""
    return Ingestor(settings, corpus)


def quote_boxes(page: Page, quote: str) -> list[Box]:
    """Return the boxes of the lines that a quote runs over; of single lines where page and quote differ in order."""
    boxed = [line for line in page.lines if line.box is not None]
    whole, starts = "", []
    for line in boxed:
        starts.append(len(whole))
        whole += line.text + "\n"
    span = find_quote(whole, quote)
    if span is not None:
        return [
            line.box
            for line, start in zip(boxed, starts, strict=True)
            if line.box and start < span[1] and start + len(line.text) > span[0]
        ]
    pieces = [normal_text(piece) for piece in re.split(r"[|:：\n]", quote)]
    wanted = [piece for piece in pieces if len(piece) >= 3]
    return [
        line.box
        for line in boxed
        if line.box
        and any(p in normal_text(line.text) or (len(line.text) > 3 and normal_text(line.text) in p) for p in wanted)
    ]


def safe_name(name: str) -> str:
    """Return a file's own name without folders, control, zero-width and direction characters."""
    base = re.split(r"[/\\]", name)[-1]
    kept = "".join(c for c in base if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"}).strip(" .")
    return kept[:200] or "unnamed"


def _jobs(path: Path, options: IngestOptions) -> Iterator[_Job]:
    if not path.is_dir():
        yield _Job(path, options)
        return
    manifest = _manifest(path / MANIFEST)
    for file in sorted(path.rglob("*")):
        if not file.is_file() or any(part.startswith(".") for part in file.relative_to(path).parts):
            continue
        if file.name == MANIFEST or file.name.startswith("~$"):  # Office's own lock files
            continue
        row = manifest.get(file.name) or manifest.get(file.relative_to(path).as_posix())
        if row is not None or file.suffix.lower() in READERS.keys() | _OLD_OFFICE.keys():
            yield _Job(file, _overridden(options, row or {}), row or {})


def _manifest(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        return {}
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    rows = [
        {(name or "").strip(): value.strip() for name, value in row.items() if isinstance(value, str)}
        for row in csv.DictReader(text.splitlines())
    ]
    if rows and "file" not in rows[0]:
        raise Unreadable(f"{path.name}: the manifest has no column `file`.")
    for row in rows:
        for column, allowed in (("kind", get_args(DocumentKind)), ("language", get_args(Language))):
            if row.get(column) and row[column] not in allowed:
                raise Unreadable(
                    f"{path.name}: the {column} {row[column]!r} of {row['file']} is none of {', '.join(allowed)}."
                )
    return {row["file"]: row for row in rows}


def _overridden(options: IngestOptions, row: dict[str, str]) -> IngestOptions:
    models = tuple(piece.strip() for piece in re.split(r"[、,;]", row.get("models", "")) if piece.strip())
    return replace(
        options,
        title=row.get("title") or options.title,
        kind=cast("DocumentKind | None", row.get("kind") or options.kind),
        language=cast("Language | None", row.get("language") or options.language),
        revision=row.get("revision") or options.revision,
        equipment_models=models or options.equipment_models,
    )


def _order(path: Path) -> tuple[int, str]:
    """Equipment first, so that models are known; then documents; tables that name parts of them; bulletins last."""
    name = path.name.lower()
    if path.suffix.lower() in TABLES:
        return (0 if re.search(r"设备台账|equipment|asset", name) else 2, str(path))
    return (3 if recognise.kind_of("", name) == "bulletin" else 1, str(path))


def _names_of(document: Document) -> set[str]:
    return {normal_text(document.title), *(normal_text(revision.source) for revision in document.revisions)}


def _sentence(source: str, message: str) -> str:
    return message if source in message else f"{source}: {message}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
