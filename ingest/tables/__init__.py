"""Tables of parts, equipment, status, alarms and cases: recognised by their headers in Chinese or English."""

from ingest.tables.header import Column, Given, Header, first_header
from ingest.tables.names import TableKind
from ingest.tables.reading import BadRow, Table, mapped, read_table, summary

__all__ = [
    "BadRow",
    "Column",
    "Given",
    "Header",
    "Table",
    "TableKind",
    "first_header",
    "mapped",
    "read_table",
    "summary",
]
