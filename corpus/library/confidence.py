"""How sure the corpus is that it answers a query: a logistic regression over signals of the search.

The fit (`calibration.json`, made by `python -m evals.calibrate`) names the embedding model and the version of the
search that it was made on. For any other it is void, and coverage decides.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

VERSION = 1
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
        """Return the confidence (0..1) that these signals give; a signal without a weight does not count."""
        total = self.intercept + sum(weight * signals.get(name, 0.0) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))


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
    return fit if (fit.embedding_model, fit.search) == (embedding_model, VERSION) else FALLBACK


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
