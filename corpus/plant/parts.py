"""The spare-part inventory: one stock line a part number and bin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import JSON, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.database import Base, Database, UtcDateTime
from corpus.domain import Part, Record
from corpus.library.identifiers import extract_identifiers, normal_identifier
from corpus.library.quotes import normal_text
from corpus.plant.records import Imported, Key, RecordStore, overlap, set_retired

_ENOUGH = 0.34  # share of the query's words that a line must hold
_FITS = 0.25  # what fitting the machine in question adds


class PartRow(Imported, Base):
    __tablename__ = "parts"
    key: Mapped[str] = mapped_column(Key, index=True)
    bin_key: Mapped[str] = mapped_column(Key)
    part_number: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str | None] = mapped_column(Text)
    spec: Mapped[str | None] = mapped_column(Text)
    bin: Mapped[str | None] = mapped_column(String(120))
    on_hand: Mapped[float | None]
    minimum: Mapped[float | None]
    unit: Mapped[str | None] = mapped_column(String(40))
    lead_time: Mapped[float | None]
    supplier: Mapped[str | None] = mapped_column(Text)
    fits: Mapped[list[str]] = mapped_column(JSON)
    substitutes: Mapped[list[str]] = mapped_column(JSON)
    as_of: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PartStore(RecordStore):
    """Answers stock questions exactly; a newer stock-taking takes over the lines that it names."""

    TABLE = PartRow.__tablename__

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Part]:
        with self._database.read() as session:
            query = select(PartRow).where(PartRow.retired.is_(False)).order_by(PartRow.part_number, PartRow.bin)
            return [_part(row) for row in session.scalars(query)]

    def find(self, query: str, *, model: str | None, limit: int) -> list[Part]:
        parts = self.all()
        if not query.strip():
            return [part for part in parts if _fits(part, model)][:limit]
        exact = _named(parts, query)
        if exact:
            return exact[:limit]
        ranked = []
        for part in parts:
            score = overlap(query, (part.name, part.name_en, part.spec, part.part_number))
            if score >= _ENOUGH:
                gain = _FITS if model and part.fits and _fits(part, model) else 0.0
                loss = _FITS if model and not _fits(part, model) else 0.0
                ranked.append((score + gain - loss, part))
        ranked.sort(key=lambda item: (-item[0], item[1].part_number))
        best = ranked[0][0] if ranked else 0.0
        return [part for score, part in ranked if score >= 0.6 * best][:limit]

    def named_in(self, text: str) -> list[Part]:
        return _named(self.all(), text)

    def below_minimum(self, *, model: str | None) -> list[Part]:
        low = [
            part
            for part in self.all()
            if part.on_hand is not None
            and part.minimum is not None
            and part.on_hand < part.minimum
            and (model is None or (part.fits and _fits(part, model)))
        ]
        return sorted(low, key=lambda part: ((part.on_hand or 0) / (part.minimum or 1), part.part_number))

    def save(self, session: Session, records: Sequence[Record], revision_id: int, source: str) -> dict[int, int]:
        lines: dict[tuple[str, str], PartRow] = {}
        if any(isinstance(record, Part) for record in records):
            lines = {(row.key, row.bin_key): row for row in session.scalars(select(PartRow))}
        stored: dict[int, PartRow] = {}
        for index, record in enumerate(records):
            if not isinstance(record, Part):
                continue
            key = (normal_identifier(record.part_number), normal_text(record.bin or ""))
            row = lines.get(key)
            if row is None:
                row = lines[key] = PartRow(key=key[0], bin_key=key[1])
                session.add(row)
            for name in ("part_number", "name", "name_en", "spec", "bin", "on_hand", "minimum", "unit"):
                setattr(row, name, getattr(record, name))
            for name in ("lead_time", "supplier", "as_of", "row"):
                setattr(row, name, getattr(record, name))
            row.fits, row.substitutes = list(record.fits), list(record.substitutes)
            row.revision_id, row.source, row.retired = revision_id, source, False
            stored[index] = row
        session.flush()
        return {index: row.id for index, row in stored.items()}

    def forget(self, session: Session, revision_id: int) -> None:
        set_retired(session, PartRow, revision_id, retired=True)

    def revive(self, session: Session, revision_id: int) -> None:
        set_retired(session, PartRow, revision_id, retired=False)


def _named(parts: Sequence[Part], text: str) -> list[Part]:
    """Return the lines whose number stands in the text: as an identifier, or else letter for letter."""
    wanted = [identifier.normal for identifier in extract_identifiers(text)]
    plain = normal_text(text)
    hits = []
    for part in parts:
        key = normal_identifier(part.part_number)
        if key in wanted:
            hits.append((wanted.index(key), part))
        elif len(key) >= 5 and not part.part_number.isalnum() and _whole(plain, normal_text(part.part_number)):
            hits.append((len(wanted), part))
    return [part for _, part in sorted(hits, key=lambda item: item[0])]


def _whole(text: str, number: str) -> bool:
    at = text.find(number)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(number) : at + len(number) + 1]
        if not (before.isascii() and before.isalnum()) and not (after.isascii() and (after.isalnum() or after == "-")):
            return True
        at = text.find(number, at + 1)
    return False


def _fits(part: Part, model: str | None) -> bool:
    if model is None or not part.fits:
        return True
    return normal_identifier(model) in {normal_identifier(fit) for fit in part.fits}


def _part(row: PartRow) -> Part:
    return Part(
        part_number=row.part_number,
        name=row.name,
        name_en=row.name_en,
        spec=row.spec,
        bin=row.bin,
        on_hand=row.on_hand,
        minimum=row.minimum,
        unit=row.unit,
        lead_time=row.lead_time,
        supplier=row.supplier,
        fits=tuple(row.fits),
        substitutes=tuple(row.substitutes),
        as_of=row.as_of,
        row=row.row,
        source=row.source,
        id=row.id,
    )
