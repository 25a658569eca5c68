"""Choosing what answers: the units of the passages found, scored by the question's words and the answer it wants."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from agent.asking.measures import measures_asked, shows_measure
from agent.asking.question import Question
from agent.asking.understanding import Understanding
from agent.models.forms import (
    asks_of_document,
    holds_figure,
    is_contents,
    is_no_sentence,
    is_running_head,
    is_title_block,
    suits,
)
from agent.models.units import Unit, cut
from agent.models.wording import other_wording, own_wording
from agent.tools.data import addressed
from agent.tools.found import Found
from agent.words import words
from corpus import (
    Passage,
    Rendered,
    contains_quote,
    content_words,
    extract_identifiers,
    normal_identifier,
)

_RECORDS = frozenset({"parts", "cases", "alarms", "equipment", "readings"})
_CANDIDATES, _OWN, _SAID = 6, 4, 4  # passages whose units compete: the best, of the machine's manuals, by a statement
_ROOM = 380  # characters of an answer in running text: what a reader takes in at once
_RANK, _COVER, _WANT = 0.9, 1.0, 0.5
_ANSWERS = 1.5  # what a statement's vector says of whether it answers
_LENT, _LENT_THIN, _THIN = 0.35, 0.6, 4  # a question of few words of its own lives on those before it
_ENTRY, _MENTION, _SAME_SECTION, _OWN_MANUAL = 0.8, 0.3, 0.3, 0.15
_BULLETIN = 0.5  # its figures are newer than the manual's
_NEWEST = re.compile(r"现在|如今|改过|改了|最新|\b(?:now|nowadays|these days|changed|updated)\b", re.IGNORECASE)
_SECOND = 0.55  # what else the page says comes along when its score is this share of the best one's
_WARNING, _HINT = 0.3, 0.1
_TITLE_BLOCK = 0.7  # what a document says of itself answers nothing else
_NEEDS = 0.3  # what a procedure needs, tools, torques and time, answers a question about these alone
_MEASURED = 0.8
# "500 hours", "8 degrees"; "axis 2" is a name
_PLAIN_NUMBER = re.compile(
    r"(?<![\w.,-])(\d{2,}(?![.,]?\d|-|[A-Za-z]+\d)|\d(?=\s?(?:h|hours?|days?|weeks?|months?|years?|min|mm|bar|MPa|kg|L|degrees?)\b"
    r"|\s?(?:小时|天|周|个?月|年|度|毫米|公斤|升|[°℃])))"
)
_SAME_NUMBER = 0.3  # "the 500 hours' service" is not that of 250 hours
_OF_FAULTS = re.compile(r"\btrouble|\bfaults?\b|\bproblems?\b|\bsymptoms?\b|故障|异常|排除", re.IGNORECASE)
_FAULT = 0.5  # a row of codes answers a question about a fault
_SETTING = re.compile(
    r"(?:^|\|\s*)(?:出厂|默认|缺省|初始|范围|default|factory|delivered|preset|range)[^|:：]{0,16}[:：]", re.IGNORECASE
)
_PARTS = 0.35  # ... and one of a list of parts a question about a part's name or number
_ROWS, _ROW_TOO = 300, 0.75
_OPENS = 0.3  # a line that begins with the code, against one that begins with another
_LISTED = 0.2  # ... and where a code is one of several in a row
_LISTED_CODE = re.compile(r"-?\d{1,8}(?=\s*[:：=]|\s+[-–—])")  # "31: collision": the entry of a list of codes
_MORE = 3  # words beside a code
_FAMILIES = 2  # lists of one document that have the same code, for controller and servo, are told beside each other
_ENDED = re.compile(r"[。.!?！？;；:：]\s*$|\|")
_NOTE = re.compile(r"\s*(?:note|tip|hint|important|info)\b|\s*(?:提示|说明|备注)", re.IGNORECASE)
_OPEN = re.compile(r"(?:[?？]|\.\s?\.\s?\.|…)\s*$")
_LEADS_ON = re.compile(r"[:：]\s*$|\bfollowing\b[^.]*\.?\s*$|如下[^。]*。?\s*$|以下[^。]*。?\s*$", re.IGNORECASE)


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


def section_of(passage: Passage) -> tuple[object, ...]:
    """Return what tells sections apart: of what stands in none, the page."""
    page = None if passage.section else passage.place.page
    return passage.place.revision, passage.section, page


def choose(question: Question, asked: Understanding, found: Found) -> list[Extract]:
    """Return the extracts that answer, best first; a second one is of the same page, or of another code asked for."""
    pool = _pool(found)
    units = {passage.id: [unit for unit in cut(passage) if not addressed(unit.text)] for passage in pool}
    pool = [passage for passage in pool if units[passage.id]]
    if not pool:
        return []
    scorer = _Scorer(question, asked, found, units)
    best = max(passage.score for passage in pool) or 1.0
    extracts = []
    for passage in pool:
        own = units[passage.id]
        scored = [scorer.score(unit) for unit in own]
        whole = [score + scorer.answers(unit) for score, unit in zip(scored, own, strict=True)]
        top = max(range(len(whole)), key=lambda i: (whole[i], -i))
        score = whole[top] + _RANK * math.sqrt(max(0.0, passage.score / best)) + scorer.bonus(passage, own[top])
        extracts.append(Extract(passage, _window(passage, own, scored, top, scorer.codes), score))
    extracts.sort(key=lambda extract: -extract.score)
    if question.apart:
        return _of_each(extracts, [machine.model for machine in question.machines])
    return _kept(
        _measured_first(extracts, question, asked), question, {*content_words(question.own), *found.translated}
    )


def _pool(found: Found) -> list[Passage]:
    """Return the passages whose units compete, with the rest of their sections, found or not."""
    passages = found.evidence.passages if found.evidence else ()
    best = candidates(passages)
    near = {section_of(passage) for passage in best if passage.applies != "other"}
    pages = documents_of(passages)
    same = [passage for passage in pages if section_of(passage) in near]
    said = [passage for passage in pages if passage.id in found.answering and passage.applies != "other"]
    said.sort(key=lambda passage: -max(found.answering[passage.id]))
    pool = {passage.id: passage for passage in [*found.beside, *same, *said[:_SAID], *best] if not is_contents(passage)}
    return list(pool.values())


def _measured_first(extracts: list[Extract], question: Question, asked: Understanding) -> list[Extract]:
    """Put before others the best extract that shows the quantity asked for, unless it answers much worse."""
    measures = measures_asked(question.own) if "figure" in asked.wants else []
    least = _MEASURED * extracts[0].score
    shown = next((one for one in extracts if one.score >= least and shows_measure(measures, one.text)), extracts[0])
    return [shown, *(one for one in extracts if one is not shown)]


def _of_each(extracts: Sequence[Extract], models: Sequence[str | None]) -> list[Extract]:
    """Return the best extract for each of several machines."""
    best = (next((one for one in extracts if model in one.passage.models), None) for model in models)
    return [one for one in best if one] or list(extracts[:1])


def _kept(extracts: Sequence[Extract], question: Question, said: Collection[str]) -> list[Extract]:
    first = extracts[0]
    wanted = [
        i.normal for i in question.asked.identifiers if not question.topic or contains_quote(question.own, i.text)
    ]
    missing = [normal for normal in wanted if normal not in normal_identifier(first.passage.text)]
    for extract in extracts[1:]:
        if any(normal in normal_identifier(extract.text) for normal in missing):
            return [first, extract]  # a question about two codes needs both entries
    if first.passage.kind == "fault":
        beside = _more_of_the_code(first, extracts, question)
        return [first, beside] if beside else _of_the_list_meant(first, extracts, said)
    room = _ROOM - len(first.text)
    if _LEADS_ON.search(first.text):
        listed = next((one for one in extracts if _follows(one.passage, first.passage)), None)
        if listed:
            return [first, Extract(listed.passage, _beginning(listed.passage, room), listed.score)]
    for extract in extracts[1:]:
        near = (extract.passage.place.revision, extract.passage.place.page, extract.passage.section) == (
            first.passage.place.revision,
            first.passage.place.page,
            first.passage.section,
        )
        drawn = any(words().caption.match(line) for line in extract.text.splitlines())
        if near and not drawn and extract.score >= _SECOND * first.score and len(extract.text) <= room:
            return [first, extract]
    return [first]


def _more_of_the_code(first: Extract, extracts: Sequence[Extract], question: Question) -> Extract | None:
    """Return what else the page says of the code, where the question asks more than what the code means."""
    codes = [i.normal for i in question.asked.identifiers if i.kind == "code"]
    if not codes or len(content_words(question.own)) - len(codes) < _MORE:
        return None
    for extract in extracts[1:]:
        same = _page(extract.passage) == _page(first.passage) and extract.passage.kind != "fault"
        if same and extract.score >= _SECOND * first.score and any(c in normal_identifier(extract.text) for c in codes):
            return extract if len(extract.text) <= _ROOM else None
    return None


def _of_the_list_meant(first: Extract, extracts: Sequence[Extract], said: Collection[str]) -> list[Extract]:
    """Return the entries that lists of one document have for the same code: of the list named, or of two where open."""
    code = _LISTED_CODE.match(first.text)
    same = [first] + [
        other
        for other in extracts[1:]
        if code and other.passage.kind == "fault" and other.passage.place.revision == first.passage.place.revision
        if other.passage.section != first.passage.section
        if (own := _LISTED_CODE.match(other.text)) and own.group() == code.group()
    ]
    named = [len(set(content_words(one.passage.section[-1])) & set(said)) if one.passage.section else 0 for one in same]
    return [one for one, count in zip(same, named, strict=True) if count == max(named)][:_FAMILIES]


def _page(passage: Passage) -> tuple[int | None, int | None]:
    return passage.place.revision, passage.place.page


def _opening_code(text: str) -> str | None:
    """Return the code that a text begins with, in its normal form."""
    found = next((one for one in extract_identifiers(text) if one.kind == "code"), None)
    return found.normal if found and text.lstrip().startswith(found.text) else None


def _follows(passage: Passage, other: Passage) -> bool:
    return passage.id == other.id + 1 and passage.section == other.section


def _beginning(passage: Passage, room: int) -> str:
    """Return the first units of a passage, at least one, while there is room."""
    units = cut(passage)
    last = max((unit.end for unit in units if unit.end <= room), default=units[0].end)
    return passage.text[units[0].start : last]


class _Scorer:
    """Scores units by the question's words, in its own language or the other, and by the answer it wants."""

    def __init__(
        self, question: Question, asked: Understanding, found: Found, units: Mapping[int, Sequence[Unit]]
    ) -> None:
        self._question = question
        self._asked = asked
        self._units = units
        told = all(own[-1].position < len(found.answering.get(i, ())) for i, own in units.items() if own)
        self._answering = found.answering if told else {}
        every = [unit for cut_units in units.values() for unit in cut_units]
        thin = len(content_words(question.own)) <= _THIN
        called = content_words(" ".join(found.evidence.called)) if found.evidence else []
        self._called = bool(called)
        first = documents_of(found.evidence.passages if found.evidence else ())[:1]
        self._models = {model for passage in first for model in passage.models}
        said = [word for word in content_words(question.own) if word not in called]
        lent = [word for word in content_words(question.topic) if word not in said]
        known = {token for term in found.terms for token in term.own}
        found_terms = [
            *(term for term in found.terms if not set(term.own) <= set(called)),
            *(Rendered((word,), ()) for word in [*said, *lent] if word not in known and not _is_chance(word, every)),
        ]
        of_before = [term for term in found_terms if lent and set(term.own) <= set(lent)]
        terms = [term for term in found_terms if term not in of_before]
        less = _LENT_THIN if thin else _LENT
        self._own = own_wording(terms, every) + own_wording(of_before, every, weight=less)
        self._other = other_wording(terms, every) + other_wording(of_before, every, weight=less)
        self._figure = 1.0 if measures_asked(question.own) else 0.4  # what suits a question for a figure
        self._numbers = set(_PLAIN_NUMBER.findall(question.own))
        self.codes = {i.normal for i in asked.identifiers if i.kind == "code"}
        own = {i.normal for i in extract_identifiers(question.own)}
        told = any(i.kind == "part" for i in asked.identifiers) and not words().hazard_asked.search(question.own)
        self._names = told or "name" in asked.wants or "stock" in asked.intents
        # A code that was spoken of before, which a question of its own, or for a figure, leaves behind.
        self._lent = bool(self.codes) and not self.codes & own and (not thin or "figure" in asked.wants)

    def answers(self, unit: Unit) -> float:
        """Return what the statement's vector adds to its score: nothing for any where some have none."""
        return _ANSWERS * self._answering[unit.passage.id][unit.position] if self._answering else 0.0

    def score(self, unit: Unit) -> float:
        passage = unit.passage
        around = self._units[passage.id]
        near = {token for other in around if abs(other.position - unit.position) == 1 for token in other.tokens}
        near |= set(content_words(" ".join([passage.title, *passage.section[-2:]])))
        share = self._own.share(unit.tokens, near)
        if passage.language != self._asked.language:
            share = max(share, self._other.share(unit.tokens, near))
        score = _COVER * share + _WANT * suits(unit.text, self._asked, self._question.own)
        if self._numbers & unit.tokens:
            score += _SAME_NUMBER
        if "cause" in self._asked.wants and passage.section and _OF_FAULTS.search(passage.section[-1]):
            score += _WANT * 0.5  # a list of faults says "noisy: worn bearings" without a word for cause
        if self.codes and (opening := _opening_code(unit.text)):
            score += _OPENS if opening in self.codes else -_OPENS
        if len(unit.text) < 20:
            score -= 0.08 if holds_figure(unit.text) or _ENDED.search(unit.text) else 0.4  # a heading answers nothing
        if words().caption.match(unit.text) or is_no_sentence(unit):
            score -= 0.8
        if "|" not in unit.text and words().needs["any"].match(unit.text) and not self._asks_for_needs(unit):
            score -= _NEEDS
        return score

    def _asks_for_needs(self, unit: Unit) -> bool:
        said = self._question.own
        if self._names or words().needs["asked"].search(said):
            return True
        # Shown with a unit: that a "frequency meter" is needed tells no frequency.
        return any(measured.search(unit.text) for _, measured in measures_asked(said))

    def bonus(self, passage: Passage, unit: Unit) -> float:
        """Say what speaks for and against a passage beside its words.

        A bulletin speaks before the manual of the machine asked about; where none is named, of the one found first.
        """
        asked, question = self._asked, self._question
        bonus = 0.0
        limit = words().limit_asked.search(question.own) and suits(unit.text, asked, question.own) >= 1
        if passage.kind == "warning" and not (limit or words().hazard_asked.search(question.own)):
            # A warning is told with its procedure; it rarely answers, a note more often.
            bonus -= _WARNING if not _NOTE.match(passage.text) else _HINT
        if passage.applies == "other":
            bonus -= 0.5
        if (is_title_block(passage) or is_running_head(passage)) and not asks_of_document(question.own):
            bonus -= _TITLE_BLOCK
        # A list of settings has codes too, and its rows answer what a setting is.
        fitting = "figure" in asked.wants and suits(unit.text, asked, question.own) >= self._figure
        setting = fitting and _SETTING.search(unit.text)
        other = self._lent or (not asked.code and "fault" not in asked.intents)
        if passage.kind == "fault" and other and not setting:
            bonus -= _FAULT
        if words().parts_row.search(unit.text) and not self._names:
            bonus -= _PARTS
        if self.codes and not self._lent:
            named = [i.normal for i in extract_identifiers(unit.text[:60]) if i.kind == "code"]
            listed = _LISTED_CODE.match(unit.text)
            if passage.kind == "fault" and listed and listed.group() in {i.text for i in asked.identifiers}:
                bonus += _ENTRY
            elif passage.kind == "fault" and named and named[0] in self.codes:
                alone = len(extract_identifiers(unit.text.split("|")[0])) == 1
                bonus += _ENTRY if alone else _LISTED
            elif self.codes & {i.normal for i in extract_identifiers(unit.text)}:
                bonus += _MENTION
        told = question.scope or self._called or self._models.intersection(passage.models)
        if passage.document_kind == "bulletin" and passage.applies == "model" and told:
            bonus += 2 * _BULLETIN if _NEWEST.search(question.own) else _BULLETIN
        if (question.scope or self._called) and passage.applies == "model":
            bonus += _OWN_MANUAL if passage.language == asked.language else 2 * _OWN_MANUAL
        if question.topic and (passage.place.revision, passage.place.section) in question.sections:
            bonus += _SAME_SECTION
        return bonus


def _is_chance(word: str, units: Sequence[Unit]) -> bool:
    """Say whether a pair of Chinese characters is no word of the texts: it may lie across two words (打几, 克油)."""
    return not word.isascii() and not any(word in unit.tokens for unit in units)


def _window(passage: Passage, units: Sequence[Unit], scored: Sequence[float], top: int, codes: Collection[str]) -> str:
    """Grow the best unit by its neighbours, the better side first, while the reader's attention lasts.

    A row of a table stands for itself; of its neighbours only those that answer nearly as well come along. Beside what
    is said of the codes asked for, nothing comes along that begins with another code.
    """
    text = passage.text
    if passage.kind == "fault":
        return text[units[top].start : units[top].end]
    least = 0
    if top + 1 < len(units) and _OPEN.search(units[top].text):
        least = top = top + 1  # a question that stands in the text is answered by what follows it
    room = _ROOM if passage.kind != "table" else _ROWS
    first = last = top
    while True:
        sides = [i for i in (first - 1, last + 1) if least <= i < len(units) and not is_no_sentence(units[i])]
        sides = [i for i in sides if not codes or _opening_code(units[i].text) in (None, *codes)]
        # Two that are not neighbours in the passage have something between them that is not said.
        sides = [i for i in sides if abs(units[i].position - units[first if i < first else last].position) == 1]
        sides = [i for i in sides if units[max(i, last)].end - units[min(i, first)].start <= room]
        if passage.kind == "table":
            sides = [i for i in sides if scored[i] >= _ROW_TOO * scored[top]]
        if not sides:
            break
        # What follows explains more often than what goes before, and a line belongs together: "noisy: worn bearings".
        line = {i for i in sides if "\n" not in text[units[min(i, first)].start : units[max(i, last)].end]}
        grown = max(sides, key=lambda i: (i in line, scored[i] + (0.05 if i > last else 0.0), i))
        first, last = min(first, grown), max(last, grown)
    return text[units[first].start : units[last].end]
