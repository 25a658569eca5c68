"""The glossary on the Library tab: a pair of terms is added, changed, removed and brought back."""

from __future__ import annotations

from typing import Any

import pytest

from corpus import Term
from tests.browser.driving import open_tab
from ui.house import House

pytestmark = pytest.mark.browser


def write(page: Any, chinese: str, english: str) -> None:
    page.fill("#mh-term-zh textarea, #mh-term-zh input", chinese)
    page.fill("#mh-term-en textarea, #mh-term-en input", english)
    page.click("#mh-term-save")


def test_a_term_is_added_changed_removed_and_brought_back(visit: Any, house: House, address: str) -> None:
    page = visit(address, person="lead", language="zh")
    open_tab(page, "资料库")
    page.locator("#mh-glossary button.label-wrap").click()
    page.locator("#mh-terms", has_text="还没有加过术语").wait_for()
    write(page, "绳夹", "")
    page.locator("#mh-term-said .mh-failure", has_text="两种语言").wait_for()
    write(page, "绳夹；绳卡", "wedge socket")
    row = page.locator("#mh-terms tbody tr", has_text="绳夹; 绳卡")
    row.wait_for()
    assert "wedge socket" in row.inner_text()
    assert house.corpus.terms() == [Term(("绳夹", "绳卡"), ("wedge socket",))]
    row.get_by_role("button", name="修改").click()
    page.wait_for_function("document.querySelector('#mh-term-en').querySelector('textarea, input').value !== ''")
    write(page, "绳夹", "wedge socket; rope socket")
    page.locator("#mh-terms tbody tr", has_text="rope socket").wait_for()
    assert house.corpus.terms() == [Term(("绳夹",), ("wedge socket", "rope socket"))]
    page.locator("#mh-terms").get_by_role("button", name="移除").click()
    page.locator("#mh-term-said", has_text="已删除").wait_for()
    assert house.corpus.terms() == []
    page.locator("#mh-term-said").get_by_role("button", name="撤销").click()
    page.locator("#mh-terms tbody tr", has_text="rope socket").wait_for()
    page.fill("#mh-term-query textarea, #mh-term-query input", "spindle")
    page.locator("#mh-terms tbody tr", has_text="主轴").first.wait_for()
    assert "自带" in page.locator("#mh-terms tbody tr", has_text="主轴").first.inner_text()
