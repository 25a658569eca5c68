"""Ranking: how well each candidate fits the query, by one linear model over features of both searches.

No fixed sum of the two searches wins everywhere. So what each says is put on a scale that means the same for every
query and corpus (the share of the query's weight; deviations from the corpus' own cosines), the surroundings of a
passage count, and the weights (`ranking.json`) are fitted by `python -m evals.calibrate` over several corpora.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.domain import Language, Passage
from corpus.library.kinds import shown_share

Features = npt.NDArray[np.float64]
"""Shape (candidates, len(FEATURES))."""
Scores = npt.NDArray[np.float64]
"""Shape (candidates,)."""

FEATURES = (
    "dense",  # the cosine, in deviations from the mean of the corpus' passages in that language
    "lexical",  # BM25 as a share of what the best candidate reaches, less one
    "coverage",  # share of the query's weight that stands in the passage
    "phrases",  # share of the query's neighbouring words that are neighbours in the passage
    "heading",  # share of the query's weight that stands in the section path or the title
    "around",  # what the passages before and after add to the coverage
    "across",  # the passage is in the other language
    "model",  # it is for the very model in question, not plant-wide
    "row",  # a row of a table of stock, machines or cases
    "kind",  # 0 where it shows a value of the kind that is asked for, or none is; -1 where it does not
)

_K1, _B = 1.2, 0.75
_LENGTH = 80.0  # tokens of an average passage
_FILE = Path(__file__).with_name("ranking.json")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as the lexical index holds it."""

    counts: Mapping[str, int]
    pairs: frozenset[tuple[str, str]]
    length: int
    language: Language


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that a search brought, its cosine, and whether it is for the very model in question."""

    passage: Passage
    text: Tokens
    heading: Tokens
    cosine: float
    for_model: bool = False


UNTRANSLATED = ""
"""The token that stands in no text: it carries the weight of the query's words that have no translation."""

Term = tuple[str, ...]
"""Tokens that say the same: one of them is enough."""


@dataclass(frozen=True, slots=True)
class QueryWords:
    """The query's terms for passages of each language (its own words, or their translation), with their weights.

    `kinds` are those of value that it asks for, `tokens` all that the lexical index is asked for.
    """

    language: Language
    by_language: Mapping[str, Mapping[Term, float]]
    kinds: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()


def ranking_features(
    query: QueryWords, candidates: Sequence[Candidate], background: Mapping[str, tuple[float, float]]
) -> Features:
    """Describe the candidates.

    `background` is, by language, the mean and deviation of the query's cosine over the corpus' passages: a passage in
    the query's own language has a higher cosine whatever it says.
    """
    count = len(candidates)
    if not count:
        return np.zeros((0, len(FEATURES)))
    texts = [candidate.text for candidate in candidates]
    heads = [candidate.heading for candidate in candidates]
    words = [query.by_language[text.language] for text in texts]

    levels = [background[text.language] for text in texts]
    dense = np.array([(c.cosine - mean) / deviation for c, (mean, deviation) in zip(candidates, levels, strict=True)])
    held = [held_words(query, candidate) for candidate in candidates]
    headed = [{term for term in words[i] if any(token in heads[i].counts for token in term)} for i in range(count)]
    lexical = np.array([_bm25(words[i], texts[i], heads[i]) for i in range(count)])
    coverage = np.array([_share(words[i], held[i]) for i in range(count)])

    at = {candidate.passage.id: i for i, candidate in enumerate(candidates)}
    around = np.zeros(count)
    for i, candidate in enumerate(candidates):
        beside = [
            at[other]
            for other in (candidate.passage.id - 1, candidate.passage.id + 1)
            if other in at and candidates[at[other]].passage.place.revision == candidate.passage.place.revision
        ]
        if beside:
            joined = held[i].union(*(held[j] for j in beside))
            around[i] = _share(words[i], joined) - coverage[i]

    columns = {
        "dense": dense,
        "lexical": lexical / max(1e-9, lexical.max()) - 1,
        "coverage": coverage,
        "phrases": np.array([_phrases(words[i], texts[i]) for i in range(count)]),
        "heading": np.array([_share(words[i], headed[i]) for i in range(count)]),
        "around": around,
        "across": np.array([float(text.language != query.language) for text in texts]),
        "model": np.array([float(candidate.for_model) for candidate in candidates]),
        "row": np.array([float(candidate.passage.kind == "row") for candidate in candidates]),
        "kind": np.array([shown_share(query.kinds, _read(candidate)) - 1 for candidate in candidates]),
    }
    return np.stack([columns[name] for name in FEATURES], axis=1)


def read_tokens(tokens: Sequence[str]) -> Tokens:
    """Count a text's tokens; it is Chinese where a fifth of them are."""
    han = sum(token[0] >= "\u3400" for token in tokens)
    language: Language = "zh" if han and han >= 0.2 * len(tokens) else "en"
    return Tokens(Counter(tokens), frozenset(itertools.pairwise(tokens)), len(tokens), language)


def held_words(query: QueryWords, candidate: Candidate) -> frozenset[Term]:
    """Return those of the query's terms that stand in the candidate or its heading."""
    text, heading = candidate.text.counts, candidate.heading.counts
    words = query.by_language[candidate.text.language]
    return frozenset(term for term in words if any(token in text or token in heading for token in term))


def covered_by(query: QueryWords, candidates: Sequence[Candidate]) -> float:
    """Return the weighted share (0..1) of the query's words that these candidates hold together.

    A pair of Chinese characters that only spans the border of two words stands in no text; it counts where both do.
    """
    if not candidates:
        return 0.0
    words = query.by_language[candidates[0].text.language]
    held = set().union(*(held_words(query, candidate) for candidate in candidates)) & set(words)
    terms = list(words)
    for before, here, after in zip(terms, terms[1:], terms[2:], strict=False):
        if before in held and after in held and len(here) == 1 and _spans(before[-1], here[0], after[0]):
            held.add(here)
    return _share(words, held)


def _spans(before: str, here: str, after: str) -> bool:
    return len(here) == 2 and not here.isascii() and before[-1:] == here[0] and here[1] == after[:1]


def rank_scores(features: Features, weights: npt.NDArray[np.float64] | None = None) -> Scores:
    """Return how well each candidate fits (0..1) by the stored weights, or by these: an intercept and one a feature."""
    weights = _weights() if weights is None else weights
    scores: Scores = 1 / (1 + np.exp(-np.clip(features @ weights[1:] + weights[0], -30, 30)))
    return scores


@functools.lru_cache(maxsize=1)
def _weights() -> npt.NDArray[np.float64]:
    plain = json.loads(_FILE.read_text("utf-8"))
    return np.array([plain["intercept"], *(plain["weights"].get(name, 0.0) for name in FEATURES)])


def _read(candidate: Candidate) -> str:
    """Return what a reader sees: the unit often stands in the heading of the table."""
    return "\n".join([*candidate.passage.section[-1:], candidate.passage.text])


def _bm25(words: Mapping[Term, float], text: Tokens, head: Tokens) -> float:
    """Return BM25 over text and heading (a term there counts half) as a share of its bound."""
    most = sum(words.values()) * (_K1 + 1)
    if not most:
        return 0.0
    norm = _K1 * (1 - _B + _B * text.length / _LENGTH)
    total = 0.0
    for term, weight in words.items():
        times = max(text.counts.get(token, 0) + 0.5 * head.counts.get(token, 0) for token in term)
        if times:
            total += weight * times * (_K1 + 1) / (times + norm)
    return total / most


def _share(words: Mapping[Term, float], held: Set[Term]) -> float:
    total = sum(words.values())
    return sum(words[term] for term in held if term in words) / total if total else 0.0


def _phrases(words: Mapping[Term, float], text: Tokens) -> float:
    pairs = [(a, b, math.sqrt(words[a] * words[b])) for a, b in itertools.pairwise(words)]
    total = sum(weight for _, _, weight in pairs)
    if not total:
        return 0.0
    return sum(weight for a, b, weight in pairs if any((x, y) in text.pairs for x in a for y in b)) / total
