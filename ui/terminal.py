"""How the command line prints: one JSON value for programs, tables and progress bars for people."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import typer

Progress = Callable[[dict[str, Any]], None]
Work = Callable[[Progress], tuple[Any, int]]


class Terminal:
    """Where one command's progress and result go."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    def quietly(self, work: Work) -> tuple[Any, int]:
        """Run the work with its progress on standard error and no library's words on standard output."""
        with _standard_output_kept_clean(), _progress_bars() as progress:
            return work(progress)

    def show(self, name: str, value: Any, status: int) -> NoReturn:
        """Print the result and exit."""
        if self.as_json:
            sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
            sys.stdout.flush()
        else:
            from ui.tables import print_result

            print_result(name, value)
        raise typer.Exit(status)


@contextlib.contextmanager
def _standard_output_kept_clean() -> Iterator[None]:
    # Native libraries write to descriptor 1 past sys.stdout, so the descriptor itself is turned to standard error.
    warnings.simplefilter("ignore")
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


@contextlib.contextmanager
def _progress_bars() -> Iterator[Progress]:
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None)

        def show(at: dict[str, Any]) -> None:
            where = f"[{at['file'] + 1}/{at['files']}] {at['source']} " if at.get("source") else ""
            total = at.get("total") or None
            bars.update(task, description=f"{where}{at.get('stage', '')}", completed=at.get("done", 0), total=total)

        yield show
