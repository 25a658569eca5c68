"""The bilingual FAQ: answers as documents, questions in either language over either language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from corpus import MillhandError
from evals.materials.lines import read_lines, write_lines

_SHORTEST = {"en": 60, "zh": 25}  # characters; "Yes." answers a hundred questions
_LINK = re.compile(r"`([^`<]+?)\s*<[^>`]*>`_{0,2}")
_MARK = re.compile(r"`{1,2}|\*\*")

Pair = dict[str, Any]


def write_faq(pairs: Path, out: Path, *, seed: int, answers: int) -> list[Path]:
    """Write `faq-en/` and `faq-zh/` (one text file an answer) and four question sets; return what was written.

    `faq-en.jsonl` and `faq-zh.jsonl` ask in the documents' language, `faq-zh-over-en.jsonl` and `faq-en-over-zh.jsonl`
    in the other; all four over the same sample, so that they can be compared pair by pair. Gold is the file, without a
    page. A quarter as many questions come from pairs whose answers were left out (`answerable` false): the same
    subject, no answer among the documents. Another answer may still happen to serve one of them.

    Raises:
        MillhandError: the data has fewer fitting pairs than asked for.
    """
    fitting = _fitting(read_lines(pairs))
    absent = answers // 4
    if len(fitting) < answers + absent:
        raise MillhandError(f"{pairs} has {len(fitting)} answers that fit, {answers + absent} were asked for.")
    sample = Random(seed).sample(fitting, answers + absent)
    held, left_out = sample[:answers], sample[answers:]
    return [
        *(_write_documents(out / f"faq-{language}", held, language) for language in ("en", "zh")),
        *(
            write_lines(out / f"{name}.jsonl", _questions(name, held, left_out, asked, over))
            for name, asked, over in (
                ("faq-en", "en", "en"),
                ("faq-zh", "zh", "zh"),
                ("faq-zh-over-en", "zh", "en"),
                ("faq-en-over-zh", "en", "zh"),
            )
        ),
    ]


def _fitting(pairs: Sequence[Pair]) -> list[Pair]:
    """Leave out answers too short to be told apart, and questions and answers that stand there twice."""
    seen: set[str] = set()
    kept = []
    for pair in pairs:
        texts = [pair[f"{part}_{language}"].strip() for part in ("question", "answer") for language in ("en", "zh")]
        long_enough = all(len(pair[f"answer_{language}"]) >= _SHORTEST[language] for language in _SHORTEST)
        if long_enough and not seen.intersection(texts):
            kept.append(pair)
        seen.update(texts)
    return kept


def _write_documents(folder: Path, pairs: Sequence[Pair], language: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for pair in pairs:
        (folder / _source(pair, language)).write_text(pair[f"answer_{language}"].strip() + "\n", encoding="utf-8")
    return folder


def _source(pair: Pair, language: str) -> str:
    return f"{pair['id']}.{language}.txt"


def _questions(
    name: str, held: Sequence[Pair], left_out: Sequence[Pair], asked: str, over: str
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for pair in (*held, *left_out):
        answerable = pair in held
        rows.append(
            {
                "id": f"{name}-{pair['id']}",
                "question": plain(pair[f"question_{asked}"]),
                "language": asked,
                "gold": [{"source": _source(pair, over)}] if answerable else [],
                "answerable": answerable,
                "documents": over,
                "topic": pair["file"].split("/")[0],
                "pair": pair["id"],
            }
        )
    return rows


def plain(text: str) -> str:
    """Take reStructuredText's links and marks out of a question: nobody types them."""
    return " ".join(_MARK.sub("", _LINK.sub(r"\1", text)).split())
