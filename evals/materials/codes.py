"""Made-up identifiers that look like real ones, their near neighbours, and the ways in which people type them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from random import Random
from typing import Literal

Kind = Literal["fault", "part"]

_FAULT_FORMS: tuple[Callable[[Random], str], ...] = (
    lambda r: f"E-{r.randint(101, 989)}",
    lambda r: f"AL-{r.randint(11, 98)}",
    lambda r: f"ALM-{r.randint(301, 989)}",
    lambda r: f"F{r.randint(30010, 39890)}",
    lambda r: f"SV{r.randint(401, 989):04d}",
    lambda r: f"W-{r.randint(1001, 8999)}",
)
_PART_FORMS: tuple[Callable[[Random], str], ...] = (
    lambda r: f"6{r.choice('023')}{r.randint(4, 19):02d}-{r.choice(('2RS', 'ZZ', '2Z', 'N', '2RS-C3'))}",
    lambda r: f"HX-{r.choice((8100, 8200, 8300))}-{r.randint(101, 989):04d}",
    lambda r: f"3RT20{r.randint(15, 48)}-1B{r.choice('BPQ')}4{r.randint(0, 4)}",
    lambda r: f"OR-{r.randint(12, 96)}X{r.choice(('2.5', '3', '3.5'))}-{r.choice(('NBR', 'FKM', 'EPDM'))}",
    lambda r: f"KF-{r.randint(1010, 4990)}-{r.randint(101, 989)}",
    lambda r: f"SPB-{r.randint(1250, 3550)}",
)
_FORMS = {"fault": _FAULT_FORMS, "part": _PART_FORMS}
_BEARING = re.compile(r"6\d{3}-")


def bare(code: str) -> str:
    """Return the code without case, width, dashes and spaces: what makes two ways of writing one code."""
    return re.sub(r"[-–\s]", "", unicodedata.normalize("NFKC", code)).lower()


class Mint:
    """Codes of which no two are one code written differently."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._taken: set[str] = set()

    def fresh(self, kind: Kind) -> str:
        """Return a new code that has a neighbour left."""
        while True:
            code = self._random.choice(_FORMS[kind])(self._random)
            if bare(code) not in self._taken and self.has_neighbour(code):
                self._taken.add(bare(code))
                return code

    def has_neighbour(self, code: str) -> bool:
        """Say whether there is a code like this one that stands nowhere yet."""
        return bool(self._free(code))

    def neighbour(self, code: str) -> str:
        """Return a new code that is easily taken for this one, which must have a neighbour left."""
        other = self._random.choice(self._free(code))
        self._taken.add(bare(other))
        return other

    def _free(self, code: str) -> list[str]:
        return [other for other in neighbours(code) if bare(other) not in self._taken]


def neighbours(code: str) -> list[str]:
    """List codes like this one: two neighbouring digits exchanged, another suffix on the same bearing."""
    found = list(_exchanged(code))
    if _BEARING.match(code):
        base = code.split("-")[0]
        found = [f"{base}-{suffix}" for suffix in ("2RS", "ZZ", "2Z", "N", "2RS-C3") if f"{base}-{suffix}" != code]
    return found


def _exchanged(code: str) -> Iterator[str]:
    for at in range(len(code) - 1, 0, -1):
        left, right = code[at - 1], code[at]
        if left.isdigit() and right.isdigit() and left != right and not (left != "0" and right == "0" and at == 1):
            yield code[: at - 1] + right + left + code[at + 1 :]


def typed(code: str, random: Random) -> tuple[str, str]:
    """Return the code as somebody may type it, and the name of that way."""
    ways: dict[str, Callable[[str], str]] = {
        "as printed": str,
        "lower case": str.lower,
        "run together": lambda c: c.replace("-", ""),
        "lower case, run together": lambda c: c.replace("-", "").lower(),
        "spaces": _spaced,
        "full width": lambda c: "".join(chr(ord(x) + 0xFEE0) if "!" <= x <= "~" else x for x in c),
    }
    way = random.choice(["as printed", *ways])
    return ways[way](code), way


def _spaced(code: str) -> str:
    if "-" in code:
        return code.replace("-", " ")
    return re.sub(r"^([A-Z]+)(\d)", r"\1 \2", code)
