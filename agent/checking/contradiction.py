"""Where a fix that somebody wrote down gives another figure than the maker's text for the very same thing.

A false alarm would teach people to overlook the line. So it speaks only where the same quantity of the same subject in
the same language has another value, and keeps silent wherever it may be a measurement, a range or another part.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.checking.quantities import Quantity, quantities
from corpus import Corpus, Passage, RepairCase, content_words, detect_language

_MAKERS = frozenset({"manual", "repair_guide", "bulletin"})
_STATED = frozenset(
    "torque pressure force length temperature time voltage current speed frequency volume mass angle".split()
)
_NEAR = 8  # passages that a search on a fix brings
_SENTENCE = re.compile(r"[^。；;！!?？\n]+?(?:[。；;！!?？\n]|\.(?=\s|$)|$)")
_CLAUSE = re.compile(r"[,，、]\s*")
# What was found and not set, or is no single value.
_MEASURED = re.compile(
    r"\b(?:was|were|found|measured|read(?:s|ing)?|dropped|fell|rose|only|instead of|from|showed|had|before|after|took"
    r"|old|worn|between|approx\w*|about)\b|原来|原为|实测|测得|发现|降[到至]|升[到至]|只有|仅|偏|超过|磨损到|大约|左右|用时|耗时|停机",
    re.IGNORECASE,
)
# A figure without one of these is a reading: "clamping force 12.3 kN" says what came out, not what was set.
_SET = re.compile(
    r"\b(?:re)?(?:set|adjust\w*|tighten\w*|torqu\w*|tension\w*|fill\w*|charg\w*|inflat\w*|heat\w*|turned|brought|raised"
    r"|lowered)\b|[调设拧][到至为成定整节置紧]|[紧充加打注][到至满固]|上紧|锁紧|加热",
    re.IGNORECASE,
)
_LEAST = re.compile(
    r"\b(?:at least|not (?:less|below|under)|minimum|min\.?|no less)\b|≥|>|不低于|不小于|不少于|至少|以上|最低|最小",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"\b(?:at most|not (?:more|above|over|exceed)|maximum|max\.?|up to|no more|within|below|under)\b"
    r"|≤|<|不超过|不高于|不大于|至多|以下|以内|最高|最大",
    re.IGNORECASE,
)
# Words that say what is done and how it is measured, not to what.
_PLAIN = frozenset(
    (
        "tighten tight torqu retighten retorqu set reset adjust turn bring fill pressur forc temperatur speed voltag "
        "current valu figur new again evenli crosswis cross diagon correct proper careful use wrench all then must "
        "should shall replac fit mount instal and with accord specif specifi per everi interv approv final first step "
        "bolt bar mpa psi second minut hour day week month year degre metr meter newton volt amper litr liter rpm"
    ).split()
)
_PLAIN_ZH = re.compile(
    r"重新|更换|安装|装配|拧紧|紧固|上紧|锁紧|调整|调节|设定|设置|调[到至为回]?|力矩|扭矩|扭力|预紧|数值|应当|应该|必须|需要|[应须需用按将把后并]"
    r"|均匀|对角|[至为到成的了在是以约其再：:（）()。；;!！\s]"
)
_FIGURE = re.compile(r"[\d.,~～\-–—±×x*/%°℃]+|[A-Za-zμΩ·]+")


@dataclass(frozen=True, slots=True)
class Difference:
    """A fix and the maker's text that give one thing two values, each in its own words."""

    case: RepairCase
    said: str
    passage: Passage
    quote: str


@dataclass(frozen=True, slots=True)
class _Statement:
    """A figure or the ends of a range, what it is of, the sentence it stands in, and whether it says what was set."""

    dimension: str
    low: float
    high: float
    subject: frozenset[str]
    chinese: str
    sentence: str
    set: bool


def differences(case: RepairCase, passages: Sequence[Passage]) -> list[Difference]:
    """Return where what was done in a fix differs from the maker's figure for the same thing, one a sentence."""
    done = [text for text in (case.action, *case.steps) if text]
    stated = [one for text in done for one in _statements(text) if one.set and not _MEASURED.search(one.sentence)]
    found: dict[str, Difference] = {}
    for passage in passages if stated else ():
        if passage.document_kind not in _MAKERS or passage.applies == "other":
            continue
        makers = list(_statements(passage.text))
        for one in stated:
            same = [maker for maker in makers if _same_thing(one, maker)]
            if same and not any(_agrees(one, maker) for maker in same):
                found.setdefault(one.sentence, Difference(case, one.sentence, passage, same[0].sentence))
    return list(found.values())


def against_makers(corpus: Corpus, cases: Sequence[RepairCase], passages: Sequence[Passage]) -> list[Difference]:
    """Return where fixes differ from the maker's text, in the passages at hand or in what a search finds on the fix."""
    found: list[Difference] = []
    for case in cases:
        done = " ".join(filter(None, (case.action, *case.steps)))
        if not any(one.dimension in _STATED for one in quantities(done)):
            continue
        known = case.equipment if case.equipment and corpus.equipment_named_in(case.equipment) else None
        near = corpus.search(done, equipment=known, k=_NEAR).passages
        found += differences(case, list({passage.id: passage for passage in (*passages, *near)}.values()))
    return found


def _statements(text: str) -> Iterator[_Statement]:
    for match in _SENTENCE.finditer(text):
        sentence = match.group().strip()
        before = ""
        for clause in _CLAUSE.split(sentence):
            measured = [one for one in quantities(clause) if one.dimension in _STATED]
            kinds = {one.dimension for one in measured}
            subject, chinese = _subject(clause)
            said = clause
            if not (subject or chinese):
                subject, chinese = _subject(before)  # "Tighten the clamp screws crosswise, to 45 N·m"
                said = before + clause
            if len(kinds) == 1 and (subject or chinese):
                dimension, ends = str(measured[0].dimension), _ends(clause, measured)
                yield _Statement(dimension, *ends, subject, chinese, sentence, bool(_SET.search(said)))
            before = clause


def _ends(clause: str, measured: Sequence[Quantity]) -> tuple[float, float]:
    low, high = min(one.value for one in measured), max(one.value for one in measured)
    if "±" in clause or "+/-" in clause:
        middle, play = measured[0].value, measured[-1].value if len(measured) > 1 else math.inf
        return middle - play, middle + play
    if _LEAST.search(clause) and not _MOST.search(clause):
        return low, math.inf
    if _MOST.search(clause) and not _LEAST.search(clause):
        return -math.inf, high
    return low, high


def _subject(clause: str) -> tuple[frozenset[str], str]:
    """Return what a clause is about: English stems, and what is left of a Chinese one without verbs and figures."""
    if detect_language(clause) == "zh":
        return frozenset(), _FIGURE.sub("", _PLAIN_ZH.sub("", clause))
    words = {word for word in content_words(re.sub(r"\d[\w.,·/°-]*", " ", clause)) if word.isalpha() and len(word) > 2}
    return frozenset(words - _PLAIN), ""


def _same_thing(one: _Statement, other: _Statement) -> bool:
    if one.dimension != other.dimension:
        return False
    if one.chinese and other.chinese:
        short, long = sorted((one.chinese, other.chinese), key=len)
        return len(short) >= 3 and short in long
    short_words, long_words = sorted((one.subject, other.subject), key=len)
    return len(short_words) >= 2 and short_words <= long_words


def _agrees(one: _Statement, maker: _Statement) -> bool:
    """Say whether a range or limit of the maker's holds what was done, but for rounding."""
    slack = 0.02 * max(abs(one.low), abs(one.high) if math.isfinite(one.high) else 0.0)
    return maker.low - slack <= one.high and one.low <= maker.high + slack
