"""Rows of the plant's tables as their files have them: the columns and the values that a question names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from agent.words import words
from corpus import Corpus, Equipment, Part, Passage, content_words, index_tokens, normal_text

_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_GENERAL = frozenset(
    index_tokens(
        "number no name date time code id part item machine equipment asset "
        "编号 名称 数量 单位 日期 时间 设备 备件 物料 编码"
    )
)
_ASKING = re.compile(
    r"哪一?年|哪[天里儿家个]|来着|放在?|待在|几号|多[大少高久长]|号码|是什么|叫什么|什么时候|何时|谁|吗|呢|的|是|有|给我|查"
    r"|\b(?:what|which|who|whom|whose|when|where|how|is|are|was|were|does|do|did|has|have|the|a|an|of|for|on|in|at|its?|year|long|"
    r"abouts|whereabouts|whos|who.s|looking|looks|after|stands?|located|much|many|big|old|number|guy|bloke|person|people|man|team|and|or|me|tell|give|show|please|we|i|you|be|been|can|could|should|to|by|find|here|new)\b",
    re.IGNORECASE,
)

_ALL = frozenset(
    content_words(
        "total altogether stock store plant factory list inventory have all 一共 总共 全厂 仓库 我们 库里 工厂 共有"
    )
)

Cell = tuple[str, str]
"""A column's header and what a row has there."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file, and of its cells those that a question asks for."""

    passage: Passage
    cells: tuple[Cell, ...]


@lru_cache(maxsize=20_000)
def cells_of(text: str) -> tuple[Cell, ...]:
    """Return the cells of a row whose text has them as "Header: cell | Header: cell"."""
    return tuple(
        (header.strip(), value.strip())
        for header, sign, value in (piece.partition(": ") for piece in text.split(" | "))
        if sign
    )


def columns_asked(text: str) -> list[str]:
    """Return which of the columns that tables commonly have a text asks for."""
    return [name for name, (asked, _) in words().columns.items() if asked.search(text)]


def cells_asked(text: str, cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return the cells whose column a text asks for: by its name, or by what people call it."""
    heads = [words().columns[name][1] for name in columns_asked(text)]
    said = set(content_words(text))
    return tuple(
        (header, value)
        for header, value in cells
        if any(head.search(_BRACKETS.sub(" ", header)) for head in heads) or _named(header, said)
    )


def _named(header: str, said: set[str]) -> bool:
    own = set(index_tokens(_BRACKETS.sub(" ", header))) - _GENERAL
    return bool(own) and 2 * len(own & said) >= len(own) + (len(own) > 2)


def asked_of(corpus: Corpus, table: str, ids: Sequence[int | None], text: str) -> dict[int, Row]:
    """Return the rows of these records with the cells that a text asks for, by the record's id."""
    rows = corpus.rows_of(table, [i for i in ids if i is not None])
    asked = {i: Row(passage, cells_asked(text, cells_of(passage.text))) for i, passage in rows.items()}
    return {i: row for i, row in asked.items() if row.cells}


def machine_columns(corpus: Corpus, machine: Equipment, text: str, *, alone: bool = False) -> tuple[Cell, ...]:
    """Return the cells of the equipment list that a text asks for; with `alone` only if it asks for nothing else."""
    if machine.id is None or (alone and len(content_words(text)) > 8):
        return ()
    row = corpus.rows_of("equipment", [machine.id]).get(machine.id)
    cells = cells_asked(text, cells_of(row.text)) if row else ()
    if alone and cells:
        left = text
        for asked, _ in (words().columns[name] for name in columns_asked(text)):
            left = asked.sub(" ", left)
        tokens = {token for header, _ in cells for token in index_tokens(header)}
        if [word for word in content_words(_ASKING.sub(" ", left)) if word not in tokens and not _part_of(word, cells)]:
            return ()
    return cells


def only_asks(text: str) -> bool:
    """Say whether a text has words that ask, and names nothing: "where is the", of which the machine was cut out."""
    return not content_words(_ASKING.sub(" ", text))


def _part_of(word: str, cells: Sequence[Cell]) -> bool:
    return any(word in header.casefold() for header, _ in cells)


def parts_listed(corpus: Corpus, text: str, machine: Equipment | None) -> list[Part]:
    """Return the stock lines that fit a machine and have the values that a text names: a brand, a store, a supplier."""
    if lying := parts_in_bins(corpus, text):
        return lying
    fitting = corpus.parts_for(machine.tag) if machine else corpus.all_parts()
    empty = words().recorded["empty"].search(text)
    if empty:
        fitting = [part for part in fitting if part.on_hand is not None and part.on_hand <= 0]
    kept = _having(corpus, "parts", [part.id for part in fitting], text)
    if kept is None:
        return fitting if machine or empty or not _more_than(words().recorded["parts"], text) else []
    return [part for part in fitting if part.id in kept]


def parts_in_bins(corpus: Corpus, text: str) -> list[Part]:
    """Return the stock lines of the bins that a text names."""
    said = normal_text(text)
    return [
        part for part in corpus.all_parts() if part.bin and len(part.bin) > 2 and _stands(said, normal_text(part.bin))
    ]


def machines_listed(corpus: Corpus, text: str) -> list[Equipment]:
    """Return the machines that have the values which a text names, or all where it asks for all there are."""
    named = machines_named(corpus, text)
    return named or ([] if _more_than(words().recorded["machines"], text) else corpus.all_equipment())


def machines_named(corpus: Corpus, text: str) -> list[Equipment]:
    """Return the machines of which a value stands in a text: an owner, a place, a type."""
    machines = corpus.all_equipment()
    kept = _having(corpus, "equipment", [machine.id for machine in machines], text) or set()
    return [machine for machine in machines if machine.id in kept]


def _more_than(pattern: re.Pattern[str], text: str) -> bool:
    """Say whether a text asks more than for all there is: "how many parts do we have?"."""
    left = _ASKING.sub(" ", pattern.sub(" ", text))
    return any(word not in _ALL for word in content_words(left))


def _having(corpus: Corpus, table: str, ids: Sequence[int | None], text: str) -> set[int] | None:
    """Return the records whose rows have a value of each column of which the text names one; None if it names none."""
    rows = corpus.rows_of(table, [i for i in ids if i is not None])
    having: dict[str, set[int]] = {}
    for i, passage in rows.items():
        for header in values_in(text, cells_of(passage.text)):
            having.setdefault(header, set()).add(i)
    return set.intersection(*having.values()) if having else None


def values_in(text: str, cells: Sequence[Cell]) -> Iterator[str]:
    """Yield the columns of which a row's value stands in a text; one cell may hold several values."""
    for header, value in cells:
        if any(_stands(text, name) for name in _spelled(value)):
            yield header


def _spelled(value: str) -> Iterator[str]:
    """Yield the values of a cell, and what a place is called for short: "机加工区 A1", "Machine hall roof"."""
    for one in re.split(r"[、,，;；/|]", value):
        name = one.strip()
        if not name or re.fullmatch(r"[\d.,%\-:/ ]+", name):
            continue
        yield name
        words_of = name.split()
        if not name.isascii():
            yield from (word for word in words_of if not word.isascii())
        elif len(words_of) > 2:
            yield " ".join(words_of[:2])


def _stands(text: str, name: str) -> bool:
    if not name.isascii():
        return len(name) > 1 and name in text
    return (
        len(name) > 2
        and re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text, re.IGNORECASE) is not None
    )
