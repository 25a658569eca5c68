"""Misspelt English words of a question are read as what the library knows, and no other word is touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from corpus import Corpus
from corpus.library.spelling import spelled
from tests.conftest import Draft

HELD = {"pressur": 9, "separ": 4, "cut": 2, "cure": 8, "squeal": 1, "kiln": 5, "relay": 5, "seal": 6, "seat": 5}


def counts(stems: Sequence[str]) -> Mapping[str, int]:
    return {stem: HELD.get(stem, 0) for stem in stems}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Presure of the seperator?", "Pressure of the separator?"),
        ("the cuting head squeels", "the cutting head squeals"),  # a doubled letter before curing, which stands oftener
        ("water pressrue", "water pressure"),  # two swapped
        ("压缩机 presure 太低", "压缩机 pressure 太低"),
        ("torqe of the lock ring", "torque of the lock ring"),  # a term has it, though no passage
        ("how many kilos", "how many kilos"),  # English, and no kiln
        ("I realy need it", "I realy need it"),  # really, which nothing has; no relay
        ("sealt", "sealt"),  # seal, seat, or salt: who knows
        ("Sepirator RX-presure presure.txt", "Separator RX-presure presure.txt"),
        ("SEPERATOR, mySeperator, alpha-seperator", "SEPERATOR, mySeperator, alpha-seperator"),
        ("shoud we", "shoud we"),  # a word that only asks
        ("xyzzyq", "xyzzyq"),
    ],
)
def test_a_word_is_put_right_where_it_is_plain_what_was_meant(text: str, read: str) -> None:
    assert spelled(text, counts, ["torqu"]) == read


def test_a_misspelt_question_finds_what_a_right_one_finds(corpus: Corpus, draft: Draft) -> None:
    said = "Set the compressor pressure to 7.5 bar."
    corpus.add_document(draft("Manual", ("1", 1, said), ("2", 2, "The tank holds 40 L.")), actor="a")
    right, wrong = (corpus.search(text) for text in ("compressor pressure", "compresor presure"))
    assert [p.id for p in wrong.passages] == [p.id for p in right.passages]
    assert wrong.confidence == right.confidence
    assert corpus.spelled("compresor presure") == "compressor pressure"
