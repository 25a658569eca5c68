"""Status tables with one column a metric, turned into one row a reading."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ingest.readers import Block
from ingest.tables.names import DOING, NAMES, plain, whole
from ingest.tables.values import filled, is_number, with_day

_HEADER_ROWS = 15
LONG = ("equipment", "time", "metric", "unit", "value")
_WHOLE = ("state", "alarm", "message")  # columns of the machine as a whole
# 振动 4.6 mm/s, temp: 71 °C; WO-7103 is a number of something else
_TOLD = re.compile(
    r"\s*([^\d:：=]*(?:[\u3400-\u9fff]|[A-Za-z)](?=[\s:：=])))\s*[:：=]?\s*([-+]?\d+(?:[.,]\d+)?\s*[^\d\s]{0,8})\s*"
)
_WRITTEN, _TEXTS = 12, 2  # characters of a text that somebody wrote; columns of such, which no table of readings has


def long_form(block: Block, given: Mapping[str, str] | None = None) -> Block | None:
    """Return the table with the header `LONG`; None when it is not in wide form.

    Its header names the equipment and the time (by a usual name, or by the one `given` for `equipment` and `at`), and
    the other columns that hold numbers are the metrics, or name one in each cell ("振动 4.6 mm/s"). What is told of the
    machine as a whole (its state, the alarm that stands) comes with each row.
    """
    for at, header in enumerate(block.rows[:_HEADER_ROWS]):
        if wide_columns(header, given) is None:
            continue
        body = block.rows[at + 1 :]
        found = metric_columns(header, body, given)
        if found is None:
            return None
        equipment, time, metrics = found
        whole_machine = [_first(header, field, (given or {}).get(field)) for field in _WHOLE]
        told = [(name, i) for name, i in zip(_WHOLE, whole_machine, strict=True) if i is not None]
        numbers = block.row_numbers or tuple(range(1, len(block.rows) + 1))
        rows: list[tuple[str, ...]] = [(*LONG, *(name for name, _ in told))]
        kept = [numbers[at]]
        for number, row in zip(numbers[at + 1 :], body, strict=True):
            if row == header:
                continue  # again, as page breaks of an export have it
            doing = tuple(row[i] if i < len(row) else "" for _, i in told)
            measured = [i for i in metrics if i < len(row) and filled(row[i])]
            when = with_day(row[time], row)
            for i in measured:
                name, unit = metric_and_unit(header[i])
                value = row[i]
                if in_cell := _TOLD.fullmatch(value):
                    name, unit, value = in_cell[1], "", in_cell[2]
                rows.append((row[equipment], when, name, unit, value, *doing))
                kept.append(number)
            if not measured and any(map(filled, doing)):
                rows.append((row[equipment], when, "", "", "", *doing))
                kept.append(number)
        return Block("table", rows=tuple(rows), row_numbers=tuple(kept))
    return None


def metric_columns(
    header: Sequence[str], body: Sequence[Sequence[str]], given: Mapping[str, str] | None = None
) -> tuple[int, int, list[int]] | None:
    """Return the columns of equipment, time and metrics of a wide table, or None.

    One that says what machines are doing needs no metrics.
    """
    found = wide_columns(header, given)
    if found is None:
        return None
    metrics = [i for i, cell in enumerate(header) if cell.strip() and i not in found and _is_metric(cell)]
    columns = {i: [row[i] for row in body if i < len(row)] for i in metrics}
    measured = [i for i in metrics if mostly_numbers(columns[i]) or _mostly_told(columns[i])]
    written = [i for i in metrics if i not in measured and _mostly_written(columns[i])]
    if not body or len(written) >= _TEXTS:
        return None
    state = _first(header, "state", (given or {}).get("state"))
    told = state is not None and any(DOING.search(row[state]) for row in body if state < len(row))
    return (*found, measured) if measured or told else None


def _mostly_written(cells: Sequence[str]) -> bool:
    """Say whether half of the filled cells are texts that somebody wrote."""
    known = [cell for cell in cells if filled(cell)]
    return bool(known) and 2 * sum(len(cell) >= _WRITTEN and not is_number(cell) for cell in known) > len(known)


def _mostly_told(cells: Sequence[str]) -> bool:
    """Say whether four fifths of the filled cells name what they measure."""
    known = [cell for cell in cells if filled(cell)]
    return len(known) > 1 and sum(_TOLD.fullmatch(cell) is not None for cell in known) >= 0.8 * len(known)


def wide_columns(header: Sequence[str], given: Mapping[str, str] | None = None) -> tuple[int, int] | None:
    """Return the columns of equipment and time of a wide header, or None."""
    columns = [_first(header, field, (given or {}).get(field)) for field in ("equipment", "at")]
    return (columns[0], columns[1]) if columns[0] is not None and columns[1] is not None else None


def _first(header: Sequence[str], field: str, given: str | None) -> int | None:
    words = (whole(given),) if given else NAMES["status"][field]
    called = [(i, {plain(cell), whole(cell)}) for i, cell in enumerate(header) if cell.strip()]
    found = [(words.index(word), i) for i, names in called for word in names if word in words]
    return min(found)[1] if found else None  # a name that stands earlier in a field's list is the better one


def _is_metric(header: str) -> bool:
    names = NAMES["status"]
    return not {plain(header), whole(header)} & {word for field in ("ignored", *_WHOLE) for word in names[field]}


def metric_and_unit(header: str) -> tuple[str, str]:
    """Split "主轴温度(℃)" into name and unit."""
    match = re.fullmatch(r"\s*(.+?)\s*[(（\[]([^()（）\[\]]*)[)）\]]\s*", header)
    return (match[1], match[2].strip()) if match else (header.strip(), "")


def mostly_numbers(cells: Sequence[str]) -> bool:
    """Say whether four fifths of the filled cells are numbers."""
    known = [cell for cell in cells if filled(cell)]
    return bool(known) and sum(map(is_number, known)) >= 0.8 * len(known)
