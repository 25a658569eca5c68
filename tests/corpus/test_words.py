"""Identifiers, words and quotes, in two scripts."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from corpus import contains_quote, content_words, detect_language, extract_identifiers, find_quote, normal_identifier
from corpus.library.words import names_in, stem


@pytest.mark.parametrize("written", ["E-07", "e07", "Ｅ－０７", "E 07", "E–07"])
def test_spellings_of_one_code_are_one(written: str) -> None:
    assert normal_identifier(written) == "E07"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("主轴报警E-407怎么办", ["E407"]),
        ("E-470 is not E-407", ["E470", "E407"]),
        ("6204-2RS/6204-ZZ bearing", ["62042RS", "6204ZZ"]),
        ("order HX-8100-0231 today", ["HX81000231"]),
        ("alarm ALM 203 came", ["ALM203"]),
        ("the dryer shows Er 3, then AL 12", ["ER3", "AL12"]),
        ("er 3 Leute", []),
        ("set 5 bar, 0.5MPa, 45 N·m, 380V, 50Hz, 12-15 mm", []),
        ("on 2026-03-31 at 16:42, page 12, step 3", []),
    ],
)
def test_identifiers_are_found_and_measurements_are_not(text: str, found: list[str]) -> None:
    assert [identifier.normal for identifier in extract_identifiers(text)] == found


def test_function_words_leave_the_query() -> None:
    assert content_words("What does the fault mean?") == ["fault"]
    assert content_words("同步带的轴承是什么") == ["同步", "步带", "轴承"]


def test_quotes_stand_across_line_breaks_and_widths() -> None:
    page = "拧紧力矩\n为 ４５ N·m。"
    span = find_quote(page, "力矩为45 N·m")
    assert span is not None
    assert page[slice(*span)] == "力矩\n为 ４５ N·m"
    assert not contains_quote(page, "力矩为54 N·m")
    assert not contains_quote(page, "")


def test_language_of_mixed_text() -> None:
    assert detect_language("CNC-03 主轴报警") == "zh"
    assert detect_language("Tighten the 主轴 bolts to the torque in table 4 and check again") == "en"


def test_names_are_words_with_figures_or_capitals() -> None:
    assert names_in("What does Gmoccapy error 4711 mean?") == ["Gmoccapy", "4711"]
    assert names_in("NUT 支持用 LDAP 账号登录 upsd 吗？") == ["NUT", "LDAP"]
    assert names_in("Which pump feeds the press? The big one.") == []


def test_threads_that_stem_at_once_do_not_disturb_one_another() -> None:
    words = [f"{stem}{end}" for stem in ("bear", "leak", "tighten", "lubric") for end in ("ing", "ings", "ed", "ation")]
    alone = [content_words(word) for word in words]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            for _ in range(20):
                stem.cache_clear()
                assert list(pool.map(content_words, words)) == alone
    finally:
        sys.setswitchinterval(before)
