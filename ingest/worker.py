"""Parsing in a process of its own, which can be killed: it may hang, eat memory or crash without harm to the rest."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from typing import Any

from corpus import Box, MillhandError, Settings, Unreadable
from ingest.readers.base import Limits, PageProgress, ParsedFile
from ingest.readers.ocr import forget_old

_TICK = 0.1  # seconds between looks at time and memory
_OPENING = 3  # times the work that a page may take
_WAITING = 3  # times that work, by the clock on the wall
_ATTEMPTS = 3  # at a file whose pages end the process


class ParseWorker:
    """One warm process; replaced when it had to be killed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context = multiprocessing.get_context("spawn")
        self._lock = threading.Lock()
        self._pool: Any = None
        self._counter: Any = None
        self._kept = settings.data_dir / "ocr"
        forget_old(self._kept)

    def parse(self, path: Path, progress: PageProgress) -> ParsedFile:
        """Read a file; raises Unreadable when it cannot be read or costs more than the settings allow.

        A page that ends the process is left out of the next attempt, which takes from the kept results what OCR had
        read before.
        """
        skip: dict[int, str] = {}
        while True:
            limits = Limits(
                self._settings.unpacked_mb * 2**20,
                self._settings.pages_at_most,
                self._settings.ocr,
                self._settings.file_seconds,
                self._kept,
                dict(skip),
            )
            try:
                parsed: ParsedFile = self._run(path.name, _read, (path, limits), progress)
                return parsed
            except Ended as ended:
                if not ended.page or ended.page in skip or len(skip) == _ATTEMPTS - 1:
                    raise Unreadable(f"{path.name}: reading it {ended}; the file is damaged.") from ended
                skip[ended.page] = str(ended)

    def picture(self, path: Path, page: int, marks: Sequence[Box], width: int) -> bytes:
        """Render a page as PNG with boxes marked."""
        try:
            png: bytes = self._run(path.name, _picture, (path, page, tuple(marks), width), lambda *_: None)
        except Ended as ended:
            raise Unreadable(f"{path.name}: drawing page {page} {ended}.") from ended
        return png

    def read_image(self, path: Path) -> str:
        """Return the text that OCR reads in a picture."""
        parsed = self.parse(path, lambda *_: None)
        return "\n".join(page.text for page in parsed.pages)

    def warm_up(self) -> None:
        """Start the process before it is needed, and let it import what draws pages."""
        with self._lock:
            self._started().schedule(_import_drawing).result()

    def close(self) -> None:
        with self._lock:
            self._stop()

    def _run(self, name: str, function: Callable[..., Any], arguments: tuple[Any, ...], progress: PageProgress) -> Any:
        with self._lock:
            pool = self._started()
            self._counter[0] = self._counter[1] = 0
            future = pool.schedule(function, args=arguments)
            return self._watch(name, future, progress)

    def _watch(self, name: str, future: Any, progress: PageProgress) -> Any:
        from pebble import ProcessExpired

        seen, since, worked = (0, 0), time.monotonic(), self._worked()
        while True:
            try:
                return future.result(timeout=_TICK)
            except FutureTimeout:
                pass
            except MillhandError:
                raise
            except ProcessExpired as error:
                raise Ended("crashed the reader", self._page()) from error
            except MemoryError as error:
                raise Ended("needs more memory than allowed", self._page()) from error
            except Exception as error:
                raise Unreadable(f"{name}: the file is damaged ({type(error).__name__}).") from error
            done = (self._counter[0], self._counter[1])
            if done != seen:
                seen, since, worked = done, time.monotonic(), self._worked()
                progress(*done)
            # Opening a damaged file means going through all of it. A busy machine makes a page late, not endless.
            allowed = self._settings.parse_seconds * (1 if done[1] else _OPENING)
            late = time.monotonic() - since > self._settings.parse_seconds * _WAITING
            if late or self._worked() - worked > allowed:
                at = self._page()
                self._stop()
                raise Ended(f"made no progress for {allowed} seconds", at)
            if self._resident() > self._settings.parse_memory_mb * 2**20:
                at = self._page()
                self._stop()
                raise Ended(f"took more than {self._settings.parse_memory_mb} MB of memory", at)

    def _page(self) -> int | None:
        """Return the page in work, once the file is open and its pages are counted."""
        return self._counter[0] + 1 if self._counter[0] < self._counter[1] else None

    def _started(self) -> Any:
        if self._pool is None:
            from pebble import ProcessPool

            self._counter = self._context.Array("i", [0, 0, 0])
            self._pool = ProcessPool(
                max_workers=1, max_tasks=200, context=self._context, initializer=_begin, initargs=(self._counter,)
            )
            self._pool.schedule(_ready).result()  # starting counts against no file
        return self._pool

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.stop()
            with contextlib.suppress(RuntimeError, TimeoutError):
                self._pool.join(timeout=5)
            self._pool = None

    def _resident(self) -> int:
        """Return the bytes of memory that the process holds."""
        import psutil

        try:
            return int(psutil.Process(self._counter[2]).memory_info().rss) if self._counter[2] else 0
        except psutil.Error:
            return 0

    def _worked(self) -> float:
        """Return the seconds of processor time that the process has had."""
        import psutil

        try:
            times = psutil.Process(self._counter[2]).cpu_times() if self._counter[2] else None
        except psutil.Error:
            return 0.0
        return times.user + times.system if times else 0.0


class Ended(Exception):
    """The process had to be ended, or ended itself, at `page` where the file has pages."""

    def __init__(self, why: str, page: int | None) -> None:
        super().__init__(why)
        self.page = page


_shared: Any = None


def _begin(counter: Any) -> None:
    global _shared
    _shared = counter
    _shared[2] = os.getpid()


def _ready() -> None:
    """Say that the process has started."""


def _import_drawing() -> None:
    import PIL.ImageDraw  # noqa: F401
    import pypdfium2  # noqa: F401


def _note(done: int, total: int) -> None:
    _shared[0], _shared[1] = done, total


def _read(path: Path, limits: Limits) -> ParsedFile:
    from ingest.readers import read

    return read(path, limits, _note)


def _picture(path: Path, page: int, marks: Sequence[Box], width: int) -> bytes:
    from ingest.readers.picture import page_picture

    return page_picture(path, page, marks, width)
