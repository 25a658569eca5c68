"""The quantities that a question asks a figure of: by their names, or by a unit of theirs ("how many bar")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import Pattern

from agent.words import words

Measure = tuple[Pattern[str], Pattern[str]]
"""What names a quantity, and the units of its figures."""

_COUNTED = re.compile(
    r"\bhow many\s+|\bin what\s+|多少\s*|几个?\s*"
    r"|\b(?:what|which)\s+(?=(?:amp(?:ere)?s?|volts?|bar|psi|rpm|r/min|mm/s|mm|degrees?|%|percent|hertz|hz|k?g|grams?|kilos?"
    r"|lit(?:er|re)s?|N ?m|kW|dB|ohms?|ppm)(?![A-Za-z]))",
    re.IGNORECASE,
)
# A pressure gauge and a vacuum pump are things: who names them asks for no pressure.
_THING = re.compile(
    r"\s?(?:pumps?|valves?|sensors?|switch(?:es)?|gauges?|filters?|lines?|hoses?|tanks?|coolers?|relays?|meters?|seals?"
    r"|pipes?|cups?|cleaners?|regulators?|transmitters?|plugs?|caps?|pans?|coils?)\b"
    r"|(?:泵|表|阀|开关|传感器|继电器|管|计|箱|杯|嘴|路|滤|封|缸|盘|吸盘|变送器)",
    re.IGNORECASE,
)
_UNIT = 16  # characters in which a unit stands behind "how many"


def measures_asked(question: str) -> list[Measure]:
    """Return the quantities that a question asks for; one that it counts in a unit leaves out what it only names."""
    counted = [f"1 {question[match.end() :][:_UNIT]}" for match in _COUNTED.finditer(question)]
    every = words().units
    ends = [
        max((m.end() for text in counted for at in (0, 2) if (m := one[1].match(text, at))), default=0) for one in every
    ]
    longest = max(ends, default=0)  # mm/s is no mm
    spoken = [one for one, end in zip(every, ends, strict=True) if end == longest > 0]
    return spoken or [one for one in every if _named(one[0], question)]


def _named(quantity: Pattern[str], question: str) -> bool:
    return any(not _THING.match(question, match.end()) for match in quantity.finditer(question))


def shows_measure(measures: Iterable[Measure], text: str) -> bool:
    """Say whether a text has a unit of one of these quantities, or names one."""
    return any(unit.search(text) or name.search(text) for name, unit in measures)


def asked_otherwise(question: str, units: Iterable[str | None]) -> bool:
    """Say whether a question asks for quantities that none of these units measures."""
    measures = measures_asked(question)
    written = [f"1 °{one}" if one in ("C", "F") else f"1 {one}" for one in units if one]
    return bool(measures) and not any(unit.search(one) for _, unit in measures for one in written)
