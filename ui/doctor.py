"""`millhand doctor`: what an installation needs and whether it is there, each check with a sentence."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from typing import Any

from corpus import MillhandError
from ui.feeds import check_feeds
from ui.house import House


def examine(house: House) -> tuple[dict[str, Any], int]:
    """Run every check; the status is 1 when one failed."""
    checks = [_checked(name, check, house) for name, check in CHECKS.items()]
    settings = {
        name: str(value) if value is not None else None
        for name, value in house.settings.model_dump().items()
        if name not in ("model_key", "mqtt_password")
    }
    ok = all(check["ok"] for check in checks)
    return {"ok": ok, "checks": checks, "settings": settings}, int(not ok)


def _checked(name: str, check: Callable[[House], str], house: House) -> dict[str, Any]:
    try:
        return {"check": name, "ok": True, "says": check(house)}
    except MillhandError as error:
        return {"check": name, "ok": False, "says": str(error)}
    except Exception as error:  # A check that falls over is a finding, not the end of the others.
        return {"check": name, "ok": False, "says": f"{type(error).__name__}: {error}"}


def _folder(house: House) -> str:
    free = shutil.disk_usage(house.settings.data_dir).free / 1e9
    if free < 1:
        raise MillhandError(f"{house.settings.data_dir} has {free:.1f} GB free; make room for 1 GB at least.")
    return f"{house.settings.data_dir.resolve()}, {free:.0f} GB free"


def _holdings(house: House) -> str:
    corpus = house.corpus
    return (
        f"{len(corpus.documents())} documents, {len(corpus.all_equipment())} machines, "
        f"{len(corpus.all_parts())} stock lines, {len(corpus.accounts())} accounts"
    )


def _search(house: House) -> str:
    found = len(house.corpus.search("maintenance 维护").passages)
    return f"{house.settings.embedding_model or 'multilingual-e5-small'} answers; a trial search found {found} passages"


def _statements(house: House) -> str:
    if unread := house.corpus.without_statements():
        raise MillhandError(f"The sentences of {unread} passages are not read yet; run `millhand reindex`.")
    return "the sentences and rows of all documents are read"


def _ocr(house: House) -> str:
    if not house.settings.ocr:
        return "switched off by MILLHAND_OCR"
    if importlib.util.find_spec("rapidocr") is None:
        raise MillhandError("rapidocr is not installed, so scanned pages stay unread; install millhand again.")
    return "rapidocr is installed"


def _model(house: House) -> str:
    _ = house.assistant
    settings = house.settings
    return settings.model if settings.model == "extractive" else f"{settings.model_name} at {settings.model_url}"


def _feeds(house: House) -> str:
    """Ask what runs beside the page; none does where this command owns the folder itself."""
    settings = house.settings
    wanted = [name for name, value in (("MQTT", settings.mqtt_url), ("a watched folder", settings.watch_dir)) if value]
    if not wanted:
        return "none is set"
    if not house.feeds:
        check_feeds(settings)
        return f"{' and '.join(wanted)} set; they run while `millhand serve` does"
    told = "; ".join(feed.says() for feed in house.feeds)
    if not all(feed.well for feed in house.feeds):
        raise MillhandError(f"{told}.")
    return told


CHECKS: dict[str, Callable[[House], str]] = {
    "data folder": _folder,
    "holdings": _holdings,
    "search": _search,
    "statements": _statements,
    "reading of scans": _ocr,
    "answering model": _model,
    "feeds": _feeds,
}
