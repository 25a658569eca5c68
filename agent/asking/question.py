"""What a message asks after the turns before it: its machine, and the words that carry over. All of it is rules."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.asking.alike import alike
from agent.asking.codes import models_by_symptom, with_letters
from agent.asking.machines import (
    Meant,
    kinds_in,
    machines_meant,
    named_apart,
    plain,
    without_kind,
    without_machines,
)
from agent.asking.metrics import written_out
from agent.asking.periods import with_year, without_dates
from agent.asking.recorded import NOTHING, Recorded, machine_measured, machines_compared, recorded
from agent.asking.renaming import renamed, with_articles
from agent.asking.titles import titled
from agent.asking.understanding import OF_RECORDS, Understanding, understand
from agent.querying.asking import INTENTS, query_in
from agent.words import words
from corpus import (
    Corpus,
    Equipment,
    Identifier,
    Turn,
    contains_quote,
    content_words,
    extract_identifiers,
    normal_identifier,
    short_tags,
)

_TOPIC = 240  # characters of earlier turns that a follow-up takes along
_READ = 8  # identifiers of a picture that are looked up
_THIN = 2  # content words (two pairs of Chinese characters count as one) of a message that says too little alone


@dataclass(frozen=True, slots=True)
class Question:
    """A question that stands alone.

    `said` is what was typed; `own` its words without those that name a machine; `topic` the words that earlier turns
    lend it. `machine` is the one it is about, `machines` those it may be about where that is open; `chosen` the tag
    that was picked beside it, `unknown` one that no machine has. `parts` are part numbers that the last answer named,
    `sections` the (revision, section) of its citations. `unread` says that it points at a picture in which nothing
    was recognised, `recorded` what of it the plant's records know, `apart` that all of `machines` are meant,
    `shared` that the same documents are for all of them.
    """

    said: str
    own: str
    asked: Understanding
    topic: str = ""
    machine: Equipment | None = None
    machines: tuple[Equipment, ...] = ()
    chosen: str | None = None
    unknown: str | None = None
    parts: tuple[str, ...] = ()
    sections: tuple[tuple[int | None, str | None], ...] = ()
    image_text: str | None = None
    names: frozenset[str] = frozenset()
    unread: bool = False
    recorded: Recorded = NOTHING
    apart: bool = False
    shared: bool = False

    @property
    def text(self) -> str:
        """The question as it stands alone."""
        return f"{self.own} ({self.topic})" if self.topic else self.own

    @property
    def scope(self) -> str | None:
        """The tag by which to search: the machine's, or that of one of several that share their documents."""
        if self.machine:
            return self.machine.tag
        models = {machine.model for machine in self.machines}
        return self.machines[0].tag if (len(models) == 1 and None not in models) or self.shared else None


def read_question(
    corpus: Corpus, said: str, equipment: str | None, image_text: str | None, turns: Sequence[Turn]
) -> Question:
    """Understand a message; raises NotFound for a picked tag that no machine has."""
    every = corpus.all_equipment()
    tags = [*(machine.tag for machine in every), *short_tags(every).values()]
    names = frozenset(normal_identifier(name) for name in [*tags, *corpus.models()])
    names |= corpus.document_names()
    picked = corpus.equipment(equipment) if equipment else None
    last = turns[-1] if turns else None
    before: Mapping[str, Any] = json.loads(last.answer) if last else {}
    near = _near(every, picked, turns, before)
    offered = [m for m in every if m.tag in (before.get("choices") or ())] if last and last.state == "clarify" else []
    text = with_year(written_out(plain(corpus.spelled(said))), corpus.newest_record, corpus.settings.zone)
    text = _again(_without_rejected(text))
    words_used = text
    meant = machines_meant(text, every, around=offered, near=near)
    if (not meant.machines or meant.loosely) and not (meant.unknown or picked):
        spoken = [(one, (*forms, *corpus.also_called(one))) for one, forms in corpus.terms_spoken(text)]
        by_titles = titled(every, corpus.titles_by_model())
        named = renamed(with_articles(text, by_titles), by_titles, spoken, corpus.terms_spoken)
        other = _barely(machines_meant(named, by_titles, around=offered, near=near), every)
        if other.machines and not (other.loosely and meant.machines):  # a kind of machine is the weakest of names
            words_used, meant = named, other
    undocumented = meant.barely and meant.one and meant.one.model not in corpus.documented_models()
    if undocumented and _of_documents(text, names) and without_dates(text) == text:  # what was on a day is on record
        meant = Meant((), text)  # what is asked may well be of another machine, with documents
    if picked and meant.loosely and picked not in meant.machines and _of_documents(text, names):
        meant = _rather_picked(corpus, text, meant, picked)
    own = meant.rest
    if meant.unknown and not corpus.search(meant.unknown, k=1, methods=("identifier",)).unknown:
        meant, own = Meant((), text), text  # it looks like a tag and is a code of the documents
    asked = _stocked(corpus, understand(own, names=names), own)
    if image_text:
        shown = _shown(corpus, image_text, names, [machine.serial for machine in every if machine.serial])
        held = {i.normal for i in asked.identifiers}
        own = " ".join([own, *(i.text for i in shown if i.normal not in held)])
        asked = _with_shown(asked, [i for i in shown if i.normal not in held])
        if not meant.machines:
            meant = replace(meant, machines=machines_meant(image_text, every).machines)
    unread = image_text is not None and not asked.identifiers and not meant.machines and _points(own)
    machine, machines = _machine(meant, near, picked)
    question = Question(
        said,
        own,
        asked,
        "",
        machine,
        machines,
        picked.tag if picked else None,
        meant.unknown,
        (),
        (),
        image_text,
        names,
        unread,
    )
    if last is not None and not asked.intents & {"talk", "off_topic"}:
        question = _after(question, meant, last, before, every, bool(offered))
    question = _lettered(corpus, question)
    called = any(without_kind(words_used, machine) != words_used for machine in question.machines)
    question = _narrowed(corpus, question, kinds=called or bool(kinds_in(text)))
    documents = corpus.documents_by_model()
    shared = {documents.get(machine.model or "", frozenset()) for machine in question.machines}
    question = replace(question, shared=len(shared) == 1 and frozenset() not in shared)
    if apart := named_apart(text, question.machines):
        question = replace(question, machines=apart, apart=True)
    if question.machine is None and not question.unknown and not question.topic:
        measured = machine_measured(corpus, question.own, question.asked, question.machines)
        question = replace(question, machine=measured, machines=()) if measured else question
    whole = text if not question.topic and question.own == own else question.text
    asked, known = recorded(corpus, whole, question.own, question.asked, question.machine, question.machines)
    question = replace(question, asked=asked, recorded=known)
    return _queried(corpus, question)


def _lettered(corpus: Corpus, question: Question) -> Question:
    """Read a code of figures alone as the one that the documents of the machines in question have, where it is one."""
    machines = (question.machine,) if question.machine else question.machines
    models = sorted({machine.model for machine in machines if machine.model})
    own = with_letters(corpus, question.own, [one.text for one in question.asked.identifiers], models)
    if own == question.own:
        return question
    identifiers = understand(own, names=question.names).identifiers
    return replace(question, own=own, asked=replace(question.asked, identifiers=identifiers))


def _queried(corpus: Corpus, question: Question) -> Question:
    """Take a question over records that is wholly understood as one query for that, whatever else it looks like."""
    known, asked = question.recorded, question.asked
    if known.orders or known.measured or asked.intents & {"talk", "off_topic"}:
        return question
    if question.topic and "stock" in asked.intents:
        return question  # the parts that the last answer named are meant
    machines = (question.machine,) if question.machine else question.machines
    if question.machine is None and (compared := machines_compared(corpus, question.text, machines)):
        return replace(
            question, asked=replace(asked, intents=frozenset({"status"})), recorded=Recorded(compared=compared)
        )
    query, left = query_in(corpus, question.text, asked, machines)
    if query is None:
        listed = known.listed or known.needed or known.people or known.alarm
        unknown = () if listed or asked.code else left
        return replace(question, recorded=replace(known, unknown=unknown))
    asked = replace(asked, intents=frozenset({INTENTS[query.table]}), identifiers=())
    return replace(question, asked=asked, recorded=replace(NOTHING, query=True))


def _barely(meant: Meant, every: Sequence[Equipment]) -> Meant:
    """Return what was meant by names that the equipment list has not, with the machines as it has them."""
    tags = {machine.tag for machine in meant.machines}
    return replace(meant, machines=tuple(machine for machine in every if machine.tag in tags), barely=True)


def _stocked(corpus: Corpus, asked: Understanding, text: str) -> Understanding:
    """Take for a part what looks like a fault code and stands in a stock number or maker's type: KS/EL-0012."""
    if not asked.code:
        return asked
    lines = corpus.find_parts(text)
    numbers = [name for line in lines for name in (line.part_number, line.spec) if name]
    whole = [name for name in numbers if contains_quote(text, name)]
    identifiers = tuple(
        replace(one, kind="part")
        if any(contains_quote(name, one.text) for name in whole)
        or ("stock" in asked.intents and any(normal_identifier(name).startswith(one.normal) for name in numbers))
        else one
        for one in asked.identifiers
    )
    asked = replace(asked, identifiers=identifiers)
    if asked.code or words().intents["fault"].search(text):
        return asked
    return replace(asked, intents=asked.intents - {"fault"} or frozenset({"lookup"}))


def _of_documents(text: str, names: frozenset[str]) -> bool:
    return not understand(text, names=names).intents & OF_RECORDS


def _rather_picked(corpus: Corpus, text: str, meant: Meant, picked: Equipment) -> Meant:
    """Keep to the picked machine where its documents answer better: "the press" of a conveyor splices its belt."""
    here, there = (corpus.search(text, equipment=one.tag, k=1).confidence for one in (picked, meant.machines[0]))
    return Meant((), text) if here > there else meant


def _near(
    every: Sequence[Equipment], picked: Equipment | None, turns: Sequence[Turn], before: Mapping[str, Any]
) -> Equipment | None:
    """Return the machine that is being spoken of: a fresh pick, else the last turns', else the pick."""
    spoken = next((turn.equipment for turn in reversed(turns) if turn.equipment), None)
    known = {machine.tag: machine for machine in every}
    fresh = picked is not None and picked.tag != before.get("chosen")
    return picked if fresh else (known.get(spoken) if spoken else None) or picked


def _machine(
    meant: Meant, near: Equipment | None, picked: Equipment | None
) -> tuple[Equipment | None, tuple[Equipment, ...]]:
    if meant.machines:
        if near in meant.machines:
            return near, ()
        if picked in meant.machines:
            return picked, ()
        return meant.one, () if meant.one else meant.machines
    return near, ()


def _after(
    question: Question, meant: Meant, last: Turn, before: Mapping[str, Any], every: Sequence[Equipment], offered: bool
) -> Question:
    """Give the question what the last turn lends it."""
    asked_before = str(before.get("asked") or last.question)
    topic = without_machines(asked_before, every)[:_TOPIC]
    codes = question.asked.identifiers
    remainder = _remainder(meant.rest, codes)
    follow = words().follow
    said = plain(question.said)
    # A tapped choice, a number, a name: it answers what was asked back, and only that.
    if last.state == "clarify" and ((offered and meant.machines) or codes) and remainder <= _THIN:
        return _about(question, _with(topic, codes))
    correction = bool(follow["correction"].search(said))
    bare = remainder == 0 and question.asked.intents <= {"lookup", "fault"}  # "what is it doing now?" is a question
    if (meant.machines or codes or meant.unknown) and (bare or (correction and remainder <= _THIN)):
        return _about(question, _with(topic, codes))
    same = last.equipment is None or question.machine is None or last.equipment == question.machine.tag
    parts = _parts_of(before, last, question.names) if same else ()
    sections = tuple((c.get("revision"), c.get("section")) for c in before.get("citations") or ())
    question = replace(question, parts=parts, sections=sections)
    pointing = bool(follow["pronoun"].search(words().machine["this"].sub(" ", said)))
    opening = bool(follow["opening"].search(said))
    whole = meant.machines and question.asked.intents & {"status", "overview", "low_stock"}
    thin = not whole and _size(question.own) <= _THIN
    if (codes and not pointing) or not (pointing or opening or thin):
        return question
    lent = understand(topic, names=question.names)
    asked = question.asked
    if asked.intents == {"lookup"}:
        asked = replace(asked, intents=lent.intents, wants=asked.wants or lent.wants)
    if not asked.identifiers:
        asked = replace(asked, identifiers=lent.identifiers)
    dated = without_dates(question.own) != question.own  # "and in 2025?": the time asked for earlier goes
    return replace(question, topic=without_dates(topic) if dated else topic, asked=asked)


def _parts_of(before: Mapping[str, Any], last: Turn, names: frozenset[str]) -> tuple[str, ...]:
    """Return the part numbers that the last answer named, those of its text before those beside it."""
    asked = {i.normal for i in extract_identifiers(last.question)}
    said = [i for i in extract_identifiers(str(before.get("text") or "")) if i.normal not in names | asked]
    beside = [str(row.get("part_number")) for row in before.get("parts") or ()]
    return tuple(dict.fromkeys([*(i.text for i in said), *beside]))[:16]


def _about(question: Question, text: str) -> Question:
    """Ask again what was asked, of another machine or code."""
    asked = understand(text, names=question.names)
    # The labels are in the language of whoever speaks now, which a bare tag does not tell.
    spoken = question.asked.language if len(content_words(question.said)) > 1 else asked.language
    return replace(question, own=text, asked=replace(asked, language=spoken), topic="")


def _with(topic: str, codes: Sequence[Identifier]) -> str:
    """Put the new identifiers in place of those of the same kind; add what replaces nothing."""
    old = extract_identifiers(topic)
    for new in codes:
        same = next((i for i in old if i.kind == new.kind), None)
        if same is None:
            topic = f"{topic} {new.text}"
        else:
            topic = topic.replace(same.text, new.text)
            old.remove(same)
    return topic


def _size(text: str) -> float:
    """Count the content words of a text; a pair of Chinese characters is half of one."""
    return sum(1.0 if word.isascii() else 0.5 for word in content_words(text))


def _remainder(rest: str, codes: Sequence[Identifier]) -> float:
    """Count the content words that are left once machine, codes and what only changes the subject are gone."""
    for code in codes:
        rest = rest.replace(code.text, " ")
    rest = words().follow["correction"].sub(" ", rest)
    if words().follow["same"].search(rest.strip()) or not rest.strip(" \t,.;:!?，。、？！"):
        return 0
    return _size(words().frames.sub(" ", rest))


def _again(text: str) -> str:
    """Write what is done again as manuals call it: to regrease is to grease."""
    return words().follow["again"].sub("", text)


def _without_rejected(text: str) -> str:
    """Leave out what a correction takes back: "not 3 but 2"."""
    for match in reversed(list(words().follow["rejected"].finditer(text))):
        said = next((group for group in match.groups() if group), None)
        if said and (extract_identifiers(said) or re.search(r"\d", said)):
            start = text.index(said, match.start())
            text = text[:start] + " " + text[start + len(said) :]
    return text


def _shown(corpus: Corpus, image_text: str, names: frozenset[str], serials: Sequence[str]) -> list[Identifier]:
    """Return the identifiers in a picture that stand somewhere in the corpus; its codes where none does.

    What is read in a picture confuses signs that look alike: E-4O7 is E-407 where only that exists.
    """
    own = names | {normal_identifier(serial) for serial in serials}
    read = [i for i in extract_identifiers(image_text) if i.normal not in own][:_READ]
    known = []
    for one in read:
        for text in alike(one.text):
            evidence = corpus.search(text, k=1, methods=("identifier",))
            if evidence.identifiers and not evidence.unknown:
                known.append(evidence.identifiers[0])
                break
    return known or [i for i in read if i.kind == "code"][:1]


def _points(text: str) -> bool:
    """Say whether a message speaks of something that it does not name."""
    follow = words().follow
    return bool(follow["pronoun"].search(text) or words().machine["this"].search(text)) or _size(text) <= _THIN


def _with_shown(asked: Understanding, shown: Sequence[Identifier]) -> Understanding:
    """Let the identifiers of a picture join those of the question."""
    joined = replace(asked, identifiers=(*asked.identifiers, *shown))
    return (
        replace(joined, intents=joined.intents | {"fault"}) if joined.code and asked.intents == {"lookup"} else joined
    )


def _narrowed(corpus: Corpus, question: Question, *, kinds: bool) -> Question:
    """Leave of several machines those whose documents know the code, that have any documents, or any readings."""
    if question.machine is None and (code := question.asked.code):
        having = models_by_symptom(corpus, code, question.own)
        among = tuple(m for m in question.machines or corpus.all_equipment() if m.model in having)
        if among:
            one = among[0] if len(among) == 1 else None
            return replace(question, machine=one, machines=() if one else among)
    if question.machine or len(question.machines) < 2:
        return question
    models: Collection[str] = ()
    if question.asked.code:
        evidence = corpus.search(question.asked.code, k=6, methods=("identifier",))
        models = {model for p in evidence.passages if p.kind == "fault" or p.kind == "row" for model in p.models}
        if models and not kinds and not any(machine.model in models for machine in question.machines):
            return replace(question, machines=())  # "E12, ultrasonic one finds no resonance": no machine number 1
    elif question.asked.intents == {"status"}:
        measured = corpus.metrics()
        models = {m.model or "" for m in question.machines if normal_identifier(m.tag) in measured}
    elif question.asked.intents & OF_RECORDS:
        return question
    models = models or corpus.documented_models()
    fitting = tuple(m for m in question.machines if m.model in models)
    if len(fitting) == 1:
        return replace(question, machine=fitting[0], machines=())
    return replace(question, machines=fitting or question.machines)
