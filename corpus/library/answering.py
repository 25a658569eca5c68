"""How well each statement of a passage answers a question.

What a sentence says and what is asked of it lie apart in the space of the embedding model: "how tight" is nearer to
"tighten the bolts crosswise" than to a row of torques. A fit on questions and the statements that answer them turns
them towards each other (`answering.npz`, made by `python -m evals.fit_answering`): low-rank changes to the model's
layers, and two matrices behind it, one for questions and one for statements. It is for one embedding model, and void
for others.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.library.adapter import Adapter, adapter_in, adapter_out
from corpus.library.embedding import Embedder, Vectors
from corpus.library.spans import CUT, statement_spans

_FILE = Path(__file__).with_name("answering.npz")
_HEADING = 80  # characters of the heading that stands before a statement


@dataclass(frozen=True, slots=True)
class Fit:
    """What was fitted: the adapter of a model, and matrices of shape (its dimension, dimension of the space).

    `version` is of what vectors of statements are made by: the cut and the fit. Those of another are void.
    """

    embedding_model: str
    adapter: Adapter
    question: Vectors
    statement: Vectors
    mean_question: Vectors
    mean_statement: Vectors
    version: int = 0

    def questions(self, vectors: Vectors) -> Vectors:
        """Turn what the adapted model makes of questions, shape (n, dimension), into the space; each of length 1."""
        return _normed((vectors - self.mean_question) @ self.question)

    def statements(self, vectors: Vectors) -> Vectors:
        """Turn what the adapted model makes of statements, shape (n, dimension), into the space; each of length 1."""
        return _normed((vectors - self.mean_statement) @ self.statement)

    def write(self, file: Path) -> None:
        """Write the fit as one file of half-precision arrays."""
        arrays = {
            "embedding_model": np.array(self.embedding_model),
            "question": self.question.astype(np.float16),
            "statement": self.statement.astype(np.float16),
            "mean_question": self.mean_question,
            "mean_statement": self.mean_statement,
        }
        np.savez(file, allow_pickle=False, **arrays, **adapter_out(self.adapter))


class Answering:
    """Makes the vectors of statements, to be stored with their passage, and compares them with a question."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._adapted: Embedder | None = None

    @property
    def fit(self) -> Fit | None:
        """The fit for the embedding model in use; None where there is none."""
        fit = stored_fit()
        return fit if fit and fit.embedding_model == self._embedder.name else None

    @property
    def version(self) -> int | None:
        """The version of the vectors that are made; None where there is no fit to make them by."""
        return self.fit.version if self.fit else None

    def texts(self, kind: str, section: Sequence[str], text: str) -> list[str]:
        """Return what is embedded of a passage's statements, in order: each under its heading."""
        if not self.fit:
            return []
        return under_heading(section, [text[start:end] for start, end in statement_spans(kind, text)])

    def vectors(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors:
        """Embed statements as `texts` returns them: float32 of shape (len(texts), dimension of the space)."""
        if not self.fit or not texts:
            return np.zeros((0, 0), np.float32)
        return self.fit.statements(self._model(self.fit).passages(texts, progress))

    def packed(self, vectors: Vectors) -> bytes | None:
        """Turn the vectors of one passage's statements into what is stored, as halves; None without a fit."""
        return vectors.astype(np.float16).tobytes() if self.fit else None

    def scores(self, question: str, stored: Mapping[int, bytes | None]) -> dict[int, Vectors]:
        """Return by passage how well each of its statements answers (-1..1), given the vectors stored of it.

        Passages without vectors are left out.
        """
        fit = self.fit
        held = {chunk: vectors for chunk, vectors in stored.items() if vectors}
        if not fit or not held:
            return {}
        size = fit.statement.shape[1]
        halves = np.frombuffer(b"".join(held.values()), np.float16).reshape(-1, size)
        scores = halves.astype(np.float32) @ fit.questions(self._model(fit).queries([question]))[0]
        ends = np.cumsum([len(vectors) for vectors in held.values()]) // (2 * size)
        return dict(zip(held, np.split(scores, ends[:-1]), strict=True))

    def _model(self, fit: Fit) -> Embedder:
        if self._adapted is None:
            self._adapted = self._embedder.adapted(fit.adapter)
        return self._adapted


def under_heading(section: Sequence[str], statements: Sequence[str]) -> list[str]:
    """Return statements as they are embedded: each with the heading that it stands under."""
    heading = section[-1][:_HEADING] + "\n" if section else ""
    return [heading + statement for statement in statements]


@functools.cache
def stored_fit() -> Fit | None:
    """Read the fit that comes with the program; None where it is missing."""
    if not _FILE.exists():
        return None
    digest = hashlib.sha256(_FILE.read_bytes() + str(CUT).encode()).digest()
    with np.load(_FILE, allow_pickle=False) as kept:
        return Fit(
            embedding_model=str(kept["embedding_model"]),
            adapter=adapter_in(kept),
            question=kept["question"].astype(np.float32),
            statement=kept["statement"].astype(np.float32),
            mean_question=kept["mean_question"].astype(np.float32),
            mean_statement=kept["mean_statement"].astype(np.float32),
            version=int.from_bytes(digest[:4]),
        )


def _normed(vectors: npt.NDArray[np.floating[Any]]) -> Vectors:
    lengths = np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return np.asarray(vectors / lengths, np.float32)
