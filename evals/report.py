"""The report of a run: one self-contained page beside the run's JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from evals import plots
from evals.metrics import relevance
from evals.sets import Gold
from evals.summary import METRICS, RETRIEVAL

_SHOWN = 200  # lost questions; all of them are in the JSON
_HITS = 10
_PLOTTED = 12  # values of a field that a plot still shows


def write_report(folder: Path, value: Mapping[str, Any]) -> Path:
    """Write `report.html` and `run.json` into a folder, made if need be, and return the page's path.

    The page holds its plots and style itself and asks for nothing outside; `value` is what `run` returned.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    environment = Environment(
        loader=PackageLoader("evals", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    page = folder / "report.html"
    page.write_text(environment.get_template("report.html.jinja").render(_context(value)), encoding="utf-8")
    return page


def _context(value: Mapping[str, Any]) -> dict[str, Any]:
    run, summary, questions = value["run"], value["summary"], value["questions"]
    measured = [name for name in (*METRICS, "retrieval_miss") if _known(summary.get(name))]
    lost = _lost(questions)
    return {
        "title": f"Millhand: {', '.join(run['sets'])}",
        "run": run,
        "sets": f"{len(questions)} questions 题",
        "under": value.get("failed_under"),
        "metrics": measured,
        "retrieval": [name for name in RETRIEVAL if name in measured],
        "summary": [(name, summary[name]) for name in measured],
        "found": [(name, metric) for name, metric in summary["found"].items() if _known(metric)],
        "repeat": summary.get("repeat"),
        **_baselines(value),
        **_slices(summary, measured),
        **_risk(summary, questions),
        **_latency(summary, questions),
        "lost": lost[:_SHOWN],
        "lost_total": len(lost),
        "manifest": [(name, json.dumps(v, ensure_ascii=False)) for name, v in run.items()],
    }


def _known(metric: Any) -> bool:
    return isinstance(metric, Mapping) and metric.get("mean") is not None


def _baselines(value: Mapping[str, Any]) -> dict[str, Any]:
    rivals: Mapping[str, Any] = value.get("baselines") or {}
    if not rivals:
        return {"baselines": [], "baseline_plots": []}
    summary = value["summary"]
    rows = [{"name": "Millhand", "metrics": summary, "difference": None, "skipped": ()}]
    rows += [
        {
            "name": name,
            "metrics": rival["summary"],
            "difference": rival["difference"]["ndcg@10"],
            "skipped": rival["skipped"],
        }
        for name, rival in rivals.items()
    ]
    figures = []
    by = summary["by"]
    groups = {"all 全部": (summary, {name: rival["summary"] for name, rival in rivals.items()})}
    for field in ("set", "language"):
        for part, metrics in by.get(field, {}).items():
            if all(part in rival["summary"]["by"].get(field, {}) for rival in rivals.values()):
                groups[part] = (metrics, {n: rival["summary"]["by"][field][part] for n, rival in rivals.items()})
    groups = {name: pair for name, pair in groups.items() if _known(pair[0]["ndcg@10"])}
    if groups:
        series = {"Millhand": [ours["ndcg@10"] for ours, _ in groups.values()]}
        series |= {name: [theirs[name]["ndcg@10"] for _, theirs in groups.values()] for name in rivals}
        figures.append(plots.bars(list(groups), series, "nDCG@10"))
    pairs = [(f"− {name}", rival["difference"]["ndcg@10"]) for name, rival in rivals.items()]
    for name, rival in rivals.items():
        pairs += [(f"− {name}, {part}", metric) for part, metric in rival["difference"]["by"].get("set", {}).items()]
    if any(_known(metric) for _, metric in pairs):
        names, metrics = zip(*[pair for pair in pairs if _known(pair[1])], strict=True)
        figures.append(plots.differences(names, metrics, "Δ nDCG@10, 95 %"))
    return {"baselines": rows, "baseline_plots": figures}


def _slices(summary: Mapping[str, Any], measured: Sequence[str]) -> dict[str, Any]:
    by: Mapping[str, Mapping[str, Any]] = summary["by"]
    tables = []
    for field, parts in by.items():
        rows = [(name, _size(metrics), metrics) for name, metrics in parts.items()]
        tables.append((field, rows))
    first = next((name for name in ("ndcg@10", "must_include") if name in measured), None)
    figures = []
    for field in by:
        parts = {name: metrics for name, metrics in by[field].items() if first and _known(metrics[first])}
        if 1 < len(parts) <= _PLOTTED and first:
            labels = [f"{name} ({metrics[first]['n']})" for name, metrics in parts.items()]
            figures.append(plots.bars(labels, {field: [m[first] for m in parts.values()]}, f"{first} by {field}"))
    return {"slices": tables, "slice_plots": figures[:4]}


def _size(metrics: Mapping[str, Any]) -> int:
    return max((int(metric["n"]) for metric in metrics.values()), default=0)


def _risk(summary: Mapping[str, Any], questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    areas = summary["risk_coverage"]
    judged = [q for q in questions if not q["answerable"] or "hit@5" in q["scores"]]
    right = [q["scores"]["hit@5"] if q["answerable"] else 0.0 for q in judged]
    if not judged or not _known(areas["confidence"]):
        return {"risk": None, "risk_rows": [], "risk_best": None}
    curves = {
        "confidence 置信度": [q["evidence"]["confidence"] for q in judged],
        "dense score alone 仅向量分": [q["evidence"]["similarity"] for q in judged],
    }
    names = {"confidence": "confidence 置信度", "dense": "dense 仅向量分", "difference": "difference 差"}
    return {
        "risk": plots.risk_curves(curves, right, ("coverage 覆盖", "risk 风险")),
        "risk_rows": [(names[name], areas[name]) for name in names],
        "risk_best": areas["best"],
    }


def _latency(summary: Mapping[str, Any], questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = {"search": "search 检索", "answer": "answer 回答"}
    parts = {
        label: values
        for name, label in names.items()
        if (values := [v for q in questions if (v := q["latency_ms"][name]) is not None])
    }
    rows = [(label, summary["latency_ms"][name]) for name, label in names.items() if label in parts]
    return {"latency": rows, "latency_plot": plots.distribution(parts, "ms") if parts else None}


def _lost(questions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the questions that went wrong, worst first, each with its gold and its first hits."""
    rows = []
    for question in questions:
        scores = question["scores"]
        wrong_state = scores.get("state") == 0.0 or (
            not question["answerable"] and question["state"] not in (None, "no_answer", "clarify")
        )
        ndcg = scores.get("ndcg@10")
        if not wrong_state and scores.get("must_include", 1.0) == 1.0 and (ndcg is None or ndcg == 1.0):
            continue
        hits = question["hits"][:_HITS]
        gold = [Gold(place["source"], place["page"]) for place in question["gold"]]
        marks = relevance([(hit["source"], hit["page"]) for hit in hits], gold)
        rows.append(
            {
                "set": question["set"],
                "id": question["id"],
                "question": question["question"],
                "state": question["state"],
                "text": question["text"],
                "ndcg": "–" if ndcg is None else round(ndcg, 3),
                "gold": question["gold"],
                "hits": [{**hit, "gold": mark is not None} for hit, mark in zip(hits, marks, strict=True)],
                "order": (scores.get("must_include", 1.0) + (1.0 if ndcg is None else ndcg) - wrong_state),
            }
        )
    return sorted(rows, key=lambda row: row["order"])
