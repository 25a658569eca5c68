"""The life of a repair case, through the corpus: who finds it when, and what its history tells."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from corpus import Conflict, Corpus, Equipment, NotFound, Refused, RepairCase, open_corpus
from corpus.domain import Chunk as Piece
from corpus.domain import DocumentDraft, Page

FIX = RepairCase(
    "CNC-03",
    "Spindle shrieks above 6000 rpm",
    cause="Drawbar spring broken",
    action="Replaced the disc spring stack HX-8100-0777 and balanced the drawbar",
    code="E-877",
    parts=("HX-8100-0777",),
    by="Li Wei",
    date=datetime(2026, 3, 2, tzinfo=UTC),
)


def from_file(tmp_path, *cases, name="wo.csv", machines=()):
    file = tmp_path / name
    file.write_text(repr(cases))
    records = [*machines, *cases]
    chunks = [
        Piece(f"{case.work_order} | {case.symptom} | {case.action}", row=i + 2, kind="row", record=len(machines) + i)
        for i, case in enumerate(cases)
    ]
    return DocumentDraft(
        name, file, f"{hash(repr(cases)):064x}"[-64:], name, "cases", "en", [Page(None, "x", "x")], chunks,
        records=records,
    )  # fmt: skip


def found(corpus: Corpus, query="Drawbar spring shrieks"):
    """Return the ids of the cases that the search for passages and the search for cases find."""
    passages = corpus.search(query, k=10).passages
    by_passage = {p.place.record.ids[0] for p in passages if p.place.record and p.place.record.table == "cases"}
    return by_passage, {case.id for case in corpus.find_cases(query)}


def test_a_fix_is_found_only_while_it_is_approved(corpus):
    case = corpus.save_case(FIX, actor="liwei")
    assert case.state == "waiting"
    assert [one.id for one in corpus.waiting_cases()] == [case.id]
    assert found(corpus) == (set(), set())
    corpus.approve_case(case.id, actor="lead")
    assert found(corpus) == ({case.id}, {case.id})
    assert [one.id for one in corpus.find_cases(code="e877")] == [case.id]
    corpus.retire_case(case.id, actor="lead", reason="spring type changed")
    assert found(corpus) == (set(), set())
    corpus.restore_case(case.id, actor="lead")
    assert found(corpus) == ({case.id}, {case.id})
    told = [(step.actor, step.action, step.state) for step in corpus.case_history(case.id)]
    assert told == [
        ("liwei", "save", "waiting"),
        ("lead", "approve", "approved"),
        ("lead", "retire", "retired"),
        ("lead", "restore", "approved"),
    ]
    assert {entry.action for entry in corpus.audit()} >= {"case.save", "case.approve", "case.retire"}


def test_a_passage_of_a_fix_names_its_record_and_what_found_it(corpus):
    case = corpus.approve_case(corpus.save_case(FIX, actor="liwei").id, actor="lead")
    (passage,) = corpus.search("E-877 spring").passages
    assert passage.place.record.ids == (case.id,)
    assert passage.place.source is None
    assert {"identifier", "lexical"} <= set(passage.why)
    assert "Drawbar spring broken" in passage.text


def test_the_fixes_of_another_model_stay_out_of_scope(corpus, tmp_path):
    machines = (Equipment("CNC-03", "Machining centre 3", "HX-V850"), Equipment("AC-01", "Compressor 1", "KS-37A"))
    seen = RepairCase("AC-01", "Oil mist", action="Changed the separator", work_order="W1")
    corpus.add_document(from_file(tmp_path, seen, machines=machines), actor="lead")
    case = corpus.approve_case(corpus.save_case(FIX, actor="liwei").id, actor="lead")
    assert case.id not in found(corpus, "AC-01 drawbar spring")[0]
    assert case.id in found(corpus, "CNC-03 drawbar spring")[0]


def test_an_edit_is_a_version_and_the_old_words_are_no_longer_found(corpus):
    case = corpus.approve_case(corpus.save_case(FIX, actor="liwei").id, actor="lead")
    edited = corpus.edit_case(replace(case, action="Replaced the whole xylograph unit", cause=None), actor="lead")
    assert edited.version == 2
    assert edited.state == "approved"
    (passage,) = corpus.search("xylograph unit").passages
    assert "Drawbar spring broken" not in passage.text
    with pytest.raises(Conflict):
        corpus.edit_case(replace(case, action="something else"), actor="liwei")  # read before the other's edit
    versions = corpus.case_history(case.id)
    assert [(step.version, step.case.cause) for step in versions] == [
        (1, "Drawbar spring broken"),
        (1, "Drawbar spring broken"),
        (2, None),
    ]


def test_doubles_are_merged(corpus):
    kept = corpus.approve_case(corpus.save_case(replace(FIX, cause=None), actor="liwei").id, actor="lead")
    double = corpus.save_case(replace(FIX, parts=("HX-1",), steps=("Release the drawbar",)), actor="zhou")
    assert {case.id for case in corpus.similar_cases(FIX)} == {kept.id, double.id}
    corpus.rate_case(double.id, True, by="zhou")
    corpus.rate_case(kept.id, True, by="zhou")
    corpus.rate_case(kept.id, False, by="chen")
    merged = corpus.merge_cases(kept.id, double.id, actor="lead")
    assert (merged.cause, merged.parts, merged.steps) == (
        "Drawbar spring broken",
        ("HX-8100-0777", "HX-1"),
        ("Release the drawbar",),
    )
    assert (merged.helped, merged.not_helped) == (1, 1)
    assert corpus.case(double.id).state == "merged"
    assert found(corpus)[1] == {kept.id}
    with pytest.raises(Conflict):
        corpus.merge_cases(kept.id, kept.id, actor="lead")


def test_a_case_from_a_file_is_taken_over_by_who_changes_it(corpus, tmp_path):
    seen = RepairCase("AC-01", "Oil mist in the hall", action="Changed the separator", work_order="WO-1")
    document = corpus.add_document(from_file(tmp_path, seen), actor="lead")
    (case,) = corpus.find_cases("oil mist")
    corpus.edit_case(replace(case, cause="Separator torn by a zugzwang"), actor="lead")
    assert [p.place.source for p in corpus.search("oil mist separator").passages] == [None]
    assert [(s.actor, s.action) for s in corpus.case_history(case.id)] == [("lead", "import"), ("lead", "edit")]
    corpus.remove_document(document.id, actor="lead")
    assert found(corpus, "zugzwang separator")[1] == {case.id}
    # The export comes again: what the person wrote stays, and the row's own text is not answered from.
    later = replace(seen, symptom="Oil mist seen", downtime=30.0)
    corpus.add_document(from_file(tmp_path, later, name="later.csv"), actor="lead")
    assert [c.cause for c in corpus.find_cases("oil mist separator")] == ["Separator torn by a zugzwang"]
    assert [p.place.source for p in corpus.search("oil mist separator").passages] == [None]
    corpus.retire_case(case.id, actor="lead")
    assert found(corpus, "oil mist separator") == (set(), set())


def test_a_retired_file_case_is_gone_and_stays_gone_over_reindex_and_restart(settings, tmp_path):
    seen = RepairCase("AC-01", "Oil mist in the hall", action="Changed the separator", work_order="WO-1")
    with open_corpus(settings) as corpus:
        corpus.add_document(from_file(tmp_path, seen), actor="lead")
        (case,) = corpus.find_cases("oil mist")
        corpus.retire_case(case.id, actor="lead")
        kept = corpus.approve_case(corpus.save_case(FIX, actor="liwei").id, actor="lead")
        corpus.reindex()
        assert found(corpus, "oil mist separator")[0] <= {kept.id}
    with open_corpus(settings) as corpus:
        assert case.id not in found(corpus, "oil mist separator")[0]
        assert found(corpus) == ({kept.id}, {kept.id})


def test_what_people_wrote_is_no_document(corpus):
    corpus.approve_case(corpus.save_case(FIX, actor="liwei").id, actor="lead")
    assert corpus.documents(retired=True) == []


def test_what_cannot_be_is_refused(corpus):
    with pytest.raises(Refused):
        corpus.save_case(replace(FIX, symptom="  "), actor="liwei")
    with pytest.raises(NotFound):
        corpus.approve_case(99, actor="lead")
    case = corpus.approve_case(corpus.save_case(FIX, actor="liwei").id, actor="lead")
    with pytest.raises(Conflict):
        corpus.approve_case(case.id, actor="lead")
    with pytest.raises(Conflict):
        corpus.restore_case(case.id, actor="lead")


def test_a_fix_is_found_by_its_words_whatever_else_a_sentence_says(corpus):
    seen = RepairCase("DH-01", "露点升到-31℃", cause="密封条发脆", action="换成棕色条")
    case = corpus.approve_case(corpus.save_case(seen, actor="liwei").id, actor="lead")
    assert [one.id for one in corpus.find_cases("露点跑上去那会儿给弄妥的")] == [case.id]
    assert corpus.find_cases("皮带打滑") == []
