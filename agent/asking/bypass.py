"""Requests to make a protection ineffective, which nobody is helped with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
_NAMED, _GENERAL = 0.5, 0.3  # what counts a shared identifier, and a rule on bypassing protections as such
_UNLIKE = 0.76  # cosine of texts that have nothing to do with each other
_MEASURED = 10  # sentences compared across languages, at about 10 ms each
_MANUALS = 2
_STEPS = 520  # characters of the steps that are shown
_FORBIDDEN = "禁止 不得 严禁 never must not bypass"


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence that forbids what was asked for."""

    passage: Passage
    text: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the documents say to a request to defeat a protection.

    `rules` forbid it, perhaps none; `procedure` are the steps by which the machine is made safe instead; `sections`
    are those of the manual on the protection itself: its test, adjustment and repair.
    """

    rules: tuple[Rule, ...]
    procedure: Rule | None = None
    sections: tuple[Passage, ...] = ()


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
    if purpose and bypass["strong"].search(bypass["soft"].sub(" ", text)):
        return "plainly"
    measured = "figure" in understand(text).wants  # "to how many bar is it set?" asks for the right value
    return "perhaps" if strong or (bypass["weak"].search(text) and not measured) else None


def refusal_of_bypass(corpus: Corpus, question: Question) -> Refusal | None:
    """Return what to say to a request to defeat a protection; None where it is no such request."""
    how = asks_to_bypass(question.said)
    if how is None:
        return None
    text, plainly = question.own, how == "plainly"
    passages = _read(corpus, text, question.scope)
    rules = _rules(corpus, text, passages, plainly=plainly)
    if not rules and not plainly:
        return None  # only the documents can tell that it is forbidden, and they do not
    # Without a machine, another's steps would be shown.
    own = passages if question.scope else [passage for passage in passages if not passage.models]
    return Refusal(tuple(rules), _lock_out(own), tuple(_sections(corpus, text, own)))


def _read(corpus: Corpus, text: str, equipment: str | None) -> list[Passage]:
    """Return all of the machine's own manuals, and what else a search finds on the request."""
    found = [corpus.search(query, equipment=equipment, k=20) for query in (text, f"{text} {_FORBIDDEN}")]
    near = [p for evidence in found for p in evidence.passages if p.applies != "other" and not p.place.record]
    manuals = dict.fromkeys(p.place.revision for p in near if p.applies == "model" and p.place.revision is not None)
    whole = [passage for revision in list(manuals)[:_MANUALS] for passage in corpus.chunks(revision)]
    return list({passage.id: passage for passage in [*near, *whole]}.values())


def _rules(corpus: Corpus, text: str, passages: Sequence[Passage], *, plainly: bool) -> list[Rule]:
    """Return the sentences that forbid what a text asks for, best first."""
    forbids = words().bypass["rule"]
    units = {u.text: u for p in passages if forbids.search(p.text) for u in cut(p) if forbids.search(u.text)}
    near = _nearness(corpus, text, [*units], _GENERAL if plainly else 0.0)
    enough = _NEAR if plainly else _SURE
    ranked = sorted(units, key=lambda said: (-near[said], units[said].passage.id, units[said].start))
    best = max(enough, 0.8 * near[ranked[0]]) if ranked else 0.0
    return [Rule(units[said].passage, said) for said in ranked[:_RULES] if near[said] >= best]


def _nearness(corpus: Corpus, text: str, said: Sequence[str], general: float) -> dict[str, float]:
    """Say how close each sentence is to a request: by words of either language, identifiers, and by its subject.

    The nearest of those in another language are compared by meaning too.
    """
    wanted = content_words(words().frames.sub(" ", text))
    across = set(corpus.translated(text))
    named = {i.normal for i in extract_identifiers(text)}
    bypass, language = words().bypass, detect_language(text)
    near, foreign = {}, []
    for one in said:
        held = set(content_words(one))
        share = sum(word in held for word in wanted) / max(1, len(wanted))
        if detect_language(one) != language:
            share = max(share, len(across & held) / max(3, len(across)))
            foreign.append(one)
        both = named & {i.normal for i in extract_identifiers(one)}
        on_protection, on_bypass = bypass["protection"].search(one), bypass["strong"].search(one)
        near[one] = share + (_NAMED if both else 0.0) + (general if on_bypass else 0.0)
        if not (on_protection or on_bypass or both):
            near[one] = 0.0  # a "do not" of something else
    closest = sorted(foreign, key=lambda one: -near[one])[:_MEASURED]
    for one, cosine in zip(closest, corpus.similar(text, closest), strict=True):
        near[one] += max(0.0, (cosine - _UNLIKE) / (1 - _UNLIKE))
    return near


def _lock_out(passages: Sequence[Passage]) -> Rule | None:
    """Return the steps that make the machine safe to work on: its manual's own lock-out procedure."""
    title = words().safety_title
    for passage in passages:
        own = passage.applies != "other" and passage.kind == "procedure" and passage.section
        if own and title.search(passage.section[-1]):
            steps = [unit.text for unit in cut(passage)]
            while len(steps) > 1 and passage.text.index(steps[-1]) + len(steps[-1]) > _STEPS:
                steps.pop()
            return Rule(passage, passage.text[: passage.text.index(steps[-1]) + len(steps[-1])])
    return None


def _sections(corpus: Corpus, text: str, passages: Sequence[Passage]) -> Iterator[Passage]:
    """Return the procedures whose title names the protection that the request is about."""
    wanted = {match.group().casefold() for match in words().bypass["protection"].finditer(text)}
    terms = {token for said in wanted for token in (*content_words(said), *corpus.translated(said))}
    terms -= set(content_words("safety 安全"))
    seen: set[tuple[str, ...]] = set()
    for passage in passages:
        if passage.kind == "procedure" and passage.section and passage.section not in seen:
            seen.add(passage.section)
            if terms & set(content_words(passage.section[-1])):
                yield passage
