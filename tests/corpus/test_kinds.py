"""What kind of value a question asks for, and which passages show one."""

from __future__ import annotations

import pytest

from corpus.library.kinds import asked_kinds, shown_share


@pytest.mark.parametrize(
    ("query", "kind", "shows", "lacks"),
    [
        ("What torque do the flange bolts take?", "torque", "Tighten to 45 N·m.", "Tighten crosswise."),
        ("法兰螺栓的拧紧力矩是多少？", "torque", "拧紧力矩 45 牛·米", "按对角顺序拧紧。"),
        ("How many decibels does it make?", "decibel", "below 72 dB(A) at 1 m", "It is quiet at 45 Hz."),
        ("How often is the filter changed?", "duration", "Change it every 500 hours.", "Change it when it is dirty."),
        ("滤芯多久换一次？", "duration", "每 500 小时更换", "脏了就更换"),
        ("Which IP address does the controller have?", "ip_address", "Set 192.168.1.10.", "See version 2.4.1."),
        ("In which colour is the arm painted?", "colour", "painted orange (RAL 2003)", "painted twice"),
        ("How much did it cost?", "price", "EUR 1,200 per set; 1200 dollars", "It weighs 12 kg."),
    ],
)
def test_a_kind_is_asked_for_and_shown(query: str, kind: str, shows: str, lacks: str) -> None:
    assert asked_kinds(query) == [kind]
    assert (shown_share([kind], shows), shown_share([kind], lacks)) == (1.0, 0.0)


@pytest.mark.parametrize(
    "query",
    ["The press does not start, what now?", "How do I change the filter?", "怎么更换滤芯", "主轴不转怎么办", "E-407?"],
)
def test_most_questions_ask_for_no_value(query: str) -> None:
    assert asked_kinds(query) == []
    assert shown_share([], "Whatever it says.") == 1.0


def test_two_kinds_are_shown_by_halves() -> None:
    kinds = asked_kinds("How often is it greased, and to which torque are the bolts tightened?")
    assert set(kinds) == {"duration", "torque"}
    assert shown_share(kinds, "Grease it every 500 hours.") == 0.5
