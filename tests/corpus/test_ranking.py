"""What ranking and confidence are made of: features on one scale, translation, fits that are void for other models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from corpus.domain import Passage, Place
from corpus.library import confidence, ranking
from corpus.library.confidence import FALLBACK, calibration_for, confidence_signals, named_share
from corpus.library.ranking import (
    FEATURES,
    Candidate,
    Tokens,
    covered_by,
    rank_scores,
    ranking_features,
)
from corpus.library.terms import QueryWords, Terms
from corpus.library.words import index_tokens

WORDS = QueryWords(
    "en",
    {
        "en": Terms(((("belt",),), (("tension",),)), {"belt": 3.0, "tension": 2.0}),
        "zh": Terms(
            ((("皮带",), ("带子",)), (("张紧", "紧力"),)), {"皮带": 3.0, "带子": 3.0, "张紧": 1.0, "紧力": 1.0}
        ),
    },
)
BACKGROUND = {"en": (0.78, 0.02), "zh": (0.76, 0.02)}


def passage(number: int, text: str, *, page: int = 1, section: tuple[str, ...] = ()) -> Passage:
    place = Place("Manual.pdf", 1, 1, page)
    return Passage(number, place, page, "Manual", "text", "manual", "en", text, section, ())


def candidate(one: Passage, cosine: float = 0.8) -> Candidate:
    heading = [*index_tokens(" ".join(one.section)), *index_tokens(one.title)]
    return Candidate(one, Tokens(tuple(index_tokens(one.text))), Tokens(tuple(heading)), cosine)


def described(*candidates: tuple[Passage, float], words: QueryWords = WORDS) -> dict[str, np.ndarray]:
    features = ranking_features(words, [candidate(*one) for one in candidates], BACKGROUND)
    return {name: features[:, at] for at, name in enumerate(FEATURES)}


def test_a_cosine_counts_in_deviations_of_its_own_language() -> None:
    found = described((passage(1, "The belt runs."), 0.82), (passage(9, "皮带在转。"), 0.80))
    assert found["dense"] == pytest.approx([2.0, 2.0])
    assert found["across"].tolist() == [0.0, 1.0]


def test_coverage_is_the_weighted_share_and_reads_the_translation() -> None:
    found = described((passage(1, "The belt runs."), 0.8), (passage(9, "皮带张紧力"), 0.8), (passage(20, "Oil."), 0.8))
    assert found["coverage"] == pytest.approx([0.6, 1.0, 0.0])


def test_neighbours_lend_each_other_what_they_hold() -> None:
    found = described((passage(1, "The belt runs."), 0.8), (passage(2, "Its tension is 450 N."), 0.8))
    assert found["around"] == pytest.approx([0.4, 0.6])
    apart = described((passage(1, "The belt runs."), 0.8), (passage(5, "Its tension is 450 N."), 0.8))
    assert apart["around"].tolist() == [0.0, 0.0]


def test_neighbours_of_another_revision_lend_nothing() -> None:
    other = passage(2, "Its tension is 450 N.")
    other = replace(other, place=replace(other.place, revision=2))
    assert described((passage(1, "The belt runs."), 0.8), (other, 0.8))["around"].tolist() == [0.0, 0.0]


def test_words_that_stand_together_count_more() -> None:
    found = described((passage(1, "belt tension"), 0.8), (passage(9, "tension of the old belt"), 0.8))
    assert found["phrases"] == pytest.approx([1.0, 0.0])


def test_a_passage_whose_statements_have_no_vectors_is_as_good_as_the_others_mean() -> None:
    known = [replace(candidate(passage(i, "Oil.")), statement=value) for i, value in enumerate((0.1, 0.5, None))]
    at = FEATURES.index("statement")
    assert ranking_features(WORDS, known, BACKGROUND)[:, at] == pytest.approx([0.1, 0.5, 0.3])
    assert ranking_features(WORDS, known[2:], BACKGROUND)[:, at] == pytest.approx([ranking._USUAL])


def test_more_agreement_never_lowers_a_score() -> None:
    weak = (passage(1, "Oil is filled in at the top of the housing."), 0.79)
    strong = (passage(9, "The belt tension is 450 N at the middle of the belt."), 0.86)
    features = ranking_features(WORDS, [candidate(*weak), candidate(*strong)], BACKGROUND)
    scores = rank_scores(features)
    assert scores[1] > scores[0]
    assert ((scores > 0) & (scores < 1)).all()


def test_no_candidates_make_no_features() -> None:
    assert ranking_features(WORDS, [], BACKGROUND).shape == (0, len(FEATURES))
    assert set(confidence_signals(WORDS, [], np.zeros((0, len(FEATURES))), np.zeros(0), []).values()) == {0.0}


@pytest.mark.parametrize(("text", "share"), [("The KX 20 belt", 1.0), ("The KX 30 belt", 0.0)])
def test_a_name_stands_in_one_of_its_spellings(text: str, share: float) -> None:
    words = QueryWords("en", WORDS.by_language, names=((("kx", "20"), ("idkx20",)),))
    assert named_share(words, candidate(passage(1, text))) == share
    assert named_share(WORDS, candidate(passage(1, text))) == 1.0


def test_a_fit_among_near_ones_leads_less_than_one_alone() -> None:
    found = [candidate(passage(at, "The belt runs.")) for at in range(3)]
    features = ranking_features(WORDS, found, BACKGROUND)
    alone, among, surest = (
        confidence_signals(WORDS, found, features, np.array(fits), [0, 1, 2])["lead"]
        for fits in ([0.9, 0.1, 0.1], [0.9, 0.88, 0.87], [1.0, 0.0, 0.0])
    )
    assert alone == pytest.approx(2 * np.log(9))
    assert 0 < among < alone < surest < 50
    assert confidence_signals(WORDS, found[:1], features[:1], np.array([0.9]), [0])["lead"] == 0.0


def test_a_pair_that_spans_two_words_counts_where_both_stand() -> None:
    terms = Terms(tuple(((pair,),) for pair in ("皮带", "带张", "张紧")), dict.fromkeys(("皮带", "带张", "张紧"), 2.0))
    words = QueryWords("zh", {"zh": terms, "en": Terms()})
    assert covered_by(words, [candidate(passage(1, "张紧皮带"))]) == 1.0
    assert covered_by(words, [candidate(passage(1, "皮带"))]) == pytest.approx(1 / 3)


def test_a_fit_holds_for_its_own_model_and_search_only(monkeypatch: pytest.MonkeyPatch) -> None:
    own = confidence._stored()
    assert calibration_for(own.embedding_model) is own
    assert calibration_for("another-model") is FALLBACK
    monkeypatch.setattr(confidence, "_stored", lambda: replace(own, search=own.search - 1))
    assert calibration_for(own.embedding_model) is FALLBACK


def test_the_fallback_refuses_what_is_not_covered_and_ignores_cosines() -> None:
    signals = {"coverage": 0.2, "dense": 50.0, "identified": 0.0, "unknown": 0.0}
    assert FALLBACK.confidence(signals) < FALLBACK.threshold
    assert FALLBACK.confidence(signals | {"coverage": 0.8}) > FALLBACK.threshold
    assert FALLBACK.confidence(signals | {"coverage": 0.8, "unknown": 1.0}) < FALLBACK.threshold


def test_identifiers_decide_where_they_can() -> None:
    fit = confidence._stored()
    weak = {"similarity": 0.7, "identified": 1.0, "unknown": 0.0, "entry": 0.0}
    assert fit.confidence(weak) < fit.threshold <= fit.confidence(weak | {"entry": 0.5})
    assert fit.confidence(weak | {"entry": 0.5, "unknown": 1.0}) < fit.threshold
    sure = {
        "similarity": 0.95,
        "named": 1.0,
        "leading": 1.0,
        "lead": 6.0,
        "identified": 0.0,
        "unknown": 0.0,
    }
    assert fit.confidence(sure) > fit.threshold
    assert fit.confidence(sure | {"unknown": 1.0}) == 0.0
