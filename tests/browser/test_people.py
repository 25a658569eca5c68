"""Each role sees its tabs; a shared tablet changes hands by PIN, and nobody sees another's conversations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.driving import PASSWORD, PINS, ask

pytestmark = pytest.mark.browser
TABS = {
    "li": ["Ask", "Plant"],
    "lead": ["Ask", "Plant", "Library", "Experience", "Evaluate"],
    "eve": ["Ask", "Plant", "Evaluate"],
    "admin": ["Ask", "Plant", "Library", "Experience", "Evaluate"],
}


@pytest.mark.parametrize("person", list(TABS))
def test_each_role_sees_its_tabs(visit: Any, address: str, person: str) -> None:
    page = visit(address, person=person)
    tabs = page.locator("#mh-tabs > .tab-wrapper > .tab-container:not(.visually-hidden) > button")
    assert [one.strip() for one in tabs.all_inner_texts() if one.strip()] == TABS[person]


def test_a_wrong_password_is_said_and_the_way_back_kept(visit: Any, address: str) -> None:
    page = visit(address, "/login?next=%2F%3Fequipment%3DWN-01", size="phone")
    page.fill("#name", "li")
    page.fill("#password", "no password")
    page.locator("form button").click()
    assert "wrong" in page.locator("[role=alert]").inner_text()
    page.fill("#name", "li")
    page.fill("#password", PASSWORD)
    page.locator("form button").click()
    page.locator(".mh-head[data-ready][data-lang=en]").wait_for()
    assert page.locator("#mh-equipment input").input_value().startswith("WN-01")


def test_a_tablet_changes_hands_in_two_taps_and_a_pin(visit: Any, address: str) -> None:
    page = visit(address, person="lead")
    page.goto(f"{address}/account?lang=en")
    page.get_by_role("button", name="Make it a shared tablet").click()
    page.get_by_text("This device is a shared tablet now.").wait_for()
    page.goto(f"{address}/switch?lang=en")
    take_over(page, "Li")
    ask(page, "What does E-78 on WN-01 mean? It is Li who asks.")
    page.get_by_role("link", name="Switch person").click()
    take_over(page, "Wang")
    page.locator(".mh-who", has_text="Wang").wait_for()
    page.locator("#mh-talks button.label-wrap").click()
    page.locator("#mh-talk-list p, #mh-talk-list li").first.wait_for()
    assert "It is Li who asks" not in page.locator("body").inner_text()
    page.get_by_role("link", name="Switch person").click()
    take_over(page, "Li")
    page.locator("#mh-talks button.label-wrap").click()
    page.locator("#mh-talk-list", has_text="E-78").wait_for()


def take_over(page: Any, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()
    for digit in PINS[name.lower()]:
        key = page.locator(f".keys [data-key='{digit}']")
        assert key.bounding_box()["height"] >= 44
        key.click()
    page.get_by_role("button", name="OK").click()
    page.locator(".mh-who", has_text=name).wait_for()
