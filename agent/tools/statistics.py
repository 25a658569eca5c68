"""Tools that count and measure over records: repairs, alarms, readings, stock; each figure with the rows behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from langchain_core.tools import BaseTool, tool

from agent.asking.figures import Aspect, aspects
from agent.asking.metrics import metrics_in, missing_text
from agent.asking.periods import Period, period_in, without_dates
from agent.tools.data import fenced
from agent.tools.found import Found, Source, alarm_source, case_source, fact, part_source, reading_source, stock_fact
from agent.tools.telling import (
    Groups,
    alarm_texts,
    case_texts,
    compared_texts,
    extreme_text,
    kept,
    reading_text,
    span_text,
)
from corpus import (
    CaseFilter,
    CaseGroup,
    Corpus,
    Extremes,
    Place,
    Reading,
    RecordRef,
    RepairCase,
    content_words,
    detect_language,
    extract_identifiers,
    normal_identifier,
)

_SHOWN = 5
_ASKING = frozenset(
    "time count total number repair fix work order case record fail failur fault breakdown mainten maintain happen occur "
    "machin equip year month day week averag mean mttr mtbf downtim common frequent done perform find found result "
    "carri since long last minut min hour h code mode type between repeat did most who were was all date plant".split()
)
_LATIN = re.compile(r"[A-Za-z]+")
_ASKING_ZH = re.compile(
    "工单|维修|修理|修复|修过|案例|故障|次数|记录|多少|几次|几起|总共|一共|合计|累计|平均|时间|停机|设备|机器|发生|结果|发现|什么时候|什么|"
    "最多|最近|常见|分钟|小时|失效模式|模式|类型|代码|处理|全厂|全部|之间|以来|间隔|无故障|日期|上次|今年|去年|本月|上个?月|做过|做了|"
    "[年月日号天次起个人谁的是在有了过被共]|MTTR|MTBF"
)


def statistic_tools(corpus: Corpus) -> list[BaseTool]:
    """Make the tools that answer with figures over many records."""
    zone = corpus.settings.zone

    def period(query: str) -> Period:
        return period_in(query, datetime.now(UTC), zone) or Period(None, None)

    @tool(response_format="content_and_artifact")
    def repair_statistics(
        query: str, equipment: str | None = None, code: str | None = None, model: str | None = None
    ) -> tuple[str, Found]:
        """Count past repairs and work orders that a question is about; say who, when, MTTR, MTBF, parts, repeats.

        `query` is the question in the reader's words, with its dates; `equipment` an asset tag, `model` all machines
        of a model.
        """
        zh = detect_language(query) == "zh"
        when = period(query)
        scope = CaseFilter(
            equipment=equipment, model=None if equipment else model, code=code, since=when.since, until=when.until
        )
        wanted, about = _narrowed(corpus, query, scope)
        figures = corpus.case_figures(wanted)
        cases = corpus.cases_matching(wanted)
        latest = max((case for case in cases if case.date), key=lambda case: case.date, default=None)  # type: ignore[arg-type, return-value]
        if not (figures.count or corpus.case_figures(CaseFilter()).count):
            return "The plant keeps no work orders.", Found()  # that there were none tells nothing then
        asked = aspects(query)
        if not figures.count and {"last", "who"} & {*asked} and "count" not in asked:
            none = case_texts(figures, None, _who(corpus, equipment or model, about, when, zh), {}, zh, zone)
            return "No such repair is recorded.", Found(absent=tuple(none.values()))
        who = _who(corpus, equipment or model, about, when, zh)
        groups = _groups(corpus, wanted, asked)
        if groups and figures.count and not any(groups.values()):
            return "The records do not tell that.", Found(absent=(_ungrouped(zh),))
        texts = case_texts(figures, latest, who, groups, zh, zone, asked)
        place = Place(_only_source(cases), record=RecordRef("cases", figures.ids, figures.last))
        every = _facts("c", list(texts.values()), place)
        facts = _facts("c", kept(texts, asked, ("count", "last", "findings")), place)
        shown = tuple(reversed(cases[-_SHOWN:]))
        sources = (*every, *(case_source(case, zone) for case in shown))
        return _said(every), Found(cases=shown, facts=facts, sources=sources)

    @tool(response_format="content_and_artifact")
    def alarm_statistics(
        query: str, equipment: str | None = None, code: str | None = None, model: str | None = None
    ) -> tuple[str, Found]:
        """Count alarms by code, with durations; `query` is the question in the reader's words, with its dates."""
        if not corpus.alarm_codes():
            return _said(()), Found()  # nothing is inferred from missing data
        zh = detect_language(query) == "zh"
        when = period(query)
        figures = corpus.alarm_figures(equipment, code=code, since=when.since, until=when.until)
        if model and not equipment:
            tags = {machine.tag for machine in corpus.all_equipment() if machine.model == model}
            figures = [one for one in figures if one.equipment in tags]
        if code and not figures and normal_identifier(code) not in map(normal_identifier, corpus.alarm_codes()):
            return "No such alarm is recorded.", Found(absent=(_no_alarm(code, zh),))
        ids = tuple(i for one in figures for i in one.ids)
        last = max((one.last for one in figures), default=None)
        who = " ".join(filter(None, [equipment or model or ("全厂" if zh else "All machines"), code])) + span_text(
            when, zh
        )
        texts = alarm_texts(figures, who, aspects(query), zh, zone)
        facts = _facts("a", texts, Place(None, record=RecordRef("alarms", ids, last)))
        alarms = tuple(a for a in corpus.alarms_within(equipment, since=when.since, until=when.until) if a.id in ids)
        sources = tuple(alarm_source(alarm, zone) for alarm in alarms[:_SHOWN])
        return _said(facts), Found(alarms=alarms[:_SHOWN], facts=facts, sources=(*facts, *sources))

    @tool(response_format="content_and_artifact")
    def status_statistics(query: str, equipment: str) -> tuple[str, Found]:
        """Give lowest, highest and mean readings over the period in `query`, or the readings at a moment in it."""
        zh = detect_language(query) == "zh"
        when = period(query)
        names = [reading.metric for reading in corpus.latest_status(equipment)]
        asked = metrics_in(corpus, query, names)
        if asked.missing:
            return "No such metric is recorded.", Found(absent=(missing_text(equipment, asked.missing, names, query),))
        wanted = asked.metrics or names
        if when.exact and when.since:
            readings = [one for one in corpus.status_at(equipment, when.since) if one.metric in wanted]
            if not readings:
                return "No readings are recorded.", Found(absent=(_no_readings(equipment, when, zh),))
            facts = _reading_facts(readings, zone, zh)
            return _said(facts), Found(readings=tuple(readings), facts=facts, sources=facts)
        spans = [
            one for one in corpus.status_extremes(equipment, since=when.since, until=when.until) if one.metric in wanted
        ]
        if not spans:
            return "No readings are recorded.", Found(absent=(_no_readings(equipment, when, zh),))
        facts = tuple(
            told
            for one in spans
            for told in _extreme_facts(one, extreme_text(one, span_text(when, zh), aspects(query), zh, zone))
        )
        ends = tuple(r for one in spans for r in (one.lowest, one.highest))
        sources = (*facts, *(reading_source(r, zone) for r in ends))
        return _said(facts), Found(readings=ends, facts=facts, sources=sources)

    @tool(response_format="content_and_artifact")
    def compare_readings(query: str, machines: list[str]) -> tuple[str, Found]:
        """Compare the readings of one metric between machines: the newest, or the extremes of the period in `query`."""
        zh = detect_language(query) == "zh"
        when, asked = period(query), aspects(query)
        least = "lowest" in asked
        values: list[tuple[Reading, float]] = []
        for tag in machines:
            names = [reading.metric for reading in corpus.latest_status(tag)]
            for metric in metrics_in(corpus, query, names, alike=False).metrics[:1]:
                if when.since is None and when.until is None:
                    values += [(r, r.value) for r in corpus.latest_status(tag) if r.metric == metric]
                    continue
                for one in corpus.status_extremes(tag, since=when.since, until=when.until):
                    if one.metric == metric:
                        end = one.lowest if least else one.highest
                        values.append((end, round(one.mean, 2) if "mean" in asked else end.value))
        values.sort(key=lambda pair: pair[1] if least else -pair[1])
        facts = _facts("r", compared_texts(values, span_text(when, zh), least, "mean" in asked, zh, zone), _of(values))
        readings = tuple(reading for reading, _ in values)
        return _said(facts), Found(facts=facts, sources=(*facts, *_reading_facts(readings, zone, zh)))

    @tool(response_format="content_and_artifact")
    def readings_beyond_limits(query: str = "", equipment: str | None = None) -> tuple[str, Found]:
        """List the newest readings that stand outside their limits, of one machine or of all."""
        zh = detect_language(query) == "zh"
        if not corpus.metrics():
            return _said(()), Found()  # nothing is inferred from missing data
        readings = corpus.beyond_limits(equipment)
        count = len(readings)
        head = (
            f"{equipment or '所有设备'}：最新读数中有 {count} 项超出限值。"
            if zh
            else f"{equipment or 'All machines'}: {count} of the newest readings stand beyond their limits."
        )
        as_of = max((r.at for r in readings), default=None)
        ids = tuple(r.id for r in readings if r.id is not None)
        facts = (
            *_facts("r", [head], Place(None, record=RecordRef("readings", ids, as_of))),
            *_reading_facts(readings, zone, zh),
        )
        return _said(facts), Found(readings=tuple(readings), facts=facts, sources=facts)

    @tool(response_format="content_and_artifact")
    def stock_totals(query: str, equipment: str | None = None) -> tuple[str, Found]:
        """Say how many of a part there are over all bins; `query` is the question in the reader's words."""
        zh = detect_language(query) == "zh"
        stocks = corpus.stock(query, equipment=equipment, limit=6)
        facts = tuple(stock_fact(one, zh, zone) for one in stocks if one.on_hand is not None)
        lines = tuple(line for one in stocks for line in one.lines)
        return _said(facts), Found(parts=lines, facts=facts, sources=(*facts, *(part_source(p, zone) for p in lines)))

    @tool(response_format="content_and_artifact")
    def where_part_is_used(query: str) -> tuple[str, Found]:
        """Say which machines a part fits; `query` names the part number."""
        zh = detect_language(query) == "zh"
        lines = corpus.parts_named_in(query)
        facts: list[Source] = []
        for stock in {line.part_number: line for line in lines}.values():
            machines = corpus.where_used(stock.part_number)
            fits = "、".join(stock.fits) if zh else ", ".join(stock.fits)
            tags = "、".join(m.tag for m in machines) if zh else ", ".join(m.tag for m in machines)
            text = (
                f"{stock.part_number} {stock.name}：适用 {fits or '未记录'}；共 {len(machines)} 台设备：{tags or '—'}。"
                if zh
                else f"{stock.part_number} {stock.name} fits {fits or 'nothing on record'}; {len(machines)} machines: {tags or '—'}."
            )
            place = Place(stock.source, row=stock.row, record=RecordRef("parts", (stock.id or 0,), stock.as_of))
            facts += _facts("s", [text], place)
        sources = (*facts, *(part_source(line, zone) for line in lines))
        return _said(facts), Found(parts=tuple(lines), facts=tuple(facts), sources=sources)

    return [
        repair_statistics, alarm_statistics, status_statistics, compare_readings, readings_beyond_limits, stock_totals, where_part_is_used,
    ]  # fmt: skip


def _facts(letter: str, texts: Sequence[str], place: Place) -> tuple[Source, ...]:
    return tuple(fact(letter, text, place) for text in texts)


def _only_source(cases: Sequence[RepairCase]) -> str | None:
    """Return the file that all of these fixes were imported from, if it is one."""
    sources = {case.source for case in cases}
    return sources.pop() if len(sources) == 1 else None


def _said(facts: Sequence[Source]) -> str:
    return "\n".join(f"[{fact.id}] {fenced(fact.text)}" for fact in facts) or "Nothing of the kind is recorded."


# --- repairs -----------------------------------------------------------------------------------------------------


def _narrowed(corpus: Corpus, query: str, scope: CaseFilter) -> tuple[CaseFilter, str]:
    """Narrow a scope to what the question is about: a recorded failure mode, else words that cases hold."""
    if by := next((who for who, _ in corpus.case_figures(scope).by if who in query), None):
        return _with(scope, by=by), by
    named = {i.normal for i in extract_identifiers(query)}
    used = [part for part, _ in corpus.case_figures(scope).parts if normal_identifier(part) in named] if named else []
    if used:
        return _with(scope, part=used[0]), used[0]
    across = corpus.translated(_LATIN.sub(lambda match: _telling(match.group()), _ASKING_ZH.sub(" ", query)))
    if modes := corpus.failure_modes_in(" ".join([query, *across]), scope):
        return _with(scope, failure_modes=tuple(modes)), ", ".join(modes)
    words = tuple(w for w in content_words(_ASKING_ZH.sub(" ", without_dates(query))) if not _generic(w))
    across = [token for token in across if not _generic(token)]
    if not (words or across) or scope.code:
        return scope, ""
    held = [word for word in (*words, *across) if corpus.case_figures(_with(scope, words=(word,))).count]
    if not held:
        return scope, ""
    narrowed = _with(scope, words=tuple(held))
    while len(held) > 1 and not corpus.case_figures(narrowed).count:
        held = held[:-1]
        narrowed = _with(scope, words=tuple(held))
    return narrowed, ""


def _telling(written: str) -> str:
    """Return an English word as it is, or nothing where it only asks."""
    return "" if any(map(_generic, content_words(written))) else written


def _generic(word: str) -> bool:
    return word in _ASKING or word.isdigit() or any(w.startswith(word) and len(word) > 4 for w in _ASKING)


def _with(scope: CaseFilter, **changes: Any) -> CaseFilter:
    return replace(scope, **changes)


def _who(corpus: Corpus, scope: str | None, about: str, when: Period, zh: bool) -> str:
    """Say which machine or model, which kind of work and which time the figures are of."""
    machine = next((one for one in corpus.all_equipment() if one.tag == scope), None)
    name = scope or ("全厂" if zh else "All machines")
    if machine and machine.name != machine.tag:
        name = f"{machine.name} ({machine.tag})"
    return f"{name}{('，' if zh else ', ') + about if about else ''}{span_text(when, zh)}"


def _longest(rows: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    return sorted(rows, key=lambda row: -row[1])


def _groups(corpus: Corpus, wanted: CaseFilter, asked: Sequence[Aspect]) -> Groups:
    """Return the rankings that are asked for: machines, failure modes, codes, each with its number of repairs."""
    by: dict[Aspect, CaseGroup] = {"machine": "equipment", "mode": "failure_mode", "code": "code"}
    if "downtime" in asked:  # "which machine stood still most?"
        return {
            name: _longest((value, one.downtime or 0.0) for value, one in corpus.case_groups(wanted, group))
            for name, group in by.items()
            if name in asked
        }
    return {
        name: _longest((value, float(one.count)) for value, one in corpus.case_groups(wanted, group))
        for name, group in by.items()
        if name in asked
    }


def _ungrouped(zh: bool) -> str:
    return "维修记录里没有这一项分类。" if zh else "The work orders do not tell what this ranks."


def _no_alarm(code: str, zh: bool) -> str:
    return f"报警 {code} 从来没有记录。" if zh else f"No alarm {code} is on record."


# --- readings and stock ------------------------------------------------------------------------------------------


def _no_readings(equipment: str, when: Period, zh: bool) -> str:
    span = span_text(when, zh)
    return f"{equipment}：{span}没有读数记录。" if zh else f"{equipment}: no readings are recorded{span}."


def _of(values: Sequence[tuple[Reading, float]]) -> Place:
    ids = tuple(reading.id for reading, _ in values if reading.id is not None)
    return Place(None, record=RecordRef("readings", ids, max((reading.at for reading, _ in values), default=None)))


def _extreme_facts(one: Extremes, text: str) -> tuple[Source, ...]:
    ids = tuple(r.id for r in (one.lowest, one.highest) if r.id is not None)
    return _facts("r", [text], Place(None, record=RecordRef("readings", ids, max(one.lowest.at, one.highest.at))))


def _reading_facts(readings: Sequence[Reading], zone: Any, zh: bool) -> tuple[Source, ...]:
    return tuple(replace(reading_source(one, zone), text=reading_text(one, zh, zone)) for one in readings)
