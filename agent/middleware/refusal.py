"""When to say "I don't know", and when to ask back; how sure the corpus is of its pages is calibrated there."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from agent.asking.columns import columns_asked
from agent.asking.measures import measures_asked, shows_measure
from agent.asking.past import LAST_TIME, speaks
from agent.asking.question import Question
from agent.asking.recorded import NOTHING
from agent.asking.understanding import OF_RECORDS
from agent.models.choosing import documents_of
from agent.models.procedures import titled
from agent.tools.found import Found
from agent.words import words
from corpus import Corpus, Evidence, Passage, RepairCase, contains_quote, extract_identifiers, normal_identifier

_CALLS = r"(?:\b(?:alarm|fault|error|code|trip|message)s?|报[警错]?|显示|故障码?|代码|错误码?|跳)"
_CHOICES = 16
_COLUMNS = frozenset({"price", "maker"})
_FEW_PARTS = 2
_TWIN = 0.6  # share of the best score that the same section of another manual has


def supported(question: Question, found: Found) -> bool:
    """Say whether what was found bears on the question."""
    asked = question.asked
    if found.absent and not found.facts and (asked.intents & OF_RECORDS or question.recorded != NOTHING):
        return False
    if found.facts:
        return not (found.parts and asked.intents & {"stock", "low_stock"}) or _parts_known(question, found)
    if found.parts and asked.intents & {"stock", "low_stock"}:
        return _parts_known(question, found) and _columns_known(question, found)
    if (found.readings or found.alarms or found.states) and "status" in asked.intents:
        return True
    if found.cases and "history" in asked.intents:
        return True
    if found.machines and "overview" in asked.intents:
        return True
    if speaks(LAST_TIME, question.own):
        return False  # when it was last done no manual tells
    evidence = found.evidence
    if evidence is None or not evidence.passages:
        return False
    known = {part.part_number for part in found.parts}
    if evidence.unknown and len(evidence.unknown) == len(evidence.identifiers) and not known:
        return False
    coded = {i.normal for i in evidence.identifiers if _called_a_code(question.own, i.text)}
    if coded and coded <= {i.normal for i in evidence.unknown} - {normal_identifier(number) for number in known}:
        return False  # the drive GS2 is known, its fault E-08 is not
    if code_elsewhere(question, found):
        return False
    return evidence.confidence >= evidence.threshold or titled(question, found)


def code_elsewhere(question: Question, found: Found) -> tuple[str, tuple[str, ...]] | None:
    """Return a code asked of a machine that only documents of other models have, and these models."""
    if question.scope is None or found.evidence is None or not found.evidence.models:
        return None
    pages = documents_of(found.evidence.passages)  # a repair of another machine may have the code too
    for code in (i for i in question.asked.identifiers if i.kind == "code"):
        having = [p for p in pages if code.normal in {i.normal for i in extract_identifiers(p.text)}]
        if having and all(passage.applies == "other" and passage.models for passage in having):
            return code.text, tuple(dict.fromkeys(model for passage in having for model in passage.models))
    return None


def _called_a_code(question: str, text: str) -> bool:
    """Say whether a question calls an identifier a code: "shows fault E-08", 报 E-08."""
    return re.search(rf"{_CALLS}\W{{0,2}}{re.escape(text)}(?![A-Za-z0-9])", question, re.IGNORECASE) is not None


def measured(question: Question, found: Found, said: str) -> bool:
    """Say whether what is said can be the figure that is asked for: a torque is none where a vibration is wanted.

    It holds a unit of that quantity, or names it; of a quantity that is not known, and of records, anything will do.
    A warranty, a price or a material has to be told as such.
    """
    asked = question.asked
    if found.facts:
        return True
    if any(wanted.search(question.own) and not told.search(said) for wanted, told in words().attributes):
        return False
    if asked.intents & OF_RECORDS and (asked.intents != {"overview"} or found.machines):
        return True
    if "figure" not in asked.wants:
        return True
    measures = measures_asked(question.own)
    return not measures or shows_measure(measures, said)


def _parts_known(question: Question, found: Found) -> bool:
    """A part number or code that was asked for has to be known: near neighbours, or other parts, are no answer."""
    wanted = {i.normal for i in question.asked.identifiers if i.kind in ("part", "code")}
    held = {normal_identifier(part.part_number) for part in found.parts}
    unknown = {i.normal for i in found.evidence.unknown} if found.evidence else wanted
    said = any(contains_quote(question.text, part.part_number) for part in found.parts)
    return not wanted or said or bool(wanted & held) or bool(wanted - unknown)


def _columns_known(question: Question, found: Found) -> bool:
    """A price or a supplier is told by a row that has one, not by the stock of the part."""
    wanted = _COLUMNS & {*columns_asked(question.own)}
    return not wanted or bool(found.rows) or any(part.supplier for part in found.parts)


def choices(corpus: Corpus, question: Question, found: Found) -> tuple[str, ...]:
    """Return the machines to choose from when the question fits several and their answers differ."""
    asked = question.asked
    if question.machine is not None or found.facts or found.absent:
        return ()
    if (found.alarms or found.states) and "status" in asked.intents and not question.machines:
        return ()  # of all machines
    wanted = {i.normal for i in asked.identifiers}
    if asked.intents & {"stock"} and wanted & {normal_identifier(part.part_number) for part in found.parts}:
        return ()  # a part number says enough: its stock is the same for every machine that it fits
    if "stock" in asked.intents and 0 < len({part.part_number for part in found.parts}) <= _FEW_PARTS:
        return ()  # the name says enough
    by_machine = bool(asked.intents & {"status"})
    if question.machines:
        models = {machine.model for machine in question.machines}
        if by_machine or (len(models) > 1 and not question.apart and not _for_all(found, models)):
            return tuple(machine.tag for machine in question.machines)[:_CHOICES]
        return ()
    machines = corpus.all_equipment()
    if by_machine and asked.intents <= {"status", "fault"}:
        return tuple(machine.tag for machine in machines)[:_CHOICES]
    evidence = found.evidence
    if asked.code and evidence is not None and not evidence.models:
        leading = [p for p in evidence.passages if "identifier" in p.why and p.kind == "fault" and p.models]
        if len({passage.models for passage in leading}) > 1:
            fitting = {model for passage in leading for model in passage.models}
            return tuple(m.tag for m in machines if m.model in fitting)[:_CHOICES] or tuple(sorted(fitting))
    twins = (
        _twins(evidence) if evidence is not None and asked.intents & {"specification", "procedure", "stock"} else set()
    )
    return tuple(m.tag for m in machines if m.model in twins)[:_CHOICES]


def _for_all(found: Found, models: Collection[str | None]) -> bool:
    """Say whether the page found first is for each of these models, so that there is nothing to choose."""
    pages = documents_of(found.evidence.passages if found.evidence else ())
    return bool(pages) and (not pages[0].models or set(pages[0].models) >= set(models))


def _twins(evidence: Evidence) -> set[str]:
    """Return the models whose manuals have the section found, each with answers of its own."""
    pages = [p for p in evidence.passages if p.section and not p.place.record][:8]
    if evidence.models or not pages or not pages[0].models:
        return set()
    best = pages[0]
    twins = [p for p in pages if p.section[-1:] == best.section[-1:] and p.score >= _TWIN * best.score and p.models]
    models = {model for passage in twins for model in passage.models}
    return models if len({passage.models for passage in twins}) > 1 else set()


def nearest(found: Found) -> tuple[Passage, ...]:
    """Return the best passage of each of the three nearest documents."""
    best: dict[str, Passage] = {}
    for source in found.sources:
        if source.passage and source.passage.applies != "other":
            best.setdefault(source.passage.title, source.passage)
    return tuple(best.values())[:3]


def to_ask(question: Question, cases: Sequence[RepairCase]) -> tuple[str | None, tuple[str, ...]]:
    """Return whom to ask: the contact of the asset, and those who wrote fixes for it."""
    machine = question.machine
    contact = None
    if machine and machine.owner:
        contact = f"{machine.owner} ({machine.contact})" if machine.contact else machine.owner
    authors = dict.fromkeys(case.by for case in cases if case.by and (not machine or case.by != machine.owner))
    return contact, tuple(authors)[:2]
