"""The lexical index: BM25 over our own tokens, in an SQLite FTS5 file that can always be rebuilt from SQL."""

from __future__ import annotations

import json
import math
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.library.documents import Scope
from corpus.library.words import identifier_tokens, index_tokens

_COMMON = 0.2  # a word in more than this share of the passages finds nothing that rarer words do not
_MOST = 5_000  # nor does one in more passages than this: only the first sixty of a search are looked at
_RARER = 3  # as long as there are so many rarer ones; else the rarest that there are
_POSTINGS = 2_000_000  # kept, at 12 bytes each: the words of a plant are asked about again and again


@dataclass(frozen=True, slots=True)
class Postings:
    """The passages that hold a token, and what BM25 gives each for it."""

    ids: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float64]


class LexicalIndex:
    """Postings by chunk id, in two columns: the section path and the text, identifiers as tokens of their own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._size: int | None = None
        self._frequencies: dict[str, int] = {}
        self._kept: OrderedDict[str, Postings] = OrderedDict()
        self._held = 0  # postings in all

    def add(self, chunks: Iterable[tuple[int, str, str]]) -> None:
        """Add or replace (chunk id, section path, text)."""
        rows = [(chunk, _indexed(section), _indexed(text)) for chunk, section, text in chunks]
        with self._lock, self._open() as connection:
            connection.executemany("DELETE FROM passage WHERE rowid = ?", [(row[0],) for row in rows])
            connection.executemany("INSERT INTO passage (rowid, section, text) VALUES (?, ?, ?)", rows)
            self._changed()

    def delete(self, ids: Sequence[int]) -> None:
        """Remove these chunks; unknown ones are ignored."""
        with self._lock, self._open() as connection:
            connection.executemany("DELETE FROM passage WHERE rowid = ?", [(i,) for i in ids])
            self._changed()

    def search(self, tokens: Iterable[str], k: int, scope: Scope | None = None) -> list[tuple[int, float]]:
        """Return up to k (chunk id, BM25 score), best first, of the passages that hold one of these tokens."""
        with self._lock:
            tokens = list(tokens)
            counts = self._counts(tokens)
            most = min(_COMMON * self._total(), _MOST)
            known = sorted((token for token in dict.fromkeys(tokens) if counts[token]), key=lambda token: counts[token])
            rare = sum(counts[token] <= most for token in known)
            postings = [self._postings(token) for token in known[: max(rare, _RARER)]]
        if not postings:
            return []
        scores = np.bincount(np.concatenate([p.ids for p in postings]), np.concatenate([p.scores for p in postings]))
        if scope is not None:
            scores *= scope.mask(len(scores))
        found = np.flatnonzero(scores)
        if k < len(found):
            found = found[scores[found] >= np.partition(scores[found], -k)[-k]]
        best = found[np.argsort(-scores[found], kind="stable")][:k]
        return [(int(i), float(scores[i])) for i in best]

    def tokens(self, ids: Sequence[int]) -> dict[int, tuple[list[str], list[str]]]:
        """Return the tokens of the section path and the text of these chunks, as far as the index holds them."""
        with self._lock:
            rows = self._open().execute(
                "SELECT rowid, section, text FROM passage WHERE rowid IN (SELECT value FROM json_each(?))",
                [json.dumps(list(ids))],
            )
            return {int(i): (section.split(), text.split()) for i, section, text in rows}

    def weights(self, tokens: Sequence[str]) -> list[float]:
        """Return each token's inverse document frequency (near 0 for one that stands everywhere)."""
        with self._lock:
            total = self._total()
            counts = self._counts(tokens)
        return [
            math.log(1 + (total - counts[t] + 0.5) / (counts[t] + 0.5)) if counts[t] <= total else 0.0 for t in tokens
        ]

    def hold(self, tokens: Sequence[str]) -> bool:
        """Say whether each of these tokens stands in some passage."""
        with self._lock:
            return all(self._counts(tokens).values())

    def hold_phrase(self, tokens: Sequence[str]) -> bool:
        """Say whether these tokens stand one after the other in some passage."""
        with self._lock:
            if not tokens or not all(self._counts(tokens).values()):
                return False
            found = self._open().execute(
                "SELECT 1 FROM passage WHERE passage MATCH ? LIMIT 1", [f'"{" ".join(tokens)}"']
            )
            return found.fetchone() is not None

    def size(self) -> int:
        """Return how many passages the index holds."""
        with self._lock:
            return self._total()

    def _total(self) -> int:
        if self._size is None:
            (self._size,) = self._open().execute("SELECT count(*) FROM passage").fetchone()
        return self._size or 0

    def _counts(self, tokens: Iterable[str]) -> dict[str, int]:
        """Return in how many passages each token stands; kept until the index changes."""
        counts = {}
        for token in tokens:
            if token not in self._frequencies:
                row = self._open().execute("SELECT coalesce(sum(doc), 0) FROM vocabulary WHERE term = ?", [token])
                self._frequencies[token] = int(row.fetchone()[0])
            counts[token] = self._frequencies[token]
        return counts

    def _postings(self, token: str) -> Postings:
        """Return which passages hold a token, with its share of their BM25 score; kept until the index changes."""
        if token not in self._kept:
            rows = self._open().execute(
                "SELECT rowid, -bm25(passage, 0.5, 1.0) FROM passage WHERE passage MATCH ?", [f'"{token}"']
            )
            found = np.fromiter(rows, dtype=[("id", np.int32), ("score", np.float64)])
            self._kept[token] = Postings(found["id"].copy(), found["score"].copy())
            self._held += len(found)
        self._kept.move_to_end(token)
        while self._held > _POSTINGS and len(self._kept) > 1:
            self._held -= len(self._kept.popitem(last=False)[1].ids)
        return self._kept[token]

    def _changed(self) -> None:
        self._size = None
        self._frequencies.clear()
        self._kept.clear()
        self._held = 0

    def ids(self) -> set[int]:
        """Return all chunk ids that the index holds."""
        with self._lock:
            return {int(row[0]) for row in self._open().execute("SELECT rowid FROM passage")}

    def clear(self) -> None:
        """Forget everything."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            self._changed()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(self._path, check_same_thread=False)
            self._connection.executescript(
                """PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;
                CREATE VIRTUAL TABLE IF NOT EXISTS passage
                USING fts5(section, text, tokenize="unicode61 tokenchars '.'");
                CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5vocab(passage, 'row');"""
            )
        return self._connection


def _indexed(text: str) -> str:
    return " ".join([*index_tokens(text), *identifier_tokens(text)])
