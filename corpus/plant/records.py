"""What the stores of plant records share: which revision a row came from, and how words are matched."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from typing import Any, ClassVar

from sqlalchemy import String, Text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.domain import Record
from corpus.library.words import content_words, index_tokens

Key = String(120)


class Imported:
    """Columns of a row that a file brought: the newest revision that named it, and whether that one is retired."""

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(index=True)
    source: Mapped[str] = mapped_column(Text)
    row: Mapped[int | None]
    retired: Mapped[bool] = mapped_column(default=False)


class RecordStore(ABC):
    """What the library asks of a store of plant records, inside its own transaction."""

    TABLE: ClassVar[str]

    @abstractmethod
    def save(self, session: Session, records: Sequence[Record], revision_id: int, source: str) -> dict[int, int]:
        """Store those of the records that are this store's; return their ids by their index."""

    @abstractmethod
    def forget(self, session: Session, revision_id: int) -> None:
        """Retire what this revision brought."""

    @abstractmethod
    def revive(self, session: Session, revision_id: int) -> None:
        """Bring back what this revision brought."""

    def withheld(self, session: Session, ids: Collection[int]) -> set[int]:
        """Return those of the records that no row of a file speaks for any more."""
        del session, ids
        return set()


def set_retired(session: Session, rows: Any, revision_id: int, *, retired: bool) -> None:
    """Retire (or revive) the rows that this revision brought."""
    session.execute(update(rows).where(rows.revision_id == revision_id).values(retired=retired))


def overlap(query: str, texts: Iterable[str | None]) -> float:
    """Return the share (0 to 1) of the query's content words that the texts hold."""
    words = content_words(query)
    if not words:
        return 0.0
    held = set(index_tokens(" ".join(filter(None, texts))))
    return sum(word in held for word in words) / len(words)
