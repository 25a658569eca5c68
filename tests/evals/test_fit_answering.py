"""The fit of what tells which statement answers: its slopes, and that it finds a turn that is there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from evals import fit_answering
from evals.fit_answering import Page, _batches, fit, right


def made(pages: int, seed: int) -> tuple[np.ndarray, np.ndarray, list[Page]]:
    """Questions that are their statements after a turn, with some noise: 8 of 10 statements a page."""
    random = np.random.default_rng(seed)
    turn = np.linalg.qr(np.random.default_rng(7).normal(size=(24, 24)))[0]
    statements = random.normal(size=(10 * pages, 24)).astype(np.float32)
    of_page = np.repeat(np.arange(pages), 10).reshape(pages, 10)
    answers = np.concatenate([10 * page + random.permutation(10)[:8] for page in range(pages)])
    questions = (statements[answers] @ turn + 0.3 * random.normal(size=(8 * pages, 24))).astype(np.float32)
    read = [
        Page(10 * page + np.arange(10), 8 * page + np.arange(8), answers[8 * page : 8 * page + 8], page)
        for page in range(len(of_page))
    ]
    return questions, statements, read


def test_the_slopes_are_those_of_the_loss() -> None:
    questions, statements, read = made(3, 1)
    weights = [np.eye(24, 6, dtype=np.float64), np.eye(24, 6, dtype=np.float64)]

    def loss() -> float:
        q, _ = fit_answering._normed(questions @ weights[0])
        s, _ = fit_answering._normed(statements @ weights[1])
        total = 0.0
        for page in read:
            for question, answer in zip(page.questions, page.answers, strict=True):
                cosines = fit_answering._SHARP * (q[question] @ s.T)
                own = cosines[page.statements]
                total -= cosines[answer] - np.log(np.exp(own).sum())
                total -= fit_answering._OTHER_PAGES * (cosines[answer] - np.log(np.exp(cosines).sum()))
        return total / len(questions)

    for which, slope in enumerate(fit_answering._slopes(read, questions, statements, weights)):
        for at in [(0, 0), (3, 2), (20, 5)]:
            kept = weights[which][at]
            weights[which][at] = kept + 1e-4
            higher = loss()
            weights[which][at] = kept - 1e-4
            lower = loss()
            weights[which][at] = kept
            assert np.isclose(slope[at], (higher - lower) / 2e-4, rtol=1e-2, atol=1e-4)


def test_a_turn_between_questions_and_answers_is_found(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(fit_answering, "_RATE", 3e-3)
    questions, statements, read = made(120, 2)
    left_out, others = read[:20], read[20:]
    fitted = fit(others, questions, statements, "made", seed=0, size=24)
    assert right(left_out, questions, statements) < 0.3
    assert right(left_out, fitted.questions(questions), fitted.statements(statements)) > 0.6


def test_a_manual_is_a_batch_of_its_own_and_loose_pages_are_mixed() -> None:
    _, _, read = made(30, 3)
    pages = [replace(page, manual=max(0, at - 5)) for at, page in enumerate(read)]
    random = np.random.default_rng(0)
    first, second = ([[page.manual for page in one] for one in _batches(pages, random)] for _ in range(2))
    for batches in (first, second):
        assert [0] * 6 in batches
        assert sorted(one for batch in batches for one in batch) == sorted(page.manual for page in pages)
        assert max(map(len, batches)) <= 8
    assert first != second


def test_every_page_that_comes_with_millhand_is_whole() -> None:
    files = sorted((Path(fit_answering.__file__).parent / "answering").glob("*.jsonl"))
    pages = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(pages) > 500
    for page in pages:
        assert {"title", "section", "language", "statements", "questions"} == set(page)
        assert all(0 <= one["a"] < len(page["statements"]) and one["q"].strip() for one in page["questions"])
