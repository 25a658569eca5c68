"""An audit of every tab with axe-core, in light and dark: nothing serious, nothing critical."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.driving import ask, open_tab, sign_in

pytestmark = pytest.mark.browser
TABS = ("Ask", "Plant", "Library", "Experience", "Evaluate")


def problems(page: Any) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_tab_has_a_serious_violation(visit: Any, open_address: str, dark: bool) -> None:
    page = visit(open_address, "/?equipment=WN-01", dark=dark)
    found = {"empty": problems(page)}
    ask(page, "How do I replace the wire rope?").locator("a.mh-cite").first.click()
    page.locator("#mh-viewer img").wait_for()
    for name in TABS:
        open_tab(page, name)
        page.wait_for_timeout(500)
        if name == "Ask":
            page.locator("#mh-talks button.label-wrap").click()
            page.get_by_role("button", name="Save as a fix").click()
            page.locator("#mh-fix-save").wait_for()
        if name == "Plant":
            page.locator("#mh-machines .mh-card").first.click()
            page.locator("#mh-machine-page h3").wait_for()
        if name == "Library":
            page.locator("#mh-documents button").first.click()
            page.locator("#mh-card h3").first.wait_for()
            page.locator("#mh-glossary button.label-wrap").click()
            page.fill("#mh-term-query textarea, #mh-term-query input", "spindle")
            page.locator("#mh-terms tbody tr").first.wait_for()
        found[name] = problems(page)
        inner = page.locator("#mh-tabs .tabitem [role=tab]:visible")
        for at in range(1, inner.count()):
            inner.nth(at).click()
            page.wait_for_timeout(300)
            found[f"{name}, {inner.nth(at).inner_text()}"] = problems(page)
    assert len(found) >= len(TABS) + 4, "the tabs within the tabs were not all opened"
    assert {name: one for name, one in found.items() if one} == {}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_forms_have_none_either(visit: Any, address: str, dark: bool) -> None:
    page = visit(address, "/login", dark=dark)
    assert problems(page) == []
    sign_in(page, address, "lead")
    page.goto(f"{address}/account")
    page.get_by_role("button", name="Make it a shared tablet").click()
    page.get_by_text("This device is a shared tablet now.").wait_for()
    assert problems(page) == []
    page.goto(f"{address}/switch")
    page.get_by_role("link", name="Li", exact=True).wait_for()
    assert problems(page) == []
    page.get_by_role("link", name="Li", exact=True).click()
    page.locator(".keys [data-key='1']").wait_for()
    assert problems(page) == []
