"""What an answer did with what was found: wording, figures, citations, overlap with the reference."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from corpus import contains_quote
from evals.sets import Question
from evals.values import Figure, figures, same_value

_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+")
_MARK = re.compile(r"\[\d+\]")
_ROW_FIGURES = {"on_hand": "unit", "minimum": "unit", "value": "unit", "limit_low": "unit", "limit_high": "unit"}


def answer_scores(question: Question, answer: Mapping[str, Any]) -> dict[str, float]:
    """Return those of the answer metrics that this question asks for; `answer` is the JSON of `millhand ask`.

    Of an answerable question every one counts, also where nothing was answered. `citation_precision` needs a citation;
    warnings, which go before the steps whether asked for or not, are no support and do not count.
    """
    scores: dict[str, float] = {}
    if question.state:
        scores["state"] = float(answer["state"] == question.state)
    if not question.answerable:
        return scores
    text = answer["text"] or "" if answer["state"] == "answered" else ""
    if question.must_include:
        scores["must_include"] = float(all(contains_quote(text, wanted) for wanted in question.must_include))
    if question.value is not None:
        said = [*figures(_MARK.sub(" ", text)), *(_row_figures(answer) if text else ())]
        scores["value_exact"] = float(any(same_value(question.value, figure) for figure in said))
    if question.answer:
        scores["token_f1"] = token_f1(question.answer, text)
    if question.gold:
        scores |= _citation_scores(question, answer)
    return scores


def token_f1(reference: str, text: str) -> float:
    """Return the F1 of shared tokens: characters of Chinese, words of everything else."""
    wanted, said = Counter(_tokens(reference)), Counter(_tokens(_MARK.sub(" ", text)))
    shared = sum((wanted & said).values())
    return 2 * shared / (sum(wanted.values()) + sum(said.values())) if shared else 0.0


def _tokens(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _row_figures(answer: Mapping[str, Any]) -> Iterator[Figure]:
    for row in [*answer.get("parts", ()), *answer.get("status", ())]:
        for name, unit in _ROW_FIGURES.items():
            if isinstance(row.get(name), int | float):
                yield Figure(float(row[name]), row.get(unit) or None)
        if isinstance(row.get("lead_time"), int | float):
            yield Figure(float(row["lead_time"]), "days")


def _citation_scores(question: Question, answer: Mapping[str, Any]) -> dict[str, float]:
    warned = {warning["n"] for warning in answer.get("warnings", ()) if isinstance(warning, Mapping)}
    cited = {(c["source"], c["page"]) for c in answer["citations"] if c["n"] not in warned}
    scores = {
        "citation_recall": sum(
            any(source == gold.source and gold.page in (None, page) for source, page in cited) for gold in question.gold
        )
        / len(question.gold)
    }
    if cited:
        right = sum(
            any(source == gold.source and gold.page in (None, page) for gold in question.gold) for source, page in cited
        )
        scores["citation_precision"] = right / len(cited)
    return scores
