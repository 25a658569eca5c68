"""Cases in memory, read once and kept until one changes: counting and finding go over them many times a question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from corpus.domain import CaseFilter, RepairCase
from corpus.library.identifiers import extract_identifiers, normal_identifier
from corpus.library.quotes import normal_text
from corpus.library.words import content_words, index_tokens

_STEM = 5  # letters that inflected forms share (analysed, analysis)
_OLDEST = datetime.min.replace(tzinfo=UTC)
_FORMS = 50_000  # spellings and sentences remembered

identifier_form = lru_cache(maxsize=_FORMS)(normal_identifier)
text_form = lru_cache(maxsize=_FORMS)(normal_text)


@lru_cache(maxsize=_FORMS)
def _tokens(text: str) -> frozenset[str]:
    return frozenset(index_tokens(text))


@lru_cache(maxsize=_FORMS)
def _code_in(symptom: str) -> str | None:
    """Return the one code that a symptom names ("A170 every morning"), in its normal form."""
    codes = {one.normal for one in extract_identifiers(symptom) if one.kind == "code"}
    return codes.pop() if len(codes) == 1 else None


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A case with what it is found by; `tokens` are of its words, `all_tokens` also of its code and parts."""

    case: RepairCase
    id: int
    equipment_key: str | None
    code_key: str | None
    date: datetime
    tokens: frozenset[str]
    all_tokens: frozenset[str]


def held_case(case: RepairCase) -> HeldCase:
    written = (case.symptom, case.cause, case.action, case.failure_mode, case.component, *case.steps)
    tokens = frozenset().union(*(_tokens(text) for text in written if text))
    more = [_tokens(text) for text in (case.code, *case.parts) if text]
    return HeldCase(
        case,
        case.id or 0,
        identifier_form(case.equipment) if case.equipment else None,
        identifier_form(case.code) if case.code else _code_in(case.symptom),
        case.date or _OLDEST,
        tokens,
        tokens.union(*more) if more else tokens,
    )


class CaseView:
    """The cases of one state, by date and id."""

    def __init__(self, cases: Iterable[RepairCase]) -> None:
        self.held: Sequence[HeldCase] = [held_case(case) for case in cases]
        self._holding: dict[str, set[int]] = defaultdict(set)  # places in `held`, by token
        for place, held in enumerate(self.held):
            for token in held.all_tokens:
                self._holding[token].add(place)

    def holds(self, token: str) -> bool:
        """Say whether any of the cases has a token."""
        return token in self._holding

    def matching(self, wanted: CaseFilter, machines: Iterable[str] | None) -> list[RepairCase]:
        """Return the cases that meet all conditions; `machines` are keys, None for any."""
        keys = None if machines is None else set(machines)
        code = normal_identifier(wanted.code) if wanted.code else None
        by = normal_text(wanted.by) if wanted.by else None
        modes = {normal_text(mode) for mode in wanted.failure_modes}
        part = normal_identifier(wanted.part) if wanted.part else None
        places: Iterable[int] = range(len(self.held))
        if wanted.words:
            places = sorted(set.intersection(*(self._places(word) for word in wanted.words)))
        found = []
        for place in places:
            held, case = self.held[place], self.held[place].case
            if (
                (wanted.ids is None or held.id in wanted.ids)
                and (keys is None or held.equipment_key in keys)
                and (code is None or held.code_key == code)
                and (wanted.since is None or (case.date is not None and case.date >= wanted.since))
                and (wanted.until is None or (case.date is not None and case.date < wanted.until))
                and (wanted.preventive is None or case.preventive is wanted.preventive)
                and (by is None or (case.by is not None and by in text_form(case.by)))
                and (not modes or (case.failure_mode is not None and text_form(case.failure_mode) in modes))
                and (part is None or part in {identifier_form(number) for number in case.parts})
            ):
                found.append(case)
        return found

    def _places(self, word: str) -> set[int]:
        """Return the places of the cases that hold a word in any of its forms."""
        places: set[int] = set()
        for token, holding in self._holding.items():
            if alike(word, token):
                places |= holding
        return places


def modes_in(text: str, cases: Iterable[RepairCase]) -> list[str]:
    """Return the recorded failure modes that the text names: those of which it holds most words, if nearly all."""
    words = {word for word in content_words(text) if not word.isdigit()}
    scored = []
    for mode in dict.fromkeys(case.failure_mode for case in cases if case.failure_mode):
        own = _tokens(mode)
        held = sum(any(alike(word, token) for word in words) for token in own)
        if own and held / len(own) >= 0.75:
            scored.append((held, mode))
    most = max((held for held, _ in scored), default=0)
    return [mode for held, mode in scored if held == most]


def alike(word: str, token: str) -> bool:
    """Say whether two stems are forms of one word: "analys" of analysed, "analysi" of analysis."""
    if word == token:
        return True
    least = min(len(word), len(token))
    return least >= _STEM and word.isascii() and (word.startswith(token) or token.startswith(word))
