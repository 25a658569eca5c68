"""The bilingual glossary: longest terms first, both directions, extended by a file of the plant."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from corpus import NotFound, Refused, Settings, Term, open_corpus
from corpus.library import glossary
from corpus.library.glossary import load_glossary
from corpus.library.words import content_words


def test_the_longest_term_wins(tmp_path: Path) -> None:
    words = load_glossary(tmp_path)
    assert words.translate("主轴电机过热怎么办") == [
        *content_words("spindle motor"),
        *content_words("overheat overheating"),
    ]
    assert {*content_words("check valve"), *content_words("non-return valve")} <= set(words.translate("单向阀"))


def test_english_terms_lead_to_chinese_pairs(tmp_path: Path) -> None:
    assert "皮带" in load_glossary(tmp_path).translate("Replace the belts")
    assert "电磁" in load_glossary(tmp_path).translate("Which solenoid valve is stuck?")


def test_a_word_without_an_entry_has_no_translation(tmp_path: Path) -> None:
    assert load_glossary(tmp_path).translate("zorvened the frobnicator") == []
    assert load_glossary(tmp_path).translate("") == []


def test_a_word_that_no_term_has_is_rendered_by_the_dictionary(tmp_path: Path) -> None:
    assert "printer" in load_glossary(tmp_path).translate("打印机坏了")
    assert "电阻" in load_glossary(tmp_path).translate("Which resistor is burnt?")
    assert load_glossary(tmp_path, everyday=False).translate("打印机") == []
    terms, _ = load_glossary(tmp_path).terms("跑了多少钟头")
    assert ("小时",) in next(term.alike for term in terms if term.own == ("钟头",))


def test_a_term_of_the_glossary_goes_before_a_word_of_the_dictionary(tmp_path: Path) -> None:
    assert load_glossary(tmp_path).translate("轴承")[0] == "bear"


def test_a_plant_adds_terms_of_its_own_and_they_count_at_once(tmp_path: Path) -> None:
    assert "dovetail" not in load_glossary(tmp_path).translate("榫头")
    (tmp_path / glossary.NAME).write_text("榫头,dovetail\n只有一列\n", "utf-8")
    assert load_glossary(tmp_path).translate("榫头") == content_words("dovetail")
    assert "榫头" in load_glossary(tmp_path).translate("the dovetail")
    assert load_glossary(tmp_path).translate("轴承")[0] == "bear"


def test_everyday_words_are_looked_for_and_never_shown(tmp_path: Path) -> None:
    words = load_glossary(tmp_path)
    assert "replac" in words.translate("空滤怎么换")
    assert "拧紧" in words.translate("How tight are the four bolts?")
    assert [term for term, _ in words.render("How tight is the spindle?")] == ["spindle"]
    pairs = list(csv.reader(glossary._EVERYDAY.read_text("utf-8").splitlines()))
    assert len(pairs) >= 500
    assert all(glossary.term_of(*pair) for pair in pairs), "each has its words on its side"


def test_a_verb_is_not_shown_as_the_thing_that_is_named_after_it(tmp_path: Path) -> None:
    words = load_glossary(tmp_path)
    assert words.render("Invert too slow, turn it") == []
    shown = [term for term, _ in words.render("turning with inverters, the coolers tripped")]
    assert shown == ["turning", "inverters", "coolers", "tripped"]


@pytest.mark.parametrize(
    ("said", "holds", "lacks"),
    [
        ("power off the pump", "断电", ""),
        ("the power of the pump", "", "断电"),
        ("oil pressure too high", "过高", ""),
        ("a high pressure pump", "", "过高"),
        ("the motor won't start", "起不", ""),
        ("start the motor", "", "起不"),
        ("it does not start. Oil level?", "起不", ""),
    ],
)
def test_a_phrase_is_told_apart_by_words_that_name_nothing(tmp_path: Path, said: str, holds: str, lacks: str) -> None:
    tokens = load_glossary(tmp_path).translate(said)
    assert not holds or holds in tokens
    assert not lacks or lacks not in tokens


def test_what_stands_on_both_sides_of_a_phrase_is_no_term(tmp_path: Path) -> None:
    terms, _ = load_glossary(tmp_path).terms("the compressor won't start oil leaks")
    assert ("compressor", "oil") not in [term.own for term in terms]


def test_terms_are_found_as_they_are_written(tmp_path: Path) -> None:
    words = load_glossary(tmp_path)
    said = dict(words.spoken("夜班的 Bearings"))
    assert said["Bearings"] == (("轴承",),)
    assert ("night",) in said["夜班"]


def test_the_built_in_terms_are_pairs_and_each_stands_once() -> None:
    rows = list(csv.reader(glossary._BUILT_IN.read_text("utf-8").splitlines()))
    assert len(rows) >= 300
    assert all(len(row) == 2 and all(row) for row in rows)
    chinese = [term for left, _ in rows for term in left.split(";")]
    assert len(chinese) == len(set(chinese))


def test_terms_are_added_changed_and_removed_through_the_door(tmp_path: Path) -> None:
    with open_corpus(Settings(data_dir=tmp_path)) as corpus:
        first = corpus.save_term("榫头； 榫", "dovetail", actor="lead")
        assert first == Term(("榫头", "榫"), ("dovetail",))
        assert load_glossary(tmp_path).translate("榫头") == content_words("dovetail")
        second = corpus.save_term('榫, "头"', "tenon, or dovetail", actor="lead", instead=first)
        assert corpus.terms() == [second], "commas and quotation marks survive the file"
        assert corpus.save_term('榫, "头"', "tenon, or dovetail", actor="lead") == second
        assert corpus.terms() == [second], "a pair stands once"
        corpus.remove_term(second, actor="lead")
        assert corpus.terms() == []
        with pytest.raises(NotFound):
            corpus.remove_term(second, actor="lead")
        assert [one.action for one in corpus.audit(limit=2)] == ["term.remove", "term.save"]


@pytest.mark.parametrize(
    ("chinese", "english"), [("", "dovetail"), ("榫头", " ; "), ("dovetail", "榫头"), ("榫" * 121, "dovetail")]
)
def test_a_pair_that_is_none_is_refused(tmp_path: Path, chinese: str, english: str) -> None:
    with pytest.raises(Refused):
        glossary.term_of(chinese, english)


def test_the_glossary_says_which_words_of_one_language_mean_the_same(tmp_path: Path) -> None:
    (tmp_path / "glossary.csv").write_text("窜动;轴向窜动,axial play;end float\n", "utf-8")
    terms, _ = load_glossary(tmp_path).terms("How much end float has the shaft?")
    assert ("axial", "play") in next(term.alike for term in terms if term.own == ("end", "float"))
