"""The time that a question speaks of: a day, month, year or span, as [since, until) in the plant's zone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from corpus import extract_identifiers

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "|".join(f"{name}|{name[:3]}" for name in _MONTHS) + "|sept"
_CLOCK = r"(?:\s*(?:T|at|,)?\s*(?P<hour>[01]?\d|2[0-3])[:：](?P<minute>[0-5]\d))?"
_LED = "(?:" + "|".join(rf"(?<=\b{word} )" for word in "in during of since for after before until".split()) + ")"
_DATES = (
    rf"(?P<year>(?:19|20)\d\d)[-/.年](?P<month>1[0-2]|0?[1-9])[-/.月](?P<day>3[01]|[12]\d|0?[1-9])(?!\d)[日号]?{_CLOCK}",
    rf"(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)? (?P<name>{_MONTH})\.?,? (?P<year>(?:19|20)\d\d){_CLOCK}",
    rf"(?P<name>{_MONTH})\.? (?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?,? (?P<year>(?:19|20)\d\d){_CLOCK}",
    rf"(?P<month>1[0-2]|0?[1-9])月(?P<day>3[01]|[12]\d|0?[1-9])[日号]{_CLOCK}",
    rf"(?P<name>{_MONTH})\.? (?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\b(?!,? ?\d{{4}}|[:：]\d){_CLOCK}",
    rf"(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)? (?:of )?(?P<name>{_MONTH})\b{_CLOCK}",
    r"(?P<year>(?:19|20)\d\d)[-/.年](?P<month>1[0-2]|0?[1-9])(?!\d|[-/.]\d)月?",
    rf"\b(?P<name>{_MONTH})\.? (?P<year>(?:19|20)\d\d)\b",
    r"(?<![\d-])(?P<year>(?:19|20)\d\d)(?:\s*年)?(?![\d-])(?=年|\b|\D)",
    rf"{_LED}(?P<name>{_MONTH})\b(?! \d)",
    rf"\b(?P<name>{'|'.join(name for name in _MONTHS if name not in ('march', 'may'))})\b(?! \d)",
    rf"\b(?P<name>{_MONTH}) (?:this|last) year\b",
    r"(?<![\d年个十-])(?P<month>1[0-2]|[1-9])月(?:份|(?!\d))",
)
_DATE = [re.compile(one, re.IGNORECASE) for one in _DATES]
_DAY, _TH, _TO = r"(3[01]|[12]\d|0?[1-9])", r"(?:st|nd|rd|th)?", r"\s*(?:and|to|until|till|through|[-–~到至])\s*"
# Two days of one month, which is named once: "15 to 17 November 2026", "11月15日到17日".
_RANGES = (
    (
        re.compile(rf"\b{_DAY}{_TH}{_TO}{_DAY}{_TH} (?:of )?({_MONTH})\b\.?,?(\s*(?:19|20)\d\d)?", re.IGNORECASE),
        r"\1 \3\4 to \2 \3\4",
    ),
    (
        re.compile(rf"\b({_MONTH})\.? {_DAY}{_TH}{_TO}{_DAY}{_TH}(?!\d|[:：])(,?\s*(?:19|20)\d\d)?", re.IGNORECASE),
        r"\1 \2\4 to \1 \3\4",
    ),
    (
        re.compile(rf"((?:(?:19|20)\d\d年)?(?:1[0-2]|0?[1-9])月){_DAY}[日号]?{_TO}{_DAY}[日号]"),
        r"\1\2日到\1\3日",
    ),
)
# Two months of one year, which is named once.
_MONTHS_OF_YEAR = (
    (
        re.compile(rf"\b({_MONTH})\b\.?{_TO}({_MONTH})\b\.?,?(?: of)?\s*((?:19|20)\d\d)", re.IGNORECASE),
        r"\1 \3 to \2 \3",
    ),
    (
        re.compile(rf"((?:19|20)\d\d年)((?:1[0-2]|0?[1-9])月)份?{_TO}((?:1[0-2]|0?[1-9])月)"),
        r"\1\2到\1\3",
    ),
)
_SHORT_YEAR = re.compile(
    rf"\b((?:{_MONTH})\.? )['’](\d\d)\b|(?<![\d年])(\d\d)年(?=\s*(?:1[0-2]|0?[1-9]|[一二三四五六七八九十]+)月)",
    re.IGNORECASE,
)
_OCLOCK = re.compile(
    r"\s*(?:早上|早晨|上午|凌晨|清晨|(?P<late>中午|下午|傍晚|晚上|夜里))?\s*(?<![\d.:])(?P<zh>1?\d|2[0-4])点"
    r"(?:(?P<half>半)|(?P<minute>[0-5]?\d)分?|钟|整)?(?!\d)"
    r"|\s*\b(?P<en>1[0-2]|0?[1-9])(?:[:.](?P<past>[0-5]\d))?\s?(?P<pm>[ap]\.?m\b\.?)",
    re.IGNORECASE,
)
_YEAR_SAID = re.compile(r"\b(?:this|last) year\b|[今去前]年", re.IGNORECASE)
_TH_BEHIND = re.compile(r"(?:st|nd|rd|th)?")
_SINCE = re.compile(
    r"(?:since|after|from)(?: the)?(?: (?:beginning|start)(?: of)?)?\s*$|(?:自从?|从)\s*$", re.IGNORECASE
)
_SINCE_BEHIND = re.compile(r"^\s*(?:以来|之后|以后|起)")
_BEFORE = re.compile(r"(?:before|until|up to)\s*$", re.IGNORECASE)
_BEFORE_BEHIND = re.compile(r"^\s*(?:之前|以前|前)")
_LAST = re.compile(
    r"(?:last|past|previous|最近|过去|近)\s*(\d+|one|two|three|six|twelve|[一两二三六十])\s*个?\s*"
    r"(hours?|days?|weeks?|months?|years?|小时|天|日|周|星期|月|年)",
    re.IGNORECASE,
)
_NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "six": 6,
    "twelve": 12,
    "一": 1,
    "两": 2,
    "二": 2,
    "三": 3,
    "六": 6,
    "十": 10,
}
_CHINESE = dict(zip("一 二 三 四 五 六 七 八 九 十 十一 十二".split(), range(1, 13), strict=True))
_CHINESE_MONTH = re.compile(
    r"(?<![一二两三四五六七八九十几个第半每上下这那近])(十[一二]?|[一二三四五六七八九])月(?=份|[^\d]|$)"
)
_CHINESE_DAY = re.compile(r"(?<=月)(三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])(?=[日号])")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "一": 1, "二": 2, "三": 3, "四": 4}
_LAST_YEARS = re.compile(
    rf"(去年)的?(?=第?[\d一二三四五六七八九十上下])|(?:{_MONTH}|quarter|half)(?: of)? (last year)", re.IGNORECASE
)
_YEAR = r"((?:19|20)\d\d)"
_QUARTER = re.compile(
    rf"(?:{_YEAR}\s*年?的?\s*)?"
    r"(?:第?([一二三四1-4])季度?|\bQ([1-4])\b|\b(first|second|third|fourth|[1-4])(?:st|nd|rd|th)? quarter)"
    rf"(?:[,\s]*(?:of\s+)?{_YEAR})?",
    re.IGNORECASE,
)
_HALF = re.compile(
    rf"(?:{_YEAR}\s*年?的?\s*)?(?:(上|下)半年|\bH([12])\b)|\b(?:(first|second) half|H([12]))(?: of)?\s*{_YEAR}?",
    re.IGNORECASE,
)
_NAMED = (
    (re.compile(r"\btoday\b|今天|今日", re.I), "day", 0),
    (re.compile(r"\b(?:the )?day before yesterday\b|前天|前日", re.I), "day", 2),
    (re.compile(r"\byesterday\b|昨天|昨日", re.I), "day", 1),
    (re.compile(r"\bthis week\b|本周|这周|这个?星期", re.I), "week", 0),
    (re.compile(r"\blast week\b|上周|上个?星期", re.I), "week", 1),
    (re.compile(r"\bthis month\b|本月|这个月", re.I), "month", 0),
    (re.compile(r"\blast month\b|上个?月", re.I), "month", 1),
    (re.compile(r"\bthis year\b|今年", re.I), "year", 0),
    (re.compile(r"\blast year\b|去年", re.I), "year", 1),
)


_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_WEEKDAY = re.compile(
    rf"\b(last )?({'|'.join(_WEEKDAYS)})\b|(上|本|这)?个?(?:周|星期|礼拜)([一二三四五六日天])(?![\u4e00-\u9fff]?次)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Period:
    """[since, until), either may be open; `exact` when a time of day was given: the moment is `since`."""

    since: datetime | None
    until: datetime | None
    exact: bool = False


def period_in(text: str, now: datetime, zone: ZoneInfo) -> Period | None:
    """Return the time that a text speaks of; two dates are the ends of a span; None where it names none."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for identifier in extract_identifiers(text):
        if identifier.normal.isdigit():
            text = text.replace(identifier.text, " ", 1)  # alarm 2015 is no year
    text = _LAST_YEARS.sub(
        lambda match: match[0].replace(
            match[1] or match[2], f"{today.year - 1}年" if match[1] else str(today.year - 1)
        ),
        text,
    )
    for pattern, apart in (*_RANGES, *_MONTHS_OF_YEAR):
        text = pattern.sub(apart, text)
    if part := _part_of_year(text, today):
        return part
    text = _with_hours(_in_figures(text))
    found = sorted([*_dates(text, today, zone), *_weekdays(text, today)], key=lambda item: item[0])
    if len(found) >= 2:
        return Period(found[0][2], found[1][3])
    if found:
        start, end, since, until, exact = found[0]
        if _SINCE.search(text[:start]) or _SINCE_BEHIND.match(text[end:]):
            return Period(since, None)
        if _BEFORE.search(text[:start]) or _BEFORE_BEHIND.match(text[end:]):
            return Period(None, since)
        return Period(since, until, exact)
    if last := _LAST.search(text):
        count = int(last[1]) if last[1].isdigit() else _NUMBERS.get(last[1].lower(), 1)
        unit = last[2].lower()
        days = next(
            n for names, n in ((("hour", "小时"), 1 / 24), (("day", "天", "日"), 1), (("week", "周", "星期"), 7),
                               (("month", "月"), 30), (("year", "年"), 365)) if unit.startswith(names)
        )  # fmt: skip
        return Period(now - timedelta(days=count * days), None)
    for pattern, unit, back in _NAMED:
        if pattern.search(text):
            return _named(today, unit, back)
    return None


def with_year(text: str, newest: Callable[[], datetime | None], zone: ZoneInfo) -> str:
    """Write the year to the dates of a text that name none: the last in which such a day is not after `newest`.

    `newest` is the time of the newest record, asked for only where it is needed: where a plant's records end in
    January, "14 December" is of the year before. Where it is the year that is meant anyway, the text stays as it is.
    """
    figures = _in_figures(text)
    found = [(match, match.groupdict()) for match in _matches(figures)]
    if not found or any(parts.get("year") or _YEAR_SAID.search(match.group()) for match, parts in found):
        return text  # what is said of one date holds for the others
    if _YEAR_SAID.search(figures) or (last := newest()) is None:
        return text
    today = datetime.now(UTC).astimezone(zone)
    last = min(last.astimezone(zone), today)
    for match, parts in sorted(found, key=lambda one: one[0].start(), reverse=True):
        name = (parts.get("name") or "").lower()[:3]
        date = (_index(name) if name else int(parts["month"]), int(parts.get("day") or 1))
        year, plain = (when.year - (date > (when.month, when.day)) for when in (last, today))
        if year != plain and name:
            at = max(match.end(group) for group in ("name", "day") if parts.get(group))
            at += len(_TH_BEHIND.match(figures, at)[0])  # type: ignore[index]  # it matches nothing too
            figures = f"{figures[:at]} {year}{figures[at:]}"
        elif year != plain:
            figures = f"{figures[: match.start()]}{year}年{figures[match.start() :]}"
    return figures


def _matches(text: str) -> list[re.Match[str]]:
    """Return the dates of a text, the fuller forms first; none lies across another."""
    found: list[re.Match[str]] = []
    for pattern in _DATE:
        found += [
            match
            for match in pattern.finditer(text)
            if not any(one.start() < match.end() and match.start() < one.end() for one in found)
        ]
    return found


def _in_figures(text: str) -> str:
    """Write dates in figures: 三月二十一日 is 3月21日, 24年8月 2024年8月."""
    text = _SHORT_YEAR.sub(lambda match: f"{match[1] or ''}20{match[2] or match[3]}{'年' if match[3] else ''}", text)
    text = _CHINESE_MONTH.sub(lambda match: f"{_CHINESE[match[1]]}月", text)
    return _CHINESE_DAY.sub(lambda match: str(_day_of(match[1])), text)


def _with_hours(text: str) -> str:
    """Write the time of day in figures where a date stands: without one, 有8点 counts points."""
    return _OCLOCK.sub(_in_hours, text) if any(pattern.search(text) for pattern in _DATE) else text


def _in_hours(match: re.Match[str]) -> str:
    """Write a time of day in figures: 下午3点半 and 3:30 pm are 15:30."""
    hour = int(match["zh"] or match["en"])
    minute = "30" if match["half"] else match["minute"] or match["past"] or "00"
    late = match["late"] or (match["pm"] or "").lower().startswith("p")
    return f" {hour + 12 if late and hour < 12 else hour}:{minute.zfill(2)} "


def _day_of(written: str) -> int:
    tens, ten, ones = written.rpartition("十")
    return (10 * (_CHINESE[tens] if tens else 1) if ten else 0) + (_CHINESE[ones] if ones else 0)


def without_dates(text: str) -> str:
    """Leave out the words by which a text names its time."""
    text = _with_hours(_in_figures(text))
    for pattern, apart in (*_RANGES, *_MONTHS_OF_YEAR):
        text = pattern.sub(apart, text)
    for pattern in (_QUARTER, _HALF, *_DATE, _WEEKDAY, _LAST, *(named for named, *_ in _NAMED), _DATE[-1]):
        text = pattern.sub(" ", text)
    return text


def _dates(text: str, today: datetime, zone: ZoneInfo) -> Iterator[tuple[int, int, datetime, datetime, bool]]:
    for match in _matches(text):
        parts = match.groupdict()
        name = (parts.get("name") or "").lower()[:3]
        month = int(parts["month"]) if parts.get("month") else _index(name) if name else None
        day = int(parts["day"]) if parts.get("day") else None
        try:
            since = datetime(int(parts.get("year") or today.year), month or 1, day or 1, tzinfo=zone)
            exact = parts.get("hour") is not None
            if exact:
                since = since.replace(hour=int(parts["hour"]), minute=int(parts["minute"]))
        except ValueError:
            continue
        if since.year > today.year + 1:
            continue  # nothing is on record of it: a number
        if not parts.get("year") and since > today + timedelta(days=1):
            since = since.replace(year=since.year - 1)  # what happened in a month to come was last year's
        yield match.start(), match.end(), since, _end(since, month, day, exact), exact


def _weekdays(text: str, today: datetime) -> Iterator[tuple[int, int, datetime, datetime, bool]]:
    """Yield the days that a text names by their weekday: the last such day, or that of the week before."""
    for match in _WEEKDAY.finditer(text):
        before, name, week, numeral = match.groups()
        index = _WEEKDAYS.index(name.lower()) if name else "一二三四五六日".index(numeral.replace("天", "日"))
        back = (today.weekday() - index) % 7
        if week == "上":
            back = today.weekday() - index + 7
        elif before and back == 0:
            back = 7
        since = today - timedelta(days=back)
        yield match.start(), match.end(), since, since + timedelta(days=1), False


def _index(name: str) -> int:
    return next(i for i, month in enumerate(_MONTHS, 1) if month.startswith(name))


def _end(since: datetime, month: int | None, day: int | None, exact: bool) -> datetime:
    if exact:
        return since + timedelta(minutes=1)
    if day:
        return since + timedelta(days=1)
    if month:
        return since.replace(year=since.year + month // 12, month=month % 12 + 1)
    return since.replace(year=since.year + 1)


def _part_of_year(text: str, today: datetime) -> Period | None:
    """Return the quarter or half of a year that a text speaks of; without a year the last one that has begun."""
    if match := _QUARTER.search(text):
        year, zh, plain, word, later = match.groups()
        said = zh or plain or word
        number, months = _ORDINALS.get(said.lower()) or int(said), 3
    elif match := _HALF.search(text):
        year, zh, short, word, other, later = match.groups()
        number, months = 1 if (zh or short or word or other).lower() in ("上", "first", "1") else 2, 6
    else:
        return None
    since = today.replace(year=int(year or later or today.year), month=(number - 1) * months + 1, day=1)
    if not (year or later) and since > today:
        since = since.replace(year=since.year - 1)
    end = since.month + months
    return Period(since, since.replace(year=since.year + (end - 1) // 12, month=(end - 1) % 12 + 1))


def _named(today: datetime, unit: str, back: int) -> Period:
    if unit == "day":
        since = today - timedelta(days=back)
        return Period(since, since + timedelta(days=1))
    if unit == "week":
        since = today - timedelta(days=today.weekday() + 7 * back)
        return Period(since, since + timedelta(days=7))
    if unit == "month":
        months = today.year * 12 + today.month - 1 - back
        since = today.replace(year=months // 12, month=months % 12 + 1, day=1)
        return Period(since, _end(since, since.month, None, False))
    since = today.replace(year=today.year - back, month=1, day=1)
    return Period(since, since.replace(year=since.year + 1))
