"""The section that says how to do what is asked, with what it needs and its steps in reading order."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from agent.asking.question import Question
from agent.asking.understanding import Understanding
from agent.models.choosing import Extract, candidates, documents_of
from agent.models.forms import instructs
from agent.models.units import cut
from agent.tools.data import without_orders
from agent.tools.found import Found
from agent.words import words
from corpus import Passage, content_words

_TITLE = 0.9  # what the words of a section's title count, against its rank in the search
_PLAINLY = 0.6  # share of the best section's score that a section of steps has to have
_TITLED = 0.5  # share of the words at which a title is what is asked
_ACTION = 0.35  # what it counts for a title to name the action asked for, or another
_STEM, _ENDING = 5, 3  # letters that two forms of a word share at least, and that an ending has at most
_NEEDS = 260  # characters of tools, parts and torques before the steps
_HAN = re.compile(r"[\u3400-\u9fff]")
_RANGE = re.compile(r"(?<![\d.])(\d{1,2})\s*(?:to|through|[-–—~～至到])\s*(\d{1,2})(?![\d.])")
_NUMBER = re.compile(r"(?<![\w.,\-])\d{1,2}(?!\w|[.,]\d|\s?(?:[a-zA-Z]{1,3}\b|%|°))|(?<=[a-zA-Z]\s)\d{1,2}(?=\s|$)")
_JOINING = "与和及的或"
_Section = tuple[int | None, tuple[str, ...]]


def procedure(question: Question, asked: Understanding, found: Found) -> list[Extract]:
    """Return what the best fitting section needs and its steps; nothing where no procedure is asked for or found."""
    named = not question.topic or (asked.code or "") in question.own
    if "steps" not in asked.wants or "procedure" not in asked.intents or (asked.code and named):
        return []
    if not titled(question, found) and _in_running_text(question, found):
        return []
    return [Extract(p, text, p.score) for p in best_section(question, asked, found) if (text := _told(p))]


def _in_running_text(question: Question, found: Found) -> bool:
    """Say whether a sentence of the best passages tells how: "To change the sensitivity, press …"."""
    passages = candidates(found.evidence.passages if found.evidence else ())
    return any(
        instructs(unit.text, question.own)
        for passage in passages
        if passage.kind == "text" and passage.applies != "other"
        for unit in cut(passage)
    )


def best_section(question: Question, asked: Understanding, found: Found, *, anyhow: bool = False) -> list[Passage]:
    """Return the passages of the section whose steps are asked for, in reading order; nothing where none fits.

    With `anyhow` the best of the sections with steps, even where running text ranks before it.
    """
    pages = documents_of(found.evidence.passages if found.evidence else ())
    sections: dict[_Section, list[Passage]] = {}
    for passage in {p.id: p for p in [*pages, *found.beside]}.values():
        if passage.section and passage.applies != "other":
            sections.setdefault((passage.place.revision, passage.section), []).append(passage)
    if not sections:
        return []
    best = max(passage.score for passage in pages) or 1.0
    scores = {key: _score(held, best, question, asked, found.translated) for key, held in sections.items()}
    steps = [key for key, held in sections.items() if any(p.kind == "procedure" for p in held)]
    chosen = max(steps, key=lambda key: scores[key], default=None)
    if chosen is None:
        return []
    first = max(scores, key=lambda key: scores[key])
    if first != chosen:
        told = _acting(question.own, chosen[1][-1])
        titled = told > 0 or _named(question, sections[chosen][0], found.translated) > 0
        plainly = scores[chosen] >= _PLAINLY * scores[first] and told >= _acting(question.own, first[1][-1])
        if not titled or not (plainly or anyhow):
            return []  # what answers is told in running text
    return sorted(sections[chosen], key=lambda passage: passage.id)


def titled(question: Question, found: Found) -> bool:
    """Say whether steps were found in a section whose title is what is asked: evidence that no ranking outweighs."""
    if "steps" not in question.asked.wants:
        return False
    pages = documents_of(found.evidence.passages if found.evidence else ())
    return any(
        passage.kind == "procedure"
        and passage.section
        and passage.applies != "other"
        and _acting(question.own, passage.section[-1]) > 0
        and _named(question, passage, found.translated) >= _TITLED
        for passage in [*pages, *found.beside]
    )


def _score(
    held: Sequence[Passage],
    best: float,
    question: Question,
    asked: Understanding,
    translated: Sequence[str],
) -> float:
    ranked = sorted((passage.score for passage in held), reverse=True)
    title = held[0].section[-1]
    named = _named(question, held[0], translated)
    foreign = held[0].language != asked.language
    # The same done to something else: of the question in the other language this is known where its terms are.
    things = [word for word in content_words(_things(title)) if not word[0].isdigit()]
    other = not named and bool(things) and (bool(translated) or not foreign)
    acting = _acting(question.own, title)
    own = 0.15 if question.scope and held[0].applies == "model" else 0.0
    return (
        (ranked[0] + 0.3 * sum(ranked[1:3])) / best
        + _TITLE * named
        + own
        + (min(0.0, acting) if other else acting)
        + _numbered(question.own, title)
    )


def _named(question: Question, passage: Passage, translated: Sequence[str]) -> float:
    """Return the share of the things in question that a section's title names; of the title's across languages.

    What is done to them is no thing: to replace a seal is not to replace a belt.
    """
    title = set(content_words(_things(passage.section[-1])))
    wanted = set(content_words(_things(question.own))) - words().light
    named = sum(any(_akin(word, other) for other in title) for word in wanted) / max(1, len(wanted))
    if passage.language != question.asked.language:
        named = max(named, _rendered(passage.section[-1], translated))
    return named


def _things(text: str) -> str:
    """Return a text without the actions in it."""
    for said in words().actions.values():
        text = said.sub(" ", text)
    return text


def _rendered(title: str, translated: Sequence[str]) -> float:
    """Return the share of the things in a title that the question's terms mean in its language."""
    things = _things(title)
    if not _HAN.search(things):
        tokens = set(content_words(things)) - words().light
        return len(tokens & set(translated)) / max(1, len(tokens))
    characters = [at for at, character in enumerate(things) if _HAN.match(character) and character not in _JOINING]
    covered = {
        at for term in set(translated) for found in re.finditer(re.escape(term), things) for at in range(*found.span())
    }
    # What a thing is, its last character says: 皮带 and 同步带 are both belts.
    heads = {term[-1] for term in translated if len(term) > 1}
    ends = {at for at in characters if at + 1 not in characters and things[at] in heads}
    return sum(at in covered | ends for at in characters) / max(1, len(characters))


def _akin(word: str, other: str) -> bool:
    """Say whether two words of one language share their stem: identification, identify."""
    if word == other or not (word.isascii() and other.isascii()):
        return word == other
    stem = max(_STEM, min(len(word), len(other)) - _ENDING)
    return len(word) >= stem and len(other) >= stem and word[:stem] == other[:stem]


def _numbered(question: str, title: str) -> float:
    """Return what it counts that a title's range of numbers holds the one in question: axis 2, axes 1 to 3."""
    ranges = [(int(match[1]), int(match[2])) for match in _RANGE.finditer(title)]
    numbers = [int(number) for number in _NUMBER.findall(question)]
    if not ranges or not numbers:
        return 0.0
    return _ACTION if any(low <= number <= high for low, high in ranges for number in numbers) else -_ACTION


def _acting(question: str, title: str) -> float:
    """Return what it counts that a title names the action that is asked for, in either language, or only others."""
    asked, named = ({name for name, said in words().actions.items() if said.search(text)} for text in (question, title))
    if not asked or not named:
        return 0.0
    return _ACTION * len(asked & named) / len(asked | named) if asked & named else -_ACTION


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
