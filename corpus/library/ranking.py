"""Ranking: how well each candidate fits the query, by one linear model over features of both searches.

No fixed sum of the two searches wins everywhere. So what each says is put on a scale that means the same for every
query and corpus (the share of the query's weight; deviations from the corpus' own cosines), the surroundings of a
passage count, and the weights (`ranking.json`) are fitted by `python -m evals.calibrate` over several corpora.
"""

from __future__ import annotations

import functools
import itertools
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.domain import Language, Passage
from corpus.library.kinds import shown_share
from corpus.library.terms import QueryWords, Terms

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
    tokens = {language: terms.tokens for language, terms in query.by_language.items()}
    wanted = [tokens[text.language] for text in texts]
    headed = [wanted[i] & heads[i].counts.keys() for i in range(count)]
    held = [headed[i] | (wanted[i] & texts[i].counts.keys()) for i in range(count)]
    lexical = np.array([_bm25(words[i], texts[i], heads[i], held[i]) for i in range(count)])
    coverage = np.array([words[i].share(held[i]) for i in range(count)])
    links = {language: terms.links() for language, terms in query.by_language.items()}

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
            around[i] = words[i].share(joined) - coverage[i]

    columns = {
        "dense": dense,
        "lexical": lexical / max(1e-9, lexical.max()) - 1,
        "coverage": coverage,
        "phrases": np.array([_linked(links[text.language], text) for text in texts]),
        "heading": np.array([words[i].share(headed[i]) for i in range(count)]),
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


def held_tokens(query: QueryWords, candidate: Candidate) -> frozenset[str]:
    """Return those of the query's tokens that stand in the candidate or its heading."""
    wanted = query.by_language[candidate.text.language].tokens
    return frozenset(token for token in wanted if token in candidate.text.counts or token in candidate.heading.counts)


def covered_by(query: QueryWords, candidates: Sequence[Candidate]) -> float:
    """Return the weighted share (0..1) of the query's words that these candidates hold together."""
    if not candidates:
        return 0.0
    terms = query.by_language[candidates[0].text.language]
    return terms.share(frozenset().union(*(held_tokens(query, candidate) for candidate in candidates)))


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


def _bm25(terms: Terms, text: Tokens, head: Tokens, held: frozenset[str]) -> float:
    """Return BM25 over text and heading (a token there counts half) as a share of its bound."""
    most = terms.total * (_K1 + 1)
    if not most:
        return 0.0
    norm = _K1 * (1 - _B + _B * text.length / _LENGTH)
    scores = {}
    for token in held:
        times = text.counts.get(token, 0) + 0.5 * head.counts.get(token, 0)
        scores[token] = terms.weights[token] * times * (_K1 + 1) / (times + norm)
    return sum(max(sum(scores.get(token, 0.0) for token in way) for way in term) for term in terms.terms) / most


def _linked(links: Sequence[tuple[float, frozenset[tuple[str, str]]]], text: Tokens) -> float:
    total = sum(weight for weight, _ in links)
    return sum(weight for weight, pairs in links if not pairs.isdisjoint(text.pairs)) / total if total else 0.0
