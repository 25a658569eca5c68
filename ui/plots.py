"""Status lines as SVG: one band a metric with its limits, and the alarms on the same time axis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from html import escape

from corpus import Alarm, Corpus, Reading
from ui.html import limits, number
from ui.texts import Language, text

WIDTH, LEFT, RIGHT, BAND, GAP, TOP = 920, 14, 14, 92, 34, 14
POINTS = 300
STYLE = (
    "text{font:14px system-ui,'Noto Sans CJK SC',sans-serif;fill:#1c2733}.axis{stroke:#64748b;stroke-width:1}"
    ".line{fill:none;stroke:#0f5ea8;stroke-width:2}.limit{stroke:#b71c1c;stroke-width:1.5;stroke-dasharray:6 4}"
    ".out{fill:#b71c1c}.alarm{fill:#b71c1c;fill-opacity:.75}.past{fill:#b26a00;fill-opacity:.6}.back{fill:#fff}"
    ".band{fill:#f4f6f9}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.axis{stroke:#94a3b8}"
    ".line{stroke:#7cc0ff}.limit{stroke:#ff8a80}.out{fill:#ff8a80}.alarm{fill:#ff8a80}.past{fill:#ffcc80}"
    ".back{fill:#10161d}.band{fill:#1a222c}}"
)


def status_plot(corpus: Corpus, tag: str, days: int, language: Language, zone: tzinfo) -> str:
    """Draw a machine's last days of readings, up to its newest one; raises NotFound for an unknown tag."""
    machine = corpus.equipment(tag)
    latest = corpus.latest_status(machine.tag)
    alarms = corpus.alarms(machine.tag, limit=200)
    newest = max([one.at for one in latest] + [one.since for one in alarms[:1]], default=datetime.now(UTC))
    until = newest + timedelta(minutes=1)
    since = until - timedelta(days=days)
    bands = [(one, corpus.readings(machine.tag, one.metric, since, until)) for one in latest]
    shown = [one for one in alarms if one.since < until and (one.until is None or one.until > since)]
    height = TOP + len(bands) * (BAND + GAP) + 60 + 18 * max(1, len({one.code for one in shown}))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
        f"<title>{escape(machine.tag)}</title><style>{STYLE}</style>"
        f'<rect class="back" width="{WIDTH}" height="{height}"/>'
    ]
    at = TOP
    for last, readings in bands:
        parts.append(_band(last, readings, at, since, until))
        at += BAND + GAP
    parts.append(_alarms(shown, at, since, until, language))
    parts.append(_axis(height - 26, since, until, zone))
    return "".join([*parts, "</svg>"])


def _x(when: datetime, since: datetime, until: datetime) -> float:
    share = (when - since) / (until - since)
    return round(LEFT + max(0.0, min(1.0, share)) * (WIDTH - LEFT - RIGHT), 1)


def _band(last: Reading, readings: list[Reading], top: int, since: datetime, until: datetime) -> str:
    bounds = [one for one in (last.limit_low, last.limit_high) if one is not None]
    values = [one.value for one in readings] + bounds
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = (high - low or abs(high) or 1.0) * 0.08
    low, high = low - room, high + room

    def y(value: float) -> float:
        return round(top + 20 + (high - value) / (high - low) * (BAND - 4), 1)

    # No more points than can be seen, and of each few the one furthest out, so that no excursion is lost.
    step = max(1, len(readings) // POINTS)
    kept = [
        max(readings[i : i + step], key=lambda one: abs(one.value - (low + high) / 2))
        for i in range(0, len(readings), step)
    ]
    points = " ".join(f"{_x(one.at, since, until)},{y(one.value)}" for one in kept)
    lines = "".join(
        f'<line class="limit" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(bound)}" y2="{y(bound)}"/>' for bound in bounds
    )
    outside = "".join(
        f'<circle class="out" r="3" cx="{_x(one.at, since, until)}" cy="{y(one.value)}"/>'
        for one in kept
        if (one.limit_low is not None and one.value < one.limit_low)
        or (one.limit_high is not None and one.value > one.limit_high)
    )
    range_ = limits(last.limit_low, last.limit_high)
    label = f"{last.metric}: {number(last.value)} {last.unit or ''}" + (f"  ({range_})" if range_ else "")
    return (
        f'<text x="{LEFT}" y="{top + 12}">{escape(label)}</text>'
        f'<rect class="band" x="{LEFT}" y="{top + 18}" width="{WIDTH - LEFT - RIGHT}" height="{BAND}"/>'
        f'{lines}<polyline class="line" points="{points}"/>{outside}'
    )


def _alarms(alarms: list[Alarm], top: int, since: datetime, until: datetime, language: Language) -> str:
    codes = list(dict.fromkeys(one.code for one in alarms))
    parts = [f'<text x="{LEFT}" y="{top + 12}">{escape(text(language, "alarms" if codes else "alarms_none"))}</text>']
    for one in alarms:
        y = top + 20 + codes.index(one.code) * 18
        first, last = _x(one.since, since, until), _x(one.until or until, since, until)
        kind = "past" if one.until else "alarm"
        width = max(3.0, round(last - first, 1))
        anchor, x = ("end", first - 4) if first > WIDTH * 0.7 else ("start", last + 4)
        parts.append(
            f'<rect class="{kind}" x="{first}" y="{y}" width="{width}" height="12"/>'
            f'<text x="{x}" y="{y + 11}" text-anchor="{anchor}">{escape(one.code)}</text>'
        )
    return "".join(parts)


def _axis(y: int, since: datetime, until: datetime, zone: tzinfo) -> str:
    parts = [f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>']
    ticks = 4
    for tick in range(ticks + 1):
        when = since + (until - since) * tick / ticks
        anchor = "start" if tick == 0 else "end" if tick == ticks else "middle"
        x = _x(when, since, until)
        parts.append(
            f'<line class="axis" x1="{x}" x2="{x}" y1="{y}" y2="{y + 5}"/>'
            f'<text x="{x}" y="{y + 20}" text-anchor="{anchor}">{when.astimezone(zone):%m-%d %H:%M}</text>'
        )
    return "".join(parts)
