"""One plant, served twice in one process, with accounts and without; visitors note what leaves the machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus import Settings
from ingest import IngestOptions
from tests.browser.driving import LOCALES, PASSWORD, PEOPLE, PINS, SIZES, sign_in
from tests.browser.plant import write_plant
from ui.house import House, open_house
from ui.serving import served

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
QUIET_BROWSER = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip
Visit = Callable[..., Any]


@pytest.fixture(scope="session")
def plant_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("typst", reason="typst is not installed, so the test's manuals cannot be typeset")
    folder = tmp_path_factory.mktemp("plant")
    write_plant(folder)
    return folder


@pytest.fixture(scope="session")
def house(plant_files: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    data = tmp_path_factory.mktemp("browser-data")
    (data / "models").symlink_to(models)
    with open_house(Settings(data_dir=data)) as house:
        results = house.ingestor.ingest([plant_files], IngestOptions(), lambda _: None, "test")
        assert {result.state for result in results} == {"indexed"}, [one.to_json() for one in results]
        for name, role in PEOPLE.items():
            house.corpus.add_account(name, role, PASSWORD, actor="test", display_name=name.title())  # type: ignore[arg-type]
        for name, pin in PINS.items():
            house.corpus.set_pin(name, PASSWORD, pin)
        yield house


@pytest.fixture(scope="session")
def open_address(house: House) -> Iterator[str]:
    """The page without accounts, where everybody is admin."""
    with served(house, accounts=False) as address:
        yield address


@pytest.fixture(scope="session")
def address(house: House) -> Iterator[str]:
    """The page with accounts."""
    with served(house, accounts=True) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed, so the page is not driven in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET_BROWSER)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any) -> Iterator[Visit]:
    """Open a page of a server: visit(address, path, size=, language=, person=); nothing may leave the machine."""
    contexts, outside = [], []

    def go(
        address: str, path: str = "/", *, size: str = "desktop", language: str = "en", person: str | None = None,
        dark: bool = False, context: Any = None,
    ) -> Any:  # fmt: skip
        if context is None:
            context = chromium.new_context(
                viewport=SIZES[size], locale=LOCALES[language], color_scheme="dark" if dark else "light",
                accept_downloads=True,
            )  # fmt: skip
            contexts.append(context)
            context.on(
                "request",
                lambda request: (
                    None if request.url.startswith((address, "data:", "blob:")) else outside.append(request.url)
                ),
            )
        page = context.new_page()
        page.set_default_timeout(120_000)  # a shared machine may be slow; what is seen is what counts
        if person is not None:
            sign_in(page, address, person)
        page.goto(address + path)
        if not path.startswith(("/login", "/switch", "/account")):
            page.locator(f".mh-head[data-ready][data-lang={language}]").wait_for()
            page.locator("#mh-send").wait_for()
        return page

    yield go
    for context in contexts:
        context.close()
    assert outside == []
