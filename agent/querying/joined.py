"""Conditions on the machine that a row belongs to: what the equipment list says of it, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from agent.querying.held import holds
from agent.querying.language import said
from agent.querying.query import Condition
from agent.querying.remaining import Remaining
from agent.querying.rows import Row, Table
from agent.querying.running import meets
from agent.querying.values import value_conditions
from corpus import Corpus, index_tokens

_NUMBER = re.compile(r"\d+\s*[号#]?|[号#]")
_OWN = frozenset({"person", "code"})  # columns by the name of which the other tables have their own


def machine_conditions(corpus: Corpus, remaining: Remaining, machines: Sequence[Row], table: Table) -> list[Condition]:
    """Take out what tells machines from others: a place, a maker, a kind, a name in the other language."""
    listed = [replace(row, names={name: held for name, held in row.names.items() if name not in _OWN})
              for row in machines]  # fmt: skip
    found = [
        _of(corpus, table, [row.tag for row in listed if meets(row, [value])], value)
        for value in value_conditions(corpus, remaining, listed, "equipment")
    ]
    for written, forms in corpus.terms_spoken(remaining.text):
        names = [set(form) for form in forms]
        called = [row.tag for row in machines if _name(row) in names]
        if called and (match := re.search(re.escape(written), remaining.text, re.IGNORECASE)):
            remaining.cut(*match.span())
            found.append(_of(corpus, table, called, Condition("machine", "is", (), written)))
    return found


def drop_described(corpus: Corpus, remaining: Remaining, machines: Sequence[Row]) -> None:
    """Take out what calls the machines in question in the other language: 喷涂 of "Paint robot 31"."""
    for written, forms in corpus.terms_spoken(remaining.text):
        if machines and all(holds(row.text, forms) for row in machines):
            remaining.take(re.compile(re.escape(written), re.IGNORECASE))


def held_by_machines(
    corpus: Corpus, machines: Sequence[Row], table: Table, words: Iterable[str]
) -> tuple[list[Condition], tuple[str, ...]]:
    """Return the conditions of the words by which machines are described, and the words that describe none."""
    found: list[Condition] = []
    left: list[str] = []
    for word in words:
        forms = [form for term in corpus.terms_in(word) for form in (term.own, *term.other)]
        tags = [row.tag for row in machines if forms and not word.isdigit() and holds(row.text, forms)]
        if tags and len(tags) < len(machines):
            found.append(_of(corpus, table, tags, Condition("machine", "is", (), word)))
        else:
            left.append(word)
    if found:  # "the CIP station" where the list says CIP清洗站
        left = [word for word in left if not said("site").fullmatch(word)]
    return found, tuple(left)


def _of(corpus: Corpus, table: Table, tags: Iterable[str | None], told: Condition) -> Condition:
    """Return the condition that a row belongs to one of these machines, or that a part fits one; said as `told` is."""
    named = tuple(tag for tag in tags if tag)
    if table != "parts":
        return replace(told, column="machine", test="is", values=named, negated=False)
    fitting = {part.id for tag in named for part in corpus.parts_for(tag)}
    return replace(told, column="id", test="is", values=tuple(sorted(map(str, fitting))), negated=False)


def _name(row: Row) -> set[str]:
    """Return the words of a machine's name without its number."""
    return set(index_tokens(_NUMBER.sub(" ", row.record.name)))
