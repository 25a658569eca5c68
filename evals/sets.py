"""Question sets: JSON Lines, one question a line, in the format that DESIGN fixes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import MillhandError, detect_language

_KNOWN = frozenset("id question language equipment image turns gold answer must_include value state answerable".split())


@dataclass(frozen=True, slots=True)
class Gold:
    """A place that answers a question; without a page, any page of the source does."""

    source: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set; `fields` holds whatever else its line carries, for slicing."""

    id: str
    question: str
    language: str
    equipment: str | None
    image: str | None
    turns: tuple[str, ...]
    gold: tuple[Gold, ...]
    answer: str | None
    must_include: tuple[str, ...]
    state: str | None
    answerable: bool
    fields: Mapping[str, str]


def load_questions(path: Path) -> list[Question]:
    """Read a question set.

    Raises:
        MillhandError: a line is no question; the message names file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MillhandError(f"The question set {path} cannot be read: {error}.") from error
    questions = [_question(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not questions:
        raise MillhandError(f"The question set {path} holds no questions.")
    return questions


def _question(path: Path, number: int, line: str) -> Question:
    where = f"{path.name} line {number}"
    try:
        plain: dict[str, Any] = json.loads(line)
        text = str(plain["question"])
        gold = tuple(
            Gold(str(place["source"]), int(place["page"]) if place.get("page") else None)
            for place in plain.get("gold") or ()
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MillhandError(f"{where} is no question: {type(error).__name__} {error}.") from error
    return Question(
        id=str(plain.get("id", number)),
        question=text,
        language=plain.get("language") or detect_language(text),
        equipment=plain.get("equipment"),
        image=plain.get("image"),
        turns=tuple(plain.get("turns") or ()),
        gold=gold,
        answer=plain.get("answer"),
        must_include=tuple(plain.get("must_include") or ()),
        state=plain.get("state"),
        answerable=bool(plain.get("answerable", True)),
        fields={name: str(value) for name, value in plain.items() if name not in _KNOWN and isinstance(value, str)},
    )
