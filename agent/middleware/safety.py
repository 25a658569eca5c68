"""Safety first: the warnings that govern a cited procedure, verbatim, before its steps, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.words import words
from corpus import Corpus, Passage, content_words, index_tokens

_AT_MOST = 3


def governing_warnings(corpus: Corpus, cited: Sequence[Passage], wants_steps: bool) -> list[Passage]:
    """Return the warnings over the cited procedures: of their sections and of the sections these lie in.

    Where a procedure works on an energy that its section does not warn of, the manual's safety chapter does.
    """
    found: dict[int, Passage] = {}
    for passage in cited:
        if passage.kind != "procedure" and not (wants_steps and passage.kind == "text"):
            continue
        own = list(_own(corpus, passage))
        for warning in own or (_of_energy(corpus, passage) if passage.kind == "procedure" else []):
            found.setdefault(warning.id, warning)
    return list(found.values())[:_AT_MOST]


def _own(corpus: Corpus, passage: Passage) -> Iterator[Passage]:
    if not passage.section:
        return
    for warning in corpus.warnings(passage):
        depth = len(warning.section)
        if warning.section and passage.section[:depth] == warning.section and not _is_safety_chapter(warning):
            yield warning


def _of_energy(corpus: Corpus, passage: Passage) -> list[Passage]:
    steps = "\n".join(p.text for p in corpus.section_passages(passage) if p.kind == "procedure")
    title = " ".join(passage.section[-1:])
    tokens = set(content_words(f"{title} {steps}"))
    chapter = [warning for warning in corpus.warnings(passage) if _is_safety_chapter(warning)]
    best: list[tuple[float, Passage]] = []
    for patterns in words().hazards.values():
        hits = len({match.group().casefold() for match in patterns["work"].finditer(f"{title}\n{steps}")})
        if hits < 2 and not patterns["work"].search(title):
            continue
        of = [warning for warning in chapter if patterns["warning"].search(warning.text)]
        for warning in of:
            shared = len(tokens & set(index_tokens(warning.text)))
            best.append((hits + 0.2 * shared, warning))
    best.sort(key=lambda item: (-item[0], item[1].id))
    return [warning for _, warning in best[:1]]


def _is_safety_chapter(warning: Passage) -> bool:
    return any(words().safety_chapter.search(title) for title in warning.section[:2])
