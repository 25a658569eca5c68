"""Time searches over thousands of passages against their floor: `python -m evals.search_benchmark WORK`.

The floor is what no combination of both searches can go below: embedding the query, one unfiltered query of the vector
index and one plain BM25 disjunction over the same passages. It runs in turns with the searches, so that whatever else
the machine does slows down both.

Passages beyond those of the source folders are recombined out of them: the first half of one passage and the second
half of another, under the first one's section, with the mean of the two vectors and a little noise. So words,
identifiers and cosines are spread as in the real texts, at a size that nobody needs to embed.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer

from corpus import Chunk, Corpus, DocumentDraft, Page, Passage, extract_identifiers, load_settings, open_corpus
from evals.sets import load_questions

Vectors = npt.NDArray[np.float32]
_SEED = 20
_MODELS = tuple(f"BM-{number}00" for number in range(1, 8))
_DOCUMENT = 1_000  # passages in one document; every eighth document is plant-wide
_PAGE = 4  # passages on one page
_NOISE = 0.15
_K = 10


def main(
    work: Annotated[Path, typer.Argument(help="Folder that keeps the corpora; the next run finds them there.")],
    source: Annotated[list[Path], typer.Option(help="Data folder to take passages from; may be repeated.")],
    questions: Annotated[list[Path], typer.Option(help="Question set to ask; may be repeated.")],
    sizes: Annotated[str, typer.Option(help="How many passages, separated by commas.")] = "1000,10000,100000",
    asked: Annotated[int, typer.Option(min=5, help="Searches of each kind.")] = 60,
    out: Annotated[Path | None, typer.Option(help="Write the figures here as JSON too.")] = None,
) -> None:
    """Print a table of search times, p50 and p95 in milliseconds, beside the floor of the same run."""
    rows = []
    for size in map(int, sizes.split(",")):
        folder = work / str(size)
        _build(folder, size, source)
        with open_corpus(load_settings(data_dir=folder)) as corpus:
            rows.append(measure(corpus, [q.question for file in questions for q in load_questions(file)], asked))
    typer.echo(table(rows))
    if out:
        out.write_text(json.dumps(rows, indent=1), encoding="utf-8")


def measure(corpus: Corpus, questions: Sequence[str], asked: int) -> dict[str, Any]:
    """Time the floor and the three kinds of search, each query once, in turns."""
    random = np.random.default_rng(_SEED)
    passages = list(corpus.passages())
    codes = _codes(passages, random, asked)
    floor = _floor(corpus)
    chosen = [questions[i] for i in random.permutation(len(questions))[:asked]]
    kinds: dict[str, Callable[[int, str], object]] = {
        # Every text is new to the embedder, which keeps the vectors of queries that it has seen.
        "floor": lambda i, text: floor(f"{text} {i}"),
        "unscoped": lambda i, text: corpus.search(f"{text} ", k=_K),  # noqa: ARG005
        "one model": lambda i, text: corpus.search(f"{text} {_MODELS[i % len(_MODELS)]}", k=_K),
        "identifier": lambda i, text: corpus.search(f"{codes[i % len(codes)]}? {text[:20]}", k=_K),
    }
    for kind in kinds.values():
        for i in range(len(_MODELS)):  # each scope is resolved once for a state of the library
            kind(i, "warm up")
    times: dict[str, list[float]] = {name: [] for name in kinds}
    for i, text in enumerate(chosen):
        for name, kind in kinds.items():
            began = time.perf_counter()
            kind(i, text)
            times[name].append((time.perf_counter() - began) * 1000)
    figures = {
        name: {"p50": round(float(np.percentile(taken, 50)), 1), "p95": round(float(np.percentile(taken, 95)), 1)}
        for name, taken in times.items()
    }
    return {"passages": len(passages), "asked": len(chosen), **figures}


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the figures as a Markdown table; in brackets the share of the floor's median."""
    lines = [
        "| passages | floor p50 / p95 | unscoped | one model | by identifier |",
        "|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        cells = [f"{row['passages']:,}", f"{row['floor']['p50']} / {row['floor']['p95']}"]
        for kind in ("unscoped", "one model", "identifier"):
            share = row[kind]["p50"] / row["floor"]["p50"]
            cells.append(f"{row[kind]['p50']} / {row[kind]['p95']} ({share:.2f})")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _floor(corpus: Corpus) -> Callable[[str], object]:
    from evals.baselines.base import SameChunks
    from evals.baselines.bm25 import Bm25

    plain = Bm25(SameChunks(corpus))

    def floor(text: str) -> object:
        return corpus.nearest(corpus.embed_query(text), _K), plain.search(text, models=(), k=_K)

    return floor


def _codes(passages: Sequence[Passage], random: np.random.Generator, count: int) -> list[str]:
    found: dict[str, None] = {}
    for i in random.permutation(len(passages)):
        found.update(dict.fromkeys(one.text for one in extract_identifiers(passages[i].text)[:1]))
        if len(found) >= count:
            break
    return list(found)


def _build(folder: Path, size: int, sources: Sequence[Path]) -> None:
    mark = folder / "benchmark.json"
    if mark.exists():
        return
    texts, vectors = _read(sources)
    with open_corpus(load_settings(data_dir=folder)) as corpus:
        held = sum(document.current.chunks for document in corpus.documents() if document.current)
        for number, (chunks, block) in enumerate(_blocks(texts, vectors, size)):
            if number * _DOCUMENT < held:
                continue
            corpus.add_document(_draft(folder, number, chunks), actor="benchmark", vectors=block)
    mark.write_text(json.dumps({"passages": size, "sources": [str(path) for path in sources]}))


def _read(sources: Sequence[Path]) -> tuple[list[tuple[str, str]], Vectors]:
    texts: list[tuple[str, str]] = []
    blocks: list[Vectors] = []
    for path in sources:
        with open_corpus(load_settings(data_dir=path)) as corpus:
            passages = list(corpus.passages())
            texts += [(" > ".join(passage.section), passage.text) for passage in passages]
            blocks.append(corpus.passage_vectors([passage.id for passage in passages]))
    return texts, np.concatenate(blocks)


def _blocks(
    texts: Sequence[tuple[str, str]], vectors: Vectors, size: int
) -> Iterator[tuple[list[tuple[str, str]], Vectors]]:
    """Yield the passages of one document after another: the real ones first, then recombined ones."""
    random = np.random.default_rng(_SEED)
    order = random.permutation(len(texts))
    for start in range(0, size, _DOCUMENT):
        chunks, block = [], []
        for at in range(start, min(size, start + _DOCUMENT)):
            if at < len(texts):
                chunks.append(texts[order[at]])
                block.append(vectors[order[at]])
                continue
            a, b = (int(i) for i in random.integers(0, len(texts), 2))
            (section, first), (_, second) = texts[a], texts[b]
            chunks.append((section, first[: len(first) // 2] + " " + second[len(second) // 2 :]))
            noise = random.normal(size=vectors.shape[1])
            mixed = (vectors[a] + vectors[b]) / 2 + _NOISE * noise / np.linalg.norm(noise)
            block.append(mixed / np.linalg.norm(mixed))
        yield chunks, np.asarray(block, dtype=np.float32)


def _draft(folder: Path, number: int, chunks: Sequence[tuple[str, str]]) -> DocumentDraft:
    name = f"benchmark-{number:04d}.txt"
    file = folder / name
    file.write_text("\n\n".join(text for _, text in chunks), encoding="utf-8")
    model = number % (len(_MODELS) + 1)
    return DocumentDraft(
        source=name,
        file=file,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        title=f"Benchmark {number}",
        kind="manual",
        language="en",
        pages=[Page(1, "", "")],
        chunks=[
            Chunk(text, (section,) if section else (), page=at // _PAGE + 1)
            for at, (section, text) in enumerate(chunks)
        ],
        models=(_MODELS[model],) if model < len(_MODELS) else (),
    )


if __name__ == "__main__":
    typer.run(main)
