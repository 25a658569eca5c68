"""`millhand eval`: run question sets, hold them against bounds, compare two runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpus import SettingsError, Unreadable
from ui.house import House

Progress = Callable[[dict[str, Any]], None]


def run_sets(house: House, params: dict[str, Any], progress: Progress) -> tuple[Any, int]:
    """Run the sets; the status is 1 when a metric is under its bound, and then `failed_under` names it.

    Raises:
        SettingsError: a baseline or a metric that does not exist.
        MillhandError: a set or a path cannot be read.
    """
    import evals

    if params.get("baselines"):
        raise SettingsError(f"--baseline: there is no baseline called {params['baselines'][0]!r}.")

    def step(stage: str, done: int, total: int) -> None:
        progress({"source": "", "file": 0, "files": 0, "stage": stage, "done": done, "total": total})

    value: dict[str, Any] = evals.run(
        house.corpus,
        [Path(file) for file in params["files"]] * params.get("repeat", 1),
        corpus_paths=[Path(path) for path in params.get("corpus") or []],
        retrieval_only=params.get("retrieval_only", False),
        progress=step,
    )
    under = _under(value["summary"], params.get("fail_under") or {})
    if under:
        value["failed_under"] = under
    if params.get("report"):
        _write_report(Path(params["report"]), value)
    return value, int(bool(under))


def _under(summary: dict[str, Any], bounds: dict[str, float]) -> dict[str, Any]:
    under = {}
    for name, bound in bounds.items():
        if name not in summary:
            raise SettingsError(f"--fail-under: {name} is no metric of this run; it has {', '.join(sorted(summary))}.")
        reached = metric_value(summary[name])
        if reached is None or reached < bound:
            under[name] = {"value": reached, "bound": bound}
    return under


def _write_report(folder: Path, value: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")
    rows = [f"| {name} | {metric_value(one)} |" for name, one in value["summary"].items() if name != "by"]
    (folder / "summary.md").write_text("\n".join(["| metric | value |", "|---|---|", *rows, ""]), "utf-8")


def compare(before: Path, after: Path) -> tuple[Any, int]:
    """Set two runs side by side: {metric: {before, after, change}}."""
    first, second = _summary(before), _summary(after)
    summary: dict[str, Any] = {}
    for name in [name for name in first if name in second and name != "by"]:
        old, new = metric_value(first[name]), metric_value(second[name])
        change = None if old is None or new is None else round(new - old, 6)
        summary[name] = {"before": old, "after": new, "change": change}
    return {"before": str(before), "after": str(after), "summary": summary}, 0


def metric_value(metric: Any) -> float | None:
    """Return a metric's value out of {"value", "low", "high"} or a bare number."""
    if isinstance(metric, dict):
        metric = metric.get("value", metric.get("mean"))
    return float(metric) if isinstance(metric, int | float) else None


def _summary(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text())
        summary = value["summary"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{path} is no run of `millhand eval --json`; write one first.") from error
    if not isinstance(summary, dict):
        raise Unreadable(f"{path} is no run of `millhand eval --json`; write one first.")
    return summary
