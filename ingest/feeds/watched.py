"""A folder into which other systems put tables: each is taken in once it is whole, and moved to `done` or `failed`.

The folder is looked at again and again, since no share over a network tells of changes by itself.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from datetime import datetime
from pathlib import Path

from corpus import MillhandError, Settings
from ingest.pipeline import FileResult, IngestOptions, Ingestor
from ingest.readers import TABLES

ACTOR = "watched folder"
DONE, FAILED = "done", "failed"
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart", ".swp")
_log = logging.getLogger(__name__)

Seen = tuple[int, int]  # size in bytes, time of the last change in nanoseconds


class WatchedFolder:
    """Takes the tables in a folder. Start it once; close it when done."""

    def __init__(self, settings: Settings, ingestor: Ingestor) -> None:
        assert settings.watch_dir is not None
        self._folder = settings.watch_dir
        self._zone = settings.zone
        self._calm = settings.watch_seconds
        self._ingestor = ingestor
        self._closing = threading.Event()
        self._trouble = ""
        self._seen: dict[Path, tuple[Seen, float]] = {}  # with the time since which it has not changed
        self._stuck: dict[Path, Seen] = {}  # taken in, but could not be moved
        self.taken = 0
        self.failed = 0
        self._thread = threading.Thread(target=self._run, name="watched-folder", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End after the file in work."""
        self._closing.set()
        self._thread.join(60)

    def says(self) -> str:
        """Say how it stands, in one sentence."""
        told = f"; {self._trouble}" if self._trouble else ""
        return f"{self._folder}: {self.taken} files taken in, {self.failed} failed{told}"

    @property
    def well(self) -> bool:
        """Say whether the folder can be looked at."""
        return not self._trouble

    def _run(self) -> None:
        while not self._closing.wait(min(2.0, self._calm / 2)):
            try:
                self.look()
                if not self._stuck:
                    self._note("")
            except OSError as error:
                self._note(f"it cannot be read ({error.strerror or error})")
            except Exception as error:  # whatever it is, the next look may go well
                self._note(f"looking at it failed ({type(error).__name__}: {str(error)[:200]})")

    def look(self) -> None:
        """Look once: take in every file that is whole."""
        present = {path: _state(path) for path in sorted(self._folder.iterdir()) if _is_file(path)}
        self._seen = {path: since for path, since in self._seen.items() if path in present}
        self._stuck = {path: state for path, state in self._stuck.items() if present.get(path) == state}
        now = time.monotonic()
        for path, state in present.items():
            before = self._seen.get(path)
            if state is None or path in self._stuck:
                continue
            if before is None or before[0] != state:
                self._seen[path] = (state, now)
            elif now - before[1] >= self._calm and not self._closing.is_set():
                self._take(path, state)

    def _take(self, path: Path, state: Seen) -> None:
        try:
            path.open("rb").close()
        except OSError as error:  # its writer may hold it still
            self._note(f"{path.name} cannot be opened ({error.strerror or error})")
            return
        result = self._brought(path)
        if _state(path) != state:
            return  # it was written to meanwhile: what it says now is looked at again
        if result.error:
            self.failed += 1
        else:
            self.taken += 1
        self._move(path, state, FAILED if result.error else DONE, result.error or "\n".join(result.warnings))

    def _brought(self, path: Path) -> FileResult:
        if path.suffix.lower() not in TABLES:
            kinds = ", ".join(sorted(suffix.lstrip(".").upper() for suffix in TABLES))
            reason = f"{path.name}: only tables ({kinds}) are taken in from here; bring it in on the page."
            return FileResult(path.name, "failed", error=reason)
        try:
            options = IngestOptions(only_tables=True, renews=ACTOR)
            return self._ingestor.ingest([path], options, lambda _: None, ACTOR)[0]
        except MillhandError as error:
            return FileResult(path.name, "failed", error=str(error))

    def _move(self, path: Path, state: Seen, where: str, reason: str) -> None:
        """Put a file away, what is to be said of it beside it; a name that is there already is never written over."""
        folder = self._folder / where
        stamp = datetime.now(self._zone).strftime("%Y%m%d-%H%M%S")
        try:
            folder.mkdir(exist_ok=True)
            target = folder / path.name
            number = 0
            while target.exists():
                number += 1
                target = folder / f"{path.stem}.{stamp}{f'-{number}' if number > 1 else ''}{path.suffix}"
            if reason:
                target.with_name(f"{target.name}.txt").write_text(f"{reason}\n", encoding="utf-8")
            path.rename(target)
        except OSError as error:
            self._stuck[path] = state
            self._note(f"{path.name} could not be moved to {where} ({error.strerror or error})")
        self._seen.pop(path, None)

    def _note(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            _log.warning("Watched folder %s: %s.", self._folder, trouble)
        self._trouble = trouble


def _is_file(path: Path) -> bool:
    name = path.name.lower()
    hidden = name.startswith((".", "~$")) or name.endswith(_UNFINISHED)
    with contextlib.suppress(OSError):
        return not hidden and path.is_file() and not path.is_symlink()
    return False


def _state(path: Path) -> Seen | None:
    with contextlib.suppress(OSError):
        found = path.stat()
        return found.st_size, found.st_mtime_ns
    return None
