"""Which candidates are read: where the searches bring many, those that rank highest by what the searches say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from corpus.library.ranking import Scores, listed_features, rank_scores

READ = 80  # of one query; in a plant's library the searches bring hardly more than a hundred

Flags = npt.NDArray[np.bool_]


def deviations(cosines: Scores, chinese: Flags, background: Mapping[str, tuple[float, float]]) -> Scores:
    """Return the cosines in deviations from the mean of the passages in the same language."""
    means, spreads = np.where(chinese, *(np.array(background[one])[:, None] for one in ("zh", "en")))
    apart: Scores = (cosines - means) / spreads
    return apart


def shortlist(dense: Scores, lexical: Scores, for_model: Flags, gains: Scores) -> Sequence[int]:
    """Return the positions of the candidates to read, in their order.

    `dense` is in deviations, `lexical` the share of the best one's BM25; `gains` are what identifiers add.
    """
    standing = rank_scores(listed_features(dense, lexical, for_model)) + gains
    best: list[int] = np.sort(np.argsort(-standing, kind="stable")[:READ]).tolist()
    return best
