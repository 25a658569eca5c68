"""Right and wrong drafts of a language model through the real agent: what no page carries never reaches the reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent import Answer, build_assistant
from corpus import Corpus

DRAFTS = [json.loads(line) for line in (Path(__file__).parent / "drafts.jsonl").read_text().splitlines()]
WRONG = [draft for draft in DRAFTS if "wrong" in draft]
RIGHT = [draft for draft in DRAFTS if "wrong" not in draft]


def drafted(plant: Corpus, scripted: Any, draft: dict[str, Any]) -> Answer:
    """Let a model say the draft after calling the tools, as any model would."""
    question, tag = draft["question"], draft["equipment"]
    calls = [
        {"name": "search_manuals", "args": {"query": question, "equipment": tag}},
        *(
            {"name": "search_manuals", "args": {"query": question, "equipment": other}}
            for other in draft.get("also", ())
        ),
        {"name": "find_parts", "args": {"query": question, "equipment": tag}},
        {"name": "read_status", "args": {"equipment": tag}},
        {"name": "find_past_fixes", "args": {"equipment": tag}},
    ]
    model = scripted(draft=draft["draft"], calls=calls)
    return build_assistant(plant.settings, plant, model).ask(question, equipment=tag)


def lost(answer: Answer) -> str | None:
    return answer.fallback or ("; ".join(why for _, why in answer.removed) or None)


def test_the_suite_is_large_enough() -> None:
    assert len(WRONG) >= 60
    assert len(RIGHT) >= 60


@pytest.mark.parametrize("draft", WRONG, ids=lambda draft: draft["draft"][:60])
def test_a_wrong_draft_is_caught(plant: Corpus, scripted: Any, draft: dict[str, Any]) -> None:
    answer = drafted(plant, scripted, draft)
    assert lost(answer), answer.text
    if draft["wrong"] != "made up":  # there the words are right, and only their place is not
        assert draft["wrong"] not in answer.text.replace(draft["question"], "") or answer.fallback
    assert answer.fallback or answer.removed
    told = [citation.quote for citation in answer.citations]
    assert all(told)


def test_at_most_one_right_draft_in_twenty_is_lost(plant: Corpus, scripted: Any) -> None:
    reasons = {draft["draft"]: lost(drafted(plant, scripted, draft)) for draft in RIGHT}
    gone = {draft: reason for draft, reason in reasons.items() if reason}
    assert len(gone) <= 0.05 * len(RIGHT), gone
