"""A fix beside the maker's text: told where they give one thing two values, and nowhere else."""

from __future__ import annotations

import pytest

from agent.checking.contradiction import differences
from corpus import Passage, Place, RepairCase


def passage(text: str, kind: str = "manual", applies: str = "model") -> Passage:
    place = Place("winch.pdf", 1, 1, 3)
    return Passage(1, place, 3, "Winch", "text", kind, "en", text, ("Rope",), (), applies=applies)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("Replaced the rope; tightened the clamp screws to 60 N·m.", "Tighten the clamp screws crosswise to 45 N·m."),
        (
            "Set the relief valve of the lift circuit to 9 bar.",
            "The relief valve of the lift circuit is set to 0.7 MPa.",
        ),
        ("Retightened the clamp screws to 30 N·m.", "Tighten the clamp screws to 40–50 N·m. Check the rope."),
        ("压板螺钉拧紧至60N·m。", "安装压板后，压板螺钉的拧紧力矩为45 N·m。"),
        ("更换皮带，皮带张力调到 300 N", "皮带张力应为 450 N；每周检查。"),
        ("蓄能器充氮压力调至 4 MPa", "蓄能器充氮压力不低于 6 MPa。"),
    ],
)
def test_another_value_for_the_same_thing_is_told(action, text):
    (found,) = differences(RepairCase("WN-01", "rope slips", action=action), [passage(text)])
    assert found.said in action
    assert found.quote in text


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("Tightened the clamp screws to 45 Nm.", "Tighten the clamp screws to 45 N·m."),
        ("Tightened the clamp screws to 48 Nm.", "Tighten the clamp screws to 40–50 N·m."),
        ("Tightened the clamp screws to 33 lb-ft.", "Tighten the clamp screws to 45 N·m."),
        ("Tightened the guard screws to 20 N·m.", "Tighten the clamp screws to 45 N·m."),
        ("Tightened to 20 N·m.", "Tighten the clamp screws to 45 N·m."),
        ("Pressure of the lift circuit was 3 bar, cleaned the valve.", "The pressure of the lift circuit is 7 bar."),
        ("Set the lift circuit relief valve to 9 bar.", "The lift circuit relief valve must be at least 7 bar."),
        ("Set the lift circuit relief valve to 9 bar.", "The lift circuit relief valve opens at 60 °C."),
        ("Tightened the clamp screws to 60 N·m.", "Tighten the clamp screws to 45 N·m; on type B tighten the clamp "
         "screws to 60 N·m."),
        ("压板螺钉拧紧至45牛·米", "压板螺钉的拧紧力矩为45 N·m。"),
        ("上压板螺钉拧紧至60N·m", "下压板螺钉的拧紧力矩为45 N·m。"),
        ("实测皮带张力 300 N，更换皮带", "皮带张力应为 450 N。"),
        ("油温降到 40℃ 后复位报警", "油温 60℃ 时报警。"),
        ("Waited 30 minutes.", "Wait 5 minutes for the residual voltage."),
        ("Replaced 3 clamp screws.", "The clamp has 4 clamp screws."),
        ("更换碟簧，空打 50 次，夹紧力 12.3 kN", "现象: 闷响 | 判别: 夹紧力 8–10 kN | 处理: 更换碟簧"),
        ("Dried the plug, aligned it again, stop time of the light curtain 142 ms", "Light curtain stop time: 160 ms"),
        ("Adjusted the brake, stop time of the hoist 142 ms", "The stop time of the hoist is 160 ms."),
    ],
)  # fmt: skip
def test_what_may_be_the_same_or_another_thing_is_not_told(action, text):
    assert differences(RepairCase("WN-01", "rope slips", action=action), [passage(text)]) == []


def test_only_the_makers_text_for_this_machine_counts():
    case = RepairCase("WN-01", "rope slips", action="Tightened the clamp screws to 60 N·m.")
    text = "Tighten the clamp screws to 45 N·m."
    assert differences(case, [passage(text, kind="cases"), passage(text, applies="other")]) == []
    assert len(differences(case, [passage(text, kind="bulletin")])) == 1
