"""Which identifiers a query names: typed with spaces or without, known, unknown, nearly known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from corpus.library.identifiers import normal_identifier
from corpus.library.naming import named_identifiers, without

CODES = ("E-407", "AL-25", "W-2026", "F33427", "OR-32X3.5-FKM", "KF-1281-283", "6204-2RS", "HX-8100-0231", "7i76E")
FIGURES = ("401", "4000123", "7")
HELD = {normal_identifier(code): True for code in (*CODES, *FIGURES)} | {"-9": True}


def held(normals: Sequence[str]) -> Mapping[str, bool]:
    return {normal: HELD[normal] for normal in normals if normal in HELD}


def known(query: str, names: Sequence[str] = ()) -> list[tuple[str, bool]]:
    return [(one.identifier.normal, one.known) for one in named_identifiers(query, held, names=names)]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("written", [str, str.lower, lambda c: c.replace("-", " "), lambda c: c.replace("-", "")])
def test_a_code_is_found_however_it_is_typed(code: str, written) -> None:  # type: ignore[no-untyped-def]
    assert known(f"What is {written(code)}, and who keeps it?") == [(normal_identifier(code), True)]
    assert known(f"图纸上的{written(code)}是啥零件") == [(normal_identifier(code), True)]


@pytest.mark.parametrize(
    ("query", "normal"),
    [
        ("machine stopped with F 73995, any idea?", "F73995"),
        ("What does E-470 mean?", "E470"),
        ("look up KF 1281 238", "KF1281238"),
        ("bin of KB 32X3.5 NBR?", "KB32X35NBR"),
        ("price of 6204 2RS C3", "62042RSC3"),
        ("HX 8100 0999 有库存吗", "HX81000999"),
    ],
)
def test_a_near_neighbour_that_stands_nowhere_is_unknown(query: str, normal: str) -> None:
    assert known(query, names=("HX8100",)) == [(normal, False)]


def test_figures_are_a_code_only_where_they_are_called_one() -> None:
    assert known("alarm 401 on the lathe") == [("401", True)]
    assert known("故障代码401怎么处理") == [("401", True)]
    assert known("the belt runs at 401 N") == []
    assert known("where is 4000123") == [("4000123", True)]
    assert known("the robot shows error code 7") == [("7", True)]
    assert known("机器人报警号 7 是什么意思") == [("7", True)]
    assert known("the alarm came 7 times") == []


def test_the_sign_of_a_code_counts() -> None:
    assert known("the call returns -9") == [("-9", True)]
    assert known("返回 -401 是什么原因") == [("-401", False)]


def test_a_number_called_a_code_is_unknown_only_where_there_are_such_codes() -> None:
    def named(query: str, figures: bool) -> list[tuple[str, bool]]:
        found = named_identifiers(query, held, names=(), figures=lambda: figures)
        return [(one.identifier.normal, one.known) for one in found]

    assert named("What does error code 62 mean?", True) == [("62", False)]
    assert named("错误码 62 是什么意思", True) == [("62", False)]
    assert named("What does error code 62 mean?", False) == []
    assert named("报警 30 次，每次 12 分钟", True) == []


def test_words_before_figures_are_no_code() -> None:
    there = {"IN20": True}
    assert named_identifiers("how far in 20 min", lambda n: {x: there[x] for x in n if x in there}, names=()) == []
    assert known("at 24 bar and 90 rpm") == []


def test_so_many_of_something_is_no_code() -> None:
    assert known("at what 10-pitch length is the belt scrap, 4-hole flange") == []
    assert known("is the 4711-abk in stock") == [("4711ABK", False)]


def test_what_is_named_can_be_left_out() -> None:
    query = "Is OR 32X3.5 FKM the same as the old ring?"
    assert without(query, named_identifiers(query, held, names=())).split() == "Is the same as the old ring?".split()


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("What does the STATUS field COMMLOST mean?", "COMMLOST"),
        ("upsc 显示状态 COMMLOST，是什么意思？", "COMMLOST"),
        ("COMMLOST是啥意思", "COMMLOST"),
        ("meaning of ESP_ERR_NVS", "ESPERRNVS"),
    ],
)
def test_a_name_that_is_asked_for_as_a_code_and_stands_nowhere_is_unknown(query: str, name: str) -> None:
    found = named_identifiers(query, held, names=(), stands=lambda word: word in ("STATUS", "upsc"))
    assert [(one.identifier.normal, one.known) for one in found] == [(name, False)]
    assert known(query) == []


def test_a_name_that_is_only_mentioned_is_no_code() -> None:
    for query in ("Does it fit the new PLC cabinet?", "PLC 柜里有水怎么办", "Reset the HMI", "RESET THE HMI NOW"):
        assert named_identifiers(query, held, names=(), stands=lambda word: word in ("PLC", "HMI")) == []


def test_an_acronym_that_stands_nowhere_in_any_wording_is_unknown() -> None:
    for query, name in (("upsd 支持用 LDAP 登录吗？", "LDAP"), ("What is the COP of the chiller?", "COP")):
        found = named_identifiers(query, held, names=(), stands=lambda _: False)
        assert [(one.identifier.normal, one.known) for one in found] == [(name, False)]
    assert named_identifiers("HOW DO I RESET THE ALARM", held, names=(), stands=lambda _: False) == []
    assert named_identifiers("Which DIN rail does it need?", held, names=(), stands=lambda _: False) == []


def test_what_a_text_spells_with_the_same_spaces_is_a_name() -> None:
    asked = "To which pin of the MGE 66102 card does TxD go? E-475 came up."
    found = named_identifiers(asked, held, names=(), written=lambda words: words in ("MGE 66102", "E-475"))
    assert [one.identifier.normal for one in found] == ["E475"]
