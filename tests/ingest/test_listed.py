"""Codes that are explained in a list or under headings become entries; what only looks like them does not."""

from __future__ import annotations

from ingest.chunking import chunk
from ingest.readers import Block, ParsedFile


def _chunks(*blocks: Block) -> list[tuple[str, str]]:
    parsed = ParsedFile(None, "en", (), blocks)
    return [(one.kind, one.text) for one in chunk(parsed, 450)]


def test_a_list_of_codes_under_a_heading_that_says_so_is_one_entry_a_code() -> None:
    codes = "- -2: not ready\n- -1: not connected\n- 31: collision\n- 111: no answer of the\n485 device"
    found = _chunks(Block("heading", "Controller error codes", level=2), Block("list", codes))
    assert found == [
        ("fault", "-2: not ready"),
        ("fault", "-1: not connected"),
        ("fault", "31: collision"),
        ("fault", "111: no answer of the\n485 device"),
    ]


def test_measures_in_a_list_are_no_codes() -> None:
    torques = Block("list", "- M6: 9 N·m\n- M8: 22 N·m\n- M10: 44 N·m")
    (found,) = _chunks(Block("heading", "Tightening torques", level=2), torques)
    assert found[0] == "procedure"
    twice = Block("list", "- 5: oil\n- 5: grease\n- 5: wax")
    (found,) = _chunks(Block("heading", "Messages", level=2), twice)
    assert found[0] == "procedure"


def test_a_code_in_a_heading_begins_its_entry() -> None:
    found = _chunks(
        Block("heading", "4 故障信息与对策", level=2),
        Block("heading", "OC1 加速过电流", level=3),
        Block("text", "可能原因：加速太快。"),
        Block("list", "1. 增大加速时间"),
        Block("heading", "tE 自学习故障", level=3),
        Block("text", "可能原因：超时。"),
        Block("heading", "5 维护", level=2),
        Block("heading", "M8 螺栓", level=3),
        Block("text", "每年复紧。"),
    )
    assert found == [
        ("fault", "OC1 加速过电流\n可能原因：加速太快。\n1. 增大加速时间"),
        ("fault", "tE 自学习故障\n可能原因：超时。"),
        ("text", "每年复紧。"),
    ]


def test_a_warning_under_a_code_stays_a_warning() -> None:
    found = _chunks(
        Block("heading", "Fault codes", level=2),
        Block("heading", "E-07 Overheated", level=3),
        Block("warning", "WARNING: hot surface."),
        Block("text", "Let it cool."),
    )
    assert found == [("warning", "WARNING: hot surface."), ("fault", "E-07 Overheated\nLet it cool.")]


def test_a_table_whose_first_row_is_data_has_no_header() -> None:
    rows = (("Rated flow", "40 m³/h"), ("Weight", "186 kg"), ("Noise level", "74 dB(A)"))
    (found,) = _chunks(Block("table", rows=rows))
    assert found == ("table", "Rated flow | 40 m³/h\nWeight | 186 kg\nNoise level | 74 dB(A)")
    (found,) = _chunks(Block("table", rows=(("Quantity", "Value"), *rows)))
    assert found[1].startswith("Quantity: Rated flow | Value: 40 m³/h")


def test_numbers_that_name_alarms_begin_their_entries_and_those_that_count_rows_do_not() -> None:
    header = ("No.", "Message", "Remedy")
    alarms = (
        header,
        ("2001", "Door open", "Close it"),
        ("2005", "Air low", "Open the valve"),
        ("2008", "Jam", "Clear"),
    )
    assert _chunks(Block("table", rows=alarms))[0] == ("fault", "No.: 2001 | Message: Door open | Remedy: Close it")
    counted = (header, *((str(at), *row[1:]) for at, row in enumerate(alarms[1:], start=1)))
    assert _chunks(Block("table", rows=counted))[0][1].startswith("Message: Door open")


def test_names_of_terminals_in_a_drawing_are_no_codes() -> None:
    drawn = (("SQ1", "A1", "1 kΩ"), ("IN1", "GND", "Rg"), ("IN2", "SEN", "A3"))
    assert {kind for kind, _ in _chunks(Block("table", rows=drawn))} == {"table"}
    told = (("SQ1", "Door open"), ("SQ2", "Gate open"), ("SQ3", "气压低"))
    assert {kind for kind, _ in _chunks(Block("table", rows=told))} == {"fault"}


def test_a_column_may_be_named_by_two_words_for_what_it_holds() -> None:
    rows = (
        ("No.", "Text", "Meaning and remedy"),
        ("214", "Mark missing", "Check B6"),
        ("220", "Film ends", "New reel"),
    )
    assert {kind for kind, _ in _chunks(Block("table", rows=(*rows, ("231", "Jam", "Clear"))))} == {"fault"}
