"""Conversations: listed, searched, renamed, deleted, continued; what readers say of an answer; the job card."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.driving import ask
from ui.house import House
from ui.serving import served

pytestmark = pytest.mark.browser
QUESTION = "What does E-78 on WN-01 mean?"


def test_a_conversation_is_found_renamed_continued_and_deleted(visit: Any, address: str) -> None:
    page = visit(address, person="li")
    ask(page, f"Night shift: {QUESTION}")  # others ask after E-78 too
    page.get_by_role("button", name="New conversation").click()
    page.locator(".mh-empty").wait_for()
    ask(page, "Is BL-0400 in stock?")
    page.locator("#mh-talks button.label-wrap").click()
    talks = page.locator("#mh-talk-list .mh-talk")
    talks.first.wait_for()
    assert talks.count() >= 2
    page.fill("#mh-talk-find textarea, #mh-talk-find input", "night shift")
    page.wait_for_function("document.querySelectorAll('#mh-talk-list .mh-talk').length === 1")
    talks.first.click()
    page.locator(".mh-question", has_text="E-78").wait_for()
    page.fill("#mh-talk-title textarea, #mh-talk-title input", "Brake of winch 1")
    page.get_by_role("button", name="Rename").click()
    page.locator("#mh-talk-list", has_text="Brake of winch 1").wait_for()
    ask(page, "Which part is that?")
    assert page.locator(".mh-question").count() == 2
    page.once("dialog", lambda asked: asked.dismiss())
    page.get_by_role("button", name="Delete this conversation").click()
    assert page.locator(".mh-question").count() == 2, "a mistaken tap deletes nothing"
    page.once("dialog", lambda asked: asked.accept())
    page.get_by_role("button", name="Delete this conversation").click()
    page.locator(".mh-empty").wait_for()
    page.locator("#mh-talk-list", has_text="No conversation.").wait_for()


def test_a_conversation_goes_on_after_a_restart(visit: Any, house: House) -> None:
    with served(house, accounts=False) as first:
        page = visit(first, "/?equipment=WN-01")
        ask(page, QUESTION)
        page.wait_for_function("location.search.includes('conversation=')")
        path = page.evaluate("location.search")
        page.context.close()
    with served(house, accounts=False) as second:
        page = visit(second, f"/{path}")
        page.locator(".mh-question", has_text="E-78").wait_for()
        assert "brake lining" in page.locator(".mh-answer").inner_text().lower()
        ask(page, "And what is its remedy?")
        assert page.locator(".mh-question").count() == 2


def test_the_language_switch_keeps_the_conversation(visit: Any, open_address: str) -> None:
    page = visit(open_address)
    ask(page, QUESTION)
    page.get_by_text("中文", exact=True).click()
    page.get_by_role("button", name="提问", exact=True).wait_for()
    page.locator(".mh-answered h4", has_text="出处").first.wait_for()
    assert page.locator(".mh-question").inner_text() == QUESTION
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_a_reader_says_what_was_wrong(visit: Any, house: House, address: str) -> None:
    page = visit(address, person="wang")
    ask(page, QUESTION)
    page.get_by_role("button", name="Did not help").click()
    page.get_by_role("button", name="Incomplete").click()
    page.get_by_text("Thank you, noted.").wait_for()
    item = next(one for one in house.corpus.worklist() if one.question == QUESTION)
    assert item.reasons == ("incomplete",)
    page.reload()
    page.locator(".mh-question").wait_for()


def test_an_answer_is_copied_with_its_steps_and_sources(visit: Any, open_address: str) -> None:
    page = visit(open_address, "/?equipment=WN-01")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=open_address)
    ask(page, "How do I replace the wire rope?")
    page.get_by_role("button", name="Copy").click()
    page.locator("#mh-notice", has_text="Copied").wait_for()
    words = page.evaluate("navigator.clipboard.readText()")
    assert words.startswith("How do I replace the wire rope?")
    assert words.index("Lock out the main switch") < words.index("Lower the hook")
    assert words.count("☐") == 3
    assert "winch-w9.pdf" in words


def test_an_answer_becomes_a_job_card(visit: Any, open_address: str) -> None:
    page = visit(open_address, "/?equipment=WN-01")
    ask(page, "How do I replace the wire rope?")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Job card (print)").click()
    card = opened.value
    card.wait_for_load_state()
    words = card.locator("body").inner_text()
    assert "WN-01" in words
    assert words.index("Lock out the main switch") < words.index("Lower the hook")
    assert "Done by" in words
    assert card.locator("input[type=checkbox]").count() == 3
