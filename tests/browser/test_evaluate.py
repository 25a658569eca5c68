"""Evaluating on the page: upload a set, run it twice, read the report, compare, look at what was lost, mark gold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.browser.driving import choose_files, open_tab

pytestmark = pytest.mark.browser
LINES = [
    {"id": "a", "question": "What does E-77 mean?", "gold": [{"source": "winch-w9.pdf", "page": 1}]},
    {"id": "b", "question": "P-31 是什么意思？", "gold": [{"source": "crusher-ps4.pdf", "page": 2}]},
    {"id": "c", "question": "To what torque are the socket bolts tightened?", "must_include": ["450 N·m"],
     "gold": [{"source": "winch-w9.pdf", "page": 2}]},
]  # fmt: skip


def run(page: Any, before: int) -> None:
    page.click("#mh-eval-start")
    page.wait_for_function(f"document.querySelectorAll('#mh-eval-runs tbody tr').length === {before + 1}")


def test_a_set_is_run_compared_and_mended(visit: Any, address: str, tmp_path: Path) -> None:
    file = tmp_path / "page-set.jsonl"
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in LINES))
    page = visit(address, person="eve")
    open_tab(page, "Evaluate")
    choose_files(page, "#mh-eval-file", [str(file)], page.locator("#mh-eval-said", has_text="page-set has been added"))
    assert page.locator("#mh-eval-sets label", has_text="page-set").locator("input").is_checked()
    run(page, 0)
    run(page, 1)
    report = page.locator("#mh-eval-runs a", has_text="Report").first
    with page.context.expect_page() as opened:
        report.click()
    opened.value.wait_for_load_state()
    assert opened.value.locator("svg").count() > 0
    assert "ndcg@10" in opened.value.locator("body").inner_text()
    page.click("#mh-eval-compare")
    detail = page.locator("#mh-eval-detail")
    detail.get_by_text("Questions lost (0)").wait_for()
    assert "+0.000" in detail.inner_text()
    page.locator("#mh-eval-runs").get_by_role("button", name="Lost questions").first.click()
    detail.get_by_role("button", name="b · P-31").click()
    detail.locator(".mh-sides").wait_for()
    detail.locator("li", has_text="crusher-ps4.pdf · p. 1").get_by_role("button", name="Mark as gold").first.click()
    page.locator("#mh-eval-said", has_text="is gold for question b now").wait_for()
    detail.locator("a.mh-cite", has_text="crusher-ps4.pdf · p. 1").first.click()
    page.locator("#mh-viewer img").wait_for()


def test_a_broken_set_is_refused_in_one_sentence(visit: Any, address: str, tmp_path: Path) -> None:
    file = tmp_path / "broken-set.jsonl"
    file.write_text('{"id": "a"}\n')
    page = visit(address, person="eve")
    open_tab(page, "Evaluate")
    refused = page.locator("#mh-eval-said .mh-failure", has_text="broken-set.jsonl line 1")
    choose_files(page, "#mh-eval-file", [str(file)], refused)
