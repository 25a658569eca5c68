"""What the stores of plant records share: which revision a row came from, and how words are matched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import String, Text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.library.words import content_words, index_tokens


class Imported:
    """Columns of a row that a file brought: the newest revision that named it, and whether that one is retired."""

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(index=True)
    source: Mapped[str] = mapped_column(Text)
    row: Mapped[int | None]
    retired: Mapped[bool] = mapped_column(default=False)


Key = String(120)


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
