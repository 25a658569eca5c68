"""The report of a real run: whole in one file, asking for nothing outside, with what was lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import evals
from corpus import Corpus, DocumentDraft
from evals.report import write_report

Draft = Callable[..., DocumentDraft]

QUESTIONS: list[dict[str, Any]] = [
    {"id": "1", "question": "What does E-07 mean?", "gold": [{"source": "Pump.pdf", "page": 3}], "type": "fault"},
    {"id": "2", "question": "皮带张紧力是多少？", "gold": [{"source": "Pump.pdf", "page": 8}], "type": "figure"},
    {"id": "3", "question": "<script>alert(1)</script> oil", "gold": [{"source": "Pump.pdf", "page": 99}]},
    {"id": "4", "question": "What is the warranty of the coffee machine?", "answerable": False},
]


class Loads(HTMLParser):
    """Collects what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            inside = (value or "").startswith("#")
            if name in ("src", "href", "xlink:href", "data", "action", "poster") and not inside:
                self.found.append(f"{tag} {name}={value}")


@pytest.fixture
def value(corpus: Corpus, draft: Draft, tmp_path: Path) -> dict[str, Any]:
    corpus.add_document(
        draft("Pump", ("Faults", 3, "E-07 Oil pressure low. Clean the strainer."), ("皮带", 8, "皮带张紧力为 450 N。")),
        actor="t",
    )
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in QUESTIONS), "utf-8")
    return evals.run(corpus, [path], baselines=["bm25", "rrf"])


def test_a_report_stands_alone(value: dict[str, Any], tmp_path: Path) -> None:
    page = write_report(tmp_path / "new" / "report", value)
    assert json.loads((page.parent / "run.json").read_text("utf-8")) == json.loads(json.dumps(value))
    text = page.read_text("utf-8")
    loads = Loads()
    loads.feed(text)
    assert loads.found == []
    assert not {"script", "link", "iframe", "img"} & set(loads.tags)
    assert not re.search(r"url\((?!#)|@import", text)
    assert loads.tags.count("svg") >= 4  # baselines, differences, slices, risk, latency


def test_a_report_shows_lost_questions_beside_what_came(value: dict[str, Any], tmp_path: Path) -> None:
    text = write_report(tmp_path, value).read_text("utf-8")
    lost = text[text.index("Lost questions") :]
    assert "&lt;script&gt;alert(1)" in lost
    assert "p. 99" in lost
    assert "p. 3" in lost  # what came instead
    assert "皮带张紧力" not in lost  # found at once


def test_a_report_of_a_search_without_gold_or_answers(corpus: Corpus, draft: Draft, tmp_path: Path) -> None:
    corpus.add_document(draft("Pump", ("Faults", 3, "Clean the strainer.")), actor="t")
    path = tmp_path / "bare.jsonl"
    path.write_text('{"question": "strainer"}', "utf-8")
    value = evals.run(corpus, [path], baselines=["bm25"], retrieval_only=True)
    value["failed_under"] = {"hit@1": {"value": None, "bound": 0.5}}
    text = write_report(tmp_path / "out", value).read_text("utf-8")
    assert "hit@1: –" in text
