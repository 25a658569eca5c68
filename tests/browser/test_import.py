"""Importing a table: what was understood and what will change is shown, then taken in by one tap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.driving import choose_files, open_tab
from ui.house import House

pytestmark = pytest.mark.browser
STOCK = """Part no,Description,Location,Qty,Min stock,Unit
SC-7700,Screen,C-01-5,9,1,pc
SC-7800,Fine screen,C-01-6,4,2,pc
SC-7900,Coarse screen,C-01-7,many,2,pc
"""


def test_parts_are_imported_with_a_preview(visit: Any, house: House, address: str, tmp_path: Path) -> None:
    file = tmp_path / "stock-june.csv"
    file.write_text(STOCK)
    page = visit(address, person="lead")
    open_tab(page, "Plant")
    page.get_by_role("tab", name="Import a table").click()
    preview = page.locator("#mh-import-preview")
    choose_files(page, "#mh-import-file", [str(file)], preview.locator("[role=status]"))
    words = preview.inner_text()
    assert "1 new, 1 changed" in words
    assert "SC-7700" in words
    assert "Bad rows" in words
    assert "many" in words
    assert [one.on_hand for one in house.corpus.find_parts("SC-7700")] == [3.0], "a preview changes nothing"
    page.click("#mh-import-take")
    page.locator("#mh-import-said", has_text="stock-june.csv is taken in").wait_for()
    assert [one.on_hand for one in house.corpus.find_parts("SC-7700")] == [9.0]
    page.get_by_role("tab", name="Spare parts").click()
    page.fill("#mh-parts-query input, #mh-parts-query textarea", "SC-7800")
    page.locator("#mh-parts tbody tr", has_text="SC-7800").wait_for()


def test_a_table_that_is_none_says_so(visit: Any, address: str, tmp_path: Path) -> None:
    file = tmp_path / "lunch.csv"
    file.write_text("Monday,Tuesday\nsoup,rice\n")
    page = visit(address, person="lead")
    open_tab(page, "Plant")
    page.get_by_role("tab", name="Import a table").click()
    refused = page.locator("#mh-import-preview .mh-failure", has_text="cannot be taken in")
    choose_files(page, "#mh-import-file", [str(file)], refused)
    assert not page.locator("#mh-import-take").is_visible()


def test_a_technician_is_shown_no_import(visit: Any, address: str) -> None:
    page = visit(address, person="li")
    open_tab(page, "Plant")
    page.get_by_role("tab", name="Spare parts").wait_for()
    assert page.get_by_role("tab", name="Import a table").count() == 0
