"""The library: five files of which one is broken, drafts published, revisions superseded and restored, undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.driving import ask, choose_files, open_tab
from ui.house import House

pytestmark = pytest.mark.browser


def note(folder: Path, name: str, title: str, text: str) -> str:
    file = folder / name
    file.write_text(f"# {title}\n\n## Faults\n\n{text}\n")
    return str(file)


def bring_in(page: Any, *files: str) -> None:
    choose_files(page, "#mh-files", list(files), page.locator("#mh-files", has_text=Path(files[-1]).name[:6]))
    page.click("#mh-ingest")


def open_document(page: Any, title: str) -> Any:
    page.locator("#mh-documents").get_by_role("button", name=title, exact=True).click()
    card = page.locator("#mh-card", has_text=title)
    card.wait_for()
    return card


@pytest.mark.parametrize("language", ["zh", "en"])
def test_five_files_of_which_one_is_broken(visit: Any, address: str, tmp_path: Path, language: str) -> None:
    names = {"zh": ("资料库", "发布", "提问", "失败"), "en": ("Library", "Publish", "Ask", "failed")}[language]
    kind = {"zh": "Z", "en": "Q"}[language]
    files = [
        note(tmp_path, f"hoist-{kind}{n}.md", f"Hoist {kind}{n} note", f"{kind}-5{n}: the limit switch {n} is dirty.")
        for n in range(1, 5)
    ]
    broken = tmp_path / f"broken-{kind}.pdf"
    broken.write_bytes(b"%PDF-1.7\nthis is no page at all\n%%EOF")
    page = visit(address, language=language, person="lead")
    open_tab(page, names[0])
    bring_in(page, *files, str(broken))
    page.locator("#mh-results .mh-file-failed").wait_for()
    page.wait_for_function("document.querySelectorAll('#mh-results .mh-file-indexed').length === 4")
    failed = page.locator("#mh-results .mh-file-failed").inner_text()
    assert broken.name in failed
    assert names[3] in failed
    assert len(failed) > len(broken.name) + 20, "the reason is missing"
    card = open_document(page, f"Hoist {kind}1 note")
    card.get_by_role("button", name=names[1]).first.click()
    page.locator("#mh-said p").wait_for()
    open_tab(page, names[2])
    answer = ask(page, f"{kind}-51?")
    assert "limit switch 1 is dirty" in answer.inner_text()
    assert "limit switch 2" not in ask(page, f"{kind}-52?").inner_text(), "a draft was answered from"


def test_a_revision_is_superseded_and_restored(visit: Any, address: str, tmp_path: Path) -> None:
    old = note(tmp_path, "mixer-a.md", "Mixer M-8 note", "M-91: tighten the paddle screws to 31 N·m.")
    new = note(tmp_path, "mixer-b.md", "Mixer M-8 note", "M-91: tighten the paddle screws to 47 N·m.")
    page = visit(address, person="lead")
    open_tab(page, "Library")
    for file in (old, new):
        bring_in(page, file)
        page.locator("#mh-results .mh-file-indexed", has_text=Path(file).name).wait_for()
        page.locator("#mh-results").get_by_role("button", name="Look").click()
        page.locator("#mh-card", has_text="This is a draft").wait_for()  # the earlier one's card has the same title
        if file == old:
            page.locator("#mh-card").get_by_role("button", name="Publish").first.click()
            page.locator("#mh-said", has_text="is in use again").wait_for()
    assert "Same title" in page.locator("#mh-card").inner_text()
    page.click("#mh-supersede")
    page.locator("#mh-said", has_text="is replaced by").wait_for()
    open_tab(page, "Ask")
    assert "47 N·m" in ask(page, "To what torque do I tighten the paddle screws for M-91?").inner_text()
    open_tab(page, "Library")
    page.locator("#mh-retired label").click()
    rows = page.locator("#mh-documents tr", has_text="Mixer M-8 note")
    retired = rows.filter(has_text="superseded")
    retired.wait_for()
    retired.get_by_role("button").click()
    page.locator("#mh-card").get_by_role("button", name="Restore").first.click()
    page.locator("#mh-said", has_text="is in use again").wait_for()


def test_removing_can_be_undone_and_the_library_is_searched(visit: Any, address: str, tmp_path: Path) -> None:
    page = visit(address, person="lead")
    open_tab(page, "Library")
    card = open_document(page, "Winch W-9 manual")
    assert "W-9" in card.inner_text()
    card.get_by_role("button", name="Retire").click()
    page.locator("#mh-said", has_text="nothing is answered from it").wait_for()
    page.locator("#mh-said").get_by_role("button", name="Undo").click()
    page.locator("#mh-said", has_text="is in use again").wait_for()
    page.fill("#mh-library-query input, #mh-library-query textarea", "brake lining")
    page.click("#mh-library-search")
    page.locator("#mh-library-found a", has_text="Winch W-9 manual").first.click()
    page.locator("#mh-viewer img").wait_for()


def test_what_was_understood_is_shown_and_mended(visit: Any, address: str, tmp_path: Path) -> None:
    file = note(tmp_path, "saw.md", "Saw S-2 note", "S-21: the blade is blunt.")
    page = visit(address, person="lead")
    open_tab(page, "Library")
    bring_in(page, file)
    page.locator("#mh-results .mh-file-indexed").wait_for()
    page.locator("#mh-results").get_by_role("button", name="Look").click()
    card = page.locator("#mh-card", has_text="Saw S-2 note")
    card.wait_for()
    card.locator("summary", has_text="A look at the passages").click()
    assert "the blade is blunt" in card.inner_text()
    page.fill("#mh-mend-title input, #mh-mend-title textarea", "Band saw S-2 note")
    page.click("#mh-mend-save")
    page.locator("#mh-card h3", has_text="Band saw S-2 note").wait_for()


def test_an_upload_is_cancelled_and_tried_again(visit: Any, house: House, address: str, tmp_path: Path) -> None:
    long = tmp_path / "a-long.md"
    part = "The {n}th bolt of the crane's rail is tightened to {n} N·m and marked with paint, then checked again. " * 3
    long.write_text("# Crane rail note\n" + "".join(f"\n## Bolt {n}\n\n{part.format(n=n)}\n" for n in range(90)))
    short = note(tmp_path, "b-short.md", "Crane hook note", "K-11: the hook is bent.")
    page = visit(address, person="lead")
    open_tab(page, "Library")
    bring_in(page, str(long), short)
    page.locator("#mh-results .mh-file-working").wait_for()
    cancel = page.locator("#mh-results").get_by_role("button", name="Cancel")
    cancel.hover()
    page.mouse.down()
    page.wait_for_timeout(1_500)  # the list is drawn anew under a slow finger
    page.mouse.up()
    page.locator("#mh-results .mh-file-cancelled", has_text="b-short.md").wait_for()
    assert "Crane hook note" not in [one.title for one in house.corpus.documents(retired=True)]
    page.locator("#mh-results").get_by_role("button", name="Try again").click()
    page.locator("#mh-results .mh-file-indexed", has_text="b-short.md").wait_for()
    page.locator("#mh-results .mh-file-indexed", has_text="a-long.md").wait_for()
    assert page.locator("#mh-results").get_by_role("button", name="Try again").count() == 0
    page.locator("#mh-documents").get_by_role("button", name="Crane hook note").wait_for()
