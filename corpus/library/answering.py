"""How well each statement of a passage answers a question.

What a sentence says and what is asked of it lie apart in the space of the embedding model: "how tight" is nearer to
"tighten the bolts crosswise" than to a row of torques. Two matrices, one for questions and one for statements, turn
them towards each other. They were fitted on questions and the statements that answer them (`answering.npz`, made by
`python -m evals.fit_answering`), are for one embedding model, and are void for others.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.library.embedding import Embedder, Vectors
from corpus.library.spans import CUT, statement_spans

_FILE = Path(__file__).with_name("answering.npz")
_HEADING = 80  # characters of the heading that stands before a statement


@dataclass(frozen=True, slots=True)
class Heads:
    """The matrices, each of shape (dimension of the embedding, dimension of the space), and the means taken off."""

    embedding_model: str
    question: Vectors
    statement: Vectors
    mean_question: Vectors
    mean_statement: Vectors

    def questions(self, vectors: Vectors) -> Vectors:
        """Turn embeddings of questions, of shape (n, dimension), into the space; each of length 1."""
        return _normed((vectors - self.mean_question) @ self.question)

    def statements(self, vectors: Vectors) -> Vectors:
        """Turn embeddings of statements, of shape (n, dimension), into the space; each of length 1."""
        return _normed((vectors - self.mean_statement) @ self.statement)


class Answering:
    """Makes the vectors of statements, to be stored with their passage, and compares them with a question."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def heads(self) -> Heads | None:
        """The fit for the embedding model in use; None where there is none."""
        heads = stored_heads()
        return heads if heads and heads.embedding_model == self._embedder.name else None

    @property
    def cut(self) -> int | None:
        """The number of the cut that vectors are made by; None where there is no fit to make them for."""
        return CUT if self.heads else None

    def texts(self, kind: str, section: Sequence[str], text: str) -> list[str]:
        """Return what is embedded of a passage's statements, in order: each under its heading."""
        if not self.heads:
            return []
        return under_heading(section, [text[start:end] for start, end in statement_spans(kind, text)])

    def packed(self, vectors: Vectors) -> bytes | None:
        """Turn the embeddings of one passage's statements into what is stored, as halves; None without a fit.

        They are stored as the model made them, so that another fit needs no document to be embedded again.
        """
        return vectors.astype(np.float16).tobytes() if self.heads else None

    def scores(self, question: str, stored: Mapping[int, bytes | None]) -> dict[int, Vectors]:
        """Return by passage how well each of its statements answers (-1..1), given the vectors stored of it.

        Passages without vectors are left out.
        """
        heads = self.heads
        held = {chunk: vectors for chunk, vectors in stored.items() if vectors}
        if not heads or not held:
            return {}
        halves = np.frombuffer(b"".join(held.values()), np.float16).reshape(-1, len(heads.statement))
        asked = heads.questions(self._embedder.queries([question]))[0]
        scores = heads.statements(halves.astype(np.float32)) @ asked
        ends = np.cumsum([len(vectors) for vectors in held.values()]) // (2 * len(heads.statement))
        return dict(zip(held, np.split(scores, ends[:-1]), strict=True))


def under_heading(section: Sequence[str], statements: Sequence[str]) -> list[str]:
    """Return statements as they are embedded: each with the heading that it stands under."""
    heading = section[-1][:_HEADING] + "\n" if section else ""
    return [heading + statement for statement in statements]


@functools.cache
def stored_heads() -> Heads | None:
    """Read the fit that comes with the program; None where it is missing."""
    if not _FILE.exists():
        return None
    with np.load(_FILE, allow_pickle=False) as kept:
        return Heads(
            embedding_model=str(kept["embedding_model"]),
            question=kept["question"].astype(np.float32),
            statement=kept["statement"].astype(np.float32),
            mean_question=kept["mean_question"].astype(np.float32),
            mean_statement=kept["mean_statement"].astype(np.float32),
        )


def _normed(vectors: npt.NDArray[np.floating[Any]]) -> Vectors:
    lengths = np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return np.asarray(vectors / lengths, np.float32)
