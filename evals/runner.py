"""Running question sets against a corpus and summing up what came out."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent import Assistant, build_assistant
from corpus import Corpus, MillhandError, Settings, contains_quote, open_corpus
from evals.metrics import interval, retrieval_metrics
from evals.sets import Question, load_questions
from ingest import IngestOptions, build_ingestor

Progress = Callable[[str, int, int], None]
_HITS = 20


def _silent(_stage: str, _done: int, _total: int) -> None:
    pass


def run(
    corpus: Corpus,
    files: Sequence[Path],
    *,
    corpus_paths: Sequence[Path] = (),
    retrieval_only: bool = False,
    progress: Progress = _silent,
) -> dict[str, Any]:
    """Ask every question of the sets and return DESIGN's {"run", "summary", "questions"}.

    With `corpus_paths`, those are ingested into a fresh corpus for the run (its model folder is shared), so that a
    set carries its own documents.

    Raises:
        MillhandError: a set or one of the paths cannot be read.
    """
    questions = [question for file in files for question in load_questions(file)]
    if not corpus_paths:
        return _run(corpus, questions, files, (), retrieval_only, progress)
    with tempfile.TemporaryDirectory(prefix="millhand-eval-") as folder:
        _share_model(corpus.folder, Path(folder))
        settings = corpus.settings.model_copy(update={"data_dir": Path(folder), "database_url": None})
        with open_corpus(settings) as fresh:
            ingestor = build_ingestor(settings, fresh)
            try:
                results = ingestor.ingest(
                    list(corpus_paths),
                    IngestOptions(),
                    lambda p: progress(f"reading {p.source}", p.file_index, p.files),
                    "eval",
                )
            finally:
                ingestor.close()
            failed = [result for result in results if result.state == "failed"]
            if failed:
                raise MillhandError(f"{failed[0].source} could not be read for the run: {failed[0].error}")
            return _run(fresh, questions, files, corpus_paths, retrieval_only, progress)


def _run(
    corpus: Corpus,
    questions: Sequence[Question],
    files: Sequence[Path],
    corpus_paths: Sequence[Path],
    retrieval_only: bool,
    progress: Progress,
) -> dict[str, Any]:
    assistant = None if retrieval_only else build_assistant(corpus.settings, corpus)
    results, rows = [], []
    for done, question in enumerate(questions):
        progress("asking", done, len(questions))
        result = _ask(corpus, assistant, question)
        results.append(result)
        rows.append((question, _scores(question, result)))
    progress("asking", len(questions), len(questions))
    return {
        "run": _manifest(corpus.settings, files, corpus_paths, corpus),
        "summary": _summary(rows, results),
        "questions": results,
    }


def _ask(corpus: Corpus, assistant: Assistant | None, question: Question) -> dict[str, Any]:
    began = time.perf_counter()
    evidence = corpus.search(question.question, equipment=question.equipment, k=_HITS)
    searched = (time.perf_counter() - began) * 1000
    result: dict[str, Any] = {
        "id": question.id,
        "hits": [{"source": p.place.source, "page": p.place.page, "score": p.score} for p in evidence.passages],
        "state": None,
        "text": None,
        "citations": [],
        "latency_ms": {"search": round(searched, 2), "answer": None},
    }
    if assistant is not None:
        conversation = None
        for turn in question.turns:
            conversation = assistant.ask(
                turn, equipment=question.equipment, conversation=conversation, owner="eval"
            ).conversation
        began = time.perf_counter()
        answer = assistant.ask(
            question.question, equipment=question.equipment, conversation=conversation, owner="eval"
        ).to_json()
        result |= {"state": answer["state"], "text": answer["text"], "citations": answer["citations"]}
        result["latency_ms"]["answer"] = round((time.perf_counter() - began) * 1000, 2)
    return result


def _scores(question: Question, result: dict[str, Any]) -> dict[str, float]:
    scores: dict[str, float] = {}
    if question.gold and question.answerable:
        scores |= retrieval_metrics([(hit["source"], hit["page"]) for hit in result["hits"]], question.gold)
    if result["state"] is None:
        return scores
    if question.must_include and question.answerable:
        scores["must_include"] = float(
            all(contains_quote(result["text"] or "", text) for text in question.must_include)
        )
    if question.gold and question.answerable and result["citations"]:
        cited = {(citation["source"], citation["page"]) for citation in result["citations"]}
        gold = {(place.source, place.page) for place in question.gold}
        right = sum(place in gold or (place[0], None) in gold for place in cited)
        scores["citation_precision"] = right / len(cited)
        scores["citation_recall"] = sum(
            any(source == g.source and g.page in (None, page) for source, page in cited) for g in question.gold
        ) / len(question.gold)
    if question.state:
        scores["state"] = float(result["state"] == question.state)
    return scores


def _summary(rows: Sequence[tuple[Question, dict[str, float]]], results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    summary: dict[str, Any] = _means(rows)
    summary |= _refusal(rows, results)
    summary["latency_ms"] = {
        part: interval([r["latency_ms"][part] for r in results if r["latency_ms"][part] is not None])
        for part in ("search", "answer")
    }
    slices: dict[str, dict[str, Any]] = {}
    for name in ["language", *sorted({field for question, _ in rows for field in question.fields})]:
        values = sorted({_field(question, name) for question, _ in rows} - {""})
        slices[name] = {value: _means([row for row in rows if _field(row[0], name) == value]) for value in values}
    summary["by"] = slices
    return summary


def _field(question: Question, name: str) -> str:
    return question.language if name == "language" else question.fields.get(name, "")


def _means(rows: Sequence[tuple[Question, dict[str, float]]]) -> dict[str, Any]:
    names = ["hit@1", "hit@5", "recall@5", "mrr@10", "ndcg@10", "must_include", "citation_precision", "citation_recall"]
    return {name: interval([scores[name] for _, scores in rows if name in scores]) for name in [*names, "state"]}


def _refusal(rows: Sequence[tuple[Question, dict[str, float]]], results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    asked = [(q.answerable, r["state"]) for (q, _), r in zip(rows, results, strict=True) if r["state"] is not None]
    refused = [float(not answerable) for answerable, state in asked if state == "no_answer"]
    unanswerable = [float(state == "no_answer") for answerable, state in asked if not answerable]
    return {"refusal_precision": interval(refused), "refusal_recall": interval(unanswerable)}


def _manifest(
    settings: Settings, files: Sequence[Path], corpus_paths: Sequence[Path], corpus: Corpus
) -> dict[str, Any]:
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "sets": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files},
        "corpus_paths": [str(path) for path in corpus_paths],
        "corpus": {d.current.source: d.current.sha256 for d in corpus.documents() if d.current},
        "settings": settings.model_dump(mode="json", exclude={"model_key", "data_dir"}),
        "seed": 20,
    }


def _commit() -> str | None:
    here = Path(__file__).parent
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


def _share_model(old: Path, new: Path) -> None:
    models = old.resolve() / "models"
    if models.is_dir():
        (new / "models").symlink_to(models)
