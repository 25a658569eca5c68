"""Tools over the fixes that people wrote down."""

from __future__ import annotations

from dataclasses import replace

from langchain_core.tools import BaseTool, tool

from agent.tools.data import fenced, visible, without_orders
from agent.tools.found import Found, case_source
from corpus import Corpus, RepairCase


def case_tools(corpus: Corpus) -> list[BaseTool]:
    """Make the tool that finds past fixes."""
    zone = corpus.settings.zone

    @tool(response_format="content_and_artifact")
    def find_past_fixes(query: str = "", equipment: str | None = None, code: str | None = None) -> tuple[str, Found]:
        """Find past repairs: symptom, cause, action, who and when; by work order, machine, fault code and words."""
        model = corpus.equipment(equipment).model if equipment else None
        named = corpus.cases_of_orders(query)
        found = named or corpus.find_cases(query, equipment=equipment, model=model, code=code, limit=3)
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
