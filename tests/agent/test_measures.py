"""Which quantity a question asks a figure of, and which text shows one."""

from __future__ import annotations

import pytest

from agent.asking.measures import measures_asked, shows_measure


@pytest.mark.parametrize(
    ("asked", "shown", "other"),
    [
        ("5 轴皮带张力应该是多少赫兹", "axis 5 92 to 98 Hz", "tighten to 9.5 N·m"),  # its unit says more than its name
        ("减压阀调到几个 bar", "5.0 bar", "8 mm"),
        ("How many bar do I set?", "0.5 MPa (5 bar)", "24 V"),
        ("拉绳开关要用多大力才动作", "pull with 60–100 N", "tighten to 9.5 N·m"),
        ("滤网多久洗一次", "每两周一次", "等 10 min"),
        ("How often is the strainer cleaned?", "Interval: 250 h", "wait 10 min"),
        ("等多久才能打开", "wait 10 min", "8 mm"),
        ("质保期多长", "自出厂之日起 24 个月", "长 24 mm"),
        ("充电要多长时间", "约 8 小时", "每月均衡充电"),
        ("How often is the chain oiled?", "two times a year", "Once it is dry, oil it"),
        ("How often is the pump greased?", "every 2,000 operating hours", "every 8 Deg C"),
        ("水泵的效率是多少", "78 %", "74 dB(A)"),
        ("What is the minimum height of the vacuum pump vanes?", "less than 18 mm", "0.3 bar"),  # a pump is no vacuum
        ("压力表的量程要选多大直径的", "表盘 100 mm", "1.6 MPa"),
        ("What IP rating has the cabinet?", "IP54", "54 kg"),
        ("胳膊翻得慢，拧哪儿拧多少", "Turn cushion out by ¼ turn", "over 0.75 s stop section"),
        ("How tight is the filter?", "by hand plus 3/4 turn", "turn it over"),
    ],
)
def test_the_quantity_is_told_by_its_name_or_its_unit(asked: str, shown: str, other: str) -> None:
    measures = measures_asked(asked)
    assert measures
    assert shows_measure(measures, shown)
    assert not shows_measure(measures, other)


@pytest.mark.parametrize(
    "asked",
    [
        "How many bolts hold it?",
        "有几个螺栓",
        "What is the cetane number?",
        "how much does the life drop",
        "why is it hot",
    ],
)
def test_what_is_counted_without_a_unit_is_no_quantity(asked: str) -> None:
    assert measures_asked(asked) == []
