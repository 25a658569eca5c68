"""Composing an answer out of verbatim passages: the direct answer first, then parts, status and past fixes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from agent.models.understanding import Understanding
from agent.tools.found import Found, alarm_source, case_source, figure, part_source, reading_source
from corpus import Passage, content_words, normal_identifier

_DIRECT = 700  # characters of the direct answer
_SECOND = 0.75  # a second passage joins when its score is this share of the best one's
_SENTENCE = re.compile(r"(?<=[。！？；])|(?<=[.!?])\s+|\n")

_LABELS = {
    "zh": {"parts": "备件", "status": "设备状态", "cases": "以往处理（同事经验，非厂家资料）", "bin": "库位", "stock": "现有",
           "minimum": "最小", "low": "低于最小库存", "as_of": "盘点", "stale": "数据已过时", "alarm": "未解除报警", "since": "自",
           "cause": "原因", "action": "处理", "unknown": "未记录", "substitute": "可替代", "none": "没有找到。"},
    "en": {"parts": "Parts", "status": "Machine status", "cases": "Past fixes (colleagues' experience, not the maker's)",
           "bin": "bin", "stock": "in stock", "minimum": "minimum", "low": "below minimum", "as_of": "as of",
           "stale": "stale", "alarm": "active alarm", "since": "since", "cause": "cause", "action": "action",
           "unknown": "not recorded", "substitute": "substitute", "none": "Nothing was found."},
}  # fmt: skip


def compose(question: str, asked: Understanding, found: Found, zone: ZoneInfo) -> str:
    """Return a draft whose every line ends with the ids of what it says: `text [p12]`."""
    lines: list[str] = []
    label = _LABELS[asked.language]
    numbers = {normal_identifier(part.part_number) for part in found.parts}
    if asked.identifiers and all(i.normal in numbers for i in asked.identifiers):
        asked = replace(asked, intents=(asked.intents - {"fault"}) | {"stock"})  # a part number looks like a code
    if asked.intents & {"fault", "procedure", "lookup"} or not (found.parts or found.readings or found.cases):
        lines += _direct(question, asked, found)
    if found.parts and asked.intents & {"stock", "low_stock", "fault"}:
        lines += [f"**{label['parts']}**", *(_part_line(part, label, zone) for part in found.parts[:15])]
    if (found.readings or found.alarms) and "status" in asked.intents:
        lines += [f"**{label['status']}**", *_status_lines(found, label, zone)]
    if found.cases and asked.intents & {"history", "fault"}:
        lines += [f"**{label['cases']}**", *(_case_line(case, label, zone) for case in found.cases)]
    return "\n\n".join(lines)


def _direct(question: str, asked: Understanding, found: Found) -> list[str]:
    passages = found.evidence.passages if found.evidence else ()
    chosen = _chosen(passages, asked)
    lines, room = [], _DIRECT
    for passage in chosen:
        text = _fitting(passage, question, room)
        if text:
            lines.append(f"{text} [p{passage.id}]")
            room -= len(text)
        if room < 80:
            break
    return lines


def _chosen(passages: Sequence[Passage], asked: Understanding) -> list[Passage]:
    """Take the best passage and those near it; rows of tables are told exactly by their own tools."""
    texts = [p for p in passages if not (p.place.record and p.place.record.table in {"parts", "cases", "alarms"})]
    if not texts:
        return list(passages[:1])
    if "procedure" in asked.intents and texts[0].kind != "fault":
        steps = [p for p in texts[:4] if p.kind == "procedure" and p.score >= 0.6 * texts[0].score]
        texts = [*steps[:1], *(p for p in texts if p not in steps[:1])]
    best = texts[0]
    if asked.code and "identifier" in best.why:
        return [p for p in texts[:3] if p is best or ("identifier" in p.why and p.score >= _SECOND * best.score)][:2]
    return [p for p in texts[:3] if p is best or p.score >= _SECOND * best.score]


def _fitting(passage: Passage, question: str, room: int) -> str:
    """Return the passage whole where it fits, else the run of its sentences that holds most of the question's words."""
    text = passage.text.strip()
    if len(text) <= room or passage.kind == "procedure":
        return text
    words = set(content_words(question))
    pieces = [piece for piece in _SENTENCE.split(text) if piece and piece.strip()]
    best, best_score = "", -1.0
    for first in range(len(pieces)):
        run = ""
        for last in range(first, len(pieces)):
            start = text.find(pieces[first])
            end = text.find(pieces[last], start) + len(pieces[last])
            run = text[start:end]
            if len(run) > room:
                break
            held = len(words & set(content_words(run)))
            score = held - len(run) / 4000
            if score > best_score:
                best, best_score = run, score
    return best.strip()


def _part_line(part: object, label: dict[str, str], zone: ZoneInfo) -> str:
    from corpus import Part

    assert isinstance(part, Part)
    unit = part.unit or ""
    stock = label["unknown"] if part.on_hand is None else f"{figure(part.on_hand)} {unit}".strip()
    text = f"- {part.part_number} {part.name}"
    if part.spec:
        text += f"（{part.spec}）" if label is _LABELS["zh"] else f" ({part.spec})"
    text += f": {label['stock']} {stock}, {label['bin']} {part.bin or label['unknown']}"
    if part.minimum is not None:
        text += f", {label['minimum']} {figure(part.minimum)}"
    if part.on_hand is not None and part.minimum is not None and part.on_hand < part.minimum:
        text += f" — **{label['low']}**"
        if part.substitutes:
            text += f", {label['substitute']} {', '.join(part.substitutes)}"
    if part.as_of:
        text += f" ({label['as_of']} {part.as_of.astimezone(zone):%Y-%m-%d})"
    return f"{text} [{part_source(part, zone).id}]"


def _status_lines(found: Found, label: dict[str, str], zone: ZoneInfo) -> list[str]:
    lines = []
    for alarm in found.alarms:
        since = f"{alarm.since.astimezone(zone):%Y-%m-%d %H:%M}"
        text = f"- **{label['alarm']} {alarm.code}** {alarm.text or ''} ({label['since']} {since})"
        lines.append(f"{text} [{alarm_source(alarm, zone).id}]")
    for reading in found.readings:
        at = f"{reading.at.astimezone(zone):%Y-%m-%d %H:%M}"
        stale = f", {label['stale']}" if reading.stale else ""
        text = f"- {reading.metric}: {figure(reading.value)} {reading.unit or ''} ({at}{stale})"
        lines.append(f"{text} [{reading_source(reading, zone).id}]")
    return lines


def _case_line(case: object, label: dict[str, str], zone: ZoneInfo) -> str:
    from corpus import RepairCase

    assert isinstance(case, RepairCase)
    date = f"{case.date.astimezone(zone):%Y-%m-%d}" if case.date else label["unknown"]
    head = " ".join(filter(None, (date, case.equipment, case.code)))
    text = (
        f"- {head}: {case.symptom} — {label['cause']}: {case.cause or label['unknown']}; "
        f"{label['action']}: {case.action or label['unknown']} ({case.by or label['unknown']})"
    )
    return f"{text} [{case_source(case, zone).id}]"
