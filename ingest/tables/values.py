"""What stands in cells: numbers with their units, times in the forms that exports have, lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

NOTHING = frozenset({"", "NA", "N/A", "#N/A", "NULL", "NAN", "NONE", "-", "--", "—", "/", "\\", "无", "空", "暂无"})
_NUMBER = re.compile(r"([-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?|[-+]?\.\d+)\s*(.*)")
_SPAN = re.compile(r"[天日月]|周(?!期)|days?|weeks?|wks?|months?", re.IGNORECASE)  # a 采购周期 is no week
_FULL_WIDTH = str.maketrans("０１２３４５６７８９，．－＋／：　", "0123456789,.-+/: ")
_FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y年%m月%d日",
    "%Y年%m月%d日 %H:%M", "%Y年%m月%d日 %H:%M:%S", "%Y.%m.%d", "%Y.%m.%d %H:%M", "%Y.%m.%d %H:%M:%S", "%Y%m%d",
    "%m/%d/%y %H:%M", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%y", "%m/%d/%Y", "%m/%d/%y %H:%M:%S",
    "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S",
    "%d-%b-%Y", "%d %b %Y", "%b %d, %Y",
)  # fmt: skip
_DAY = re.compile(
    r"(?<!\d)(?:(20\d\d)\s*[-/年._ ]\s*(1[0-2]|0?[1-9])\s*[-/月._ ]\s*(3[01]|[12]\d|0?[1-9])"
    r"|(20\d\d)(1[0-2]|0[1-9])(3[01]|[12]\d|0[1-9]))(?!\d)"
)
_DAY_ALONE = re.compile(
    r"(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}|(?:19|20)\d\d年\d{1,2}月\d{1,2}日|\d{1,2}/\d{1,2}/(?:20)?\d\d|\d{1,2}\.\d{1,2}\.20\d\d"
)
_CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
_YES = frozenset("true yes y 1 是 预防 预防性 预防性维护 保养 pm preventive planned scheduled 计划 点检 定期".split())
_NO = frozenset("false no n 0 否 纠正 纠正性 故障 维修 抢修 cm bm corrective breakdown unplanned repair 事后".split())


def filled(cell: str) -> str:
    """Return the cell, or nothing where it says that nothing is known."""
    text = cell.strip()
    return "" if text.upper() in NOTHING else text


def number(text: str | None, what: str) -> float | None:
    """Return a number that may have thousands separators and a unit behind it; raises ValueError."""
    found = number_and_unit(text, what)
    return found[0] if found else None


def number_and_unit(text: str | None, what: str) -> tuple[float, str] | None:
    """Split "12 个" or "1,200 pcs" into number and unit; None where nothing is recorded; raises ValueError."""
    if not text or not filled(text):
        return None
    match = _NUMBER.fullmatch(text.translate(_FULL_WIDTH).strip())
    if not match or len(match[2]) > 12 or re.search(r"\d", match[2].replace("m2", "").replace("m3", "")):
        raise ValueError(f"{what} {text!r} is no number")
    return float(match[1].replace(",", "")), match[2].strip(" ()（）")


def is_number(text: str) -> bool:
    """Say whether a cell holds a number, with or without a unit."""
    try:
        return number_and_unit(text, "") is not None
    except ValueError:
        return False


def days(text: str | None, header: str = "") -> float | None:
    """Return a lead time in days ("2周", "3-4 weeks": the longer one); None where it names no figure.

    A bare figure is in the header's unit: "Lead time (wks)".
    """
    figures = re.findall(r"\d+(?:\.\d+)?", text or "")
    if not figures:
        return None
    named = next((unit[0] for words in (text or "", header) if (unit := _SPAN.search(words))), "")
    factor = 7 if re.match(r"周|week|wk", named, re.I) else 30 if re.match(r"月|month", named, re.I) else 1
    return max(map(float, figures)) * factor


def minutes(text: str | None, header: str, what: str) -> float | None:
    """Return a duration in minutes: "3:00", "1.5 h", "2小时30分", or a bare number in the header's unit."""
    if not text or not filled(text):
        return None
    if clock := re.fullmatch(r"(\d+):(\d{2})(?::(\d{2}))?", text.strip()):
        return int(clock[1]) * 60 + int(clock[2]) + int(clock[3] or 0) / 60
    hours = re.search(r"(\d+(?:\.\d+)?)\s*(?:小时|h(?:ours?|rs?)?\b|时)", text, re.I)
    rest = re.search(r"(\d+(?:\.\d+)?)\s*(?:分钟?|min)", text, re.I)
    whole_days = re.search(r"(\d+(?:\.\d+)?)\s*(?:天|days?)", text, re.I)
    if hours or rest or whole_days:
        parts = ((whole_days, 1440), (hours, 60), (rest, 1))
        return sum(float(found[1]) * factor for found, factor in parts if found)
    plain = number(text, what)
    if plain is None:
        return None
    return plain * (60 if re.search(r"小时|hour|\(h\)|（h）|\bhrs?\b", header, re.I) else 1)


def several(text: str | None) -> tuple[str, ...]:
    """Split a list in a cell."""
    return tuple(piece.strip() for piece in re.split(r"[、,，;；\n]|\s/\s|\s\|\s", text or "") if filled(piece))


def machines(text: str | None) -> tuple[str, ...]:
    """Split a list of machines or models, also at a slash where both sides are models: PK-200/PK-300, not FX3U/ES.

    What is said once is meant for each: BL-201/202 are BL-201 and BL-202, CF-301A/B are CF-301A and CF-301B.
    """
    found: list[str] = []
    for piece in several(text):
        sides = [side.strip() for side in piece.split("/")]
        for at, side in enumerate(sides[1:], start=1):
            ending = re.search(r"\d{2,}$" if side.isdigit() else r"(?<=\d)[A-Za-z]$", sides[at - 1])
            if ending and len(ending.group()) == len(side) and side.isalnum():
                sides[at] = sides[at - 1][: ending.start()] + side
        models = all(re.search(r"[A-Za-z]", side) and re.search(r"\d", side) for side in sides)
        found += sides if models else [piece]
    return tuple(found)


def truth(text: str | None) -> bool | None:
    """Return whether a cell says yes; None where it says neither."""
    plain = (text or "").strip().casefold()
    return True if plain in _YES else False if plain in _NO else None


def time(text: str, zone: ZoneInfo) -> datetime:
    """Return a time; one without a zone is in the plant's; raises ValueError."""
    text = text.translate(_FULL_WIDTH).strip()
    if re.fullmatch(r"\d{10}(\.\d+)?|\d{13}|\d{16}|\d{19}", text):
        scale = {13: 1e3, 16: 1e6, 19: 1e9}.get(len(text), 1.0)
        return datetime.fromtimestamp(float(text) / scale, zone)
    try:
        parsed = datetime.fromisoformat(text)
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
    if re.fullmatch(r"\d{5}(\.\d+)?", text) and 20_000 < float(text) < 80_000:  # a workbook's own day number
        from openpyxl.utils.datetime import from_excel

        found = from_excel(float(text))
        if isinstance(found, datetime):
            return found.replace(tzinfo=zone)
    raise ValueError(f"{text!r} is no time such as 2026-03-31 16:42")


def with_day(cell: str, row: Sequence[str], day: datetime | None = None) -> str:
    """Return a time of day with the day that another cell of its row gives, or the sheet; any other cell as it is."""
    clock = _CLOCK.fullmatch(cell.translate(_FULL_WIDTH).strip())
    if not clock:
        return cell
    of_sheet = f"{day:%Y-%m-%d}" if day else ""
    its = next((text for one in row if _DAY_ALONE.fullmatch(text := one.translate(_FULL_WIDTH).strip())), of_sheet)
    return f"{its} {clock.group()}".lstrip()


def day_in(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the day that a title, sheet name or file name gives: 2026-03-31, 20260331, 2026年3月31日."""
    for found in _DAY.finditer(text):
        year, month, day = (int(figure) for figure in found.groups() if figure)
        try:
            return datetime(year, month, day, tzinfo=zone)
        except ValueError:
            continue
    return None
