"""Two runs side by side: which questions were won and lost, and whether the difference is more than noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evals.statistics import paired
from evals.summary import ANSWER, RETRIEVAL

_FIRST = ("ndcg@10", "must_include", "value_exact", "token_f1", "state")  # what decides whether a question was won


def compare_runs(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Compare two runs' JSON over the questions that both asked.

    Returns {"summary": {metric: {before, after, change}} over each whole run, "difference": {metric: {mean, low,
    high, p, n, won, lost, even}} question by question, "questions": {"won", "lost"} with what changed in each, worst
    first, "settings": {what differs: [before, after]}, "only": how many questions just one run asked}.
    """
    ours, theirs = _by_id(after), _by_id(before)
    common = [key for key in theirs if key in ours]
    difference = {}
    for name in (*RETRIEVAL, *ANSWER):
        both = [key for key in common if name in _scores(theirs[key]) and name in _scores(ours[key])]
        if both:
            difference[name] = paired(
                [_scores(ours[key])[name] for key in both], [_scores(theirs[key])[name] for key in both]
            )
    changed = [change for key in common if (change := _change(theirs[key], ours[key]))]
    return {
        "summary": _summaries(before.get("summary", {}), after.get("summary", {})),
        "difference": difference,
        "questions": {
            "won": sorted((c for c in changed if c["change"] > 0), key=lambda c: -c["change"]),
            "lost": sorted((c for c in changed if c["change"] < 0), key=lambda c: c["change"]),
            "compared": len(common),
        },
        "only": {"before": len(theirs) - len(common), "after": len(ours) - len(common)},
        "settings": _settings(before.get("run", {}), after.get("run", {})),
    }


def _by_id(run: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(str(question.get("set", "")), str(question["id"])): question for question in run.get("questions", ())}


def _scores(question: Mapping[str, Any]) -> Mapping[str, float]:
    scores: Mapping[str, float] = question.get("scores") or {}
    return scores


def _change(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what changed in a question by the first metric that did, or None."""
    for name in _FIRST:
        old, new = _scores(before).get(name), _scores(after).get(name)
        if old is not None and new is not None and abs(new - old) > 1e-6:
            return {
                "set": after.get("set"),
                "id": after["id"],
                "question": after.get("question"),
                "metric": name,
                "before": old,
                "after": new,
                "change": round(new - old, 6),
            }
    return None


def _summaries(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    rows = {}
    for name in before:
        old, new = metric_value(before[name]), metric_value(after.get(name))
        if name in after and _is_metric(before[name]):
            change = None if old is None or new is None else round(new - old, 6)
            rows[name] = {"before": old, "after": new, "change": change}
    return rows


def metric_value(metric: Any) -> float | None:
    """Return a metric's value out of {"mean", "low", "high"} (or "value"), or a bare number."""
    if isinstance(metric, Mapping):
        metric = metric.get("value", metric.get("mean"))
    return float(metric) if isinstance(metric, int | float) and not isinstance(metric, bool) else None


def _is_metric(value: Any) -> bool:
    return not isinstance(value, Mapping) or "mean" in value or "value" in value


def _settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the two runs stood on and did not share, settings one by one."""
    old, new = _flat(before), _flat(after)
    return {name: [old.get(name), new.get(name)] for name in sorted({*old, *new}) if old.get(name) != new.get(name)}


def _flat(run: Mapping[str, Any]) -> dict[str, Any]:
    settings = {f"settings.{name}": value for name, value in (run.get("settings") or {}).items()}
    return {**{name: value for name, value in run.items() if name not in ("settings", "time")}, **settings}
