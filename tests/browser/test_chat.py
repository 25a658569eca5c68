"""The page in a real browser: a question, its checked answer, and the page picture behind a citation."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus import Settings
from ingest import IngestOptions
from ui.app import build_app
from ui.house import House, open_house

pytestmark = pytest.mark.browser
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
QUIET_BROWSER = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1366, "height": 900}}
MANUALS = {
    "winch-w9.pdf": """
#set page(width: 148mm, height: 210mm)
#set text(font: ("Noto Sans CJK SC", "DejaVu Sans"), lang: "en")
= Winch W-9 manual
== Fault codes
#table(columns: 3, [Code], [Cause], [Remedy],
  [E-77], [Six wires of the rope are broken], [Replace the wire rope and reset the counter],
  [E-78], [The brake lining is under 3 mm], [Replace the brake lining])
#pagebreak()
== Replacing the wire rope
WARNING: Lock out the main switch before touching the rope.

+ Lower the hook to the floor.
+ Unwind the rope and open the wedge socket.
+ Tighten the socket bolts to 45 N·m.
""",
    "crusher-ps4.pdf": """
#set page(width: 148mm, height: 210mm)
#set text(font: ("Noto Sans CJK SC", "DejaVu Sans"), lang: "zh")
= 破碎机 PS-4 使用手册
== 故障代码
#table(columns: 3, [代码], [原因], [处理],
  [P-31], [转子轴承温度超过 95 °C], [停机冷却后更换轴承润滑脂],
  [P-32], [进料口堵塞], [切断电源后清理进料口])
#pagebreak()
== 更换筛网
警告：更换筛网前必须切断电源并挂牌上锁。

+ 打开检修门。
+ 松开四个压紧螺栓，取出旧筛网。
""",
}
QUESTIONS = {
    "en": ("What does E-77 on the winch mean and what do I do?", "wires of the rope are broken", "winch-w9.pdf"),
    "zh": ("P-31 报警是什么意思，怎么处理？", "轴承温度超过", "crusher-ps4.pdf"),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    typst = pytest.importorskip("typst", reason="typst is not installed, so the test's manuals cannot be typeset")
    folder = tmp_path_factory.mktemp("manuals")
    for name, source in MANUALS.items():
        (folder / "one.typ").write_text(source)
        typst.compile(str(folder / "one.typ"), output=str(folder / name))
    (folder / "one.typ").unlink()
    with open_house(Settings(data_dir=folder.parent / "browser-data")) as house:
        results = house.ingestor.ingest([folder], IngestOptions(), lambda _: None, "test")
        assert [result.state for result in results] == ["indexed", "indexed"]
        yield house


@pytest.fixture(scope="module")
def address(house: House) -> Iterator[str]:
    import uvicorn

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        app = build_app(house.settings.model_copy(update={"port": port}), house, False)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed, so the page is not driven in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET_BROWSER)
        yield browser
        browser.close()


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def open_page(chromium: Any, address: str, size: str, locale: str, outside: list[str]) -> Any:
    context = chromium.new_context(viewport=SIZES[size], locale=locale)
    page = context.new_page()
    page.set_default_timeout(60_000)

    def note(request: Any) -> None:
        if not request.url.startswith((address.partition("?")[0], "data:", "blob:")):
            outside.append(request.url)

    page.on("request", note)
    page.goto(address)
    page.wait_for_selector("#mh-send")
    return page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_question_its_answer_and_the_page_behind_it(
    chromium: Any, address: str, size: str, language: str, tmp_path: Path
) -> None:
    outside: list[str] = []
    page = open_page(chromium, address, size, {"zh": "zh-CN", "en": "en-GB"}[language], outside)
    page.get_by_role("button", name={"zh": "提问", "en": "Ask"}[language], exact=True).wait_for()
    question, said, source = QUESTIONS[language]
    page.fill("#mh-question textarea", question)
    page.click("#mh-send")
    answer = page.locator(".mh-answered")
    answer.wait_for()
    assert said in answer.inner_text()
    citation = answer.locator("a.mh-cite", has_text=source).first
    citation.click()
    picture = page.locator("#mh-viewer .mh-panel img")
    picture.wait_for()
    page.wait_for_function("document.querySelector('#mh-viewer .mh-panel img').naturalWidth > 200")
    assert picture.is_visible()
    assert picture.get_attribute("src").startswith("/pages/")
    assert page.locator("#mh-viewer blockquote").inner_text().strip()
    if size == "phone":
        page.click("#mh-viewer .mh-close")
        assert not picture.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), "it scrolls sideways"
    assert outside == []
    page.context.close()


def test_the_language_switch_keeps_the_conversation(chromium: Any, address: str) -> None:
    outside: list[str] = []
    page = open_page(chromium, f"{address}", "desktop", "en-GB", outside)
    page.get_by_role("button", name="Ask", exact=True).wait_for()
    page.fill("#mh-question textarea", QUESTIONS["en"][0])
    page.keyboard.press("Enter")
    page.locator(".mh-answered").wait_for()
    page.get_by_text("中文", exact=True).click()
    page.get_by_role("button", name="提问", exact=True).wait_for()
    page.locator(".mh-answered h4", has_text="出处").first.wait_for()
    assert page.locator(".mh-question").inner_text() == QUESTIONS["en"][0]
    page.context.close()


def test_what_is_asked_is_shown_as_text(chromium: Any, address: str) -> None:
    outside: list[str] = []
    page = open_page(chromium, f"{address}/?lang=en", "desktop", "zh-CN", outside)
    page.get_by_role("button", name="Ask", exact=True).wait_for()
    page.fill("#mh-question textarea", "<img src=x onerror=alert(1)> E-77")
    page.click("#mh-send")
    page.locator(".mh-question").wait_for()
    assert "<img src=x" in page.locator(".mh-question").inner_text()
    assert page.locator(".mh-question img").count() == 0
    page.context.close()


def test_a_file_added_on_the_page_can_be_asked_at_once(chromium: Any, address: str, tmp_path: Path) -> None:
    note = tmp_path / "hoist-note.md"
    note.write_text(
        "# Hoist H-2 note\n\n## Faults\n\nQ-55: the limit switch is dirty. Clean the limit switch with alcohol.\n"
    )
    outside: list[str] = []
    page = open_page(chromium, f"{address}/?lang=en", "desktop", "en-GB", outside)
    page.get_by_role("tab", name="Library").click()
    page.set_input_files("#mh-files input[type=file]", str(note))
    page.get_by_text("hoist-note.md").first.wait_for()
    page.click("#mh-ingest")
    page.locator("#mh-results .mh-file-indexed").wait_for()
    page.locator("#mh-documents", has_text="Hoist H-2 note").wait_for()
    page.get_by_role("tab", name="Ask", exact=True).click()
    page.fill("#mh-question textarea", "What does Q-55 mean?")
    page.click("#mh-send")
    page.locator(".mh-answered", has_text="limit switch").wait_for()
    page.locator(".mh-answered a.mh-cite").first.click()
    page.locator("#mh-viewer mark", has_text="limit switch").wait_for()
    assert outside == []
    page.context.close()
