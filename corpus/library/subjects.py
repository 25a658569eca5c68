"""What documents are about: the names in their titles, in their file names and on their covers."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.library.identifiers import extract_identifiers
from corpus.library.words import content_words

_LABEL = re.compile(
    r"(?:\b(?:tags?(?: (?:no\.?|numbers?))?|(?:equipment|machine|asset|unit) (?:no\.?|numbers?|id))\b"
    r"|\b(?:applies to|models?)\b"
    r"|(?:资产|设备|机台|机器)(?:编号|位号|号)|位号|机台号|机型|型号|适用于|适用(?:机型|型号|设备|范围|产品))[^\S\n]*[:：]?[^\S\n]*",
    re.IGNORECASE,
)
_FEW = 3
_ENDS = re.compile(r"[。；;|\n]|\.\s|$")
_APART = re.compile(r"[_\s]+")
_WORD = re.compile(r"[A-Za-z]{4,}")


@dataclass(frozen=True, slots=True)
class About:
    """The documents that each name stands for: a tag or a model in its normal form, or a word of a title as a token."""

    names: Mapping[str, frozenset[int]]
    words: Mapping[str, frozenset[int]]

    @property
    def documents(self) -> frozenset[int]:
        """All documents that have a name."""
        return frozenset().union(*self.names.values())


def subjects(documents: Iterable[tuple[int, Iterable[str], Iterable[str], str]]) -> About:
    """Return what documents are about, given the id of each, its titles, its file names and how it begins."""
    names: defaultdict[str, set[int]] = defaultdict(set)
    words: defaultdict[str, set[int]] = defaultdict(set)
    for document, titles, sources, opening in documents:
        called = [*titles, *(_APART.sub(" ", Path(source).stem) for source in sources)]
        named = [extract_identifiers(text) for text in called]
        on_cover = [extract_identifiers(text) for text in labelled(opening)]
        # What is said to be for many machines is for the plant.
        for identifier in itertools.chain(*named, *(some for some in on_cover if len(some) <= _FEW)):
            names[identifier.normal].add(document)
        for text in called:
            for word in content_words(" ".join(_WORD.findall(text))):
                words[word].add(document)
    return About(*({name: frozenset(held) for name, held in found.items()} for found in (names, words)))


def labelled(opening: str) -> Iterator[str]:
    """Yield what stands behind a label such as "asset tag" in the lines that a document begins with."""
    for match in _LABEL.finditer(opening):
        end = _ENDS.search(opening, match.end())
        yield opening[match.end() : end.start() if end else None]
