"""Whether a question asks of the records what one query answers."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from agent.asking.measures import measures_asked
from agent.asking.past import of_the_past, planned, supposed
from agent.asking.periods import period_in
from agent.asking.understanding import OF_RECORDS, Intent, Understanding
from agent.querying.language import said
from agent.querying.query import Query
from agent.querying.reading import Asked, Readings, best_query, half_understood, left_over, readings
from agent.querying.rows import Table
from agent.words import words
from corpus import CaseFilter, Corpus, Equipment

INTENTS: dict[Table, Intent] = {"parts": "stock", "cases": "history", "alarms": "status", "equipment": "overview"}


def query_in(
    corpus: Corpus, text: str, asked: Understanding, machines: tuple[Equipment, ...]
) -> tuple[Query | None, tuple[str, ...]]:
    """Return the query that a question is, or the words for which it cannot be answered as one.

    It is none where it asks of documents, or of one record that it names.
    """
    if _of_one(text) or planned(text):
        return None, ()
    now, zone = datetime.now(UTC), corpus.settings.zone
    read = readings(corpus, Asked(text, tuple(machine.tag for machine in machines), now, zone))
    query = _understood(read, text, asked, now, zone)
    if query and not _kept(corpus, query.table):
        return None, ()  # a count over no records at all tells nothing
    return query, () if query else _not_understood(read, text, asked, now, zone)


def _kept(corpus: Corpus, table: Table) -> bool:
    """Say whether the plant keeps such records."""
    match table:
        case "parts":
            return bool(corpus.all_parts())
        case "equipment":
            return bool(corpus.all_equipment())
        case "alarms":
            return bool(corpus.alarm_codes())
        case "cases":
            return bool(corpus.case_figures(CaseFilter()).count)


def _understood(read: Readings, text: str, asked: Understanding, now: datetime, zone: ZoneInfo) -> Query | None:
    best = best_query(read)
    if best is None:
        return None
    query = best[0]
    told = query.measure or query.end or query.group or (query.spoken and query.figure != "list")
    if asked.wants & {"steps", "definition"} and not told and not of_the_past(text):
        return None
    compares = any(one.test in ("above", "below", "at_least", "at_most") for one in query.conditions)
    counted = query.spoken and (query.figure in ("sum", "mean", "count") or query.measure == "price" or compares)
    counted = counted and not words().recorded["permitted"].search(text)
    past = of_the_past(text) or query.order or query.end or query.group or period_in(text, now, zone) is not None
    figure = query.figure == "count" and not query.measure and not asked.intents & OF_RECORDS
    if figure and not past and measures_asked(text):
        return None  # "how much is the nozzle tightened?" asks for a torque
    if query.table == "cases" and (supposed(text) or not (past or counted)):
        return None  # how long it takes and how often it is done are figures of a page
    return query


def _not_understood(read: Readings, text: str, asked: Understanding, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """Return the words for which a question over records cannot be answered: no count may leave a condition out."""
    if asked.wants & {"steps", "definition"} or asked.intents & {"procedure"}:
        return ()
    query = half_understood(read)
    if query is None or any(one.column in ("part", "type", "order") for one in query.conditions):
        return ()  # what a question names by its number needs no other words
    if query.table == "cases" and not (of_the_past(text) or period_in(text, now, zone)):
        return ()
    return left_over(query, text)


def _of_one(text: str) -> bool:
    """Say whether a text asks for figures that have a tool of their own, or where a part is used."""
    return bool(said("special").search(text) or words().recorded["where_used"].search(text))
