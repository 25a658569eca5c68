"""Fit what tells which statement of a page answers: `python -m evals.fit_answering PAGES.jsonl…`.

Each line is a page: `{"title", "section", "language", "statements": [text, …], "questions": [{"q", "a"}, …]}`, where
`a` is the index of the one statement that answers. The pages in `evals/answering/` were written for this, of machines
of many kinds; no question of a set in `evals/questions/` is among them, so that the sets can judge the fit.

Fitted are low-rank changes to the layers of the embedding model (LoRA) and two matrices behind it
(`corpus/library/answering.py` says what they are for): with them the statement that answers comes before the others of
its page, and before those of the other pages of its batch. Pages of one title, one behind the other, are a manual, and
make a batch of their own: what its other pages say nearly answers. It takes about eighteen minutes a round on two cores
with bf16. After each round the fit is judged on the manuals in `evals/answering/unseen/`, of which it learns nothing.
"""

from __future__ import annotations

import json
import math
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from torch.nn.functional import cross_entropy, normalize

from corpus import Fit, load_settings, open_corpus, under_heading
from evals.low_rank import DECAY, RATE, LowRank, embed, load_model

_OUT = Path(__file__).parent.parent / "corpus" / "library" / "answering.npz"
PAGES = Path(__file__).parent / "answering"
UNSEEN = PAGES / "unseen"
_SIZE = 192  # of the space behind the matrices
_SHARP = 15.0  # by which cosines are multiplied before the softmax
_ROUNDS, _BATCH = 2, 8  # pages a batch
_RATE_MATRICES, _WARM = 1e-3, 30  # and steps until the full rate
_STRETCH = 4.0  # of the matrices at the beginning, so that a step turns them little
_MANUAL = 4  # pages of one title from which they are a batch of their own
_OTHER_PAGES = 0.5  # what telling an answer from other pages' statements counts beside telling it from its own page's


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its statements under their heading, questions, and for each the index of the statement that answers.

    `manual` is the number that the pages of one manual share.
    """

    statements: list[str]
    questions: list[str]
    answers: list[int]
    manual: int


def main(
    pages: Annotated[
        list[Path] | None, typer.Argument(help="Files of pages; default: all that come with Millhand.")
    ] = None,
    data_dir: Annotated[Path, typer.Option(help="A data folder, whose embedding model is used.")] = Path(".data"),
    out: Annotated[Path, typer.Option(help="Where the fit is written.")] = _OUT,
    rounds: Annotated[int, typer.Option(help="How often every page is read.")] = _ROUNDS,
    seed: int = 0,
) -> None:
    """Fit, judge on pages that are not learnt from, and write."""
    read = read_pages(pages or sorted(PAGES.glob("*.jsonl")))
    with open_corpus(load_settings(data_dir=data_dir)) as corpus:
        name, source = corpus.embedding_name, corpus.embedding_model
    model = load_model(source)
    unseen = read_pages(sorted(UNSEEN.glob("*.jsonl")))
    typer.echo(f"{len(read)} pages, {sum(len(page.questions) for page in read)} questions")
    student = Student(model, read, seed)
    for line in student.rounds(read, rounds, seed):
        of_page, of_manual = student.right(unseen)
        typer.echo(f"{line}; unseen, first statement right: {of_page:.3f} of the page, {of_manual:.3f} of the manual")
    student.fit(name).write(out)


def read_pages(files: Sequence[Path]) -> list[Page]:
    """Read pages; what has the title of the page before is of the same manual."""
    pages: list[Page] = []
    manual, title = 0, ""
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            page = json.loads(line)
            manual, title = manual + (page["title"] != title), page["title"]
            asked = page["questions"]
            said = under_heading((page["section"],), page["statements"])
            pages.append(Page(said, [one["q"] for one in asked], [one["a"] for one in asked], manual))
    return pages


class Student:
    """An embedding model with changes and matrices that learn; the model's own weights stay as they are.

    The matrices begin as the directions in which the pages' texts differ most.
    """

    def __init__(self, model: Any, pages: Sequence[Page], seed: int) -> None:
        self._model = model
        random = torch.Generator().manual_seed(seed)
        self._changes = LowRank(model, random)
        with torch.inference_mode():
            asked, said = (embed(self._model, *texts) for texts in _texts(pages[::6]))
        self._mean_question, self._mean_statement = asked.mean(dim=0).clone(), said.mean(dim=0).clone()
        spread = torch.cat([_stretched(asked - self._mean_question), _stretched(said - self._mean_statement)])
        start = _STRETCH * torch.linalg.eigh(spread.T @ spread)[1].flip(1)[:, :_SIZE]
        self._question, self._statement = (start.clone().requires_grad_() for _ in range(2))

    def rounds(self, pages: Sequence[Page], rounds: int, seed: int) -> Iterator[str]:
        """Read every page so many times by AdamW, at a rate that falls to nothing; tell of each round."""
        changes = self._changes.parameters
        rates = (_RATE_MATRICES, RATE)
        groups = [
            {"params": [self._question, self._statement], "weight_decay": 0.0},
            {"params": changes, "weight_decay": DECAY},
        ]
        optimizer = torch.optim.AdamW(groups)
        random = np.random.default_rng(seed)
        step, steps = 0, rounds * len(_batches(pages, random))
        for one in range(1, rounds + 1):
            began, losses = time.monotonic(), []
            for batch in _batches(pages, random):
                step += 1
                for group, rate in zip(optimizer.param_groups, rates, strict=True):
                    group["lr"] = rate * min(1.0, step / _WARM) * (1.0 - step / (steps + 1))
                cosines, own, answers = self._cosines(batch)
                loss = _loss(_SHARP * cosines, own, answers)
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(changes, 1.0)
                optimizer.step()
                losses.append(loss.item())
            yield f"round {one} of {rounds}: loss {np.mean(losses):.3f}, {time.monotonic() - began:.0f} s"

    def right(self, pages: Sequence[Page]) -> tuple[float, float]:
        """Return the share of questions whose nearest statement answers: among those of the page, of the manual."""
        manuals = defaultdict(list)
        for page in pages:
            manuals[page.manual].append(page)
        of_page: list[bool] = []
        of_manual: list[bool] = []
        with torch.inference_mode():
            for batch in manuals.values():
                cosines, own, answers = self._cosines(batch)
                of_page += (cosines.where(own, -2.0).argmax(dim=1) == answers).tolist()
                if len(batch) >= _MANUAL:
                    of_manual += (cosines.argmax(dim=1) == answers).tolist()
        return float(np.mean(of_page)), float(np.mean(of_manual)) if of_manual else math.nan

    def fit(self, name: str) -> Fit:
        """Return what was learnt, for the embedding model of that name."""
        matrices = (self._question, self._statement, self._mean_question, self._mean_statement)
        return Fit(name, self._changes.adapter(), *(one.detach().numpy() for one in matrices))

    def _cosines(self, batch: Sequence[Page]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return cosines, (questions, statements) of a batch; which are of one page; and the rows of the answers."""
        (questions, _), (statements, _) = texts = _texts(batch)
        asked, said = (embed(self._model, *one) for one in texts)
        cosines = normalize((asked - self._mean_question) @ self._question, dim=1) @ (
            normalize((said - self._mean_statement) @ self._statement, dim=1).T
        )
        starts = np.cumsum([0, *(len(page.statements) for page in batch)])
        answers = [starts[i] + answer for i, page in enumerate(batch) for answer in page.answers]
        of_question = np.repeat(np.arange(len(batch)), [len(page.questions) for page in batch])
        of_statement = np.repeat(np.arange(len(batch)), [len(page.statements) for page in batch])
        assert cosines.shape == (len(questions), len(statements))
        return cosines, torch.from_numpy(of_question[:, None] == of_statement[None]), torch.tensor(answers)


def _texts(pages: Sequence[Page]) -> tuple[tuple[list[str], str], tuple[list[str], str]]:
    """Return the questions and the statements of pages, each with the name of the prompt before them."""
    questions = [question for page in pages for question in page.questions]
    return (questions, "query"), ([one for page in pages for one in page.statements], "document")


def _stretched(vectors: torch.Tensor) -> torch.Tensor:
    """Stretch vectors to a length of 1 on average, so that questions count as much as statements."""
    return vectors / vectors.norm(dim=1).pow(2).mean().sqrt()


def _loss(scores: torch.Tensor, own: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
    """Return what it costs that answers do not stand out from their own page and from all pages of the batch."""
    return cross_entropy(scores.where(own, -1e4), answers) + _OTHER_PAGES * cross_entropy(scores, answers)


def _batches(pages: Sequence[Page], random: np.random.Generator) -> list[list[Page]]:
    """Return the pages in batches, in a new order each time: manuals whole, other pages as they come."""
    manuals = defaultdict(list)
    for page in pages:
        manuals[page.manual].append(page)
    loose = [one for one in manuals.values() if len(one) < _MANUAL]
    order = [page for i in random.permutation(len(loose)) for page in loose[i]]
    batches = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]
    batches += [one for one in manuals.values() if len(one) >= _MANUAL]
    return [batches[i] for i in random.permutation(len(batches))]


if __name__ == "__main__":
    typer.run(main)
