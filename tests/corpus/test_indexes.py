"""Both indexes find what they would without what they keep, inside a scope and after every change."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from corpus import Corpus
from corpus.library import documents, lexical, vectors
from corpus.library.documents import Scope
from corpus.library.lexical import LexicalIndex
from corpus.library.rows import ChunkRow
from corpus.library.vectors import VectorIndex

WORDS = ("pump", "belt", "screw", "oil", "valve", "motor", "gear", "seal")
_SEED = 7


@pytest.fixture
def passages() -> list[tuple[int, str, str]]:
    random = np.random.default_rng(_SEED)
    return [
        (i, str(random.choice(WORDS)), " ".join(random.choice(WORDS, random.integers(3, 12)))) for i in range(1, 90)
    ]


def plain_search(index: LexicalIndex, tokens: Sequence[str], k: int) -> list[tuple[int, float]]:
    """Return what SQLite's full-text search says of the whole disjunction over the same tokens."""
    with sqlite3.connect(":memory:") as connection:
        full_text(connection, index.tokens(sorted(index.ids())))
        return connection.execute(
            "SELECT rowid, -bm25(passage, 0.5, 1.0) FROM passage WHERE passage MATCH ? ORDER BY 2 DESC, 1 LIMIT ?",
            [" OR ".join(tokens), k],
        ).fetchall()


def full_text(connection: sqlite3.Connection, held: Mapping[int, tuple[Sequence[str], Sequence[str]]]) -> None:
    """Lay out an index as it was before, which is how data folders of then still have it."""
    connection.execute("CREATE VIRTUAL TABLE passage USING fts5(section, text, tokenize=\"unicode61 tokenchars '.'\")")
    connection.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(passage, 'row')")
    connection.executemany(
        "INSERT INTO passage (rowid, section, text) VALUES (?, ?, ?)",
        [(i, " ".join(section), " ".join(text)) for i, (section, text) in held.items()],
    )


@pytest.mark.parametrize("k", [5, 500])
def test_the_sum_over_words_is_the_bm25_of_all_of_them(
    tmp_path: Path, passages: list[tuple[int, str, str]], k: int
) -> None:
    index = LexicalIndex(tmp_path / "lexical.db")
    index.add(passages)
    for _ in range(2):  # the second time out of memory
        found = index.search(["pump", "belt", "nowhere"], k)
        plain = plain_search(index, ["pump", "belt"], k)
        assert [i for i, _ in found] == [i for i, _ in plain]
        assert [score for _, score in found] == pytest.approx([score for _, score in plain])


def test_what_is_kept_of_words_goes_with_every_change(tmp_path: Path, passages: list[tuple[int, str, str]]) -> None:
    index = LexicalIndex(tmp_path / "lexical.db")
    index.add(passages)
    index.search(["pump"], 5)
    index.add([(500, "pump", "pump pump")])
    assert index.search(["pump"], 1)[0][0] == 500
    index.delete([500])
    assert index.search(["pump"], 1)[0][0] != 500


def test_what_was_taken_out_and_put_in_again_leaves_no_trace(
    tmp_path: Path, passages: list[tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "_BLOCK", 16)
    index = LexicalIndex(tmp_path / "lexical.db")
    index.add(passages)
    index.add([(i, "other words", f"{text} besides") for i, _, text in passages[20:60]])
    index.delete([0, *(i for i, *_ in passages[10:50]), 700])
    index.add(passages[10:60])
    fresh = LexicalIndex(tmp_path / "fresh.db")
    fresh.add(passages)
    assert index.ids() == fresh.ids()
    assert not index.hold(["besid"])
    assert index.search(WORDS, 500) == fresh.search(WORDS, 500)
    index.delete([i for i, *_ in passages])
    assert (index.size(), index.ids(), index.search(WORDS, 5)) == (0, set(), [])


def test_a_phrase_stands_in_one_column(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path / "lexical.db")
    index.add([(1, "MGE", "66102 galaxy"), (2, "UPS", "the MGE 66102 and others")])
    assert index.hold_phrase(["mge", "66102"])
    assert not index.hold_phrase(["66102", "mge"])
    assert not index.hold_phrase(["mge", "nowhere"])
    index.delete([2])
    assert not index.hold_phrase(["mge", "66102"])
    assert not index.hold_phrase(["ge", "66102"])


def test_a_word_that_stands_very_often_counts_on(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path / "lexical.db")
    index.add([(1, "", "pump " * 40_000), (2, "", "belt"), (3, "", "oil"), (4, "", "")])
    assert [i for i, _ in index.search(["pump"], 5)] == [1]
    assert index.size() == 4


def test_a_passage_is_in_the_language_of_its_text(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path / "lexical.db")
    index.add([(1, "Pump", "检查液压泵的压力"), (2, "液压泵", "check the pressure of the pump"), (3, "", "")])
    assert index.chinese([3, 1, 2, 700]).tolist() == [False, True, False, False]
    index.add([(1, "泵", "check the pressure")])
    assert not index.chinese([1, 2, 3]).any()


def test_an_index_of_an_older_layout_goes_over(tmp_path: Path, passages: list[tuple[int, str, str]]) -> None:
    index = LexicalIndex(tmp_path / "lexical.db")
    index.add(passages)
    with closing(sqlite3.connect(tmp_path / "older.db")) as connection, connection:
        full_text(connection, index.tokens(sorted(index.ids())))
    for _ in range(2):  # once for all
        older = LexicalIndex(tmp_path / "older.db")
        assert older.search(WORDS, 500) == index.search(WORDS, 500)
        assert older.tokens([3]) == index.tokens([3])
        older.close()


def test_words_that_were_asked_longest_ago_are_forgotten_first(
    tmp_path: Path, passages: list[tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "_POSTINGS", 100)
    index = LexicalIndex(tmp_path / "lexical.db")
    index.add(passages)
    for word in WORDS:
        index.search([word], 5)
    assert WORDS[-1] in index._kept
    assert WORDS[0] not in index._kept
    assert index._held == sum(len(one.ids) for one in index._kept.values()) <= 100


def test_a_scope_is_part_of_both_searches(tmp_path: Path, passages: list[tuple[int, str, str]]) -> None:
    index = LexicalIndex(tmp_path / "lexical.db")
    index.add(passages)
    scope = Scope([(3, 4, 5), (60, 61, 400)])
    everywhere = index.search(WORDS, 500)
    assert index.search(WORDS, 500, scope) == [hit for hit in everywhere if hit[0] in scope.ids]
    assert index.search(WORDS, 500, Scope([])) == []


class Named:
    """All that the vector index wants of an embedder."""

    name = "test"


@pytest.fixture
def dense(tmp_path: Path) -> tuple[VectorIndex, Any, list[tuple[int, ...]]]:
    """A vector index, its vectors, and which parts were read of them."""
    made = np.random.default_rng(_SEED).normal(size=(40, 8)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    read: list[tuple[int, ...]] = []

    def stored(ids: Sequence[int]) -> Any:
        read.append(tuple(ids))
        return made[list(ids)]

    index = VectorIndex(tmp_path / "chroma", Named(), stored)  # type: ignore[arg-type]
    index.add(range(40), made)
    return index, made, read


def test_a_scope_is_gone_over_as_chroma_would(dense: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    index, made, read = dense
    scope = Scope([tuple(range(20, 31)), tuple(range(5))])
    looked = [made[7], made[22]]
    cosines = index.cosines(looked, scope)
    assert cosines is not None
    assert cosines == pytest.approx(np.stack(looked) @ made[list(scope.ids)].T, abs=1e-4)
    assert cosines[0][[scope.ids.index(3), scope.ids.index(20)]] == pytest.approx(
        [made[7] @ made[3], made[7] @ made[20]], abs=1e-4
    )
    over = [vectors.nearest(scope.ids, one, 4) for one in cosines]
    assert over[1][0] == (22, pytest.approx(1.0, abs=1e-4))
    index.cosines(looked, Scope([tuple(range(5))]))
    assert read == list(scope.parts)  # each part once, whatever scope it is in
    asked = index.search(looked, 4, scope)
    for ours, theirs in zip(over, asked, strict=True):
        assert [i for i, _ in ours] == [i for i, _ in theirs]
        assert [c for _, c in ours] == pytest.approx([c for _, c in theirs], abs=1e-4)
    monkeypatch.setattr(vectors, "_SCANNED", 15)
    assert index.cosines(looked, scope) is None  # too many
    assert index.cosines(looked, Scope([])) is None


def test_each_vector_has_its_own_list(dense: Any) -> None:
    index, made, _ = dense
    found = index.search([made[1], made[2]], 3)
    assert [one[0][0] for one in found] == [1, 2]
    assert [len(one) for one in index.search([made[1]], 500, Scope([(1, 2)]))] == [2]
    assert index.search([made[1]], 3, Scope([])) == [[]]
    assert index.search([], 3) == []


def test_candidates_are_read_by_their_ids(corpus: Corpus) -> None:
    query = documents._live(documents._joined()).where(ChunkRow.id.in_(range(200)))
    with corpus._documents.database.read() as session:
        compiled = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]
    assert plan[0].startswith("SEARCH chunks USING INTEGER PRIMARY KEY")
