"""The dense index: Chroma, embedded, cosine. It can always be rebuilt from SQL."""

from __future__ import annotations

import json
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.errors import IndexMismatch
from corpus.library.documents import Scope
from corpus.library.embedding import Embedder, Vectors

_COLLECTION = "passages"
_LAYOUT = 1
_BATCH = 2000
_MANY = 2000
_SCANNED = 100_000  # vectors kept to go over them, at 0.8 KB each; a scope with more asks Chroma
_FINEST = np.iinfo(np.int16).max


@dataclass(frozen=True, slots=True)
class Packed:
    """Vectors as whole numbers of one step: half the bytes to go over, as fine as the halves that SQL keeps."""

    numbers: npt.NDArray[np.int16]
    step: float


class VectorIndex:
    """Vectors by chunk id; opened at the first use. `stored` reads those of some chunks from SQL."""

    def __init__(self, folder: Path, embedder: Embedder, stored: Callable[[Sequence[int]], Vectors]) -> None:
        self._folder = folder
        self._embedder = embedder
        self._stored = stored
        self._scanned: OrderedDict[tuple[int, ...], Packed] = OrderedDict()
        self._lock = threading.Lock()
        self._client: Any = None
        self._collection: Any = None
        self._fits = False  # the index was built with this embedding model; a search need not read that again
        self._size: int | None = None  # kept, for counting 100,000 takes as long as the search itself

    def check(self) -> None:
        """Raise IndexMismatch when the index was built with another embedding model or layout."""
        mark = self._folder / "millhand.json"
        if self._fits or not mark.exists():
            return
        built = json.loads(mark.read_text())
        if built != self._identity():
            raise IndexMismatch(
                f"The index was built with the embedding model {built.get('model')}, the settings name "
                f"{self._embedder.name}; run `millhand reindex`, or set the old model again."
            )
        self._fits = True

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add or replace the vectors of these chunks."""
        collection = self._open()
        for at in range(0, len(ids), _BATCH):
            batch = [str(i) for i in ids[at : at + _BATCH]]
            collection.upsert(ids=batch, embeddings=vectors[at : at + _BATCH])
        self._size = None

    def delete(self, ids: Sequence[int]) -> None:
        """Remove these chunks; unknown ones are ignored."""
        collection = self._open()
        for at in range(0, len(ids), _BATCH):
            collection.delete(ids=[str(i) for i in ids[at : at + _BATCH]])
        self._size = None

    def search(self, vectors: Sequence[Vectors], k: int, scope: Scope | None = None) -> list[list[tuple[int, float]]]:
        """Return for each vector its k nearest (chunk id, cosine), nearest first, of those inside the scope."""
        collection = self._open()
        size = len(scope.ids) if scope else self._count(collection)
        if not vectors or not size:
            return [[] for _ in vectors]
        found = collection.query(
            query_embeddings=list(vectors),
            n_results=min(k, size),
            include=["distances"],
            ids=scope.names if scope else None,
        )
        return [
            [(int(i), 1.0 - float(d)) for i, d in zip(ids, distances, strict=True)]
            for ids, distances in zip(found["ids"], found["distances"], strict=True)
        ]

    def cosines(self, vectors: Sequence[Vectors], scope: Scope) -> Vectors | None:
        """Return the cosine of each vector and each passage of a scope, a row a vector; None for too large a scope.

        Chroma takes ten times as long for the scope's ids, and tells of the nearest only. The passages' vectors are
        kept by revision, so that many scopes share them and a new document adds its own only.
        """
        if not scope.ids or len(scope.ids) > _SCANNED:
            return None
        looked = np.stack(vectors, axis=1)
        with self._lock:
            for ids in scope.parts:
                if ids not in self._scanned:
                    self._scanned[ids] = _packed(self._stored(ids))
                self._scanned.move_to_end(ids)
            while sum(map(len, self._scanned)) > _SCANNED:
                self._scanned.popitem(last=False)
            parts = [self._scanned[ids] for ids in scope.parts]
        return np.concatenate([part.numbers.astype(np.float32) @ (looked * part.step) for part in parts]).T

    def _count(self, collection: Any) -> int:
        size = self._size
        if size is None:
            size = int(collection.count())
            if size >= _MANY:  # few are counted at once, and a number just out of date would matter
                self._size = size
        return size

    def ids(self) -> set[int]:
        """Return all chunk ids that the index holds."""
        return {int(i) for i in self._open().get(include=[])["ids"]}

    def clear(self) -> None:
        """Forget everything, the model it was built with included."""
        with self._lock:
            self._close()
            self._fits = False
            shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        with self._lock:
            self._close()

    def _identity(self) -> dict[str, object]:
        return {"model": self._embedder.name, "layout": _LAYOUT}

    def _open(self) -> Any:
        with self._lock:
            if self._collection is None:
                import chromadb
                from chromadb.config import Settings as ChromaSettings

                self._folder.mkdir(parents=True, exist_ok=True)
                self._client = chromadb.PersistentClient(
                    path=str(self._folder), settings=ChromaSettings(anonymized_telemetry=False, allow_reset=True)
                )
                self._collection = self._client.get_or_create_collection(
                    _COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 200}}
                )
                mark = self._folder / "millhand.json"
                if not mark.exists():
                    mark.write_text(json.dumps(self._identity()))
            return self._collection

    def _close(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._collection = self._size = None
        self._scanned.clear()


def _packed(vectors: Vectors) -> Packed:
    step = float(np.abs(vectors).max(initial=1e-9)) / _FINEST
    return Packed(np.rint(vectors / step).astype(np.int16), step)


def nearest(ids: Sequence[int], cosines: Vectors, k: int) -> list[tuple[int, float]]:
    """Return the k ids with the highest cosines, highest first."""
    best = np.argpartition(-cosines, k)[:k] if k < len(ids) else np.arange(len(ids))
    return [(ids[i], float(cosines[i])) for i in best[np.argsort(-cosines[best], kind="stable")]]
