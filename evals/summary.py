"""Summing up: every metric with its interval, over all and by every field of the questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evals.sets import Question
from evals.statistics import interval, paired, risk_areas

RETRIEVAL = ("hit@1", "hit@5", "recall@5", "mrr@10", "ndcg@10")
ANSWER = ("must_include", "value_exact", "citation_precision", "citation_recall", "token_f1", "state")
REFUSAL = ("refusal_precision", "refusal_recall")
METRICS = (*RETRIEVAL, *ANSWER, *REFUSAL)
"""What `--fail-under` can name."""

_VALUES = 100  # a field with more values than this is a remark, not a slice


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question with what came out of it: its scores by metric, and the JSON that the run keeps of it."""

    question: Question
    scores: Mapping[str, float]
    result: Mapping[str, Any]


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return DESIGN's summary: all metrics, `found`, `risk_coverage` and `latency_ms`, and the metrics `by` field.

    `found` repeats the answer metrics over the questions whose gold is in the first ten hits: what the answer did
    with what was found. `retrieval_miss` is the share of the others.
    """
    found = [outcome for outcome in outcomes if outcome.scores.get("retrieval_miss") == 0.0]
    return {
        **_metrics(outcomes),
        "found": {name: _mean(found, name) for name in ANSWER if name != "state"},
        "risk_coverage": _risk(outcomes),
        "latency_ms": latencies(outcomes),
        "by": {
            field: {value: _metrics(part) for value, part in parts.items()} for field, parts in slices(outcomes).items()
        },
    }


def slices(outcomes: Sequence[Outcome]) -> dict[str, dict[str, list[Outcome]]]:
    """Group the outcomes by language, set, equipment and every other field that the questions carry."""
    fields = sorted({name for outcome in outcomes for name in outcome.question.fields})
    grouped: dict[str, dict[str, list[Outcome]]] = {}
    for field in dict.fromkeys(["language", "set", "equipment", *fields]):
        parts: dict[str, list[Outcome]] = {}
        for outcome in outcomes:
            value = _field(outcome.question, field)
            if value:
                parts.setdefault(value, []).append(outcome)
        if parts and len(parts) <= _VALUES and not (field == "set" and len(parts) == 1):
            grouped[field] = dict(sorted(parts.items()))
    return grouped


def baseline_summary(questions: Sequence[Question], scores: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """Return a baseline's retrieval metrics, over all and by field."""
    outcomes = [Outcome(question, score, {}) for question, score in zip(questions, scores, strict=True)]
    return {
        **{name: _mean(outcomes, name) for name in RETRIEVAL},
        "by": {
            field: {value: {name: _mean(part, name) for name in RETRIEVAL} for value, part in parts.items()}
            for field, parts in slices(outcomes).items()
        },
    }


def against(outcomes: Sequence[Outcome], scores: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """Return the paired comparison of nDCG@10 with a baseline, over all and `by` set and language."""
    pairs = [
        (outcome, outcome.scores["ndcg@10"], other["ndcg@10"])
        for outcome, other in zip(outcomes, scores, strict=True)
        if "ndcg@10" in outcome.scores
    ]
    by: dict[str, dict[str, Any]] = {}
    for field in ("set", "language"):
        for value in sorted({_field(outcome.question, field) for outcome, _, _ in pairs}):
            part = [(a, b) for outcome, a, b in pairs if _field(outcome.question, field) == value]
            by.setdefault(field, {})[value] = paired([a for a, _ in part], [b for _, b in part])
    return {"ndcg@10": paired([a for _, a, _ in pairs], [b for _, _, b in pairs]), "by": by}


def latencies(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the mean latency of search and answer in milliseconds with its interval, median and 95th percentile."""
    parts = {}
    for part in ("search", "answer"):
        values = [v for o in outcomes if (v := o.result["latency_ms"][part]) is not None]
        p50, p95 = (round(float(q), 2) for q in np.percentile(values, [50, 95])) if values else (None, None)
        parts[part] = {**interval(values), "p50": p50, "p95": p95}
    return parts


def risk_points(outcomes: Sequence[Outcome]) -> tuple[list[float], list[float], list[float]]:
    """Return (Millhand's confidence, the dense score, whether answering could be right) of every judged question.

    Answering is wrong where the question has no answer or its gold is not among the first five hits.
    """
    judged = [o for o in outcomes if not o.question.answerable or "hit@5" in o.scores]
    evidence = [o.result["evidence"] for o in judged]
    right = [o.scores["hit@5"] if o.question.answerable else 0.0 for o in judged]
    return [e["confidence"] for e in evidence], [e["similarity"] for e in evidence], right


def _metrics(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    means = {name: _mean(outcomes, name) for name in (*RETRIEVAL, "retrieval_miss", *ANSWER)}
    return {**means, **_refusal(outcomes)}


def _mean(outcomes: Sequence[Outcome], name: str) -> dict[str, float | int | None]:
    return interval([outcome.scores[name] for outcome in outcomes if name in outcome.scores])


def _refusal(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    asked = [(o.question.answerable, o.result["state"]) for o in outcomes if o.result["state"] is not None]
    refused = [float(not answerable) for answerable, state in asked if state == "no_answer"]
    unanswerable = [float(state == "no_answer") for answerable, state in asked if not answerable]
    return {"refusal_precision": interval(refused), "refusal_recall": interval(unanswerable)}


def _risk(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    ours, dense, right = risk_points(outcomes)
    return risk_areas(ours, dense, right)


def _field(question: Question, name: str) -> str:
    match name:
        case "language" | "set":
            return str(getattr(question, name))
        case "equipment":
            return question.equipment or ""
        case _:
            return question.fields.get(name, "")
