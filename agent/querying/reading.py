"""Reading a question as a query: what is recognised is taken out, in the order from the sure to the general."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from agent.asking.periods import period_in, without_dates
from agent.querying.figures import figure_conditions
from agent.querying.grouping import GENERAL, grouping
from agent.querying.held import action_conditions, phrases, word_conditions
from agent.querying.joined import drop_described, held_by_machines, machine_conditions
from agent.querying.language import said, speech
from agent.querying.query import Condition, End, Figure, Order, Query
from agent.querying.remaining import EXTREME, Remaining
from agent.querying.rows import TABLES, Row, Table, rows_of
from agent.querying.running import keys, meets
from agent.querying.values import bin_conditions, numbered_conditions, value_conditions
from corpus import Corpus

_DATED: frozenset[Table] = frozenset({"cases", "alarms"})
_SHOWN = ("who", "when", "where", "why", "how")
_OF_STOCK = frozenset({"lead", "minimum", "maximum", "shortage", "worth"})  # figures that nothing else has
_SUMS = ("sum", "mean")
_LOW = Condition("shortage", "above", (0.0,), "")
_STATES: dict[str, tuple[Condition, ...]] = {
    "low": (_LOW,),
    "empty": (Condition("stock", "at_most", (0.0,), ""),),
    "stocked": (Condition("stock", "above", (0.0,), ""),),
}
_ENDS: tuple[tuple[str, End, str | None], ...] = (
    ("dearest", "most", "price"), ("cheapest", "least", "price"), ("longest", "most", "duration"),
    ("shortest", "least", "duration"), ("most", "most", None), ("least", "least", None),
)  # fmt: skip
_TOP = re.compile(
    r"\b(?:top|which) (\d{1,2}(?= \w+s\b)|two|three|five|ten)\b"
    r"|[前哪]\s*(\d{1,2}|[一二两三五十])\s*(?:名|个|位|台|种|条)",
    re.IGNORECASE,
)
_LATEST = re.compile(
    r"\b(?:last|latest|most recent|past) (\d{1,2}|two|three|five|ten)\b(?! (?:hour|day|week|month|year|minute))"
    r"|(?:最近|最后|近)的?\s*(\d{1,2}|[两三四五六七八十])\s*(?:次|回|单|条|张|起)",
    re.IGNORECASE,
)
_PIECE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9./_-]*[A-Za-z0-9])?")
_NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "十": 10,
             "two": 2, "three": 3, "five": 5, "ten": 10}  # fmt: skip


Readings = list[tuple[Query, list[Row]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is read: its words, the machines it is about, and the time that it speaks of."""

    text: str
    tags: tuple[str, ...]
    now: datetime
    zone: ZoneInfo


def readings(corpus: Corpus, asked: Asked) -> Readings:
    """Read a question as a query over each of the tables that hold anything; return them with the tables' rows."""
    machines = rows_of(corpus, "equipment")
    return [
        (read(corpus, asked, table, rows, machines), rows)
        for table in TABLES
        if (rows := machines if table == "equipment" else _rows(corpus, table, asked.tags))
    ]


def _rows(corpus: Corpus, table: Table, tags: Sequence[str]) -> list[Row]:
    """Return the rows of a table; of stock those that fit the machines in question."""
    rows = rows_of(corpus, table)
    if table != "parts" or not tags:
        return rows
    fitting = {part.id for tag in tags for part in corpus.parts_for(tag)}
    return [row for row in rows if row.id in fitting]


def best_query(read: Readings) -> tuple[Query, list[Row]] | None:
    """Return the query that all words of a question make, over the table of which it speaks most; None for none."""
    understood = [(query, rows) for query, rows in read if _understood(query)]
    return max(understood, key=lambda pair: pair[0].named, default=None)


def half_understood(read: Readings) -> Query | None:
    """Return the query that a question would be but for words that no row of the table holds; None for none."""
    asks = [query for query, _ in read if query.left and (query.spoken or (query.measure and query.figure in _SUMS))]
    counts = [
        query
        for query in asks
        if query.figure != "list"
        or query.group
        or (query.end and query.measure)
        or _LOW in query.conditions
        or (query.table == "parts" and (query.order or query.end or query.measure == "worth"))
        or (query.table == "alarms" and any(one.test == "is" for one in query.conditions))
    ]
    return max(counts, key=lambda query: (query.named, -len(query.left)), default=None)


def left_over(query: Query, text: str) -> tuple[str, ...]:
    """Return the words of a question that no row holds, a number whole: KS-2208-061 and not 061."""
    named = [piece for piece in _PIECE.findall(text) if any(map(str.isdigit, piece))]
    whole = (next((name for name in named if word.casefold() in name.casefold()), word) for word in query.left)
    return tuple(dict.fromkeys(whole))


def _understood(query: Query) -> bool:
    if query.end and not (query.measure or query.group):
        return False  # the most of what?
    if query.table == "alarms" and {"why", "how"} & {*query.shown}:
        return False  # an alarm log tells neither causes nor what was done
    if not query.spoken and not query.conditions and query.table == "parts":
        return False  # "how much did the robot cost?" asks for no part
    counts = query.figure != "list" or query.measure or query.group or query.order or "when" in query.shown
    if query.table == "alarms" and not (counts or query.spoken):
        return False  # "at which temperature does W-03 come?"
    asked = (
        query.order,
        query.end,
        {*query.shown} - {"rows"},
        query.conditions,
        query.measure,
        query.group,
        query.table == "parts" and query.tags,
        query.table in _DATED and query.tags and "rows" in query.shown and query.spoken,
    )
    asks = query.figure != "list" or any(asked)
    return bool(query.named and asks and not query.left)


def read(corpus: Corpus, asked: Asked, table: Table, rows: Sequence[Row], machines: Sequence[Row] = ()) -> Query:
    """Read a question as a query over one table; what it says beyond that is left over."""
    speech_of = speech(table)
    period = period_in(asked.text, asked.now, asked.zone) if table in _DATED else None
    remaining = Remaining(without_dates(asked.text) if period else asked.text)
    most = _how_many(remaining, _TOP)
    latest = _how_many(remaining, _LATEST)
    conditions = [*numbered_conditions(remaining, rows), *value_conditions(corpus, remaining, rows, table)]
    conditions += bin_conditions(remaining, rows) if table == "parts" else []
    named = 2 * len(conditions)
    joins = table != "equipment"
    conditions += machine_conditions(corpus, remaining, machines, table) if joins else []
    states = [name for name in ("low", "empty", "stocked") if table == "parts" and remaining.take(said(name))]
    lists = said("list").search(remaining.text) and not said("count").search(remaining.text)
    numbered = any(one.column in ("part", "type") for one in conditions)  # "6204 is out of stock: what else fits?"
    if not numbered and (lists or states != ["stocked"]):  # "do we have any in stock?": none is an answer too
        conditions += [condition for name in states[:1] for condition in _STATES[name]]
    if table == "alarms" and remaining.take(said("standing")):
        conditions.append(Condition("standing", "is", ("yes",), ""))
    having = frozenset(name for row in rows for name in row.figures)
    compared = figure_conditions(remaining, table, having)
    conditions += compared
    if table == "cases" and any("kind" in row.names for row in rows):
        for name in ("preventive", "corrective"):
            if remaining.take(said(name)):
                conditions.append(Condition("kind", "is", (name,), name))
                named += 3
    if asked.tags:
        drop_described(corpus, remaining, [row for row in machines if row.tag in asked.tags])
    held = phrases(remaining, rows, table)
    measures = [name for name, pattern in speech_of.measures.items() if remaining.take(pattern)]
    end, implied = _end(remaining)
    order = _order(remaining, bool(latest))
    shown = tuple(name for name in _SHOWN if remaining.take(said(name)))
    end = end or ("most" if most else None)
    nouns = speech_of.noun.findall(remaining.text)  # "which type of failure": a group may be called by the noun
    group = grouping(remaining, table, rows, wanted=end is not None, bare=most > 0)
    group = group or ("person" if end and "who" in shown else None)
    if group is None and end and table in _DATED and len(asked.tags) > 1 and not measures:
        group = "machine"  # "which of the chillers … most?": the kind was taken for the machines' name
    if group is None and table in _DATED and len(asked.tags) > 1 and (more := _more(remaining)):
        group, end = "machine", more  # "which of the two was repaired more often?"
    absent = (group,) if group and not any(keys(row, group, asked.zone) for row in rows) else ()
    group = None if absent else group  # no row tells it
    named += 2 * (group is not None and group not in GENERAL)
    figure = _figure(remaining, table)
    remaining.take(speech_of.noun)
    named += 3 * len(nouns) + 2 * len(states) + (0 if table == "alarms" else len(measures) + len(compared))
    shown += ("rows",) if remaining.take(said("list")) else ()
    if table in _DATED:
        remaining.take(speech("equipment").noun)  # "all machines"
    actions, undone = action_conditions(remaining, rows) if table == "cases" else ([], ())
    remaining.take(said("columns"))
    remaining.take(said("light"))
    words, left = word_conditions(corpus, remaining, rows)
    joined, left = held_by_machines(corpus, machines, table, left) if joins else ([], left)
    conditions += joined
    left = (*left, *undone, *absent)
    held += words
    conditions += [*held, *(actions if held else ())]
    if table == "cases" and held:
        named += 2 * len(actions) + bool(order or {"who", "why", "how"} & {*shown})
    if not any(meets(row, conditions) for row in rows):
        left = (*left, *(one.said for one in conditions if one.test == "holds"))  # they belong together nowhere
    measure = _measure(measures, implied if implied in speech_of.measures else None)
    recorded = having | ({"duration"} if "downtime" in having else set())
    if measure and measure not in recorded:
        left = (*left, measure)  # no row tells it
    if order and table == "parts" and (dated := said(order).search(asked.text)):
        left = (*left, dated.group())  # stock has no dates: "which expires first?"
    return Query(
        table=table,
        conditions=tuple(conditions),
        tags=asked.tags,
        period=period,
        figure=figure,
        measure=measure,
        group=group,
        end=end,
        order=order,
        shown=shown,
        left=left,
        named=named and named + len(words),
        spoken=bool(nouns or states or _OF_STOCK & {*measures}),
        most=most or latest,
    )


def _measure(named: Sequence[str], implied: str | None) -> str | None:
    """Return the figure that is meant: of a longest time the one that is named, of a dearest thing its price."""
    if implied is None or (implied == "duration" and "downtime" in named):
        return named[0] if named else None
    return implied


def _order(remaining: Remaining, latest: bool) -> Order | None:
    if remaining.take(said("last")) or latest:
        return "last"
    return "first" if remaining.take(said("first")) else None


def _how_many(remaining: Remaining, pattern: re.Pattern[str]) -> int:
    """Take out how many rows are wanted; 0 where the question does not say."""
    match = pattern.search(remaining.text)
    if match is None:
        return 0
    number = (match[1] or match[2]).lower()
    remaining.cut(*match.span())
    return _NUMERALS.get(number) or int(number)


def _end(remaining: Remaining) -> tuple[End | None, str | None]:
    """Take out the extreme that is wanted, and the figure that the word for it implies."""
    for name, end, measure in _ENDS:
        if remaining.take(said(name), leaving="" if measure and not said("total").search(remaining.text) else EXTREME):
            return end, measure
    return None, None


def _more(remaining: Remaining) -> End | None:
    """Take out the comparison of a few machines by number or sum."""
    found: dict[str, End] = {"more": "most", "fewer": "least"}
    return next((end for name, end in found.items() if remaining.take(said(name))), None)


def _figure(remaining: Remaining, table: Table) -> Figure:
    found: list[Figure] = []
    if table == "parts" and remaining.take(said("kinds")):
        found.append("kinds")
    if remaining.take(said("mean")):
        found.append("mean")
    if remaining.take(said("total")):
        found.append("sum")
    if remaining.take(said("count")):
        found.append("count")
    return found[0] if found else "list"
