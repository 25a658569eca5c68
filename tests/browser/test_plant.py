"""The plant: machines with their status, parts below minimum first, an import that shows what it will change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.driving import open_tab, scrolls_sideways

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("size", "language"), [("phone", "zh"), ("desktop", "en")])
def test_a_machine_s_page(visit: Any, address: str, size: str, language: str) -> None:
    names = {"zh": ("现场", "超限"), "en": ("Plant", "out of limits")}[language]
    page = visit(address, size=size, language=language, person="li")
    open_tab(page, names[0])
    first = page.locator("#mh-machines .mh-card").first
    first.wait_for()
    assert "WN-01" in first.inner_text(), "the machine with an alarm comes first"
    first.click()
    machine = page.locator("#mh-machine-page")
    machine.locator("h3", has_text="WN-01").wait_for()
    words = machine.inner_text()
    assert "rope load" in words
    assert names[1] in words
    assert "Winch W-9 manual" in words
    assert "Reset the counter" in words
    assert "WR-1201" in words
    page.wait_for_function("document.querySelector('#mh-machine-page img').naturalWidth > 100")
    assert not scrolls_sideways(page)


def test_parts_below_minimum_come_first_and_are_searched(visit: Any, address: str) -> None:
    page = visit(address, person="li")
    open_tab(page, "Plant")
    page.get_by_role("tab", name="Spare parts").click()
    rows = page.locator("#mh-parts tbody tr")
    rows.first.wait_for()
    assert "WR-1201" in rows.first.inner_text()
    assert "below minimum" in rows.first.inner_text()
    page.fill("#mh-parts-query input, #mh-parts-query textarea", "Brake")
    page.wait_for_function("document.querySelectorAll('#mh-parts tbody tr').length === 1")
    assert "BL-0400" in rows.first.inner_text()
