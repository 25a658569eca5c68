"""Tools over the documents: manuals, repair guides, bulletins."""

from __future__ import annotations

import time

from langchain_core.tools import BaseTool, tool

from agent.tools.found import Found, passage_source
from corpus import Corpus


def manual_tools(corpus: Corpus) -> list[BaseTool]:
    """Make the tools that search documents."""

    @tool(response_format="content_and_artifact")
    def search_manuals(query: str, equipment: str | None = None) -> tuple[str, Found]:
        """Search manuals, repair guides and bulletins. `equipment` is an asset tag such as CNC-03."""
        began = time.perf_counter()
        evidence = corpus.search(query, equipment=equipment, k=8)
        took = (time.perf_counter() - began) * 1000
        sources = tuple(passage_source(passage) for passage in evidence.passages)
        return _listed(sources), Found(evidence=evidence, sources=sources, milliseconds=took)

    @tool(response_format="content_and_artifact")
    def explain_fault_code(code: str, equipment: str | None = None) -> tuple[str, Found]:
        """Look a fault code up exactly, such as E-407; `equipment` is the asset tag of the machine that shows it."""
        began = time.perf_counter()
        evidence = corpus.search(code, equipment=equipment, k=4, methods=("identifier", "lexical"))
        took = (time.perf_counter() - began) * 1000
        sources = tuple(passage_source(p) for p in evidence.passages if "identifier" in p.why)
        return _listed(sources), Found(evidence=evidence, sources=sources, milliseconds=took)

    return [search_manuals, explain_fault_code]


def _listed(sources: tuple[object, ...]) -> str:
    from agent.tools.found import Source

    lines = []
    for source in sources:
        if isinstance(source, Source):
            where = f"{source.place.source} p.{source.place.page}" if source.place.page else source.place.source
            lines.append(f"[{source.id}] ({where}; {source.place.section or ''})\n<document>{source.text}</document>")
    return "\n\n".join(lines) or "Nothing was found."
