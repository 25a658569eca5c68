"""Safety first: the warnings that stand over a cited procedure, verbatim, before its steps."""

from __future__ import annotations

from collections.abc import Sequence

from agent.answer import Citation
from corpus import Corpus, Passage

_AT_MOST = 3


def governing_warnings(corpus: Corpus, cited: Sequence[Passage], first: int) -> list[Citation]:
    """Return the warnings of the sections of cited procedures, numbered from `first`."""
    warnings: dict[int, Passage] = {}
    for passage in cited:
        if passage.kind != "procedure" or not passage.section:
            continue
        for other in corpus.section_passages(passage):
            if other.kind == "warning":
                warnings.setdefault(other.id, other)
    found = list(warnings.values())[:_AT_MOST]
    return [Citation(first + i, warning.text, warning.place) for i, warning in enumerate(found)]
