"""The general dictionary behind the glossary: what its words mean, and which mean the same."""

from __future__ import annotations

import pytest

from corpus.library import dictionary
from corpus.library.words import content_words


@pytest.mark.parametrize(
    ("word", "meaning"), [("打印机", "printer"), ("钟头", "hour"), ("扩音器", "loudspeaker"), ("墨盒", "ink cartridge")]
)
def test_a_chinese_word_has_its_english_senses_and_back(word: str, meaning: str) -> None:
    stems = tuple(content_words(meaning))
    assert stems in dictionary.senses(word)
    assert tuple(content_words(word)) in dictionary.words(stems)


def test_words_that_share_a_sense_stand_for_each_other() -> None:
    assert ("小时",) in dictionary.alike("钟头")
    assert ("钟头",) not in dictionary.alike("钟头")


@pytest.mark.parametrize("word", ["东海大桥", "不知道的词", "光栅尺", ""])
def test_names_explanations_and_unknown_words_mean_nothing(word: str) -> None:
    assert dictionary.senses(word) == ()
    assert dictionary.alike(word) == ()


def test_every_sense_is_short_and_every_rendering_is_a_word() -> None:
    assert dictionary.words(("zorven",)) == ()
    for stems in (("test",), ("strong",), ("high", "frequenc")):
        assert 0 < len(dictionary.words(stems)) <= 16
        assert all(dictionary.words(stems))
    assert all(0 < len(sense) <= 3 for word in ("检查", "放大", "研究") for sense in dictionary.senses(word))
