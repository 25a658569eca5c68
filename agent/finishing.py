"""From what a run found and what passed the checks to the answer that goes out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.answer import Answer, Citation, State
from agent.asking.bypass import Refusal
from agent.asking.question import Question
from agent.asking.understanding import talk_of
from agent.checking.contradiction import against_makers
from agent.checking.draft import Checked
from agent.glossing import terms_beside
from agent.middleware.refusal import choices, code_elsewhere, measured, nearest, supported, to_ask
from agent.middleware.safety import governing_warnings
from agent.tools.data import addressed, shown
from agent.tools.found import Found
from agent.words import words
from corpus import Corpus, Equipment, Language, Passage, RepairCase, contains_quote, normal_identifier, spellings

_READ = 160  # characters of a picture's text that are told to the reader
_POINTED = 2  # sections on a protection that a refusal points to
_BESIDE = 6  # rows of one kind that come with an answer that did not ask for them
_OFFERED = 8  # machines to choose from where a tag is unknown


def labels(language: Language) -> Mapping[str, str]:
    return words().labels[language]


def talked(question: Question) -> Answer:
    """Answer small talk in one line."""
    return Answer("answered", labels(question.asked.language)[f"talk_{talk_of(question.said) or 'greeting'}"])


def unread(question: Question) -> Answer:
    """Say what was read in a picture that shows no code, part or machine that is known; a guess would be worse."""
    label = labels(question.asked.language)
    said = _read(label, question.image_text or "")
    return Answer("no_answer", f"{said} {label['image_unread']}" if (question.image_text or "").strip() else said)


def off_topic(question: Question) -> Answer:
    """Say what Millhand is for; nothing was searched."""
    return Answer("no_answer", labels(question.asked.language)["off_topic"])


def unknown_machine(question: Question, machines: Sequence[Equipment]) -> Answer:
    """Ask back for a tag that no machine has, offering those written like it."""
    label = labels(question.asked.language)
    prefix = re.match(r"[A-Za-z]+", question.unknown or "")
    like = [m.tag for m in machines if prefix and m.tag.upper().startswith(prefix.group().upper())]
    offered = tuple(like or [machine.tag for machine in machines])[:_OFFERED]
    text = label["unknown_machine" if offered else "unknown_machine_alone"].format(tag=question.unknown)
    return Answer("clarify" if offered else "no_answer", text, choices=offered)


def refused_bypass(corpus: Corpus, question: Question, refusal: Refusal) -> Answer:
    """Refuse to help against a protection: the rule that forbids it, who is responsible, and the right way to work."""
    label = labels(question.asked.language)
    cited = [*refusal.rules, *([refusal.procedure] if refusal.procedure else ())]
    citations = tuple(
        Citation(n, rule.text, corpus.locate(rule.passage, rule.text) or rule.passage.place)
        for n, rule in enumerate(cited, start=1)
    )
    warned = citations[: len(refusal.rules)]
    contact, _ = to_ask(question, ())
    lines = [label["bypass"]]
    if contact:
        lines[0] += " " + label["bypass_ask"].format(who=contact)
    if warned:
        lines.append(label["bypass_next"])
        lines += [f"{rule.text} [{citation.n}]" for rule, citation in zip(refusal.rules, warned, strict=True)]
    if refusal.procedure:
        lines.append(f"{label['bypass_right']} {refusal.procedure.passage.section[-1]}")
        lines.append(f"{refusal.procedure.text} [{citations[-1].n}]")
    if refusal.sections:
        told = [_pointer(passage) for passage in refusal.sections[:_POINTED]]
        lines.append(label["bypass_see"].format(sections="; ".join(told)))
    return Answer("answered", "\n\n".join(lines), citations=citations, warnings=warned)


def _pointer(passage: Passage) -> str:
    page = f" (p. {passage.place.page})" if passage.place.page else ""
    return f"{passage.section[-1]}{page}"


def finished(corpus: Corpus, question: Question, found: Found, checked: Checked) -> Answer:
    """Decide between an answer, a question back and a refusal, and put what belongs to it beside it."""
    options = choices(corpus, question, found)
    if options:
        return _unanswered("clarify", question, found, options)
    said = "\n\n".join(text for text, _ in checked.lines)
    passages = _cited(found, checked)
    if not checked.citations or not supported(question, found) or not measured(question, found, said):
        return _unanswered("no_answer", question, found, ())
    governing = governing_warnings(corpus, passages, "steps" in question.asked.wants)
    warned = [warning for warning in governing if not addressed(warning.text)]
    first = len(checked.citations) + 1
    warnings = tuple(
        Citation(first + at, one.text, corpus.locate(one.passage, one.text) or one.passage.place)
        for at, one in enumerate(warned)
    )
    answer = _beside(question, found, checked, passages)
    against = against_makers(corpus, answer.cases, [source.passage for source in found.sources if source.passage])
    first += len(warnings)
    makers = tuple(
        Citation(first + at, one.quote, corpus.locate(one.passage, one.quote) or one.passage.place)
        for at, one in enumerate(against)
    )
    quoted = "\n\n".join(text + "".join(f" [{n}]" for n in marks) for text, marks in checked.lines)
    label = labels(question.asked.language)
    notes = []
    if (
        question.machine
        and question.chosen
        and normal_identifier(question.machine.tag) != normal_identifier(question.chosen)
    ):
        notes.append(label["other_machine"].format(named=question.machine.tag, chosen=question.chosen))
    if question.image_text is not None:
        notes.append(_read(label, question.image_text))
    named = [passage.text for passage in passages if passage.kind == "fault"][:2]
    terms = terms_beside(corpus, question.asked.language, [*(warning.quote for warning in warnings), *named])
    if terms:
        notes.append(label["terms"].format(terms="; ".join(f"{term} = {rendering}" for term, rendering in terms)))
    for one, cited in zip(against, makers, strict=True):
        told = label["contradicts"].format(who=one.case.by or label["unknown"], said=one.said, quote=one.quote)
        notes.append(f"{told} [{cited.n}]")
    if checked.removed:
        notes.append(label["removed"].format(count=len(checked.removed)))
    return replace(
        answer,
        text=shown("\n\n".join([quoted, *notes])),
        citations=(*checked.citations, *warnings, *makers),
        warnings=warnings,
    )


def _beside(question: Question, found: Found, checked: Checked, passages: Sequence[Passage]) -> Answer:
    """Return an answer with the rows that belong to it: those asked for or cited, and those of the parts it names."""
    asked = question.asked
    cited = {(ref.table, i) for c in checked.citations if (ref := c.place.record) for i in ref.ids}
    body = normal_identifier("\n".join([*(text for text, _ in checked.lines), *(p.text for p in passages)]))
    listed = question.recorded.listed == "parts" or question.recorded.needed or "low_stock" in asked.intents
    parts = [p for p in found.parts if listed or ("parts", p.id) in cited or normal_identifier(p.part_number) in body]
    beyond = [r for r in found.readings if ("readings", r.id) in cited or _beyond(r.value, r.limit_low, r.limit_high)]
    readings = found.readings if "status" in asked.intents else beyond
    cases = [case for case in found.cases if ("cases", case.id) in cited or _same_fault(case, question)]
    return Answer(
        "answered",
        "",
        parts=tuple(parts)[: _BESIDE if not asked.intents & {"stock", "low_stock"} else None],
        readings=tuple(readings),
        alarms=found.alarms,
        states=found.states if "status" in asked.intents else (),
        cases=tuple(cases),
        removed=checked.removed,
        search_ms=found.milliseconds,
    )


def _beyond(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def _same_fault(case: RepairCase, question: Question) -> bool:
    """Say whether a past fix is of the code that is asked about, or of a symptom where no code is."""
    code = question.asked.code
    if code is None:
        return bool(question.asked.intents & {"fault", "history"})
    return case.code is not None and normal_identifier(case.code) == normal_identifier(code)


def _cited(found: Found, checked: Checked) -> list[Passage]:
    held = [source.passage for source in found.sources if source.passage]
    return [
        passage
        for passage in held
        if any(
            c.place.revision == passage.place.revision and contains_quote(words, c.quote)
            for c in checked.citations
            for words in spellings(passage.text)
        )
    ]


def _unanswered(state: State, question: Question, found: Found, options: tuple[str, ...]) -> Answer:
    label = labels(question.asked.language)
    evidence = found.evidence
    unknown = [i.text for i in evidence.unknown] if evidence else []
    if state == "clarify":
        text = label["clarify_machine"]
    else:
        text = label["no_code"].format(code=", ".join(unknown)) if unknown else label["no_answer"]
        if elsewhere := code_elsewhere(question, found):
            code, models = elsewhere
            text = label["code_elsewhere"].format(code=code, machine=question.scope, models=", ".join(models))
        text = " ".join(found.absent) or text
        if question.image_text is not None:
            text += " " + _read(label, question.image_text)
        contact, authors = to_ask(question, found.cases)
        asks = [contact] if contact else []
        asks += [f"{author} ({label['wrote_short']})" for author in authors]
        if asks:
            text += " " + label["ask"].format(
                who="、".join(asks) if question.asked.language == "zh" else ", ".join(asks)
            )
    near = tuple((passage.title, passage.place) for passage in nearest(found))
    return Answer(state, text, choices=options, nearest=near, search_ms=found.milliseconds)


def _read(label: Mapping[str, str], image_text: str) -> str:
    said = " ".join(image_text.split())
    return label["image_read"].format(text=shown(said)[:_READ]) if said else label["image_nothing"]
