"""Statements read together with the question: what is asked has to be what is told, not something beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from corpus import Corpus, DocumentDraft, MillhandError, Settings
from corpus.library import verifying
from corpus.library.embedding import Embedder

Draft = Callable[..., DocumentDraft]
TORQUES = (
    "The screws of the blade holder are tightened with 210 Nm. "
    "The blade holder weighs 14 kg and is carried by two. "
    "The feet of the machine stand on rubber of 20 mm."
)
READ = ["the screws of the blade holder", "刀架螺丝拧多大力"]


@pytest.mark.parametrize("question", READ)
def test_what_answers_has_better_odds_than_what_stands_beside_it(corpus: Corpus, question: str) -> None:
    statements = [text.strip(".") + "." for text in TORQUES.split(". ")]
    tight = "how tight are " + question if question.isascii() else question
    first, *others = corpus._verifier.odds(tight, statements)
    assert first > max(others)


def test_a_question_that_no_statement_answers_lowers_the_odds(corpus: Corpus) -> None:
    statement = "The screws of the blade holder are tightened with 210 Nm."
    right, wrong = (
        corpus._verifier.odds(question, [statement])[0]
        for question in ("torque of the blade holder's screws", "torque of the gearbox cover's screws")
    )
    assert right > wrong


def test_the_nearest_statements_are_read_and_those_read_before_are_remembered(
    corpus: Corpus, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.add_document(draft("Press", ("Blade", 1, TORQUES)), actor="t")
    (passage,) = corpus.passages()
    monkeypatch.setattr(verifying, "_READ", 2)
    answers = {passage.id: np.array([0.7, -0.2, 0.1], np.float32)}
    odds = corpus._verifier.nearest("how tight", [passage], answers)
    assert set(odds) == {(passage.id, 0), (passage.id, 2)}
    read = corpus._verifier._adapted
    assert read
    monkeypatch.setattr(read, "pairs", lambda *_: pytest.fail("read again"))
    assert corpus._verifier.nearest("how tight", [passage], answers) == odds


def test_what_was_read_moves_a_statement_and_nothing_unread_gains_on_it() -> None:
    answers = {1: np.array([0.5, 0.4, 0.1], np.float32), 2: np.array([0.3], np.float32)}
    told = verifying.told(answers, {(1, 0): -2.0, (1, 1): 4.0})
    assert told.odds == 4.0
    first, second, third = told.scores[1]
    assert second > first > third
    assert np.isclose(first - third, 0.4)
    assert np.isclose(first - told.scores[2][0], 0.2)
    assert verifying.told(answers, {}).odds is None


def test_what_does_not_answer_lowers_the_confidence_and_what_does_leaves_it() -> None:
    assert verifying.weighed(0.4, None) == verifying.weighed(0.4, 3.0) == 0.4
    assert verifying.weighed(0.4, -3.0) < verifying.weighed(0.4, -1.0) < 0.4
    assert verifying.weighed(0.4, -50.0) == verifying.weighed(0.4, -5.0) > 0
    assert verifying.weighed(0.0, -5.0) == 0.0


def test_a_cross_encoder_of_ones_own_reads_in_its_place(models: Path, settings: Settings, tmp_path: Path) -> None:
    from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

    (embedding,) = models.iterdir()
    config = AutoConfig.from_pretrained(embedding, num_labels=1, num_hidden_layers=1)
    AutoModelForSequenceClassification.from_config(config).save_pretrained(tmp_path / "reranker")
    AutoTokenizer.from_pretrained(embedding).save_pretrained(tmp_path / "reranker")
    own = verifying.Verifier(Embedder(settings), str(tmp_path / "reranker"))
    odds = own.odds("how tight", ["210 Nm", "14 kg", "210 Nm"])
    assert len(odds) == 3
    assert odds[0] == odds[2] != odds[1]
    with pytest.raises(MillhandError, match="cannot be loaded"):
        verifying.Verifier(Embedder(settings), str(tmp_path / "none")).odds("how tight", ["210 Nm"])


def test_for_another_model_the_fit_is_void(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(corpus._embedder), "name", "another")
    assert corpus._verifier.odds("how tight", ["210 Nm"]) == []
    assert corpus._verifier.nearest("how tight", [], {}) == {}
