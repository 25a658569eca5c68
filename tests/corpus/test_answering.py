"""Vectors of statements: made with a document, kept over its revisions, made again by a reindex."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from corpus import Corpus, DocumentDraft, Passage, statement_spans
from corpus.library import answering, search
from corpus.library.rows import ChunkRow, RevisionRow

ROWS = (
    "Joint: Blade screws | Thread: M16 | Torque: 210 Nm\n"
    "Joint: Gas train flange | Thread: M12 | Torque: 80 Nm\n"
    "Joint: Roof clamps | Thread: M10 | Torque: 25 Nm"
)
TEXT = (
    "The cover may be opened only when the flywheel stands still, which takes about four minutes after switching off. "
    "The flywheel is balanced at the works and carries a serial number on its rim. "
    "The cover is of steel sheet and weighs 12 kg."
)
Draft = Callable[..., DocumentDraft]


def told(corpus: Corpus, passage: Passage, question: str) -> str:
    """Return the statement that answers best."""
    scores = corpus.answering(question, [passage]).scores[passage.id]
    spans = statement_spans(passage.kind, passage.text)
    assert len(scores) == len(spans)
    start, end = spans[max(range(len(spans)), key=lambda i: scores[i])]
    return passage.text[start:end]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("how long till it's safe to look inside", "four minutes"),
        ("停机后多久才能开盖", "four minutes"),
        ("盖子有多重", "12 kg"),
    ],
)
def test_a_statement_answers_what_shares_no_word_with_it(
    corpus: Corpus, draft: Draft, question: str, answer: str
) -> None:
    corpus.add_document(draft("Press", ("Flywheel", 1, TEXT)), actor="t")
    (passage,) = corpus.passages()
    assert answer in told(corpus, passage, question)


def test_a_row_of_a_table_answers_across_languages(corpus: Corpus, draft: Draft) -> None:
    one = draft("Furnace", ("Tightening torques", 1, ROWS))
    corpus.add_document(replace(one, chunks=[replace(one.chunks[0], kind="table")]), actor="t")
    (passage,) = corpus.passages()
    assert "210 Nm" in told(corpus, passage, "刀片螺丝拧多大力")
    assert "80 Nm" in told(corpus, passage, "燃气法兰打多少")
    assert "210 Nm" in told(corpus, passage, "how tight for the knife")


def test_a_page_ranks_by_the_best_of_its_statements(
    corpus: Corpus, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    near = (
        "The cover is heavy. How the cover is lifted, and with how many people, says the shift leader. "
        "A cover that was dropped is looked at for cracks."
    )
    corpus.add_document(draft("Press", ("Cover", 1, near), ("Flywheel", 2, TEXT)), actor="t")
    question = "how many kilos is the cover"
    told = {c.passage.place.page: c.statement for c in corpus.candidates(question, equipment=None).candidates}
    assert None not in told.values()
    assert corpus.search(question, k=1).passages[0].place.page == 2
    monkeypatch.setattr(search, "SMALL", 0)  # a library in which one would feel the reading
    assert {one.statement for one in corpus.candidates(question, equipment=None).candidates} == {None}
    assert corpus.search(question, k=1).passages[0].place.page == 1


def test_rows_of_records_have_no_statements(corpus: Corpus, draft: Draft) -> None:
    corpus.add_document(draft("Stock", ("Parts", 1, "Part: 6204 | Bin: A1"), kind="inventory"), actor="t")
    (passage,) = corpus.passages()
    assert corpus.answering("where are the 6204", [passage]).scores == {}


@pytest.mark.parametrize("version", [None, 1])  # a library of before there were any, or of another fit
def test_a_reindex_makes_those_that_are_missing(corpus: Corpus, draft: Draft, version: int | None) -> None:
    corpus.add_document(draft("Press", ("Flywheel", 1, TEXT)), actor="t")
    (passage,) = corpus.passages()
    before = corpus.answering("盖子有多重", [passage]).scores
    with corpus._database.write() as session:
        session.execute(update(ChunkRow).values(statements=b""))
        session.execute(update(RevisionRow).values(statements=version))
    assert corpus.answering("盖子有多重", [passage]).scores == {}
    assert corpus.without_statements() == 1
    corpus.reindex()
    assert corpus.without_statements() == 0
    assert corpus.answering("盖子有多重", [passage]).scores == before


def test_a_reindex_that_is_killed_keeps_what_it_has_read(
    corpus: Corpus, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ("Press", "Shear", "Saw"):
        corpus.add_document(draft(title, ("Flywheel", 1, TEXT)), actor="t")
    with corpus._database.write() as session:
        session.execute(update(RevisionRow).values(statements=None))
    read: list[int] = []
    embed = corpus._answering.vectors

    def killed(texts: list[str], *more: object) -> object:
        if len(read) == 2:
            raise KeyboardInterrupt
        read.append(len(texts))
        return embed(texts, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(corpus._answering, "vectors", killed)
    with pytest.raises(KeyboardInterrupt):
        corpus.reindex()
    assert corpus.without_statements() == 1
    assert len(corpus.answering("盖子有多重", list(corpus.passages())).scores) == 2


def test_the_same_words_as_a_table_and_as_text_are_cut_each_in_its_way(corpus: Corpus, draft: Draft) -> None:
    one = draft("Press", ("Flywheel", 1, TEXT.replace(". ", ".\n")))
    both = [one.chunks[0], replace(one.chunks[0], kind="table")]
    corpus.add_document(replace(one, chunks=both), actor="t")
    passages = list(corpus.passages())
    scores = corpus.answering("盖子有多重", passages).scores
    assert {p.id: len(scores[p.id]) for p in passages} == {p.id: len(statement_spans(p.kind, p.text)) for p in passages}


def test_a_revision_keeps_the_statements_of_what_it_repeats(corpus: Corpus, draft: Draft) -> None:
    first = corpus.add_document(draft("Press", ("Flywheel", 1, TEXT)), actor="t")
    corpus.add_document(
        draft("Press", ("Flywheel", 1, TEXT), ("Brake", 2, "The brake lining is renewed at 3 mm.")),
        actor="t",
        supersedes=first.id,
    )
    passages = list(corpus.passages())
    assert set(corpus.answering("how thin may the lining get", passages).scores) == {passage.id for passage in passages}
    with corpus._database.read() as session:
        kept = select(func.count()).select_from(ChunkRow).where(ChunkRow.text == TEXT).group_by(ChunkRow.statements)
        assert session.scalars(kept).all() == [2]


def test_a_fit_for_another_model_is_void(corpus: Corpus, draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    fit = answering.stored_fit()
    assert fit is not None
    monkeypatch.setattr(answering, "stored_fit", lambda: replace(fit, embedding_model="another"))
    corpus.add_document(draft("Press", ("Flywheel", 1, TEXT)), actor="t")
    assert corpus.answering("盖子有多重", list(corpus.passages())).scores == {}


def test_vectors_of_another_fit_are_void(corpus: Corpus, draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus.add_document(draft("Press", ("Flywheel", 1, TEXT)), actor="t")
    fit = answering.stored_fit()
    assert fit is not None
    monkeypatch.setattr(answering, "stored_fit", lambda: replace(fit, version=fit.version + 1))
    assert corpus.answering("盖子有多重", list(corpus.passages())).scores == {}
    assert corpus.without_statements() == 1
