"""Uploads at work: each in a thread of its own that outlives the page, file by file, to be cancelled and retried."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from corpus import MillhandError
from ui.house import House

MANIFEST = "manifest.csv"


_ARRIVES = 10.0  # seconds in which an uploaded file stands in its place


def arrived(file: str | Path) -> Path:
    """Return an uploaded file once it is there: Gradio answers an upload before it has moved the file to its place."""
    path, deadline = Path(file), time.monotonic() + _ARRIVES
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return path


class Cancelled(MillhandError):
    """A person ended it."""


@dataclass(frozen=True, slots=True)
class FileState:
    """Where one file stands: waiting, working, indexed, unchanged, failed or cancelled."""

    source: str
    state: str = "waiting"
    stage: str = ""
    done: int = 0
    total: int = 0
    result: dict[str, Any] = field(default_factory=dict)


class Upload:
    """One person's batch of files; `files` is a snapshot that may be read at any time."""

    def __init__(self, house: House, folder: Path, names: Sequence[str], actor: str, options: dict[str, Any]) -> None:
        self._house = house
        self._folder = folder
        self._actor = actor
        self._options = options
        self._lock = threading.Lock()
        self._files = {name: FileState(name) for name in names}
        self._cancelled = False
        self.running = False

    @property
    def files(self) -> list[FileState]:
        with self._lock:
            return list(self._files.values())

    @property
    def can_retry(self) -> bool:
        """Say whether it is over and some file did not go in."""
        return not self.running and any(one.state in ("failed", "cancelled") for one in self.files)

    def start(self, turn: threading.Lock) -> None:
        """Work in the background, when the uploads before it are done."""
        self._cancelled, self.running = False, True
        for one in self.files:
            if one.state in ("failed", "cancelled"):
                self._note(one.source, state="waiting", stage="", result={})
        threading.Thread(target=self._work, args=(turn,), name="upload", daemon=True).start()

    def cancel(self) -> None:
        """End it at the next step; what has been stored stays."""
        self._cancelled = True

    def _work(self, turn: threading.Lock) -> None:
        from ingest import IngestOptions, IngestProgress

        def step(at: IngestProgress) -> None:
            if self._cancelled:
                raise Cancelled("cancelled")
            self._note(at.source, state="working", stage=at.stage, done=at.done, total=at.total)

        try:
            with turn:
                options = IngestOptions(**self._options, hold=True)
                results = self._house.ingestor.ingest([self._folder], options, progress=step, actor=self._actor)
            for result in results:
                ended = result.state == "failed" and self._cancelled
                self._note(result.source, state="cancelled" if ended else result.state, result=result.to_json())
                if result.state != "failed":
                    for file in self._folder.rglob(result.source):
                        file.unlink(missing_ok=True)
            for one in self.files:
                if one.state in ("waiting", "working"):  # a kind of file that a folder's walk leaves out
                    self._note(one.source, state="failed", result={"error": None})
        except Exception as error:  # whatever it is, the page must see the end of it
            for one in self.files:
                if one.state in ("waiting", "working"):
                    self._note(one.source, state="failed", result={"error": str(error)})
        finally:
            self.running = False
            if not self.can_retry:
                shutil.rmtree(self._folder, ignore_errors=True)

    def _note(self, source: str, **changes: Any) -> None:
        with self._lock:
            known = self._files.get(source) or FileState(source)
            self._files[source] = replace(known, **changes)


class Uploads:
    """The uploads of this run of the server, the newest of each person in reach."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._folder = house.settings.data_dir / "uploads" / "batches"
        self._turn = threading.Lock()
        self._latest: dict[str, Upload] = {}
        shutil.rmtree(self._folder, ignore_errors=True)  # what a killed process left

    def latest(self, actor: str) -> Upload | None:
        """Return a person's newest upload, if any."""
        return self._latest.get(actor)

    def begin(self, files: Sequence[str], actor: str, options: dict[str, Any]) -> Upload:
        """Take uploaded files over (a manifest with them counts for all) and start to bring them in."""
        from ingest import safe_name

        folder = self._folder / uuid4().hex
        folder.mkdir(parents=True)
        names: list[str] = []
        for file in dict.fromkeys(map(str, files)):  # the same file chosen twice is one upload
            name = safe_name(Path(file).name)
            place = folder / name
            if place.exists():
                place = folder / str(len(names)) / name
                place.parent.mkdir()
            shutil.move(arrived(file), place)
            if name != MANIFEST:
                names.append(name)
        upload = self._latest[actor] = Upload(self._house, folder, names, actor, options)
        upload.start(self._turn)
        return upload

    def retry(self, actor: str) -> Upload | None:
        """Try a person's failed and cancelled files again."""
        upload = self._latest.get(actor)
        if upload is not None and upload.can_retry:
            upload.start(self._turn)
        return upload
