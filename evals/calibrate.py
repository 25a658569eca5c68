"""Fit what a search stands on, over several corpora: `python -m evals.calibrate --on DATA_DIR=SET,SET --on …`.

Two fits come out: the weights that rank candidates (`ranking.json`) and the confidence that the corpus answers at all
(`calibration.json`). Both are judged by leaving one corpus out: what is printed of a corpus was fitted on the others.
What is written was fitted on all of them. A set may be asked of several folders: its manual alone, and beside others.

Unanswerable questions are few. So the confidence also learns from answerable ones whose pages are taken away: all that
is near to the answer is still there, and none of it answers.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer

from corpus import (
    RANKING_FEATURES,
    SEARCH_VERSION,
    Candidate,
    Corpus,
    Pool,
    evidence_signals,
    load_settings,
    open_corpus,
    rank_scores,
    ranked,
)
from evals.fitting import Floats, fit_logistic, fit_ranking
from evals.metrics import retrieval_metrics
from evals.sets import Question, load_questions
from evals.statistics import area

_OUT = Path(__file__).parent.parent / "corpus" / "library"
_HITS = 20
_PRIOR = {"dense": 1.0, "lexical": 3.0, "model": 2.0, "statement": 10.0}
"""Both searches and the best statement, each on its own scale, and the very machine's manual before what is plant-wide.

All else is fitted as a small addition to it.
"""
_SIGNS: dict[str, int] = {"heading": 1, "phrases": 1, "around": 1, "row": 0, "kind": 1}
"""More agreement must never lower a score: it holds on corpora that nobody fitted on."""
_ABOUT = 0.05
"""Of F1: what a few questions in a hundred make."""
_TAKEN = 0.5
"""What a question whose pages were taken away counts beside one that was written to have no answer."""
_SIGNALS = ("similarity", "unknown", "across", "named", "leading", "lead", "statement", "entry")
"""More of them fitted better and were worse than the cosine alone on the corpus left out."""


@dataclass(slots=True)
class Asked:
    """One question with its candidates; what each fit makes of it is added as it goes."""

    corpus: str
    folder: str
    question: Question
    pool: Pool
    gold: npt.NDArray[np.bool_]
    taken: bool = False
    order: list[int] = field(default_factory=list)
    signals: dict[str, float] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    confidence: float = 0.0

    @property
    def right(self) -> float:
        """1 where answering can be right: there is an answer, and it is among the first five."""
        return self.scores.get("hit@5", 0.0)


def main(
    on: Annotated[list[str], typer.Option(help="[NAME:]DATA_DIR=SET,SET; all of one NAME are left out at once.")],
    out: Annotated[Path, typer.Option(help="Folder to write both files into.")] = _OUT,
) -> None:
    """Fit ranking and confidence, print what they reach on the corpus left out, and write both files."""
    asked: list[Asked] = []
    model = ""
    for one in on:
        place, _, sets = one.partition("=")
        name, _, folder = place.rpartition(":")
        with open_corpus(load_settings(data_dir=Path(folder))) as corpus:
            model = corpus.embedding_name
            for file in sets.split(","):
                asked += [
                    ask(corpus, name or Path(folder).name, Path(folder).name, question)
                    for question in load_questions(Path(file))
                ]
    weights, taken = rank_all(asked)
    fit = judge_all(asked, taken)
    for line in report(asked, fit["threshold"]):
        typer.echo(line)
    groups = sorted({one.corpus for one in asked})
    ranking = {"search": SEARCH_VERSION, "fitted_on": groups, "intercept": weights[0]}
    ranking["weights"] = dict(zip(RANKING_FEATURES, weights[1:], strict=True))
    _write(out / "ranking.json", ranking)
    _write(out / "calibration.json", {"embedding_model": model, "search": SEARCH_VERSION, "fitted_on": groups, **fit})


def ask(corpus: Corpus, name: str, folder: str, question: Question) -> Asked:
    """Collect the candidates of one question and mark the gold among them."""
    query = "\n".join([*question.turns, question.question])
    pool = corpus.candidates(query, equipment=question.equipment)
    places = [_place(candidate) for candidate in pool.candidates]
    gold = [any(g.source == source and g.page in (None, page) for g in question.gold) for source, page in places]
    return Asked(name, folder, question, pool, np.array(gold, dtype=bool))


def without_gold(one: Asked) -> Asked | None:
    """Return the question with its gold pages taken away; None where it is answered from elsewhere or names a code."""
    keep = ~one.gold
    if one.pool.known or not one.gold.any() or not keep.any():
        return None
    features = one.pool.features[keep].copy()
    lexical = RANKING_FEATURES.index("lexical")
    left = features[:, lexical] + 1
    features[:, lexical] = left / max(1e-9, left.max()) - 1
    candidates = tuple(candidate for candidate, kept in zip(one.pool.candidates, keep, strict=True) if kept)
    nearest = max(candidate.cosine for candidate in candidates)
    pool = replace(one.pool, candidates=candidates, features=features, similarity=nearest)
    question = replace(one.question, answerable=False, gold=())
    return Asked(one.corpus, one.folder, question, pool, np.zeros(len(candidates), dtype=bool), taken=True)


def _place(candidate: Candidate) -> tuple[str | None, int | None]:
    return candidate.passage.place.source, candidate.passage.place.page


def rank_all(asked: Sequence[Asked]) -> tuple[list[float], list[Asked]]:
    """Rank each question by weights fitted on the other corpora.

    Returns the weights fitted on all, and the questions with their pages taken away, ranked as the others are.
    """
    # Where an entry of the query's identifier leads, nothing is left to rank.
    taught = [one for one in asked if one.question.answerable and one.gold.any()]
    taught = [one for one in taught if max(one.pool.leads.values(), default=0.0) < 0.5]
    taken = [less for one in asked if one.question.answerable and (less := without_gold(one))]
    for name in {one.corpus for one in asked}:
        others = [one for one in taught if one.corpus != name] or taught
        weights = _ranking(others)
        for one in [*asked, *taken]:
            if one.corpus == name:
                fits = rank_scores(one.pool.features, weights)
                one.order, _ = ranked(one.pool, fits)
                one.signals = evidence_signals(one.pool, fits, one.order)
                if one.question.answerable and one.question.gold:
                    hits = [_place(one.pool.candidates[i]) for i in one.order[:_HITS]]
                    one.scores = retrieval_metrics(hits, one.question.gold)
    return [round(float(weight), 5) for weight in _ranking(taught)], taken


def _ranking(asked: Sequence[Asked]) -> Floats:
    """Fit the weights, and the intercept under which the best candidates' scores have their middle at a half."""
    weights = fit_ranking(
        [one.pool.features for one in asked],
        [one.gold for one in asked],
        _shares(asked),
        np.array([_PRIOR.get(name, 0.0) for name in RANKING_FEATURES]),
        [_SIGNS.get(name) for name in RANKING_FEATURES],
    )
    best = [float((one.pool.features @ weights)[one.gold].max()) for one in asked]
    return np.concatenate([[-float(np.median(best))], weights])


def judge_all(asked: Sequence[Asked], taken: Sequence[Asked]) -> dict[str, Any]:
    """Judge each question by a confidence fitted on the other corpora, and return the one fitted on all."""
    judged = [one for one in asked if not one.question.answerable or one.scores]
    # Where every identifier is unknown nothing answers, whatever the fit.
    open_ = [one for one in judged if one.signals["identified"] or not one.signals["unknown"]]
    taught = [*open_, *taken]
    for name in {one.corpus for one in open_}:
        others = [one for one in taught if one.corpus != name]
        weights = _logistic(others or taught, _SIGNALS)
        for one in open_:
            if one.corpus == name:
                one.confidence = _confidence(one.signals, _SIGNALS, weights)
    weights = _logistic(taught, _SIGNALS)
    threshold = best_threshold(judged)
    return {
        "threshold": threshold,
        "intercept": round(float(weights[0]), 5),
        "weights": {name: round(float(weight), 5) for name, weight in zip(_SIGNALS, weights[1:], strict=True)},
    }


def best_threshold(judged: Sequence[Asked]) -> float:
    """Return the confidence under which refusing has the best F1, as the mean over the corpora with both kinds.

    Of those that are about as good the lowest: the agent refuses more for reasons of its own, and what is refused
    wrongly nobody can check.
    """
    corpora = sorted({one.corpus for one in judged})
    steps = [round(float(step), 3) for step in np.arange(0.05, 0.96, 0.01)]

    def mean(threshold: float) -> float:
        f1 = []
        for name in corpora:
            own = [one for one in judged if one.corpus == name]
            if any(not one.question.answerable for one in own):
                f1.append(refusal(own, threshold)["f1"])
        return float(np.mean(f1)) if f1 else 0.0

    reached = {step: mean(step) for step in steps}
    return min(step for step in steps if reached[step] >= max(reached.values()) - _ABOUT)


def refusal(judged: Sequence[Asked], threshold: float) -> dict[str, float]:
    """Return precision, recall and F1 of refusing below the threshold; the entry of a known code is not refused."""
    refused = [one for one in judged if one.confidence < threshold and not _entry(one)]
    absent = sum(not one.question.answerable for one in judged)
    right = sum(not one.question.answerable for one in refused)
    precision = right / len(refused) if refused else 0.0
    recall = right / absent if absent else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


def _entry(one: Asked) -> bool:
    return one.signals["entry"] > 0 and not one.signals["unknown"]


def report(asked: Sequence[Asked], threshold: float) -> list[str]:
    """Return a Markdown table by set: ranking and refusal, each from fits that never saw the set's corpus."""
    lines = [
        f"Threshold {threshold}. Every row was fitted on the other corpora.",
        "| corpus | set | n | nDCG@10 | hit@1 | unanswerable | refusal precision | recall | risk area | dense alone |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for folder, name in sorted({(one.folder, one.question.set) for one in asked}):
        own = [one for one in asked if (one.folder, one.question.set) == (folder, name)]
        judged = [one for one in own if not one.question.answerable or one.scores]
        found = refusal(judged, threshold)
        share = sum(not one.question.answerable for one in judged) / max(1, len(judged))
        right = [one.right for one in judged]
        areas = [area([one.confidence for one in judged], right), area([one.pool.similarity for one in judged], right)]
        ndcg, first = (np.mean([one.scores[m] for one in own if one.scores] or [np.nan]) for m in ("ndcg@10", "hit@1"))
        lines.append(
            f"| {folder} | {name} | {len(own)} | {ndcg:.3f} | {first:.3f} | {share:.2f} | {found['precision']:.2f} | "
            f"{found['recall']:.2f} | {areas[0]:.3f} | {areas[1]:.3f} |"
        )
    return lines


def _shares(asked: Sequence[Asked]) -> list[float]:
    """Weigh questions so that a set counts with the root of its size: big sets must not speak for the small ones."""
    sizes = Counter(one.question.set for one in asked)
    return [sizes[one.question.set] ** -0.5 for one in asked]


def _logistic(judged: Sequence[Asked], names: Sequence[str]) -> Floats:
    """Fit whether there is an answer; each corpus counts as much as another, both kinds of question with half each."""
    signals = np.array([[one.signals[name] for name in names] for one in judged])
    answerable = np.array([float(one.question.answerable) for one in judged])
    sizes = Counter((one.corpus, one.taken) for one in judged)
    shares = np.array([(_TAKEN if one.taken else 1.0) / sizes[one.corpus, one.taken] for one in judged])
    for kind in (0.0, 1.0):
        shares[answerable == kind] /= shares[answerable == kind].sum() or 1.0
    return fit_logistic(signals, answerable, list(shares))


def _confidence(signals: Mapping[str, float], names: Sequence[str], weights: Floats) -> float:
    total = weights[0] + sum(weight * signals[name] for name, weight in zip(names, weights[1:], strict=True))
    return float(1 / (1 + np.exp(-np.clip(total, -50, 50))))


def _write(path: Path, value: Mapping[str, object]) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
