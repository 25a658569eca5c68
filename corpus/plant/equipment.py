"""Machines by asset tag."""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.database import Base, Database
from corpus.domain import Equipment, Record
from corpus.errors import NotFound
from corpus.library.identifiers import normal_identifier
from corpus.plant.records import Compared, FileRecords, Imported, Key, batches, compared

_TELLING = 3  # characters of a model without its maker's letters that are too few to tell


class EquipmentRow(Imported, Base):
    __tablename__ = "equipment"
    key: Mapped[str] = mapped_column(Key, unique=True)
    tag: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(Text)
    model: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[str | None] = mapped_column(String(120))
    serial: Mapped[str | None] = mapped_column(String(120))
    location: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(Text)
    contact: Mapped[str | None] = mapped_column(Text)
    nickname: Mapped[str | None] = mapped_column(Text)


class EquipmentStore(FileRecords):
    """Reads machines; a newer file's row takes over the tag."""

    TABLE = EquipmentRow.__tablename__
    ROW = EquipmentRow
    RECORD = Equipment

    def __init__(self, database: Database) -> None:
        self._database = database
        self._guard = threading.Lock()
        self._all: tuple[Equipment, ...] | None = None

    def all(self) -> list[Equipment]:
        """Return the machines by tag, read once and kept until something changes."""
        with self._guard:
            if self._all is not None:
                return list(self._all)
        with self._database.read() as session:
            query = select(EquipmentRow).where(EquipmentRow.retired.is_(False)).order_by(EquipmentRow.tag)
            found = tuple(_equipment(row) for row in session.scalars(query))
        with self._guard:
            self._all = found
        return list(found)

    def one(self, tag: str) -> Equipment:
        key = normal_identifier(tag)
        found = next((machine for machine in self.all() if normal_identifier(machine.tag) == key), None)
        if found is None:
            raise NotFound(f"There is no equipment {tag!r}; the equipment list names every asset tag.")
        return found

    def named_in(self, text: str) -> list[Equipment]:
        plain = unicodedata.normalize("NFKC", text).casefold()
        short = short_tags(self.all())
        found = [
            (at, machine)
            for machine in self.all()
            if (at := _stands_at(plain, machine, short.get(machine.tag))) is not None
        ]
        return [machine for _, machine in sorted(found, key=lambda item: item[0])]

    def models(self) -> list[str]:
        return sorted({machine.model for machine in self.all() if machine.model})

    def save(self, session: Session, records: Sequence[Record], revision_id: int, source: str) -> dict[int, int]:
        machines = [(index, record) for index, record in enumerate(records) if isinstance(record, Equipment)]
        keys = [normal_identifier(machine.tag) for _, machine in machines]
        rows: dict[str, EquipmentRow] = {}
        for batch in batches(keys):
            query = select(EquipmentRow).where(EquipmentRow.key.in_(batch))
            rows.update((row.key, row) for row in session.scalars(query))
        saved = []
        for (_, machine), key in zip(machines, keys, strict=True):
            row = rows.get(key)
            if row is None:
                row = rows[key] = EquipmentRow(key=key, revision_id=revision_id, source=source, retired=False)
                self.write(row, machine)
                session.add(row)
            saved.append((row, self._merged(row, machine)))
        if saved:
            self.take(session, saved, revision_id, source)
        return {index: row.id for (index, _), (row, _) in zip(machines, saved, strict=True)}

    @staticmethod
    def _merged(row: EquipmentRow, machine: Equipment) -> Equipment:
        """Let a work order that only names a machine not wipe out what its list says of it."""
        told = (machine.model, machine.kind, machine.serial, machine.location, machine.owner, machine.contact)
        bare = not any((*told, machine.nickname))
        return replace(_equipment(row), id=None) if bare and row.id is not None and not row.retired else machine

    def write(self, row: EquipmentRow, record: Equipment) -> None:
        row.tag, row.name, row.model, row.kind = record.tag, record.name, record.model, record.kind
        row.serial, row.location = record.serial, record.location
        row.owner, row.contact, row.nickname = record.owner, record.contact, record.nickname

    def changed(self) -> None:
        with self._guard:
            self._all = None

    @staticmethod
    def compare(known: Equipment | None, machine: Equipment) -> Compared:
        return compared(known, machine)


def _stands_at(plain: str, machine: Equipment, short: str | None) -> int | None:
    """Return where the tag (with or without its dashes, or its area) or a whole name stands in case-folded text."""
    places: list[int] = []
    for tag in filter(None, [machine.tag, short]):
        parts = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", tag).casefold())
        pieces = [piece for part in parts for piece in re.findall(r"\d+|[^\W\d_]+", part)]
        whole = r"[\s\-–—_]?".join(map(re.escape, pieces))
        ascii_border = r"(?<![a-z0-9])(?:%s)(?![a-z0-9]|[-–]\d)"
        places += [match.start() for match in re.finditer(ascii_border % whole, plain)] if pieces else []
    for name in [*machine_names(machine.name), *nicknames(machine)]:
        places.extend(match.start() for match in name_pattern(name).finditer(plain))
    return min(places, default=None)


@functools.lru_cache(maxsize=4096)
def name_pattern(name: str) -> re.Pattern[str]:
    """Return what finds a name: "1号空压机" does not stand in "11号空压机", nor 小左 in 最小左右."""
    before = r"(?<![A-Za-z0-9])" if name[0].isascii() else _GREATEST if len(name) == _PAIR else ""
    after = r"(?![A-Za-z0-9])" if name[-1].isascii() else ""
    return re.compile(before + re.escape(name) + after, re.IGNORECASE)


_PAIR = 2  # characters of a name that words beside it may hold by chance
_GREATEST = r"(?<![最较更过太放加减缩扩增变])"
_HAN = re.compile(r"[\u3400-\u9fff]{2}")
_SHORT = re.compile(r"[\u3400-\u9fff][机炉床缸台线站车泵塔罐柜锅釜窑梯吊磨剪锯箱桶池]")  # 冰机, 棒炉: no chance


_IN_AREA = re.compile(r"[A-Za-z0-9]+[-_./]([A-Za-z]{2,}\d{1,3}[A-Za-z]?)")


def short_tags(machines: Sequence[Equipment]) -> dict[str, str]:
    """Return what tags are called without the area that they begin with, by tag: 332-BE01 is BE01, if no other is."""
    found = {machine.tag: match[1] for machine in machines if (match := _IN_AREA.fullmatch(machine.tag))}
    held = Counter(normal_identifier(short) for short in [*found.values(), *(machine.tag for machine in machines)])
    return {tag: short for tag, short in found.items() if held[normal_identifier(short)] == 1}


def nicknames(machine: Equipment) -> list[str]:
    """Return what the shop floor calls a machine, case-folded, each long enough to tell (小左, since it is listed)."""
    plain = unicodedata.normalize("NFKC", machine.nickname or "").casefold()
    called = (name.strip() for name in re.split(r"[、,;/]", plain))
    return [name for name in called if tells(name) or _HAN.fullmatch(name)]


def tells(name: str) -> bool:
    """Say whether a name is long enough to tell a machine, wherever it stands."""
    return len(name) >= (4 if name.isascii() else 3) or _SHORT.fullmatch(name) is not None


def machine_names(name: str) -> list[str]:
    """Split a bilingual name ("1号空压机 Compressor 1") into its halves, each long enough to tell."""
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    halves = re.match(r"^(.*[\u4e00-\u9fff])\s+([a-z][a-z0-9 \-]*)$", plain)
    return list(filter(tells, (half.strip() for half in (halves.groups() if halves else (plain,)))))


_NUMBERED = re.compile(
    r"^(?:\d{1,3}|[一二三四五六七八九十])\s*[号#]\s*|[\s#-]*\b\d{1,2}\s*[号#]?$"
    r"|(?<=[\u3400-\u9fff])(?:[\s#-]*(?:\d{1,2}|[a-z])[号#]?|[一二三四五六七八九十]号)$"
)
_ASIDE = re.compile(r"\s*[(（\[【][^)）\]】]*[)）\]】]")


def base_names(machine: Equipment) -> list[str]:
    """Return what a machine is called in either language, case-folded and without its number: "空压机", "tunnel oven".

    In English of two words or more: one alone ("chiller") may be said of any.
    """
    bases = [_NUMBERED.sub("", name).strip() for name in machine_names(_ASIDE.sub("", machine.name))]
    return [base for base in bases if (" " in base if base.isascii() else tells(base))]


@functools.lru_cache(maxsize=4096)
def series_of(model: str) -> tuple[str, ...]:
    """Return what a model is called without its options and its maker's letters: "HJ-VF1600/3" is a VF1600.

    "VS 74-5+L" is a VS 74-5, "LB-1200 S" is an LB-1200; "DX-150 / HL-3" are two.
    """
    called: list[str] = []
    for base in re.split(r"\s+[/+&]\s+|\s*[,、;]\s*", unicodedata.normalize("NFKC", model)):
        base = re.split(r"/|(?<=\w)\+", base)[0].strip()
        shorter = [re.sub(r"^[A-Za-z]+[-\s]", "", base), re.sub(r"\s[A-Za-z]{1,3}$", "", base)]
        called += [base, *(short for short in shorter if len(short) > _TELLING)]
    return tuple(dict.fromkeys(name for name in called if re.search(r"\d", name) and re.search(r"[A-Za-z]", name)))


def _equipment(row: EquipmentRow) -> Equipment:
    return Equipment(
        row.tag,
        row.name,
        row.model,
        row.kind,
        row.serial,
        row.location,
        row.owner,
        row.contact,
        row.nickname,
        id=row.id,
    )
