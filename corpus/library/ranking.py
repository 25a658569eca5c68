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
from corpus.library.terms import QueryWords, Terms, Values, counted
from corpus.library.words import tokens_language

Features = npt.NDArray[np.float64]
"""Shape (candidates, len(FEATURES))."""
Scores = npt.NDArray[np.float64]
"""Shape (candidates,)."""
Neighbours = npt.NDArray[np.int_]
"""Shape (candidates, 2)."""

FEATURES = (
    "dense",  # the cosine, in deviations from the mean of the corpus' passages in that language
    "lexical",  # BM25 as a share of what the best candidate reaches, less one
    "coverage",  # share of the query's weight that stands in the passage
    "phrases",  # share of the query's neighbouring words that are neighbours in the passage
    "heading",  # share of the query's weight that stands in the section path or the title
    "around",  # what the passages before and after add to the coverage
    "across",  # the passage is in the other language
    "model",  # it is for the very model in question, not plant-wide
    "statement",  # how well the best of its statements answers, a cosine in the space of `answering.py`
    "row",  # a row of a table of stock, machines or cases
    "kind",  # 0 where it shows a value of the kind that is asked for, or none is; -1 where it does not
)

_K1, _B = 1.2, 0.75
_LENGTH = 80.0  # tokens of an average passage
_USUAL = 0.54  # of the best statement of a page that answers: the median over all sets
_FILE = Path(__file__).with_name("ranking.json")


@dataclass(frozen=True)
class Tokens:
    """A text as the lexical index holds it; what is made of its tokens is made where it is wanted."""

    tokens: tuple[str, ...]

    @functools.cached_property
    def counts(self) -> Mapping[str, int]:
        """How often each token stands in the text."""
        return Counter(self.tokens)

    @functools.cached_property
    def language(self) -> Language:
        """The language that the text is in."""
        return tokens_language(self.tokens)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that a search brought, its cosine, and whether it is for the very model in question.

    `statement` says how well the best of its statements answers; None where they have no vectors.
    """

    passage: Passage
    text: Tokens
    heading: Tokens
    cosine: float
    for_model: bool = False
    statement: float | None = None


def ranking_features(
    query: QueryWords, candidates: Sequence[Candidate], background: Mapping[str, tuple[float, float]]
) -> Features:
    """Describe the candidates.

    `background` is, by language, the mean and deviation of the query's cosine over the corpus' passages: a passage in
    the query's own language has a higher cosine whatever it says.
    """
    if not candidates:
        return np.zeros((0, len(FEATURES)))
    texts = [candidate.text for candidate in candidates]
    languages = np.array([text.language for text in texts])
    beside = _neighbours(candidates)
    # Each text is held against the terms of both languages and speaks in its own.
    own = [languages == language for language in query.by_language]
    tokens = tuple(dict.fromkeys(token for terms in query.by_language.values() for token in terms.tokens))
    text = counted(tokens, [one.tokens for one in texts])
    head = counted(tokens, [candidate.heading.tokens for candidate in candidates])
    norm = _K1 * (1 - _B + _B * np.array([len(one.tokens) for one in texts]) / _LENGTH)
    held = []
    for terms in query.by_language.values():
        its = [tokens.index(token) for token in terms.tokens]
        held.append(_held(terms, text[:, its], head[:, its], norm, beside))
    lexical, coverage, heading, around = np.select(own, held)
    levels = np.array([background[text.language] for text in texts])
    columns = {
        "dense": (np.array([candidate.cosine for candidate in candidates]) - levels[:, 0]) / levels[:, 1],
        "lexical": lexical / max(1e-9, lexical.max()) - 1,
        "coverage": coverage,
        "phrases": _phrases(query, texts),
        "heading": heading,
        "around": around,
        "across": languages != query.language,
        "model": np.array([candidate.for_model for candidate in candidates]),
        "statement": _statements(candidates),
        "row": np.array([candidate.passage.kind == "row" for candidate in candidates]),
        "kind": np.array([shown_share(query.kinds, _read(candidate)) - 1 for candidate in candidates]),
    }
    return np.stack([columns[name].astype(float) for name in FEATURES], axis=1)


def listed_features(dense: Scores, lexical: Scores, for_model: npt.NDArray[np.bool_]) -> Features:
    """Describe candidates by what the searches say of them, as if nothing else were known.

    `dense` is in deviations, `lexical` the share of the best one's BM25.
    """
    known = {"dense": dense, "lexical": lexical - 1, "model": for_model}
    nothing = np.zeros(len(dense))
    return np.stack([known.get(name, nothing) for name in FEATURES], axis=1)


def covered_by(query: QueryWords, candidates: Sequence[Candidate]) -> float:
    """Return the weighted share (0..1) of the query's words that these candidates hold together."""
    if not candidates:
        return 0.0
    terms = query.by_language[candidates[0].text.language]
    return terms.share({token for one in candidates for held in (one.text, one.heading) for token in held.counts})


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


def _held(terms: Terms, text: Values, head: Values, norm: Scores, beside: Neighbours) -> Features:
    """Return what each candidate holds of the terms: BM25 as a share of its bound, then shares of their weight.

    `text` and `head` say how often the terms' tokens stand in a candidate's text and heading, `norm` how long the text
    is; a row a candidate. The shares are those of the whole passage, of its heading, and what its neighbours add.
    Shape (4, candidates).
    """
    times = text + 0.5 * head  # a token of the heading counts half
    held = times > 0
    coverage = terms.shares(held)
    bm25 = terms.best(terms.weighed * times / (times + norm[:, None])) / (terms.total or 1.0)
    around = held | np.vstack([held, np.zeros_like(held[:1])])[beside].any(axis=1)
    return np.stack([bm25, coverage, terms.shares(head > 0), terms.shares(around) - coverage])


def _statements(candidates: Sequence[Candidate]) -> Scores:
    """Return how well the best statement of each answers; where that is not known, the mean of the others.

    Where it is known of none, all have what a page that answers usually has, so that scores keep their scale.
    """
    known = np.array([np.nan if one.statement is None else one.statement for one in candidates])
    if np.isnan(known).all():
        return np.full(len(known), _USUAL)
    return np.where(np.isnan(known), np.nanmean(known), known)


def _neighbours(candidates: Sequence[Candidate]) -> Neighbours:
    """Return for each candidate which ones stand before and after it in the same revision; -1 where none does."""
    at = {(one.passage.place.revision, one.passage.id): i for i, one in enumerate(candidates)}
    places = [(one.passage.place.revision, one.passage.id) for one in candidates]
    return np.array([[at.get((revision, chunk + step), -1) for step in (-1, 1)] for revision, chunk in places])


def _phrases(query: QueryWords, texts: Sequence[Tokens]) -> Scores:
    """Return the share of the weight of those places where two words stand together that are so in the text."""
    links = {language: terms.links() for language, terms in query.by_language.items()}
    totals = {language: sum(weight for weight, _ in own) or 1.0 for language, own in links.items()}
    wanted = frozenset(pair for own in links.values() for _, pairs in own for pair in pairs)
    shares = []
    for text in texts:
        beside = wanted.intersection(itertools.pairwise(text.tokens))
        held = sum(weight for weight, pairs in links[text.language] if not pairs.isdisjoint(beside)) if beside else 0.0
        shares.append(held / totals[text.language])
    return np.array(shares)
