"""The figures themselves, on cases small enough to reckon by hand."""

from __future__ import annotations

import math

import pytest

from evals.answers import answer_scores, token_f1
from evals.metrics import distinct_places, retrieval_metrics
from evals.sets import Gold, Question
from evals.statistics import area, interval, paired, risk_areas, risk_coverage
from evals.values import Figure, figures, same_value


def question(**changes: object) -> Question:
    plain: dict[str, object] = {
        "set": "s", "id": "1", "question": "q", "language": "en", "equipment": None, "image": None, "turns": (),
        "gold": (), "answer": None, "must_include": (), "value": None, "state": None, "answerable": True, "fields": {},
    }  # fmt: skip
    return Question(**{**plain, **changes})  # type: ignore[arg-type]


def answer(text: str, *, state: str = "answered", **changes: object) -> dict[str, object]:
    return {"state": state, "text": text, "citations": [], "warnings": [], "parts": [], "status": [], **changes}


def cite(n: int, source: str, page: int | None) -> dict[str, object]:
    return {"n": n, "source": source, "page": page, "quote": "…"}


def test_chunks_of_one_page_count_once_at_their_best_rank() -> None:
    hits = [("a.pdf", 1), ("a.pdf", 1), ("a.pdf", 1), ("b.pdf", 2)]
    metrics = retrieval_metrics(hits, [Gold("b.pdf", 2)])
    assert metrics["mrr@10"] == 0.5  # second place, fourth chunk
    assert metrics["ndcg@10"] == pytest.approx(1 / math.log2(3))


def test_a_source_without_page_is_one_place() -> None:
    hits = [("a.pdf", 7), ("a.pdf", 9), ("b.pdf", 2)]
    assert distinct_places(hits, [Gold("a.pdf")]) == [("a.pdf", None), ("b.pdf", 2)]
    assert retrieval_metrics(hits, [Gold("a.pdf"), Gold("b.pdf", 2)])["ndcg@10"] == pytest.approx(1.0)


def test_two_gold_pages_ask_for_both() -> None:
    metrics = retrieval_metrics([("a", 1), ("x", 1), ("a", 2)], [Gold("a", 1), Gold("a", 2)])
    assert metrics["recall@5"] == 1.0
    assert metrics["ndcg@10"] == pytest.approx((1 + 1 / 2) / (1 + 1 / math.log2(3)))
    assert retrieval_metrics([("x", 1)] * 10, [Gold("a", 1)]) == dict.fromkeys(metrics, 0.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("压力为 0.5MPa。", [Figure(0.5, "mpa")]),
        ("E-407 stands at 5 bar", [Figure(5, "bar")]),
        ("3.5–4.0 bar", [Figure(3.5, "bar"), Figure(4.0, "bar")]),
        ("拧紧力矩 (N·m): 45", [Figure(45, "n·m")]),
        ("每 2000 小时更换", [Figure(2000, "小时")]),
        ("1,200 r/min，３５ ℃", [Figure(1200, "r/min"), Figure(35, "°c")]),
        ("-5 °C", [Figure(-5, "°c")]),
        ("6204-2RS, HX-8100-0231: 3000-5000 rpm", [Figure(3000, "rpm"), Figure(5000, "rpm")]),
    ],
)
def test_figures_are_read_with_their_units(text: str, expected: list[Figure]) -> None:
    found = [Figure(one.number, one.unit and one.unit.lower()) for one in figures(text)]
    assert found == expected


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        (Figure(5, "bar"), Figure(0.5, "MPa"), True),
        (Figure(5, "bar"), Figure(5, "MPa"), False),
        (Figure(5, "bar"), Figure(5), False),
        (Figure(5), Figure(5, "bar"), True),
        (Figure(77, "°F"), Figure(25, "℃"), True),
        (Figure(2, "h"), Figure(120, "分钟"), True),
        (Figure(3, "m"), Figure(3, "min"), False),
        (Figure(2, "个"), Figure(2, "个"), True),
        (Figure(2, "pcs"), Figure(2, "kg"), False),
        (Figure(45, "N·m"), Figure(45.1, "Nm"), False),
        (Figure(14, "t/h"), Figure(14_000, "kg/h"), True),
    ],
)
def test_values_are_equal_by_what_they_measure(wanted: Figure, found: Figure, same: bool) -> None:
    assert same_value(wanted, found) is same


def test_a_value_stands_in_the_text_or_in_a_row() -> None:
    wanted = question(value=Figure(12, "个"))
    row = {"part_number": "A-1", "on_hand": 12.0, "minimum": 4.0, "unit": "个"}
    assert answer_scores(wanted, answer("还有库存", parts=[row]))["value_exact"] == 1.0
    assert answer_scores(wanted, answer("还有 13 个", parts=[]))["value_exact"] == 0.0
    assert answer_scores(wanted, answer("", state="no_answer", parts=[row]))["value_exact"] == 0.0
    # The mark of a citation is no figure.
    assert answer_scores(question(value=Figure(2)), answer("See there [2]"))["value_exact"] == 0.0


def test_overlap_is_by_characters_of_chinese_and_words_of_english() -> None:
    assert token_f1("更换滤芯", "更换滤芯 [1]") == 1.0
    assert token_f1("更换滤芯", "清洗滤芯") == pytest.approx(0.5)
    assert token_f1("replace the filter", "Replace the pump") == pytest.approx(2 / 3)
    assert token_f1("abc", "") == 0.0


def test_citations_are_right_by_page_and_warnings_are_no_support() -> None:
    asked = question(gold=(Gold("m.pdf", 3), Gold("n.pdf")))
    said = answer("…", citations=[cite(1, "m.pdf", 3), cite(2, "m.pdf", 4), cite(3, "s.pdf", 1)],
                  warnings=[cite(3, "s.pdf", 1)])  # fmt: skip
    scores = answer_scores(asked, said)
    assert scores["citation_precision"] == 0.5
    assert scores["citation_recall"] == 0.5
    refused = answer_scores(asked, answer("", state="no_answer"))
    assert refused["citation_recall"] == 0.0
    assert "citation_precision" not in refused


def test_an_unanswerable_question_is_judged_by_its_state_alone() -> None:
    asked = question(answerable=False, state="no_answer", must_include=("x",), gold=(Gold("a"),))
    assert answer_scores(asked, answer("x")) == {"state": 0.0}


def test_intervals_hold_the_mean_and_shrink_with_questions() -> None:
    few, many = interval([0.0, 1.0] * 5), interval([0.0, 1.0] * 500)
    assert few["mean"] == many["mean"] == 0.5
    assert few["low"] < many["low"] < 0.5 < many["high"] < few["high"]  # type: ignore[operator]
    assert interval([])["mean"] is None


def test_a_paired_test_sees_a_steady_lead_and_no_lead_in_noise() -> None:
    theirs = [0.1 * (i % 10) for i in range(60)]
    ahead = paired([value + 0.05 for value in theirs], theirs)
    assert ahead["mean"] == pytest.approx(0.05)
    assert ahead["p"] < 0.001  # type: ignore[operator]
    assert (ahead["won"], ahead["lost"], ahead["even"]) == (60, 0, 0)
    level = paired([value + (0.3 if i % 2 else -0.3) for i, value in enumerate(theirs)], theirs)
    assert level["p"] > 0.5  # type: ignore[operator]
    assert paired(theirs, theirs)["p"] == 1.0


def test_an_exact_small_permutation_test() -> None:
    # Four questions, all won: of the 16 sign patterns two are as extreme.
    assert paired([1, 1, 1, 1], [0, 0, 0, 0])["p"] == pytest.approx(2 / 16)


def test_risk_falls_where_confidence_is_right() -> None:
    right = [1.0, 1.0, 0.0, 0.0]
    coverage, risk = risk_coverage([0.9, 0.8, 0.2, 0.1], right)
    assert coverage == [0.25, 0.5, 0.75, 1.0]
    assert risk == pytest.approx([0, 0, 1 / 3, 0.5])
    assert area([0.9, 0.8, 0.2, 0.1], right) < area([0.5] * 4, right) < area([0.1, 0.2, 0.8, 0.9], right)
    assert risk_coverage([0.5] * 4, right)[1] == pytest.approx([0.5] * 4)  # ties flatter nobody
    both = risk_areas([0.9, 0.8, 0.2, 0.1] * 10, [0.5] * 40, right * 10)
    assert both["difference"]["high"] < 0
    assert both["best"] == both["confidence"]["mean"]
