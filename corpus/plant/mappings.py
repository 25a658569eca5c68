"""How the columns of a table were understood, remembered for every file with the same header."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import JSON, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from corpus.database import Base, Database, UtcDateTime
from corpus.domain import TableMapping


class MappingRow(Base):
    __tablename__ = "mappings"
    layout: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MappingStore:
    """Keeps what people corrected."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, TableMapping]:
        with self._database.read() as session:
            rows = session.scalars(select(MappingRow))
            return {row.layout: TableMapping(row.layout, row.kind, dict(row.columns), row.source) for row in rows}

    def remember(self, mapping: TableMapping, actor: str) -> None:
        with self._database.write() as session:
            row = session.get(MappingRow, mapping.layout)
            if row is None:
                row = MappingRow(layout=mapping.layout)
                session.add(row)
            row.kind, row.columns, row.source = mapping.kind, dict(mapping.columns), mapping.source
            row.actor, row.at = actor, datetime.now(UTC)
