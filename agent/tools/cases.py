"""Tools over the fixes that people wrote down."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from langchain_core.tools import BaseTool, tool

from agent.asking.periods import Period, period_in, without_dates
from agent.tools.data import fenced, visible, without_orders
from agent.tools.found import Found, case_source
from corpus import CaseFilter, Corpus, RepairCase

_TOLD = 3  # fixes of one call
_SOUGHT = 100  # among which those of a time are sought


def case_tools(corpus: Corpus) -> list[BaseTool]:
    """Make the tool that finds past fixes."""
    zone = corpus.settings.zone

    def _within(when: Period, query: str, equipment: str | None, code: str | None) -> list[RepairCase]:
        """Return the fixes of a time that fit the words best; where it has few, all: words differ, the day does not."""
        every = corpus.cases_matching(CaseFilter(equipment=equipment, code=code, since=when.since, until=when.until))
        then = {case.id for case in every}
        said = without_dates(query)
        fitting = corpus.find_cases(said, equipment=equipment, code=code, limit=_SOUGHT) if said.strip() else []
        best = [case for case in fitting if case.id in then][:_TOLD]
        return best or (every if len(every) <= _TOLD else [])

    @tool(response_format="content_and_artifact")
    def find_past_fixes(query: str = "", equipment: str | None = None, code: str | None = None) -> tuple[str, Found]:
        """Find past repairs: symptom, cause, action, who and when; by work order, machine, fault code and words."""
        model = corpus.equipment(equipment).model if equipment else None
        when = period_in(query, datetime.now(UTC), zone)
        named = corpus.cases_of_orders(query)
        if named or when is None or when.since is None:
            found = named or corpus.find_cases(query, equipment=equipment, model=model, code=code, limit=_TOLD)
        else:
            found = _within(when, query, equipment, code)
        cases = tuple(map(_told, found))
        sources = tuple(case_source(case, zone) for case in cases)
        lines = [f"[{source.id}] {fenced(source.text)}" for source in sources]
        return "\n".join(lines) or "No such fix is recorded.", Found(cases=cases, sources=sources)

    return [find_past_fixes]


def _told(case: RepairCase) -> RepairCase:
    """Return a fix without sentences that speak to the assistant."""
    return replace(case, symptom=_safe(case.symptom) or "", cause=_safe(case.cause), action=_safe(case.action))


def _safe(text: str | None) -> str | None:
    return without_orders(visible(text)) if text else text
