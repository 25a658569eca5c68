"""Tying a draft to its places: every figure, code, part number and quoted name of a statement must stand there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.answer import Citation
from agent.asking.question import Question
from agent.checking.quantities import folded, quantities, supported
from agent.models.units import Unit, cut
from agent.tools.data import without_orders
from agent.tools.found import Found, Source
from corpus import (
    Corpus,
    Passage,
    contains_quote,
    content_words,
    detect_language,
    extract_identifiers,
    index_tokens,
    normal_identifier,
)

_IDS = re.compile(r"[ \t]*\[((?:[psracem]\d+(?:\s*[,;，、]\s*)?)+)\]")
_ANY_IDS = re.compile(
    r"[ \t]*\[(?:[a-z]{1,8}[-_ ]?\d+|\d+)(?:\s*[,;，、]\s*(?:[a-z]{0,8}\d+))*\]|【[^】]{0,20}】", re.IGNORECASE
)
_END = re.compile(
    r"(?<=[。！？])|(?<=[.!?])(?<!\bNo\.)(?<!\bapprox\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\d\.)(?=\s+[A-Z\"“(\u4e00-\u9fff])"
)
_QUOTED = re.compile(r"[“\"「『]([^”\"」』]{2,60})[”\"」』]")
_ITEM = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.)、）])\s+")
_QUOTE = 600
_TIED, _TIED_ACROSS = 0.3, 0.815  # share of words, or cosine, by which a statement is about its source


@dataclass(frozen=True, slots=True)
class Checked:
    """What passed: lines with citation numbers, the citations; and what was taken out, with what carries it not.

    `spoilt` says that so much was taken out that the rest is no answer.
    """

    lines: tuple[tuple[str, tuple[int, ...]], ...]
    citations: tuple[Citation, ...]
    removed: tuple[tuple[str, str], ...] = ()
    spoilt: bool = False


def check(draft: str, found: Found, corpus: Corpus, question: Question, *, verbatim: bool) -> Checked:
    """Tie each statement of a draft to its places; what cannot be tied is left out.

    A `verbatim` draft is blocks of quotations, each tied as a whole; any other is checked sentence by sentence.
    """
    sources = {source.id: source for source in found.sources}
    checker = _Checker(corpus, question)
    lines: list[tuple[str, tuple[int, ...]]] = []
    numbers: dict[str, int] = {}
    citations: list[Citation] = []
    removed: list[tuple[str, str]] = []
    first_removed = False
    for block in filter(None, (block.strip() for block in draft.split("\n\n"))):
        if block.startswith("**") and block.endswith("**") and not _IDS.search(block) and not quantities(block):
            lines.append((block, ()))
            continue
        for text, ids in [_whole(block)] if verbatim else _statements(block):
            cited = [sources[i] for i in dict.fromkeys(ids) if i in sources]
            wrong = "no citation" if not cited else checker.wrong(text, cited, verbatim=verbatim)
            if wrong:
                first_removed = first_removed or not citations
                removed.append((text, wrong))
                continue
            for source in cited:
                if source.id not in numbers:
                    numbers[source.id] = len(numbers) + 1
                    citations.append(checker.citation(numbers[source.id], text, source))
            lines.append((text, tuple(numbers[source.id] for source in cited)))
    weighty = [text for text, _ in removed if len(text) > 3]
    spoilt = bool(weighty) and not verbatim and (first_removed or len(weighty) > len(citations))
    return Checked(_without_empty_headings(lines), tuple(citations), tuple(removed), spoilt)


def _whole(block: str) -> tuple[str, list[str]]:
    ids = [i for group in _IDS.findall(block) for i in re.findall(r"[psracem]\d+", group)]
    return _IDS.sub("", block).strip(), ids


def _statements(block: str) -> list[tuple[str, list[str]]]:
    """Cut a block into sentences; each is tied by the ids that follow it, next to it or after further sentences."""
    statements: list[tuple[str, list[str]]] = []
    for line in filter(str.strip, block.split("\n")):
        # "… [p1]." and "…. [p1]" are one form.
        line = re.sub(r"((?:\s*\[[a-z]+\d+[^\]]*\])+)\s*([.。!！?？;；])", r"\2\1", line, flags=re.IGNORECASE)
        at = 0
        groups = list(_IDS.finditer(line))
        merged: list[tuple[str, list[str]]] = []
        for match in groups:
            text = line[at : match.start()]
            ids = re.findall(r"[psracem]\d+", match.group(1))
            if not text.strip(" .;,，。；") and merged:
                merged[-1][1].extend(ids)
            else:
                merged.append((text, ids))
            at = match.end()
        merged.append((line[at:], []))
        for text, ids in merged:
            for piece in _END.split(_ANY_IDS.sub("", text)):
                if piece.strip(" .;,，。；-*•|"):
                    statements.append((piece.strip(), ids))
    return statements


class _Checker:
    def __init__(self, corpus: Corpus, question: Question) -> None:
        self._corpus = corpus
        self._question = question
        machine = question.machine
        self._model = normal_identifier(machine.model) if machine and machine.model else None
        spoken = [machine.tag, machine.model or ""] if machine else []
        # What the reader said is no claim of the model's.
        self._spoken = {normal_identifier(name) for name in spoken if name}

    def wrong(self, text: str, cited: Sequence[Source], *, verbatim: bool) -> str | None:
        """Return what of a statement stands in none of its places, or None where all of it does."""
        if verbatim and any(source.passage and contains_quote(source.passage.text, text) for source in cited):
            return None
        figures = quantities(text) or extract_identifiers(text)
        said = _ITEM.sub("", text)
        own = any(contains_quote(source.text, said) for source in cited)  # "What was found was not recorded."
        if all(source.passage is None for source in cited) and not figures and not own:
            return "a row of the database says nothing of this"
        bearing = [source for source in cited if self._bears(source)]
        if not bearing:
            return "another model's page"
        held = "\n".join(_said_by(source, text) for source in bearing)
        claims = quantities(_ITEM.sub("", text))
        stands = quantities(held)
        dimensions = frozenset(one.dimension for one in stands) | _dimensions(held)
        for claim in claims:
            if not supported(claim, stands, dimensions):
                return claim.text
        known = {i.normal for i in extract_identifiers(held)} | self._spoken
        for identifier in extract_identifiers(text):
            if identifier.normal not in known and not _stands(identifier.text, held):
                return identifier.text
        for name in _QUOTED.findall(text):
            if not contains_quote(held, name):
                return str(name)
        return None if verbatim else self._untied(text, bearing)

    def _bears(self, source: Source) -> bool:
        """Say whether a source is about the machine in question, or about all."""
        passage = source.passage
        if passage is None or not passage.models or self._model is None:
            return True
        return self._model in {normal_identifier(model) for model in passage.models}

    def _untied(self, text: str, cited: Sequence[Source]) -> str | None:
        """Say that a statement is about something else than its places."""
        language = detect_language(text)
        if all(source.passage is None for source in cited):
            return None  # of a row, the figures and names are all that can be checked
        same = [source for source in cited if detect_language(source.text) == language]
        if same:
            wanted = set(content_words(_without_identifiers(text)))
            held = {token for source in same for token in index_tokens(_about(source))}
            if not wanted or len(wanted & held) >= _TIED * len(wanted):
                return None
        across = [source for source in cited if source not in same and source.passage]
        if len(same) < len(cited) and not across:
            return None  # a record's row of figures and names, in whichever language it was written
        texts = [unit.text for source in across for unit in cut(source.passage) if len(unit.text) > 8][:24]  # type: ignore[arg-type]
        if texts and max(self._corpus.similar(text, texts), default=0.0) >= _TIED_ACROSS:
            return None
        return "nothing in the cited place is about this"

    def citation(self, number: int, text: str, source: Source) -> Citation:
        """Return the citation with the words of the place that carry the statement."""
        passage = source.passage
        if passage is None:
            return Citation(number, source.text, source.place)
        said = text if contains_quote(source.text, text) else _carrying(passage, text)
        if passage.page_end not in (None, passage.place.page):
            said = _answering(passage, said, self._question)  # a quotation over two pages stands on neither
        quote, place = self._corpus.quoted(passage, said[:_QUOTE])
        return Citation(number, quote, place)


def _said_by(source: Source, statement: str) -> str:
    """Return what a source says on a statement: of a table of codes, only the rows of the codes that it names."""
    passage = source.passage
    if passage is None:
        return without_orders(source.text)
    around = "\n".join([passage.title, *passage.section, *passage.models])
    rows = [line for line in source.text.split("\n") if line.strip()]
    if passage.kind in ("table", "row", "fault") and len(rows) > 1:
        named = {i.normal for i in extract_identifiers(statement)}
        heads = {i: {one.normal for one in extract_identifiers(row[:24])} for i, row in enumerate(rows)}
        of = [row for i, row in enumerate(rows) if heads[i] & named]
        if of and sum(bool(head) for head in heads.values()) > 1:
            return "\n".join([around, rows[0], *of])
    return f"{around}\n{without_orders(source.text)}"


def _carrying(passage: Passage, statement: str) -> str:
    """Return the unit of a passage that carries a statement best: its figures first, then its words."""
    figures = {quantity.value or quantity.number for quantity in quantities(statement)}
    tokens = set(index_tokens(statement))
    units = cut(passage)
    if not units:
        return passage.text

    def carried(position: int) -> tuple[float, int]:
        unit = units[position]
        own = {quantity.value or quantity.number for quantity in quantities(unit.text)}
        return 3.0 * len(own & figures) + len(unit.tokens & tokens), -position

    return units[max(range(len(units)), key=carried)].text


def _answering(passage: Passage, said: str, question: Question) -> str:
    """Return the unit of a quotation that answers: it has the question's words, and a figure where one is wanted."""
    wanted = set(content_words(question.text))
    units = [unit for unit in cut(passage) if unit.text in said]
    figure = "figure" in question.asked.wants

    def asked(unit: Unit) -> tuple[float, int]:
        measures = figure and any(quantity.dimension for quantity in quantities(_ITEM.sub("", unit.text)))
        return len(wanted & unit.tokens) + 1.5 * measures, -unit.position

    return max(units, key=asked).text if units else said


def _about(source: Source) -> str:
    passage = source.passage
    return source.text if passage is None else "\n".join([passage.title, *passage.section, source.text])


def _dimensions(text: str) -> frozenset[str | None]:
    """Return the dimensions of the units that stand anywhere in a text, in a table's heading too."""
    return frozenset(one.dimension for one in quantities(re.sub(r"[(（\[/|]\s*(?=[^\d\s])", " 1 ", folded(text))))


def _stands(written: str, text: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(folded(written))}(?![A-Za-z0-9])", folded(text), re.I) is not None


def _without_identifiers(text: str) -> str:
    for identifier in extract_identifiers(text):
        text = text.replace(identifier.text, " ")
    return text


def _without_empty_headings(lines: Sequence[tuple[str, tuple[int, ...]]]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    kept = []
    for i, (text, marks) in enumerate(lines):
        if not marks and (i + 1 == len(lines) or not lines[i + 1][1]):
            continue
        kept.append((text, marks))
    return tuple(kept)
