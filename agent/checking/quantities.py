"""Figures and what they measure: read out of text in both languages and compared across units."""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from corpus import extract_identifiers

_TABLE: dict[str, Any] = tomllib.loads(files("agent").joinpath("words/units.toml").read_text(encoding="utf-8"))
_TEMPERATURE: dict[str, str] = _TABLE.pop("temperature")
_UNITS: dict[str, tuple[str, float]] = {
    unit: (name, factor) for name, units in _TABLE.items() for unit, factor in units.items()
}
_BY_LENGTH: list[str] = sorted([*_UNITS, *_TEMPERATURE], key=len, reverse=True)
_HAN = r"\u3400-\u9fff"
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
# What joins two numbers that share the unit behind the second.
_JOIN = re.compile(
    rf"\s*(?:-|–|—|~|…|\.{{2,3}}|to|and|or|至|到|和|或|、|/|±|\+/-|x|×)\s*[-+±]?(?:{_NUMBER})\s*", re.IGNORECASE
)
_CLOSE = 0.012  # relative; what rounding costs in a converted figure
_FOLDED = str.maketrans({"−": "-", "－": "-", "²": "2", "³": "3", "⋅": "·", "•": "·", "Ω": "Ω"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written, its dimension (None: it counts or measures nothing known) and its value in a common unit."""

    number: float
    dimension: str | None = None
    value: float = 0.0
    unit: str = ""
    text: str = ""


def folded(text: str) -> str:
    """Return the text with full-width forms, superscripts and dots folded, as figures are read from it."""
    return unicodedata.normalize("NFKC", text).translate(_FOLDED).replace("µ", "μ")


def quantities(text: str) -> list[Quantity]:
    """Read the figures of a text, each with the unit behind it or behind the range it stands in."""
    text = re.sub(r"(?<![A-Za-z])(DC|AC)(?=\d)", r"\1 ", folded(text))
    for identifier in extract_identifiers(text):
        # 6204-2RS measures nothing; "10-13kN" and "3000-5000 rpm" do.
        if not identifier.normal.isdigit() and not re.match(r"\d+(?:[.\-]\d+)*[a-zμ°%/·]+\d?$", identifier.text, re.I):
            text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(identifier.text)}(?![A-Za-z0-9])", _blank, text)
    return list(_figures(text))


def _blank(match: re.Match[str]) -> str:
    return "#" * len(match.group())


def _figures(text: str) -> Iterator[Quantity]:
    for match in re.finditer(rf"(?<![^\W{_HAN}])(?<![.,#])(?<![A-Za-z]-)({_NUMBER})(?!\d|[.,]\d)", text):
        number = float(match.group(1).replace(",", ""))
        behind = text[match.end() : match.end() + 60]
        unit = _unit_at(behind)
        while unit is None and (joined := _JOIN.match(behind)):
            behind = behind[joined.end() :]
            unit = _unit_at(behind)
        if unit is None and re.search(f"[{_HAN}]$", text[: match.start()]):
            continue  # "第3步" counts, "力矩为45 N·m" measures
        negative = re.search(r"(?:^|[\s(:，,])-\s?$", text[max(0, match.start() - 3) : match.start()]) is not None
        yield _quantity(-number if negative else number, unit, f"{match.group(1)} {unit or ''}".strip())


def _quantity(number: float, unit: str | None, text: str) -> Quantity:
    if unit in _TEMPERATURE:
        scale = _TEMPERATURE[unit]
        value = (number - 32) / 1.8 if scale == "f" else number - 273.15 if scale == "k" else number
        return Quantity(number, "temperature", value, unit, text)
    if unit is None:
        return Quantity(number, text=text)
    dimension, factor = _UNITS[unit]
    return Quantity(number, dimension, number * factor, unit, text)


def _unit_at(text: str) -> str | None:
    """Return the unit that a text begins with; a letter unit ends where its word ends."""
    lean = text.lstrip(" \t\u00a0").removeprefix("-") if text[:1] == "-" else text.lstrip(" \t\u00a0")
    lower = lean.lower()
    for unit in _BY_LENGTH:
        if lower.startswith(unit) and not re.match(r"[a-z]", lower[len(unit) :][:1] if unit[-1].isascii() else ""):
            if unit in ("k", "c", "a", "t", "in", "d", "m", "s", "h", "n") and not _short_unit(unit, lean):
                continue
            return unit
    return None


def _short_unit(unit: str, lean: str) -> bool:
    """Say whether one letter is a unit here and not a word ("2 in a row") or an initial."""
    if unit in ("a", "in"):
        return lean[:1] == "A" if unit == "a" else bool(re.match(r"in\.?(?:[\s,;)]*$|[,;)])", lean))
    return lean[:1] == {"k": "K", "c": "C", "n": "N"}.get(unit, unit)


def supported(claim: Quantity, held: Sequence[Quantity], units: frozenset[str | None]) -> bool:
    """Say whether a figure stands among those of a source; `units` are the dimensions that the source speaks of.

    A number in a unit may stand in a table whose heading carries the unit; a bare number only has to stand there.
    """
    return any(_same(claim, one, units) for one in held)


def _same(claim: Quantity, one: Quantity, units: frozenset[str | None]) -> bool:
    same_number = math.isclose(claim.number, one.number, rel_tol=1e-9)
    if claim.dimension is None:
        return same_number or math.isclose(claim.number, abs(one.number), rel_tol=1e-9)
    if one.dimension is None:
        return same_number and claim.dimension in units
    degrees = {claim.dimension, one.dimension} <= {"angle", "temperature"} and "度" in (claim.unit, one.unit)
    if claim.dimension != one.dimension:
        return degrees and same_number
    if claim.dimension == "temperature":
        return abs(claim.value - one.value) <= (0.6 if claim.unit != one.unit else 1e-6)
    if math.isclose(claim.value, one.value, rel_tol=1e-9):
        return True
    return claim.unit != one.unit and math.isclose(claim.value, one.value, rel_tol=_CLOSE)
