"""What the plant knows. This is the door: other packages import from here and from no module inside."""

from corpus.corpus import Corpus, Progress, open_corpus
from corpus.domain import (
    Account,
    Alarm,
    AlarmFigures,
    AlarmSignal,
    Amendment,
    Applies,
    AuditEntry,
    Box,
    CaseFigures,
    CaseFilter,
    CaseGroup,
    CaseState,
    CaseVersion,
    Change,
    Changes,
    Chunk,
    ChunkKind,
    Conversation,
    Document,
    DocumentDraft,
    DocumentKind,
    Equipment,
    Evidence,
    Extremes,
    Identifier,
    IdentifierKind,
    Language,
    MachineState,
    Page,
    PageQuality,
    Part,
    Passage,
    Place,
    Reading,
    Record,
    RecordRef,
    Rendered,
    RepairCase,
    Revision,
    Role,
    Stock,
    StockTaking,
    TableMapping,
    Term,
    TextLine,
    Turn,
    WorkItem,
    WorkState,
)
from corpus.errors import (
    Conflict,
    DataFolderError,
    IndexMismatch,
    MillhandError,
    NotFound,
    Refused,
    SettingsError,
    Unreadable,
)
from corpus.library.adapter import adapted, layers
from corpus.library.answering import Fit, stored_fit, under_heading
from corpus.library.confidence import VERSION as SEARCH_VERSION
from corpus.library.identifiers import extract_identifiers, normal_identifier, plain_form
from corpus.library.quotes import contains_quote, find_quote, normal_text, spellings
from corpus.library.ranking import FEATURES as RANKING_FEATURES
from corpus.library.ranking import Candidate, rank_scores
from corpus.library.search import Pool, evidence_signals, ranked
from corpus.library.spans import statement_spans
from corpus.library.subjects import labelled
from corpus.library.verifying import PairFit, weighed
from corpus.library.words import content_words, detect_language, index_tokens, is_function_word
from corpus.ownership import FolderLock, call_owner, serve_owner
from corpus.plant.equipment import base_names, name_pattern, nicknames, series_of, short_tags, tells
from corpus.settings import STREAMED, MqttTopic, Settings, load_settings

__all__ = [
    "RANKING_FEATURES", "SEARCH_VERSION", "STREAMED", "Account", "Alarm", "AlarmFigures", "AlarmSignal",
    "Amendment", "Applies", "AuditEntry", "Box", "Candidate", "CaseFigures", "CaseFilter", "CaseGroup", "CaseState",
    "CaseVersion", "Change", "Changes", "Chunk", "ChunkKind", "Conflict", "Conversation", "Corpus",
    "DataFolderError", "Document", "DocumentDraft", "DocumentKind", "Equipment", "Evidence", "Extremes",
    "Fit", "FolderLock", "Identifier", "IdentifierKind", "IndexMismatch", "Language", "MachineState", "MillhandError",
    "MqttTopic", "NotFound", "Page", "PageQuality", "PairFit", "Part", "Passage", "Place", "Pool", "Progress",
    "Reading", "Record", "RecordRef", "Refused", "Rendered", "RepairCase", "Revision", "Role", "Settings",
    "SettingsError", "Stock", "StockTaking", "TableMapping", "Term", "TextLine", "Turn", "Unreadable", "WorkItem",
    "WorkState",
    "adapted", "base_names", "call_owner", "contains_quote", "content_words", "detect_language", "evidence_signals",
    "extract_identifiers", "find_quote", "index_tokens", "is_function_word", "labelled", "layers", "load_settings",
    "name_pattern", "nicknames",
    "normal_identifier", "normal_text", "open_corpus", "plain_form", "rank_scores", "ranked", "series_of",
    "serve_owner", "short_tags", "spellings", "statement_spans", "stored_fit", "tells", "under_heading", "weighed",
]  # fmt: skip
