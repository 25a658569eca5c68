"""What speaks for an answer stands in one place of a passage."""

from __future__ import annotations

import pytest

from corpus.domain import Passage, Place
from corpus.library.lexical import indexed
from corpus.library.ranking import Candidate, Tokens
from corpus.library.statements import named_share, said_share, statements
from corpus.library.terms import QueryWords, Terms
from corpus.library.words import index_tokens

WORDS = QueryWords(
    "en",
    {"en": Terms(((("belt",),), (("tension",),)), {"belt": 3.0, "tension": 1.0}), "zh": Terms()},
    kinds=("force",),
    names=((("kx", "20"), ("idkx20",)),),
)


def candidate(text: str, section: str = "") -> Candidate:
    passage = Passage(1, Place("M.pdf", 1, 1, 1), 1, "Manual", "text", "manual", "en", text, (section,), ())
    return Candidate(passage, Tokens(tuple(indexed(text))), Tokens(tuple(index_tokens(section))), 0.8)


def test_a_statement_is_a_sentence_with_the_next_one() -> None:
    assert said("Loosen it. Set 5 N.\nTighten it.") == ["Loosen it. Set 5 N.", "Set 5 N. Tighten it."]
    assert said("松开。调到 5 N。") == ["松开。 调到 5 N。"]
    assert said("") == [""]


def said(text: str) -> list[str]:
    return [statement for statement, _ in statements(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Loosen it. Set 0.5 N; then\nTighten it to 1.5 bar! Or not?",
        "松开螺栓。调到５Ｎ；检查 E-407 报警。完",
        "一。二三！ pump.on ２．５ mm.",
        "",
    ],
)
def test_its_tokens_are_those_of_the_text(text: str) -> None:
    tokens = index_tokens(text)
    assert [tokens[at] for _, at in statements(text)] == [index_tokens(statement) for statement in said(text)]


def test_a_code_counts_where_the_statement_writes_it() -> None:
    coded = QueryWords("en", {"en": Terms(((("ide407",),),), {"ide407": 2.0}), "zh": Terms()})
    assert said_share(coded, candidate("Alarm E-407 stands.")) == 1.0
    assert said_share(coded, candidate("Alarm E-408 stands.")) == 0.0


def test_words_far_from_the_value_do_not_speak_for_it() -> None:
    assert said_share(WORDS, candidate("The belt runs. Its tension is 450 N.")) == 1.0
    apart = candidate("The belt runs. It is black. It is new. Its tension is 450 N.")
    assert said_share(WORDS, apart) == pytest.approx(1 / 4)
    assert said_share(WORDS, candidate("The belt tension is high.")) == 0.0


def test_a_heading_stands_over_every_statement() -> None:
    assert said_share(WORDS, candidate("It is black. Set it to 450 N.", section="Belt tension")) == 1.0


def test_a_name_stands_in_one_of_its_spellings() -> None:
    assert named_share(WORDS, candidate("The KX 20 belt")) == 1.0
    assert named_share(WORDS, candidate("The KX 30 belt")) == 0.0
