"""The result of a query in words: the figure that was asked for first, then how many rows it is of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from agent.querying.query import Query, Result
from agent.querying.rows import Row
from agent.tools.found import figure
from agent.tools.telling import minutes_text, span_text
from corpus import Corpus

_SHOWN = 8  # entries of a ranking
_LISTED = 10  # parts that are told one by one
_TIMES = frozenset({"downtime", "duration"})
# In Chinese and in English.
_NAMES = {
    "parts.stock": ("库存", "stock"),
    "parts.minimum": ("最小库存", "minimum"),
    "parts.maximum": ("最大库存", "maximum"),
    "parts.lead": ("采购周期", "lead time"),
    "parts.worth": ("库存金额", "stock value"),
    "parts.price": ("单价", "price"),
    "parts.shortage": ("低于最小库存", "short of the minimum by"),
    "cases.downtime": ("停机", "downtime"),
    "cases.duration": ("维修用时", "time of work"),
    "cases.price": ("费用", "cost"),
    "alarms.duration": ("持续", "duration"),
}
_GROUPS = {
    "machine": ("按设备", "By machine"),
    "person": ("按人", "By person"),
    "mode": ("按失效模式", "By failure mode"),
    "code": ("按代码", "By code"),
    "maker": ("按品牌", "By maker"),
    "severity": ("按级别", "By severity"),
    "component": ("按部件", "By component"),
    "place": ("按位置", "By place"),
    "month": ("按月", "By month"),
    "year": ("按年", "By year"),
    "part": ("按备件", "By part"),
    "symptom": ("按现象", "By symptom"),
    "cause": ("按原因", "By cause"),
}
_ENDS = {"most": ("最高", "the most"), "least": ("最低", "the least")}
_TURNS = {"last": ("最近一次", "Last"), "first": ("第一次", "First"), None: ("那一次", "That one")}


def about(corpus: Corpus, query: Query, zh: bool) -> str:
    """Say which machines, conditions and time a result is of."""
    names = {machine.tag: machine.name for machine in corpus.all_equipment()}
    tags = [f"{names[tag]} ({tag})" if names.get(tag, tag) != tag else tag for tag in query.tags]
    head = ("、" if zh else ", ").join(tags) or ("全厂" if zh else "All machines")
    without = "除" if zh else "not "
    said = [f"{without if one.negated else ''}{one.said}" for one in query.conditions if one.said]
    joined = ("，" if zh else ", ").join([*([head] if query.table != "parts" or query.tags else []), *said])
    return f"{joined}{span_text(query.period, zh) if query.period else ''}"


def unheard_text(left: Sequence[str], zh: bool) -> str:
    """Say which words of a question stand in none of the records that it asks for."""
    said = ("、" if zh else ", ").join(f"“{word}”" for word in left)
    if zh:
        return f"记录里没有与{said}对应的内容，请换个说法或换个条件再问。"
    return f"Nothing in the records corresponds to {said}; please ask in other words or by another condition."


def result_texts(result: Result, who: str, zh: bool, zone: ZoneInfo) -> list[str]:
    """Return the sentences of a result."""
    colon, stop = ("：", "。") if zh else (": ", ".")
    lead = f"{who}{colon}" if who else ""
    texts = [*_ranking(result, zh), *_figure(result, zh)]
    if result.query.table in ("parts", "equipment"):
        texts += [*_counted(result, zh)]
    texts = [f"{lead}{text}{stop}" for text in texts]
    return texts + [f"{text}{stop}" for text in _turns(result, zh, zone)]


def _ranking(result: Result, zh: bool) -> Iterator[str]:
    if result.query.group:
        ranked = ", ".join(f"{key} {_value(value, result.query, '', zh)}" for key, value in result.groups[:_SHOWN])
        group = result.query.group  # a column that only the file has is called as there
        by = _GROUPS.get(group, (f"按{group}", f"By {group}"))[not zh]
        yield f"{by}{'：' if zh else ': '}{ranked or '—'}"


def _figure(result: Result, zh: bool) -> Iterator[str]:
    query = result.query
    if query.group or query.measure is None or result.value is None:
        return
    name = _NAMES[f"{query.table}.{query.measure}"][not zh]
    value = _value(result.value, query, result.unit, zh)
    if query.end:
        yield f"{name}{_ENDS[query.end][0]} {value}" if zh else f"{name}, {_ENDS[query.end][1]}: {value}"
        return
    of = (
        "" if result.measured == 1 else f"（{result.measured} 条有记录）" if zh else f" (of {result.measured} recorded)"
    )
    mean, total = ("平均", "合计") if zh else (", mean", " in all")
    how = "" if result.measured == 1 else mean if query.figure == "mean" else total
    yield f"{name}{how} {value}{of}" if zh else f"{name}{how}: {value}{of}"


def _counted(result: Result, zh: bool) -> Iterator[str]:
    if result.query.table == "equipment":
        yield f"共 {len(result.rows)} 台设备" if zh else f"{len(result.rows)} machines"
        return
    count = len({row.record.part_number for row in result.rows})
    stocks = [row.figures["stock"] for row in result.rows if "stock" in row.figures]
    units = {one.unit for one in stocks}
    total = f"{figure(sum(one.value for one in stocks))} {next(iter(units))}".strip() if len(units) == 1 else ""
    both = (f"，合计 {total}" if zh else f", {total} in all") if total else ""
    rest = "" if count <= _LISTED else "，全部见备件表" if zh else ", all of them in the table of parts"
    yield f"备件共 {count} 种{both}{rest}" if zh else f"{count} parts{both}{rest}"


def _turns(result: Result, zh: bool, zone: ZoneInfo) -> Iterator[str]:
    """Say when the first, last or extreme ones of dated rows were."""
    query = result.query
    if query.table not in ("cases", "alarms"):
        return
    for row in result.first[: query.most or 2]:
        said = "，".join(filter(None, _said(row)))
        day = f"{row.at.astimezone(zone):%Y-%m-%d %H:%M}" if row.at else "—"
        word = _TURNS[query.order][not zh]
        yield f"{word}：{day}（{said}）" if zh else f"{word}: {day} ({said})"


def _value(value: float, query: Query, unit: str, zh: bool) -> str:
    if query.measure in _TIMES:
        return minutes_text(round(value, 1), zh)
    if unit == "d":
        unit = "天" if zh else "days"
    return f"{figure(value)} {unit}".strip()


def _said(row: Row) -> tuple[str | None, ...]:
    record = row.record
    if hasattr(record, "symptom"):
        return (record.work_order, record.equipment, record.code, record.symptom, record.by)
    return (record.equipment, record.code, record.text)
