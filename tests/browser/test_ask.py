"""Asking: from a machine's sticker to a checked answer, and from a citation to the page that says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.browser.driving import ask, open_tab, scrolls_sideways

pytestmark = pytest.mark.browser
ASK, TAB = {"zh": "提问", "en": "Ask"}, {"zh": "提问", "en": "Ask"}
QUESTIONS = {
    "en": ("What does E-77 mean and what do I do?", "wires of the rope are broken", "winch-w9.pdf", "WN-01"),
    "zh": ("P-31 报警是什么意思，怎么处理？", "轴承温度超过", "crusher-ps4.pdf", "CR-02"),
}


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sticker_leads_to_an_answer_and_the_page_behind_it(
    visit: Any, open_address: str, size: str, language: str
) -> None:
    question, said, source, tag = QUESTIONS[language]
    page = visit(open_address, f"/?equipment={tag}", size=size, language=language)
    assert page.locator("#mh-equipment input").input_value().startswith(tag)
    answer = ask(page, question)
    assert said in answer.inner_text()
    assert answer.locator("h4", has_text={"zh": "出处", "en": "Sources"}[language]).is_visible()
    answer.locator("a.mh-cite", has_text=source).first.click()
    picture = page.locator("#mh-viewer img")
    picture.wait_for()
    page.wait_for_function("document.querySelector('#mh-viewer img').naturalWidth > 200")
    assert said.split()[0] in page.locator("#mh-viewer blockquote").inner_text()
    marked = page.evaluate(MARKED)
    page.wait_for_function(QUOTE_IN_VIEW)
    assert marked > 200, f"{marked} pixels of the page are marked"
    box, chat = picture.bounding_box(), page.locator("#mh-chat").bounding_box()
    assert (box["y"] > 200) if size == "phone" else (box["x"] >= chat["x"] + chat["width"] - 2)
    if size == "phone":
        page.click("#mh-viewer .mh-close")
        assert not picture.is_visible()
    assert not scrolls_sideways(page)


QUOTE_IN_VIEW = """() => {
  const image = document.querySelector('#mh-viewer img');
  const [picture, viewer] = [image, document.querySelector('#mh-viewer')].map(one => one.getBoundingClientRect());
  const quote = picture.top + picture.height * Number(image.dataset.top);
  return quote > viewer.top && quote < Math.min(viewer.bottom, innerHeight);
}"""
MARKED = """() => {
  const image = document.querySelector('#mh-viewer img');
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
  let marked = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i] > 200 && data[i + 1] > 150 && data[i + 2] < 190) marked += 1;
  return marked;
}"""
"""Counts the yellow pixels of the page's picture."""


def test_the_pages_before_and_after_and_the_file_itself(visit: Any, open_address: str) -> None:
    page = visit(open_address, "/?equipment=WN-01")
    ask(page, QUESTIONS["en"][0]).locator("a.mh-cite", has_text="p. 1").first.click()
    page.locator("#mh-viewer .mh-turns", has_text="page 1 of 2").wait_for()
    page.get_by_role("link", name="Next page ›").click()
    page.locator("#mh-viewer .mh-turns", has_text="page 2 of 2").wait_for()
    page.get_by_role("link", name="‹ Previous page").click()
    page.locator("#mh-viewer .mh-turns", has_text="page 1 of 2").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the file").click()
    assert download.value.suggested_filename == "winch-w9.pdf"
    page.keyboard.press("Escape")
    assert not page.locator("#mh-viewer img").is_visible()


def test_steps_of_the_search_are_seen_before_the_checked_sentences(visit: Any, open_address: str) -> None:
    page = visit(open_address, "/?equipment=WN-01")
    page.evaluate(
        """() => { window.seen = []; new MutationObserver(() => {
          const text = document.querySelector('.mh-pending')?.innerText;
          if (text && text !== window.seen.at(-1)) window.seen.push(text);
        }).observe(document.querySelector('#mh-chat'), { childList: true, subtree: true, characterData: true }); }"""
    )
    ask(page, QUESTIONS["en"][0])
    seen = page.evaluate("window.seen")
    assert seen[0].strip() == "Looking it up…"
    assert any("✓" in one for one in seen), seen
    assert any("rope" in one for one in seen), seen


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_warning_comes_first_and_steps_are_ticked(visit: Any, open_address: str, language: str) -> None:
    tag, question, warning = {
        "zh": ("CR-02", "怎么更换筛网？", "挂牌上锁"),
        "en": ("WN-01", "How do I replace the wire rope?", "Lock out the main switch"),
    }[language]
    page = visit(open_address, f"/?equipment={tag}", size="phone", language=language)
    answer = ask(page, question)
    first = answer.locator("> *").first
    assert "mh-warning" in first.get_attribute("class")
    assert warning in first.inner_text()
    steps = answer.locator(".mh-ticks li")
    assert steps.count() == 3
    box = steps.first.locator("label").bounding_box()
    assert box["height"] >= 44
    steps.first.locator("label").click()
    assert steps.first.locator("input").is_checked()
    page.reload()
    again = page.locator(".mh-ticks li").first.locator("input")
    again.wait_for()
    page.wait_for_function("document.querySelector('.mh-ticks input').dataset.restored === '1'")
    assert again.is_checked(), "a tick is lost when the page is loaded again"
    assert not scrolls_sideways(page)


def test_parts_with_their_bin_status_against_limits_and_past_fixes(visit: Any, open_address: str) -> None:
    page = visit(open_address, "/?equipment=WN-01", size="phone")
    stock = ask(page, "Is WR-1201 in stock, and in which bin?").inner_text()
    assert "B-03-2" in stock
    assert "below minimum" in stock
    status = ask(page, "What is WN-01 doing right now?").inner_text()
    assert "rope load" in status
    assert "12.5" in status
    assert "out of limits" in status
    assert "E-77" in status
    fixes = ask(page, "How was E-77 on WN-01 fixed before?").inner_text()
    assert "Reset the counter" in fixes
    assert "Li Ming" in fixes
    assert not scrolls_sideways(page)


def test_what_is_not_known_is_said_with_the_nearest_documents(visit: Any, open_address: str) -> None:
    page = visit(open_address)
    answer = ask(page, "What is the capital of France?")
    assert answer.locator("h3.mh-state").inner_text() == "The documents hold no answer to this"


def test_suggestions_of_a_machine_come_from_its_alarms(visit: Any, open_address: str) -> None:
    page = visit(open_address, "/?equipment=WN-01", size="phone")
    suggested = page.locator(".mh-suggested")
    assert suggested.first.inner_text() == "What does E-77 on WN-01 mean and what do I do?"
    assert suggested.first.bounding_box()["height"] >= 44
    suggested.first.click()
    page.locator(".mh-answered", has_text="wires of the rope").wait_for()
    assert page.locator(".mh-question").inner_text().startswith("What does E-77 on WN-01")


def test_what_is_asked_is_shown_as_text(visit: Any, open_address: str) -> None:
    page = visit(open_address)
    ask(page, "<img src=x onerror=alert(1)> E-77")
    assert "<img src=x" in page.locator(".mh-question").inner_text()
    assert page.locator(".mh-question img").count() == 0


def test_a_narrow_phone_never_scrolls_sideways(visit: Any, open_address: str) -> None:
    page = visit(open_address, "/?equipment=WN-01", size="narrow")
    ask(page, QUESTIONS["en"][0])
    assert not scrolls_sideways(page)
    for name in ("Plant", "Library", "Experience", "Evaluate"):
        open_tab(page, name)
        page.wait_for_timeout(700)
        assert not scrolls_sideways(page), name


def test_a_photo_of_the_alarm_screen_is_read_and_answered(visit: Any, open_address: str, tmp_path: Path) -> None:
    screen = Image.new("RGB", (900, 360), "black")
    font = ImageFont.load_default(size=72)
    ImageDraw.Draw(screen).text((60, 120), "ALARM  E-77", fill="white", font=font)
    screen.save(tmp_path / "screen.png")
    page = visit(open_address, "/?equipment=WN-01", size="phone")
    camera = page.locator(".mh-photo")
    assert min(camera.bounding_box()[side] for side in ("width", "height")) >= 44
    page.set_input_files(".mh-photo-file", str(tmp_path / "screen.png"))
    read = page.locator("#mh-photo-text textarea, #mh-photo-text input").first
    read.wait_for()
    page.wait_for_function("document.querySelector('#mh-photo-text').querySelector('textarea, input').value !== ''")
    assert "E-77" in read.input_value()
    page.click("#mh-send")
    answer = page.locator(".mh-answered")
    answer.wait_for()
    assert "wires of the rope are broken" in answer.inner_text()
    assert "E-77" in page.locator(".mh-question").inner_text()
    assert not read.is_visible(), "the photo's text stays for the next question"


def test_a_lost_connection_says_so_and_recovers(visit: Any, open_address: str) -> None:
    page = visit(open_address)
    page.wait_for_timeout(4500)  # the first heartbeat
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    notice = page.locator("#mh-notice")
    notice.wait_for()
    assert "connection is lost" in notice.inner_text()
    page.context.set_offline(False)
    notice.wait_for(state="hidden")
    assert "wires of the rope" in ask(page, QUESTIONS["en"][0]).inner_text()
