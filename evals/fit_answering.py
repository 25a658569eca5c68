"""Fit what tells which statement of a page answers: `python -m evals.fit_answering PAGES.jsonl…`.

Each line is a page: `{"title", "section", "language", "statements": [text, …], "questions": [{"q", "a"}, …]}`, where
`a` is the index of the one statement that answers. The pages in `evals/answering/` were written for this, of machines
of many kinds; no question of a set in `evals/questions/` is among them, so that the sets can judge the fit.

Two matrices are fitted (`corpus/library/answering.py` says what they are for): under them the statement that answers
comes before the others of its page, and before those of the other pages of its batch. Pages of one title, one behind
the other, are a manual, and make a batch of their own: what its other pages say nearly answers. What is printed is
judged on pages left out of the fit, whole manuals among them; what is written is fitted on all of them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer

from corpus import Corpus, Heads, load_settings, open_corpus, under_heading

Floats = npt.NDArray[np.floating[Any]]

_OUT = Path(__file__).parent.parent / "corpus" / "library" / "answering.npz"
_PAGES = Path(__file__).parent / "answering"
_SIZE = 192  # of the space: with 384 hardly a question more was right, with 96 one in a hundred fewer
_SHARP = 15.0  # by which cosines are multiplied before the softmax
_RATE, _ROUNDS, _BATCH, _RIDGE = 3e-4, 12, 8, 1e-3
_MANUAL = 4  # pages of one title from which they are a batch of their own
_OTHER_PAGES = 0.5  # what telling an answer from other pages' statements counts beside telling it from its own page's
_LEFT_OUT = 0.15


@dataclass(frozen=True, slots=True)
class Page:
    """One page: rows of `statements`, rows of `questions`, and the statement (a row) that answers each question.

    `manual` is the number that the pages of one manual share.
    """

    statements: npt.NDArray[np.intp]
    questions: npt.NDArray[np.intp]
    answers: npt.NDArray[np.intp]
    manual: int


def main(
    pages: Annotated[
        list[Path] | None, typer.Argument(help="Files of pages; default: all that come with Millhand.")
    ] = None,
    data_dir: Annotated[Path, typer.Option(help="A data folder, whose embedding model is used.")] = Path(".data"),
    out: Annotated[Path, typer.Option(help="Where the fit is written.")] = _OUT,
    seed: int = 0,
) -> None:
    """Embed, judge on pages left out, fit on all and write."""
    files = pages or sorted(_PAGES.glob("*.jsonl"))
    with open_corpus(load_settings(data_dir=data_dir)) as corpus:
        name = corpus.embedding_name
        questions, statements, read = embedded(files, corpus)
    manuals = np.unique([page.manual for page in read])
    left_out = np.random.default_rng(seed).permutation(manuals)[: int(_LEFT_OUT * len(manuals))]
    held = [page for page in read if page.manual in left_out]
    rest = [page for page in read if page.manual not in left_out]
    before = right(held, questions, statements)
    fitted = fit(rest, questions, statements, name, seed)
    after = right(held, fitted.questions(questions), fitted.statements(statements))
    typer.echo(f"{len(read)} pages, {len(questions)} questions")
    typer.echo(f"left out, first statement right: embedding alone {before:.3f}, fitted {after:.3f}")
    whole = fit(read, questions, statements, name, seed)
    np.savez_compressed(
        out,
        embedding_model=np.array(whole.embedding_model),
        question=whole.question.astype(np.float16),
        statement=whole.statement.astype(np.float16),
        mean_question=whole.mean_question,
        mean_statement=whole.mean_statement,
    )


def embedded(files: Sequence[Path], corpus: Corpus) -> tuple[Floats, Floats, list[Page]]:
    """Return the embeddings of questions and of statements under their heading, and the pages that refer to them."""
    questions: list[str] = []
    statements: list[str] = []
    pages: list[Page] = []
    manual, title = 0, ""
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            page = json.loads(line)
            manual, title = manual + (page["title"] != title), page["title"]
            at, asked = len(statements), len(questions)
            statements += under_heading((page["section"],), page["statements"])
            questions += [one["q"] for one in page["questions"]]
            pages.append(
                Page(
                    np.arange(at, len(statements)),
                    np.arange(asked, len(questions)),
                    np.array([at + one["a"] for one in page["questions"]]),
                    manual,
                )
            )
    return corpus.embed_queries(questions), corpus.embed_passages(statements), pages


def right(pages: Sequence[Page], questions: Floats, statements: Floats) -> float:
    """Return the share of questions whose nearest statement of the page is the one that answers."""
    hits = [
        (questions[page.questions] @ statements[page.statements].T).argmax(axis=1) == page.answers - page.statements[0]
        for page in pages
    ]
    return float(np.concatenate(hits).mean())


def fit(
    pages: Sequence[Page], questions: Floats, statements: Floats, name: str, seed: int, *, size: int = _SIZE
) -> Heads:
    """Fit both matrices, of shape (dimension, `size`), by Adam on the softmax of cosines.

    They begin as the directions in which the texts differ most; what they move from there pays a ridge.
    """
    used = np.concatenate([page.questions for page in pages]), np.concatenate([page.statements for page in pages])
    mean_question, mean_statement = questions[used[0]].mean(axis=0), statements[used[1]].mean(axis=0)
    asked, said = questions - mean_question, statements - mean_statement
    # Both are stretched to a length of 1 on average, so that rate and ridge mean the same for any model.
    asked /= np.sqrt((asked[used[0]] ** 2).sum(axis=1).mean())
    said /= np.sqrt((said[used[1]] ** 2).sum(axis=1).mean())
    spread = np.concatenate([asked[used[0]], said[used[1]]])
    start: Floats = np.linalg.eigh(spread.T @ spread)[1][:, ::-1][:, :size].astype(np.float32)
    weights = [start.copy(), start.copy()]
    moments = [(np.zeros_like(start), np.zeros_like(start)) for _ in weights]
    random = np.random.default_rng(seed)
    step = 0
    for _ in range(_ROUNDS):
        for batch in _batches(pages, random):
            step += 1
            slopes = _slopes(batch, asked, said, weights)
            for weight, slope, (mean, square) in zip(weights, slopes, moments, strict=True):
                slope += 2 * _RIDGE * (weight - start)
                mean += 0.1 * (slope - mean)
                square += 0.001 * (slope**2 - square)
                weight -= _RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return Heads(name, weights[0], weights[1], mean_question, mean_statement)


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


def _slopes(pages: Sequence[Page], asked: Floats, said: Floats, weights: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Return the slopes of the loss over a batch of pages with regard to both matrices."""
    questions = asked[np.concatenate([page.questions for page in pages])]
    rows = np.concatenate([page.statements for page in pages])
    statements = said[rows]
    answers = np.concatenate([page.answers for page in pages])
    place = {row: i for i, row in enumerate(rows)}
    at = [place[answer] for answer in answers]
    of_page = np.repeat(np.arange(len(pages)), [len(page.questions) for page in pages])
    own = of_page[:, None] == np.repeat(np.arange(len(pages)), [len(page.statements) for page in pages])[None, :]
    q, q_length = _normed(questions @ weights[0])
    s, s_length = _normed(statements @ weights[1])
    cosines = _SHARP * q @ s.T
    slope = _softmax(np.where(own, cosines, -np.inf)) + _OTHER_PAGES * _softmax(cosines)
    slope[np.arange(len(at)), at] -= 1 + _OTHER_PAGES
    slope *= _SHARP / len(at)
    return questions.T @ _through(slope @ s, q, q_length), statements.T @ _through(slope.T @ q, s, s_length)


def _normed(vectors: Floats) -> tuple[Floats, Floats]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / length, length


def _through(slope: Floats, unit: Floats, length: Floats) -> Floats:
    """Return the slope with regard to vectors before they were brought to length 1."""
    return np.asarray((slope - (slope * unit).sum(axis=1, keepdims=True) * unit) / length)


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


if __name__ == "__main__":
    typer.run(main)
