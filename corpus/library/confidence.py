"""How sure the corpus is that it answers a query: a logistic regression over signals of the search.

The fit (`calibration.json`, made by `python -m evals.calibrate`) names the embedding model and the version of the
search that it was made on. For any other it is void, and coverage decides.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.library.ranking import FEATURES, Candidate, Features, Scores, covered_by
from corpus.library.terms import QueryWords

VERSION = 9
"""Of what the signals measure; a change of the search that moves them makes older fits void."""

_FILE = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fit: confidence is 1 / (1 + exp(-(intercept + sum of weight times signal)))."""

    embedding_model: str
    search: int
    threshold: float
    intercept: float
    weights: Mapping[str, float]

    def confidence(self, signals: Mapping[str, float]) -> float:
        """Return the confidence (0..1) that these signals give; a signal without a weight does not count.

        Where none of the identifiers that are asked for stands anywhere, nothing answers. Where all do and the best
        passage is the entry of one, or names it and the query says little else, it does answer.
        """
        if signals["unknown"] and not signals["identified"]:
            return 0.0
        total = self.intercept + sum(weight * signals.get(name, 0.0) for name, weight in self.weights.items())
        confidence = 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))
        named = signals.get("entry", 0.0) > 0 and not signals["unknown"]
        return max(confidence, self.threshold) if named else confidence


def confidence_signals(
    query: QueryWords, candidates: Sequence[Candidate], features: Features, fits: Scores, order: Sequence[int]
) -> dict[str, float]:
    """Return what the ranked candidates say of whether they answer the query; zeros where there are none.

    `fits` says how well each fits the query (0..1). Only passages with a value of the kind that is asked for speak for
    an answer: a torque is not answered from a page without one.
    """
    if not order:
        return dict.fromkeys(_SIGNALS, 0.0)
    column = {name: features[:, at] for at, name in enumerate(FEATURES)}
    # Rows of stock, machines and cases are asked by tools of their own: only what a document says counts here.
    said = [i for i in order if not column["row"][i]]
    shown = [i for i in order[:_FIRST] if column["kind"][i] == 0 and not column["row"][i]]
    return {
        "coverage": covered_by(query, [candidates[i] for i in order[:_COVERED]]),
        "named": max((named_share(query, candidates[i]) for i in shown), default=0.0),
        "leading": 1 + max((float(column["lexical"][i]) for i in shown), default=-1.0),
        "lead": _lead(fits[said]),
        "statement": max((float(column["statement"][i]) for i in shown), default=0.0),
        "across": float(column["across"][order[0]]),
    }


def named_share(query: QueryWords, candidate: Candidate) -> float:
    """Return the share (0..1) of the query's names and numbers that stand in a passage or its heading."""
    if not query.names:
        return 1.0
    held = candidate.text.counts.keys() | candidate.heading.counts.keys()
    return sum(any(held.issuperset(way) for way in name) for name in query.names) / len(query.names)


def _lead(fits: Scores) -> float:
    """Return how far, in log-odds, the best fit stands above the mean of the next ones: near misses stand together."""
    best = np.sort(fits)[::-1][:_FIRST].clip(_LEAST, 1 - _LEAST)
    odds = np.log(best / (1 - best))
    return float(odds[0] - odds[1:].mean()) if len(odds) > 1 else 0.0


_COVERED = 5  # passages that count for coverage
_FIRST = 10  # passages among which one has to show what is asked for
_LEAST = 1e-9  # of a fit, whose log-odds are finite so
_SIGNALS = ("coverage", "named", "leading", "lead", "statement", "across")
_ADDED = ("similarity", "identified", "unknown", "entry")  # by the searcher, from the query itself


FALLBACK = Calibration(
    embedding_model="",
    search=VERSION,
    threshold=0.5,
    intercept=-4.2,
    weights={"coverage": 10.0, "identified": 6.0, "unknown": -12.0},
)
"""Where no fit holds: half of the question must be covered; cosines, whose scale is unknown, do not count."""


def calibration_for(embedding_model: str) -> Calibration:
    """Return the fit for this embedding model and this search, or the fallback."""
    fit = _stored()
    # A fit over signals that this search no longer measures would refuse everything.
    made_here = (fit.embedding_model, fit.search) == (embedding_model, VERSION) and set(fit.weights) <= {
        *_SIGNALS,
        *_ADDED,
    }
    return fit if made_here else FALLBACK


@functools.lru_cache(maxsize=1)
def _stored() -> Calibration:
    plain = json.loads(_FILE.read_text("utf-8"))
    return Calibration(
        embedding_model=plain["embedding_model"],
        search=plain["search"],
        threshold=plain["threshold"],
        intercept=plain["intercept"],
        weights=plain["weights"],
    )
