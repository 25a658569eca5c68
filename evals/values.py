"""Figures with their units, read out of text and compared by what they measure."""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corpus import extract_identifiers

_NUMBER = re.compile(
    r"(?<![A-Za-z0-9._])(?<![A-Za-z]-)([-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+]?\d+(?:\.\d+)?)(?![.,]?\d)"
)
_LATIN_UNIT = re.compile(r"[a-zµμωΩ°%‰\"][a-zµμωΩ°²³0-9^·.*/-]*", re.IGNORECASE)
_BRACKETED = re.compile(r"[(\[]([^()\[\]]{1,12})[)\]]")
_RANGE = re.compile(r"\s*(?:-|~|to|至|到|\.\.\.?|±|\+/-)\s*[-+]?\d+(?:\.\d+)?\s*", re.IGNORECASE)
_CLOSE = 5e-3  # relative; what rounding in a converted figure may cost

# Written forms to pint's names, after NFKC and lower case. What measures nothing (pieces) stays as it is written.
_UNITS = {
    "兆帕": "MPa", "千帕": "kPa", "帕": "Pa", "巴": "bar", "毫米": "mm", "厘米": "cm", "微米": "um", "千米": "km",
    "公里": "km", "米": "m", "毫秒": "ms", "秒钟": "s", "秒": "s", "分钟": "min", "分": "min", "小时": "h", "天": "day",
    "日": "day", "周": "week", "个月": "month", "月": "month", "年": "year", "千克": "kg", "公斤": "kg", "克": "g",
    "吨": "t", "牛·米": "N*m", "牛米": "N*m", "牛": "N", "千牛": "kN", "毫升": "ml", "升": "l", "立方米": "m**3",
    "伏": "V", "毫安": "mA", "安": "A", "千瓦": "kW", "瓦": "W", "赫兹": "Hz", "摄氏度": "degC", "度": "degree",
    "转/分": "rpm", "转每分": "rpm", "转/分钟": "rpm", "欧姆": "ohm", "兆欧": "Mohm", "分贝": "dB", "升/分": "l/min",
    "n·m": "N*m", "n.m": "N*m", "nm": "N*m", "n*m": "N*m", "n-m": "N*m", "kn": "kN", "mpa": "MPa", "kpa": "kPa",
    "pa": "Pa", "bar": "bar", "mbar": "mbar", "psi": "psi", "°c": "degC", "degc": "degC", "c": "degC", "°f": "degF",
    "f": "degF", "k": "K", "%": "percent", "r/min": "rpm", "rpm": "rpm", "1/min": "rpm", "min-1": "rpm", "kw": "kW",
    "w": "W", "v": "V", "kv": "kV", "mv": "mV", "a": "A", "ma": "mA", "hz": "Hz", "khz": "kHz", "mhz": "MHz",
    "ω": "ohm", "ohm": "ohm", "kω": "kohm", "mω": "Mohm", "μm": "um", "µm": "um", "um": "um", "db": "dB",
    "db(a)": "dB", "mm²": "mm**2", "mm2": "mm**2", "cm²": "cm**2", "cm2": "cm**2", "m²": "m**2", "m2": "m**2",
    "cm³": "cm**3", "cm3": "cm**3", "m³": "m**3", "m3": "m**3", "m³/min": "m**3/min", "m3/min": "m**3/min",
    "m³/h": "m**3/h", "m3/h": "m**3/h", "l/min": "l/min", "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "min": "min", "minutes": "min", "minute": "min", "s": "s", "sec": "s", "seconds": "s", "ms": "ms", "d": "day",
    "day": "day", "days": "day", "week": "week", "weeks": "week", "month": "month", "months": "month", "year": "year",
    "years": "year", "kg": "kg", "g": "g", "t": "t", "lb": "lb", "lbs": "lb", "l": "l", "ml": "ml", "mm": "mm",
    "cm": "cm", "m": "m", "km": "km", "in": "inch", "inch": "inch", "inches": "inch", '"': "inch", "ft": "foot",
    "mm/s": "mm/s", "m/s": "m/s", "m/min": "m/min", "mm/min": "mm/min", "°": "degree", "deg": "degree", "hp": "hp",
    "ft-lb": "foot*force_pound", "ft·lb": "foot*force_pound", "kwh": "kWh", "kva": "kVA", "va": "VA", "ah": "Ah",
    "t/h": "t/h", "kg/h": "kg/h", "μs/cm": "uS/cm", "µs/cm": "uS/cm", "ms/cm": "mS/cm",
}  # fmt: skip
_BY_LENGTH = sorted((unit for unit in _UNITS if not unit.isascii()), key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and the unit written with it, if any."""

    number: float
    unit: str | None = None


def figures(text: str) -> Iterator[Figure]:
    """Read the figures of a text; a unit stands behind its number, behind the range it is in, or bracketed before."""
    text = unicodedata.normalize("NFKC", text).replace("−", "-").replace("–", "-")
    for identifier in extract_identifiers(text):
        if not identifier.normal.isdigit():  # 6204-2RS measures nothing; 3000-5000 rpm does
            text = text.replace(identifier.text, "#" * len(identifier.text))
    for line in text.splitlines():
        for match in _NUMBER.finditer(line):
            number = float(match.group(1).replace(",", ""))
            behind = line[match.end() :]
            ranged = _RANGE.match(behind)
            unit = _unit_at(behind) or (_unit_at(behind[ranged.end() :]) if ranged else None)
            if unit is None:
                bracketed = [found.group(1) for found in _BRACKETED.finditer(line[: match.start()])]
                unit = next((one.strip() for one in reversed(bracketed) if one.strip().lower() in _UNITS), None)
            yield Figure(number, unit)


def same_value(wanted: Figure, found: Figure) -> bool:
    """Say whether two figures measure the same: equal numbers in one unit, or equal after conversion.

    Where no unit is wanted, the number alone decides.
    """
    if wanted.unit is None:
        return math.isclose(wanted.number, found.number, rel_tol=1e-9)
    if found.unit is None:
        return False
    ours, theirs = _plain(wanted.unit), _plain(found.unit)
    if ours == theirs or _UNITS.get(ours, ours) == _UNITS.get(theirs, theirs):
        return math.isclose(wanted.number, found.number, rel_tol=1e-9)
    return _converted(wanted.number, _UNITS.get(ours, ours), found.number, _UNITS.get(theirs, theirs))


def _converted(number: float, unit: str, other: float, other_unit: str) -> bool:
    import pint

    units = _registry()
    try:
        there = units.Quantity(other, other_unit).to(unit).magnitude
    except (pint.PintError, ValueError, TypeError, AttributeError, AssertionError):
        return False  # another dimension, or a unit that measures nothing
    return math.isclose(number, float(there), rel_tol=_CLOSE)


@functools.lru_cache(maxsize=1)
def _registry() -> Any:
    import pint

    return pint.UnitRegistry()


def _unit_at(text: str) -> str | None:
    """Return the unit that a text begins with."""
    text = text.lstrip()
    for unit in _BY_LENGTH:
        if text.lower().startswith(unit):
            return unit
    match = _LATIN_UNIT.match(text)
    if match is None:
        return re.match(r"[\u4e00-\u9fff]?", text).group() or None  # type: ignore[union-attr]
    written = match.group()
    while written and written.lower() not in _UNITS:
        shorter = re.split(r"[-./*·]", written)
        if len(shorter) == 1:
            return written
        written = written[: -len(shorter[-1]) - 1]
    return written or None


def _plain(unit: str) -> str:
    return unicodedata.normalize("NFKC", unit).strip().lower()
