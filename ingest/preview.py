"""What a table would bring, shown before it is brought: its columns, a sample, its bad rows, what would change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from corpus import Changes, Record, Unreadable
from ingest.readers import ParsedFile
from ingest.tables import NAMES, BadRow, Header, Table, TableKind, first_header, summary

_SAMPLE = 10


@dataclass(frozen=True, slots=True)
class TablePreview:
    """A table as it is understood, to be looked over and corrected.

    `kind` is None where no known table was found. Each of `headers` says how its columns are read: their `field`, how
    that was found (given, remembered, name, similar, values) and example cells. `fields` are what a column may be, for
    the correction that goes to `IngestOptions.mapping` (field to column header, "" for none). `error` says why
    nothing of the file can be taken in.
    """

    source: str
    kind: TableKind | None
    headers: tuple[Header, ...] = ()
    fields: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    sample: tuple[Record, ...] = ()
    bad: tuple[BadRow, ...] = ()
    changes: Changes = field(default_factory=Changes)
    as_of: datetime | None = None
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the preview as JSON; records as their filled fields."""
        return {
            "source": self.source,
            "kind": self.kind,
            "columns": [
                {"header": c.header, "field": c.field, "how": c.how, "examples": list(c.examples)}
                for header in self.headers
                for c in header.columns
            ],
            "fields": list(self.fields),
            "counts": self.counts,
            "sample": [record_json(record) for record in self.sample],
            "bad": [{"row": row.row, "sheet": row.sheet, "reason": row.reason} for row in self.bad],
            "changes": {
                "new": self.changes.new,
                "same": self.changes.same,
                "changed": self.changes.changed,
                "changes": [
                    {"what": c.what, "row": c.row, "differences": [list(map(_plain, d)) for d in c.differences]}
                    for c in self.changes.changes
                ],
                "missing": list(self.changes.missing),
            },
            "as_of": _plain(self.as_of),
            "error": self.error,
        }


def preview_of(source: str, table: Table, changes: Changes) -> TablePreview:
    return TablePreview(
        source,
        table.kind,
        table.headers,
        fields_of(table.kind),
        summary(table.records),
        table.records[:_SAMPLE],
        table.bad,
        changes,
        table.as_of,
    )


def unread(source: str, parsed: ParsedFile, wanted: TableKind | None, error: Unreadable | None) -> TablePreview:
    """Return what is there of a table that cannot be taken in, with its most header-like row."""
    kind = wanted or "parts"
    block = next((block for block in parsed.blocks if block.kind == "table" and block.rows), None)
    header = first_header(block, kind) if block else None
    reason = str(error) if error else "this is no table of parts, equipment, status, alarms or cases"
    return TablePreview(source, wanted, (header,) if header else (), fields_of(kind), error=reason)


def fields_of(kind: TableKind) -> tuple[str, ...]:
    """Return what the columns of such a table may be."""
    return tuple(NAMES[kind])


def record_json(record: Record) -> dict[str, Any]:
    """Return a record's filled fields."""
    names = getattr(record, "__slots__", ())
    return {name: _plain(value) for name in names if (value := getattr(record, name)) not in (None, (), "")}


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return record_json(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value
