"""The tool that answers a question over many records as one query: conditions, a figure, a group, an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from langchain_core.tools import BaseTool, tool

from agent.asking.columns import asked_of
from agent.asking.figures import Aspect, aspects
from agent.querying.query import Result
from agent.querying.reading import Asked, best_query, half_understood, left_over, readings
from agent.querying.rows import Row
from agent.querying.running import run
from agent.tools.data import fenced
from agent.tools.found import (
    Found,
    alarm_source,
    case_source,
    equipment_source,
    fact,
    part_source,
    passage_source,
    stock_fact,
)
from agent.tools.results import about, result_texts, unheard_text
from agent.tools.telling import alarm_texts, case_texts, kept
from corpus import CaseFilter, Corpus, Place, RecordRef, detect_language

_TOLD = 12  # rows that a question for rows is answered with
_BESIDE = 4  # rows behind a figure


def query_tools(corpus: Corpus) -> list[BaseTool]:
    """Make the tool that queries records."""
    zone = corpus.settings.zone

    @tool(response_format="content_and_artifact")
    def query_records(query: str, machines: list[str] | None = None) -> tuple[str, Found]:
        """Count, sum, rank or list records: stock, work orders, alarms, machines.

        `query` is the question in the reader's words, with every condition (a brand, a person, a period, "longer than
        5 hours"); `machines` are the asset tags that it is about.
        """
        asked = Asked(query, tuple(machines or ()), datetime.now(UTC), zone)
        read = readings(corpus, asked)
        best = best_query(read)
        if best is None:
            half = half_understood(read)
            said = (unheard_text(left_over(half, query), detect_language(query) == "zh"),) if half else ()
            return " ".join(said) or "The question is not understood as one over records.", Found(absent=said)
        result = run(*best, zone)
        found = _found(corpus, result, query, detect_language(query) == "zh", zone)
        return "\n".join(f"[{one.id}] {fenced(one.text)}" for one in found.sources), found

    return [query_records]


@dataclass(frozen=True, slots=True)
class _Told:
    """What an answer is made of: a result, the rows told with it, sentences on it and what of it is asked beyond."""

    corpus: Corpus
    result: Result
    rows: Sequence[Row]
    aspects: Sequence[Aspect]
    texts: Sequence[str]
    who: str
    zh: bool
    zone: ZoneInfo
    place: Place


def _found(corpus: Corpus, result: Result, text: str, zh: bool, zone: ZoneInfo) -> Found:
    """Return the facts of a result in words, and the rows that are told with them."""
    query = result.query
    asks_rows = query.figure == "list" and not query.group and not query.measure
    rows = (
        list(result.first) or list(result.rows)[: None if query.table == "parts" else _TOLD if asks_rows else _BESIDE]
    )
    if query.table == "cases" and not result.first:
        newest = sorted(result.rows, key=lambda row: (row.at is not None, row.at), reverse=True)
        rows = newest[: _TOLD if asks_rows else _BESIDE]
    who = about(corpus, query, zh)
    texts = result_texts(result, who, zh, zone)
    place = _place(query.table, result.rows)
    if query.table in ("cases", "alarms"):
        told = _Told(corpus, result, rows, aspects(text), texts, who, zh, zone, place)
        return _cases(told) if query.table == "cases" else _alarms(told)
    facts = tuple(fact("s" if query.table == "parts" else "e", one, place) for one in texts)
    if query.table == "equipment":
        sources = tuple(equipment_source(row.record, None) for row in rows)
        return Found(machines=tuple(row.record for row in rows), facts=facts, sources=(*facts, *sources))
    parts = tuple(row.record for row in rows)
    asked = asked_of(corpus, "parts", [part.id for part in parts[:_TOLD]], text)
    totals = [one for one in corpus.stocks_of(parts[:_TOLD]) if len(one.lines) > 1 and one.on_hand is not None]
    facts += tuple(stock_fact(one, zh, zone) for one in totals)
    sources = (*(part_source(part, zone) for part in parts), *(passage_source(row.passage) for row in asked.values()))
    return Found(parts=parts, facts=facts, rows={f"s{i}": row for i, row in asked.items()}, sources=(*facts, *sources))


def _cases(told: _Told) -> Found:
    result = told.result
    if not result.rows and result.query.order:  # of a last time that never was
        return Found(absent=(f"{told.who}：没有记录。" if told.zh else f"{told.who}: nothing is recorded.",))
    figures = told.corpus.case_figures(CaseFilter(ids=frozenset(row.id for row in result.rows)))
    latest = max((row for row in result.rows if row.at), key=lambda row: row.at, default=None)  # type: ignore[arg-type, return-value]
    asked = tuple(one for one in told.aspects if one not in _TOLD_OTHERWISE)
    said = case_texts(figures, latest.record if latest else None, told.who, {}, told.zh, told.zone, asked)
    order = ("count",) if result.query.figure in ("count", "list") else ()
    more = kept(said, (*order, *asked), ("count", "last", "findings"))
    texts = [*told.texts, *(one for one in more if one not in told.texts)]
    every = (*texts, *(one for one in said.values() if one not in texts))
    facts = tuple(fact("c", one, told.place) for one in texts[:_FACTS])
    cases = tuple(row.record for row in told.rows)
    sources = (*(fact("c", one, told.place) for one in every), *(case_source(case, told.zone) for case in cases))
    return Found(cases=cases, facts=facts, sources=sources)


def _alarms(told: _Told) -> Found:
    result = told.result
    figures = told.corpus.alarm_figures(ids=frozenset(row.id for row in result.rows))
    said = alarm_texts(figures, told.who, told.aspects, told.zh, told.zone)
    listed = result.query.figure == "list" and not result.query.group and not result.query.measure
    texts = [*told.texts, *(said if not listed else said[:1])]
    facts = tuple(fact("a", one, told.place) for one in dict.fromkeys(texts))
    alarms = tuple(row.record for row in told.rows) if listed else ()
    return Found(alarms=alarms, facts=facts, sources=(*facts, *(alarm_source(one, told.zone) for one in alarms)))


_FACTS = 5  # sentences of an answer
_TOLD_OTHERWISE = frozenset({"downtime", "longest", "duration", "mean", "highest", "lowest", "machine", "mode", "code"})


def _place(table: str, rows: Sequence[Row]) -> Place:
    sources = {source for row in rows if (source := getattr(row.record, "source", None))}
    as_of = max((day for row in rows if (day := getattr(row.record, "as_of", None) or row.at)), default=None)
    ids = tuple(row.id for row in rows)
    return Place(sources.pop() if len(sources) == 1 else None, record=RecordRef(table, ids, as_of))
