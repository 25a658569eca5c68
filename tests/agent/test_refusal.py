"""What is no answer to a question for a figure, or for something else that it names."""

from __future__ import annotations

import pytest

from agent.asking.question import Question
from agent.asking.understanding import understand
from agent.middleware.refusal import measured, supported
from agent.models.forms import holds_figure
from agent.tools.found import Found
from corpus import Evidence, Part, extract_identifiers
from tests.agent.conftest import winch


@pytest.mark.parametrize(
    ("asked", "said", "answers"),
    [
        ("At what spindle vibration does it stop?", "Tighten the cover to 12 N·m.", False),
        ("At what spindle vibration does it stop?", "The spindle stops at 4.5 mm/s.", True),
        ("回油滤芯正常压差是多少", "先导滤芯 YLP-HY-0471 与本滤芯编号相近。", False),
        ("回油滤芯正常压差是多少", "Clean element: 0.05 to 0.15 MPa.", True),
        ("滤芯多久换一次？", "Change every: 6 months", True),  # in the other language
        ("What is the set pressure?", "Set pressure | 6.5", True),  # the unit stands in a heading elsewhere
        ("What is the cetane number?", "The cover is green.", True),  # no quantity that is known
        ("How is the belt tensioned?", "Turn the nut.", True),  # no figure is asked for
    ],
)
def test_a_figure_of_another_quantity_is_no_answer(asked: str, said: str, answers: bool) -> None:
    assert measured(Question(asked, asked, understand(asked)), Found(), said) == answers


@pytest.mark.parametrize(
    ("asked", "said", "answers"),
    [
        ("How long is the warranty?", "Oil the rope every 6 months.", False),
        ("质保期还有几年？", "Guaranteed for 24 months.", True),  # in the other language
        ("What is the part number of the hook?", "Hang the hook on eye B4.", False),
        ("挂钩的备件号是多少？", "Hook | WN-2044", True),
        ("What material is the drum made of?", "The drum turns at 40 rpm.", False),
        ("卷筒是什么材质？", "Drum: grey cast iron", True),
        ("What oil does the gear take?", "Tighten the belt of the gear.", False),
        ("减速机用什么油", "Fill with CLP 220 oil", True),
        ("What is the maker's phone number?", "Press RESET for 3 seconds.", False),
        ("Which software version does the panel run?", "Press RESET on the panel.", False),
        ("Which Loctite grade secures the hook?", "Secure the hook with glue.", False),
        ("绞车用什么牌号的油", "Oil: CLP 220", True),
        ("What does a new hook cost?", "Hook | WN-2044 | in stock 2", False),
        ("Who is responsible for the winch?", "The winch lifts 2 t.", False),
        ("绞车谁负责？", "绞车由机修班负责。", True),
        ("the steps for changing the hook please", "Check the hook every week.", False),
        ("the steps for changing the hook please", "1. Lower the block.\n2. Take off the hook.", True),
        ("更换吊钩的步骤", "每周检查吊钩。", False),
        ("How many hooks WN-2044 have we got in store?", "Part no.: WN-2044 | Per winch: 1", False),
        ("how many hooks are left n wich bin", "Part no.: WN-2044 | Per winch: 1", False),
        ("吊钩仓库还有几个", "件号: WN-2044 | 用量: 1", False),
        ("库里还有吊钩吗", "- WN-2044 吊钩: 现有 2 个, 库位 A-1", True),
        ("更换吊钩的步骤", "先放下滑轮组，再拆吊钩。", True),
        ("绞车电机啥型号", "出现 ALM-216 即停止，20 s 后升到 45 °C。", False),
        ("绞车电机是什么型号的", "主电机 Y160M-4，11 kW", True),
        ("主轴承啥型号", "back-drive bearings 10 g grease", False),
        ("主轴承啥型号", "Bearing 6312/C3", True),
        ("Which model is the brake?", "Release the brake with screw M12.", False),
        ("Which model is the brake?", "brake BFK458-12", True),
    ],
)
def test_what_is_asked_for_by_its_name_has_to_be_told(asked: str, said: str, answers: bool) -> None:
    assert measured(Question(asked, asked, understand(asked)), Found(), said) == answers


@pytest.mark.parametrize("text", ["YLP-HY-0471 与本滤芯编号相近", "Fit the HX-8100-0231.", "thread M12"])
def test_the_digits_of_a_name_are_no_figure(text: str) -> None:
    assert not holds_figure(text)


@pytest.mark.parametrize("text", ["压力 0.6 MPa", "每两周清洗一次", "Grease it twice.", "every six months", "116"])
def test_figures_may_be_written_in_words(text: str) -> None:
    assert holds_figure(text)


@pytest.mark.parametrize(("confidence", "answers"), [(0.24, False), (0.28, True)])
def test_below_the_threshold_of_the_search_nothing_answers(confidence: float, answers: bool) -> None:
    asked = "What diameter has the rope of the winch?"
    found = Found(evidence=Evidence((winch(),), confidence=confidence, threshold=0.26))
    assert supported(Question(asked, asked, understand(asked)), found) == answers


def test_when_it_was_last_done_no_manual_tells() -> None:
    asked = "When was the last oil change of the winch?"
    found = Found(evidence=Evidence((winch(),), confidence=0.9, threshold=0.26))
    assert not supported(Question(asked, asked, understand(asked)), found)


def test_what_a_machine_does_not_measure_is_no_reason_to_refuse_a_fault() -> None:
    asked = "The rope of the winch shows fault E-14, one module's current is different"
    found = Found(evidence=Evidence((winch(),), confidence=0.9, threshold=0.26), absent=("No record of current.",))
    assert supported(Question(asked, asked, understand(asked)), found)


@pytest.mark.parametrize(
    ("asked", "unknown", "answers"),
    [
        ("GS2 变频器报 E-08 怎么复位？", ("E-08",), False),  # the drive is known, its fault is not
        ("The GS2 shows fault E-08, what now?", ("E-08",), False),
        ("What does fault E-07 of the GS2 mean?", (), True),
        ("Fault E-07 or E-08 on the GS2?", ("E-08",), True),  # of one of the two something is known
        ("Does the E-08 bracket fit the GS2?", ("E-08",), True),  # is called no code
    ],
)
def test_of_a_fault_that_no_document_has_nothing_is_said(asked: str, unknown: tuple[str, ...], answers: bool) -> None:
    named = extract_identifiers(asked)
    evidence = Evidence(
        (winch(),), tuple(named), tuple(i for i in named if i.text in unknown), confidence=0.9, threshold=0.3
    )
    assert supported(Question(asked, asked, understand(asked)), Found(evidence=evidence)) == answers


@pytest.mark.parametrize(("supplier", "answers"), [(None, False), ("Falk GmbH", True)])
def test_a_supplier_that_no_row_names_is_not_known(supplier: str | None, answers: bool) -> None:
    asked = "Which supplier do we have the spare rope WN-2044 from?"
    found = Found(parts=(Part("WN-2044", "Rope", on_hand=2.0, supplier=supplier),))
    assert supported(Question(asked, asked, understand(asked)), found) == answers
