"""The spare-part inventory: one stock line a part number and bin."""

from __future__ import annotations

import math
import re
import threading
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import JSON, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.database import Base, Database, UtcDateTime
from corpus.domain import Equipment, Part, Record, Rendered, Stock, StockTaking
from corpus.library.identifiers import extract_identifiers, normal_identifier
from corpus.library.quotes import normal_text
from corpus.library.rows import RevisionRow
from corpus.library.words import index_tokens
from corpus.plant.equipment import machine_names, nicknames
from corpus.plant.records import Compared, FileRecords, Imported, ImportRow, Key, batches, compared, overlap, unpack

_SHARED = 3  # stock numbers of one maker's type
_ENOUGH = 0.34  # share of the query's words that a line must hold
_MOSTLY = 0.6  # of a term's tokens that a line holds
_HALF = 0.5  # of a part's name
_FEW = 6  # lines that a question in other words may mean
_EARLY = datetime.min.replace(tzinfo=UTC)
_WRITTEN = (
    "part_number", "name", "name_en", "spec", "bin", "warehouse", "on_hand", "minimum", "unit", "lead_time",
    "supplier", "fits", "substitutes", "as_of",
)  # fmt: skip
_FITS = 0.25  # what fitting the machine in question adds
_ANY = re.compile(
    r"(?:全部|所有|通用|各)(?:设备|机型|机台)?|all(?: machines| models)?|any|common|general|universal", re.IGNORECASE
)

Names = Sequence[str] | None
"""What a stock line may call a machine (tag, model, name); None for no machine in particular."""


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
    warehouse: Mapped[str | None] = mapped_column(Text)


class PartStore(FileRecords):
    """Answers stock questions exactly; a newer stock-taking takes over the lines that it names."""

    TABLE = PartRow.__tablename__
    ROW = PartRow
    RECORD = Part

    def __init__(self, database: Database) -> None:
        self._database = database
        self._guard = threading.Lock()
        self._all: tuple[Part, ...] | None = None

    def all(self) -> list[Part]:
        """Return the stock lines by number and bin, read once and kept until something changes."""
        with self._guard:
            if self._all is not None:
                return list(self._all)
        with self._database.read() as session:
            query = select(PartRow).where(PartRow.retired.is_(False)).order_by(PartRow.part_number, PartRow.bin)
            found = tuple(_part(row) for row in session.scalars(query))
        with self._guard:
            self._all = found
        return list(found)

    def find(self, query: str, *, names: Names, limit: int) -> list[Part]:
        parts = self.all()
        if not query.strip():
            return [part for part in parts if _fits(part, names)][:limit]
        exact = self.exactly(query)
        if exact:
            return exact[:limit]
        numbers = [one.normal for one in extract_identifiers(query) if any(map(str.isdigit, one.normal))]
        ranked = []
        for part in parts:
            # A number that no line has has no neighbour that would do; a piece of one means all that have it.
            begun = not numbers or any(one in normal_identifier(part.part_number) for one in numbers)
            score = overlap(query, (part.name, part.name_en, part.spec, part.part_number if begun else None))
            if score >= _ENOUGH:
                gain = _FITS if names and part.fits and _fits(part, names) else 0.0
                loss = _FITS if names and not _fits(part, names) else 0.0
                ranked.append((score + gain - loss, part))
        ranked.sort(key=lambda item: (-item[0], item[1].part_number))
        best = ranked[0][0] if ranked else 0.0
        return [part for score, part in ranked if score >= 0.6 * best][:limit]

    def spoken(self, terms: Sequence[Rendered], *, names: Names, limit: int) -> list[Part]:
        """Find lines by the terms of a question in any of their ways, in the other language too; the best match first.

        A term counts by how few lines hold it; what no line holds says nothing of which one is meant. Half of the name
        has to be said; of a machine in question, only what fits it or names none.
        """
        said = {token for term in terms for way in (term.own, *term.alike, *term.other) for token in way}
        parts = [
            part
            for part in self.all()
            if any(_said(name, said) >= _HALF for name in (part.name, part.name_en) if name)
            and (not names or _fits(part, names))
        ]
        held = [{*_tokens(" ".join(filter(None, (part.name, part.name_en, part.spec))))} for part in parts]
        scores = [0.0] * len(parts)
        for term in terms:
            ways = (term.own, *term.alike, *term.other)
            shares = [max(len(tokens & {*way}) / len(way) for way in ways if way) for tokens in held]
            best = max(shares, default=0.0)
            having = [at for at, share in enumerate(shares) if share == best]
            if best >= _MOSTLY:
                for at in having:
                    scores[at] += best * math.log(1 + len(parts) / len(having))
        most = max(scores, default=0.0)
        best_parts = [part for score, part in zip(scores, parts, strict=True) if most and score >= 0.9 * most]
        return best_parts[:limit] if len(best_parts) <= _FEW else []

    def called(self, terms: Sequence[Rendered]) -> list[Part]:
        """Return the lines whose whole name the terms of a text say, in any of their ways."""
        said = {token for term in terms for way in (term.own, *term.alike, *term.other) for token in way}
        return [
            part for part in self.all() if any(_said(name, said) == 1 for name in (part.name, part.name_en) if name)
        ]

    def exactly(self, text: str) -> list[Part]:
        """Return the lines whose number stands in the text, else those whose maker's type does."""
        parts = self.all()
        return _named(parts, text) or _typed(parts, text)

    def named_in(self, text: str) -> list[Part]:
        return _named(self.all(), text)

    def fitting(self, names: Sequence[str]) -> list[Part]:
        """Return the lines that name one of these, not those that name no machine."""
        return [part for part in self.all() if part.fits and _fits(part, names)]

    def below_minimum(self, *, names: Names) -> list[Part]:
        """Return the lines of parts below their minimum, worst first; bins with one minimum are taken together."""
        low: list[tuple[float, Part]] = []
        for stock in self.stocks(self.all()):
            lines = [line for line in stock.lines if names is None or (line.fits and _fits(line, names))]
            if len({line.minimum for line in stock.lines if line.minimum is not None}) <= 1:
                if _short(stock.on_hand, stock.minimum):
                    low += [((stock.on_hand or 0) / (stock.minimum or 1), line) for line in lines]
                continue
            low += [((one.on_hand or 0) / (one.minimum or 1), one) for one in lines if _short(one.on_hand, one.minimum)]
        return [line for _, line in sorted(low, key=lambda item: (item[0], item[1].part_number, item[1].bin or ""))]

    @staticmethod
    def stocks(lines: Sequence[Part]) -> list[Stock]:
        """Take the lines of each part together, in the order in which the parts come."""
        groups: dict[str, list[Part]] = {}
        for line in lines:
            groups.setdefault(normal_identifier(line.part_number), []).append(line)
        return [_stock(group) for group in groups.values()]

    def used_on(self, part_number: str, machines: Sequence[Equipment]) -> list[Equipment]:
        """Return the machines that a part's lines name, by model, tag or name."""
        key = normal_identifier(part_number)
        fits = [fit for part in self.all() if normal_identifier(part.part_number) == key for fit in part.fits]
        wanted = {normal_identifier(fit) for fit in fits}
        return [machine for machine in machines if wanted & {normal_identifier(name) for name in called(machine)}]

    def history(self, part_number: str) -> list[StockTaking]:
        key = normal_identifier(part_number)
        with self._database.read() as session:
            rows = {row.id: row for row in session.scalars(select(PartRow).where(PartRow.key == key))}
            # A stock-taking that a newer one replaced is history; one whose file was removed was a mistake.
            query = (
                select(ImportRow)
                .join(RevisionRow, RevisionRow.id == ImportRow.revision_id)
                .where(
                    ImportRow.record_table == self.TABLE,
                    ImportRow.record_id.in_(rows),
                    RevisionRow.state.in_(("live", "superseded")),
                )
            )
            lines = list(session.scalars(query.order_by(ImportRow.id)))
            found = []
            for line in lines:
                row, said = rows[line.record_id], unpack(Part, line.content)
                speaks = not row.retired and row.revision_id == line.revision_id
                found.append(
                    StockTaking(replace(said, source=line.source, row=line.row, id=row.id), line.revision_id, speaks)
                )
        return sorted(found, key=lambda one: (one.line.bin or "", one.line.as_of or _EARLY, one.revision))

    @staticmethod
    def line_of(part: Part) -> tuple[str, str]:
        """Return what makes two stock lines one: the number in any spelling, and the place."""
        return normal_identifier(part.part_number), _bin_key(part)

    def by_line(self) -> dict[tuple[str, str], Part]:
        return {self.line_of(part): part for part in self.all()}

    @staticmethod
    def compare(known: Part | None, part: Part) -> Compared:
        return compared(known, part, without=("as_of", "part_number"))

    def save(self, session: Session, records: Sequence[Record], revision_id: int, source: str) -> dict[int, int]:
        parts = [(index, record) for index, record in enumerate(records) if isinstance(record, Part)]
        if not parts:
            return {}
        keys = [self.line_of(part) for _, part in parts]
        lines: dict[tuple[str, str], PartRow] = {}
        for batch in batches([key for key, _ in keys]):
            query = select(PartRow).where(PartRow.key.in_(batch))
            lines.update(((row.key, row.bin_key), row) for row in session.scalars(query))
        saved = []
        for (_, part), key in zip(parts, keys, strict=True):
            row = lines.get(key)
            if row is None:
                row = lines[key] = PartRow(
                    key=key[0], bin_key=key[1], revision_id=revision_id, source=source, retired=False
                )
                self.write(row, part)
                session.add(row)
            saved.append((row, part))
        self.take(session, saved, revision_id, source)
        return {index: row.id for (index, _), (row, _) in zip(parts, saved, strict=True)}

    def write(self, row: PartRow, record: Part) -> None:
        for name in _WRITTEN:
            value = getattr(record, name)
            setattr(row, name, list(value) if isinstance(value, tuple) else value)

    def changed(self) -> None:
        with self._guard:
            self._all = None


def called(machine: Equipment) -> tuple[str, ...]:
    """Return what a stock line may call a machine."""
    return tuple(
        name
        for name in (machine.tag, machine.model, machine.name, *machine_names(machine.name), *nicknames(machine))
        if name
    )


def _short(on_hand: float | None, minimum: float | None) -> bool:
    return on_hand is not None and minimum is not None and on_hand < minimum


def _stock(lines: Sequence[Part]) -> Stock:
    counted = [line.on_hand for line in lines if line.on_hand is not None]
    units = {line.unit for line in lines if line.unit}
    return Stock(
        lines[0].part_number,
        lines[0].name,
        sum(counted) if counted and len(units) <= 1 else None,
        max((line.minimum for line in lines if line.minimum is not None), default=None),
        next(iter(units)) if len(units) == 1 else None,
        tuple(lines),
        min((line.as_of for line in lines if line.as_of), default=None),
    )


def _bin_key(part: Part) -> str:
    return normal_text(f"{part.warehouse or ''} {part.bin or ''}").strip()


def _named(parts: Sequence[Part], text: str) -> list[Part]:
    """Return the lines whose number stands in the text: as an identifier, or else letter for letter."""
    wanted = [identifier.normal for identifier in extract_identifiers(text)]
    plain = normal_text(text)
    hits = []
    for part in parts:
        key = normal_identifier(part.part_number)
        if key in wanted:
            hits.append((wanted.index(key), part))
        elif key.isdigit() and part.part_number.isalnum():
            # An ERP fills its numbers up with zeros that nobody says.
            if len(key) >= 5 and any(
                _whole(text, plain, number) for number in {key, key.lstrip("0")} if len(number) >= 5
            ):
                hits.append((len(wanted), part))
        elif len(key) >= 5 and not part.part_number.isalnum() and _whole(text, plain, part.part_number):
            hits.append((len(wanted), part))
    return [part for _, part in sorted(hits, key=lambda item: item[0])]


@lru_cache(maxsize=50_000)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(index_tokens(text))


def _said(name: str, said: Collection[str]) -> float:
    """Return the share (0..1) of a name that is said; a pair of characters across two words is where both words are."""
    tokens = _tokens(name)
    characters = {character for token in tokens if token in said for character in token}
    held = [token in said or (not token.isascii() and set(token) <= characters) for token in tokens]
    return sum(held) / len(held) if held else 0.0


def _typed(parts: Sequence[Part], text: str) -> list[Part]:
    """Return the lines whose maker's type stands in the text; a type that many parts share (AC220V) names none."""
    wanted = {identifier.normal for identifier in extract_identifiers(text)}
    plain = normal_text(text)
    hits = []
    for part in parts:
        key = normal_identifier(part.spec or "")
        if len(key) < 5 or not any(character.isdigit() for character in key):
            continue
        if key in wanted or _whole(text, plain, part.spec or ""):
            hits.append(part)
    return hits if len({normal_identifier(part.part_number) for part in hits}) <= _SHARED else []


def _whole(text: str, plain: str, number: str) -> bool:
    """Say whether a number stands in a text by itself, whatever its spaces; `plain` is the text's normal form."""
    sought = normal_text(number)
    if not sought or sought not in plain:
        return False
    spelled = r"\s*".join(map(re.escape, "".join(sought.split())))
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.search(rf"(?<![a-z0-9]){spelled}(?![a-z0-9]|-[a-z0-9])", folded) is not None


def _fits(part: Part, names: Names) -> bool:
    if names is None or not part.fits or any(_ANY.fullmatch(fit) for fit in part.fits):
        return True
    return bool({normal_identifier(name) for name in names} & {normal_identifier(fit) for fit in part.fits})


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
        warehouse=row.warehouse,
    )
