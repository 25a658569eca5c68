"""From a question that went wrong to a line of a question set, through the corpus."""

import json
from datetime import UTC, datetime

import pytest

from corpus import Conflict, Refused, RepairCase, Turn
from evals.sets import load_questions

NEAREST = [{"source": "manual.pdf", "document": 1, "revision": 1, "page": 7, "title": "Manual"}]


def ask(corpus, question, state="no_answer", conversation="talk", owner="liwei", **answer):
    text = json.dumps({"text": "", "citations": [], "nearest": NEAREST, **answer})
    turn = Turn(conversation, question, text, datetime.now(UTC), "CNC-03", state)
    return corpus.add_turn(turn, owner=owner)


def test_a_question_without_answer_is_work_with_its_places_and_becomes_a_test(corpus, tmp_path):
    ask(corpus, "E-407 是什么?", "answered")
    ask(corpus, "How is the drawbar greased?")
    ask(corpus, "how is the  drawbar greased?", conversation="other", owner="zhou")
    ask(corpus, "scripted?", conversation="x", owner="eval")
    items = corpus.worklist()
    assert [(i.question, i.kind, i.equipment, i.earlier) for i in items if i.earlier] == [
        ("How is the drawbar greased?", "no_answer", "CNC-03", ("E-407 是什么?",))
    ]
    assert items[0].places[0]["page"] == 7
    corpus.delete_conversation("talk", owner="liwei")
    item = next(i for i in corpus.worklist() if i.earlier)
    with pytest.raises(Refused):
        corpus.solve_work(item.id, actor="lead")
    corpus.solve_work(item.id, actor="lead", gold=[("manual.pdf", 7)], note="With KLUBER-NBU15")
    with pytest.raises(Conflict):
        corpus.drop_work(item.id, actor="lead")
    other = next(i for i in corpus.worklist() if i.id != item.id)
    corpus.solve_work(other.id, actor="lead", answerable=False)
    exported = tmp_path / "worklist.jsonl"
    exported.write_text("".join(json.dumps(line) + "\n" for line in corpus.work_questions()))
    first, second = load_questions(exported)
    assert (first.turns, first.gold[0].page, first.answer) == (("E-407 是什么?",), 7, "With KLUBER-NBU15")
    assert (first.state, second.state, second.answerable) == ("answered", "no_answer", False)


def test_the_same_question_counts_up_and_reopens(corpus):
    for owner in ("liwei", "zhou", "chen"):
        ask(corpus, "How is the drawbar greased?", conversation=owner, owner=owner)
    (item,) = corpus.worklist()
    assert (item.times, item.asked_by) == (3, ("liwei", "zhou", "chen"))
    corpus.drop_work(item.id, actor="lead", note="not ours")
    assert corpus.worklist() == []
    ask(corpus, "How is the drawbar greased?", conversation="again")
    assert corpus.worklist()[0].times == 4


def test_feedback_goes_to_the_cited_cases_and_on_the_worklist(corpus):
    case = corpus.approve_case(corpus.save_case(RepairCase("CNC-03", "shrieks"), actor="liwei").id, actor="lead")
    cited = [{"n": 1, "quote": "shrieks", "record": {"table": "cases", "ids": [case.id], "as_of": None}}]
    turn = ask(corpus, "why does it shriek", "answered", citations=cited)
    corpus.add_feedback("talk", turn.id, True, "", "liwei")
    assert (corpus.case(case.id).helped, corpus.worklist()) == (1, [])
    corpus.add_feedback("talk", turn.id, False, "wrong machine", "liwei")
    assert (corpus.case(case.id).helped, corpus.case(case.id).not_helped) == (0, 1)
    (item,) = corpus.worklist()
    assert (item.kind, item.reasons, item.places[0]["record"]["ids"]) == ("not_helped", ("wrong machine",), [case.id])
