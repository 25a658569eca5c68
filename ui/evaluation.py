"""`millhand eval`: run question sets, hold them against bounds, compare two runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import SettingsError, Unreadable
from ui.house import House

Progress = Callable[[dict[str, Any]], None]
_BOUND = re.compile(r"^(?P<metric>[^\[\]=]+)(?:\[(?P<field>[^\[\]=]+)=(?P<value>[^\[\]]+)\])?=(?P<bound>[^=]+)$")


@dataclass(frozen=True, slots=True)
class Bound:
    """A figure that a metric must reach, over all questions or over those whose field has a value."""

    name: str
    metric: str
    bound: float
    field: str | None = None
    value: str | None = None


def run_sets(house: House, params: dict[str, Any], progress: Progress) -> tuple[Any, int]:
    """Run the sets; the status is 1 when a metric is under its bound, and then `failed_under` names it.

    Raises:
        SettingsError: a baseline, a metric or a slice that does not exist.
        MillhandError: a set or a path cannot be read.
    """
    import evals

    files = [Path(file) for file in params["files"]]
    bounds = [parse_bound(text) for text in params.get("fail_under") or ()]
    _check(bounds, evals.load_sets(files))  # before an hour of work, not after it

    def step(stage: str, done: int, total: int) -> None:
        progress({"source": "", "file": 0, "files": 0, "stage": stage, "done": done, "total": total})

    value: dict[str, Any] = evals.run(
        house.corpus,
        files,
        corpus_paths=[Path(path) for path in params.get("corpus") or ()],
        baselines=params.get("baselines") or (),
        methods=params.get("methods") or None,
        retrieval_only=params.get("retrieval_only", False),
        repeat=params.get("repeat", 1),
        progress=step,
    )
    under = _under(value["summary"], bounds)
    if under:
        value["failed_under"] = under
    if params.get("report"):
        from evals.report import write_report

        write_report(Path(params["report"]), value)
    return value, int(bool(under))


def parse_bound(text: str) -> Bound:
    """Read METRIC=VALUE or METRIC[FIELD=VALUE]=VALUE; raises SettingsError."""
    match = _BOUND.match(text.strip())
    try:
        if match is None:
            raise ValueError
        bound = float(match["bound"])
    except ValueError:
        raise SettingsError(
            f"--fail-under wants METRIC=VALUE such as hit@5=0.8 or ndcg@10[language=zh]=0.6, is now {text!r}."
        ) from None
    name = text.strip().rpartition("=")[0]
    return Bound(name, match["metric"].strip(), bound, match["field"], match["value"])


def _check(bounds: list[Bound], questions: Any) -> None:
    from evals import METRICS

    for bound in bounds:
        if bound.metric not in METRICS:
            raise SettingsError(f"--fail-under: {bound.metric} is no metric; there are {', '.join(METRICS)}.")
        fields = {"language", "set", "equipment"}.union(*(question.fields for question in questions))
        if bound.field and bound.field not in fields:
            raise SettingsError(f"--fail-under: no question has a field called {bound.field}.")


def _under(summary: dict[str, Any], bounds: list[Bound]) -> dict[str, Any]:
    """Return the figures that are under their bound, or that the run does not have."""
    from evals.compare import metric_value

    under = {}
    for bound in bounds:
        metrics = summary if bound.field is None else summary["by"].get(bound.field, {}).get(bound.value, {})
        reached = metric_value(metrics.get(bound.metric))
        if reached is None or reached < bound.bound:
            under[bound.name] = {"value": reached, "bound": bound.bound}
    return under


def compare(before: Path, after: Path) -> tuple[Any, int]:
    """Set two runs side by side, question by question.

    Raises:
        Unreadable: a file is no run.
    """
    from evals import compare_runs

    return {"before": str(before), "after": str(after), **compare_runs(_run(before), _run(after))}, 0


def _run(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
        whole = isinstance(value["summary"], dict) and isinstance(value.get("questions", []), list)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{path} is no run of `millhand eval --json`; write one first.") from error
    if not whole:
        raise Unreadable(f"{path} is no run of `millhand eval --json`; write one first.")
    return dict(value)
