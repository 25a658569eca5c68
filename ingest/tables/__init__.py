"""Tables of parts, equipment, status, alarms and cases: recognised by their headers in Chinese or English."""

from ingest.tables.header import Column, Given, Header, Remembered, first_header, mapping_of
from ingest.tables.names import NAMES, TableKind
from ingest.tables.reading import BadRow, Table, read_table, summary
from ingest.tables.wide import LONG

__all__ = [
    "LONG",
    "NAMES",
    "BadRow",
    "Column",
    "Given",
    "Header",
    "Remembered",
    "Table",
    "TableKind",
    "first_header",
    "mapping_of",
    "read_table",
    "summary",
]
