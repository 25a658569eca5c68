"""Experience handed on: a technician writes a fix down, a lead mends and approves it, the next one finds it."""

from __future__ import annotations

from typing import Any

import pytest

from corpus import RepairCase
from tests.browser.driving import ask, open_tab
from ui.house import House

pytestmark = pytest.mark.browser
ACTION = "Greased the sheave and replaced the rope guide"


def test_a_fix_is_saved_approved_and_found(visit: Any, address: str) -> None:
    page = visit(address, "/?equipment=WN-01", size="phone", person="li")
    ask(page, "WN-01 squeaks when it lowers a load")
    page.get_by_role("button", name="Save as a fix").click()
    page.locator("#mh-fix-save").wait_for()
    assert page.locator("#mh-fix-equipment input, #mh-fix-equipment textarea").first.input_value() == "WN-01"
    page.fill("#mh-fix-cause textarea, #mh-fix-cause input", "Dry sheave")
    page.click("#mh-fix-save")
    page.locator("#mh-fix-said", has_text="Write down the symptom").wait_for()
    page.fill("#mh-fix-action textarea, #mh-fix-action input", ACTION)
    page.fill("#mh-fix-downtime_minutes textarea, #mh-fix-downtime_minutes input", "35")
    page.click("#mh-fix-save")
    page.locator("#mh-fix-said", has_text="waits for a lead's approval").wait_for()

    lead = visit(address, person="lead")
    open_tab(lead, "Experience")
    lead.locator("#mh-cases-list button", has_text="squeaks").click()
    card = lead.locator("#mh-case-card")
    card.get_by_text(ACTION).first.wait_for()
    card.get_by_role("button", name="Edit").click()
    box = lead.locator("#mh-case-cause textarea, #mh-case-cause input").first
    box.wait_for()
    assert box.input_value() == "Dry sheave"
    box.fill("Dry sheave bearing")
    lead.click("#mh-case-save")
    lead.get_by_text("The changes are saved.").wait_for()
    card.get_by_text("Dry sheave bearing").first.wait_for()
    card.get_by_role("button", name="Approve").click()
    lead.get_by_text("Approved; it can be found from now on.").wait_for()
    card.locator("summary", has_text="History").click()
    history = card.locator("details").inner_text()
    assert "li · wrote it" in history
    assert "lead · changed it" in history
    assert "lead · approved it" in history

    lead.locator("#mh-language label", has_text="中文").click()
    card.get_by_role("button", name="停用").wait_for()  # still open, in the other language
    lead.locator("#mh-language label", has_text="English").click()
    card.get_by_role("button", name="Retire").wait_for()

    again = visit(address, person="wang")
    open_tab(again, "Plant")
    again.locator("#mh-machines .mh-card", has_text="WN-01").click()
    again.locator("#mh-machine-page .mh-cases", has_text=ACTION).wait_for()

    card.get_by_role("button", name="Retire").click()
    lead.get_by_text("nothing finds it any more").wait_for()
    lead.locator("#mh-case-said").get_by_role("button", name="Undo").click()
    lead.get_by_text("Restored.").wait_for()


def test_a_fix_is_merged_with_its_double_and_parted_again(visit: Any, house: House, address: str) -> None:
    cases = [
        RepairCase("CR-02", "Feed chute of the crusher rattles at start", action=action, code="P-32", by="Wang")
        for action in ("Tightened the chute's four bolts", "Tightened the bolts of the chute with Loctite")
    ]
    kept, double = (house.corpus.save_case(one, actor="wang") for one in cases)
    page = visit(address, person="lead")
    open_tab(page, "Experience")
    listed = page.locator("#mh-cases-list")
    listed.get_by_role("button", name="Feed chute").first.wait_for()
    assert listed.locator(f"[data-id='{double.id}']").count() == 1
    listed.locator(f"[data-id='{double.id}']").click()
    card = page.locator("#mh-case-card", has_text="Loctite")
    card.locator(f"[data-do='merge'][data-other='{kept.id}']").click()
    page.locator("#mh-case-said", has_text=f"Merged into fix {kept.id}").wait_for()
    listed.locator(f"[data-id='{double.id}']").wait_for(state="detached")
    assert house.corpus.case(double.id).state == "merged"
    page.locator("#mh-case-said").get_by_role("button", name="Undo").click()
    listed.locator(f"[data-id='{double.id}']").wait_for()
    assert house.corpus.case(double.id).state == "waiting"
    for one in (kept, double):
        house.corpus.retire_case(one.id, actor="lead")


def test_what_fails_most_is_drawn(visit: Any, address: str) -> None:
    page = visit(address, person="lead")
    open_tab(page, "Experience")
    page.get_by_role("tab", name="What fails most").click()
    page.locator("#mh-failures table", has_text="E-77").wait_for()
    page.wait_for_function(
        "[...document.querySelectorAll('#mh-failures img')].every(one => one.complete && one.naturalWidth > 100)"
    )
    assert page.locator("#mh-failures img").count() == 2


def test_a_question_without_answer_waits_for_a_lead(visit: Any, address: str) -> None:
    page = visit(address, person="li")
    ask(page, "Which paint does the hall roof have?")
    lead = visit(address, person="lead")
    open_tab(lead, "Experience")
    lead.get_by_role("tab", name="Open questions").click()
    item = lead.locator("#mh-open-questions .mh-cases > li", has_text="hall roof")
    item.wait_for()
    item.get_by_role("button", name="There is no answer in the documents").click()
    lead.get_by_text("Noted: the documents hold no answer.").wait_for()
    assert lead.locator("#mh-open-questions", has_text="hall roof").count() == 0
