"""The words by which questions are understood: data, one file a language."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from re import Pattern
from typing import Any

from corpus import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """Patterns of both languages together (questions mix them), and the labels of each."""

    intents: Mapping[str, Pattern[str]]
    wants: Mapping[str, Pattern[str]]
    units: tuple[tuple[Pattern[str], Pattern[str]], ...]
    attributes: tuple[tuple[Pattern[str], Pattern[str]], ...]
    report: Mapping[str, Pattern[str]]
    talk: Mapping[str, Pattern[str]]
    off_topic: Pattern[str]
    follow: Mapping[str, Pattern[str]]
    machine: Mapping[str, Pattern[str]]
    frames: Pattern[str]
    light: frozenset[str]
    kinds: Mapping[str, Pattern[str]]
    needs: Mapping[str, Pattern[str]]
    actions: Mapping[str, Pattern[str]]
    bypass: Mapping[str, Pattern[str]]
    hazards: Mapping[str, Mapping[str, Pattern[str]]]
    safety_chapter: Pattern[str]
    safety_title: Pattern[str]
    hazard_asked: Pattern[str]
    limit_asked: Pattern[str]
    caption: Pattern[str]
    parts_row: Pattern[str]
    signal: Pattern[str]
    addressed: Pattern[str]
    recorded: Mapping[str, Pattern[str]]
    query: Mapping[str, Pattern[str]]
    felt: Mapping[str, Pattern[str]]
    columns: Mapping[str, tuple[Pattern[str], Pattern[str]]]
    labels: Mapping[Language, Mapping[str, str]]


@functools.cache
def words() -> Words:
    """Read the word files once."""
    data = {language: tomllib.loads(_file(language)) for language in LANGUAGES}
    every = list(data.values())
    return Words(
        intents=_patterns([one["intents"] for one in every]),
        wants=_patterns([one["wants"] for one in every]),
        # A question in one language is answered by a figure in the other: "months" for 多久.
        units=_pairs([one["units"] for one in every], "unit"),
        attributes=_pairs([one["attributes"] for one in every], "told"),
        report=_patterns([one["report"] for one in every]),
        talk=_patterns([one["talk"] for one in every]),
        off_topic=_any([pattern for one in every for pattern in one["off_topic"]["patterns"]]),
        follow=_patterns([one["follow"] for one in every]),
        machine=_patterns([one["machine"] for one in every]),
        frames=_any([pattern for one in every for pattern in one["frames"]["patterns"]]),
        light=frozenset(word for one in every for word in one["frames"]["light"]),
        kinds=_patterns([one["kinds"] for one in every]),
        needs=_patterns([one["needs"] for one in every]),
        actions=_patterns([one["actions"] for one in every]),
        bypass=_patterns([one["bypass"] for one in every]),
        hazards={
            name: _patterns([one["hazards"][name] for one in every if name in one["hazards"]])
            for name in dict.fromkeys(name for one in every for name in one["hazards"])
        },
        safety_chapter=_any([pattern for one in every for pattern in one["safety_chapter"]["patterns"]]),
        safety_title=_any([pattern for one in every for pattern in one["safety_chapter"]["lock_out"]]),
        hazard_asked=_any([pattern for one in every for pattern in one["safety_chapter"]["asked"]]),
        limit_asked=_any([pattern for one in every for pattern in one["safety_chapter"]["limits"]]),
        caption=_any([pattern for one in every for pattern in one["frames"]["captions"]]),
        parts_row=_any([pattern for one in every for pattern in one["frames"]["parts_row"]]),
        signal=_any([rf"\s*(?:{word})" for one in every for word in one["safety_chapter"]["signal"]]),
        addressed=_any([pattern for one in every for pattern in one["addressed"]["patterns"]]),
        recorded=_patterns([one["recorded"] for one in every]),
        query=_patterns([_flat(one["query"]) for one in every]),
        felt=_patterns([one["felt"] for one in every]),
        columns={name: _column([one["columns"].get(name, {}) for one in every]) for name in every[0]["columns"]},
        labels={language: data[language]["labels"] for language in LANGUAGES},
    )


def _flat(table: dict[str, Any]) -> dict[str, list[str]]:
    """Return the entries of a table and, as "name.entry", those of the tables in it."""
    deeper = {
        f"{name}.{key}": one for name, held in table.items() if isinstance(held, dict) for key, one in held.items()
    }
    return {name: held for name, held in table.items() if isinstance(held, list)} | deeper


def _column(tables: list[dict[str, list[str]]]) -> tuple[Pattern[str], Pattern[str]]:
    """Return how a column is asked for, and what tables call it."""
    patterns = _patterns(tables)
    return patterns["asked"], patterns["header"]


def _file(language: Language) -> str:
    return files("agent").joinpath(f"words/{language}.toml").read_text(encoding="utf-8")


def _pairs(every: Sequence[Sequence[Mapping[str, str]]], other: str) -> tuple[tuple[Pattern[str], Pattern[str]], ...]:
    """Join the rows of both languages: what asks for something, and what tells it in either."""
    rows = zip(*every, strict=True)
    return tuple((_any([one["asked"] for one in row]), _any([one[other] for one in row])) for row in rows)


def _patterns(tables: list[dict[str, list[str]]]) -> dict[str, Pattern[str]]:
    names = dict.fromkeys(name for table in tables for name in table)
    return {name: _any([p for table in tables for p in table.get(name, ())]) for name in names}


def _any(patterns: list[str]) -> Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)", re.IGNORECASE)
