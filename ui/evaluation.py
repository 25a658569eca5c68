"""`millhand eval`: run question sets, hold them against bounds, compare two runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpus import Settings, SettingsError, Unreadable

Progress = Callable[[dict[str, Any]], None]


def run(settings: Settings, params: dict[str, Any], progress: Progress) -> tuple[Any, int]:
    """Run the sets; the status is 1 when a metric is under its bound."""
    from ui.commands import _eval

    value, status = _eval(settings, params, progress)
    summary = value.get("summary", {})
    bounds: dict[str, float] = params.get("fail_under") or {}
    under = {}
    for name, bound in bounds.items():
        if name not in summary:
            raise SettingsError(f"--fail-under: {name} is no metric of this run; it has {', '.join(sorted(summary))}.")
        reached = metric_value(summary[name])
        if reached is None or reached < bound:
            under[name] = {"value": reached, "bound": bound}
    if under:
        value["failed_under"] = under
    return value, 1 if under else status


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
