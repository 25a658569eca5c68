"""Every label of the page, in Chinese and English, and in Chinese what the packages below refuse in English."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import Any, Literal, cast

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def text(language: Language, key: str, **values: Any) -> str:
    """Return a label with its values filled in."""
    return _texts(language)[key].format(**values)


def unit(language: Language, written: str | None) -> str:
    """Return a unit as this language writes it; one that it does not know, as it stands in the source."""
    plain = (written or "").strip()
    return _renderings("units")[language].get(plain.lower(), plain)


def heading(language: Language, written: str) -> str | None:
    """Return what a table's usual column is called in this language; None for one that is in it, or not known."""
    return _renderings("headings")[language].get(" ".join(written.split()).lower())


def choose_language(asked: str | None, accept_language: str | None) -> Language:
    """Return the language asked for, else the one that the browser prefers, else Chinese."""
    if asked in LANGUAGES:
        return asked
    for part in (accept_language or "").lower().split(","):
        if part.strip()[:2] in LANGUAGES:
            return cast(Language, part.strip()[:2])
    return "zh"


def refusal(language: Language, sentence: str) -> str:
    """Say an error's sentence in this language; in English where no translation is known.

    Errors are raised in English far below the page, where nobody knows who will read them.
    """
    if language == "en":
        return sentence
    for wanted, translated in _refusals():
        if found := wanted.fullmatch(sentence):
            return translated.format(*(refusal(language, part) for part in found.groups()))
    return sentence


@cache
def _refusals() -> list[tuple[re.Pattern[str], str]]:
    pairs = json.loads(resources.files(__package__).joinpath("refusals.json").read_text("utf-8"))
    # The most words first: a sentence may also fit one that is nearly all gaps.
    ordered = sorted(pairs.items(), key=lambda pair: len(pair[0].replace("{}", "")), reverse=True)
    return [
        (re.compile(".+?".join(map(re.escape, en.split("{}"))).replace(".+?", "(.*?)"), re.S), zh) for en, zh in ordered
    ]


@cache
def _renderings(of: str) -> dict[str, dict[str, str]]:
    content = resources.files(__package__).joinpath(f"{of}.json").read_text("utf-8")
    return cast(dict[str, dict[str, str]], json.loads(content))


@cache
def _texts(language: Language) -> dict[str, str]:
    content = resources.files(__package__).joinpath(f"{language}.json").read_text("utf-8")
    return cast(dict[str, str], json.loads(content))
