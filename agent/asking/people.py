"""The people that a text names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def people_in(text: str, people: Sequence[str]) -> Iterable[str]:
    """Yield the people that a text names: in full, or by a part of their name that nobody else has."""
    for person in people:
        parts = [part for part in re.findall(r"[^\W\d_]+", person) if part.isascii() and len(part) > 2]
        alone = [part for part in parts if sum(part in other.split() for other in people) == 1]
        spelled = [person, *(alone if len(parts) > 1 or len(person.split()) > 1 else ())]
        if any(stands(text, one) for one in spelled):
            yield person


def stands(text: str, name: str) -> bool:
    """Say whether a name stands in a text by itself, with or without its spaces and dashes."""
    if not name.isascii():
        return len(name) > 1 and name in text
    spelled = r"[\s-]?".join(map(re.escape, re.findall(r"[^\W\d_]+|\d+|[^\w\s-]", name)))
    return re.search(rf"(?<![A-Za-z0-9]){spelled}(?![A-Za-z0-9])", text, re.IGNORECASE) is not None
