"""What a message asks: a report of a fault asks nothing in so many words; when work is due asks of no records."""

from __future__ import annotations

import pytest

from agent.asking.past import planned, supposed
from agent.asking.understanding import understand
from agent.querying.asking import query_in
from corpus import Corpus


@pytest.mark.parametrize(
    "said",
    [
        "Compressor 2 spits oil out of the intake when it stops",
        "burner on the furnace is howling",
        "上顶栓老是上下浮，浮得厉害",
        "1号空压机出来的气里油特别多",
    ],
)
def test_what_only_says_what_is_wrong_reports_a_fault(said: str) -> None:
    asked = understand(said)
    assert asked.intents == {"fault"}
    assert asked.wants == {"cause"}


@pytest.mark.parametrize(
    "said",
    ["column nuts on the trim press, torque", "max shelf temperature in secondary drying", "换油周期", "主轴轴承型号"],
)
def test_a_heading_reports_nothing(said: str) -> None:
    assert "fault" not in understand(said).intents


@pytest.mark.parametrize(
    "text",
    [
        "How often is the oil changed?",
        "how often must the strainer be cleaned",
        "第一次换油是多少小时？",
        "过滤器更换是多少小时",
    ],
)
def test_when_work_is_due_no_record_tells(text: str) -> None:
    assert planned(text)


@pytest.mark.parametrize(
    "text", ["How often was the oil changed?", "how often does E-407 come up", "换油换了几次", "更换主轴花了多少小时"]
)
def test_how_often_it_was_done_records_tell(text: str) -> None:
    assert not planned(text)


@pytest.mark.parametrize(
    ("text", "is_so"), [("E11 一直不消会不会停机，多久", True), ("will it stop?", True), ("停机停了多久", False)]
)
def test_what_would_happen_is_asked_of_no_record(text: str, is_so: bool) -> None:
    assert supposed(text) == is_so


def test_where_nothing_is_kept_nothing_is_counted(corpus: Corpus) -> None:
    text = "How many repairs were there in 2025?"
    assert query_in(corpus, text, understand(text), ()) == (None, ())


@pytest.mark.parametrize(
    "said",
    [
        "changed the grams in the recipe, what do I check next",
        "E-12 since we stopped for lunch",
        "how long must it warm up in cold weather?",
        "天气冷的时候要预热多久",
        "放假前要怎么停机",
    ],
)
def test_what_belongs_to_the_shop_floor_is_no_small_talk(said: str) -> None:
    assert not understand(said).intents & {"off_topic", "talk"}


@pytest.mark.parametrize("said", ["how is the weather?", "a recipe for a cake please", "明天会下雨吗", "几号放假"])
def test_what_does_not_is_off_topic(said: str) -> None:
    assert understand(said).intents == {"off_topic"}


@pytest.mark.parametrize(
    ("said", "wants"),
    [
        ("what's B11 for?", "definition"),
        ("whats the F7 key for", "definition"),
        ("blue lamp stays on, meaning?", "definition"),
        ("再生风机是几千瓦的", "figure"),
        ("temperature hunts, what first", "steps"),
        ("who do I ring about it", "person"),
        ("排屑器链板清理", "steps"),
        ("spindle belt replacement", "steps"),
    ],
)
def test_what_is_wanted_is_understood_as_people_type_it(said: str, wants: str) -> None:
    assert wants in understand(said).wants


def test_what_asks_when_it_is_done_names_no_task() -> None:
    assert "steps" not in understand("滤芯多久更换").wants
    assert "steps" not in understand("排屑器链板该清理").wants


def test_a_negation_without_its_apostrophe_is_one() -> None:
    assert understand("the pump doesnt start").intents == {"fault"}


def test_months_that_one_has_are_no_stock() -> None:
    assert "stock" not in understand("how many months of warranty do we have").intents
    assert "stock" in understand("how many filters do we have").intents


def test_when_it_is_due_without_a_verb_is_asked_of_no_record() -> None:
    assert planned("vacuum pump - what oil, how often changed")


@pytest.mark.parametrize(
    ("said", "is_so"),
    [
        ("CV-110 齿轮油现在多少小时换一回", False),
        ("取瓶臂那颗螺丝现在打多大劲", False),
        ("轴承气现在该调到多少", False),
        ("HP-01 现在压力多少", True),
        ("现在换热器温度多少", True),
        ("现在该机电流多大", True),
        ("西电梯眼下能用吗", True),
        ("is CH-01 running today", True),
    ],
)
def test_what_holds_now_is_a_reading_and_what_is_to_be_done_now_is_none(said: str, is_so: bool) -> None:
    assert ("status" in understand(said).intents) == is_so


@pytest.mark.parametrize(("said", "is_so"), [
    ("where is the old pan mill standing MX-01", True),
    ("MX-01 - where does it stand and whats the phone no", True),
    ("where is the drain plug of MX-01", False),
])  # fmt: skip
def test_where_a_machine_stands_is_asked_of_the_register(said: str, is_so: bool) -> None:
    assert ("overview" in understand(said).intents) == is_so
