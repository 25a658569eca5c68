"""Which figures over records a question asks for: counts, times and extremes, rather than a page or a row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from agent.asking.past import LAST_TIME, LOGGED, of_the_past, planned, speaks, supposed
from agent.asking.periods import period_in
from agent.asking.question import Question

Asked = Literal["cases", "alarms", "extremes", "beyond", "moment", "stock", "used_on"]
Aspect = Literal[
    "count", "who", "parts", "mttr", "mtbf", "downtime", "repeats", "findings", "last", "machine", "mode", "code",
    "duration", "longest", "highest", "lowest", "mean", "beyond",
]  # fmt: skip

_COUNT = (
    r"\bhow (?:often|many times|frequently)\b|\bhow many\b|\bnumber of\b|\bcount\b|\bmtt[rf]\b|\bmtbf\b"
    r"|\bmean time\b|\baverage (?:repair|down|time)|\btotal downtime\b|\bhow much downtime\b|\bhow long\b"
    r"|\bmost (?:often|common|frequent\w*|alarms?|repairs?|fail\w*|faults?|down ?time|breakdowns?|work orders?|cases?)\b|\brepeat(?:ed)? failures?\b|\bhow (?:often|many)\b.*\bwho\b|\bwho .*\bmost\b"
    r"|几次|多少次|几回|多少(?:起|个|条|张|项|单)?(?:工单|案例|故障|维修|报警|记录)|(?:工单|案例|报警|故障|维修).{0,8}(?:多少|几)(?:次|起|个|条|张)"
    r"|(?:有|出|发生|做|换|修|分析).{0,6}(?:几|多少)[次起条张]|平均|mttr|mtbf|(?:停机(?![后前])|持续|维持).{0,10}(?:多久|多长|多少|几)|(?:总|合计|累计)停机"
    r"|最(?:多|常见|频繁|长)|重复故障|频次"
)
_REPAIRS = (
    r"\brepair\w*|\bfix(?:es|ed)?\b|\bjobs?\b|\bwork orders?\b|\bcases?\b|\bfail\w*|\bbreakdowns?\b|\bdowntime\b|\bmtt[rf]\b|\bmtbf\b"
    r"|\bmaintain\w*|\bmaintenance\b|\breplac\w*|\bchang(?:ed|es)\b|\banaly[sz]\w*|\bsampl\w*|\btested\b|\binspect\w*|\bservic\w*|\bclean(?:ed|ing)\b"
    r"|\b(?:was|been|were)\b.{0,30}\bdown\b|\bstood still\b|\bout of service\b|\bhappen\w*|\boccur\w*|\bleak\w*|\bdone\b|工单|案例|维修|修|故障|停机(?![后前])|更换|换|分析|化验|取样|油样|检测|检验|检查|保养|清洗|发生|处理|漏|坏"
)
_ALARMS = r"\balarms?\b|\balerts?\b|报警|告警|报[过了]?.{0,3}次?警"
_EXTREME = r"\b(?:highest|lowest|maxim\w+|minim\w+|peak|average|max|min)\b|\b(?:the|its|daily|hourly) mean\b|\bmean (?:value|temperature|pressure|speed|current|level|reading|vibration|flow|load)s?\b|最(?:高|低|大|小)|平均|峰值"
_LAST_ALARM = (
    r"\b(?:last|latest|most recent|newest)\b.{0,12}\b(?:alarms?|alerts?)\b|\bwhen\b.{0,40}\b(?:last|latest)\b.{0,24}\b(?:alarms?|alerts?)\b"
    r"|\b(?:alarms?|alerts?)\b.{0,16}\b(?:last|latest|most recent)\b|\bwhen did\b.{0,30}\b(?:alarms?|alerts?)\b.{0,12}\blast\b|(?:上次|上一次|上一个|最近一?次|最近一个|最后一?[次个]|最新).{0,6}(?:报警|告警|报)"
)
_STOCKED = r"\bstock\w*|\breorder\b|\bspare|\bpart(?:s| number)?\b|库存|备件|订货|采购"
_WHICH_CODE = (
    r"\b(?:which|what)\b.{0,40}\bcode\b|\bcode\b.{0,12}\bfor\b|(?:哪|什么).{0,12}(?:代码|代号|[误障警]码|报警号)"
)
_BEYOND = r"\b(?:beyond|outside|out of|over|above|exceed\w*|violat\w*)\b.{0,24}\b(?:limits?|range|bounds?)\b|超限|超出.{0,6}(?:限|范围)|越限|超(?:上|下)限"
_TOTAL = r"\b(?:in total|altogether|in all|total|all bins|overall)\b|一共|总共|合计|总库存|总数"
_USED = (
    r"\b(?:which|what) (?:machines?|equipment|models?)\b.{0,30}\b(?:use|uses|used|fit|fits|need|needs|take|takes)\b|\bwhere\b.{0,24}\bused\b"
    r"|\bfits? (?:on )?which\b|\bused (?:on|in) (?:which|what)\b|用在(?:哪|什么)|(?:哪些|哪台|什么)(?:设备|机器|机型).{0,6}(?:用|使用|适用)|适用(?:于)?(?:哪|什么)"
)

_RANKED = r"\bmost (?:common|often|frequent)|\bleast\b|最(?:多|少|常见|频繁)"
_RANKS: frozenset[Aspect] = frozenset({"machine", "mode", "code", "who", "parts", "longest", "downtime"})
_PARTS_USED = (
    r"\b(?:parts?|spares?)\b.{0,24}\b(?:were|was|been|did)\b.{0,24}\b(?:used|replaced|changed|fitted|consumed)\b"
    r"|(?:换过|用过|更换过|换了|用了|消耗了?).{0,4}(?:哪些|什么).{0,4}(?:备件|零件|配件)|(?:哪些|什么)(?:备件|零件|配件).{0,4}(?:换过|用过|更换过)"
)
_LOGGED_PLAINLY = r"\b(?:repair\w*|fix(?:es|ed)?|work orders?|cases?|who|found)\b|工单|维修|修|案例|处理|谁"

# Which of the figures over many records a question is after; the answer begins with these.
_ASPECTS: tuple[tuple[Aspect, str], ...] = (
    ("machine", r"\b(?:which|what) (?:machines?|equipment|asset|press|robot|compressor|conveyor|line)\b|哪(?:一?台|个设备|些设备|台设备|个机器|条线)"),
    ("mode", r"\bfailure modes?\b|\bkinds? of failures?\b|失效模式|故障模式|故障类型"),
    ("code", r"\b(?:which|what) (?:fault |alarm |error )?codes?\b|\b(?:which|what) (?:alarm|fault)s?\b|\bmost (?:common|frequent)\w* (?:fault|alarm|code)|哪(?:个|种|些|条)(?:报警|代码|故障)|什么报警最|最(?:多|常见|频繁)的(?:报警|故障|代码)|报警最(?:多|频)"),
    ("mttr", r"\bmttr\b|\bmean time to repair\b|\baverage (?:repair|time to repair|time (?:of|for) (?:a )?repair)|平均(?:修复|维修|修理)|平均.{0,6}(?:修好|修复)"),
    ("mtbf", r"\bmtbf\b|\bbetween (?:failures|breakdowns)\b|平均(?:无故障|故障间隔)|故障间隔"),
    ("who", r"\bwho\b|\bwhose\b|\bby whom\b|谁|哪位|处理人|哪个(?:人|师傅)"),
    ("parts", r"\b(?:parts?|spares?)\b|备件|零件|配件|换过什么|更换了什么"),
    ("repeats", r"\brepeat\w*|\bcame back\b|\bagain\b|重复|再次|复发"),
    ("findings", r"\bfound\b|\bfindings?\b|\bresults?\b|\bcauses?\b|\boutcome\b|\bdid (?:it|they) show\b|结果|发现|查出|查到|化验出|测出|原因|结论"),
    ("last", r"\blast\b(?! (?:year|month|week|\d))|\blatest\b|\bmost recent\b|\bwhen\b|上次|上一次|最近一次|最后一次|什么时候|何时|哪天"),
    ("downtime", r"\bdown ?time\b|\b(?:was|been|were)\b.{0,30}\bdown\b|\bstood still\b|\bout of service\b|停机(?![后前])|停了"),
    ("longest", r"\blongest\b|\bat most\b|最长|最久"),
    ("duration", r"\bhow long\b|\b(?:total|all) (?:time|minutes|hours|duration)|\bduration\b|\bhow many (?:minutes|hours)\b|多久|多长|持续|(?:多少|几)(?:个)?(?:分钟|小时)|时长"),
    ("beyond", r"\b(?:beyond|outside|out of|over|above|exceed\w*)\b.{0,24}\b(?:limits?|range)\b|超限|超出"),
    ("highest", r"\b(?:highest|maxim\w+|max|peak|hottest|most)\b|最高|最大|峰值"),
    ("lowest", r"\b(?:lowest|minim\w+|min|coldest|least)\b|最低|最小"),
    ("mean", r"\b(?:average|mean)\b|平均"),
    ("count", r"\bhow (?:often|many)\b|\bnumber of\b|\bcount\b|几(?:次|回|起|个|条|单)|多少(?:次|起|个|条|单|回)?|次数|频次"),
)  # fmt: skip


def aspects(text: str) -> tuple[Aspect, ...]:
    """Return what a question about many records is after, in the order in which an answer says it."""
    found = [name for name, pattern in _ASPECTS if speaks(pattern, text)]
    hides = {"mttr": {"mean", "duration", "last"}, "mtbf": {"mean", "duration", "last"}, "longest": {"duration"}}
    hidden = {one for name in found for one in hides.get(name, ())}
    return tuple(name for name in found if name not in hidden)


def figure_calls(question: Question, zone: ZoneInfo) -> list[tuple[str, dict[str, Any]]]:
    """Return the calls (tool, arguments) that the figures in a question need; none for one about pages or rows."""
    if question.recorded.orders or question.recorded.listed in ("parts", "machines"):
        return []  # rows are asked for
    text = question.own if not question.topic else question.text
    if supposed(text):
        return []
    period = period_in(text, datetime.now(UTC), zone)
    recorded = question.recorded
    known = {
        "part": any(i.kind == "part" for i in question.asked.identifiers),
        "stock": "stock" in question.asked.intents,
        "metric": recorded.measured,
        "people": bool(recorded.people) or recorded.listed == "cases",
        "alarm": recorded.alarm is not None,
    }
    named = frozenset(name for name, holds in known.items() if holds)
    asked_for = figures_asked(text, has_period=period is not None, exact=bool(period and period.exact), named=named)
    models = {machine.model for machine in question.machines if machine.model}
    if question.machine is None and len(models) > 1:
        return []  # the figures of which?
    machine = {"equipment": question.machine.tag} if question.machine else {}
    scope = machine or ({"model": next(iter(models))} if models else {})
    said = recorded.alarm or question.asked.code
    code = {"code": said} if said else {}
    calls: list[tuple[str, dict[str, Any]]] = []
    people = known["people"]
    for asked in asked_for:
        if asked in ("extremes", "cases") and not people and period is None and not of_the_past(text):
            continue  # "the highest pressure allowed" and "how long does it take" are figures of a page
        if asked == "cases" and period is None and not people and planned(text):
            continue  # when it is due stands on a page
        if asked in ("cases", "alarms") and speaks(_RANKED, text) and not _RANKS & {*aspects(text)}:
            continue  # the most of what?
        if asked == "cases" and not (scope or code or period or people or known["part"] or speaks(LOGGED, text)):
            continue  # "how many hours do the plugs last" asks of a page
        asks_code = asked == "beyond" and speaks(_WHICH_CODE, text)
        if asks_code or (code and period is None and asked in ("extremes", "moment", "beyond")):
            continue  # "ALM-250 temperature above the limit" is a fault to explain, not a reading to look up
        if asked in ("extremes", "moment"):
            if machine:
                calls.append(("status_statistics", {"query": text, **machine}))
        elif asked == "cases":
            calls.append(("repair_statistics", {"query": text, **scope, **code}))
        elif asked == "alarms":
            calls.append(("alarm_statistics", {"query": text, **scope, **code}))
        elif asked == "beyond":
            calls.append(("readings_beyond_limits", {"query": text, **machine}))
        elif asked == "stock":
            calls.append(("stock_totals", {"query": text, **machine}))
        else:
            calls.append(("where_part_is_used", {"query": text}))
    return calls


def about_alarms(text: str) -> bool:
    """Say whether a text speaks of alarms."""
    return speaks(_ALARMS, text)


def figures_asked(text: str, *, has_period: bool, exact: bool, named: frozenset[str]) -> tuple[Asked, ...]:
    """Return the figures that a question asks for, the most telling first.

    `named` is what of the records it names: a part, a metric of its machine, people who did repairs, an alarm; "stock"
    that it asks for it.
    """
    if "part" in named and speaks(_USED, text):
        return ("used_on",)
    if speaks(_BEYOND, text) and not speaks(_REPAIRS, text) and "metric" not in named:
        return ("extremes",) if has_period else ("beyond",)  # of a time: how many readings were beyond them
    planned = r"\bmean time\b|平均(?:修复|维修|无故障)"
    if has_period and speaks(_EXTREME, text) and not speaks(_STOCKED, text) and not speaks(planned, text):
        return ("extremes",)  # without a time, the highest permitted value may be meant: a manual's figure
    if "metric" in named and has_period and not exact:
        return ("extremes",)
    if speaks(_LAST_ALARM, text) or ("alarm" in named and not speaks(_LOGGED_PLAINLY, text)):
        return ("alarms",)
    if speaks(_PARTS_USED, text) and "stock" not in named:
        return ("cases",)
    if "people" in named and speaks(_REPAIRS, text):
        return ("cases",)
    if speaks(LAST_TIME, text) and speaks(_REPAIRS, text):
        return ("cases",)
    if speaks(_COUNT, text) or (has_period and speaks(_ALARMS, text)):
        if speaks(_ALARMS, text):
            return ("alarms",)
        if speaks(_STOCKED, text) and not speaks(r"\bmost\b|最(?:多|常)|\bused\b|\breplac|更换|换过|用过", text):
            return ("stock",)
        if speaks(_REPAIRS, text):
            return ("cases",)
    if speaks(_TOTAL, text) and (named & {"part", "stock"} or speaks(_STOCKED, text)):
        return ("stock",)
    if exact and not speaks(_REPAIRS, text):
        return ("moment",)
    return ()
