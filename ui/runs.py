"""Evaluation runs of the page: the question sets at hand, one run at a time in a thread, results kept as files."""

from __future__ import annotations

import json
import logging
import re
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from corpus import Conflict, MillhandError, NotFound
from ui.house import House

RUN = re.compile(r"\d{8}T\d{6}")
Json = dict[str, Any]


class Cancelled(MillhandError):
    """A person ended it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the run at work stands; `ended` is its name, `error` why it failed."""

    stage: str = ""
    done: int = 0
    total: int = 0
    running: bool = False
    ended: str | None = None
    error: str | None = None


class QuestionSets:
    """The sets that come along and those that people brought, which win over one of the same name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> dict[str, Path]:
        """Return the sets' files by name."""
        shipped = Path(str(resources.files("evals").joinpath("questions")))
        files = [*shipped.glob("*.jsonl"), *self._folder.glob("*.jsonl")]
        return dict(sorted({file.stem: file for file in files}.items()))

    def add(self, file: Path, name: str) -> str:
        """Keep a set; raises MillhandError where it is none."""
        import evals
        from ingest import safe_name

        stem = Path(safe_name(name)).stem
        evals.load_questions(file)
        self._folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, self._folder / f"{stem}.jsonl")
        return stem

    def mark_gold(self, name: str, question: str, source: str, page: int | None) -> None:
        """Note in the set that a place answers a question; a set that came along is copied first."""
        file = self.all().get(name)
        if file is None:
            raise NotFound(f"There is no question set {name!r}.")
        lines, found = [], False
        for number, line in enumerate(file.read_text("utf-8-sig").splitlines(), 1):
            value = json.loads(line) if line.strip() else None
            if value is not None and str(value.get("id", number)) == question:
                found = True
                place = {"source": source, "page": page} if page else {"source": source}
                gold = value.get("gold") or []
                if place not in gold:
                    value["gold"] = [*gold, place]
                    line = json.dumps(value, ensure_ascii=False)
            lines.append(line)
        if not found:
            raise NotFound(f"The set {name} has no question {question!r} any more.")
        self._folder.mkdir(parents=True, exist_ok=True)
        kept = self._folder / f"{name}.jsonl"
        scratch = kept.with_suffix(".part")
        scratch.write_text("\n".join(lines) + "\n", "utf-8")
        scratch.replace(kept)


class Runs:
    """Starts runs and finds what earlier ones left; one at a time, since two would measure each other's load."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._folder = house.settings.data_dir / "runs"
        self._lock = threading.Lock()
        self._progress = Progress()
        self._cancelled = False
        self.sets = QuestionSets(house.settings.data_dir / "question-sets")

    @property
    def progress(self) -> Progress:
        """Where the run at work, or the last one, stands."""
        return self._progress

    def start(self, names: Sequence[str], *, retrieval_only: bool, actor: str) -> None:
        """Begin a run; raises NotFound for a set that is not there and Conflict while another one works."""
        sets = self.sets.all()
        missing = [name for name in names if name not in sets]
        if missing or not names:
            raise NotFound(f"There is no question set {', '.join(missing) or 'chosen'}.")
        with self._lock:
            if self._progress.running:
                raise Conflict("Another run is at work; wait for it or cancel it.")
            self._progress, self._cancelled = Progress("starting", running=True), False
        self._house.corpus.record(actor, "evaluation.run", ", ".join(names))
        arguments = ([sets[name] for name in names], retrieval_only)
        threading.Thread(target=self._work, args=arguments, name="evaluation", daemon=True).start()

    def cancel(self) -> None:
        """End the run at its next question; nothing of it is kept."""
        self._cancelled = True

    def _work(self, files: list[Path], retrieval_only: bool) -> None:
        import evals
        from evals.report import write_report

        def step(stage: str, done: int, total: int) -> None:
            if self._cancelled:
                raise Cancelled("cancelled")
            self._progress = Progress(stage, done, total, running=True)

        try:
            value = evals.run(self._house.corpus, files, retrieval_only=retrieval_only, progress=step)
            name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
            write_report(self._folder / name, value)
            self._progress = Progress(ended=name)
        except Cancelled:
            self._progress = Progress()
        except MillhandError as error:
            self._progress = Progress(error=str(error))
        except Exception as error:  # whatever it is, the page must see the end of it
            logging.getLogger(__name__).exception("An evaluation failed.")
            self._progress = Progress(error=f"{type(error).__name__}: {error}")

    def names(self) -> list[str]:
        """Return the runs that are kept, the newest first."""
        kept = (one.parent.name for one in self._folder.glob("*/run.json"))
        return sorted((name for name in kept if RUN.fullmatch(name)), reverse=True)

    def value(self, name: str) -> Json:
        """Return a run's JSON; raises NotFound."""
        return dict(json.loads(self._file(name, "run.json").read_text("utf-8")))

    def report(self, name: str) -> Path:
        """Return the page that reports a run; raises NotFound."""
        return self._file(name, "report.html")

    def _file(self, name: str, kind: str) -> Path:
        file = self._folder / name / kind
        if not RUN.fullmatch(name) or not file.is_file():
            raise NotFound(f"There is no run {name!r}.")
        return file


def run_time(name: str) -> datetime:
    """Return when a run ended, out of its name."""
    return datetime.strptime(name, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
