"""Asking one question: the search as it stands, then the answer, with its picture and its earlier turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from agent import Assistant
from corpus import Corpus, Evidence
from evals.answers import answer_scores
from evals.metrics import Hit, relevance_of, retrieval_metrics
from evals.sets import Question

HITS = 20
_OWNER = "eval"
_KEPT = ("state", "text", "citations", "warnings", "parts", "status", "model", "fallback")

ReadImage = Callable[[Path], str]


class Asker:
    """Puts questions to one corpus; without an assistant it only searches."""

    def __init__(
        self,
        corpus: Corpus,
        assistant: Assistant | None,
        read_image: ReadImage,
        *,
        methods: Sequence[str] | None = None,
        repeat: int = 1,
    ) -> None:
        self._corpus = corpus
        self._assistant = assistant
        self._read_image = read_image
        self._methods = methods
        self._repeat = repeat
        corpus.search("warm up", k=1)  # loading the model is no part of a search's time

    def ask(self, question: Question) -> tuple[dict[str, Any], dict[str, float], Evidence, str]:
        """Return what the run keeps of a question, its scores, the evidence and the text that was searched for.

        Raises:
            NotFound: no equipment has the tag that the question names.
            Unreadable: its picture cannot be read.
        """
        image_text = self._read_image(question.image) if question.image else None
        query = "\n".join(filter(None, [*question.turns, question.question, image_text]))
        began = time.perf_counter()
        evidence = self._corpus.search(query, equipment=question.equipment, k=HITS, methods=self._methods)
        searched = (time.perf_counter() - began) * 1000
        result: dict[str, Any] = {
            "id": question.id,
            "set": question.set,
            "hits": [{"source": p.place.source, "page": p.place.page, "score": p.score} for p in evidence.passages],
            "state": None,
            "text": None,
            "citations": [],
            "latency_ms": {"search": round(searched, 2), "answer": None},
            "evidence": evidence_json(evidence),
        }
        scores = hit_scores(question, [(hit["source"], hit["page"]) for hit in result["hits"]])
        if self._assistant is not None:
            answers = [self._answer(self._assistant, question, image_text) for _ in range(self._repeat)]
            each = [answer_scores(question, answer) for answer in answers]
            scores |= {name: sum(one.get(name, 0.0) for one in each) / len(each) for name in each[0]}
            result |= {name: answers[0][name] for name in _KEPT}
            result["latency_ms"]["answer"] = answers[0]["took_ms"]
            if self._repeat > 1:
                kept = ("state", "text", "took_ms")
                result["repeats"] = [
                    {**{name: answer[name] for name in kept}, "scores": one}
                    for answer, one in zip(answers, each, strict=True)
                ]
        result["scores"] = {name: round(value, 6) for name, value in scores.items()}
        return result, scores, evidence, query

    @staticmethod
    def _answer(assistant: Assistant, question: Question, image_text: str | None) -> dict[str, Any]:
        conversation = None
        for turn in question.turns:
            conversation = assistant.ask(
                turn, equipment=question.equipment, conversation=conversation, owner=_OWNER
            ).conversation
        began = time.perf_counter()
        answer = assistant.ask(
            question.question,
            equipment=question.equipment,
            image_text=image_text,
            conversation=conversation,
            owner=_OWNER,
        ).to_json()
        return {**answer, "took_ms": round((time.perf_counter() - began) * 1000, 2)}


def hit_scores(question: Question, hits: Sequence[Hit]) -> dict[str, float]:
    """Return the retrieval metrics of a question that has gold, and whether its gold was missed in the first ten."""
    if not question.gold or not question.answerable:
        return {}
    found = any(relevance_of(hits, question.gold)[:10])
    return {**retrieval_metrics(hits, question.gold), "retrieval_miss": float(not found)}


def evidence_json(evidence: Evidence) -> dict[str, Any]:
    """Return the figures by which a question can be refused; `confidence` is the corpus's own where it has one."""
    own = getattr(evidence, "confidence", None)
    return {
        "confidence": evidence.coverage if own is None else own,
        "confidence_of": "coverage" if own is None else "confidence",
        "coverage": evidence.coverage,
        "similarity": round(evidence.similarity, 6),
        "top_score": evidence.passages[0].score if evidence.passages else 0.0,
        "unknown": [identifier.text for identifier in evidence.unknown],
    }
