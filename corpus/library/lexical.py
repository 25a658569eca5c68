"""The lexical index: BM25 over our own tokens, in an SQLite FTS5 file that can always be rebuilt from SQL."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from corpus.library.words import content_words, identifier_tokens, index_tokens


class LexicalIndex:
    """Postings by chunk id, in two columns: the section path and the text, identifiers as tokens of their own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    def add(self, chunks: Iterable[tuple[int, str, str]]) -> None:
        """Add or replace (chunk id, section path, text)."""
        rows = [(chunk, _indexed(section), _indexed(text)) for chunk, section, text in chunks]
        with self._lock, self._open() as connection:
            connection.executemany("DELETE FROM passage WHERE rowid = ?", [(row[0],) for row in rows])
            connection.executemany("INSERT INTO passage (rowid, section, text) VALUES (?, ?, ?)", rows)

    def delete(self, ids: Sequence[int]) -> None:
        """Remove these chunks; unknown ones are ignored."""
        with self._lock, self._open() as connection:
            connection.executemany("DELETE FROM passage WHERE rowid = ?", [(i,) for i in ids])

    def search(self, query: str, k: int, among: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """Return up to k (chunk id, BM25 score), best first; `among` limits them to these chunks."""
        tokens = [*content_words(query), *dict.fromkeys(identifier_tokens(query))]
        if not tokens or (among is not None and not among):
            return []
        match = " OR ".join(f'"{token}"' for token in tokens)
        scope = "" if among is None else "AND rowid IN (SELECT value FROM json_each(?))"
        limits = [] if among is None else [json.dumps(list(among))]
        with self._lock:
            rows = self._open().execute(
                f"SELECT rowid, -bm25(passage, 0.5, 1.0) FROM passage WHERE passage MATCH ? {scope} "
                "ORDER BY 2 DESC, 1 LIMIT ?",
                [match, *limits, k],
            )
            return [(int(i), float(score)) for i, score in rows]

    def weights(self, tokens: Sequence[str]) -> list[float]:
        """Return each token's inverse document frequency (0 for one that stands everywhere)."""
        import math

        with self._lock:
            connection = self._open()
            (total,) = connection.execute("SELECT count(*) FROM passage").fetchone()
            counts = [
                connection.execute("SELECT coalesce(sum(doc), 0) FROM vocabulary WHERE term = ?", [t]).fetchone()[0]
                for t in tokens
            ]
        return [math.log(1 + (total - count + 0.5) / (count + 0.5)) if count <= total else 0.0 for count in counts]

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
