"""What kind of value a query asks for (a torque, a price, an interval), and whether a passage shows one."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

_FILE = Path(__file__).with_name("kinds.toml")


def asked_kinds(query: str) -> list[str]:
    """Return the names of the kinds of value that the query asks for."""
    return [name for name, (asked, _) in _kinds().items() if asked.search(query)]


def shown_share(kinds: Sequence[str], text: str) -> float:
    """Return the share (0..1) of these kinds of which the text shows a value; 1 where none is asked for."""
    if not kinds:
        return 1.0
    return sum(_kinds()[kind][1].search(text) is not None for kind in kinds) / len(kinds)


@functools.lru_cache(maxsize=1)
def _kinds() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    plain = tomllib.loads(_FILE.read_text("utf-8"))
    return {
        name: (re.compile(one["asked"], re.IGNORECASE), re.compile(one["shown"], re.IGNORECASE))
        for name, one in plain.items()
    }
