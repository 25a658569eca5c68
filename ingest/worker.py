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

_TICK = 0.25  # seconds between looks at time and memory


class ParseWorker:
    """One warm process; replaced when it had to be killed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context = multiprocessing.get_context("spawn")
        self._lock = threading.Lock()
        self._pool: Any = None
        self._counter: Any = None

    def parse(self, path: Path, progress: PageProgress) -> ParsedFile:
        """Read a file; raises Unreadable when it cannot be read or costs more than the settings allow."""
        limits = Limits(self._settings.unpacked_mb * 2**20, self._settings.pages_at_most, self._settings.ocr)
        parsed: ParsedFile = self._run(path.name, _read, (path, limits), progress)
        return parsed

    def picture(self, path: Path, page: int, marks: Sequence[Box], width: int) -> bytes:
        """Render a page as PNG with boxes marked."""
        png: bytes = self._run(path.name, _picture, (path, page, tuple(marks), width), lambda *_: None)
        return png

    def read_image(self, path: Path) -> str:
        """Return the text that OCR reads in a picture."""
        parsed = self.parse(path, lambda *_: None)
        return "\n".join(page.text for page in parsed.pages)

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

        seen, since = (0, 0), time.monotonic()
        while True:
            try:
                return future.result(timeout=_TICK)
            except FutureTimeout:
                pass
            except MillhandError:
                raise
            except ProcessExpired as error:
                raise Unreadable(f"{name}: reading it crashed the reader; the file is damaged.") from error
            except MemoryError as error:
                raise Unreadable(f"{name}: reading it needs more memory than allowed.") from error
            except Exception as error:
                raise Unreadable(f"{name}: the file is damaged ({type(error).__name__}).") from error
            done = (self._counter[0], self._counter[1])
            if done != seen:
                seen, since = done, time.monotonic()
                progress(*done)
            elif time.monotonic() - since > self._settings.parse_seconds:
                self._stop()
                raise Unreadable(
                    f"{name}: reading it made no progress for {self._settings.parse_seconds} seconds and was ended."
                )
            if self._resident() > self._settings.parse_memory_mb * 2**20:
                self._stop()
                raise Unreadable(
                    f"{name}: reading it took more than {self._settings.parse_memory_mb} MB of memory and was ended."
                )

    def _started(self) -> Any:
        if self._pool is None:
            from pebble import ProcessPool

            self._counter = self._context.Array("i", [0, 0, 0])
            self._pool = ProcessPool(
                max_workers=1, max_tasks=200, context=self._context, initializer=_begin, initargs=(self._counter,)
            )
        return self._pool

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.stop()
            with contextlib.suppress(RuntimeError, TimeoutError):
                self._pool.join(timeout=5)
            self._pool = None

    def _resident(self) -> int:
        import psutil

        try:
            return int(psutil.Process(self._counter[2]).memory_info().rss) if self._counter[2] else 0
        except psutil.Error:
            return 0


_shared: Any = None


def _begin(counter: Any) -> None:
    global _shared
    _shared = counter
    _shared[2] = os.getpid()


def _note(done: int, total: int) -> None:
    _shared[0], _shared[1] = done, total


def _read(path: Path, limits: Limits) -> ParsedFile:
    from ingest.readers import read

    return read(path, limits, _note)


def _picture(path: Path, page: int, marks: Sequence[Box], width: int) -> bytes:
    from ingest.readers.picture import page_picture

    return page_picture(path, page, marks, width)
