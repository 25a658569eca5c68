"""By what the rows of a query are grouped: what every table has, or a column that only the file has."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.querying.language import said, speech
from agent.querying.remaining import EXTREME, Remaining
from agent.querying.rows import NUMBERED, Row, Table
from agent.querying.values import label

GENERAL = frozenset({"machine", "person", "place", "month", "year"})
"""Groups of which the question may speak whatever table it is of."""

_EXTREME_BEFORE = re.compile(rf"{EXTREME}\s*$")  # "the most common failure mode"
_WHICH_BEHIND = re.compile(
    r"(?:里面?|之?中|当中)(?:是)?(?:哪|什么)(?:一)?(?:种|个|类|台|位|条|家)?"
)  # 故障类型里哪种最多
_INTERNAL = frozenset(
    "part type maker bin warehouse fits order person mode code component kind severity message model place serial flag"
    " symptom cause".split()
)


def grouping(remaining: Remaining, table: Table, rows: Sequence[Row], *, wanted: bool, bare: bool) -> str | None:
    """Take out by what rows are grouped: "which machine … most", "per month"; `bare` as in "top 3 machines"."""
    called = {header: re.compile(label(header, table), re.IGNORECASE) for header in _headers(rows)}
    for name, pattern in {**speech(table).groups, **called}.items():
        for match in pattern.finditer(remaining.text):
            before = remaining.text[: match.start()]
            if each := said("each").search(before):
                remaining.cut(each.start(), match.end())
                return name
            if wanted and (asked := _WHICH_BEHIND.match(remaining.text[match.end() :])):
                remaining.cut(match.start(), match.end() + asked.end())
                return name
            which = said("which").search(before) or _EXTREME_BEFORE.search(before)
            if wanted and (which or bare):
                remaining.cut(which.start() if which else match.start(), match.end())
                return name
    return None


def _headers(rows: Sequence[Row]) -> list[str]:
    """Return the columns that only the file has and that sort its rows: a shift, a team, a class."""
    values: dict[str, set[str]] = {}
    for row in rows:
        for name in row.names.keys() - _INTERNAL:
            values.setdefault(name, set()).update(row.names[name])
    return [name for name, held in values.items() if not name.startswith(NUMBERED) and 1 < len(held) <= len(rows) / 2]
