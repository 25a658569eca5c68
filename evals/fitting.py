"""The two fits that a search stands on: weights that rank, and a confidence that knows when nothing answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_FREELY = 0.001  # ridge of the prior's scale


def fit_ranking(
    pools: Sequence[Floats],
    gold: Sequence[npt.NDArray[np.bool_]],
    shares: Sequence[float],
    prior: Floats,
    signs: Sequence[int | None],
    *,
    ridge: float = 0.3,
) -> Floats:
    """Return the weights under which gold candidates come before the others of their pool: the prior and a little.

    Maximises the mean log of the gold candidates' share of a softmax over the pool (ListNet, Cao et al. 2007),
    each question weighted by its share. The prior is scaled freely; what is added to it pays a ridge on standardised
    weights, so that little of one corpus is carried to another. `signs` says which features can only speak for a
    candidate (1), only against it (-1), either (0), or are left to the prior (None). Pools without gold teach nothing.
    """
    from scipy.optimize import minimize

    kept = [i for i, marks in enumerate(gold) if marks.any() and not marks.all()]
    free = [i for i, sign in enumerate(signs) if sign is not None]
    every = np.concatenate([pools[i] for i in kept])
    features = np.column_stack([every @ prior, every[:, free]])
    scale = features.std(axis=0)
    scale[scale == 0] = 1.0
    features = features / scale
    marks = np.concatenate([gold[i] for i in kept])
    starts = np.cumsum([0, *(len(pools[i]) for i in kept)])[:-1]
    sizes = np.array([len(pools[i]) for i in kept])
    weight = np.array([shares[i] for i in kept], dtype=float)
    weight /= weight.sum()
    cost = np.array([_FREELY, *[ridge] * len(free)])

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = features @ weights
        scores = scores - np.repeat(np.maximum.reduceat(scores, starts), sizes)
        powers = np.exp(scores)
        total = np.add.reduceat(powers, starts)
        right = np.add.reduceat(powers * marks, starts)
        lost = -np.log(right / total) @ weight + (cost * weights) @ weights
        slope = powers * np.repeat(weight / total, sizes) - powers * marks * np.repeat(weight / right, sizes)
        return float(lost), features.T @ slope + 2 * cost * weights

    ways = [1, *(signs[i] for i in free)]
    bounds = [(0.0 if way == 1 else None, 0.0 if way == -1 else None) for way in ways]
    found = minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x / scale
    fitted: Floats = found[0] * prior
    fitted[free] += found[1:]
    return fitted


def fit_logistic(signals: Floats, right: Floats, shares: Sequence[float], *, ridge: float = 0.01) -> Floats:
    """Return intercept and weights of a logistic regression, with a ridge on the standardised weights."""
    from scipy.optimize import minimize

    centre, scale = signals.mean(axis=0), signals.std(axis=0)
    scale[scale == 0] = 1.0
    x = np.column_stack([np.ones(len(signals)), (signals - centre) / scale])
    weight = np.asarray(shares, dtype=float)
    weight = weight / weight.sum()
    sign = 2 * np.asarray(right, dtype=float) - 1

    def loss(w: Floats) -> tuple[float, Floats]:
        margin = sign * (x @ w)
        cost = np.logaddexp(0, -margin) @ weight + ridge * w[1:] @ w[1:]
        slope = -(weight * sign / (1 + np.exp(np.clip(margin, -50, 50)))) @ x
        slope[1:] += 2 * ridge * w[1:]
        return float(cost), slope

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    weights = found[1:] / scale
    fitted: Floats = np.concatenate([[found[0] - centre @ weights], weights])
    return fitted
