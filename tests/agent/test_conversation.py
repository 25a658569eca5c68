"""Which machine a text means, and which requests are no attack on a protection."""

from __future__ import annotations

import pytest

from agent.asking.bypass import asks_to_bypass
from agent.asking.machines import machines_meant
from agent.asking.renaming import renamed
from corpus import Equipment

MACHINES = [
    Equipment("CNC-03", "3号立式加工中心 Machining centre 3", "HX-V850", "machining_centre"),
    Equipment("HP-01", "1号液压机 Hydraulic press 1", "YLP-315", "hydraulic_press"),
    Equipment("HP-02", "2号液压机 Hydraulic press 2", "YLP-315", "hydraulic_press"),
    Equipment("AC-01", "1号空压机 Compressor 1", "KS-37A", "screw_compressor"),
    Equipment("AC-02", "2号空压机 Compressor 2", "KS-55A", "screw_compressor"),
    Equipment("RB-01", "上料机器人 Loading robot", "AXR-20", "robot"),
    Equipment("RF-21", "Refiner 21 磨浆机", "TF-34", "refiner"),
    Equipment("RF-22", "Refiner 22 磨浆机", "TF-34", "refiner"),
    Equipment("RB-02", "码垛机器人 Palletising robot", "AXR-20", "robot"),
]
BY_TAG = {machine.tag: machine for machine in MACHINES}


@pytest.mark.parametrize(
    ("text", "near", "meant"),
    [
        ("cnc3 报警了", None, ["CNC-03"]),
        ("Press 2 shows F-12", None, ["HP-02"]),
        ("那2号呢？", "AC-01", ["AC-02"]),
        ("and the other compressor?", "AC-01", ["AC-02"]),
        ("What does W-03 mean on the compressor?", None, ["AC-01", "AC-02"]),
        ("the palletising robot", None, ["RB-02"]),
        ("3月21号22号磨浆机的电流", None, ["RF-22"]),
        ("磨浆机有几台", None, ["RF-21", "RF-22"]),
        ("液压油用46号吗", None, []),
        ("Tighten 2 bolts", "AC-01", []),
    ],
)
def test_a_machine_is_meant_by_tag_name_kind_or_number(text: str, near: str | None, meant: list[str]) -> None:
    found = machines_meant(text, MACHINES, near=BY_TAG.get(near or ""))
    assert [machine.tag for machine in found.machines] == meant


@pytest.mark.parametrize(
    "question",
    [
        "How do I replace the light curtain?",
        "安全门开关坏了怎么更换？",
        "How is the safety valve tested?",
        "短路报警怎么处理？",
        "串励发电机为啥不装在飞机上？",
        "6204-ZZ 不够了，可以拿什么顶替？",
        "What can I fit instead of 6204-ZZ?",
    ],
)
def test_work_on_a_protection_is_no_request_to_defeat_it(question: str) -> None:
    assert asks_to_bypass(question) is None


def test_switching_a_protection_off_is_one() -> None:
    assert asks_to_bypass("The light curtain keeps tripping, may I switch it off?") == "plainly"


def test_a_mere_function_may_be_disabled_unless_the_documents_forbid_it() -> None:
    assert asks_to_bypass("Can I disable the key tone?") == "perhaps"
    assert asks_to_bypass("Can I disable the door switch?") == "plainly"


def test_two_of_a_kind_are_named_by_their_numbers() -> None:
    found = machines_meant("Did press 1 or press 2 stop more often?", MACHINES)
    assert [machine.tag for machine in found.machines] == ["HP-01", "HP-02"]


def test_a_machine_is_called_as_the_list_does_from_the_other_language() -> None:
    machines = [Equipment("CM-01", "1号水泥磨"), Equipment("CM-02", "2号水泥磨"), Equipment("BE-03", "斗式提升机")]
    terms = [("cement mill", (("水泥", "泥磨"),))]
    text = renamed("power of cement mill 2", machines, terms)
    assert [machine.tag for machine in machines_meant(text, machines).machines] == ["CM-02"]


def test_a_name_found_twice_takes_nothing_else_out() -> None:
    assert machines_meant("液压机换模步骤", MACHINES, near=BY_TAG["HP-02"]).rest.strip() == "换模步骤"
