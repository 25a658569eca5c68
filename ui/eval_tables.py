"""A run of question sets, and two runs compared, as tables for people."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

_SHOWN = 15  # changed questions; the JSON has them all


def run(console: Console, value: Any) -> None:
    """Print the summary with its intervals, the slices of nDCG@10 and what the baselines reached."""
    summary = value["summary"]
    rows = [(name, metric) for name, metric in summary.items() if _measured(metric)]
    console.print(_table(["metric", "value", "95 % interval", "questions"], [_metric(*row) for row in rows]))
    for part, latency in summary["latency_ms"].items():
        if latency["n"]:
            console.print(f"{part}: {latency['p50']} ms (median), {latency['p95']} ms (95 %)")
    slices = [
        [f"{field} = {value}", *_metric("", metrics["ndcg@10"])[1:]]
        for field, parts in summary["by"].items()
        for value, metrics in parts.items()
        if _measured(metrics["ndcg@10"])
    ]
    if slices:
        console.print("\nnDCG@10 by field")
        console.print(_table(["slice", "value", "95 % interval", "questions"], slices))
    if value.get("baselines"):
        console.print("\nBaselines, nDCG@10")
        console.print(
            _table(
                ["baseline", "value", "Millhand's lead", "95 % interval", "p", "won", "lost"],
                [_baseline(name, one) for name, one in value["baselines"].items()],
            )
        )
    for name, under in value.get("failed_under", {}).items():
        console.print(f"[red]{escape(name)} is {under['value']}, under its bound of {under['bound']}.[/red]")


def comparison(console: Console, value: Any) -> None:
    """Print both runs' figures, the differences that were paired, and the questions won and lost."""
    rows = []
    for name, metric in value["summary"].items():
        paired = value["difference"].get(name)
        rows.append(
            [
                name,
                *(_number(metric[key]) for key in ("before", "after", "change")),
                f"{paired['low']:.3f} … {paired['high']:.3f}" if paired else "",
                f"{paired['p']:.4f}" if paired and paired["p"] is not None else "",
            ]
        )
    console.print(_table(["metric", "before", "after", "change", "95 % interval", "p"], rows))
    for name, (before, after) in value["settings"].items():
        if not isinstance(before, dict) and not isinstance(after, dict):
            console.print(f"{escape(name)}: {escape(str(before))} → {escape(str(after))}")
    for kind in ("won", "lost"):
        questions = value["questions"][kind]
        console.print(f"\n{len(questions)} {kind}")
        for one in questions[:_SHOWN]:
            figures = f"{one['metric']} {one['before']:.2f} → {one['after']:.2f}"
            console.print(f"  {escape(str(one['id']))}  {figures}  {escape(str(one['question'] or ''))}")


def _baseline(name: str, value: Any) -> list[str]:
    own, lead = value["summary"]["ndcg@10"], value["difference"]["ndcg@10"]
    if not lead["n"]:
        return [name, "", "", "", "", "", ""]
    between = f"{lead['low']:+.3f} … {lead['high']:+.3f}"
    return [name, _number(own["mean"]), f"{lead['mean']:+.3f}", between, f"{lead['p']:.4f}",
            str(lead["won"]), str(lead["lost"])]  # fmt: skip


def _metric(name: str, metric: Any) -> list[str]:
    return [name, _number(metric["mean"]), f"{metric['low']:.3f} … {metric['high']:.3f}", str(metric["n"])]


def _measured(metric: Any) -> bool:
    return isinstance(metric, dict) and bool(metric.get("n")) and metric.get("low") is not None


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _table(columns: list[str], rows: list[list[str]]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for i, column in enumerate(columns):
        table.add_column(column, justify="left" if i == 0 else "right")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table
