"""Grounding: every figure with a unit, code and part number of a line must stand in what the line cites."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.answer import Citation
from agent.tools.found import Source
from corpus import Corpus, contains_quote, extract_identifiers, normal_identifier, normal_text

_IDS = re.compile(r"\s*\[([psrac]\d+)\]")
_FIGURE = re.compile(
    r"(?<![\w.])\d+(?:[.,]\d+)?(?=\s*(?:°C|℃|%|N·?m|MPa|kPa|bar|psi|mm|cm|μm|µm|m/s|r/min|rpm|kW|V|A|Hz|kg|L|mL|h|min|s"
    r"|小时|分钟|秒|天|件|条|桶|副|支|卷)(?![A-Za-z]))"
)
_QUOTE = 600


@dataclass(frozen=True, slots=True)
class Checked:
    """What passed: lines with citation numbers, the citations, and how many lines were taken out."""

    lines: tuple[tuple[str, tuple[int, ...]], ...]
    citations: tuple[Citation, ...]
    dropped: int


def check(draft: str, sources: Mapping[str, Source], corpus: Corpus) -> Checked:
    """Tie each block of a draft to its places; what cannot be tied is left out."""
    lines: list[tuple[str, tuple[int, ...]]] = []
    numbers: dict[str, int] = {}
    citations: list[Citation] = []
    dropped = 0
    for block in filter(None, (block.strip() for block in draft.split("\n\n"))):
        ids = [i for i in _IDS.findall(block) if i in sources]
        text = _IDS.sub("", block).strip()
        cited = [sources[i] for i in dict.fromkeys(ids)]
        heading = text.startswith("**") and text.endswith("**")
        if (not cited and not heading) or not _supported(text, cited):
            dropped += 1
            continue
        for source in cited:
            if source.id not in numbers:
                numbers[source.id] = len(numbers) + 1
                citations.append(_citation(numbers[source.id], text, source, corpus))
        marks = tuple(numbers[source.id] for source in cited)
        lines.append((text, marks))
    return Checked(_without_empty_headings(lines), tuple(citations), dropped)


def _supported(text: str, cited: Sequence[Source]) -> bool:
    held = normal_text("\n".join(source.text for source in cited))
    identifiers = {normal_identifier(i.text) for source in cited for i in extract_identifiers(source.text)}
    figures = {figure.group() for figure in _FIGURE.finditer(text)}
    if not all(re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d]|\.\d)", held) for figure in figures):
        return False
    plain = normal_identifier(held)
    return all(i.normal in identifiers or i.normal in plain for i in extract_identifiers(text))


def _citation(number: int, text: str, source: Source, corpus: Corpus) -> Citation:
    if source.passage is None:
        return Citation(number, source.text, source.place)
    quote = text if contains_quote(source.text, text) else source.text
    quote = quote[:_QUOTE]
    return Citation(number, quote, corpus.locate(source.passage, quote) or source.place)


def _without_empty_headings(lines: Sequence[tuple[str, tuple[int, ...]]]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    kept = []
    for i, (text, marks) in enumerate(lines):
        heading = text.startswith("**") and text.endswith("**") and not marks
        if heading and (i + 1 == len(lines) or not lines[i + 1][1]):
            continue
        kept.append((text, marks))
    return tuple(kept)
