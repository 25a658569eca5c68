"""Signs that look alike in a picture: what was read as an identifier, and what it may have been."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

_ALIKE = {
    "O": "0", "Q": "0", "D": "0", "I": "1", "l": "1", "|": "1", "Z": "2", "S": "5", "G": "6", "B": "8", "0": "O",
    "1": "I", "5": "S", "8": "B", "2": "Z",
}  # fmt: skip
_MOST = 3  # signs that are read otherwise at once


def alike(text: str) -> Iterator[str]:
    """Yield a text as it was read, then with one, two and three signs read otherwise."""
    yield text
    places = [at for at, sign in enumerate(text) if sign in _ALIKE]
    for count in range(1, min(_MOST, len(places)) + 1):
        for changed in itertools.combinations(places, count):
            yield "".join(_ALIKE[sign] if at in changed else sign for at, sign in enumerate(text))
