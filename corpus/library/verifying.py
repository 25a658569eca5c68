"""Whether a statement answers a question, judged by reading both together (a cross-encoder, Nogueira and Cho 2019).

The vectors of `answering.py` are made of question and statement apart, and cannot say which word of the one belongs to
which of the other: that a torque is asked for, and a pressure given of the same joint. PairFit both together can, but
costs some milliseconds a statement, so only the few nearest are read. The embedding model does it too, with low-rank
changes to its layers and two layers behind it (`verifying.npz`, made by `python -m evals.fit_verifying`). They are for
one embedding model, and void for others.
"""

from __future__ import annotations

import functools
import heapq
import math
import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.domain import Passage, Told
from corpus.errors import MillhandError
from corpus.library.adapter import Adapter, adapter_in, adapter_out
from corpus.library.answering import under_heading
from corpus.library.embedding import Embedder, Vectors
from corpus.library.spans import statement_spans

_FILE = Path(__file__).with_name("verifying.npz")
_READ, _LONG = 3, 320  # statements of a question that are read, and so many characters of each
_ODDS = 0.07  # what log-odds add to a cosine
_READING = 0.3  # what log-odds below nought count in the confidence
_SURE = 5.0  # beyond which they say no more
_KEPT = 5_000  # readings kept: the tools of one question read the same statements


@dataclass(frozen=True, slots=True)
class PairFit:
    """What was fitted: the adapter of a model, and two layers behind it.

    `hidden` is of shape (the model's dimension, size), `hidden_bias` and `output` of shape (size,).
    """

    embedding_model: str
    adapter: Adapter
    hidden: Vectors
    hidden_bias: Vectors
    output: Vectors
    output_bias: float

    def odds(self, vectors: Vectors) -> Vectors:
        """Return the log-odds of an answer from what the adapted model makes of pairs, shape (n, dimension)."""
        odds: Vectors = np.tanh(vectors @ self.hidden + self.hidden_bias) @ self.output + self.output_bias
        return odds

    def write(self, file: Path) -> None:
        """Write the fit as one file of half-precision arrays."""
        np.savez(
            file,
            allow_pickle=False,
            embedding_model=np.array(self.embedding_model),
            hidden=self.hidden.astype(np.float16),
            hidden_bias=self.hidden_bias,
            output=self.output,
            output_bias=np.array(self.output_bias),
            **adapter_out(self.adapter),
        )


class Verifier:
    """Reads a question together with statements; what was read a while ago is remembered."""

    def __init__(self, embedder: Embedder, cross_encoder: str | None = None) -> None:
        self._embedder = embedder
        self._reader = CrossReader(cross_encoder) if cross_encoder else None
        self._adapted: Embedder | None = None
        self._kept: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def fit(self) -> PairFit | None:
        """The fit for the embedding model in use; None where there is none."""
        fit = stored_pair_fit()
        return fit if fit and fit.embedding_model == self._embedder.name else None

    def nearest(
        self, question: str, passages: Iterable[Passage], answers: Mapping[int, Vectors]
    ) -> dict[tuple[int, int], float]:
        """Return the log-odds that statements answer, by passage id and position, for those that `answers` has nearest.

        `answers` says by passage how well each of its statements answers, as `Answering.scores` returns it.
        """
        if self.fit is None and self._reader is None:
            return {}
        of = {passage.id: passage for passage in passages}
        every = [(float(score), chunk, at) for chunk, own in answers.items() for at, score in enumerate(own)]
        read = [(chunk, at) for _, chunk, at in heapq.nlargest(_READ, every)]
        spans = {chunk: statement_spans(of[chunk].kind, of[chunk].text) for chunk, _ in read}
        texts = [
            text
            for chunk, at in read
            for text in under_heading(of[chunk].section, [of[chunk].text[slice(*spans[chunk][at])][:_LONG]])
        ]
        return dict(zip(read, self.odds(question, texts), strict=True))

    def odds(self, question: str, statements: Sequence[str]) -> list[float]:
        """Return the log-odds that each statement, as `under_heading` writes it, answers; nothing without a fit."""
        if self.fit is None and self._reader is None:
            return []
        with self._lock:
            new = [one for one in dict.fromkeys(statements) if (question, one) not in self._kept]
            if new:
                self._kept.update(zip(((question, one) for one in new), self._read(question, new), strict=True))
            read = [self._kept[question, one] for one in statements]
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return read

    def _read(self, question: str, statements: Sequence[str]) -> list[float]:
        if self._reader is not None:
            return self._reader.odds(question, statements)
        fit = self.fit
        assert fit
        if self._adapted is None:
            self._adapted = self._embedder.adapted(fit.adapter)
        odds: list[float] = fit.odds(self._adapted.pairs(question, statements)).tolist()
        return odds


class CrossReader:
    """A cross-encoder of one's own in place of the fit, such as a reranker in a folder; loaded at the first use."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._loaded: Any = None

    def odds(self, question: str, statements: Sequence[str]) -> list[float]:
        """Return what it makes of each pair, before any sigmoid: log-odds, for a model that was fitted so."""
        from torch.nn import Identity

        if self._loaded is None:
            self._loaded = self._load()
        pairs = [(question, one) for one in statements]
        scores = self._loaded.predict(pairs, activation_fn=Identity(), show_progress_bar=False)
        return [float(score) for score in scores]

    def _load(self) -> Any:
        if Path(self._source).exists():
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from sentence_transformers import CrossEncoder

        try:
            return CrossEncoder(self._source, device="cpu", num_labels=1)
        except (OSError, ValueError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise MillhandError(f"The cross-encoder {self._source} cannot be loaded: {reason}") from error


def told(answers: Mapping[int, Vectors], odds: Mapping[tuple[int, int], float]) -> Told:
    """Add to how well statements answer, by passage, what was read of the nearest.

    All others lose what the last of these does: nothing that was not read gains on what was.
    """
    gains = {read: _ODDS * max(-_SURE, min(_SURE, value)) for read, value in odds.items()}
    least = min(gains.values(), default=0.0)
    return Told(
        {
            chunk: tuple(float(score) + gains.get((chunk, at), least) for at, score in enumerate(own))
            for chunk, own in answers.items()
        },
        max(odds.values(), default=None),
    )


def weighed(confidence: float, odds: float | None) -> float:
    """Return how sure one may be (0..1) of an answer, given the confidence of the search and the best odds read.

    Where none of what was read answers, its log-odds take from the search's; what answers adds nothing.
    """
    if odds is None or odds >= 0 or not 0 < confidence < 1:
        return confidence
    total = math.log(confidence / (1 - confidence)) + _READING * max(-_SURE, odds)
    return round(1 / (1 + math.exp(-total)), 4)


@functools.cache
def stored_pair_fit() -> PairFit | None:
    """Read the fit that comes with the program; None where it is missing."""
    if not _FILE.exists():
        return None
    with np.load(_FILE, allow_pickle=False) as kept:
        return PairFit(
            embedding_model=str(kept["embedding_model"]),
            adapter=adapter_in(kept),
            hidden=kept["hidden"].astype(np.float32),
            hidden_bias=kept["hidden_bias"],
            output=kept["output"],
            output_bias=float(kept["output_bias"]),
        )
