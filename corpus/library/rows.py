"""The stored form of documents: revisions, pages, chunks with their vectors, identifiers, amendments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from corpus.database import Base, UtcDateTime


class DocumentRow(Base):
    __tablename__ = "documents"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    models: Mapped[list[str]] = mapped_column(JSON)
    superseded_by: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))


class RevisionRow(Base):
    __tablename__ = "revisions"
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    number: Mapped[int]
    label: Mapped[str | None] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    file: Mapped[str] = mapped_column(Text)
    embedding: Mapped[str] = mapped_column(String(200))
    statements: Mapped[int | None]
    """What the vectors of its statements were made by (`answering.Fit.version`); none where there are none."""
    page_count: Mapped[int]
    chunk_count: Mapped[int]
    warnings: Mapped[list[str]] = mapped_column(JSON)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[str] = mapped_column(String(120))


class PageRow(Base):
    __tablename__ = "pages"
    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"), index=True)
    position: Mapped[int]
    number: Mapped[int | None]
    label: Mapped[str | None] = mapped_column(String(40))
    quality: Mapped[str] = mapped_column(String(16))
    raw: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    lines: Mapped[bytes] = mapped_column(LargeBinary)


class ChunkRow(Base):
    __tablename__ = "chunks"
    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    section: Mapped[list[str]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text)
    page: Mapped[int | None]
    page_end: Mapped[int | None]
    row: Mapped[int | None]
    record_table: Mapped[str | None] = mapped_column(String(40))
    record_id: Mapped[int | None]
    as_of: Mapped[datetime | None] = mapped_column(UtcDateTime)
    amended_by: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    renewed_by: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    vector: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    statements: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """A vector for each statement, as halves; none where none were made, as for a row of records."""
    __table_args__ = (
        Index("ix_chunks_revision_position", "revision_id", "position"),
        Index("ix_chunks_record", "record_table", "record_id"),
    )


class IdentifierRow(Base):
    __tablename__ = "identifiers"
    id: Mapped[int] = mapped_column(primary_key=True)
    chunk_id: Mapped[int] = mapped_column(ForeignKey("chunks.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    normal: Mapped[str] = mapped_column(String(64), index=True)
    leads: Mapped[bool]  # it stands at the very front: the entry of this code, not a mention


class AmendmentRow(Base):
    __tablename__ = "amendments"
    id: Mapped[int] = mapped_column(primary_key=True)
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    amended_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    section: Mapped[str] = mapped_column(Text)


class IndexDebtRow(Base):
    """A chunk that SQL has retired and that may still stand in the indexes."""

    __tablename__ = "index_debts"
    chunk_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
