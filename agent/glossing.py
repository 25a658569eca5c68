"""The plant's glossary beside what is quoted in the other language: the terms of fault names and warnings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus import Corpus, Language, detect_language

_TERMS = 8
_LABEL = re.compile(r"(?:^|(?<=\| )|(?<=\n))[^|:：\n]{1,24}[:：] ")  # the name of a column


def terms_beside(corpus: Corpus, language: Language, quotes: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return (term, rendering) of the quotes that are not in the reader's language, each once, in order."""
    found: dict[str, tuple[str, str]] = {}
    for quote in quotes:
        if detect_language(quote) != language:
            for term, rendering in corpus.glossary_terms(_LABEL.sub(" ", quote)):
                if detect_language(rendering) == language:
                    found.setdefault(rendering, (term, rendering))
    return tuple(found.values())[:_TERMS]
