"""What the plant knows, as frozen values without behaviour. Times are aware; `id` is None until a row is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

Language = Literal["zh", "en"]
DocumentKind = Literal[
    "manual", "repair_guide", "bulletin", "parts_list", "equipment", "status", "alarms", "cases", "other"
]
RevisionState = Literal["indexing", "draft", "live", "superseded", "removed"]
PageQuality = Literal["text", "ocr", "table", "empty", "garbled", "unread"]
ChunkKind = Literal["text", "table", "row", "fault", "procedure", "warning"]
IdentifierKind = Literal["code", "part", "model", "tag"]
Applies = Literal["model", "plant", "other"]
CaseState = Literal["draft", "waiting", "approved", "merged", "retired"]
WorkKind = Literal["no_answer", "not_helped"]
WorkState = Literal["open", "solved", "dropped"]
CaseGroup = Literal["equipment", "model", "failure_mode", "code", "component", "by", "part", "year", "month"]
Role = Literal["technician", "lead", "evaluator", "admin"]


# --- documents ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page as fractions (0 to 1) of its width and height, origin at the top left."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line as it stands on the page, with its rectangle where the format has one."""

    text: str
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a revision; a format without pages is one page whose number is None.

    `raw` is what the reader saw, line by line (quotes are checked against it); `text` is the mended text.
    """

    number: int | None
    raw: str
    text: str
    lines: tuple[TextLine, ...] = ()
    quality: PageQuality = "text"
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Identifier:
    """A fault code, part number, model or tag: `normal` is what is compared, `text` what was written."""

    kind: IdentifierKind
    normal: str
    text: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage as ingest cuts it. `text` is verbatim mended text; the section path goes in front for embedding.

    `page` is where it starts and `page_end` where it ends (1-based, None where the format has no pages); `row` is the
    1-based row of a sheet; `record` is the index in `DocumentDraft.records` of the row that this chunk describes.
    """

    text: str
    section: tuple[str, ...] = ()
    kind: ChunkKind = "text"
    page: int | None = None
    page_end: int | None = None
    row: int | None = None
    record: int | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """A bulletin's claim on one section of another document: its number ("6.3") or its title, whole or in part."""

    document: int
    section: str


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """A file as ingest understood it, on its way into the corpus.

    `models` are the equipment models it applies to; none means plant-wide. `file` is copied into the data folder.
    `readings` are more records than memory holds, drawn and stored in batches; `warnings` may grow meanwhile.
    """

    source: str
    file: Path
    sha256: str
    title: str
    kind: DocumentKind
    language: Language
    pages: Sequence[Page]
    chunks: Sequence[Chunk]
    models: tuple[str, ...] = ()
    revision_label: str | None = None
    records: Sequence[Record] = ()
    warnings: Sequence[str] = ()
    readings: Iterable[Sequence[Record]] = ()


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of a document's content; `file` is the kept original."""

    id: int
    document: int
    number: int
    label: str | None
    source: str
    sha256: str
    state: RevisionState
    pages: int
    chunks: int
    added_at: datetime
    added_by: str
    file: Path
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document with its revisions, newest first; `current` is the live one, or None when it is retired."""

    id: int
    title: str
    kind: DocumentKind
    language: Language
    models: tuple[str, ...]
    revisions: tuple[Revision, ...]
    superseded_by: int | None = None
    amends: tuple[Amendment, ...] = ()

    @property
    def current(self) -> Revision | None:
        return next((revision for revision in self.revisions if revision.state == "live"), None)


@dataclass(frozen=True, slots=True)
class Record:
    """Base of the rows that tables bring: equipment, parts, readings, alarms and repair cases."""


@dataclass(frozen=True, slots=True)
class RecordRef:
    """Which rows of which table say so, as of when."""

    table: str
    ids: tuple[int, ...]
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement stands; what does not apply is None."""

    source: str | None
    document: int | None = None
    revision: int | None = None
    page: int | None = None
    section: str | None = None
    row: int | None = None
    record: RecordRef | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A stored chunk that a search found. `score` grows with relevance; `why` names the searches that found it.

    `confidence` in 0..1 estimates that this passage bears on the query. `applies` says whether it is for the machine
    in question, plant-wide, or for another model. `amends` is the place that a bulletin's passage replaces.
    """

    id: int
    place: Place
    page_end: int | None
    title: str
    kind: ChunkKind
    document_kind: DocumentKind
    language: Language
    text: str
    section: tuple[str, ...]
    models: tuple[str, ...]
    score: float = 0.0
    why: tuple[str, ...] = ()
    applies: Applies = "plant"
    amends: Place | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """How well statements answer a question: by passage id, one score a statement, mostly -1..1.

    `odds` are the best log-odds that one of them does, of those that were read together with the question; None where
    none was read.
    """

    scores: Mapping[int, tuple[float, ...]]
    odds: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a search found, with what the query named and how well the best passages cover it.

    `identifiers` are those in the query; `unknown` those of them that stand nowhere in the corpus. `coverage` is the
    weighted share (0..1) of the query's content words that the best passages contain; `similarity` is the best cosine
    between the query and a passage.

    `confidence` (0..1) is the calibrated estimate that the passages answer the query. Refuse where it is below
    `threshold`, which comes with the calibration in force: `answered = evidence.confidence >= evidence.threshold`. It
    speaks of documents only; parts, readings, alarms and cases from SQL are evidence of their own. `called` are the
    names of documents in the query, which say where to look and not what for.
    """

    passages: tuple[Passage, ...]
    identifiers: tuple[Identifier, ...] = ()
    unknown: tuple[Identifier, ...] = ()
    equipment: Equipment | None = None
    models: tuple[str, ...] = ()
    coverage: float = 0.0
    similarity: float = 0.0
    confidence: float = 0.0
    threshold: float = 0.5
    called: tuple[str, ...] = ()


# --- the plant ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Equipment(Record):
    """A machine by its asset tag; `nickname` is what the shop floor calls it."""

    tag: str
    name: str
    model: str | None = None
    kind: str | None = None
    serial: str | None = None
    location: str | None = None
    owner: str | None = None
    contact: str | None = None
    nickname: str | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Part(Record):
    """One stock line: a part number in one bin. `lead_time` in days; `fits` are models or tags."""

    part_number: str
    name: str
    name_en: str | None = None
    spec: str | None = None
    bin: str | None = None
    on_hand: float | None = None
    minimum: float | None = None
    unit: str | None = None
    lead_time: float | None = None
    supplier: str | None = None
    fits: tuple[str, ...] = ()
    substitutes: tuple[str, ...] = ()
    as_of: datetime | None = None
    row: int | None = None
    source: str | None = None
    id: int | None = None
    warehouse: str | None = None


@dataclass(frozen=True, slots=True)
class StockTaking:
    """What one file said of one stock line; `speaks` marks the one that counts now."""

    line: Part
    revision: int
    speaks: bool


@dataclass(frozen=True, slots=True)
class Rendered:
    """A term of a text as its own tokens, and the ways in which the other language says it, each as its tokens.

    `alike` are the ways in which its own language says the same: "noise" for "sound".
    """

    own: tuple[str, ...]
    other: tuple[tuple[str, ...], ...]
    alike: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A pair of the glossary: words in Chinese that mean the same as words in English."""

    chinese: tuple[str, ...]
    english: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableMapping:
    """What the columns of tables with one header mean: field to column header, "" where no column has it.

    `layout` stands for the header (a hash of its names), `source` is the file for which it was corrected.
    """

    layout: str
    kind: str
    columns: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class Change:
    """How a table's record differs from what is stored: `what` names it, (field, before, after) where it differs."""

    what: str
    row: int | None
    differences: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import would change: counts, `changes` in detail, and stored stock lines that the table does not name."""

    new: int = 0
    same: int = 0
    changed: int = 0
    changes: tuple[Change, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading(Record):
    """One measured value of one asset at one time."""

    equipment: str
    metric: str
    value: float
    at: datetime
    unit: str | None = None
    limit_low: float | None = None
    limit_high: float | None = None
    stale: bool = False
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Alarm(Record):
    """A fault code that stood on one asset; `until` is None while it stands."""

    equipment: str
    code: str
    since: datetime
    until: datetime | None = None
    text: str | None = None
    severity: str | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class MachineState(Record):
    """What one asset was doing at one time, in the words of who wrote it down (运行, standby).

    `state` is None where only alarms are told. `alarms` are those that stood then, each with `since` at this time; None
    where nothing is said of alarms, which is not the same as none.
    """

    equipment: str
    state: str | None
    at: datetime
    alarms: tuple[Alarm, ...] | None = None
    stale: bool = False
    id: int | None = None


@dataclass(frozen=True, slots=True)
class AlarmSignal(Record):
    """What a controller says when an alarm begins or ends, without telling of which time the other is."""

    equipment: str
    code: str
    at: datetime
    active: bool
    text: str | None = None
    severity: str | None = None


@dataclass(frozen=True, slots=True)
class RepairCase(Record):
    """A fix that someone wrote down; what was not recorded is None. `downtime` and `duration` (of work) in minutes.

    Terms as in ISO 14224: `component` is the maintainable item, `preventive` tells planned work from a failure.
    `state` is draft, waiting, approved, merged or retired; only approved ones are found. `helped` and `not_helped`
    count what readers said.
    """

    equipment: str | None
    symptom: str
    cause: str | None = None
    action: str | None = None
    failure_mode: str | None = None
    code: str | None = None
    parts: tuple[str, ...] = ()
    downtime: float | None = None
    by: str | None = None
    date: datetime | None = None
    work_order: str | None = None
    row: int | None = None
    source: str | None = None
    id: int | None = None
    component: str | None = None
    preventive: bool | None = None
    duration: float | None = None
    steps: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()
    state: CaseState = "approved"
    version: int = 1
    helped: int = 0
    not_helped: int = 0


@dataclass(frozen=True, slots=True)
class CaseVersion:
    """One step in a case's life: who did what (import, save, approve, edit, merge, retire, restore) and the result."""

    case_id: int
    version: int
    at: datetime
    actor: str
    action: str
    case: RepairCase
    state: CaseState
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to count: all conditions hold together, [since, until); `words` are stems that a case must hold.

    `ids` leaves only those of these ids.
    """

    equipment: str | None = None
    model: str | None = None
    code: str | None = None
    failure_modes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    by: str | None = None
    part: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    preventive: bool | None = None
    ids: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """Counts and times over cases. Each mean says of how many cases; None and () where nothing was recorded.

    `by`, `parts`, `causes` and `actions` are (value, count), the most frequent first. Downtime and
    `mean_time_to_repair` in minutes (from the duration of work, else from downtime), `mean_time_between_failures` in
    days, from `intervals` between dated failures of one machine; planned work is no failure. `repeats` are failures
    that came again on the same machine within 90 days.
    """

    count: int
    ids: tuple[int, ...]
    first: datetime | None
    last: datetime | None
    undated: int
    preventive: int
    corrective: int
    by: tuple[tuple[str, int], ...]
    parts: tuple[tuple[str, int], ...]
    causes: tuple[tuple[str, int], ...]
    actions: tuple[tuple[str, int], ...]
    downtime: float | None
    downtime_of: int
    mean_time_to_repair: float | None
    repaired_of: int
    mean_time_between_failures: float | None
    intervals: int
    repeats: int
    machines: int


@dataclass(frozen=True, slots=True)
class Extremes:
    """One metric over a period: its lowest and highest reading, the mean, how many there are and how many beyond."""

    equipment: str
    metric: str
    lowest: Reading
    highest: Reading
    mean: float
    count: int
    beyond_limits: int


@dataclass(frozen=True, slots=True)
class AlarmFigures:
    """One code on one machine: how often, how long in all and at most (minutes; without those that still stand)."""

    equipment: str
    code: str
    text: str | None
    count: int
    standing: int
    minutes: float | None
    longest: float | None
    first: datetime
    last: datetime
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stock:
    """A part over all its bins; `on_hand` is None where no line says it, `as_of` the oldest of the lines' dates."""

    part_number: str
    name: str
    on_hand: float | None
    minimum: float | None
    unit: str | None
    lines: tuple[Part, ...]
    as_of: datetime | None = None


# --- people ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who may sign in."""

    name: str
    role: Role
    display_name: str
    disabled: bool = False
    id: int | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who changed what, when."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what was answered (the answer's JSON), in one conversation."""

    conversation: str
    question: str
    answer: str
    at: datetime
    equipment: str | None = None
    state: str | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread of turns that belongs to one person."""

    id: str
    owner: str
    title: str
    updated_at: datetime
    turns: tuple[Turn, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A question that got no answer or did not help, on the leads' worklist.

    `places` are what was shown for it (the answer's citations and nearest places, as JSON). A solved item says in
    `gold` where the answer stands (source, page), in `note` what it is; `answerable` False means that none exists.
    """

    id: int
    kind: WorkKind
    state: WorkState
    question: str
    earlier: tuple[str, ...]
    equipment: str | None
    answer: str
    places: tuple[Mapping[str, Any], ...]
    reasons: tuple[str, ...]
    asked_by: tuple[str, ...]
    times: int
    first_at: datetime
    last_at: datetime
    note: str | None = None
    gold: tuple[tuple[str, int | None], ...] = ()
    answerable: bool = True
    closed_by: str | None = None
    closed_at: datetime | None = None
