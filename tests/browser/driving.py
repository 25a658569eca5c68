"""Who visits the page, on what, and the steps that every flow shares."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import TimeoutError

SIZES = {
    "phone": {"width": 390, "height": 844},
    "narrow": {"width": 360, "height": 740},
    "desktop": {"width": 1366, "height": 900},
}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
PASSWORD = "correct horse"
PEOPLE = {"li": "technician", "wang": "technician", "lead": "lead", "eve": "evaluator", "admin": "admin"}
PINS = {"li": "2468", "wang": "1357"}


def sign_in(page: Any, address: str, person: str) -> None:
    page.goto(f"{address}/login")
    page.fill("#name", person)
    page.fill("#password", PASSWORD)
    page.locator("form button").click()
    page.wait_for_url(f"{address}/**")


def ask(page: Any, question: str) -> Any:
    """Ask and return the finished answer."""
    before = page.locator(".mh-answer:not(.mh-pending)").count()
    page.fill("#mh-question textarea", question)
    page.click("#mh-send")
    answer = page.locator(".mh-answer:not(.mh-pending)").nth(before)
    answer.wait_for()
    return answer


def open_tab(page: Any, name: str) -> None:
    """Open one of the top tabs by what it is called; on a phone it may be behind the dots."""
    bar = page.locator("#mh-tabs > .tab-wrapper > .tab-container:not(.visually-hidden)")
    button = bar.locator("> button", has_text=name)
    if button.count():
        button.first.click()
        return
    page.locator("#mh-tabs > .tab-wrapper > .overflow-menu > button").click()
    page.locator("#mh-tabs > .tab-wrapper .overflow-dropdown button", has_text=name).click()


def choose_files(page: Any, area: str, files: list[str], taken: Any) -> None:
    """Choose files, again where nothing came of it: what is chosen in the moment in which the field mounts is lost."""
    for patience in (30_000, 30_000, None):
        page.set_input_files(f"{area} input[type=file]", files)
        try:
            taken.wait_for(timeout=patience)
        except TimeoutError:
            if patience is None:
                raise
        else:
            return


def scrolls_sideways(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"))
