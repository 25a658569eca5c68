"""What the stores of plant records share: every line that a file brought is kept, and the newest one that counts shows.

A record (a stock line, a machine, a case) may stand in several files. The one of the newest stock-taking speaks for it;
when that file is removed, the record goes back to the file before it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

from sqlalchemy import JSON, Index, String, Text, event, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.database import Base, UtcDateTime
from corpus.domain import Record
from corpus.library.words import content_words, index_tokens

T = TypeVar("T")
Key = String(120)
_SELECTED = 500
_EARLY = datetime.min.replace(tzinfo=UTC)
_TIMES = frozenset({"as_of", "date"})
_NOT_CONTENT = frozenset({"id", "source", "row", "state", "version", "helped", "not_helped"})


class Imported:
    """Columns of a row that a file brought: the revision that speaks for it, and whether none does any more."""

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(index=True)
    source: Mapped[str] = mapped_column(Text)
    row: Mapped[int | None]
    retired: Mapped[bool] = mapped_column(default=False)


class ImportRow(Base):
    """What one file said of one record; kept for its history, `retired` when its revision counts no more."""

    __tablename__ = "imports"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_table: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int]
    revision_id: Mapped[int] = mapped_column(index=True)
    source: Mapped[str] = mapped_column(Text)
    row: Mapped[int | None]
    as_of: Mapped[datetime | None] = mapped_column(UtcDateTime)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    retired: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index("ix_imports_record", "record_table", "record_id"),)


@dataclass(frozen=True, slots=True)
class Compared:
    """How a record of a new file stands to what is stored: (field, before, after) for each field that differs."""

    known: bool
    differences: tuple[tuple[str, Any, Any], ...] = ()


class RecordStore(ABC):
    """What the library asks of a store of plant records, inside its own transaction."""

    TABLE: ClassVar[str]
    ROW: ClassVar[Any]

    @abstractmethod
    def save(self, session: Session, records: Sequence[Record], revision_id: int, source: str) -> dict[int, int]:
        """Store those of the records that are this store's; return their ids by their index."""

    @abstractmethod
    def forget(self, session: Session, revision_id: int) -> None:
        """Let what this revision brought count no more."""

    @abstractmethod
    def revive(self, session: Session, revision_id: int) -> None:
        """Let what this revision brought count again."""

    def discard(self, session: Session, revision_id: int) -> None:
        """Undo what was stored for a revision that is given up half-made."""
        self.forget(session, revision_id)

    def speakers(self, session: Session, ids: Collection[int]) -> dict[int, int | None]:
        """Return the revision that speaks for each of the records; None where a person does, or nobody."""
        found: dict[int, int | None] = dict.fromkeys(ids)
        for batch in batches(list(ids)):
            query = select(self.ROW.id, self.ROW.revision_id).where(self.ROW.id.in_(batch), self.ROW.retired.is_(False))
            found.update((row[0], row[1]) for row in session.execute(query))
        return found


class FileRecords(RecordStore):
    """A store whose records keep what each file said of them."""

    RECORD: ClassVar[type[Record]]

    @abstractmethod
    def write(self, row: Any, record: Any) -> None:
        """Write a record's content into its row."""

    @abstractmethod
    def changed(self) -> None:
        """Forget what was read earlier."""

    def take(self, session: Session, saved: Sequence[tuple[Any, Record]], revision_id: int, source: str) -> None:
        """Keep what a file says of each (row, record), and let the newest stock-taking speak."""
        session.flush()
        session.add_all(
            ImportRow(
                record_table=self.TABLE,
                record_id=row.id,
                revision_id=revision_id,
                source=source,
                row=getattr(record, "row", None),
                as_of=getattr(record, "as_of", None),
                content=pack(record),
            )
            for row, record in saved
        )
        self._settle(session, [row.id for row, _ in saved])

    def forget(self, session: Session, revision_id: int) -> None:
        self._count(session, revision_id, retired=True)

    def revive(self, session: Session, revision_id: int) -> None:
        self._count(session, revision_id, retired=False)

    def _count(self, session: Session, revision_id: int, *, retired: bool) -> None:
        set_retired(session, self.ROW, revision_id, retired=retired)
        mine = (ImportRow.record_table == self.TABLE) & (ImportRow.revision_id == revision_id)
        session.execute(update(ImportRow).where(mine).values(retired=retired))
        self._settle(session, list(session.scalars(select(ImportRow.record_id).where(mine))))

    def _settle(self, session: Session, ids: Sequence[int]) -> None:
        """Let the newest of the lines that count speak for each record; a record without one is retired."""
        session.flush()
        for batch in batches(list(dict.fromkeys(ids))):
            lines: dict[int, ImportRow] = {}
            query = select(ImportRow).where(
                ImportRow.record_table == self.TABLE, ImportRow.record_id.in_(batch), ImportRow.retired.is_(False)
            )
            for line in session.scalars(query.order_by(ImportRow.id)):
                held = lines.get(line.record_id)
                if held is None or (line.as_of or _EARLY) >= (held.as_of or _EARLY):
                    lines[line.record_id] = line
            for row in session.scalars(select(self.ROW).where(self.ROW.id.in_(batch))):
                if row.revision_id is None:
                    continue  # a person took it over
                spoken = lines.get(row.id)
                row.retired = spoken is None
                if spoken is not None:
                    self.write(row, unpack(self.RECORD, spoken.content))
                    row.revision_id, row.source, row.row = spoken.revision_id, spoken.source, spoken.row
        session.flush()
        self.changed()
        event.listen(session, "after_commit", lambda _: self.changed(), once=True)  # for who read meanwhile


def set_retired(session: Session, rows: Any, revision_id: int, *, retired: bool) -> None:
    """Retire (or revive) the rows that this revision speaks for."""
    session.execute(update(rows).where(rows.revision_id == revision_id).values(retired=retired))


def batches(items: Sequence[T], size: int = _SELECTED) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces that one SQL statement takes."""
    for at in range(0, len(items), size):
        yield items[at : at + size]


def pack(record: Record) -> dict[str, Any]:
    """Return a record's content as JSON."""
    content = {f.name: getattr(record, f.name) for f in fields(record) if f.name not in _NOT_CONTENT}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in content.items()}


def unpack(kind: type[Record], content: dict[str, Any]) -> Any:
    """Return the record whose content `pack` made."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in content.items()
    }
    for name in _TIMES & values.keys():
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return kind(**values)


def compared(before: Record | None, after: Record, *, without: Collection[str] = ()) -> Compared:
    """Say in which fields that the new record fills two records differ."""
    if before is None:
        return Compared(known=False)
    names = [f.name for f in fields(after) if f.name not in _NOT_CONTENT and f.name not in without]
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in names]
    return Compared(True, tuple((name, old, new) for name, old, new in pairs if old != new))


def overlap(query: str, texts: Iterable[str | None]) -> float:
    """Return the share (0 to 1) of the query's content words that the texts hold."""
    words = content_words(query)
    if not words:
        return 0.0
    held = set(index_tokens(" ".join(filter(None, texts))))
    return sum(word in held for word in words) / len(words)
