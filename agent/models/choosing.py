"""Choosing what answers: the units of the passages found, scored by the question's words and the answer it wants."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from agent.asking.question import Question
from agent.asking.understanding import Understanding
from agent.models.units import Unit, cut
from agent.tools.data import addressed
from agent.words import words
from corpus import Passage, content_words, detect_language, extract_identifiers, normal_identifier

Similar = Callable[[str, Sequence[str]], Sequence[float]]

_RECORDS = frozenset({"parts", "cases", "alarms", "equipment", "readings"})
_CANDIDATES, _OWN = 6, 4  # passages whose units compete
_ROOM = 380  # characters of an answer in running text: what a reader takes in at once
_RANK, _COVER, _WANT, _SIMILAR = 0.55, 1.0, 0.35, 0.9
_CONTEXT = 0.45  # what a word in the section's title or beside the unit counts, against one in the unit itself
_LENT, _LENT_THIN, _THIN = 0.35, 0.8, 4  # a question of few words of its own lives on those before it
_ENTRY, _MENTION, _SAME_SECTION, _OWN_MANUAL = 0.8, 0.3, 0.3, 0.15
_SECOND = 0.93  # a second passage is quoted too when its score is this share of the best one's
_ENDED = re.compile(r"[。.!?！？;；:：]\s*$|\|")
_NUMBER = re.compile(r"\d")
_CAUSE = re.compile(
    r"\b(?:because|due to|caused?|result of|results? (?:from|in)|leads? to|reasons?|since|therefore)\b"
    r"|由于|因为|原因|导致|造成|引起|所致",
    re.IGNORECASE,
)
_DEFINES = re.compile(r"\b(?:is|are|means?|refers? to|defined|called|indicates?|meaning)\b|是|指|表示|称为|含义", re.I)


@dataclass(frozen=True, slots=True)
class Extract:
    """Verbatim text of one passage, with the score by which it was chosen."""

    passage: Passage
    text: str
    score: float


def documents_of(passages: Sequence[Passage]) -> list[Passage]:
    """Leave out the rows of tables that tools of their own answer exactly."""
    return [p for p in passages if not (p.place.record and p.place.record.table in _RECORDS)]


def candidates(passages: Sequence[Passage]) -> list[Passage]:
    """Return the passages whose units compete: the best ones, and the best of the machine's own manuals.

    A question in one language finds plant-wide pages in it before the machine's manual in the other.
    """
    pages = documents_of(passages)
    own = [passage for passage in pages if passage.applies == "model"][:_OWN]
    return list({passage.id: passage for passage in [*pages[:_CANDIDATES], *own]}.values())


def choose(
    question: Question, asked: Understanding, passages: Sequence[Passage], similar: Mapping[str, float]
) -> list[Extract]:
    """Return the extracts that answer, best first: one, or two where two passages say it equally well.

    `similar` holds the cosine of texts (of whole units) with the question, where it was measured.
    """
    pool = candidates(passages)
    if not pool:
        return []
    units = {passage.id: [unit for unit in cut(passage) if not addressed(unit.text)] for passage in pool}
    weights = _weights(question.own, question.topic, [unit for cut_units in units.values() for unit in cut_units])
    best = max(passage.score for passage in pool) or 1.0
    extracts = []
    for passage in pool:
        scored = [_score(unit, asked, weights, units[passage.id], similar, question.own) for unit in units[passage.id]]
        if not scored:
            continue
        top = max(range(len(scored)), key=lambda i: (scored[i], -i))
        score = (
            scored[top]
            + _RANK * passage.score / best
            - _penalty(passage, asked)
            + _bonus(passage, units[passage.id][top], question, asked)
        )
        extracts.append(Extract(passage, _window(passage, units[passage.id], scored, top), score))
    extracts.sort(key=lambda extract: -extract.score)
    return _kept(extracts, asked)


def _kept(extracts: Sequence[Extract], asked: Understanding) -> list[Extract]:
    first = extracts[0]
    wanted = [i.normal for i in asked.identifiers]
    missing = [normal for normal in wanted if normal not in normal_identifier(first.passage.text)]
    kept = [first]
    for extract in extracts[1:]:
        if any(normal in normal_identifier(extract.text) for normal in missing):
            kept.append(extract)  # a question about two codes needs both entries
            break
    return kept


def _weights(question: str, topic: str, units: Sequence[Unit]) -> dict[str, float]:
    """Weigh the question's words by how few of the units hold them; words that earlier turns lend weigh less."""
    weights = {}
    thin = len(content_words(question)) <= _THIN
    for text, share in ((topic, _LENT_THIN if thin else _LENT), (question, 1.0)):
        for word in content_words(text):
            held = sum(word in unit.tokens for unit in units)
            weights[word] = share * math.log(1 + (len(units) + 1) / (held + 0.5))
    return weights


def _score(
    unit: Unit,
    asked: Understanding,
    weights: Mapping[str, float],
    around: Sequence[Unit],
    similar: Mapping[str, float],
    question: str,
) -> float:
    total = sum(weights.values()) or 1.0
    near = {token for other in around if abs(other.position - unit.position) <= 1 for token in other.tokens}
    titles = set(content_words(" ".join([unit.passage.title, *unit.passage.section[-2:]])))
    held = 0.0
    for word, weight in weights.items():
        if word in unit.tokens:
            held += weight
        elif word in titles or word in near:
            held += _CONTEXT * weight
    score = _COVER * held / total + _WANT * _wanted(unit.text, asked, question)
    if unit.text in similar:
        score += _SIMILAR * max(0.0, (similar[unit.text] - 0.75) * 4)
    if len(unit.text) < 20:
        score -= 0.08 if _NUMBER.search(unit.text) or _ENDED.search(unit.text) else 0.4  # a heading answers nothing
    return score


def _wanted(text: str, asked: Understanding, question: str) -> float:
    """Say in 0..1 how well the form of a text suits the kind of answer wanted."""
    score = 0.0
    if "figure" in asked.wants:
        units = [unit for wanted, unit in words().units if wanted.search(question)]
        if _NUMBER.search(text):
            score += 0.4
            if any(unit.search(text) for unit in units):
                score += 0.6
    if "name" in asked.wants and any(i.kind == "part" for i in extract_identifiers(text)):
        score += 0.5
    if "cause" in asked.wants and _CAUSE.search(text):
        score += 0.5
    if "definition" in asked.wants and _DEFINES.search(text):
        score += 0.25
    return min(score, 1.0)


def _penalty(passage: Passage, asked: Understanding) -> float:
    if passage.kind == "warning" and not asked.wants & {"steps"}:
        return 0.12  # a warning is told with its procedure; it rarely answers
    if passage.applies == "other":
        return 0.5
    if passage.kind == "fault" and not asked.code and "fault" not in asked.intents:
        return 0.15
    return 0.0


def _bonus(passage: Passage, unit: Unit, question: Question, asked: Understanding) -> float:
    """Say what speaks for a passage beside its words: it is the code's entry, or stands where the last answer did."""
    bonus = 0.0
    codes = {i.normal for i in asked.identifiers if i.kind == "code"}
    if codes:
        named = [i.normal for i in extract_identifiers(unit.text[:60])]
        if passage.kind == "fault" and named and named[0] in codes:
            bonus += _ENTRY
        elif codes & {i.normal for i in extract_identifiers(unit.text)}:
            bonus += _MENTION
    if question.scope and passage.applies == "model":
        bonus += _OWN_MANUAL if passage.language == asked.language else 2 * _OWN_MANUAL
    if question.topic and (passage.place.revision, passage.place.section) in question.sections:
        bonus += _SAME_SECTION
    return bonus


def _window(passage: Passage, units: Sequence[Unit], scored: Sequence[float], top: int) -> str:
    """Grow the best unit by its neighbours, the better side first, while the reader's attention lasts."""
    text = passage.text
    if passage.kind == "fault":
        return text[units[top].start : units[top].end]
    first = last = top
    while True:
        sides = [i for i in (first - 1, last + 1) if 0 <= i < len(units)]
        # Two that are not neighbours in the passage have something between them that is not said.
        sides = [i for i in sides if abs(units[i].position - units[first if i < first else last].position) == 1]
        sides = [i for i in sides if units[max(i, last)].end - units[min(i, first)].start <= _ROOM]
        if not sides:
            break
        # What follows explains more often than what goes before.
        grown = max(sides, key=lambda i: (scored[i] + (0.05 if i > last else 0.0), i))
        first, last = min(first, grown), max(last, grown)
    return text[units[first].start : units[last].end]


def across(question: str, passages: Sequence[Passage]) -> list[Passage]:
    """Return those of the best passages that speak another language than the question."""
    language = detect_language(question)
    return [passage for passage in candidates(passages) if detect_language(passage.text) != language]
