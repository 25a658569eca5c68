"""Question sets: JSON Lines, one question a line, in the format that DESIGN fixes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import MillhandError, detect_language
from evals.values import Figure

_KNOWN = frozenset("id question language equipment image turns gold answer must_include value state answerable".split())


@dataclass(frozen=True, slots=True)
class Gold:
    """A place that answers a question; without a page, any page of the source does."""

    source: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set; `fields` holds whatever else its line carries, for slicing.

    `turns` are asked first, live, in the same conversation. `image` is a picture that goes with the question.
    """

    set: str
    id: str
    question: str
    language: str
    equipment: str | None
    image: Path | None
    turns: tuple[str, ...]
    gold: tuple[Gold, ...]
    answer: str | None
    must_include: tuple[str, ...]
    value: Figure | None
    state: str | None
    answerable: bool
    fields: Mapping[str, str]


def load_questions(path: Path) -> list[Question]:
    """Read a question set; a picture's path is relative to the set's folder.

    Raises:
        MillhandError: a line is no question, or two have one id; the message names file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MillhandError(f"The question set {path} cannot be read: {error}.") from error
    questions: dict[str, Question] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            question = _question(path, number, line)
            if question.id in questions:
                raise MillhandError(f"{path.name} line {number}: the id {question.id} was used before.")
            questions[question.id] = question
    if not questions:
        raise MillhandError(f"The question set {path} holds no questions.")
    return list(questions.values())


def _question(path: Path, number: int, line: str) -> Question:
    where = f"{path.name} line {number}"
    try:
        plain: dict[str, Any] = json.loads(line)
        text = str(plain["question"])
        gold = tuple(
            Gold(str(place["source"]), int(place["page"]) if place.get("page") else None)
            for place in plain.get("gold") or ()
        )
        value = plain.get("value")
        figure = Figure(float(value["number"]), value.get("unit") or None) if value else None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MillhandError(f"{where} is no question: {type(error).__name__} {error}.") from error
    image = path.parent / plain["image"] if plain.get("image") else None
    if image is not None and not image.is_file():
        raise MillhandError(f"{where}: there is no picture {image}.")
    return Question(
        set=path.stem,
        id=str(plain.get("id", number)),
        question=text,
        language=plain.get("language") or detect_language(text),
        equipment=plain.get("equipment"),
        image=image,
        turns=tuple(plain.get("turns") or ()),
        gold=tuple(dict.fromkeys(gold)),
        answer=plain.get("answer"),
        must_include=tuple(plain.get("must_include") or ()),
        value=figure,
        state=plain.get("state"),
        answerable=bool(plain.get("answerable", plain.get("state") != "no_answer")),
        fields={
            name: str(value)
            for name, value in plain.items()
            if name not in _KNOWN and isinstance(value, str | bool | int | float)
        },
    )
