"""How sure a figure is: bootstrap intervals, paired differences, risk at coverage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

SEED = 20
_SAMPLES = 2000
_RESAMPLES = 9999

Values = Sequence[float] | npt.NDArray[np.float64]
Interval = dict[str, float | int | None]
"""{"mean", "low", "high", "n"}: low and high bound the 95 % bootstrap interval over questions."""


def interval(values: Sequence[float]) -> Interval:
    """Return the mean with its 95 % bootstrap interval over questions, and how many there are."""
    if not values:
        return {"mean": None, "low": None, "high": None, "n": 0}
    data = np.asarray(values, dtype=float)
    means = data[_draws(len(data))].mean(axis=1)
    return _rounded(float(data.mean()), means, len(data))


def paired(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, float | int | None]:
    """Compare two searches on the same questions, question by question.

    Returns the mean difference (ours minus theirs) with its 95 % paired bootstrap interval, the two-sided p of a
    paired permutation test (signs flipped at random, 9,999 times or all of them where there are fewer), and how many
    questions were won, lost and even.
    """
    from scipy.stats import permutation_test

    a, b = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    counts: dict[str, float | int | None] = {
        "won": int((a > b).sum()),
        "lost": int((a < b).sum()),
        "even": int((a == b).sum()),
    }
    if len(a) < 2 or np.array_equal(a, b):
        return {**interval(list(a - b)), "p": 1.0 if len(a) else None, **counts}
    test = permutation_test(
        (a, b),
        lambda x, y, axis: np.mean(x - y, axis=axis),
        permutation_type="samples",
        n_resamples=_RESAMPLES,
        vectorized=True,
        rng=np.random.default_rng(SEED),
    )
    return {**interval(list(a - b)), "p": round(float(test.pvalue), 5), **counts}


def risk_coverage(confidence: Values, right: Values) -> tuple[list[float], list[float]]:
    """Return (coverage, risk) as the questions are taken from the surest down; risk is the share that is wrong.

    Questions of equal confidence are taken together, so that their order cannot flatter.
    """
    if not len(confidence):
        return [], []
    order = np.argsort(-np.asarray(confidence, dtype=float), kind="stable")
    sure = np.asarray(confidence, dtype=float)[order]
    wrong = 1 - np.asarray(right, dtype=float)[order]
    starts = np.flatnonzero(np.diff(sure, prepend=np.inf))
    groups = np.repeat(np.arange(len(starts)), np.diff([*starts, len(sure)]))
    level = np.bincount(groups, wrong) / np.bincount(groups)
    taken = np.arange(1, len(sure) + 1)
    return list(taken / len(sure)), list(np.cumsum(level[groups]) / taken)


def area(confidence: Values, right: Values) -> float:
    """Return the area under the risk–coverage curve: the mean risk over all coverages; lower is better."""
    risk = risk_coverage(confidence, right)[1]
    return float(np.mean(risk)) if risk else 0.0


def risk_areas(ours: Sequence[float], theirs: Sequence[float], right: Sequence[float]) -> dict[str, Any]:
    """Set two confidences over the same outcomes side by side: their areas and the difference, with intervals.

    `best` is what a confidence that puts every right one first would reach: no confidence can go below it.
    """
    if not len(right):
        return {"confidence": interval([]), "dense": interval([]), "difference": interval([]), "best": None}
    a, b, outcome = (np.asarray(values, dtype=float) for values in (ours, theirs, right))
    draws = _draws(len(outcome))[:500]
    areas = np.array([[area(a[rows], outcome[rows]), area(b[rows], outcome[rows])] for rows in draws])
    first, second = area(a, outcome), area(b, outcome)
    return {
        "confidence": _rounded(first, areas[:, 0], len(outcome)),
        "dense": _rounded(second, areas[:, 1], len(outcome)),
        "difference": _rounded(first - second, areas[:, 0] - areas[:, 1], len(outcome)),
        "best": round(area(outcome, outcome), 4),
    }


def _draws(n: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng(SEED).integers(0, n, (_SAMPLES, n))


def _rounded(value: float, samples: npt.NDArray[np.float64], n: int) -> Interval:
    low, high = np.percentile(samples, [2.5, 97.5])
    return {"mean": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4), "n": n}
