"""Millhand's whole ingest against the stock LangChain recipe, on the same pages, in one run.

    python -m evals.ingest_benchmark MANUAL.pdf --pages 200

Each side runs in a fresh process and starts from an empty folder with the embedding model already unpacked; the order
alternates from round to round. Timed is the whole process, from its start to its end. Millhand reads, cuts, embeds,
stores pages, boxes, identifiers and vectors in SQL and fills both indexes; the recipe loads with PyPDFLoader, cuts with
RecursiveCharacterTextSplitter 1000/200, embeds with HuggingFaceEmbeddings on the same model folder and fills Chroma.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from corpus import load_settings, open_corpus

SIDES = ("millhand", "stock")
_SAMPLE = 0.1  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Round:
    """One ingest: wall time of its process, peak resident memory of it and its children in MiB, and its chunks."""

    seconds: float
    memory: float
    chunks: int


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.ingest_benchmark", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("pdf", type=Path)
    parser.add_argument("--pages", type=int, default=200, help="how many pages, from --first on")
    parser.add_argument("--first", type=int, default=1, help="the first page, 1-based")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data-dir", type=Path, help="where the unpacked model is kept; default: MILLHAND_DATA_DIR")
    parser.add_argument("--json", action="store_true", help="print one JSON value instead of the table")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--model", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.side:
        chunks = (
            _millhand(given.pdf, given.folder)
            if given.side == "millhand"
            else _stock(given.pdf, given.folder, given.model)
        )
        print(json.dumps({"chunks": chunks}))
        return
    rounds = measure(given.pdf, given.first, given.pages, given.rounds, given.data_dir)
    print(
        json.dumps({side: [asdict(one) for one in rounds[side]] for side in SIDES})
        if given.json
        else table(rounds, given.pages)
    )


def measure(pdf: Path, first: int, pages: int, rounds: int, data_dir: Path | None) -> dict[str, list[Round]]:
    """Ingest the pages `rounds` times with each side, taking turns in who begins."""
    settings = load_settings(**({"data_dir": data_dir} if data_dir else {}))
    with tempfile.TemporaryDirectory(prefix="millhand-benchmark-") as scratch:
        cut = Path(scratch) / "pages.pdf"
        _cut(pdf, first, pages, cut)
        home = _empty_folder(Path(scratch) / "home", settings.data_dir)
        with open_corpus(load_settings(data_dir=home)) as corpus:
            model = corpus.embedding_model  # unpacks it where need be, so that no side pays for that
        results: dict[str, list[Round]] = {side: [] for side in SIDES}
        for number in range(rounds):
            for side in SIDES if number % 2 == 0 else SIDES[::-1]:
                folder = _empty_folder(Path(scratch) / f"{side}-{number}", home)
                results[side].append(_timed([str(cut), "--side", side, "--folder", str(folder), "--model", model]))
        return results


def table(rounds: dict[str, list[Round]], pages: int) -> str:
    """Lay the medians out as a Markdown table, with how many times faster Millhand is."""
    lines = ["| | seconds (median; all) | pages/s | peak memory, MiB | chunks |", "|---|---|---|---|---|"]
    medians = {}
    for side, runs in rounds.items():
        seconds = [one.seconds for one in runs]
        medians[side] = statistics.median(seconds)
        every = ", ".join(f"{one:.1f}" for one in seconds)
        memory = max(one.memory for one in runs)
        lines.append(
            f"| {side} | {medians[side]:.1f}; {every} | {pages / medians[side]:.2f} | {memory:.0f} | {runs[0].chunks} |"
        )
    return "\n".join([*lines, "", f"Millhand is {medians['stock'] / medians['millhand']:.2f} times as fast."])


def _empty_folder(folder: Path, models_of: Path) -> Path:
    folder.mkdir()
    if (models_of / "models").is_dir():
        (folder / "models").symlink_to((models_of / "models").resolve())
    return folder


def _cut(pdf: Path, first: int, pages: int, to: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    reader, writer = PdfReader(pdf), PdfWriter()
    if first < 1 or first - 1 + pages > len(reader.pages):
        raise SystemExit(f"{pdf.name} has {len(reader.pages)} pages; {pages} from page {first} on are too many.")
    for page in reader.pages[first - 1 : first - 1 + pages]:
        writer.add_page(page)
    writer.write(to)


def _timed(arguments: list[str]) -> Round:
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "evals.ingest_benchmark", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watched, peak = psutil.Process(child.pid), 0
    while True:
        try:
            out, errors = child.communicate(timeout=_SAMPLE)
            break
        except subprocess.TimeoutExpired:
            peak = max(peak, _resident(watched))
    seconds = time.perf_counter() - began
    if child.returncode:
        raise SystemExit(f"The ingest failed:\n{errors[-2000:]}")
    return Round(seconds, peak / 2**20, json.loads(out.strip().splitlines()[-1])["chunks"])


def _resident(process: psutil.Process) -> int:
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def _millhand(pdf: Path, folder: Path) -> int:
    from ingest import IngestOptions, build_ingestor

    settings = load_settings(data_dir=folder)
    with open_corpus(settings) as corpus:
        ingestor = build_ingestor(settings, corpus)
        try:
            (result,) = ingestor.ingest([pdf], IngestOptions(), lambda _: None, "benchmark")
        finally:
            ingestor.close()
    if result.state != "indexed":
        raise SystemExit(result.error or result.state)
    return result.chunks


def _stock(pdf: Path, folder: Path, model: str) -> int:
    from evals.baselines.stock import load, open_store, split

    chunks = split(load(pdf) or [])
    open_store(folder / "stock", model).add_documents(chunks)
    return len(chunks)


if __name__ == "__main__":
    main()
