"""Terms of maintenance in both languages, so that the lexical search can follow a question into the other language."""

from __future__ import annotations

import csv
import functools
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.domain import Rendered, Term
from corpus.errors import Refused
from corpus.library import dictionary
from corpus.library.dictionary import LONGEST, Tokens
from corpus.library.words import content_words, stem

NAME = "glossary.csv"
"""A file of this name in the data folder adds to the built-in one, term by term."""

CHARACTERS = 120
"""How long a term may be."""

_BUILT_IN = Path(__file__).with_name(NAME)
_EVERYDAY = Path(__file__).with_name("everyday.csv")  # what questions say beside the terms; looked for, never shown
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_MADE = ("ing", "er", "or")  # endings that make another word of a verb
_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[A-Za-z][A-Za-z \-]*")


@dataclass(frozen=True, slots=True)
class Glossary:
    """Chinese terms by their text, English ones by their stems, each with the other language's terms as tokens.

    `phrases` are English terms by all their words, where a word that names nothing tells them apart: "power off", "too
    high", "not turning".
    """

    chinese: Mapping[str, tuple[tuple[str, ...], ...]]
    english: Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]
    phrases: Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]
    renderings: Mapping[str | tuple[str, ...], str]
    alike: Mapping[str | tuple[str, ...], tuple[tuple[str, ...], ...]]
    written: Mapping[Tokens, str]
    longest_chinese: int
    longest_english: int
    general: bool

    def translate(self, query: str) -> list[str]:
        """Return the tokens, each once, that the query's terms have in the other language; longest terms first."""
        return list(dict.fromkeys(token for term in self.translations(query) for token in term))

    def translations(self, query: str) -> list[tuple[str, ...]]:
        """Return for each term of a query the tokens of its renderings in the other language; longest terms first."""
        terms, _ = self.terms(query)
        return [tuple(dict.fromkeys(token for tokens in term.other for token in tokens)) for term in terms]

    def terms(self, query: str) -> tuple[list[Rendered], list[str]]:
        """Return the query's terms with their rendering, longest first, and the tokens of what has none."""
        plain = unicodedata.normalize("NFKC", query).lower()
        found: list[Rendered] = []
        left: list[str] = []
        for run in re.findall(r"[\u3400-\u9fff\uf900-\ufaff]+", plain):
            at, rest = 0, ""
            while at < len(run):
                for size in range(min(max(self.longest_chinese, LONGEST), len(run) - at), 0, -1):
                    if (term := self._chinese_term(run[at : at + size])) is not None:
                        found += [term] if term.own or term.other else []
                        rest += " "
                        break
                else:
                    size = 1
                    rest += run[at]
                at += size
            left += content_words(rest)
        for piece in self._phrases(plain):
            if isinstance(piece, Rendered):
                found.append(piece)
                continue
            stems = [word for word in content_words(piece) if not _HAN.match(word)]
            at = 0
            while at < len(stems):
                for size in range(min(max(self.longest_english, LONGEST), len(stems) - at), 0, -1):
                    if (term := self._english_term(tuple(stems[at : at + size]))) is not None:
                        found.append(term)
                        break
                else:
                    size = 1
                    left.append(stems[at])
                at += size
        return list(dict.fromkeys(found)), list(dict.fromkeys(left))

    def _phrases(self, plain: str) -> Iterator[Rendered | str]:
        """Yield the phrases of a text and what stands between them, in order."""
        said = _words(plain)
        at = end = 0
        while at < len(said):
            for size in range(min(LONGEST, len(said) - at), 1, -1):
                key = tuple(stem for stem, _, _ in said[at : at + size])
                if ways := self.phrases.get(key):
                    yield plain[end : said[at][1]]
                    yield Rendered(tuple(content_words(" ".join(key))), ways)
                    end = said[at + size - 1][2]
                    break
            else:
                size = 1
            at += size
        yield plain[end:]

    def _chinese_term(self, said: str) -> Rendered | None:
        """Return a word with its renderings, by the glossary or else by the dictionary; None for what is no word."""
        known = self.chinese.get(said, ())
        tokens = known or (dictionary.senses(said) if self.general else ())
        if not tokens:
            return None
        own = tuple(content_words(said))
        # Of a word that only asks or joins the dictionary tells nothing that is looked for.
        more = dictionary.alike(said) if self.general and own else ()
        return Rendered(own, tokens if own or known else (), tuple(dict.fromkeys([*self.alike.get(said, ()), *more])))

    def _english_term(self, stems: tuple[str, ...]) -> Rendered | None:
        """Return words with their renderings, by the glossary or else by the dictionary; None for what has none."""
        tokens = self.english.get(stems) or (dictionary.words(stems) if self.general else ())
        return Rendered(stems, tokens, self.alike.get(stems, ())) if tokens else None

    def spoken(self, text: str) -> list[tuple[str, tuple[tuple[str, ...], ...]]]:
        """Return the terms of a text as it writes them, each with its renderings as tokens, in order."""
        found: list[tuple[str, tuple[tuple[str, ...], ...]]] = []
        for run in _RUN.finditer(text):
            written, at = run.group(), 0
            if not _HAN.match(written):
                found += [(said, self.english[stems]) for said, stems in self._english_terms(written, self.english)]
                continue
            while at < len(written):
                sizes = range(min(self.longest_chinese, len(written) - at), 0, -1)
                size = next((size for size in sizes if written[at : at + size] in self.chinese), 0)
                if size:
                    found.append((written[at : at + size], self.chinese[written[at : at + size]]))
                at += size or 1
        return found

    def in_words(self, tokens: Tokens) -> str:
        """Return a term as it is written, of its tokens; Chinese ones are pairs that overlap."""
        joined = " ".join(tokens) if tokens[0].isascii() else tokens[0] + "".join(pair[1:] for pair in tokens[1:])
        return self.written.get(tokens, joined)

    def also_called(self, written: str) -> tuple[tuple[str, ...], ...]:
        """Return what a term of several words is called in its own language too, as tokens; one word is too wide."""
        key = written.lower() if _HAN.match(written) else tuple(content_words(written))
        return tuple(form for form in self.alike.get(key, ()) if len(form) > 1 and len(key) > 1)

    def render(self, text: str) -> list[tuple[str, str]]:
        """Return the terms of a text as it writes them, each with its rendering in the other language, in order."""
        found: dict[str, tuple[str, str]] = {}
        for run in _RUN.finditer(text):
            written, at = run.group(), 0
            size = self.longest_chinese if _HAN.match(written) else 0
            while size and at < len(written):
                for length in range(min(size, len(written) - at), 1, -1):
                    term = written[at : at + length]
                    if rendering := self.renderings.get(term):
                        found.setdefault(rendering, (term, rendering))
                        break
                else:
                    length = 1
                at += length
            if not size:
                found |= {r: pair for r, pair in self._render_english(written) if r not in found}
        return list(found.values())

    def _render_english(self, run: str) -> Iterator[tuple[str, tuple[str, str]]]:
        for said, stems in self._english_terms(run, self.renderings):
            listed = self.written.get(stems, said).lower()
            if " " not in said and any(
                listed.endswith(end) and not said.lower().rstrip("s").endswith(end) for end in _MADE
            ):
                continue  # to turn a screw is no turning, which a lathe does, and to invert no inverter
            yield self.renderings[stems], (said, self.renderings[stems])

    def _english_terms(self, run: str, known: Container[object]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the known terms of a run of English as they are written, each with its stems."""
        words = [(match.span(), content_words(match.group())) for match in re.finditer(r"[A-Za-z][A-Za-z-]*", run)]
        at = 0
        while at < len(words):
            for size in range(min(self.longest_english, len(words) - at), 0, -1):
                stems = tuple(stem for _, found in words[at : at + size] for stem in found)
                held = words[at][1] and words[at + size - 1][1]  # no function word at an end
                if held and stems in known:
                    yield run[words[at][0][0] : words[at + size - 1][0][1]], stems
                    break
            else:
                size = 1
            at += size


def load_glossary(folder: Path, *, everyday: bool = True) -> Glossary:
    """Read the built-in terms and those of the data folder; a line that is no pair of terms is passed over.

    Without `everyday`, only terms: what tells one section's title from another's.
    """
    own = folder / NAME
    return _glossary(own if own.is_file() else None, own.stat().st_mtime_ns if own.is_file() else 0, everyday)


def spoken_terms(folder: Path, text: str) -> list[tuple[str, tuple[Tokens, ...]]]:
    """Return `Glossary.spoken` of a text; names of machines are asked for with every message, so it is kept."""
    own = folder / NAME
    return list(_spoken(own if own.is_file() else None, own.stat().st_mtime_ns if own.is_file() else 0, text))


@functools.lru_cache(maxsize=10_000)
def _spoken(own: Path | None, changed: int, text: str) -> tuple[tuple[str, tuple[Tokens, ...]], ...]:
    return tuple(_glossary(own, changed, True).spoken(text))


def plant_terms(folder: Path) -> list[Term]:
    """Read the pairs of terms that the plant has added, in the file's order."""
    own = folder / NAME
    return _terms(own) if own.is_file() else []


def built_in_terms() -> list[Term]:
    """Read the pairs of terms that come along."""
    return _terms(_BUILT_IN)


def write_plant_terms(folder: Path, terms: Sequence[Term]) -> None:
    """Write the plant's pairs of terms; a reader sees the old file or the new one, never half of one."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows((";".join(one.chinese), ";".join(one.english)) for one in terms)
    new = folder / f"{NAME}.new"
    new.write_text(text.getvalue(), "utf-8")
    new.replace(folder / NAME)


def term_of(chinese: str, english: str) -> Term:
    """Make a pair out of what a person wrote, several terms apart by semicolons.

    Raises:
        Refused: a side is empty, a term is too long, or the sides are in the wrong language.
    """
    left, right = (
        tuple(dict.fromkeys(" ".join(one.split()) for one in re.split("[;；]", side) if one.strip()))
        for side in (chinese, english)
    )
    if not left or not right:
        raise Refused("A term needs its words in both languages.")
    if any(len(one) > CHARACTERS for one in (*left, *right)):
        raise Refused(f"A term has {CHARACTERS} characters at most.")
    if any(not _HAN.search(one) for one in left) or any(_HAN.search(one) for one in right):
        raise Refused("Chinese words go on the Chinese side of a term, English ones on the other.")
    return Term(left, right)


def _terms(file: Path) -> list[Term]:
    found = []
    for row in csv.reader(io.StringIO(file.read_text("utf-8-sig"))):
        sides = [tuple(one.strip() for one in cell.split(";") if one.strip()) for cell in row[:2]]
        if len(sides) == 2 and all(sides):
            found.append(Term(sides[0], sides[1]))
    return found


def _words(text: str) -> list[tuple[str, int, int]]:
    """Return the stems of all English words and where they stand, a negation as "not", without articles."""
    found: list[tuple[str, int, int]] = []
    for match in _WORD.finditer(text):
        word = match.group().lower().replace("’", "'")
        if word in _ARTICLES:
            continue
        if word == "not" or _NEGATED.fullmatch(word):
            start = found.pop()[1] if word == "not" and found and found[-1][0] in _AUXILIARIES else match.start()
            found.append(("not", start, match.end()))
        else:
            found.append((stem(word), *match.span()))
    return found


def _phrase(term: str) -> tuple[str, ...]:
    """Return all words of a term where one of them names nothing and so is no content word; else nothing."""
    said = tuple(stem for stem, _, _ in _words(term))
    return said if len(content_words(term)) < len(said) else ()


_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_NEGATED = re.compile(r"\w+n't|cannot|wont|dont|doesnt|didnt|isnt|cant|wasnt|arent")
_ARTICLES = frozenset("a an the its".split())
_AUXILIARIES = frozenset(stem(word) for word in "do does did will would is are was were has have had can could".split())


def _each(terms: Iterable[Tokens]) -> dict[Tokens, None]:
    """Return each term that holds any tokens once, in order."""
    return dict.fromkeys(filter(None, terms))


@functools.lru_cache(maxsize=4)
def _glossary(own: Path | None, _changed: int, everyday: bool) -> Glossary:
    chinese: defaultdict[str, dict[Tokens, None]] = defaultdict(dict)
    english: defaultdict[Tokens, dict[Tokens, None]] = defaultdict(dict)
    phrases: defaultdict[Tokens, dict[Tokens, None]] = defaultdict(dict)
    senses: defaultdict[str | Tokens, dict[str, None]] = defaultdict(dict)
    alike: defaultdict[str | Tokens, dict[Tokens, None]] = defaultdict(dict)
    written: dict[Tokens, str] = {}
    for file in (_BUILT_IN, _EVERYDAY if everyday else None, own):
        for pair in _terms(file) if file else ():
            left, right = (
                {term.lower(): tuple(content_words(term)) for term in side} for side in (pair.chinese, pair.english)
            )
            for term, tokens in (left | right).items():
                written.setdefault(tokens, term)
            for term, tokens in left.items():
                chinese[term] |= _each(right.values())
                alike[term] |= _each(other for other in left.values() if other != tokens)
                if file != _EVERYDAY:
                    senses[term][next(iter(right))] = None
            for phrase in filter(None, map(_phrase, right)):
                phrases[phrase] |= _each(left.values())
            told = [stems for term, stems in right.items() if len(stems) > 1 or not _phrase(term)]
            for stems in filter(None, told):
                english[stems] |= _each(left.values())
                alike[stems] |= _each(other for other in told if other != stems)
                if file != _EVERYDAY:
                    senses[stems][next(iter(left))] = None
    return Glossary(
        chinese={term: tuple(words) for term, words in chinese.items() if words},
        english={term: tuple(words) for term, words in english.items() if words},
        phrases={term: tuple(words) for term, words in phrases.items() if words},
        # Both senses, for one that is wrong misleads; of three or more none helps.
        renderings={term: "/".join(others) for term, others in senses.items() if len(others) < 3},
        alike={term: tuple(words) for term, words in alike.items() if words},
        written=written,
        longest_chinese=max(map(len, chinese), default=1),
        longest_english=max(map(len, english), default=1),
        general=everyday,
    )
