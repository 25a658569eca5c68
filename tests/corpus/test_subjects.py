"""Which names documents are about, and that such a name says where to look and not what for."""

from __future__ import annotations

from corpus import Corpus
from corpus.library.subjects import subjects

COVER = "High-temperature dyeing machine\nOperating Manual Asset tag JD-201 · Serial 600-18"


def test_titles_file_names_and_labels_on_the_cover_name_a_document() -> None:
    about = subjects(
        [
            (1, ["AquaJet HT-600"], ["JD-201_AquaJet_HT600_manual.pdf"], COVER),
            (2, ["Bulletin"], ["b.pdf"], "applies to JD-201. Torque 195 Nm, nut HT6-2052"),
            (3, ["定型机"], ["ST-305_定型机_说明书.pdf"], "资产编号：ST-305"),
        ]
    )
    assert about.names["JD201"] == {1, 2}
    assert about.names["HT600"] == {1}
    assert about.names["ST305"] == {3}
    assert "HT62052" not in about.names  # stands in the text, not behind the label
    assert about.words["aquajet"] == {1}


def test_what_is_for_many_machines_is_for_the_plant() -> None:
    about = subjects(
        [(1, ["规定"], ["规定.md"], "适用范围：JD-201 染色机、ST-305 定型机、HX-112 脱水机、TD-408 烘干机。")]
    )
    assert about.names == {}


def _dye_house(corpus: Corpus, draft) -> None:  # type: ignore[no-untyped-def]
    corpus.add_document(
        draft(
            "JD-201 dyeing machine",
            ("JD-201", 1, COVER),
            ("Pump", 2, "Tighten the nuts of the pump housing to 120 Nm."),
            ("Faults", 3, "E-61 | Emergency stop chain open"),
        ),
        actor="lead",
    )
    corpus.add_document(
        draft(
            "TD-408 dryer",
            ("Pump", 1, "Tighten the nuts of the pump housing of the dryer to 45 Nm. Keep it level with JD-201."),
            ("Belt", 2, "The belt is 2 m wide."),
        ),
        actor="lead",
    )


def test_a_name_brings_its_document_and_not_the_page_that_spells_it(corpus: Corpus, draft) -> None:  # type: ignore[no-untyped-def]
    _dye_house(corpus, draft)
    evidence = corpus.search("JD-201: torque of the nuts of the pump housing?")
    assert (evidence.passages[0].title, evidence.passages[0].place.page) == ("JD-201 dyeing machine", 2)
    assert evidence.called == ("JD-201",)
    applies = {passage.title: passage.applies for passage in evidence.passages}
    assert applies == {"JD-201 dyeing machine": "model", "TD-408 dryer": "other"}


def test_an_unknown_code_stays_unknown_beside_the_name_of_a_document(corpus: Corpus, draft) -> None:  # type: ignore[no-untyped-def]
    _dye_house(corpus, draft)
    evidence = corpus.search("JD-201 shows E-63, how do I reset it?")
    assert [one.text for one in evidence.unknown] == [one.text for one in evidence.identifiers] == ["E-63"]


def test_without_a_name_every_document_is_for_the_plant(corpus: Corpus, draft) -> None:  # type: ignore[no-untyped-def]
    _dye_house(corpus, draft)
    evidence = corpus.search("torque of the nuts of the pump housing?")
    assert {passage.applies for passage in evidence.passages} == {"plant"}
    assert evidence.called == ()
