"""The fit of what tells which statement answers: it learns, and what it writes is what it learnt."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from corpus import Settings
from corpus.library import answering
from corpus.library.embedding import Embedder
from evals import fit_answering
from evals.fit_answering import Page, Student, _batches, _loss, read_pages

NAMES = ["Ada", "Ben", "Cleo", "Dora", "Emil", "Fritz"]


def riddles(manual: int) -> Page:
    """A page that cannot be answered by what words mean, only by what was learnt: 'who' asks for the third line."""
    lines = [f"{name} stands beside the press." for name in NAMES]
    return Page(lines, ["Who holds the key of the cabinet?", "谁有柜子的钥匙"], [2, 2], manual)


@pytest.fixture
def model(models: Path) -> SentenceTransformer:
    (folder,) = models.iterdir()
    return SentenceTransformer(str(folder), device="cpu")


def test_it_learns_and_what_it_writes_is_what_it_learnt(
    model: SentenceTransformer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_answering, "_SIZE", 8)
    monkeypatch.setattr(fit_answering, "_WARM", 1)
    pages = [riddles(one) for one in range(2)]
    student = Student(model, pages, seed=0)
    before, _ = student.right(pages[:1])
    assert before < 1.0
    told = list(student.rounds(pages, 12, seed=0))
    assert len(told) == 12
    assert student.right(pages[:1])[0] == 1.0

    student.fit("multilingual-e5-small").write(tmp_path / "fit.npz")
    monkeypatch.setattr(answering, "_FILE", tmp_path / "fit.npz")
    answering.stored_fit.cache_clear()
    try:
        judge = answering.Answering(Embedder(settings.model_copy(update={"embedding_precision": "fp32"})))
        stored = judge.packed(judge.vectors(pages[0].statements))
        scores = judge.scores(pages[0].questions[0], {1: stored})[1]
    finally:
        answering.stored_fit.cache_clear()
    with torch.inference_mode():
        cosines, _, _ = student._cosines(pages[:1])
    assert np.allclose(scores, cosines[0].numpy(), atol=0.01)


def test_the_loss_wants_the_answer_before_its_page_and_before_the_others() -> None:
    own = torch.tensor([[True, True, False]])
    answer = torch.tensor([0])
    good, other_page, own_page = (
        float(_loss(torch.tensor([scores]), own, answer))
        for scores in ([9.0, 0.0, 0.0], [9.0, 0.0, 9.0], [9.0, 9.0, 0.0])
    )
    assert good < other_page < own_page


def test_pages_of_one_title_behind_each_other_are_a_manual(tmp_path: Path) -> None:
    page = {"section": "Data", "language": "en", "statements": ["5 bar."], "questions": [{"q": "pressure?", "a": 0}]}
    file = tmp_path / "pages.jsonl"
    file.write_text("\n".join(json.dumps({"title": title, **page}) for title in ("Pump", "Pump", "Press")))
    read = read_pages([file])
    assert [one.manual == read[0].manual for one in read] == [True, True, False]
    assert read[0].statements == ["Data\n5 bar."]


def test_a_manual_is_a_batch_of_its_own_and_loose_pages_are_mixed() -> None:
    pages = [replace(riddles(0), manual=max(0, at - 5)) for at in range(30)]
    random = np.random.default_rng(0)
    first, second = ([[page.manual for page in one] for one in _batches(pages, random)] for _ in range(2))
    for batches in (first, second):
        assert [0] * 6 in batches
        assert sorted(one for batch in batches for one in batch) == sorted(page.manual for page in pages)
        assert max(map(len, batches)) <= 8
    assert first != second


def test_every_page_that_comes_with_millhand_is_whole() -> None:
    files = sorted((Path(fit_answering.__file__).parent / "answering").rglob("*.jsonl"))
    pages = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(pages) > 500
    for page in pages:
        assert {"title", "section", "language", "statements", "questions"} == set(page)
        assert all(0 <= one["a"] < len(page["statements"]) and one["q"].strip() for one in page["questions"])


def test_nothing_is_learnt_of_what_judges() -> None:
    folder = Path(fit_answering.__file__).parent / "answering"
    learnt, unseen = (read_pages(sorted(where.glob("*.jsonl"))) for where in (folder, folder / "unseen"))
    assert unseen
    assert not {text for page in unseen for text in page.questions} & {
        text for page in learnt for text in page.questions
    }
