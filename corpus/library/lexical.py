"""The lexical index: BM25 over our own tokens, as postings in an SQLite file that can always be rebuilt from SQL."""

from __future__ import annotations

import functools
import json
import math
import sqlite3
import threading
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from corpus.library.documents import Scope
from corpus.library.words import identifier_tokens, index_tokens, tokens_language

_COMMON = 0.2  # a word in more than this share of the passages finds nothing that rarer words do not
_MOST = 5_000  # nor does one in more passages than this: only the first sixty of a search are looked at
_RARER = 3  # as long as there are so many rarer ones; else the rarest that there are
_POSTINGS = 2_000_000  # kept, at 12 bytes each: the words of a plant are asked about again and again

_K1, _B = 1.2, 0.75
_LEAST = 1e-6  # what a word in more than half of the passages weighs
_BLOCK = 4_096  # ids whose postings of a word stand in one row: few to read, and none long to write anew
_STORED = np.dtype([("id", "<i4"), ("times", "<u2")])  # as one of the bytes in `posting.held`
_MANY = np.iinfo(np.uint16).max
_ANY = ""  # stands in every passage as often as it has tokens: what BM25 wants of lengths
_CHINESE = " "  # stands in every passage whose text is Chinese
_LAYOUT = 2  # 1 was FTS5: for each passage that held a word it looked up the length, ten times as slow

Scores = npt.NDArray[np.float64]
"""By chunk id."""
Value = TypeVar("Value", bound=np.generic)
Stored = npt.NDArray[np.void]
"""Of the dtype _STORED."""


@dataclass(frozen=True, slots=True)
class Postings:
    """The passages that hold a token, and what BM25 gives each for it."""

    ids: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float64]


class LexicalIndex:
    """Tokens by chunk id, of the section path and the text, identifiers as tokens of their own; and ids by token."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._frequencies: dict[str, int] = {}
        self._kept: OrderedDict[str, Postings] = OrderedDict()
        self._held = 0  # postings in all
        self._long: Scores | None = None
        self._in_chinese: npt.NDArray[np.bool_] | None = None

    def add(self, chunks: Iterable[tuple[int, str, str]]) -> None:
        """Add or replace (chunk id, section path, text)."""
        rows = [(chunk, " ".join(indexed(section)), " ".join(indexed(text))) for chunk, section, text in chunks]
        with self._lock, self._open() as connection:
            _remove(connection, [row[0] for row in rows])
            _insert(connection, rows)
            self._changed()

    def delete(self, ids: Sequence[int]) -> None:
        """Remove these chunks; unknown ones are ignored."""
        with self._lock, self._open() as connection:
            _remove(connection, ids)
            self._changed()

    def search(self, tokens: Iterable[str], k: int, scope: Scope | None = None) -> list[tuple[int, float]]:
        """Return up to k (chunk id, BM25 score), best first, of the passages that hold one of these tokens."""
        return best_of(self.scores(tokens, scope), k)

    def scores(self, tokens: Iterable[str], scope: Scope | None = None) -> Scores:
        """Return the BM25 scores by chunk id, up to the last one that holds one of these tokens; 0 holds none."""
        with self._lock:
            tokens = list(tokens)
            counts = self._counts(tokens)
            most = min(_COMMON * self._total(), _MOST)
            known = sorted((token for token in dict.fromkeys(tokens) if counts[token]), key=lambda token: counts[token])
            rare = sum(counts[token] <= most for token in known)
            postings = [self._postings(token) for token in known[: max(rare, _RARER)]]
        if not postings:
            return np.zeros(0)
        ids, shares = (np.concatenate([getattr(p, of) for p in postings]) for of in ("ids", "scores"))
        scores = np.bincount(ids, shares).astype(np.float64, copy=False)
        return scores if scope is None else scores * scope.mask(len(scores))

    def chinese(self, ids: Sequence[int]) -> npt.NDArray[np.bool_]:
        """Say of each of these chunks whether its text is in Chinese; kept until the index changes."""
        with self._lock:
            if self._in_chinese is None:
                self._in_chinese = np.bincount(_postings(self._open(), _CHINESE)["id"]) > 0
            known = self._in_chinese
        return of_chunks(known, np.array(ids, dtype=np.intp))

    def tokens(self, ids: Sequence[int]) -> dict[int, tuple[tuple[str, ...], tuple[str, ...]]]:
        """Return the tokens of the section path and the text of these chunks, as far as the index holds them."""
        with self._lock:
            return {i: (tuple(section.split()), tuple(text.split())) for i, section, text in _stored(self._open(), ids)}

    def weights(self, tokens: Sequence[str]) -> list[float]:
        """Return each token's inverse document frequency (near 0 for one that stands everywhere)."""
        with self._lock:
            total = self._total()
            counts = self._counts(tokens)
        return [
            math.log(1 + (total - counts[t] + 0.5) / (counts[t] + 0.5)) if counts[t] <= total else 0.0 for t in tokens
        ]

    def counts(self, tokens: Sequence[str]) -> dict[str, int]:
        """Return in how many passages each of these tokens stands."""
        with self._lock:
            return self._counts(tokens)

    def hold(self, tokens: Sequence[str]) -> bool:
        """Say whether each of these tokens stands in some passage."""
        with self._lock:
            return all(self._counts(tokens).values())

    def hold_phrase(self, tokens: Sequence[str]) -> bool:
        """Say whether these tokens stand one after the other in some passage."""
        with self._lock:
            if not tokens or not all(self._counts(tokens).values()):
                return False
            connection = self._open()
            together = functools.reduce(np.intersect1d, (_postings(connection, token)["id"] for token in tokens))
            phrase = f" {' '.join(tokens)} "
            rows = _stored(connection, together.tolist())
            return any(phrase in f" {column} " for _, *columns in rows for column in columns)

    def size(self) -> int:
        """Return how many passages the index holds."""
        with self._lock:
            return self._total()

    def _total(self) -> int:
        return self._counts([_ANY])[_ANY]

    def _counts(self, tokens: Iterable[str]) -> dict[str, int]:
        """Return in how many passages each token stands; kept until the index changes."""
        wanted = tuple(tokens)
        if new := [token for token in wanted if token not in self._frequencies]:
            self._frequencies |= dict.fromkeys(new, 0) | dict(
                self._open().execute(
                    f"SELECT token, sum(length(held)) / {_STORED.itemsize} FROM posting"
                    " WHERE token IN (SELECT value FROM json_each(?)) GROUP BY token",
                    [json.dumps(new)],
                )
            )
        return {token: self._frequencies[token] for token in wanted}

    def _postings(self, token: str) -> Postings:
        """Return which passages hold a token, with its share of their BM25 score; kept until the index changes."""
        if token not in self._kept:
            found = _postings(self._open(), token)
            ids, times = found["id"].copy(), found["times"] / 2
            idf = math.log((self._total() - len(ids) + 0.5) / (len(ids) + 0.5))
            self._kept[token] = Postings(ids, max(idf, _LEAST) * (_K1 + 1) * times / (times + self._norms()[ids]))
            self._held += len(ids)
        self._kept.move_to_end(token)
        while self._held > _POSTINGS and len(self._kept) > 1:
            self._held -= len(self._kept.popitem(last=False)[1].ids)
        return self._kept[token]

    def _norms(self) -> Scores:
        """Return by chunk id what its length adds under the line of BM25; kept until the index changes."""
        if self._long is None:
            found = _postings(self._open(), _ANY)
            lengths = np.bincount(found["id"], found["times"])
            self._long = _K1 * (1 - _B + _B * lengths / max(1e-9, found["times"].mean()))
        return self._long

    def _changed(self) -> None:
        self._frequencies.clear()
        self._kept.clear()
        self._held = 0
        self._long = None
        self._in_chinese = None

    def ids(self) -> set[int]:
        """Return all chunk ids that the index holds."""
        with self._lock:
            return set(_postings(self._open(), _ANY)["id"].tolist())

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
            connection = sqlite3.connect(self._path, check_same_thread=False)
            connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
            if connection.execute("PRAGMA user_version").fetchone()[0] != _LAYOUT:
                _lay_out(connection)
            self._connection = connection
        return self._connection


def best_of(scores: Scores, k: int) -> list[tuple[int, float]]:
    """Return up to k (chunk id, score) of the highest scores by chunk id, best first; 0 is none."""
    found = np.flatnonzero(scores > 0)
    values = scores[found]
    if k < len(found):
        high = values >= np.partition(values, -k)[-k]
        found, values = found[high], values[high]
    order = np.argsort(-values, kind="stable")[:k]
    return list(zip(found[order].tolist(), values[order].tolist(), strict=True))


def of_chunks(values: npt.NDArray[Value], ids: npt.NDArray[np.intp]) -> npt.NDArray[Value]:
    """Return the values of these chunks, out of values by chunk id; 0 for ids beyond."""
    found = np.zeros(len(ids), values.dtype)
    known = ids < len(values)
    found[known] = values[ids[known]]
    return found


def _lay_out(connection: sqlite3.Connection) -> None:
    """Make the tables; what an older layout holds goes over into them."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        older = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'passage'").fetchone()
        rows = connection.execute("SELECT rowid, section, text FROM passage").fetchall() if older else []
        connection.execute("DROP TABLE IF EXISTS vocabulary")
        connection.execute("DROP TABLE IF EXISTS passage")
        connection.execute("CREATE TABLE passage (id INTEGER PRIMARY KEY, section TEXT NOT NULL, text TEXT NOT NULL)")
        connection.execute(
            "CREATE TABLE posting (token TEXT, block INTEGER, held BLOB NOT NULL, PRIMARY KEY (token, block))"
            " WITHOUT ROWID"
        )
        for at in range(0, len(rows), _BLOCK):
            _insert(connection, rows[at : at + _BLOCK])
        connection.execute(f"PRAGMA user_version = {_LAYOUT}")


def _insert(connection: sqlite3.Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    """Put in chunks that are not there: ids with the tokens of section path and text."""
    connection.executemany("INSERT INTO passage (id, section, text) VALUES (?, ?, ?)", rows)
    added: defaultdict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for chunk, section, text in rows:
        for token, times in _times(section, text).items():
            added[token, chunk // _BLOCK].append((chunk, min(times, _MANY)))
    connection.executemany(
        "INSERT INTO posting (token, block, held) VALUES (?, ?, ?) ON CONFLICT (token, block)"
        " DO UPDATE SET held = CAST(held || excluded.held AS BLOB)",
        ((*where, np.array(held, _STORED).tobytes()) for where, held in sorted(added.items())),
    )


def _remove(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Take out those of the chunks that are there."""
    removed: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for chunk, section, text in _stored(connection, ids):
        for token in _times(section, text):
            removed[token, chunk // _BLOCK].append(chunk)
    for where, gone in sorted(removed.items()):
        row = connection.execute("SELECT held FROM posting WHERE token = ? AND block = ?", where).fetchone()
        held = np.frombuffer(row[0], _STORED)
        left = held[~np.isin(held["id"], gone)]
        if len(left):
            connection.execute("UPDATE posting SET held = ? WHERE token = ? AND block = ?", [left.tobytes(), *where])
        else:
            connection.execute("DELETE FROM posting WHERE token = ? AND block = ?", where)
    connection.execute("DELETE FROM passage WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))])


def _stored(connection: sqlite3.Connection, ids: Sequence[int]) -> Iterator[tuple[int, str, str]]:
    return connection.execute(
        "SELECT id, section, text FROM passage WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))]
    )


def _postings(connection: sqlite3.Connection, token: str) -> Stored:
    rows = connection.execute("SELECT held FROM posting WHERE token = ?", [token])
    return np.frombuffer(b"".join(row[0] for row in rows), _STORED)


def _times(section: str, text: str) -> Counter[str]:
    """Return how often each token stands in a passage, doubled, for in the section path it counts half."""
    tokens, headed = text.split(), section.split()
    times = Counter(headed)
    for token, count in Counter(tokens).items():
        times[token] += 2 * count
    times[_ANY] = len(headed) + len(tokens)
    if tokens_language(tokens) == "zh":
        times[_CHINESE] = 1
    return times


def indexed(text: str) -> list[str]:
    """Return the tokens that the index holds of a text: those of its words, then its identifiers."""
    return [*index_tokens(text), *identifier_tokens(text)]
