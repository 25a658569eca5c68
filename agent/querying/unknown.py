"""Parts that a question names and the inventory does not have, though it has others with a word of the name."""

from __future__ import annotations

from datetime import UTC, datetime

from agent.querying.held import tokens_of
from agent.querying.reading import Asked, read
from agent.querying.rows import rows_of
from corpus import Corpus, content_words, detect_language

_MOST = 0.5  # share of the words that name a part, which no stock line holds


def unknown_part(corpus: Corpus, text: str) -> bool:
    """Say whether at least half of the words that name a part stand in no stock line, in either language.

    Where the stock is kept in the other language, a word without a rendering tells nothing of it.
    """
    rows = rows_of(corpus, "parts")
    if not rows:
        return False
    query = read(corpus, Asked(text, (), datetime.now(UTC), corpus.settings.zone), "parts", rows)
    held = sum(_weight(one.said) for one in query.conditions if one.test == "holds")
    unheld = [word for word in query.left if word not in {one.said for one in query.conditions}]
    if in_other_language(corpus, text):
        rendered = {token for term in corpus.terms_in(text) if term.other for token in term.own}
        unheld = [word for word in unheld if rendered.issuperset(content_words(word))]
    # Names may be kept in both languages, and a word stand for another.
    texts = [tokens_of(row.text) for row in rows]
    meant = {token for term in corpus.terms_in(text) for way in (*term.other, *term.alike) for token in term.own
             if any(tokens.issuperset(way) for tokens in texts)}  # fmt: skip
    heard = [word for word in unheld if meant.issuperset(content_words(word))]
    held += sum(map(_weight, heard))
    left = sum(_weight(word) for word in unheld if word not in heard)
    named = any(one.test == "is" for one in query.conditions)
    return not named and left > 0 and left >= _MOST * (held + left)


def in_other_language(corpus: Corpus, text: str) -> bool:
    """Say whether the stock is kept in another language than this text."""
    return detect_language(" ".join(part.name for part in corpus.all_parts())) != detect_language(text)


def _weight(word: str) -> float:
    """Count the words of a text; a Chinese character is half of one, and one alone is what is left of a word."""
    if len(word) == 1 and not word.isascii():
        return 0.0
    return sum(1.0 if one.isascii() else 0.5 * len(one) for one in set(content_words(word)) or {word})
