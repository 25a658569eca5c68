"""Where the searches bring many candidates, only the best by what the searches say are read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from corpus import Corpus
from corpus.library import search
from corpus.library import shortlist as shortlisting
from corpus.library.ranking import FEATURES, listed_features
from corpus.library.shortlist import deviations, shortlist

NOTHING = np.zeros(4)
NONE = np.zeros(4, dtype=bool)


@pytest.fixture(autouse=True)
def _two_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortlisting, "READ", 2)
    monkeypatch.setattr(search, "READ", 2)


def test_both_searches_and_the_model_count() -> None:
    assert shortlist(np.array([0.0, 3.0, 1.0, 2.0]), NOTHING, NONE, NOTHING) == [1, 3]
    assert shortlist(NOTHING, np.array([0.9, 0.0, 0.1, 1.0]), NONE, NOTHING) == [0, 3]
    assert shortlist(np.arange(4.0), NOTHING, np.array([True, True, False, False]), NOTHING) == [1, 3]


def test_the_entry_of_an_identifier_is_always_read() -> None:
    assert shortlist(np.array([5.0, 4.0, 3.0, -5.0]), NOTHING, NONE, np.array([0.0, 0.0, 0.0, 1.0])) == [0, 3]


def test_what_is_not_known_yet_speaks_neither_way() -> None:
    features = listed_features(np.array([2.0]), np.array([1.0]), np.array([True]))
    assert dict(zip(FEATURES, features[0], strict=True)) == dict.fromkeys(FEATURES, 0) | {"dense": 2, "model": 1}


def test_a_cosine_counts_among_those_of_its_language() -> None:
    background = {"zh": (0.8, 0.1), "en": (0.7, 0.2)}
    assert deviations(np.array([0.9, 0.9]), np.array([True, False]), background) == pytest.approx([1.0, 1.0])


def test_the_best_are_found_as_if_all_were_read(corpus: Corpus, draft: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sections = [(f"{i} Belt", i, f"Belt {i} runs over roller {i}.") for i in range(1, 9)]
    corpus.add_document(draft("Press", ("9 Drive", 9, "Tighten the pinion bolts to 45 N·m."), *sections), actor="lead")
    few = corpus.search("pinion bolts torque")
    monkeypatch.setattr(search, "READ", 100)
    every = corpus.search("pinion bolts torque")
    assert (len(few.passages), few.passages[0].id) == (2, every.passages[0].id)
    assert few.similarity == every.similarity


def test_what_sql_no_longer_has_is_passed_over(corpus: Corpus, draft: Any) -> None:
    corpus.add_document(
        draft("Press", *[(f"{i} Drive", i, f"Pinion bolts of drive {i}.") for i in range(1, 5)]), actor="lead"
    )
    corpus._library._lexical.add([(9_999, "Drive", "pinion bolts"), (10_000, "Drive", "pinion bolts")])
    found = corpus.search("pinion bolts", methods=["lexical", "dense"])
    assert found.passages
    assert not {9_999, 10_000} & {passage.id for passage in found.passages}


def test_a_scope_tells_what_is_for_the_model(corpus: Corpus, draft: Any) -> None:
    for title, models in (("Press", ("P-10",)), ("Saw", ("S-20",)), ("Rules", ())):
        corpus.add_document(draft(title, ("1 Drive", 1, f"Drive of the {title}."), models=models), actor="lead")
    scope = corpus._documents.scope(["P-10"])
    assert scope is not None
    titles = {passage.id: passage.title for passage in corpus.passages()}
    assert {titles[i] for i in scope.ids} == {"Press", "Rules"}
    assert {titles[i] for i in scope.own} == {"Press"}
