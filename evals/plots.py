"""The report's plots, as SVG text that stands in the page itself."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from evals.statistics import risk_coverage

_COLOURS = ("#1f4e79", "#c55a11", "#548235", "#7f6000", "#7030a0", "#595959")
_FONTS = ["Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "DejaVu Sans"]

Metric = Mapping[str, Any]


def bars(groups: Sequence[str], series: Mapping[str, Sequence[Metric]], label: str) -> str:
    """Draw one bar a series in each group, with its 95 % interval; a metric without a mean leaves a gap."""
    figure, axes = _figure(height=0.9 + 0.26 * len(groups) * (len(series) + 0.6))
    width = 0.8 / len(series)
    for number, (name, metrics) in enumerate(series.items()):
        rows = [(at, metric) for at, metric in enumerate(metrics) if metric["mean"] is not None]
        at = [row + (number - (len(series) - 1) / 2) * width for row, _ in rows]
        means = [metric["mean"] for _, metric in rows]
        errors = [
            [max(0.0, metric["mean"] - metric["low"]) for _, metric in rows],
            [max(0.0, metric["high"] - metric["mean"]) for _, metric in rows],
        ]
        colour = _COLOURS[number % len(_COLOURS)]
        axes.barh(at, means, width * 0.92, color=colour, label=name, xerr=errors, ecolor="#333", capsize=2)
    axes.set_yticks(range(len(groups)), groups)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel(label)
    axes.grid(axis="x", color="#ddd", linewidth=0.6)
    axes.set_axisbelow(True)
    if len(series) > 1:
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.01, 1))
    return _svg(figure)


def differences(names: Sequence[str], metrics: Sequence[Metric], label: str) -> str:
    """Draw paired differences with their intervals around zero."""
    figure, axes = _figure(height=1.0 + 0.32 * len(names))
    for at, metric in enumerate(metrics):
        if metric["mean"] is None:
            continue
        colour = "#548235" if metric["low"] > 0 else "#c00000" if metric["high"] < 0 else "#595959"
        axes.plot([metric["low"], metric["high"]], [at, at], color=colour, linewidth=2)
        axes.plot(metric["mean"], at, "o", color=colour)
    axes.axvline(0, color="#333", linewidth=0.8)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlabel(label)
    axes.grid(axis="x", color="#ddd", linewidth=0.6)
    return _svg(figure)


def risk_curves(confidences: Mapping[str, Sequence[float]], right: Sequence[float], labels: tuple[str, str]) -> str:
    """Draw the share of wrong answers against the share answered, for each confidence."""
    figure, axes = _figure(height=3.4)
    for number, (name, confidence) in enumerate(confidences.items()):
        coverage, risk = risk_coverage(confidence, right)
        axes.plot(coverage, risk, color=_COLOURS[number], label=name, drawstyle="steps-post")
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    axes.grid(color="#ddd", linewidth=0.6)
    axes.legend(frameon=False)
    return _svg(figure)


def distribution(parts: Mapping[str, Sequence[float]], label: str) -> str:
    """Draw how latencies (ms) are distributed: the share of questions done within a time."""
    figure, axes = _figure(height=3.0)
    for number, (name, values) in enumerate(parts.items()):
        ordered = sorted(values)
        share = [(at + 1) / len(ordered) for at in range(len(ordered))]
        axes.plot(ordered, share, color=_COLOURS[number], label=name)
    axes.set_xscale("log")
    axes.set_ylim(0, 1)
    axes.set_xlabel(label)
    axes.grid(color="#ddd", linewidth=0.6, which="both")
    axes.legend(frameon=False)
    return _svg(figure)


def _figure(height: float) -> tuple[Any, Any]:
    # The object interface: pyplot would keep every figure and choose a backend for the whole process.
    from matplotlib import rcParams
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    rcParams["svg.fonttype"] = "none"  # words stay words: the reader's own fonts draw them, Chinese ones too
    rcParams["svg.hashsalt"] = "millhand"
    figure = Figure(figsize=(8.2, height), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _svg(figure: Any) -> str:
    out = io.StringIO()
    with warnings.catch_warnings():
        # The reader's browser draws the characters; that matplotlib's own font lacks some does not matter.
        warnings.filterwarnings("ignore", "Glyph")
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    # The element's own names are all that is needed inside HTML; the address of a schema would look like a resource.
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    return re.sub(
        r"font(-family)?: ?([^;\"]*)'DejaVu Sans'[^;\"]*", rf"font\1: \2{', '.join(_FONTS[:1])}, sans-serif", text
    )
