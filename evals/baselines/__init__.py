"""What Millhand is held against: on its own chunks bm25, dense and rrf; on chunks of its own the stock recipe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from corpus import Corpus, MillhandError, SettingsError
from evals.baselines.base import Baseline, Hit, SameChunks

NAMES = ("bm25", "dense", "rrf", "stock")
"""The baselines there are."""

__all__ = ["NAMES", "Baseline", "Hit", "build_baselines", "check_names"]

Progress = Callable[[str, int, int], None]


def check_names(names: Sequence[str]) -> None:
    """Raise SettingsError for a name that is no baseline."""
    for name in names:
        if name not in NAMES:
            raise SettingsError(f"--baseline: {name!r} is no baseline; there are {', '.join(NAMES)}.")


def build_baselines(corpus: Corpus, names: Sequence[str], *, cache: Path, progress: Progress) -> dict[str, Baseline]:
    """Build these baselines over the corpus as it stands; `cache` keeps the stock recipe's index between runs.

    Raises:
        SettingsError: a name that is no baseline.
        MillhandError: a library that only the baselines need is not installed.
    """
    check_names(names)
    try:
        return _built(corpus, names, cache, progress)
    except ImportError as error:
        raise MillhandError(
            f"The baselines need {error.name}; install them with `pip install 'millhand[baselines]'`."
        ) from error


def _built(corpus: Corpus, names: Sequence[str], cache: Path, progress: Progress) -> dict[str, Baseline]:
    built: dict[str, Baseline] = {}
    if set(names) & {"bm25", "dense", "rrf"}:
        from evals.baselines.bm25 import Bm25
        from evals.baselines.dense import Dense
        from evals.baselines.rrf import ReciprocalRank

        chunks = SameChunks(corpus)
        if {"bm25", "rrf"} & set(names):
            built["bm25"] = Bm25(chunks)
        if {"dense", "rrf"} & set(names):
            built["dense"] = Dense(corpus, chunks)
        if "rrf" in names:
            built["rrf"] = ReciprocalRank([built["bm25"], built["dense"]])
    if "stock" in names:
        from evals.baselines.stock import Stock

        built["stock"] = Stock(corpus, cache, progress)
    return {name: built[name] for name in dict.fromkeys(names)}
