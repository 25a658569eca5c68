"""Tools over the documents: manuals, repair guides, bulletins."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from langchain_core.tools import BaseTool, tool

from agent.models.choosing import candidates, documents_of, section_of
from agent.tools.data import data, fenced
from agent.tools.found import Found, Source, passage_source
from corpus import Corpus, Evidence, Passage, content_words, weighed

_SEARCHED = 30  # rows of tables, which have tools of their own, may stand before the pages
_BEST = 10  # passages found first, whose sections are read whole
_SECTIONS, _WHOLE = 7, 14  # such sections, and how many passages one has at most
_SHARE = 0.6  # what a passage that was not found is worth, of the one beside it that was
_BESIDE = 3  # words beside a code that ask for more than what it means
_LISTED = 10  # passages that a language model is given to read


def manual_tools(corpus: Corpus) -> list[BaseTool]:
    """Make the tools that search documents."""

    @tool(response_format="content_and_artifact")
    def search_manuals(query: str, equipment: str | None = None) -> tuple[str, Found]:
        """Search manuals, repair guides and bulletins. `equipment` is an asset tag such as CNC-03."""
        began = time.perf_counter()
        evidence = corpus.search(query, equipment=equipment, k=_SEARCHED)
        took = (time.perf_counter() - began) * 1000
        beside = _beside(corpus, evidence.passages)
        pages = documents_of([*evidence.passages, *beside])
        told = corpus.answering(query, pages, read=not _is_a_code(query, evidence))
        evidence = replace(evidence, confidence=weighed(evidence.confidence, told.odds))
        sources = tuple(passage_source(passage) for passage in [*evidence.passages, *beside])
        return _listed(_read_first(sources)), Found(
            evidence=evidence,
            sources=sources,
            milliseconds=took,
            beside=beside,
            answering=told.scores,
            terms=tuple(corpus.terms_in(query)),
            translated=tuple(corpus.translated(query)),
        )

    @tool(response_format="content_and_artifact")
    def explain_fault_code(code: str, equipment: str | None = None) -> tuple[str, Found]:
        """Look a fault code up exactly, such as E-407; `equipment` is the asset tag of the machine that shows it."""
        began = time.perf_counter()
        evidence = corpus.search(code, equipment=equipment, k=4, methods=("identifier", "lexical"))
        took = (time.perf_counter() - began) * 1000
        sources = tuple(passage_source(p) for p in evidence.passages if "identifier" in p.why)
        return _listed(sources), Found(evidence=evidence, sources=sources, milliseconds=took)

    return [search_manuals, explain_fault_code]


def _is_a_code(query: str, evidence: Evidence) -> bool:
    """Say whether a query is a known code and little else: its entry answers, whatever a reader makes of it."""
    codes = [i for i in evidence.identifiers if i.kind == "code" and i not in evidence.unknown]
    return bool(codes) and len(content_words(query)) - len(codes) < _BESIDE


def _read_first(sources: Sequence[Source]) -> list[Source]:
    """Return what is worth a language model's reading: pages first, the best of them."""
    pages = {p.id for p in documents_of([source.passage for source in sources if source.passage])}
    ordered = sorted(sources, key=lambda source: source.passage is None or source.passage.id not in pages)
    return ordered[:_LISTED]


def _beside(corpus: Corpus, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return the rest of the best passages' sections, or pages: what answers may stand beside what was found."""
    found = {passage.id for passage in passages}
    sections: dict[tuple[object, ...], Passage] = {}
    for passage in {p.id: p for p in [*candidates(passages), *documents_of(passages)[:_BEST]]}.values():
        if passage.applies != "other":
            sections.setdefault(section_of(passage), passage)
    others = []
    for passage in list(sections.values())[:_SECTIONS]:
        whole = corpus.section_passages(passage)
        if len(whole) <= _WHOLE:
            others += [replace(p, applies=passage.applies, score=_SHARE * passage.score) for p in whole]
    return tuple({other.id: other for other in others if other.id not in found}.values())


def _listed(sources: Sequence[Source]) -> str:
    lines = []
    for source in sources:
        where = f"{source.place.source} p.{source.place.page}" if source.place.page else source.place.source
        lines.append(f"[{source.id}] ({data(str(where))}; {data(source.place.section or '')})\n{fenced(source.text)}")
    return "\n\n".join(lines) or "Nothing was found."
