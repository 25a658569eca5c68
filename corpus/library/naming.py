"""Which identifiers a query names: what stands in the library decides how its pieces belong together."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.domain import Identifier
from corpus.library.identifiers import (
    NOT_A_PREFIX,
    extract_identifiers,
    identifier_kind,
    normal_code,
    normal_identifier,
    plain_form,
)
from corpus.library.spelling import is_english
from corpus.library.words import is_function_word

Held = Callable[[Sequence[str]], Mapping[str, bool]]
"""Says which of some normal forms stand in the library, and of each whether an entry begins with it."""

_PIECE = re.compile(r"[A-Za-z0-9]+(?:[-_./][A-Za-z0-9]+)*")
_PIECES = 5  # of a code that was typed with spaces
_LONGEST = 32
_SHORT = 5
_FIGURES = re.compile(r"-?\d+")
_GAPS = (" ", "\u00a0", "- ", " -")
# A code typed with spaces that stands nowhere: capitals, then figures ("KF 1281 283", "OR 32X3.5 FKM", "W 7699").
_SPACED_OUT = re.compile(
    r"(?<![A-Za-z0-9-])(?:(?P<prefix>[A-Z]{2,4}) (?:\d{2,6}|\d[A-Z0-9.]*\d)|[B-HJ-Z] \d{3,6})"
    r"(?: (?:\d{3,}|\d+[A-Z][A-Z0-9.]*|[A-Z]+\d[A-Z0-9.]*|[A-Z]{3}))*"
    r"(?![A-Za-z0-9%-]|[.,]\d| ?(?:mm|bar|V|A|kW|Hz|h|rpm|°)\b)"
)
_SUFFIX = re.compile(r" ([A-Z]\d)(?![A-Za-z0-9-])")
_PLAIN = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9.]+)*")
_COUNTED = re.compile(r"\d{1,4}-([a-z]{3,})")  # a 10-link length, a 4-hole flange
_CALLED = re.compile(
    r"(?:alarm|fault|error|trip|warning|code|message|no\.?|number|[报显跳][警示闸错]?|故障|错误|告警|代码|[代编]?号|码)\W{0,3}$",
    re.IGNORECASE,
)

# A name in capitals or with underscores is asked for as a code where it is called one or its meaning is asked.
_NAME = re.compile(r"(?<![A-Za-z0-9_])(?:[A-Z]{3,}(?:_[A-Z0-9]+)*|[A-Za-z]+(?:_[A-Za-z0-9]+)+)(?![A-Za-z0-9_])")
# An acronym that stands nowhere, in no wording: what is asked of it no document answers. In capitals it is a word.
_ACRONYM = re.compile(r"(?<![A-Za-z0-9_-])[A-Z]{3,6}(?![A-Za-z0-9_-])")
_ACRONYMS = re.compile(r"[A-Z]{3,}(?:[^A-Za-z]+[A-Z]{2,}){2}")
_SORT = (
    r"alarm|fault|error|warning|code|message|status|state|field|flag|parameter|variable|signal|command|option|"
    r"setting|register|报警|错误|告警|代码|状态|字段|参数|变量|信号|指令|命令|标志|选项|寄存器"
)
_CALLED_NAME = re.compile(
    rf"(?:{_SORT})\W{{0,3}}$|\b(?:meaning of|what is|what's)(?: the| an?)?\W{{0,3}}$", re.IGNORECASE
)
_CALLS_NAME = re.compile(
    r"\W{1,3}(?:means?|stands? for|indicates?)\b|\W{0,3}(?:是|有|代表|表示|的)?(?:什么|啥)?(?:意思|含义|意义)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Named:
    """An identifier that a query names, where it stands in the plain form of the query, whether the library has it."""

    identifier: Identifier
    start: int
    end: int
    known: bool


def named_identifiers(
    query: str,
    held: Held,
    *,
    names: Collection[str],
    stands: Callable[[str], bool] = lambda _: True,
    written: Callable[[str], bool] = lambda _: False,
    figures: Callable[[], bool] = lambda: True,
) -> list[Named]:
    """Return the identifiers of a query in the order they stand; `names` (tags and models) are none.

    `stands` says whether a word stands anywhere in the library, `written` whether some words stand there in a row,
    `figures` whether there are codes of figures alone: where there are none, a number that is called a code is none.

    Neighbouring pieces are one identifier where the library has them as one, the longest first: "OR 32X3.5 FKM" is
    OR-32X3.5-FKM. What looks like an identifier and stands nowhere is unknown; what a text spells with the same spaces
    is no identifier but a name ("MGE 66102").
    """
    plain = plain_form(query)
    windows = list(_windows(plain))
    there = held([*dict.fromkeys(normal_identifier(plain[a:b]) for a, b in windows)])
    found: list[Named] = []

    def take(start: int, end: int, known: bool) -> None:
        written = plain[start:end]
        normal = normal_code(written)
        if any(start < one.end and one.start < end for one in found):
            return
        found.append(Named(Identifier(identifier_kind(written), normal, written), start, end, known))

    unknown = [m.span() for m in _SPACED_OUT.finditer(plain) if m["prefix"] not in NOT_A_PREFIX]
    for start, end in sorted(windows, key=lambda span: (span[0] - span[1], span[0])):
        normal = normal_identifier(plain[start:end])
        if normal not in there or not _counts(plain, start, end, leads=there[normal]):
            continue
        if " " in plain[start:end] and (more := _SUFFIX.match(plain, end)) and normal_identifier(more[1]) not in names:
            take(start, more.end(), known=False)  # 6204 2RS C3 is no 6204-2RS
        elif there[normal] or not any(a <= start and end < b for a, b in unknown):
            take(start, end, known=True)
    for start, end in unknown:
        take(start, end, known=False)
    for identifier in extract_identifiers(query):
        start = plain.find(identifier.text)
        known = identifier.text.startswith("-") and identifier.normal in held([identifier.normal])
        if known or not _FIGURES.fullmatch(identifier.text) or figures():
            take(start, start + len(identifier.text), known=known)
    for match in _ACRONYM.finditer(plain) if not _ACRONYMS.search(plain) else ():
        if (
            match.group() not in NOT_A_PREFIX
            and normal_identifier(match.group()) not in names
            and not stands(match.group())
        ):
            take(*match.span(), known=False)
    for match in _NAME.finditer(plain):
        called = _CALLED_NAME.search(plain[: match.start()]) or _CALLS_NAME.match(plain, match.end())
        if called and normal_identifier(match.group()) not in names and not stands(match.group()):
            take(*match.span(), known=False)
    kept = [one for one in _once(found) if one.identifier.normal not in names]
    kept = [one for one in kept if one.known or not _is_counted(one.identifier.text)]
    kept = [
        one
        for one in kept
        if one.known
        or _FIGURES.fullmatch(one.identifier.text)
        or not _PLAIN.fullmatch(one.identifier.text)
        or not written(one.identifier.text)
    ]
    return sorted(kept, key=lambda one: one.start)


def _is_counted(written: str) -> bool:
    """Say whether this is a number of something, not a part number in small letters: 10-link, but 4711-abk is one."""
    counted = _COUNTED.fullmatch(written)
    return counted is not None and is_english(counted[1])


def without(query: str, named: Sequence[Named]) -> str:
    """Return the query's plain form without these identifiers."""
    left = plain_form(query)
    for one in sorted(named, key=lambda one: -one.start):
        left = f"{left[: one.start]} {left[one.end :]}"
    return left


def _windows(plain: str) -> Iterator[tuple[int, int]]:
    """Yield where pieces with nothing but a space between them could be one identifier."""
    pieces = list(_PIECE.finditer(plain))
    for at, first in enumerate(pieces):
        before = first
        for last in pieces[at : at + _PIECES]:
            if last is not first and plain[before.end() : last.start()] not in _GAPS:
                break
            before = last
            written = plain[first.start() : last.end()]
            normal = normal_identifier(written)
            if len(normal) > _LONGEST:
                break
            # "in 20" is no IN20, but "OR 32X3.5 FKM" is a part.
            phrase = first is not last and len(normal) <= _SHORT and first.group().islower()
            if phrase and is_function_word(first.group()):
                continue
            if any(c.isdigit() for c in normal):
                yield first.start(), last.end()


def _counts(plain: str, start: int, end: int, *, leads: bool) -> bool:
    """Say whether a form that the library has is meant as an identifier here: bare figures need to be called one."""
    written = plain[start:end]
    if plain[:start].endswith(" -"):
        return False  # -9 is another code than 9
    if any(c.isalpha() for c in written):
        return bool(len(normal_identifier(written)) > 2 or leads)
    return leads and (len(written) >= 6 or _CALLED.search(plain[:start]) is not None)


def _once(found: Sequence[Named]) -> list[Named]:
    return list({one.identifier.normal: one for one in sorted(found, key=lambda one: one.start, reverse=True)}.values())
