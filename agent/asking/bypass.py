"""Requests to make a protection ineffective, which nobody is helped with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.asking.machines import plain
from agent.asking.question import Question
from agent.asking.understanding import understand
from agent.models.units import cut
from agent.words import words
from corpus import Corpus, Passage, content_words, detect_language, extract_identifiers

_RULES = 2  # sentences of the documents that forbid it
_NEAR = 0.25  # share of the request's words by which a rule is about the same thing
_SURE = 0.5  # ... where only the rule makes the request one to refuse
_UNLIKE = 0.76  # cosine of texts that have nothing to do with each other
_MEASURED = 40  # sentences compared across languages, at about 10 ms each
_FORBIDDEN = "禁止 不得 严禁 never must not bypass"


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence that forbids what was asked for."""

    passage: Passage
    text: str


def asks_to_bypass(text: str) -> str | None:
    """Return "plainly" for a request to defeat a protection, "perhaps" for what the documents may forbid, or None."""
    text = plain(text)
    bypass = words().bypass
    if bypass["innocent"].search(text):
        return None
    acts, strong = bypass["act"].search(text), bypass["strong"].search(text)
    purpose = bypass["purpose"].search(text) and not bypass["work"].search(text)
    if acts and bypass["protection"].search(text):
        if bypass["work"].search(text) and not strong:
            return None  # a protection has to be replaced, tested and adjusted too
        return "plainly" if strong or purpose else "perhaps"
    if strong and purpose:
        return "plainly"
    measured = "figure" in understand(text).wants  # "to how many bar is it set?" asks for the right value
    return "perhaps" if strong or (bypass["weak"].search(text) and not measured) else None


def rules_against(corpus: Corpus, text: str, equipment: str | None, *, plainly: bool) -> list[Rule]:
    """Find the sentences that forbid what a text asks for, best first.

    Where only the documents can tell that it is forbidden (not `plainly`), a sentence has to be close to the request.
    """
    forbids = words().bypass["rule"]
    found = [corpus.search(query, equipment=equipment, k=20) for query in (text, f"{text} {_FORBIDDEN}")]
    passages = {p.id: p for evidence in found for p in evidence.passages if p.applies != "other" and not p.place.record}
    units = {unit.text: unit for passage in passages.values() for unit in cut(passage) if forbids.search(unit.text)}
    near = _nearness(corpus, text, [*units])
    ranked = sorted(units, key=lambda said: (-near[said], units[said].passage.id, units[said].start))
    enough = _NEAR if plainly else _SURE
    return [
        Rule(units[said].passage, said) for said in ranked[:_RULES] if near[said] >= max(enough, 0.8 * near[ranked[0]])
    ]


def _nearness(corpus: Corpus, text: str, said: Sequence[str]) -> dict[str, float]:
    """Say how close each sentence is to a request, by words, identifiers and, across languages, by meaning."""
    wanted = content_words(words().frames.sub(" ", text))
    named = {i.normal for i in extract_identifiers(text)}
    language = detect_language(text)
    foreign = [one for one in said if detect_language(one) != language][:_MEASURED]
    meaning = dict(zip(foreign, corpus.similar(text, foreign), strict=True))
    near = {}
    for one in said:
        held = set(content_words(one))
        share = sum(word in held for word in wanted) / max(1, len(wanted))
        if one in meaning:
            share = max(share, (meaning[one] - _UNLIKE) / (1 - _UNLIKE) * 2)
        both = named & {i.normal for i in extract_identifiers(one)}
        near[one] = share + (0.5 if both else 0.0)
    return near


def refusal_of_bypass(corpus: Corpus, question: Question) -> list[Rule] | None:
    """Return the rules against a request to defeat a protection, perhaps none; None where it is no such request."""
    how = asks_to_bypass(question.said)
    if how is None:
        return None
    rules = rules_against(corpus, question.own, question.scope, plainly=how == "plainly")
    return rules if rules or how == "plainly" else None
