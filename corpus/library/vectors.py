"""The dense index: Chroma, embedded, cosine. It can always be rebuilt from SQL."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus.errors import IndexMismatch
from corpus.library.embedding import Embedder, Vectors

_COLLECTION = "passages"
_LAYOUT = 1
_BATCH = 2000
_MANY = 2000


class VectorIndex:
    """Vectors by chunk id; opened at the first use."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder = folder
        self._embedder = embedder
        self._lock = threading.Lock()
        self._client: Any = None
        self._collection: Any = None
        self._size: int | None = None  # kept, for counting 100,000 takes as long as the search itself

    def check(self) -> None:
        """Raise IndexMismatch when the index was built with another embedding model or layout."""
        mark = self._folder / "millhand.json"
        if not mark.exists():
            return
        built = json.loads(mark.read_text())
        if built != self._identity():
            raise IndexMismatch(
                f"The index was built with the embedding model {built.get('model')}, the settings name "
                f"{self._embedder.name}; run `millhand reindex`, or set the old model again."
            )

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

    def search(self, vector: Vectors, k: int, among: Sequence[str] | None = None) -> list[tuple[int, float]]:
        """Return the k nearest (chunk id, cosine), nearest first; `among` limits them to these ids, as strings."""
        collection = self._open()
        if among is not None and not among:
            return []
        wanted = min(k, len(among) if among is not None else self._count(collection))
        if not wanted:
            return []
        limits = {} if among is None else {"ids": among}
        found = collection.query(query_embeddings=[vector], n_results=wanted, include=["distances"], **limits)
        return [(int(i), 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

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
