"""What a question asks of the plant's records, seen from what the records hold: orders, people, parts, readings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from agent.asking.columns import (
    columns_asked,
    machine_columns,
    machines_listed,
    machines_named,
    only_asks,
    parts_in_bins,
    parts_listed,
)
from agent.asking.doing import doing_asked
from agent.asking.machines import without_kind
from agent.asking.measures import asked_otherwise
from agent.asking.metrics import Named, metrics_in, wholly_measured
from agent.asking.past import LAST_TIME, speaks
from agent.asking.people import people_in, stands
from agent.asking.periods import period_in, without_dates
from agent.asking.understanding import OF_RECORDS, Intent, Understanding
from agent.words import words
from corpus import (
    CaseFilter,
    Corpus,
    Equipment,
    content_words,
    detect_language,
    index_tokens,
    normal_identifier,
    plain_form,
)

Listed = Literal["parts", "machines", "cases"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What records know of a question: work orders and repairers it names, rows it lists, a metric it measures.

    `needed` says that it asks for the parts of a repair; `tags` are the machines that it lists;
    `alarm` is the code of an alarm on record of which it asks when or how often; `query` says that all of its words are
    understood as one query over records, `unknown` for which of them it cannot be answered as such;
    `compared` are the machines whose readings of one metric it compares.
    """

    orders: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    listed: Listed | None = None
    measured: bool = False
    needed: bool = False
    tags: tuple[str, ...] = ()
    alarm: str | None = None
    query: bool = False
    unknown: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()


NOTHING = Recorded()


def recorded(
    corpus: Corpus, said: str, own: str, asked: Understanding, machine: Equipment | None, several: Sequence[Equipment]
) -> tuple[Understanding, Recorded]:
    """Find what of a question the records hold, and give it the intent that this means."""
    if asked.intents & {"talk", "off_topic"}:
        return asked, Recorded()
    orders = tuple(case.work_order for case in corpus.cases_of_orders(said) if case.work_order)
    if orders:
        return _meaning(asked, {"history"}), Recorded(orders)
    found = Recorded(people=tuple(people_in(said, corpus.repairers())))
    if doing_asked(own) and not asked.code and corpus.machine_states(machine.tag if machine else None):
        return _meaning(asked, {"status"}), found
    if _measures(corpus, own, asked, machine):
        return _meaning(asked, {"status"}), replace(found, measured=True)
    of = words().recorded
    explained = asked.wants & {"definition", "steps", "cause"} or asked.intents & {"procedure", "stock"}
    if of["occurred"].search(own) and not explained and (alarm := _alarm(corpus, own)):
        return asked, replace(found, alarm=alarm)
    if (of["bins"].search(own) or of["parts"].search(own)) and parts_in_bins(corpus, own):
        return replace(_meaning(asked, {"stock"}), identifiers=()), replace(found, listed="parts")
    if asked.intents & {"low_stock"} and any(
        detect_language(f"{part.name} {part.name_en or ''}") != detect_language(own)
        for part in corpus.parts_called(own)
    ):
        return _meaning(asked, {"stock"}), found  # "is the probe below its minimum?"
    if asked.intents & {"low_stock"} or asked.code:
        return asked, found
    if of["parts_needed"].search(own) and not corpus.parts_named_in(own):
        return replace(asked, intents=asked.intents | {"stock"}), replace(found, needed=True)
    if (
        of["parts"].search(own)
        and not of["mended"].search(own)
        and not asked.intents & {"procedure", "fault"}
        and parts_listed(corpus, own, machine)
    ):
        return _meaning(asked, {"stock"}), replace(found, listed="parts")
    if of["machines"].search(said) and not asked.intents & {"procedure", "fault", "status"}:
        listed = machines_named(corpus, said) if "stock" in asked.intents else machines_listed(corpus, said)
        listed = listed or list(several)
        if listed and not ("stock" in asked.intents and _named_part(corpus, own)):
            tags = tuple(one.tag for one in listed)
            return _meaning(asked, {"overview"}), replace(found, listed="machines", tags=tags)
    if several and asked.intents <= {"lookup", "overview", "specification"} and _counts_machines(own, several):
        return _meaning(asked, {"overview"}), replace(found, listed="machines", tags=tuple(m.tag for m in several))
    asks_whom = {"contact", "owner", "serial"} & set(columns_asked(own))
    if machine is None and asks_whom and asked.intents <= {"lookup", "overview", "specification"}:
        listed = list(several) or machines_named(corpus, said)
        if listed:
            tags = tuple(one.tag for one in listed)
            return _meaning(asked, {"overview"}), replace(found, listed="machines", tags=tags)
    if "stock" in asked.intents and not _named_part(corpus, own) and _of_maker(corpus, own):
        return _meaning(asked, {"stock"}), replace(found, listed="parts")
    if _counts_part(corpus, own, asked):
        return _meaning(asked, {"stock"}), found
    if of["cases"].search(own) and not asked.intents & {"procedure", "stock"} and (machine or several):
        return _meaning(asked, {"history"}), replace(found, listed="cases")
    if not asked.intents & {"procedure", "fault", *OF_RECORDS} and _of_part(own) and _named_part(corpus, said):
        return _meaning(asked, {"stock"}), found
    placed = asked.intents <= {"stock"} and "place" in asked.wants  # "where does it stand?" asks of the machine itself
    whereabouts = placed or (asked.wants & {"place", "person"} and not asked.intents & OF_RECORDS)
    if machine and whereabouts and only_asks(own):
        return _meaning(asked, {"overview"}), found
    if machine and (placed or not asked.intents & OF_RECORDS) and machine_columns(corpus, machine, own, alone=True):
        return _meaning(asked, {"overview"}), found
    if _repaired_then(corpus, own, asked, machine):
        return _meaning(asked, {"history"}), found
    return asked, found


def _repaired_then(corpus: Corpus, own: str, asked: Understanding, machine: Equipment | None) -> bool:
    """Say whether a question names a time at which its machine was repaired: what was done then no manual tells."""
    if machine is None or asked.intents & OF_RECORDS or asked.code:
        return False
    when = period_in(own, datetime.now(UTC), corpus.settings.zone)
    if when is None or when.since is None:
        return False
    return bool(corpus.cases_matching(CaseFilter(equipment=machine.tag, since=when.since, until=when.until)))


def _meaning(asked: Understanding, intents: Iterable[Intent]) -> Understanding:
    return replace(asked, intents=frozenset(intents))


def _measures(corpus: Corpus, own: str, asked: Understanding, machine: Equipment | None) -> bool:
    """Say whether a question asks for what is measured at a machine, not for what is permitted there."""
    of = words().recorded
    if machine is None or asked.code or "history" in asked.intents or of["mended"].search(own):
        return False
    if words().query["why"].search(own) and "status" not in asked.intents:
        return False
    if "steps" in asked.wants and "figure" not in asked.wants:
        return False  # "the temperature hunts, what first?"
    readings = corpus.latest_status(machine.tag)
    metrics = [reading.metric for reading in readings]
    named = metrics_in(corpus, own, metrics) if metrics else Named()
    plainly = of["quantity"].search(own) or any(pattern.search(own) for pattern in words().felt.values())
    dated = without_dates(own) != own and "procedure" not in asked.intents
    if dated and plainly and named.missing:
        return True  # what it was on a day no manual tells
    if asked_otherwise(own, [reading.unit for reading in readings if reading.metric in named.metrics]):
        return False  # "how much oil does it take?" is not answered by the oil's temperature
    if wholly_measured(corpus, own, metrics) or (dated and plainly and named.metrics):
        return True
    judged = of["judged"].search(own) is not None
    if "status" not in asked.intents and not judged and any(map(str.isdigit, without_dates(own))):
        return False  # "tunnel temperature for the 1.5 litre bottles?"
    if "status" not in asked.intents:
        if not judged and (of["permitted"].search(own) or not of["valued"].search(own)):
            return False
        if asked.intents & {"procedure"}:
            return False
    if not (plainly or judged):
        return False
    if len(named.metrics) == 1 and ("status" in asked.intents or (judged and named.words > 1)):
        return True
    return named.sure and bool(plainly)


def machines_compared(corpus: Corpus, own: str, several: Sequence[Equipment]) -> tuple[str, ...]:
    """Return the machines whose readings a question compares: "which kiln is hotter?"; none where it compares none."""
    if not words().query["compare"].search(own) or speaks(LAST_TIME, own) or words().recorded["mended"].search(own):
        return ()
    metrics = corpus.metrics()
    beside = ("compare", "nouns.equipment", "list")
    having = [(machine, held) for machine in several or corpus.all_equipment()
              if (held := metrics.get(normal_identifier(machine.tag)))]  # fmt: skip
    asked = [(machine, held, without_kind(own, machine)) for machine, held in having]
    asked = [one for one in asked if one[2] != own] or asked  # "which of the chillers": not the pumps
    found = [machine.tag for machine, held, text in asked if wholly_measured(corpus, text, held, beside=beside)]
    return tuple(found) if len(found) > 1 else ()


def machine_measured(corpus: Corpus, own: str, asked: Understanding, several: Sequence[Equipment]) -> Equipment | None:
    """Return the only machine with the metric that is asked for where none is named."""
    of = words().recorded
    dated = without_dates(own) != own
    plainly = of["judged"].search(own) or of["limits"].search(own) or not of["permitted"].search(own)
    wanted = dated or "status" in asked.intents or plainly
    if asked.code or not wanted or not of["quantity"].search(own) or asked.intents & {"procedure", "history", "stock"}:
        return None
    metrics = corpus.metrics()
    found = []
    for machine in several or corpus.all_equipment():
        named = metrics_in(corpus, own, metrics.get(normal_identifier(machine.tag), []), alike=False)
        if named.sure and named.whole:
            found.append((named.words, machine))
    most = max((count for count, _ in found), default=0)
    best = [machine for count, machine in found if count == most]
    return best[0] if len(best) == 1 else None


def _alarm(corpus: Corpus, own: str) -> str | None:
    """Return the code of an alarm on record that a text names, whatever such codes look like here."""
    said = plain_form(own)
    return next((code for code in corpus.alarm_codes() if stands(said, code)), None)


def _counts_machines(own: str, several: Sequence[Equipment]) -> bool:
    """Say whether a text asks how many there are of the machines that it names, and nothing else of them."""
    if not words().recorded["counted"].search(own):
        return False
    names = {token for machine in several for token in index_tokens(f"{machine.name} {machine.model or ''}")}
    left = set(content_words(words().recorded["counted"].sub(" ", own))) - names
    return left <= set(content_words("machines units model type run own use operate 机型 型号 设备"))


def _of_maker(corpus: Corpus, own: str) -> bool:
    makers = {part.supplier for part in corpus.all_parts() if part.supplier}
    return any(stands(own, maker) for maker in makers)


def _counts_part(corpus: Corpus, own: str, asked: Understanding) -> bool:
    """Say whether a text asks how many there are of a part whose number it names, not what one measures."""
    counted = words().recorded["counted"].search(own) and not asked.intents & {"procedure", "fault", *OF_RECORDS}
    return bool(counted and corpus.parts_exactly(own)) and not any(unit.search(own) for unit, _ in words().units)


def _of_part(own: str) -> bool:
    """Say whether a text asks for what only an inventory has; where a part is and how big it is stands in manuals."""
    return (
        bool({"price", "maker", "remark"} & set(columns_asked(own)))
        or words().recorded["where_used"].search(own) is not None
    )


def _named_part(corpus: Corpus, own: str) -> bool:
    """Say whether a text names a part: by its number or type, or by all words of its name."""
    said = set(content_words(own))
    if corpus.parts_exactly(own) or corpus.parts_called(own):
        return True
    found = corpus.find_parts(own, limit=6)
    return any(name <= said for part in found for name in _names(part.name, part.name_en) if name)


def _names(*names: str | None) -> Iterable[set[str]]:
    return (set(content_words(name)) for name in names if name)
