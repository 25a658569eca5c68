"""What a message asks: a report of a fault asks nothing in so many words; when work is due asks of no records."""

from __future__ import annotations

import pytest

from agent.asking.past import planned
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


def test_where_nothing_is_kept_nothing_is_counted(corpus: Corpus) -> None:
    text = "How many repairs were there in 2025?"
    assert query_in(corpus, text, understand(text), ()) == (None, ())
