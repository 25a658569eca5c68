"""Running question sets against a corpus, with baselines beside it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agent import build_assistant
from corpus import Corpus, MillhandError, SettingsError, open_corpus
from evals.asking import HITS, Asker, hit_scores
from evals.baselines import build_baselines, check_names
from evals.manifest import manifest
from evals.sets import Question, load_questions
from evals.summary import ANSWER, Outcome, against, baseline_summary, summarise
from ingest import IngestOptions, Ingestor, build_ingestor

Progress = Callable[[str, int, int], None]


def _silent(_stage: str, _done: int, _total: int) -> None:
    pass


def run(
    corpus: Corpus,
    files: Sequence[Path],
    *,
    corpus_paths: Sequence[Path] = (),
    baselines: Sequence[str] = (),
    methods: Sequence[str] | None = None,
    retrieval_only: bool = False,
    repeat: int = 1,
    progress: Progress = _silent,
) -> dict[str, Any]:
    """Ask every question of the sets and return DESIGN's {"run", "summary", "questions"}, and "baselines" if asked for.

    With `corpus_paths`, those are ingested into a fresh corpus for the run (its model folder is shared), so that a
    set carries its own documents. `methods` limits the search to some of its parts (an ablation); answers come from
    the whole search, so it goes with `retrieval_only`. `repeat` asks for each answer that many times.

    Raises:
        SettingsError: a name that is no baseline, or `methods` without `retrieval_only`.
        MillhandError: a set or one of the paths cannot be read.
    """
    check_names(baselines)
    if methods and not retrieval_only:
        raise SettingsError("--method is an ablation of the search; give --retrieval-only with it.")
    questions = load_sets(files)
    with _standing_on(corpus, corpus_paths, progress) as (stood_on, ingestor):
        assistant = None if retrieval_only else build_assistant(stood_on.settings, stood_on)
        asker = Asker(stood_on, assistant, ingestor.read_image, methods=methods, repeat=repeat)
        rivals = build_baselines(stood_on, baselines, cache=corpus.folder / "baselines", progress=progress)
        outcomes: list[Outcome] = []
        rival_hits: dict[str, list[dict[str, Any]]] = {name: [] for name in rivals}
        rival_scores: dict[str, list[Mapping[str, float]]] = {name: [] for name in rivals}
        for done, question in enumerate(questions):
            progress("asking", done, len(questions))
            result, scores, evidence, query = asker.ask(question)
            outcomes.append(Outcome(question, scores, result))
            for name, rival in rivals.items():
                hits = rival.search(query, models=evidence.models, k=HITS)
                places = [{"source": hit.source, "page": hit.page, "score": hit.score} for hit in hits]
                rival_hits[name].append({"id": question.id, "set": question.set, "hits": places})
                rival_scores[name].append(hit_scores(question, [(hit.source, hit.page) for hit in hits]))
        progress("asking", len(questions), len(questions))
        value: dict[str, Any] = {
            "run": manifest(
                stood_on, files, corpus_paths, methods=methods, retrieval_only=retrieval_only, repeat=repeat
            ),
            "summary": summarise(outcomes),
            "questions": [{**outcome.result, **_asked(outcome.question)} for outcome in outcomes],
        }
        if repeat > 1 and not retrieval_only:
            value["summary"]["repeat"] = _spread(outcomes, repeat)
        if rivals:
            value["baselines"] = {
                name: {
                    "summary": baseline_summary(questions, rival_scores[name]),
                    "difference": against(outcomes, rival_scores[name]),
                    "questions": rival_hits[name],
                    "skipped": list(rival.skipped),
                }
                for name, rival in rivals.items()
            }
        return value


def load_sets(files: Sequence[Path]) -> list[Question]:
    """Read several sets; raises MillhandError, also where two have one name."""
    names = [file.stem for file in files]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise MillhandError(
            f"Two question sets are called {twice}; rename one, so that their questions can be told apart."
        )
    return [question for file in files for question in load_questions(file)]


@contextlib.contextmanager
def _standing_on(corpus: Corpus, paths: Sequence[Path], progress: Progress) -> Iterator[tuple[Corpus, Ingestor]]:
    """Give the corpus to ask: the one at hand, or a fresh one of these paths that goes when the run is done."""
    if not paths:
        ingestor = build_ingestor(corpus.settings, corpus)
        try:
            yield corpus, ingestor
        finally:
            ingestor.close()
        return
    with tempfile.TemporaryDirectory(prefix="millhand-eval-") as folder:
        _share_model(corpus.folder, Path(folder))
        settings = corpus.settings.model_copy(update={"data_dir": Path(folder), "database_url": None})
        with open_corpus(settings) as fresh:
            ingestor = build_ingestor(settings, fresh)
            try:
                results = ingestor.ingest(
                    list(paths),
                    IngestOptions(),
                    lambda p: progress(f"reading {p.source}", p.file_index, p.files),
                    "eval",
                )
                failed = [result for result in results if result.state == "failed"]
                if failed:
                    raise MillhandError(f"{failed[0].source} could not be read for the run: {failed[0].error}")
                yield fresh, ingestor
            finally:
                ingestor.close()


def _asked(question: Question) -> dict[str, Any]:
    """Return what a reader of the run wants beside the hits: the question, its gold and its fields."""
    return {
        "question": question.question,
        "language": question.language,
        "answerable": question.answerable,
        "gold": [{"source": gold.source, "page": gold.page} for gold in question.gold],
        "fields": dict(question.fields),
    }


def _spread(outcomes: Sequence[Outcome], repeat: int) -> dict[str, Any]:
    """Return how far the runs of one question set differ: {metric: {low, high, sd}} over runs, and what agreed."""
    asked = [outcome.result["repeats"] for outcome in outcomes]
    metrics = {}
    for name in ANSWER:
        runs = [[each[i]["scores"][name] for each in asked if name in each[i]["scores"]] for i in range(repeat)]
        if all(runs):
            means = [float(np.mean(run)) for run in runs]
            low, high, sd = (round(float(v), 4) for v in (min(means), max(means), np.std(means, ddof=1)))
            metrics[name] = {"low": low, "high": high, "sd": sd}
    return {
        "n": repeat,
        "same_state": round(float(np.mean([len({one["state"] for one in each}) == 1 for each in asked])), 4),
        "same_text": round(float(np.mean([len({one["text"] for one in each}) == 1 for each in asked])), 4),
        "metrics": metrics,
    }


def _share_model(old: Path, new: Path) -> None:
    models = old.resolve() / "models"
    if models.is_dir():
        (new / "models").symlink_to(models)
