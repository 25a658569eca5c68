"""What fails most and how long it takes, as bars: counted over the alarm log and the approved fixes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from html import escape
from statistics import median

from corpus import Corpus
from ui.html import number
from ui.texts import Language, text

CHARTS = ("count", "downtime")
BARS, WIDTH, LABEL, ROW = 10, 920, 190, 34
READ = 5000
STYLE = (
    "text{font:15px system-ui,'Noto Sans CJK SC',sans-serif;fill:#1c2733}.head{font-weight:600}.bar{fill:#0f5ea8}"
    ".more{fill:#b26a00}.back{fill:#fff}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.bar{fill:#7cc0ff}"
    ".more{fill:#ffcc80}.back{fill:#10161d}}"
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One fault code on one machine: how often it came, and the minutes that its fixes took."""

    equipment: str
    code: str
    alarms: int
    fixes: int
    downtime: float
    median: float | None


def failures(corpus: Corpus) -> list[Failure]:
    """Count alarms and approved fixes by machine and code, the most frequent first."""
    alarms: dict[tuple[str, str], int] = defaultdict(int)
    for alarm in corpus.alarms(limit=READ):
        alarms[alarm.equipment, alarm.code] += 1
    minutes: dict[tuple[str, str], list[float]] = defaultdict(list)
    fixes: dict[tuple[str, str], int] = defaultdict(int)
    for case in corpus.cases(state="approved", limit=READ):
        if not case.equipment or not (case.code or case.failure_mode) or case.preventive:
            continue
        key = (case.equipment, case.code or case.failure_mode or "")
        fixes[key] += 1
        if case.downtime is not None:
            minutes[key].append(case.downtime)
    found = [
        Failure(*key, alarms[key], fixes[key], sum(minutes[key]), median(minutes[key]) if minutes[key] else None)
        for key in {*alarms, *fixes}
    ]
    return sorted(found, key=lambda one: (-one.alarms - one.fixes, -one.downtime, one.equipment, one.code))


def chart(corpus: Corpus, kind: str, language: Language) -> str:
    """Draw one of CHARTS as SVG."""
    found = failures(corpus)
    if kind == "downtime":
        found = sorted((one for one in found if one.downtime), key=lambda one: -one.downtime)
    shown = found[:BARS]
    values = [(one.downtime, 0.0) if kind == "downtime" else (float(one.alarms), float(one.fixes)) for one in shown]
    most = max((a + b for a, b in values), default=1.0) or 1.0
    scale = (WIDTH - LABEL - 150) / most
    height = 40 + ROW * max(1, len(shown))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"><style>{STYLE}</style>'
        f'<rect class="back" width="{WIDTH}" height="{height}"/>'
        f'<text class="head" x="8" y="22">{escape(text(language, f"failures_{kind}"))}</text>'
    ]
    for at, (one, (first, second)) in enumerate(zip(shown, values, strict=True)):
        y = 36 + at * ROW
        width, more = round(first * scale, 1), round(second * scale, 1)
        said = number(first) if kind == "downtime" else f"{number(first)} + {number(second)}"
        parts.append(
            f'<text x="8" y="{y + 18}">{escape(f"{one.equipment} {one.code}"[:24])}</text>'
            f'<rect class="bar" x="{LABEL}" y="{y + 3}" width="{width}" height="20"/>'
            f'<rect class="more" x="{LABEL + width}" y="{y + 3}" width="{more}" height="20"/>'
            f'<text x="{LABEL + width + more + 8}" y="{y + 18}">{escape(said)}</text>'
        )
    return "".join([*parts, "</svg>"])
