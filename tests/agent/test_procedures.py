"""Which section's steps answer: by the action and the things in its title, in the question's language or the other."""

from __future__ import annotations

import pytest

from agent.asking.question import Question
from agent.asking.understanding import understand
from agent.models.procedures import procedure, titled
from agent.tools.found import Found
from corpus import Evidence, Language, Passage, Place
from tests.agent.conftest import winch

SPINDLE = ("主轴检查与主轴单元更换", "主轴同步带张紧与更换", "主轴冷却机：清洗滤网与测量流量")
GREASE = ("7.5 Renew the grease of the wrist", "7.4 Renew the grease of axes 1 to 3")
BELTS = ("8.6 Check, tension or replace the belts", "8.14 Replace the shaft seal")
LUBRICATION = ("9.2 加脂", "9.3 自动润滑系统检查")


def _found(titles: tuple[str, ...], language: Language, translated: tuple[str, ...] = ()) -> Found:
    """The first title is ranked last: what is said of it has to outweigh the ranking."""
    passages = tuple(
        Passage(
            id=at,
            place=Place("manual.pdf", revision=1, page=at, section=title),
            page_end=None,
            title="Manual",
            kind="procedure",
            document_kind="manual",
            language=language,
            text=f"1. {title}.",
            section=(title,),
            models=("X-1",),
            score=1.0 + 0.2 * at,
            applies="model",
        )
        for at, title in enumerate(titles)
    )
    best_first = tuple(reversed(passages))
    evidence = Evidence(best_first)
    return Found(evidence=evidence, translated=translated)


def _asked(text: str) -> Question:
    return Question(text, text, understand(text))


@pytest.mark.parametrize(
    ("question", "titles", "language", "translated", "chosen"),
    [
        ("How do I swap the spindle unit?", SPINDLE, "zh", ("主轴", "单元"), SPINDLE[0]),
        ("How do I clean the screen of the spindle cooler?", SPINDLE, "zh", ("主轴", "冷却", "滤网"), SPINDLE[2]),
        ("how do I tension the spindle belt", SPINDLE, "zh", ("主轴", "同步带"), SPINDLE[1]),
        ("grease axis 2 - how?", GREASE[::-1], "en", (), GREASE[1]),
        ("How do I grease the wrist?", GREASE, "en", (), GREASE[0]),
        ("换皮带怎么换", BELTS, "en", ("belt",), BELTS[0]),
        ("怎么检查润滑系统", LUBRICATION[::-1], "zh", (), LUBRICATION[1]),
        ("怎么给丝杠加脂", LUBRICATION, "zh", (), LUBRICATION[0]),
    ],
)
def test_the_title_decides_between_sections_of_like_rank(
    question: str, titles: tuple[str, ...], language: Language, translated: tuple[str, ...], chosen: str
) -> None:
    asked = _asked(question)
    told = procedure(asked, asked.asked, _found(titles, language, translated))
    assert [extract.passage.section[-1] for extract in told] == [chosen]


def test_steps_that_do_another_thing_give_way_to_running_text() -> None:
    steps = winch("1. Press grease in.", id=1, kind="procedure", section=("9.2 加脂",), score=0.7, language="zh")
    text = winch("检查时每点应出脂约 1 mL。", id=2, section=("9.3 自动润滑系统检查",), score=1.0)
    asked = _asked("怎么检查每个润滑点出不出油脂")
    assert procedure(asked, asked.asked, Found(evidence=Evidence((text, steps)))) == []
    of_them = _asked("怎么加脂")
    told = procedure(of_them, of_them.asked, Found(evidence=Evidence((text, steps))))
    assert [extract.passage.id for extract in told] == [1]


def test_steps_under_another_title_answer_only_where_they_are_found_first() -> None:
    steps = winch("1. Unplug the cell.", id=1, kind="procedure", section=("7.13 Fans and mats",), score=0.98)
    text = winch("Exchange the plug for the blind plug.", id=2, section=("5.2 Pendant",))
    asked = _asked("How do I run it without the pendant?")
    assert procedure(asked, asked.asked, Found(evidence=Evidence((text, steps)))) == []


def test_steps_under_the_very_title_are_evidence() -> None:
    filters = ("8.2 更换先导压力滤芯", "8.9 充液阀检查")
    asked = _asked("Steps to change the pilot pressure filter")
    assert titled(asked, _found(filters, "zh", ("先导", "压力", "滤芯")))
    assert not titled(asked, _found(filters[1:], "zh", ("先导", "压力", "滤芯")))
    assert not titled(_asked("What does the pilot pressure filter cost?"), _found(filters, "zh", ("先导", "滤芯")))


@pytest.mark.parametrize("order", ["top up the oil on compressor 1", "Please replace the belt.", "Drain the tank"])
def test_an_order_asks_for_its_steps(order: str) -> None:
    asked = understand(order)
    assert "steps" in asked.wants
    assert "procedure" in asked.intents
