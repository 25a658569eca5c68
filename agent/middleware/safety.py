"""Safety first: the warnings that govern a cited procedure, verbatim, before its steps, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.words import words
from corpus import Corpus, Passage, content_words, index_tokens

_AT_MOST = 3
_ENDS = re.compile(r"[。！!.]\s*$")


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning as it stands in a passage."""

    passage: Passage
    text: str


def governing_warnings(corpus: Corpus, cited: Sequence[Passage], wants_steps: bool) -> list[Warned]:
    """Return the warnings over the cited procedures: of their sections and of the sections these lie in.

    Where a procedure works on an energy that its section does not warn of, the manual's safety chapter does.
    """
    found: dict[tuple[int, str], Warned] = {}
    for passage in cited:
        if not passage.section or passage.place.record or (passage.kind != "procedure" and not wants_steps):
            continue
        together = corpus.section_passages(passage)
        if not any(other.kind == "procedure" for other in together):
            continue  # a section without steps is no procedure: its warnings stand where they are read
        own = [*_above(corpus, passage), *_of_section(together)]
        for warning in own or _of_energy(corpus, passage, together):
            found.setdefault((warning.passage.id, warning.text), warning)
    return list(found.values())[:_AT_MOST]


def _of_section(together: Sequence[Passage]) -> Iterator[Warned]:
    for passage in together:
        if passage.kind == "warning":
            yield Warned(passage, passage.text)
        elif passage.kind == "text":
            yield from (Warned(passage, said) for said in signalled(passage.text))


def signalled(text: str) -> list[str]:
    """Return what stands behind a signal word at the beginning of a line, up to the line that ends its sentence."""
    said: list[str] = []
    start = None
    at = 0
    for line in text.splitlines(keepends=True):
        if start is None and words().signal.match(line):
            start = at
        at += len(line)
        if start is not None and _ENDS.search(line):
            said.append(text[start:at].strip())
            start = None
    return said


def _above(corpus: Corpus, passage: Passage) -> Iterator[Warned]:
    """Return the warnings of the sections that a passage's section lies in."""
    for warning in corpus.warnings(passage):
        depth = len(warning.section)
        if 0 < depth < len(passage.section) and passage.section[:depth] == warning.section:
            yield Warned(warning, warning.text)


def _of_energy(corpus: Corpus, passage: Passage, together: Sequence[Passage]) -> list[Warned]:
    """Return the safety chapter's warning of the energy that the steps work on, where they plainly do."""
    steps = "\n".join(other.text for other in together if other.kind == "procedure")
    title = passage.section[-1]
    tokens = set(content_words(f"{title} {steps}"))
    chapter = [warning for warning in corpus.warnings(passage) if _is_safety_chapter(warning)]
    best: list[tuple[float, Passage]] = []
    for patterns in words().hazards.values():
        hits = {match.group().casefold() for match in patterns["work"].finditer(f"{title}\n{steps}")}
        if len(hits) < 3 and not (len(hits) > 1 and patterns["work"].search(title)):
            continue
        for warning in chapter:
            if patterns["warning"].search(warning.text):
                best.append((len(hits) + 0.2 * len(tokens & set(index_tokens(warning.text))), warning))
    best.sort(key=lambda item: (-item[0], item[1].id))
    return [Warned(warning, warning.text) for _, warning in best[:1]]


def _is_safety_chapter(warning: Passage) -> bool:
    return bool(warning.section) and words().safety_chapter.search(warning.section[0]) is not None
