"""Figures over many records in words: one sentence a figure, those that were asked for first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from agent.asking.figures import Aspect
from agent.asking.periods import Period
from agent.tools.found import figure
from corpus import Alarm, AlarmFigures, CaseFigures, Extremes, Reading, RepairCase

_SHOWN = 5  # entries of a ranking
_HARD = 90  # minutes
_KEPT = 4  # sentences of an answer

Groups = Mapping[Aspect, Sequence[tuple[str, float]]]


def kept(texts: Mapping[Aspect, str], asked: Sequence[Aspect], always: Sequence[Aspect]) -> list[str]:
    """Return what was asked for, in that order, then what always belongs to it."""
    names = dict.fromkeys([*(name for name in asked if name in texts), *(name for name in always if name in texts)])
    return [texts[name] for name in names][:_KEPT]


def case_texts(
    figures: CaseFigures,
    latest: RepairCase | None,
    who: str,
    groups: Groups,
    zh: bool,
    zone: Any,
    asked: Sequence[Aspect] = (),
) -> dict[Aspect, str]:
    """Return the sentences on repairs by what they tell; `who` is the machine and the period, in words."""
    texts: dict[Aspect, str] = {}
    dates = ""
    if figures.first and figures.last:
        first, last = (_day(day, zone) for day in (figures.first, figures.last))
        dates = first if first == last else f"{first} – {last}"
    if zh:
        texts["count"] = f"{who}：记录 {figures.count} 次{f'（{dates}）' if dates else ''}。"
    else:
        texts["count"] = f"{who}: recorded {figures.count} times{f' ({dates})' if dates else ''}."
    if not figures.count:
        return texts
    if latest is not None and latest.date is not None:
        said = "，".join(filter(None, [latest.equipment, latest.code, latest.symptom, latest.by]))
        texts["last"] = (
            f"最近一次：{_day(latest.date, zone)}（{said}）。" if zh else f"Last: {_day(latest.date, zone)} ({said})."
        )
    for name, title in _RANKED[zh].items():
        rows = groups.get(name, ())
        if rows:
            unit = "" if "downtime" not in asked else " 分钟" if zh else " min"
            ranked = ", ".join(f"{value} {figure(count)}{unit}" for value, count in rows[:_SHOWN])
            texts[name] = f"{title}{ranked}{'。' if zh else '.'}"
    if figures.by:
        people = ", ".join(f"{who} {count}" for who, count in figures.by[:_SHOWN])
        texts["who"] = f"处理人：{people}。" if zh else f"By: {people}."
    if figures.parts:
        parts = ", ".join(f"{part} × {count}" for part, count in figures.parts[:_SHOWN])
        texts["parts"] = f"更换备件：{parts}。" if zh else f"Parts used: {parts}."
    texts |= _times(figures, zh)
    found = sum(count for _, count in figures.causes)
    if not found and not figures.actions:
        texts["findings"] = (
            "检查结果、原因和处理措施没有记录。"
            if zh
            else "What was found, the cause and the action were not recorded."
        )
    elif not found:
        texts["findings"] = "原因没有记录。" if zh else "The cause was not recorded."
    return texts


_RANKED: dict[bool, dict[Aspect, str]] = {
    True: {"machine": "按设备：", "mode": "按失效模式：", "code": "按代码："},
    False: {"machine": "By machine: ", "mode": "By failure mode: ", "code": "By code: "},
}


def _times(figures: CaseFigures, zh: bool) -> dict[Aspect, str]:
    texts: dict[Aspect, str] = {}
    if figures.mean_time_to_repair is not None:
        value, of = minutes_text(round(figures.mean_time_to_repair, 1), zh), figures.repaired_of
        texts["mttr"] = (
            f"平均修复时间（MTTR）{value}（{of} 次有记录）。"
            if zh
            else f"Mean time to repair (MTTR) {value} (of {of} recorded)."
        )
    if figures.downtime is not None:
        value, of = minutes_text(figures.downtime, zh), figures.downtime_of
        texts["downtime"] = (
            f"停机合计 {value}（{of} 次有记录）。" if zh else f"Downtime {value} in all (of {of} recorded)."
        )
    if figures.mean_time_between_failures is not None:
        value, of = figure(round(figures.mean_time_between_failures, 1)), figures.intervals
        texts["mtbf"] = (
            f"平均故障间隔（MTBF）{value} 天（{of} 个间隔）。"
            if zh
            else f"Mean time between failures (MTBF) {value} days ({of} intervals)."
        )
    if figures.repeats:
        texts["repeats"] = (
            f"90 天内重复故障 {figures.repeats} 次。" if zh else f"Repeat failures within 90 days: {figures.repeats}."
        )
    return texts


def minutes_text(value: float, zh: bool) -> str:
    """Write minutes, and the hours that they are where it is hard to see."""
    hours = figure(round(value / 60, 2))
    if value < _HARD:
        return f"{figure(value)} {'分钟' if zh else 'min'}"
    return f"{figure(value)} 分钟（{hours} 小时）" if zh else f"{figure(value)} min ({hours} h)"


def alarm_texts(figures: Sequence[AlarmFigures], who: str, asked: Sequence[Aspect], zh: bool, zone: Any) -> list[str]:
    """Return how many alarms there were, how long they stood, then each code; a ranking first where it is asked for."""
    total, standing = sum(one.count for one in figures), sum(one.standing for one in figures)
    timed = [one.minutes for one in figures if one.minutes is not None]
    longest = max((one.longest for one in figures if one.longest is not None), default=None)
    minutes = ""
    if timed and longest is not None:
        whole, most = figure(round(sum(timed), 1)), figure(round(longest, 1))
        minutes = f"，共 {whole} 分钟，最长 {most} 分钟" if zh else f", {whole} min in all, {most} min at most"
    if zh:
        head = f"{who}：报警 {total} 次{minutes}，其中 {standing} 次仍未恢复。"
    else:
        head = f"{who}: {total} {'alarm' if total == 1 else 'alarms'}{minutes}, {standing} of them still standing."
    texts = [head]
    if "machine" in asked:
        tags: dict[str, int] = {}
        for one in figures:
            tags[one.equipment] = tags.get(one.equipment, 0) + one.count
        ranked = sorted(tags.items(), key=lambda row: -row[1])[:_SHOWN]
        title, end = (_RANKED[zh]["machine"], "。" if zh else ".")
        texts.insert(0, f"{title}{', '.join(f'{tag} {count}' for tag, count in ranked)}{end}")
    for one in figures[:_SHOWN]:
        last = f"{one.last.astimezone(zone):%Y-%m-%d %H:%M}"
        minutes = ""
        if one.minutes is not None and one.longest is not None:
            whole, most = figure(round(one.minutes, 1)), figure(round(one.longest, 1))
            minutes = f"，共 {whole} 分钟，最长 {most} 分钟" if zh else f", {whole} min in all, {most} min at most"
        if zh:
            text = f"{one.equipment} {alarm_named(one)}：{one.count} 次{minutes}，最近 {last}。"
        else:
            count = f"{one.count} {'time' if one.count == 1 else 'times'}"
            text = f"{one.equipment} {alarm_named(one)}: {count}{minutes}, last {last}."
        texts.append(text)
    if figures and "code" in asked and "machine" not in asked:
        texts.insert(0, texts.pop(1))
    if figures and "last" in asked:
        newest = max(one.last for one in figures).astimezone(zone)
        texts.insert(
            0, f"{who}：最近一次 {newest:%Y-%m-%d %H:%M}。" if zh else f"{who}: last on {newest:%Y-%m-%d %H:%M}."
        )
    return texts


def alarm_named(one: AlarmFigures | Alarm) -> str:
    """Return an alarm's code and what it says, the code once."""
    said = (one.text or "").removeprefix(one.code).strip(" :：-")
    return f"{one.code} {said}".strip()


def reading_text(one: Reading, zh: bool, zone: Any) -> str:
    """Return a reading in one sentence, with its limits where it has any."""
    unit = f" {one.unit}" if one.unit else ""
    at = f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}"
    limits = ""
    if one.limit_low is not None or one.limit_high is not None:
        span = f"{figure(one.limit_low)} – {figure(one.limit_high)}{unit}"
        limits = f"，限值 {span}" if zh else f", limits {span}"
    if zh:
        return f"{one.equipment} {one.metric}：{figure(one.value)}{unit}（{at}）{limits}"
    return f"{one.equipment} {one.metric}: {figure(one.value)}{unit} ({at}){limits}"


def extreme_text(one: Extremes, span: str, asked: Sequence[Aspect], zh: bool, zone: Any) -> str:
    """Return a metric over a period in one sentence that begins with what was asked for."""
    if one.count == 1 and "beyond" not in asked:
        return reading_text(one.highest, zh, zone)
    unit = f" {one.lowest.unit}" if one.lowest.unit else ""
    low, high = figure(one.lowest.value), figure(one.highest.value)
    at_low, at_high = (f"{r.at.astimezone(zone):%Y-%m-%d %H:%M}" for r in (one.lowest, one.highest))
    mean = figure(round(one.mean, 2))
    if zh:
        said: dict[Aspect, str] = {
            "highest": f"最高 {high}{unit}（{at_high}）",
            "lowest": f"最低 {low}{unit}（{at_low}）",
            "mean": f"平均 {mean}{unit}",
            "count": f"共 {one.count} 个读数",
            "beyond": f"超限 {one.beyond_limits} 个",
        }
    else:
        said = {
            "highest": f"highest {high}{unit} ({at_high})",
            "lowest": f"lowest {low}{unit} ({at_low})",
            "mean": f"mean {mean}{unit}",
            "count": f"{one.count} {'reading' if one.count == 1 else 'readings'}",
            "beyond": f"{one.beyond_limits} beyond limits",
        }
    ordered = dict.fromkeys([*(name for name in asked if name in said), *said])
    text = ("，" if zh else ", ").join(said[name] for name in ordered)
    return f"{one.equipment} {one.metric}{span}：{text}。" if zh else f"{one.equipment} {one.metric}{span}: {text}."


def compared_texts(
    values: Sequence[tuple[Reading, float]], span: str, least: bool, mean: bool, zh: bool, zone: Any
) -> list[str]:
    """Return which machine has the highest or lowest reading, then that of each, in that order."""
    lines = []
    for reading, value in values:
        unit = f" {reading.unit}" if reading.unit else ""
        when = "" if mean else f"（{reading.at.astimezone(zone):%Y-%m-%d %H:%M}）"
        when = when if zh else when.replace("（", " (").replace("）", ")")
        lines.append(f"{reading.equipment} {reading.metric}{span}{'：' if zh else ': '}{figure(value)}{unit}{when}")
    if not lines:
        return []
    head = ("最低" if least else "最高") if zh else ("Lowest" if least else "Highest")
    stop = "。" if zh else "."
    return [f"{head}{'：' if zh else ': '}{lines[0]}{stop}", *(f"{line}{stop}" for line in lines[1:])]


def span_text(when: Period, zh: bool) -> str:
    """Return a period in brackets; nothing where it is open on both sides."""
    if when.since is None and when.until is None:
        return ""
    since = f"{when.since:%Y-%m-%d}" if when.since else ""
    until = f"{when.until - timedelta(seconds=1):%Y-%m-%d}" if when.until else ""  # the end is no part of it
    said = since if since == until else f"{since}–{until}" if zh else f"{since} – {until}"
    return f"（{said}）" if zh else f" ({said})"


def _day(when: datetime, zone: Any) -> str:
    return f"{when.astimezone(zone):%Y-%m-%d}"
