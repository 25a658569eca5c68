"""The section that says how to do what is asked, with what it needs and its steps in reading order."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from agent.asking.question import Question
from agent.asking.understanding import Understanding
from agent.models.choosing import Extract, documents_of
from agent.tools.data import without_orders
from agent.tools.found import Found
from agent.words import words
from corpus import Passage, content_words

_TITLE = 0.9  # what the words of a section's title count, against its rank in the search
_NEARNESS, _UNLIKE = 8.0, 0.8  # a title's cosine with a question of another language, as a share of words
_PLAINLY = 0.6  # share of the best section's score that a section of steps has to have
_NEEDS = 260  # characters of tools, parts and torques before the steps
_Section = tuple[int | None, tuple[str, ...]]


def procedure(question: Question, asked: Understanding, found: Found) -> list[Extract]:
    """Return what the best fitting section needs and its steps; nothing where no procedure is asked for or found."""
    named = not question.topic or (asked.code or "") in question.own
    if "steps" not in asked.wants or "procedure" not in asked.intents or (asked.code and named):
        return []
    pages = documents_of(found.evidence.passages if found.evidence else ())
    sections: dict[_Section, list[Passage]] = {}
    for passage in {p.id: p for p in [*pages, *found.beside]}.values():
        if passage.section and passage.applies != "other":
            sections.setdefault((passage.place.revision, passage.section), []).append(passage)
    if not sections:
        return []
    best = max(passage.score for passage in pages) or 1.0
    scores = {
        key: _score(held, best, question, asked, found.translated, found.similar) for key, held in sections.items()
    }
    steps = [key for key, held in sections.items() if any(p.kind == "procedure" for p in held)]
    chosen = max(steps, key=lambda key: scores[key], default=None)
    if chosen is None or scores[chosen] < _PLAINLY * max(scores.values()):
        return []  # what answers is told in running text
    ordered = sorted(sections[chosen], key=lambda passage: passage.id)
    return [Extract(p, text, p.score) for p in ordered if (text := _told(p))]


def _score(
    held: Sequence[Passage],
    best: float,
    question: Question,
    asked: Understanding,
    translated: Sequence[str],
    similar: Mapping[str, float],
) -> float:
    ranked = sorted((passage.score for passage in held), reverse=True)
    title = set(content_words(held[0].section[-1]))
    wanted = content_words(question.own)
    named = len(title & set(wanted)) / max(1, len(set(wanted)))
    if held[0].language != asked.language:
        named = max(named, len(title & set(translated)) / max(1, len(title)))
        named = max(named, _NEARNESS * (similar.get(held[0].section[-1], 0.0) - _UNLIKE))
    own = 0.15 if question.scope and held[0].applies == "model" else 0.0
    return (ranked[0] + 0.3 * sum(ranked[1:3])) / best + _TITLE * named + own


def _told(passage: Passage) -> str:
    text = without_orders(passage.text).strip()
    if passage.kind == "procedure":
        return text
    return _needs(text) if passage.kind == "text" else ""


def _needs(text: str) -> str:
    """Return the parts and torques that stand before the steps, without tools, time and people."""
    edges = [*(label.start() for label in words().needs["any"].finditer(text)), len(text)]
    spans = itertools.pairwise(edges)
    kept = [(start, end) for start, end in spans if words().needs["kept"].match(text, start)]
    told = text[kept[0][0] : kept[-1][1]].strip() if kept else ""
    return told if len(told) <= _NEEDS else ""
