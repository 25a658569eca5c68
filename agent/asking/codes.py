"""A code that is told by half: several models have it, or it is told without its letters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from corpus import Corpus, contains_quote, content_words, index_tokens

_WORD = 2  # Chinese characters that a word is worth
_ENTRIES = 8


def models_by_symptom(corpus: Corpus, code: str, text: str) -> tuple[str, ...]:
    """Return the models whose entry for a code alone shares words with what is told: "E10, keeps losing the mark".

    Nothing where the code is of one model only, or where the entries share words of several, or of none.
    """
    evidence = corpus.search(code, k=_ENTRIES, methods=("identifier",))
    entries = [passage for passage in evidence.passages if passage.kind == "fault" and passage.models]
    if len({passage.models for passage in entries}) < 2:
        return ()
    rest = text.replace(code, " ")
    said = {*content_words(rest), *corpus.translated(rest)}
    shared: dict[tuple[str, ...], int] = {}
    for passage in entries:
        lines = [line for line in passage.text.splitlines() if contains_quote(line, code)]
        shared[passage.models] = max(shared.get(passage.models, 0), *(_shared(said, line) for line in lines), 0)
    first, second = sorted(shared.items(), key=lambda item: -item[1])[:2]
    return first[0] if first[1] >= _WORD and not second[1] else ()


def with_letters(corpus: Corpus, text: str, codes: Iterable[str], models: Sequence[str]) -> str:
    """Give codes that are told by their figures alone the letters that entries for these models have: 报46 is F46."""
    for figures in codes:
        lettered = corpus.lettered_codes(figures, models) if figures.isdigit() else []
        if len(lettered) == 1:
            alone = rf" ?(?<![A-Za-z0-9.-]){figures}(?![0-9A-Za-z]) ?"
            text = re.sub(alone, f" {lettered[0]} ", text, count=1).strip()
    return text


def _shared(said: Iterable[str], line: str) -> int:
    """Count what a line shares with words: Chinese characters one by one, for 缸锁 is 锁缸."""
    latin = {word for word in said if word.isascii()} & {*index_tokens(line)}
    return _WORD * len(latin) + len({sign for word in said if not word.isascii() for sign in word} & {*line})
