"""Machines by other names than the equipment list has: in the other language, by what means the same, hastily."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from agent.asking.machines import HAN, base_of, halves, shorter_names
from corpus import Equipment, content_words, index_tokens

# "Granulator says E06", "dryer won't start": what begins so, or does so, is a machine without an article too.
_DOES = (
    r"(?=\s+(?:(?:is|was|has|had|wo|does|did|ca)(?:n.?t)?|says?|said|shows?|showed|keeps?|kept|stops?|stopped|trips?|tripped|alarms?|faults?"
    r"|error|code|runs?|ran|running|makes?|made|went|gone|starts?|started|stuck|jammed|blocked|down)(?![A-Za-z-]))"
)


def renamed(
    text: str,
    machines: Sequence[Equipment],
    terms: Iterable[tuple[str, Sequence[Sequence[str]]]],
    spoken: Callable[[str], Sequence[tuple[str, Sequence[Sequence[str]]]]] = lambda _: (),
) -> str:
    """Call machines in a text as the equipment list does: its `terms` come with what means the same, as tokens.

    `spoken` returns such terms of a machine's name: 速冻机 is the "Spiral freezer", which is a 螺旋速冻机.
    """
    bases = {base for machine in machines for half in halves(machine) if (base := base_of(half)[0])}
    every = [name for base in bases for name in [*shorter_names(base), base]]
    names = {frozenset(index_tokens(name)): name for name in every}
    for name in every:  # as terms have it: without one character that elsewhere only joins, as in 时效炉
        if len(thin := content_words(name)) + 1 == len(index_tokens(name)):
            names.setdefault(frozenset(thin), name)
    for written, forms in terms:
        called = next((names[key] for form in forms if (key := frozenset(form)) in names), "") or _nearly(forms, bases)
        if len(called) >= HAN:
            called = f"the {called}" if called.isascii() and " " not in called else called
            place = rf"(?<![A-Za-z]){re.escape(written)}(?![A-Za-z])" if written.isascii() else re.escape(written)
            text = re.sub(place, f" {called} " if called.isascii() else called, text, count=1)
            text = re.sub(r" {2,}", " ", text).strip()
    meant: dict[str, set[str]] = {}
    for base in sorted(base for base in bases if base.isascii() and not text.isascii()):
        whole = [forms for said, forms in spoken(base) if base.lower().endswith(said.lower()) and " " in said]
        for form in (_written(form) for forms in whole for form in forms):
            for called in [form, *shorter_names(form)] if not form.isascii() else ():
                if len(called) >= HAN and called in text:
                    meant.setdefault(called, set()).add(base)
    longest = max(meant, key=len, default="")
    if longest and len(meant[longest]) == 1:
        text = re.sub(r" {2,}", " ", text.replace(longest, f" {meant[longest].pop()} ", 1)).strip()
    return text


def _written(form: Sequence[str]) -> str:
    """Return a term as it is written, of its tokens: Chinese ones are pairs that overlap."""
    return " ".join(form) if form[0].isascii() else form[0] + "".join(token[1:] for token in form[1:])


def with_articles(text: str, machines: Iterable[Equipment]) -> str:
    """Give a machine that a hasty message calls by one word its article: "granulator says E06"."""
    bases = {base for machine in machines for half in halves(machine) if (base := base_of(half)[0]) and base.isascii()}
    for called in sorted({one for base in bases for one in [base, *shorter_names(base)] if " " not in one}):
        word = re.escape(called)
        place = rf"(?:^(?=\s*{word}(?![A-Za-z0-9]))|(?<!\bthe )(?<![A-Za-z0-9-])(?={word}{_DOES}))\s*"
        text = re.sub(place, "the ", text, count=1, flags=re.IGNORECASE)
    return text


def _nearly(forms: Sequence[Sequence[str]], bases: Iterable[str]) -> str:
    """Return the only Chinese name that a form means but for characters within: 卧螺离心机 is the 卧螺离心脱水机."""
    written = {_written(form) for form in forms if form and not form[0].isascii()}
    found = {
        base
        for base in bases
        for one in written
        if min(len(one), len(base)) > HAN and one[0] == base[0] and one[-1] == base[-1]
        if _within(one, base) or _within(base, one)
    }
    return found.pop() if len(found) == 1 else ""


def _within(short: str, long: str) -> bool:
    """Say whether all characters of one text stand in the other, in order, most of which they are."""
    left = iter(long)
    return 2 * len(short) > len(long) and all(character in left for character in short)
