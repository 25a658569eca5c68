"""Which of a machine's metrics a question names, in whichever language either is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.asking.periods import without_dates
from agent.words import words
from corpus import Corpus, content_words, detect_language, index_tokens

_CLOSE = 0.84  # cosine by which a metric is what a question in other words speaks of
_AHEAD = 0.015  # ... and by how much it has to be closer than the next
_HALVES = re.compile(r"^(.*[\u4e00-\u9fff]\S*)\s+([A-Za-z].*)$")
_WHOLE = {
    "temp": "temperature", "temps": "temperatures", "vib": "vibration", "vibs": "vibration", "amps": "current",
    "humid": "humidity", "shud": "should", "cud": "could", "wud": "would", "wat": "what", "wats": "what is",
    "wen": "when", "wher": "where", "wich": "which", "pls": "please", "plz": "please", "thru": "through",
}  # fmt: skip
_SHORT = re.compile(rf"\b({'|'.join(_WHOLE)})\b\.?", re.IGNORECASE)
_FIGURE = re.compile(r"(?<![\d.:])\d{1,2}(?![\d.:])")
_PLAIN = frozenset(
    content_words(
        "current present actual latest newest measured real average mean highest lowest maximum minimum peak normal "
        "high low right reading value machine draw reach run show read"
    )
)
_PLAIN_ZH = re.compile(
    r"现在|目前|当前|此刻|实时|最新|最高|最低|最大|最小|平均|今天|昨天|这台|那台|机器|设备|实际|[的了在是有它其台号最近上下月日天年周时点分]"
)


@dataclass(frozen=True, slots=True)
class Named:
    """The metrics that a question names.

    `words` says by how many words, `whole` that these are all of a name's; `sure` that it names them by all of their
    words, or nothing beside the one; `missing` is what it names instead that is not among the metrics.
    """

    metrics: tuple[str, ...] = ()
    sure: bool = False
    missing: str | None = None
    words: int = 0
    whole: bool = False


def written_out(text: str) -> str:
    """Write out what people shorten on a phone: temp, vib, amps, shud."""
    return _SHORT.sub(lambda match: _WHOLE[match[1].lower()], text)


def metrics_in(corpus: Corpus, query: str, metrics: Sequence[str], *, alike: bool = True) -> Named:
    """Find the metrics that a question names; `alike` by their meaning too, where no word is shared."""
    numbers = {*_FIGURE.findall(without_dates(query))}
    if numbers:  # zone 4 is not zone 1
        metrics = [metric for metric in metrics if numbers & {*(own := _FIGURE.findall(metric))} or not own]
    felt = [name for name, pattern in words().felt.items() if pattern.search(query)]
    said = {*content_words(query), *(token for name in felt for token in index_tokens(name))}
    wanted = {*said, *corpus.translated(" ".join([query, *felt]))}
    whole = {metric: max((len(half) for half in _halves(metric) if half <= wanted), default=0) for metric in metrics}
    most = max(whole.values(), default=0)
    if most:
        return Named(tuple(metric for metric in metrics if whole[metric] == most), sure=True, words=most, whole=True)
    heads = {token for match in words().recorded["quantity"].finditer(query) for token in index_tokens(match.group())}
    heads |= {token for name in felt for token in index_tokens(name)}
    common = set.intersection(*(set(index_tokens(metric)) for metric in metrics)) if len(metrics) > 1 else set()
    held = {metric: len((wanted - common) & set(index_tokens(metric))) for metric in metrics}
    most = max(held.values(), default=0)
    best = tuple(metric for metric in metrics if most and held[metric] == most)
    if missing := _other(corpus, query, best):
        return Named(missing=missing)
    if best:
        return Named(best, sure=len(best) == 1 and not _left(query, best[0]), words=most)
    if len(metrics) > 1 and alike:
        near = sorted(zip(corpus.similar(query, metrics), metrics, strict=True), reverse=True)
        if near[0][0] >= _CLOSE and near[0][0] - near[1][0] >= _AHEAD:
            return Named((near[0][1],))
    return Named(missing=_unheard(query, metrics) if heads else None)


def wholly_measured(corpus: Corpus, query: str, metrics: Sequence[str], *, beside: Sequence[str] = ()) -> bool:
    """Say whether a question asks for what is measured and for nothing else: a metric, its value, extreme or limits.

    In another language what stands before the quantity is taken for the rest of the metric's name; `beside` are further
    things of `words().query` that it may ask.
    """
    named = metrics_in(corpus, query, metrics, alike=False) if metrics else Named()
    of, asking = words().recorded, words().query
    if len(named.metrics) != 1 or (of["permitted"].search(query) and not _of_readings(query)):
        return False
    said = set(content_words(query))
    heard = (
        any(half <= said for half in _halves(named.metrics[0]))
        or of["quantity"].search(query)
        or any(one.search(query) for one in words().felt.values())
    )
    if not heard:
        return False
    metric = named.metrics[0]
    text = without_dates(query)
    foreign = detect_language(metric) != detect_language(query) and not _HALVES.match(metric)
    for _, _, _, span in sorted(_phrases(text), key=lambda phrase: -phrase[3][0]) if foreign else ():
        text = f"{text[: span[0]]} {text[span[1] :]}"
    known = {*index_tokens(metric), *(token for half in _halves(metric) for token in half)}
    patterns = [
        *words().felt.values(),
        of["judged"],
        of["limits"],
        asking["count"],
        of["now"],
        asking["most"],
        asking["least"],
    ]
    for run in _common(text, metric):
        text = text.replace(run, " ")
    if beside:
        text = words().machine["number"].sub(" ", text)
    for pattern in (
        *patterns,
        *(asking[name] for name in beside),
        asking["mean"],
        asking["when"],
        asking["list"],
        asking["light"],
    ):
        text = pattern.sub(" ", text)
    if foreign:
        text = of["quantity"].sub(" ", text)
    return all(word in known or set(corpus.translated(word)) & known for word in content_words(text))


def _of_readings(query: str) -> bool:
    """Say whether a question with a word such as "highest" is of readings: it names a time, or the recorded limits."""
    return without_dates(query) != query or words().recorded["limits"].search(query) is not None


def _common(text: str, metric: str) -> list[str]:
    """Return the runs of Chinese that a text shares with a metric's name, the longest first."""
    han = re.findall(r"[\u4e00-\u9fff]+", metric)
    runs = {run[i:j] for run in han for i in range(len(run)) for j in range(i + 1, len(run) + 1)}
    return sorted((run for run in runs if run in text and (len(run) > 1 or len(metric) < 3)), key=len, reverse=True)


def missing_text(equipment: str | None, missing: str, metrics: Sequence[str], query: str) -> str:
    """Say that a quantity is not recorded for a machine, and what is."""
    zh = detect_language(query) == "zh"
    if not metrics:
        return f"{equipment} 没有任何读数记录。" if zh else f"No readings of {equipment} are recorded."
    if zh:
        return f"{equipment} 没有记录“{missing}”；记录的有：{'、'.join(metrics)}。"
    return f"{equipment} has no record of “{missing}”; recorded are: {', '.join(metrics)}."


def _halves(metric: str) -> Iterator[set[str]]:
    """Yield the words of a metric's name in each of its languages."""
    split = _HALVES.match(metric)
    for half in split.groups() if split else (metric,):
        if tokens := set(content_words(re.sub(r"[(（\[].*?[)）\]]", " ", half))):
            yield tokens


def _left(query: str, metric: str) -> set[str]:
    """Return what a question speaks of beside a metric and what it measures."""
    if _HALVES.match(metric) is None and detect_language(metric) != detect_language(query):
        return set()  # what sets it apart in another language cannot be compared
    text = words().recorded["quantity"].sub(" ", query)
    for pattern in words().felt.values():
        text = pattern.sub(" ", text)
    return set(content_words(_PLAIN_ZH.sub(" ", text))) - set(index_tokens(metric)) - _PLAIN


def _other(corpus: Corpus, query: str, metrics: Sequence[str]) -> str | None:
    """Return the quantity that a question names by a word which none of these metrics, each with its own, has."""
    if not metrics:
        return None
    language = detect_language(query)
    text = " ".join(metrics)
    held = {token for metric in metrics for token in index_tokens(metric)}
    across = {*held, *corpus.translated(text)}  # 煤气 and 燃气 are both "gas"
    for phrase, own, head, _ in _phrases(query):
        if not head & held:
            apart = set(corpus.translated(words().recorded["quantity"].sub(" ", phrase)))
            if apart and set(corpus.translated(phrase)) - apart & held and not _stand(apart, held, text):
                return phrase  # "screw speed" where only 牵引速度 is measured
            continue
        named = {*head, *(token for match in words().recorded["quantity"].finditer(phrase)
                          for token in corpus.translated(match.group()))}  # fmt: skip
        known = own & held or any(token in text for token in own) or set(corpus.translated(phrase)) & (across - named)
        distinct = [m for m in metrics if set(index_tokens(m)) - head and detect_language(m) == language]
        if own and not known and len(distinct) == len(metrics):
            return phrase
    return None


def _stand(tokens: set[str], held: set[str], text: str) -> bool:
    """Say whether some of these tokens, or one of their Chinese characters, stands in a text: 水分 in 冷却水压力."""
    return not tokens.isdisjoint(held) or any(sign in text for token in tokens if not token.isascii() for sign in token)


def _phrases(query: str) -> Iterator[tuple[str, set[str], set[str], tuple[int, int]]]:
    """Yield each quantity that a text names: the phrase, the tokens of what sets it apart, its own, and its span."""
    for match in words().recorded["quantity"].finditer(query):
        before = query[: match.start()]
        if match.group().isascii():
            run = re.search(r"((?:[A-Za-z][\w-]*\s+){0,2})$", before)
            said = run.group(1).split() if run else []
            own = {token for word in said for token in content_words(word)} - _PLAIN
            kept = [word for word in said if set(content_words(word)) - _PLAIN]
        else:
            run = re.search(r"([\u4e00-\u9fff]{1,8})$", before)
            left = _PLAIN_ZH.sub(" ", run.group(1)).split(" ")[-1] if run else ""
            own, kept = ({left[i : i + 2] for i in range(max(1, len(left) - 1))} if left else set()), [left]
        if own:
            joint = " " if match.group().isascii() else ""
            phrase = joint.join([*kept, match.group()])
            start = run.start() if run and match.group().isascii() else match.start() - len(kept[-1])
            yield phrase, own, set(index_tokens(match.group())), (start, match.end())


def _unheard(query: str, metrics: Sequence[str]) -> str | None:
    """Return the quantity that a question names and of which no metric has the word."""
    if any(detect_language(metric) != detect_language(query) and not _HALVES.match(metric) for metric in metrics):
        return None  # in another language it may be called anything
    match = words().recorded["quantity"].search(query)
    return match.group() if match else None
