"""The corpus: question-shaped methods over what the plant knows, each delegating to one store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any

from corpus.database import Database
from corpus.domain import (
    Account,
    Alarm,
    AlarmFigures,
    AuditEntry,
    CaseFigures,
    CaseFilter,
    CaseGroup,
    CaseState,
    CaseVersion,
    Changes,
    Conversation,
    Document,
    DocumentDraft,
    DocumentKind,
    Equipment,
    Evidence,
    Extremes,
    Language,
    MachineState,
    Page,
    Part,
    Passage,
    Place,
    Reading,
    Record,
    Rendered,
    RepairCase,
    Revision,
    Role,
    Stock,
    StockTaking,
    TableMapping,
    Term,
    Told,
    Turn,
    WorkItem,
    WorkState,
)
from corpus.errors import NotFound
from corpus.library.answering import Answering
from corpus.library.documents import DocumentStore
from corpus.library.embedding import Embedder, Vectors
from corpus.library.glossary import built_in_terms, load_glossary, plant_terms, spoken_terms, term_of, write_plant_terms
from corpus.library.identifiers import normal_identifier
from corpus.library.ledger import Ledger
from corpus.library.lexical import LexicalIndex
from corpus.library.library import Library
from corpus.library.search import Pool, Searcher
from corpus.library.vectors import VectorIndex
from corpus.library.verifying import Verifier, told
from corpus.library.words import detect_language
from corpus.ownership import FolderLock
from corpus.people.accounts import AccountStore
from corpus.people.audit import AuditStore
from corpus.people.conversations import ConversationStore
from corpus.people.feedback import FeedbackStore
from corpus.people.worklist import Worklist
from corpus.plant.cases import CaseStore
from corpus.plant.changes import compare
from corpus.plant.equipment import EquipmentStore
from corpus.plant.experience import Experience
from corpus.plant.figures import CaseFigureStore
from corpus.plant.history import StatusHistory
from corpus.plant.mappings import MappingStore
from corpus.plant.parts import Names, PartStore, called
from corpus.plant.readings import PUSHED
from corpus.plant.status import StatusStore
from corpus.settings import Settings

_NEAR_CASES = 40  # passages among which a machine's cases in the other language are looked for

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total) while something long runs."""


def _silent(_stage: str, _done: int, _total: int) -> None:
    pass


class Corpus:
    """What the plant knows. Safe to use from several threads; close it, or use it in a `with` block."""

    def __init__(self, settings: Settings, lock: FolderLock, database: Database) -> None:
        self.settings = settings
        self._lock = lock
        self._terms_lock = Lock()
        self._database = database
        self._equipment = EquipmentStore(database)
        self._parts = PartStore(database)
        self._status = StatusStore(database, settings)
        self._history = StatusHistory(database, self._status)
        self._mappings = MappingStore(database)
        self._cases = CaseStore(database)
        self._figures = CaseFigureStore(database, self._cases)
        self._accounts = AccountStore(database)
        self._audit = AuditStore(database)
        self._conversations = ConversationStore(database)
        self._worklist = Worklist(database)
        self._feedback = FeedbackStore(database, self._worklist, self._conversations)
        self._embedder = embedder = Embedder(settings)
        self._documents = DocumentStore(database, settings.data_dir / "files")
        vectors = VectorIndex(settings.data_dir / "chroma", embedder, self._documents.vectors)
        lexical = LexicalIndex(settings.data_dir / "lexical.db")
        records = (self._equipment, self._parts, self._status, self._cases)
        self._answering = Answering(embedder)
        self._verifier = Verifier(embedder, settings.cross_encoder)
        self._library = Library(self._documents, vectors, lexical, embedder, self._answering, self._audit, records)
        ledger = Ledger(self._documents, self._library, vectors, lexical, embedder)
        self._experience = Experience(database, self._cases, ledger, self._library, self._audit)
        self._searcher = Searcher(
            settings, self._documents, vectors, lexical, embedder, self._answering, self._equipment
        )
        self._library.recover()

    def warm_up(self) -> None:
        """Read what questions go over again and again, so that the first of them does not wait: the repair cases."""
        self._cases.view()

    # --- documents -----------------------------------------------------------------------------------------------

    def add_document(
        self,
        draft: DocumentDraft,
        *,
        actor: str,
        supersedes: int | None = None,
        amends: tuple[int, str] | None = None,
        hold: bool = False,
        vectors: Vectors | None = None,
        progress: Progress = _silent,
    ) -> Document:
        """Store a document with its pages, chunks and records, and index it; it can be found once this returns.

        With `hold` it stays a draft, which nothing is answered from until `restore_document` publishes it; a table of
        plant records is never held.

        `supersedes` is the id of the document that this one is a new revision of: it keeps that id. `amends` is
        (document id, section) for a bulletin that replaces one section. Nothing is kept if embedding or SQL fails.
        `vectors` are the chunks' embeddings where they were made before, by this very model.

        Raises:
            NotFound: no such document to supersede or amend.
            Conflict: it is already retired, or holds these very bytes.
        """
        return self._library.add(
            draft,
            actor=actor,
            supersedes=supersedes,
            amends=amends,
            hold=hold,
            vectors=vectors,
            progress=progress,
        )

    def find_revision(self, sha256: str) -> Revision | None:
        """Return the live revision with this content hash, if any."""
        return self._documents.live_revision(sha256)

    def documents(self, *, retired: bool = False) -> list[Document]:
        """List the documents by title; with `retired`, the removed ones too."""
        return self._documents.all(retired=retired)

    def document(self, document: int) -> Document:
        """Return one document, retired ones too; raises NotFound."""
        return self._documents.one(document)

    def similar_titles(self, title: str) -> list[Document]:
        """Live documents of the same title, which a new file may be a revision of."""
        return self._documents.titled(title)

    def unbound_documents(self) -> list[Document]:
        """Live manuals, guides and other texts without models, whose models no person has looked at."""
        return self._library.unbound()

    def describe_document(
        self,
        document: int,
        *,
        title: str,
        kind: DocumentKind,
        language: Language,
        models: Sequence[str],
        actor: str,
    ) -> Document:
        """Correct what was understood of a document; no models means plant-wide. Raises NotFound or Refused."""
        return self._library.describe(document, title=title, kind=kind, language=language, models=models, actor=actor)

    def remove_document(self, document: int, *, actor: str) -> None:
        """Retire a document: from now on nothing is answered from it. `restore_document` undoes it."""
        self._library.remove(document, actor=actor)

    def restore_document(self, document: int, *, actor: str, revision: int | None = None) -> Document:
        """Make the newest revision (or the one named) live again."""
        return self._library.restore(document, actor=actor, revision=revision)

    def supersede_document(self, old: int, new: int, *, actor: str) -> None:
        """Declare that document `new` replaces `old`, which is retired and points to it."""
        self._library.supersede(old, new, actor=actor)

    def amend_document(self, bulletin: int, amended: int, section: str, *, actor: str) -> int:
        """Declare that `bulletin` replaces one section of `amended`; return how many chunks it replaces."""
        return self._library.amend(bulletin, amended, section, actor=actor)

    def page(self, revision: int, number: int | None) -> Page:
        """Return one page of any revision; raises NotFound."""
        return self._documents.page(revision, number)

    def pages(self, revision: int) -> list[Page]:
        """Return the pages of a revision in order."""
        return self._documents.pages(revision)

    def unread_pages(self, revision: int) -> int:
        """Return how many pages of a revision were left unread for want of time."""
        return self._documents.unread_pages(revision)

    def revision(self, revision: int) -> Revision:
        """Return one revision with the path of its kept file; raises NotFound."""
        return self._documents.revision(revision)

    def chunks(self, revision: int) -> list[Passage]:
        """Return what a revision was cut into, in reading order."""
        return self._documents.chunks(revision)

    def neighbours(self, passage: Passage, *, before: int = 1, after: int = 1) -> list[Passage]:
        """Return the live chunks around a passage in its own section, in reading order, itself included."""
        return self._documents.neighbours(passage, before=before, after=after)

    def section_passages(self, passage: Passage) -> list[Passage]:
        """Return all live chunks of the passage's section, or of its page where it has none, in reading order."""
        return self._documents.section_passages(passage)

    def warnings(self, passage: Passage) -> list[Passage]:
        """Return all live warnings of the passage's revision, in reading order."""
        return self._documents.warnings(passage)

    def quoted(self, passage: Passage, text: str) -> tuple[str, Place]:
        """Return words of a passage as its page has them, and where: of a row of a table, its cells without headers."""
        return self._documents.quoted(passage, text)

    def locate(self, passage: Passage, quote: str) -> Place | None:
        """Return where exactly a quote stands within a passage's pages, or None if it does not stand there."""
        return self._documents.locate(passage, quote)

    def reindex(self, *, progress: Progress = _silent) -> int:
        """Rebuild both indexes from SQL; return the number of chunks."""
        return self._library.reindex(progress)

    # --- finding -------------------------------------------------------------------------------------------------

    def search(
        self, query: str, *, equipment: str | None = None, k: int = 10, methods: Sequence[str] | None = None
    ) -> Evidence:
        """Find the passages that bear on a query, best first, with the evidence for them.

        A machine named by `equipment` (its tag) or in the query itself narrows the search to the documents for its
        model and the plant-wide ones. `methods` limits it to some of identifier, lexical, dense (for ablations).

        Raises:
            NotFound: no equipment has this tag.
        """
        return self._searcher.search(query, equipment=equipment, k=k, methods=methods)

    def candidates(self, query: str, *, equipment: str | None = None) -> Pool:
        """Return everything that a search takes into account for a query, described but not ranked: what fits learn on.

        Raises:
            NotFound: no equipment has this tag.
        """
        return self._searcher.pool(query, equipment=equipment, methods=None)

    def nearest(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """Return the ids and cosines of the k passages nearest to a vector, by the dense index alone."""
        return self._searcher.nearest(vector, k)

    def passages(self) -> Iterator[Passage]:
        """Walk all passages that may be answered from, by id; what another searcher over the same chunks needs."""
        return self._documents.walk()

    def passage_vectors(self, ids: Sequence[int]) -> Vectors:
        """Return the stored vectors of these passages: float32 of shape (len(ids), dimension), each of length 1.

        Raises:
            NotFound: one of them is not stored.
        """
        return self._documents.vectors(ids)

    def embed_query(self, text: str) -> Vectors:
        """Embed a query with the corpus's own model; returns float32 of shape (dimension,), of length 1."""
        return self._embedder.query(text)

    @property
    def embedding_model(self) -> str:
        """The name or folder by which sentence-transformers loads the embedding model; it is unpacked if need be."""
        return self._embedder.source()

    @property
    def embedding_name(self) -> str:
        """What identifies the embedding model: stored vectors and calibrations carry it."""
        return self._embedder.name

    def spelled(self, text: str) -> str:
        """Return a question with its misspelt English words put right, where it is plain what was meant."""
        return self._searcher.spelled(text)

    def glossary_terms(self, text: str) -> list[tuple[str, str]]:
        """Return (term as written, its rendering in the other language) of the glossary's terms in a text, in order."""
        return load_glossary(self.folder).render(text)

    def terms_spoken(self, text: str) -> list[tuple[str, tuple[tuple[str, ...], ...]]]:
        """Return the terms and the further words of a text as it writes them, each with its renderings as tokens."""
        return spoken_terms(self.folder, text)

    def translated(self, text: str) -> list[str]:
        """Return the tokens that the glossary's terms in a text have in the other language."""
        return load_glossary(self.folder, everyday=False).translate(text)

    def also_called(self, term: str) -> tuple[tuple[str, ...], ...]:
        """Return what a term of several words is called in its own language too, as tokens."""
        return load_glossary(self.folder).also_called(term)

    def terms_in(self, text: str) -> list[Rendered]:
        """Return the terms and the further words of a text, with their renderings."""
        terms, left = load_glossary(self.folder).terms(text)
        return [term for term in terms if term.own] + [Rendered((word,), ()) for word in left]

    def similar(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return the cosine (-1..1) between a query and each text; about 10 ms a sentence, across languages too."""
        if not texts:
            return []
        return [float(value) for value in self._embedder.sentences(texts) @ self._embedder.query(query)]

    def without_statements(self) -> int:
        """Count the passages whose statements `answering` cannot judge until `reindex` has read them."""
        return self._library.without_statements()

    def answering(self, question: str, passages: Sequence[Passage], *, read: bool = True) -> Told:
        """Say how well each statement (`statement_spans`) of passages answers a question.

        The nearest are `read` together with it. Passages without vectors of their statements are left out: rows of
        records, and what was indexed before there were any, or with an embedding model that has no fit.
        """
        stored = self._documents.statements([passage.id for passage in passages], self._answering.version)
        near = self._answering.scores(question, stored)
        return told(near, self._verifier.nearest(question, passages, near) if read else {})

    # --- the plant -----------------------------------------------------------------------------------------------

    def all_equipment(self) -> list[Equipment]:
        """List the machines by tag."""
        return self._equipment.all()

    def equipment(self, tag: str) -> Equipment:
        """Return the machine with this tag in any spelling (cnc03, CNC-03, ＣＮＣ－０３); raises NotFound."""
        return self._equipment.one(tag)

    def equipment_named_in(self, text: str) -> list[Equipment]:
        """Return the machines whose tag, or whole name, stands in the text, in the order they stand there."""
        return self._equipment.named_in(text)

    def models(self) -> list[str]:
        """List the equipment models that machines or documents name."""
        return sorted({*self._equipment.models(), *self._documents.models()})

    def documented_models(self) -> frozenset[str]:
        """Return the equipment models that documents are for."""
        return frozenset(self._documents.models())

    def document_names(self) -> frozenset[str]:
        """Return the normal forms of identifiers that documents are about and no entry explains: a tag, a model."""
        return frozenset(self._documents.about().names)

    def lettered_codes(self, figures: str, models: Sequence[str]) -> list[str]:
        """Return the fault codes that documents for some models, or all, explain and that end with figures: F46 for 46.

        Nothing where the figures alone are such a code.
        """
        alone = self._documents.held_identifiers([figures]).get(figures, (0, False))
        return [] if alone[1] else self._documents.lettered_codes(figures, models)

    def documents_by_model(self) -> Mapping[str, frozenset[int]]:
        """Return the ids of the documents that are for each equipment model, by that model."""
        return self._documents.documents_by_model()

    def titles_by_model(self) -> Mapping[str, tuple[str, ...]]:
        """Return the titles and file names of the manuals and guides that are for one equipment model alone."""
        return self._documents.titles_by_model()

    def rows_of(self, table: str, ids: Sequence[int]) -> dict[int, Passage]:
        """Return the row of a file that each of these records of a table stands in, with all its columns, by id."""
        return self._documents.rows_of(table, ids)

    def table_rows(self, table: str) -> Mapping[int, str]:
        """Return the text of the row that each record of a table stands in, with all its columns, by its id."""
        return self._documents.table_rows(table)

    def find_parts(
        self, query: str, *, equipment: str | None = None, model: str | None = None, limit: int = 20
    ) -> list[Part]:
        """Find stock lines: by exact part number (any spelling), by words of name and specification, by other words.

        `equipment` (a tag) or `model` prefers lines that fit it or name no machine. An empty query lists all that fit.
        """
        names = self._called(equipment, model)
        found = self._parts.find(query, names=names, limit=limit)
        return found or self._parts.spoken(self.terms_in(query), names=names, limit=limit)

    def parts_for(self, equipment: str) -> list[Part]:
        """List the stock lines that say that they fit a machine: by its model, tag or name. Raises NotFound."""
        return self._parts.fitting(self._called(equipment, None) or ())

    def _called(self, equipment: str | None, model: str | None) -> Names:
        """Return what a stock line may call a machine or model."""
        if equipment is None:
            return (model,) if model else None
        return called(self._equipment.one(equipment))

    def parts_called(self, text: str) -> list[Part]:
        """Return the stock lines whose whole name stands in the text, in other words or in the other language too."""
        return self._parts.called(self.terms_in(text))

    def parts_named_in(self, text: str) -> list[Part]:
        """Return the stock lines whose part number stands in the text."""
        return self._parts.named_in(text)

    def parts_exactly(self, text: str) -> list[Part]:
        """Return the stock lines whose part number or maker's type stands in the text."""
        return self._parts.exactly(text)

    def parts_below_minimum(self, *, equipment: str | None = None, model: str | None = None) -> list[Part]:
        """List the stock lines below their minimum (the reorder point), worst first; of a machine (tag) or model."""
        return self._parts.below_minimum(names=self._called(equipment, model))

    def all_parts(self) -> list[Part]:
        """List all stock lines by part number and bin."""
        return self._parts.all()

    def stock(self, query: str, *, equipment: str | None = None, limit: int = 20) -> list[Stock]:
        """Return the parts that `find_parts` finds, each over all its bins (one unit; None where units differ)."""
        found = self._parts.find(query, names=self._called(equipment, None), limit=limit)
        numbers = {normal_identifier(part.part_number) for part in found}
        every = [part for part in self._parts.all() if normal_identifier(part.part_number) in numbers]
        order = {normal_identifier(part.part_number): i for i, part in reversed(list(enumerate(found)))}
        return sorted(self._parts.stocks(every), key=lambda one: order[normal_identifier(one.part_number)])

    def stocks_of(self, lines: Sequence[Part]) -> list[Stock]:
        """Take stock lines of one part together: its stock over the bins that are given."""
        return self._parts.stocks(lines)

    def parts_needed(self, texts: Sequence[str]) -> list[Stock]:
        """Return the parts of the inventory that the texts of a repair name, each over all its bins."""
        return self._parts.stocks(self._parts.named_in("\n".join(texts)))

    def where_used(self, part_number: str) -> list[Equipment]:
        """Return the machines that a part fits, as its stock lines say (by model, tag or name)."""
        return self._parts.used_on(part_number, self._equipment.all())

    def part_history(self, part_number: str) -> list[StockTaking]:
        """Return what each stock-taking said of a part, by bin and date; files that were removed are left out."""
        return self._parts.history(part_number)

    def compare_records(self, records: Sequence[Record]) -> Changes:
        """Say what importing these records would change; nothing is stored. Readings and alarms are not compared."""
        return compare(records, self._parts, self._cases, self._equipment)

    def table_mappings(self) -> dict[str, TableMapping]:
        """Return the remembered mappings by layout."""
        return self._mappings.all()

    def remember_mapping(self, mapping: TableMapping, *, actor: str) -> None:
        """Remember how a table's columns are to be read from now on."""
        self._mappings.remember(mapping, actor)
        self._audit.record(actor, "mapping.remember", mapping.source, mapping.kind)

    def latest_status(self, equipment: str, *, metric: str | None = None) -> list[Reading]:
        """Return the newest reading of each metric (or of those whose name matches), stale ones so marked."""
        return self._status.latest(equipment, metric=metric)

    def machine_states(self, equipment: str | None = None) -> list[MachineState]:
        """Return what a machine (or each of all, by tag) was last said to be doing; old ones are marked stale."""
        return self._status.states(equipment)

    def newest_record(self) -> datetime | None:
        """Return the time of the newest reading, alarm or repair on record; None where there is none."""
        times = [reading.at for reading in self._status.latest(None, metric=None)]
        times += [alarm.since for alarm in self._status.alarms(None, active=False, limit=1)]
        times += [held.case.date for held in self._cases.view().held if held.case.date]
        return max(times, default=None)

    def metrics(self) -> dict[str, list[str]]:
        """Return the metrics on record by the normal form of the asset tag."""
        return self._status.metrics()

    def readings(self, equipment: str, metric: str, since: datetime, until: datetime) -> list[Reading]:
        """Return one metric's readings in [since, until), oldest first."""
        return self._status.readings(equipment, metric, since, until)

    def alarms(self, equipment: str | None = None, *, active: bool = False, limit: int = 50) -> list[Alarm]:
        """Return alarms, newest first; `active` leaves only those that stand now."""
        return self._status.alarms(equipment, active=active, limit=limit)

    def add_readings(self, readings: Iterable[Reading], *, actor: str, source: str) -> int:
        """Store readings that no file brought, such as a gateway's; sent again they change nothing. Return how many."""
        stored = self._status.add(readings)
        self._audit.record(actor, "status.push", source, f"{stored} readings")
        return stored

    def add_alarms(self, alarms: Sequence[Alarm], *, actor: str, source: str) -> int:
        """Store alarms that no file brought; one of the same asset, code and begin gets its end. Return how many."""
        with self._database.write() as session:
            self._status.save(session, alarms, PUSHED, source)
            self._audit.write(session, actor, "alarms.push", source, f"{len(alarms)} alarms")
        return len(alarms)

    def take_stream(self, records: Sequence[Record], *, source: str) -> None:
        """Store readings, alarms and alarm signals of a stream, in order, all or none; told again they change nothing.

        Nothing of it goes on record as an act of a person's.

        Raises:
            Refused: one of them cannot be stored, whenever it is tried; any other error may pass.
        """
        self._status.stream(records, source)

    def thin_readings(self, *, actor: str) -> int:
        """Delete and thin out old readings as the settings say (`keep_days`, `raw_days`); return how many went."""
        now = datetime.now(UTC)
        days = self.settings.keep_days
        gone = self._status.thin(
            now - timedelta(days=self.settings.raw_days), now - timedelta(days=days) if days else None
        )
        self._audit.record(actor, "status.thin", "readings", f"{gone} readings")
        return gone

    def status_at(self, equipment: str, when: datetime, *, metric: str | None = None) -> list[Reading]:
        """Return each metric's last reading up to a time."""
        return self._history.at(equipment, when, metric=metric)

    def status_extremes(
        self,
        equipment: str,
        *,
        metric: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Extremes]:
        """Return lowest, highest and mean of each metric over [since, until), with how many are beyond limits."""
        return self._history.extremes(equipment, metric=metric, since=since, until=until)

    def beyond_limits(self, equipment: str | None = None) -> list[Reading]:
        """Return the newest readings that stand outside their limits, of one machine or of all."""
        return self._history.beyond_limits(equipment)

    def alarm_figures(
        self,
        equipment: str | None = None,
        *,
        code: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        ids: frozenset[int] | None = None,
    ) -> list[AlarmFigures]:
        """Return how often and how long each code stood on each machine, the most frequent first; `ids` narrows it."""
        return self._history.alarm_figures(equipment, code=code, since=since, until=until, ids=ids)

    def alarm_codes(self) -> list[str]:
        """List the codes of all alarms on record, the longest first."""
        return self._status.alarm_codes()

    def alarms_within(
        self,
        equipment: str | None = None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 200,
    ) -> list[Alarm]:
        """Return the alarms that began in [since, until), newest first."""
        return self._history.alarms_within(equipment, since, until, limit)

    def case_figures(self, wanted: CaseFilter) -> CaseFigures:
        """Count approved cases, with MTTR, MTBF, parts used and repeat failures where the data carries them."""
        return self._figures.figures(wanted)

    def case_groups(self, wanted: CaseFilter, group: CaseGroup) -> list[tuple[str, CaseFigures]]:
        """Return the figures for each machine, model, failure mode or other group, the largest first."""
        return self._figures.grouped(wanted, group)

    def cases_matching(self, wanted: CaseFilter) -> list[RepairCase]:
        """Return the approved cases that a count is made of, oldest first."""
        return self._figures.matching(wanted)

    def failure_modes_in(self, text: str, wanted: CaseFilter) -> list[str]:
        """Return the recorded failure modes that a text names, within the cases that the filter leaves."""
        return self._figures.modes_in(text, wanted)

    def find_cases(
        self,
        query: str = "",
        *,
        equipment: str | None = None,
        model: str | None = None,
        code: str | None = None,
        limit: int = 5,
    ) -> list[RepairCase]:
        """Find past fixes by machine, model, fault code and words of either language; the best match first.

        Where no words of the other language are shared, those of the machine are found by their meaning.
        """
        glossary = load_glossary(self.folder, everyday=False)
        terms, left = glossary.terms(query)
        said = [token for token in left if token.isascii()] + [token for term in terms for token in term.own]
        across = glossary.translations(query)
        found = self._cases.find(query, across, said=said, equipment=equipment, model=model, code=code, limit=limit)
        if found or code or not equipment or not query.strip():
            return found
        return self._cases.several(self._cases_across(query, equipment)[:limit])

    def _cases_across(self, query: str, equipment: str) -> list[int]:
        """Return the cases of a machine that are in the other language than a query, the nearest first."""
        near = self._searcher.search(query, equipment=equipment, k=_NEAR_CASES, methods=("dense",)).passages
        rows = [p for p in near if p.place.record and p.place.record.table == CaseStore.TABLE]
        ids = [row.place.record.ids[0] for row in rows if row.place.record and row.language != detect_language(query)]
        tag = normal_identifier(equipment)
        return [case.id for case in self._cases.several(ids)
                if case.id is not None and case.equipment and normal_identifier(case.equipment) == tag]  # fmt: skip

    def cases_of_orders(self, text: str) -> list[RepairCase]:
        """Return the approved cases whose work-order number stands in a text."""
        return self._cases.of_orders(text)

    def repairers(self) -> tuple[str, ...]:
        """List the people who are on record as having done a repair."""
        return self._cases.people()

    def case(self, case: int) -> RepairCase:
        """Return one case in any state; raises NotFound."""
        return self._cases.one(case)

    def cases(self, *, state: CaseState | None = None, limit: int = 100) -> list[RepairCase]:
        """List cases, newest first, of one state or of all."""
        return self._cases.listed(state, limit)

    def waiting_cases(self) -> list[RepairCase]:
        """List the cases that wait for a lead's approval, newest first."""
        return self._cases.listed("waiting", 1000)

    def save_case(self, case: RepairCase, *, actor: str) -> RepairCase:
        """Store a new fix: `waiting` for approval (a draft stays a draft); nothing finds it until then.

        Raises:
            Refused: it has no symptom.
        """
        return self._experience.save(case, actor=actor)

    def approve_case(self, case: int, *, actor: str) -> RepairCase:
        """Let a case be found from now on, by its tools and beside the manuals; raises NotFound or Conflict."""
        return self._experience.approve(case, actor=actor)

    def edit_case(self, case: RepairCase, *, actor: str) -> RepairCase:
        """Store a changed case (by its `id`) as its next version; it keeps its state.

        Raises:
            NotFound: no such case.
            Conflict: somebody changed it since `case.version`, or it was merged.
            Refused: it has no symptom.
        """
        return self._experience.edit(case, actor=actor)

    def retire_case(self, case: int, *, actor: str, reason: str | None = None) -> RepairCase:
        """Let nothing find a case any more, or turn a waiting one down; raises NotFound or Conflict."""
        return self._experience.retire(case, actor=actor, reason=reason)

    def restore_case(self, case: int, *, actor: str) -> RepairCase:
        """Give a retired or merged case its earlier state back; raises NotFound or Conflict."""
        return self._experience.restore(case, actor=actor)

    def merge_cases(self, keep: int, double: int, *, actor: str) -> RepairCase:
        """Fold `double` into `keep`, which takes over what it lacks; raises NotFound or Conflict."""
        return self._experience.merge(keep, double, actor=actor)

    def case_history(self, case: int) -> list[CaseVersion]:
        """Return who did what with a case, oldest first, each step with what the case said after it."""
        return self._experience.history(case)

    def similar_cases(self, draft: RepairCase, *, limit: int = 5) -> list[RepairCase]:
        """Return waiting and approved cases that may be the same fix, the most alike first."""
        return self._experience.similar(draft, self._cases_near, limit)

    def rate_case(self, case: int, helped: bool, *, by: str) -> None:
        """Store whether a case helped a reader, who counts once and may change their mind."""
        self._experience.rate(case, helped, by=by)

    def _cases_near(self, text: str) -> dict[int, float]:
        """Return the cases whose passages are near a text, with how near (0 to 1)."""
        found = self._searcher.search(text, equipment=None, k=20, methods=("lexical", "dense"))
        near = [p for p in found.passages if p.place.record and p.place.record.table == CaseStore.TABLE]
        cosines = self.similar(text, [passage.text for passage in near])
        return {p.place.record.ids[0]: max(0.0, (cosine - 0.75) * 4)
                for p, cosine in zip(near, cosines, strict=True) if p.place.record}  # fmt: skip

    # --- people --------------------------------------------------------------------------------------------------

    def accounts(self) -> list[Account]:
        """List the accounts by name."""
        return self._accounts.all()

    def add_account(
        self, name: str, role: Role, password: str, *, actor: str, display_name: str | None = None
    ) -> Account:
        """Create an account; raises Conflict if the name is taken, Refused if the password is under 8 characters."""
        account = self._accounts.add(name, role, password, display_name=display_name)
        self._audit.record(actor, "account.add", name, role)
        return account

    def disable_account(self, name: str, *, actor: str, disabled: bool = True) -> None:
        """Close an account (or open it again); its sessions and tokens end at once."""
        self._accounts.disable(name, disabled=disabled)
        self._audit.record(actor, "account.disable" if disabled else "account.enable", name)

    def set_password(self, name: str, password: str, *, actor: str) -> None:
        """Set a new password; the account's sessions end at once."""
        self._accounts.set_password(name, password)
        self._audit.record(actor, "account.password", name)

    def set_role(self, name: str, role: Role, *, actor: str) -> None:
        """Give an account another role."""
        self._accounts.set_role(name, role)
        self._audit.record(actor, "account.role", name, role)

    def sign_in(self, name: str, password: str) -> str:
        """Check a password and open a session; return its secret key.

        Raises:
            Refused: wrong name or password (one message for both), a closed account, or too many attempts.
        """
        key = self._accounts.sign_in(name, password, hours=self.settings.session_hours)
        self._audit.record(name, "session.open", name)
        return key

    def sign_out(self, key: str) -> None:
        """End a session."""
        self._accounts.sign_out(key)

    def session_account(self, key: str) -> Account | None:
        """Return whose session this is, or None when it is unknown, ended or expired."""
        return self._accounts.by_session(key)

    def set_pin(self, name: str, password: str, pin: str) -> None:
        """Set the PIN by which an account takes over a shared tablet; raises Refused as `sign_in` does."""
        self._accounts.set_pin(name, password, pin)
        self._audit.record(name, "account.pin", name)

    def add_tablet(self, name: str, label: str) -> str:
        """Make a device a shared tablet in a lead's name; return the secret key that it keeps."""
        key = self._accounts.add_tablet(name, label)
        self._audit.record(name, "tablet.add", name, label)
        return key

    def tablet_people(self, tablet: str) -> list[Account] | None:
        """Return who may take over a shared tablet by PIN, or None when this key is no shared tablet's."""
        return None if self._accounts.by_tablet(tablet) is None else self._accounts.pin_holders()

    def sign_in_by_pin(self, tablet: str, name: str, pin: str) -> str:
        """Open a session on a shared tablet; raises Refused as `sign_in` does, and for any other device."""
        key = self._accounts.sign_in_by_pin(tablet, name, pin, hours=self.settings.session_hours)
        self._audit.record(name, "session.open", name, "by PIN")
        return key

    def add_token(self, name: str, label: str, *, actor: str) -> str:
        """Make a bearer token for an account; it is shown this once and stored as a hash."""
        token = self._accounts.add_token(name, label)
        self._audit.record(actor, "token.add", name, label)
        return token

    def token_account(self, token: str) -> Account | None:
        """Return whose bearer token this is, or None."""
        return self._accounts.by_token(token)

    def record(self, actor: str, action: str, subject: str, detail: str | None = None) -> None:
        """Write one line of the audit log."""
        self._audit.record(actor, action, subject, detail)

    def audit(self, *, limit: int = 100) -> list[AuditEntry]:
        """Return the newest entries of the audit log."""
        return self._audit.newest(limit)

    def add_turn(self, turn: Turn, *, owner: str) -> Turn:
        """Store a question and its answer, on the worklist too if it got none; the first titles the conversation."""
        stored = self._conversations.add_turn(turn, owner=owner)
        self._feedback.answered(stored, owner)
        return stored

    def turns(self, conversation: str, *, owner: str, limit: int = 20) -> list[Turn]:
        """Return the last turns of a conversation, oldest first; none if it is not this owner's."""
        return self._conversations.turns(conversation, owner=owner, limit=limit)

    def conversations(self, *, owner: str, limit: int = 50, query: str = "") -> list[Conversation]:
        """List a person's conversations, newest first; with a query, those that hold its words."""
        return self._conversations.all(owner=owner, limit=limit, query=query)

    def rename_conversation(self, conversation: str, title: str, *, owner: str) -> None:
        """Give a conversation another title; raises NotFound when it is not this owner's."""
        self._conversations.rename(conversation, title, owner=owner)

    def delete_conversation(self, conversation: str, *, owner: str) -> None:
        """Delete a conversation with its turns; raises NotFound when it is not this owner's."""
        self._conversations.delete(conversation, owner=owner)

    def add_feedback(self, conversation: str, turn: int, helped: bool, reason: str, by: str) -> None:
        """Store whether an answer helped its reader, and why not; `turn` is the stored turn's id.

        The repair cases that the answer cited get the vote too; an answer that did not help goes on the worklist.
        """
        self._feedback.add(conversation, turn, helped, reason, by)

    def worklist(self, *, state: WorkState | None = "open", limit: int = 100) -> list[WorkItem]:
        """List the questions that got no answer or did not help, those asked most often first."""
        return self._worklist.items(state, limit)

    def solve_work(
        self,
        item: int,
        *,
        actor: str,
        gold: Sequence[tuple[str, int | None]] = (),
        note: str | None = None,
        answerable: bool = True,
    ) -> WorkItem:
        """Say where the answer to an open item stands, what it is, or that there is none: it becomes a test.

        Raises:
            NotFound: no such item.
            Conflict: it is closed already.
            Refused: answerable, but neither gold nor note is given.
        """
        return self._close_work(item, "solved", gold, note, answerable, actor)

    def drop_work(self, item: int, *, actor: str, note: str | None = None) -> WorkItem:
        """Take an item off the worklist without making it a test; raises NotFound or Conflict."""
        return self._close_work(item, "dropped", (), note, True, actor)

    def _close_work(
        self,
        item: int,
        state: WorkState,
        gold: Sequence[tuple[str, int | None]],
        note: str | None,
        answerable: bool,
        actor: str,
    ) -> WorkItem:
        with self._database.write() as session:
            closed = self._worklist.close(
                session, item, state=state, gold=gold, note=note, answerable=answerable, actor=actor
            )
            self._audit.write(session, actor, f"work.{state}", str(item), closed.question[:200])
        return closed

    def work_questions(self) -> list[dict[str, Any]]:
        """Return the solved items as lines of a question set for `millhand eval`, in DESIGN's form."""
        return self._worklist.questions()

    # --- the glossary --------------------------------------------------------------------------------------------

    def terms(self) -> list[Term]:
        """List the pairs of terms that the plant has added to the glossary."""
        return plant_terms(self.folder)

    def built_in_terms(self) -> list[Term]:
        """List the pairs of terms that come along."""
        return built_in_terms()

    def save_term(self, chinese: str, english: str, *, actor: str, instead: Term | None = None) -> Term:
        """Add a pair of terms (several words apart by semicolons), or put it in another's place.

        Raises:
            Refused: a side is empty, too long, or in the wrong language.
        """
        term = term_of(chinese, english)
        with self._terms_lock:
            terms = [term if one == instead else one for one in self.terms()]
            write_plant_terms(self.folder, list(dict.fromkeys([*terms, term])))
        self._audit.record(actor, "term.save", ";".join(term.chinese), ";".join(term.english))
        return term

    def remove_term(self, term: Term, *, actor: str) -> None:
        """Take a pair of terms out of the plant's glossary; raises NotFound when it is not there."""
        with self._terms_lock:
            terms = self.terms()
            if term not in terms:
                raise NotFound("This term is not in the plant's glossary any more.")
            write_plant_terms(self.folder, [one for one in terms if one != term])
        self._audit.record(actor, "term.remove", ";".join(term.chinese), ";".join(term.english))

    # --- the folder ----------------------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.settings.data_dir

    def close(self) -> None:
        """Close the stores and give up the data folder."""
        self._library.close()
        self._database.close()
        self._lock.release()

    def __enter__(self) -> Corpus:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_corpus(settings: Settings) -> Corpus:
    """Open (or create) the data folder and own it until closed.

    Raises:
        DataFolderError: another process owns it, or it was written by a newer version.
        IndexMismatch: it was indexed with another embedding model.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    lock = FolderLock(settings.data_dir)
    lock.acquire()
    try:
        return Corpus(settings, lock, Database(settings))
    except BaseException:
        lock.release()
        raise
