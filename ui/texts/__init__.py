"""Every label of the page, in Chinese and English."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any, Literal, cast

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def text(language: Language, key: str, **values: Any) -> str:
    """Return a label with its values filled in."""
    return _texts(language)[key].format(**values)


def choose_language(asked: str | None, accept_language: str | None) -> Language:
    """Return the language asked for, else the one that the browser prefers, else Chinese."""
    if asked in LANGUAGES:
        return asked
    for part in (accept_language or "").lower().split(","):
        if part.strip()[:2] in LANGUAGES:
            return cast(Language, part.strip()[:2])
    return "zh"


@cache
def _texts(language: Language) -> dict[str, str]:
    content = resources.files(__package__).joinpath(f"{language}.json").read_text("utf-8")
    return cast(dict[str, str], json.loads(content))
