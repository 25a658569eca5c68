"""Tools over the spare-part inventory."""

from __future__ import annotations

import re

from langchain_core.tools import BaseTool, tool

from agent.tools.data import fenced
from agent.tools.found import Found, part_source
from corpus import Corpus, Part, extract_identifiers

_SEARCHED = 20
_LISTED = 12  # stock lines of one call


def part_tools(corpus: Corpus) -> list[BaseTool]:
    """Make the tools that read stock."""
    zone = corpus.settings.zone

    @tool(response_format="content_and_artifact")
    def find_parts(query: str, equipment: str | None = None) -> tuple[str, Found]:
        """Find spare parts by number or name, with stock, bin, minimum and date. `equipment` is an asset tag."""
        model = corpus.equipment(equipment).model if equipment else None
        parts = tuple(corpus.find_parts(query, model=model, limit=_LISTED) or _near(corpus, query, equipment))
        sources = tuple(part_source(part, zone) for part in parts)
        lines = [f"[{source.id}] {fenced(source.text)}" for source in sources]
        return "\n".join(lines) or "No such part.", Found(parts=parts, sources=sources)

    @tool(response_format="content_and_artifact")
    def parts_below_minimum(equipment: str | None = None) -> tuple[str, Found]:
        """List the parts whose stock is below the minimum (reorder point), worst first."""
        model = corpus.equipment(equipment).model if equipment else None
        parts = tuple(corpus.parts_below_minimum(model=model)[:15])
        sources = tuple(part_source(part, zone) for part in parts)
        lines = [f"[{source.id}] {fenced(source.text)}" for source in sources]
        return "\n".join(lines) or "No part is below its minimum.", Found(parts=parts, sources=sources)

    return [find_parts, parts_below_minimum]


def _near(corpus: Corpus, query: str, equipment: str | None) -> list[Part]:
    """Return the parts of the stock row that a search puts first: not every word of a question names a part."""
    if re.search(r"\d{5}", query) or any(one.kind in ("part", "code") for one in extract_identifiers(query)):
        return []  # a number that is not in stock has no neighbour that would do
    rows = corpus.search(query, equipment=equipment, k=_SEARCHED).passages
    row = next((row for row in rows if row.place.record and row.place.record.table == "parts"), None)
    if row is None or row.place.record is None:
        return []
    return [part for part in corpus.all_parts() if part.id in row.place.record.ids]
