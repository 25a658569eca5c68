"""What of a question is not understood yet: each pattern and value that is recognised takes its words out of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.asking.machines import plain
from corpus import content_words

_HAN = r"[\u3400-\u9fff]"
# Where Chinese and Latin letters touch ("电液锤的MTBF") there is no border of a word for a regular expression.
_TOUCHING = re.compile(rf"(?<={_HAN})(?=[A-Za-z])|(?<=[A-Za-z])(?={_HAN})")
_NUMERALS = dict(zip("一二两三四五六七八九", (1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_TENS = {"十": 10, "百": 100, "千": 1000}
_WRITTEN = dict(
    zip("one two three four five six seven eight nine ten twelve".split(), (*range(1, 11), 12), strict=True)
)
_HAN_NUMBER = re.compile(
    r"(?<![第几\d])(\d*(?:\.\d+)?[一二两三四五六七八九十百千万]{1,7})(?=个?(?:小时|钟头|分钟|天|周|星期|月|元|块|欧|美元))"
)
_TEN_THOUSANDS = re.compile(r"(?<![\dA-Za-z.])\d+(?:\.\d+)?万(?![用能向])")
_WRITTEN_NUMBER = re.compile(
    rf"\b({'|'.join(_WRITTEN)})\b(?=\s+(?:hours?|minutes?|days?|weeks?|months?|euros?|times)\b)", re.IGNORECASE
)
EXTREME = "▲"  # where a superlative stood: what it stands before is ranked
_RUN = re.compile(rf"{_HAN}+")


class Remaining:
    """The words of a question that nothing has recognised so far."""

    def __init__(self, text: str) -> None:
        text = _TEN_THOUSANDS.sub(lambda match: _of_numerals(match[0]), plain(text))
        text = _HAN_NUMBER.sub(lambda match: _of_numerals(match[1]), text)
        text = _WRITTEN_NUMBER.sub(lambda match: str(_WRITTEN[match[1].lower()]), text)
        self.text = _TOUCHING.sub(" ", text)

    def take(self, pattern: re.Pattern[str], leaving: str = "") -> list[str]:
        """Take out all that a pattern matches, `leaving` a sign there; return it."""
        found = [match.group() for match in pattern.finditer(self.text)]
        if found:
            self.text = pattern.sub(f" {leaving} " if leaving else " ", self.text)
        return found

    def cut(self, start: int, end: int) -> None:
        """Take out what stands between two places."""
        self.text = f"{self.text[:start]} {self.text[end:]}"

    def words(self) -> Iterator[str]:
        """Yield what is left: Chinese as it runs on, other words as the index has them."""
        yield from (run for run in _RUN.findall(self.text) if content_words(run) or len(run) > 1)
        yield from content_words(_RUN.sub(" ", self.text))


def _of_numerals(written: str) -> str:
    """Return 三十, 一百二十 or 1.5万 in figures."""
    figure = re.match(r"[\d.]+", written)
    whole, value, digit = 0.0, 0.0, float(figure[0]) if figure else 0.0
    for sign in written[figure.end() if figure else 0 :]:
        if sign == "万":
            whole, value, digit = (whole + value + digit or 1) * 10_000, 0, 0
        elif sign in _TENS:
            value, digit = value + (digit or 1) * _TENS[sign], 0
        else:
            digit = _NUMERALS[sign]
    return f"{whole + value + digit:g}"


def spelled(name: str) -> re.Pattern[str]:
    """Return a pattern for a value as people write it: any spaces and dashes, an ending behind its last word."""
    pieces = re.findall(r"[^\W\d_]+|\d+|[^\w\s-]", name)
    joined = r"[\s\-–_]*".join(map(re.escape, pieces)) or r"(?!)"
    if not name.isascii():
        return re.compile(joined, re.IGNORECASE)
    ending = r"(?:e?s|ing|ed|age)?" if len(pieces[-1]) > 3 and pieces[-1].isalpha() else ""
    return re.compile(rf"(?<![A-Za-z0-9]){joined}{ending}(?![A-Za-z0-9])", re.IGNORECASE)
