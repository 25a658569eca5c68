"""Fit what reads a question and a statement together, to say whether the one answers the other.

`python -m evals.fit_verifying PAGES.jsonl…`, of pages as `evals/fit_answering.py` describes them. The model begins as
that fit left it; low-rank changes to its layers and two layers behind it learn, for each question, to put the statement
that answers before a few that do not, and above nought, and those that do not below. The others are drawn from the
question's page and from the rest of its manual, the sooner the nearer that fit thinks them. It takes about 45 minutes
on two cores with bf16. The fit is judged on the manuals in `evals/answering/unseen/`, of which it learns nothing: what
the other fit thinks nearest is read.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import torch
import typer
from torch.nn.functional import cross_entropy

from corpus import Fit, PairFit, adapted, load_settings, open_corpus, stored_fit
from evals.fit_answering import PAGES, UNSEEN, Page, read_pages
from evals.low_rank import DECAY, RATE, LowRank, embed, load_model

_OUT = Path(__file__).parent.parent / "corpus" / "library" / "verifying.npz"
_OWN, _OTHERS = 2, 1  # statements that do not answer, of the page and of the rest of its manual
_DRAWN = 10.0  # by which cosines are multiplied where these are drawn
_BATCH = 16  # questions
_RATE_LAYERS, _WARM = 1e-3, 50  # and steps until the full rate
_STRETCH = 4.0  # of what the model makes of a pair, before the layers
_ABSOLUTE = 0.5  # what being above or below nought counts beside standing before the others
_READ = 8  # statements that are read of a manual, where the fit is judged


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the statement that answers, and those that do not: of the page, and of the rest of the manual.

    `near_own` and `near_others` are cosines of these, by the fit that tells which statement answers.
    """

    question: str
    answer: str
    near: float
    own: list[str]
    near_own: npt.NDArray[np.floating[Any]]
    others: list[str]
    near_others: npt.NDArray[np.floating[Any]]


def main(
    pages: Annotated[
        list[Path] | None, typer.Argument(help="Files of pages; default: all that come with Millhand.")
    ] = None,
    data_dir: Annotated[Path, typer.Option(help="A data folder, whose embedding model is used.")] = Path(".data"),
    out: Annotated[Path, typer.Option(help="Where the fit is written.")] = _OUT,
    seed: int = 0,
) -> None:
    """Fit, judge on pages that are not learnt from, and write."""
    with open_corpus(load_settings(data_dir=data_dir)) as corpus:
        name, source = corpus.embedding_name, corpus.embedding_model
    fit = stored_fit()
    if fit is None or fit.embedding_model != name:
        raise typer.BadParameter(f"There is no fit of answers for {name}: run evals.fit_answering first.")
    model = adapted(load_model(source), fit.adapter)
    read, unseen = (read_pages(files) for files in (pages or sorted(PAGES.glob("*.jsonl")), sorted(UNSEEN.glob("*"))))
    learnt, judged = (asked(model, fit, some) for some in (read, unseen))
    typer.echo(f"{len(read)} pages, {len(learnt)} questions")
    student = Student(model, seed)
    for line in student.learn(learnt, seed):
        typer.echo(line)
    typer.echo(f"unseen, first statement of the manual right: {student.right(judged):.3f}")
    student.fit(name, fit).write(out)


def asked(model: Any, fit: Fit, pages: Sequence[Page]) -> list[Asked]:
    """Return the questions of pages with how near the fit, whose changes the model has, thinks the statements."""
    texts = [one for page in pages for one in page.statements]
    questions = [one for page in pages for one in page.questions]
    with torch.inference_mode():
        said = fit.statements(embed(model, texts, "document").numpy())
        wanted = iter(fit.questions(embed(model, questions, "query").numpy()))
    starts = np.cumsum([0, *(len(page.statements) for page in pages)])
    manuals: defaultdict[int, list[int]] = defaultdict(list)
    for at, page in enumerate(pages):
        manuals[page.manual] += range(starts[at], starts[at + 1])
    every = []
    for at, page in enumerate(pages):
        own = range(starts[at], starts[at + 1])
        others = [i for i in manuals[page.manual] if i not in own]
        for question, answer in zip(page.questions, page.answers, strict=True):
            near, right = said @ next(wanted), own[answer]
            wrong = [i for i in own if i != right]
            every.append(
                Asked(
                    *(question, texts[right], float(near[right])),
                    *([texts[i] for i in wrong], near[wrong]),
                    *([texts[i] for i in others], near[others]),
                )
            )
    return every


class Student:
    """A model with changes and layers behind it that learn."""

    def __init__(self, model: Any, seed: int) -> None:
        random = torch.Generator().manual_seed(seed)
        self._model, self._changes = model, LowRank(model, random)
        size = model.get_embedding_dimension()
        self._hidden = (torch.randn((size, size), generator=random) / math.sqrt(size)).requires_grad_()
        self._hidden_bias, self._output, self._output_bias = (
            torch.zeros(shape, requires_grad=True) for shape in (size, size, 1)
        )

    def learn(self, every: Sequence[Asked], seed: int) -> Iterator[str]:
        """Read every question once by AdamW, at a rate that falls to nothing; tell now and then how it goes."""
        heads = [self._hidden, self._hidden_bias, self._output, self._output_bias]
        changes = self._changes.parameters
        rates = (_RATE_LAYERS, RATE)
        optimizer = torch.optim.AdamW(
            [{"params": heads, "weight_decay": 0.0}, {"params": changes, "weight_decay": DECAY}]
        )
        random = np.random.default_rng(seed)
        order = random.permutation(len(every))
        steps, began, losses = math.ceil(len(order) / _BATCH), time.monotonic(), []
        for step in range(1, steps + 1):
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * min(1.0, step / _WARM) * (1.0 - step / (steps + 1))
            batch = [every[i] for i in order[(step - 1) * _BATCH : step * _BATCH]]
            drawn = [[one.answer, *_wrong(one, random)] for one in batch]
            pairs = [(one.question, text) for one, texts in zip(batch, drawn, strict=True) for text in texts]
            loss = _loss(self._odds(pairs), [len(texts) for texts in drawn])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(changes, 1.0)
            optimizer.step()
            losses.append(loss.item())
            if step % 100 == 0 or step == steps:
                yield f"{step} of {steps}: loss {np.mean(losses[-100:]):.3f}, {time.monotonic() - began:.0f} s"

    def right(self, every: Sequence[Asked]) -> float:
        """Return the share of questions whose answer has the best odds of the nearest statements of its manual."""
        right = []
        with torch.inference_mode():
            for one in every:
                near = np.concatenate([[one.near], one.near_own, one.near_others])
                texts = [one.answer, *one.own, *one.others]
                read = np.argsort(-near, kind="stable")[:_READ]
                odds = self._odds([(one.question, texts[i]) for i in read])
                right.append(read[int(odds.argmax())] == 0)
        return float(np.mean(right))

    def fit(self, name: str, began: Fit) -> PairFit:
        """Return what was learnt, for the embedding model of that name, with the changes that it began with."""
        learnt = self._changes.adapter()
        adapter = {
            key: np.concatenate([own.astype(np.float32), learnt[key]], axis=0 if key.endswith(".down") else 1)
            for key, own in began.adapter.items()
        }
        hidden, bias, output = (
            one.detach().numpy() for one in (_STRETCH * self._hidden, self._hidden_bias, self._output)
        )
        return PairFit(name, adapter, hidden, bias, output, self._output_bias.item())

    def _odds(self, pairs: Sequence[tuple[str, str]]) -> torch.Tensor:
        """Return the log-odds that statements answer, (len(pairs),)."""
        hidden = torch.tanh(_STRETCH * embed(self._model, pairs) @ self._hidden + self._hidden_bias)
        return hidden @ self._output + self._output_bias


def _wrong(one: Asked, random: np.random.Generator) -> list[str]:
    """Draw statements that do not answer, without putting back, with weights that grow with their cosine."""
    drawn: list[str] = []
    for texts, near, number in ((one.own, one.near_own, _OWN), (one.others, one.near_others, _OTHERS)):
        best = np.argsort(-(_DRAWN * near + random.gumbel(size=len(texts))))[:number]
        drawn += [texts[i] for i in best]
    return drawn


def _loss(odds: torch.Tensor, sizes: Sequence[int]) -> torch.Tensor:
    """Return what it costs that each first of `sizes` odds does not stand above its others, and they not about nought.

    Nought stands for "none of these answers", which is right where the answer is taken away.
    """
    rows = torch.nn.utils.rnn.pad_sequence(list(odds.split(list(sizes))), batch_first=True, padding_value=-1e4)
    none = torch.zeros((len(rows), 1))
    first = torch.zeros(len(rows), dtype=torch.long)
    without = torch.cat([rows[:, 1:], none], dim=1)
    absolute = cross_entropy(torch.cat([rows, none], dim=1), first) + cross_entropy(without, first + rows.shape[1] - 1)
    return cross_entropy(rows, first) + _ABSOLUTE * absolute


if __name__ == "__main__":
    typer.run(main)
