"""Tools over the spare-part inventory."""

from __future__ import annotations

import re
from collections.abc import Sequence

from langchain_core.tools import BaseTool, tool

from agent.asking.columns import asked_of, parts_listed
from agent.querying.unknown import in_other_language, unknown_part
from agent.tools.data import fenced
from agent.tools.found import Found, fact, part_source, passage_source, stock_fact
from corpus import (
    Corpus,
    Part,
    Place,
    RecordRef,
    content_words,
    detect_language,
    extract_identifiers,
    index_tokens,
    normal_identifier,
)

_SEARCHED = 20
_LINES = 12  # stock lines of one call
_TOLD = 10  # lines of a list that stand in the answer; all of them stand beside it


def part_tools(corpus: Corpus) -> list[BaseTool]:
    """Make the tools that read stock."""
    zone = corpus.settings.zone

    def found(parts: Sequence[Part], query: str, head: str | None = None) -> tuple[str, Found]:
        """Return stock lines with the columns that the question asks for; those that are told, of a list, first."""
        rows = asked_of(corpus, "parts", [part.id for part in parts[:_LINES]], query)
        sources = [part_source(part, zone) for part in parts]
        sources += [passage_source(row.passage) for row in rows.values()]
        facts = [fact("s", head, _place(parts))] if head else []
        lines = [f"[{source.id}] {fenced(source.text)}" for source in (*facts, *sources)]
        of = {f"s{i}": row for i, row in rows.items()}
        zh = detect_language(query or head or "") == "zh"
        totals = {
            one.part_number: stock_fact(one, zh, zone)
            for one in corpus.stocks_of(parts)
            if len(one.lines) > 1 and one.on_hand is not None
        }
        every = (*facts, *totals.values(), *sources)
        told = Found(parts=tuple(parts), sources=every, facts=tuple(facts), rows=of, totals=totals)
        return "\n".join(lines) or "No such part.", told

    @tool(response_format="content_and_artifact")
    def find_parts(query: str, equipment: str | None = None) -> tuple[str, Found]:
        """Find spare parts by number or name, with stock, bin, minimum and date. `equipment` is an asset tag."""
        unknown = not corpus.parts_exactly(query) and unknown_part(corpus, query)
        # Words of the other language find a part by what they mean, so that it may be there all the same.
        sought = not unknown or in_other_language(corpus, query)
        parts = corpus.find_parts(query, equipment=equipment, limit=_LINES) if sought else []
        return found(parts or ([] if unknown else _near(corpus, query, equipment)), query)

    @tool(response_format="content_and_artifact")
    def list_parts(query: str, equipment: str | None = None) -> tuple[str, Found]:
        """List the spare parts that fit a machine (`equipment`), or of a brand, supplier or store in `query`."""
        parts = parts_listed(corpus, query, corpus.equipment(equipment) if equipment else None)
        if not parts:
            return "No such part.", Found()
        zh = detect_language(query) == "zh"
        count = _count(parts)
        of = f"{equipment} 的" if zh and equipment else f" for {equipment}" if equipment else ""
        text = f"{of}备件共 {count} 种{_rest(count, zh)}。" if zh else f"{count} parts{of}{_rest(count, zh)}."
        return found(parts, query, text)

    @tool(response_format="content_and_artifact")
    def parts_below_minimum(equipment: str | None = None, query: str = "") -> tuple[str, Found]:
        """List the parts whose stock is below the minimum (reorder point), worst first; of a machine or of all."""
        parts = corpus.parts_below_minimum(equipment=equipment)
        zh = detect_language(query) == "zh"
        count = _count(parts)
        place = equipment or ("全厂" if zh else "All stores")
        if zh:
            text = f"{place}：低于最小库存的备件共 {count} 种{_rest(count, zh)}。"
        else:
            text = f"{place}: {count} parts are below their minimum{_rest(count, zh)}."
        if parts or any(part.minimum is not None for part in corpus.all_parts()):
            return found(parts, "", text)
        return "No minimum is recorded.", Found()

    @tool(response_format="content_and_artifact")
    def parts_needed(query: str, equipment: str | None = None, procedure: str = "") -> tuple[str, Found]:
        """Say which of the parts that a repair names are in stock, and whether all are; `query` has their numbers.

        `procedure` is the title of the section that names them.
        """
        del equipment  # a number says enough
        stocks = corpus.parts_needed([query])
        if not stocks:
            return "No such part.", Found()
        zh = detect_language(query) == "zh"
        short = [stock.part_number for stock in stocks if not (stock.on_hand or 0) > 0]
        names = ("、" if zh else ", ").join(short)
        there = len(stocks) - len(short)
        if zh:
            rest = f"缺 {len(short)} 种（{names}）" if short else "都有库存"
            of = f"“{procedure}”" if procedure else "这次维修"
            text = f"{of}涉及的备件共 {len(stocks)} 种：{f'{there} 种有库存，' if short else ''}{rest}。"
        else:
            rest = f"out of stock: {names}" if short else "all are in stock"
            of = f"“{procedure}”" if procedure else "The repair"
            text = f"{of} names {len(stocks)} parts: {f'{there} in stock, ' if short else ''}{rest}."
        return found([line for stock in stocks for line in stock.lines], "", text)

    return [find_parts, list_parts, parts_below_minimum, parts_needed]


def _count(parts: Sequence[Part]) -> int:
    return len({normal_identifier(part.part_number) for part in parts})


def _rest(count: int, zh: bool) -> str:
    """Say where the lines of a long list stand that are not told."""
    if count <= _TOLD:
        return ""
    return "，全部见备件表" if zh else ", all of them in the table of parts"


def _place(parts: Sequence[Part]) -> Place:
    sources = {part.source for part in parts}
    day = max((part.as_of for part in parts if part.as_of), default=None)
    ids = tuple(part.id for part in parts if part.id is not None)
    return Place(sources.pop() if len(sources) == 1 else None, record=RecordRef("parts", ids, day))


def _near(corpus: Corpus, query: str, equipment: str | None) -> list[Part]:
    """Return the parts of the stock row that a search puts first: not every word of a question names a part.

    A word of their name has to be said, be it in the other language.
    """
    if re.search(r"\d{5}", query) or any(one.kind in ("part", "code") for one in extract_identifiers(query)):
        return []  # a number that is not in stock has no neighbour that would do
    terms = corpus.terms_in(query)
    meant = {token for term in terms for way in (term.own, *term.alike, *term.other) for token in way}
    meant |= {*content_words(query)}
    for row in corpus.search(query, equipment=equipment, k=_SEARCHED).passages:
        if row.place.record and row.place.record.table == "parts":
            ids = row.place.record.ids
            lines = [part for part in corpus.all_parts() if part.id in ids]
            if meant & {*index_tokens(" ".join(filter(None, (p for one in lines for p in (one.name, one.name_en)))))}:
                return lines
    return []
