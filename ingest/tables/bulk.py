"""Large tables of readings, row by row: what a historian exports does not fit into memory, and need not."""

from __future__ import annotations

import csv
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from corpus import Reading, Unreadable
from ingest.readers import Block
from ingest.readers.jsonl import cells_of
from ingest.readers.sheet import delimiter_of
from ingest.readers.text import encoding_of
from ingest.tables import values
from ingest.tables.header import Given, Header, Remembered, find_header
from ingest.tables.reading import BadRow
from ingest.tables.wide import long_form, metric_and_unit, metric_columns

LARGE = 8_000_000
"""Bytes from which a table of readings is read in batches; a smaller one is read whole, its text kept for the eye."""
_SAMPLE = 500  # rows by which the columns are understood
_BATCH = 50_000  # readings
_LISTED = 20  # bad rows named one by one
_REMEMBERED = 100_000  # cells of one column that were converted before

Make = Callable[[Sequence[str]], list[Reading]]


class BulkReadings:
    """A large file of readings in long or wide form, to be drawn in batches.

    `header` is what a long form's columns are, None of a wide form. `warnings` are complete, and `count` is the number
    of readings, once all batches were drawn; `done` of `size` bytes were read so far.
    """

    def __init__(self, rows: _Rows, header: Header | None, top: int, make: Make) -> None:
        self._rows = rows
        self._top = top  # rows down to the header
        self._make = make
        self.header = header
        self.size = rows.path.stat().st_size
        self.done = self.count = self._bad = 0
        self.warnings: list[str] = []

    def batches(self) -> Iterator[list[Reading]]:
        """Yield the readings; rows that cannot be used are told in `warnings`.

        Raises:
            Unreadable: not one row can be used, or the file breaks off.
        """
        batch: list[Reading] = []
        with self._rows.opened() as file:
            try:
                for number, row in islice(self._rows.walk(file), self._top, None):
                    try:
                        batch += self._make(row)
                    except (ValueError, OverflowError, OSError, IndexError) as error:
                        self._leave_out(number, row, error)
                    if len(batch) >= _BATCH:
                        self.done, self.count = file.buffer.tell(), self.count + len(batch)
                        yield batch
                        batch = []
            except (csv.Error, UnicodeDecodeError) as error:
                raise Unreadable(
                    f"{self._rows.path.name}: this is no table any more after some rows ({error})."
                ) from error
        self.done, self.count = self.size, self.count + len(batch)
        if batch:
            yield batch
        if not self.count:
            raise Unreadable(f"no row of the status table can be used ({'; '.join(self.warnings[:3])}).")
        if self._bad > _LISTED:
            self.warnings.append(f"and {self._bad - _LISTED} more rows")

    def _leave_out(self, number: int, row: Sequence[str], error: Exception) -> None:
        if not any(row) or tuple(row) == self._rows.names:
            return
        self._bad += 1
        reason = "a cell is missing" if isinstance(error, IndexError) else str(error)
        if self._bad <= _LISTED:
            self.warnings.append(str(BadRow(number, reason)))


def bulk_readings(
    path: Path, zone: ZoneInfo, *, given: Given | None = None, remembered: Remembered | None = None
) -> BulkReadings | None:
    """Recognise a large table of readings by its first rows; None for whatever else a file may be."""
    if path.suffix.lower() not in _KINDS or path.stat().st_size < LARGE:
        return None
    encoding = encoding_of(path)
    if encoding is None:
        return None
    rows = _KINDS[path.suffix.lower()](path, encoding)
    with rows.opened() as file:
        try:
            first = [tuple(cell.strip() for cell in row) for _, row in islice(rows.walk(file), _SAMPLE)]
        except csv.Error:
            return None
    block = Block("table", rows=tuple(first), row_numbers=tuple(range(1, len(first) + 1)))
    header = find_header(block, None, given=given, remembered=remembered)
    if header is not None:
        rows.names = first[header.last]
        make = _long(header, zone)
        return BulkReadings(rows, header, header.last + 1, make) if header.kind == "status" else None
    if long_form(block, given) is None:
        return None
    for at, names in enumerate(first):
        if (found := metric_columns(names, first[at + 1 :], given)) and found[2]:
            rows.names = names
            return BulkReadings(rows, None, at + 1, _wide(names, *found, zone))
    return None


class _Rows(ABC):
    """A file's rows, numbered from 1."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.path = path
        self._encoding = encoding
        self.names: tuple[str, ...] = ()

    def opened(self) -> Any:
        return self.path.open(encoding=self._encoding, newline="")

    @abstractmethod
    def walk(self, file: TextIO) -> Iterator[tuple[int, Sequence[str]]]:
        """Return the rows, each with its number."""


class _CsvRows(_Rows):
    def walk(self, file: TextIO) -> Iterator[tuple[int, Sequence[str]]]:
        with self.opened() as head:
            delimiter = delimiter_of(head.read(20_000))
        return enumerate(csv.reader(file, delimiter=delimiter), start=1)


class _JsonRows(_Rows):
    """Objects as rows under the keys of the first of them; row 1 is the keys."""

    def walk(self, file: TextIO) -> Iterator[tuple[int, Sequence[str]]]:
        keys: dict[str, None] = {}
        with self.opened() as head:
            for line in islice(head, _SAMPLE):
                keys |= dict.fromkeys(_cells(line))
        yield 0, tuple(keys)
        for number, line in enumerate(file, start=1):
            if line.strip():
                cells = _cells(line)
                yield number, [cells.get(key, "") for key in keys] if cells else ["no JSON object"]


def _cells(line: str) -> dict[str, str]:
    try:
        return cells_of(line) if line.strip() else {}
    except ValueError:
        return {}


_KINDS: Mapping[str, type[_Rows]] = {".csv": _CsvRows, ".jsonl": _JsonRows, ".ndjson": _JsonRows}


class _Known(dict[str, Any]):
    """What cells mean, each worked out once: a plant's names, limits and times come again and again."""

    def __init__(self, meaning: Callable[[str], Any]) -> None:
        self._meaning = meaning

    def __missing__(self, cell: str) -> Any:
        if len(self) > _REMEMBERED:
            self.clear()
        meant = self[cell] = self._meaning(cell)
        return meant


def _long(header: Header, zone: ZoneInfo) -> Make:
    fields = header.fields
    machine, metric, value, at = (fields[name] for name in ("equipment", "metric", "value", "at"))
    unit, low, high = (fields.get(name) for name in ("unit", "limit_low", "limit_high"))
    machines, metrics = _Known(_name("the asset tag", 120)), _Known(_name("the metric", 200))
    times, lows = _Known(_time(zone)), _Known(lambda cell: values.number(cell, "the low limit"))
    units, highs = (
        _Known(lambda cell: values.filled(cell)[:40]),
        _Known(lambda cell: values.number(cell, "the high limit")),
    )

    def make(row: Sequence[str]) -> list[Reading]:
        number, own = _number(row[value])
        return [
            Reading(
                machines[row[machine]],
                metrics[row[metric]],
                number,
                times[values.with_day(row[at], row)],
                (units[row[unit]] if unit is not None else "") or own or None,
                lows[row[low]] if low is not None else None,
                highs[row[high]] if high is not None else None,
            )
        ]

    return make


def _wide(names: Sequence[str], machine: int, at: int, columns: Sequence[int], zone: ZoneInfo) -> Make:
    machines, times = _Known(_name("the asset tag", 120)), _Known(_time(zone))
    metrics = [(column, *metric_and_unit(names[column])) for column in columns]

    def make(row: Sequence[str]) -> list[Reading]:
        tag, when = machines[row[machine]], times[values.with_day(row[at], row)]
        readings = []
        for column, metric, unit in metrics:
            if column < len(row) and values.filled(row[column]):
                number, own = _number(row[column])
                readings.append(Reading(tag, metric, number, when, unit or own or None))
        return readings

    return make


def _number(cell: str) -> tuple[float, str]:
    """Return a value and the unit written behind it."""
    try:
        number = float(cell)
        if math.isfinite(number) and "_" not in cell:
            return number, ""
    except ValueError:
        pass
    split = values.number_and_unit(cell, "the value")
    if split is None:
        raise ValueError("the value is missing")
    return split


def _name(what: str, longest: int) -> Callable[[str], str]:
    def name(cell: str) -> str:
        text = values.filled(cell)
        if not text:
            raise ValueError(f"{what} is missing")
        if len(text) > longest:
            raise ValueError(f"{what} has {len(text)} characters, {longest} at most are taken")
        return text

    return name


def _time(zone: ZoneInfo) -> Callable[[str], datetime]:
    def time(cell: str) -> datetime:
        if not values.filled(cell):
            raise ValueError("the time is missing")
        return values.time(cell, zone)

    return time
