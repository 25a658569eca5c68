"""Parts that a question names and the inventory does not have, though it has others with a word of the name."""

from __future__ import annotations

from datetime import UTC, datetime

from agent.querying.reading import Asked, read
from agent.querying.rows import rows_of
from corpus import Corpus, content_words, detect_language

_MOST = 0.5  # share of the words that name a part, which no stock line holds


def unknown_part(corpus: Corpus, text: str) -> bool:
    """Say whether at least half of the words that name a part stand in no stock line of their language."""
    rows = rows_of(corpus, "parts")
    if not rows or detect_language(" ".join(row.record.name for row in rows)) != detect_language(text):
        return False  # in another language a part may be called anything
    query = read(corpus, Asked(text, (), datetime.now(UTC), corpus.settings.zone), "parts", rows)
    held = sum(_weight(one.said) for one in query.conditions if one.test == "holds")
    left = sum(_weight(word) for word in query.left if word not in {one.said for one in query.conditions})
    named = any(one.test == "is" for one in query.conditions)
    return not named and left > 0 and left >= _MOST * (held + left)


def _weight(word: str) -> float:
    """Count the words of a text; a Chinese character is half of one."""
    return sum(1.0 if one.isascii() else 0.5 * len(one) for one in set(content_words(word)) or {word})
