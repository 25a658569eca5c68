"""Picture every tab at phone and desktop width, in both languages: `make screens`.

    python -m tests.browser.screens FOLDER [--data-dir DIR | --address URL] [--only NAME] [--dark]

Serves a data folder with the demonstration plant in it (brought in first if need be), or uses a server that runs.
"""

from __future__ import annotations

import argparse
import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from corpus import Settings
from tests.browser.driving import open_tab
from ui.house import open_house
from ui.serving import bring_in_samples, served
from ui.texts import text

SIZES = {"phone": (390, 844), "desktop": (1440, 900)}
LANGUAGES = ("zh", "en")
CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
ASKED = {"zh": "E-407 是什么故障，怎么处理？", "en": "What does E-407 mean and what do I do?"}
COLOURS = 96
"""Enough for flat shapes and text; it keeps a picture well under 150 KB."""


def tab(page: Page, name: str) -> None:
    """Open a tab by its id, whatever the language calls it; on a phone it may be behind the dots."""
    language = page.locator(".mh-head").get_attribute("data-lang") or "zh"
    open_tab(page, text(language, f"tab_{name}"))  # type: ignore[arg-type]


def start(_page: Page, _language: str) -> None:
    """The page as a sticker opens it."""


def answer(page: Page, language: str) -> None:
    """An answer."""
    page.fill("#mh-question textarea", ASKED[language])
    page.click("#mh-send")
    page.locator(".mh-answer:not(.mh-pending)").last.wait_for()


def source(page: Page, language: str) -> None:
    """An answer with the cited page beside it."""
    answer(page, language)
    page.locator("#mh-chat a.mh-cite").first.click()
    page.locator("#mh-viewer img").wait_for()
    page.wait_for_function("document.querySelector('#mh-viewer img').naturalWidth > 200")


def of_tab(name: str, then: Callable[[Page], None] = lambda _: None) -> Callable[[Page, str], None]:
    """Open a tab, then do something there."""

    def look(page: Page, _language: str) -> None:
        tab(page, name)
        page.wait_for_timeout(1500)
        then(page)

    return look


def machine(page: Page) -> None:
    page.locator("#mh-machines .mh-card").first.click()
    page.locator("#mh-machine-page img").wait_for()
    page.wait_for_timeout(800)
    page.locator("#mh-machine-page h3").first.scroll_into_view_if_needed()


def second(page: Page) -> None:
    page.locator(".tabitem [role=tab]:visible").nth(1).click()
    page.wait_for_timeout(800)


def approved(page: Page) -> None:
    """The fixes that are in use, the first one open."""
    page.locator("#mh-case-state label").nth(1).click()
    page.locator("#mh-cases-list button").first.click()
    page.locator("#mh-case-card h3").first.wait_for()


def run(page: Page) -> None:
    """A run's figures; the first picture makes the run."""
    if not page.locator("#mh-eval-runs tbody tr").count():
        page.locator("#mh-eval-sets label", has_text="plant").first.click()
        page.locator("#mh-eval-quick label").click()
        page.click("#mh-eval-start")
        page.set_default_timeout(900_000)
    page.locator("#mh-eval-runs tbody tr button").first.click()
    page.locator("#mh-eval-detail table").first.wait_for()


def document(page: Page) -> None:
    page.locator("#mh-documents button").first.click()
    page.locator("#mh-card h3").first.wait_for()
    page.locator("#mh-card h3").first.scroll_into_view_if_needed()


SCREENS: dict[str, Callable[[Page, str], None]] = {
    "ask-empty": start,
    "ask": answer,
    "ask-source": source,
    "plant": of_tab("plant"),
    "plant-machine": of_tab("plant", machine),
    "plant-parts": of_tab("plant", second),
    "library": of_tab("library"),
    "library-document": of_tab("library", document),
    "experience": of_tab("experience", approved),
    "evaluate": of_tab("evaluate", run),
}


def picture(page: Page, file: Path) -> None:
    """Write the visible part as a small PNG."""
    raw = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    raw.quantize(COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)


@contextmanager
def address_of(data_dir: Path) -> Iterator[str]:
    """Serve a data folder that holds the demonstration plant; yield its address."""
    with open_house(Settings(data_dir=data_dir)) as house:
        bring_in_samples(house)
        with served(house, accounts=False) as address:
            yield address


def take(address: str, folder: Path, *, only: str, dark: bool, sizes: list[str], languages: list[str]) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for size in sizes:
            width, height = SIZES[size]
            for language in languages:
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
                )
                for name, look in SCREENS.items():
                    if only and only not in name:
                        continue
                    page = context.new_page()
                    page.set_default_timeout(120_000)
                    page.goto(f"{address}/?equipment=CNC-03&lang={language}")
                    page.locator(f".mh-head[data-ready][data-lang={language}]").wait_for()
                    page.wait_for_timeout(500)
                    file = folder / f"{name}-{size}-{language}{'-dark' if dark else ''}.png"
                    try:
                        look(page, language)
                        page.wait_for_timeout(400)
                    except Exception as error:
                        print(f"{file.name}: {str(error).splitlines()[0]}")
                    picture(page, file)
                    page.close()
                context.close()
        browser.close()


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--address")
    parser.add_argument("--data-dir", type=Path, default=Path(".data"))
    parser.add_argument("--only", default="")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--size", dest="sizes", nargs="+", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--language", dest="languages", nargs="+", choices=LANGUAGES, default=list(LANGUAGES))
    args: Any = parser.parse_args()
    chosen = {name: getattr(args, name) for name in ("only", "dark", "sizes", "languages")}
    if args.address:
        take(args.address, args.folder, **chosen)
        return
    with address_of(args.data_dir) as address:
        take(address, args.folder, **chosen)


if __name__ == "__main__":
    main()
