"""A manual in one language among many in the other is found by a question in either."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from corpus import Corpus, Settings, open_corpus

_PLACES = ("主轴", "液压站", "刀库", "冷却机", "润滑泵", "丝杠", "导轨", "电柜", "光幕", "料筒")
_CHECKS = (
    "每班检查一次，发现异常立即停机并报告班长。",
    "每周擦净表面，检查螺钉有无松动，必要时复紧。",
    "维修前先断开主开关并上锁，等待电容放电完毕。",
    "油位低于下刻线时补油，油温不得超过六十度。",
    "更换后试运行三十分钟，记录温度和噪声。",
)
_ENGLISH = (
    ("Belt", "The belt of the packing conveyor is tensioned until it sags 12 mm at the middle of the span."),
    ("Bearing", "Grease the bearings of the tail drum with 6 g every 2,000 hours."),
    ("Gate", "The gate closes within 4 s; adjust the throttle on the cylinder."),
    ("Motor", "The motor draws 6.2 A at nominal load. Above 7 A look for a jammed roller."),
    ("Splice", "Cut out the old splice square, 200 mm on each side."),
    ("Scraper", "Set the scraper so that the blade touches the drum over its whole width."),
    ("Sensor", "Clean the lens of the light barrier with a dry cloth."),
    ("Rollers", "Turn every return roller by hand; a roller that grinds is replaced."),
    ("Oil", "The gear unit holds 1.6 L of oil. Change it after 10,000 hours."),
    ("Cord", "Pull the cord at both ends: the conveyor must stop within 0.5 s."),
    ("Inverter", "Back up the parameters of the inverter before it is exchanged."),
    ("Noise", "Measure the noise at a distance of 1 m with the guards closed."),
)


@pytest.fixture
def plant(settings: Settings, draft: Any) -> Iterator[Corpus]:
    said = [f"{place}：{check}" for place in _PLACES for check in _CHECKS]
    chinese = [("保养", page, text) for page, text in enumerate(said, 1)]
    # As few candidates as a search over a hundred manuals has of each.
    with open_corpus(settings.model_copy(update={"search_candidates": 10})) as corpus:
        corpus.add_document(replace(draft("保养手册", *chinese), language="zh"), actor="t")
        corpus.add_document(
            draft("Conveyor Manual", *((name, at, text) for at, (name, text) in enumerate(_ENGLISH, 1))), actor="t"
        )
        yield corpus


@pytest.mark.parametrize(
    ("question", "section"),
    [("齿轮箱里装多少升油？", "Oil"), ("电机额定负载时电流多少安？", "Motor"), ("光电开关的镜头怎么清洁？", "Sensor")],
)
def test_a_chinese_question_finds_the_page_of_the_one_english_manual(
    plant: Corpus, question: str, section: str
) -> None:
    found = plant.search(question, k=3).passages
    assert section in [passage.section[0] for passage in found]


def test_an_english_question_finds_the_page_of_a_chinese_manual(plant: Corpus) -> None:
    found = plant.search("What must be done at the spindle before maintenance?", k=3).passages
    assert any("主轴" in passage.text for passage in found)


def test_both_languages_are_among_the_candidates(plant: Corpus) -> None:
    pool = plant.candidates("输送带怎么张紧？")
    assert {candidate.text.language for candidate in pool.candidates} == {"zh", "en"}
