"""Adding, finding, retiring: what is retired can never be answered from, also after a kill."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus import (
    Conflict,
    Corpus,
    DataFolderError,
    NotFound,
    Page,
    Settings,
    contains_quote,
    open_corpus,
)

OLD = "Tighten the pinion bolts to 45 N·m in a cross pattern."
NEW = "Tighten the pinion bolts to 52 N·m in a cross pattern."
OTHER = "Grease the chain every 500 hours with lithium grease."


def texts(corpus: Corpus, query: str = "pinion bolts torque", **scope: Any) -> list[str]:
    return [passage.text for passage in corpus.search(query, **scope).passages]


def test_a_passage_is_found_with_its_place_and_reasons(corpus: Corpus, draft: Any) -> None:
    document = corpus.add_document(draft("Gearbox", ("6 Drive", 3, OLD), ("7 Chain", 4, OTHER)), actor="lead")
    best = corpus.search("pinion bolts torque").passages[0]
    assert (best.place.source, best.place.page, best.place.document) == ("Gearbox.pdf", 3, document.id)
    assert best.place.section == "6 Drive"
    assert set(best.why) == {"lexical", "dense"}
    assert corpus.locate(best, "45 N·m") == best.place
    assert corpus.locate(best, "46 N·m") is None


def test_removed_is_unanswerable_and_restored_comes_back(corpus: Corpus, draft: Any) -> None:
    document = corpus.add_document(draft("Gearbox", ("6 Drive", 3, OLD)), actor="lead")
    corpus.remove_document(document.id, actor="lead")
    assert texts(corpus) == []
    with pytest.raises(Conflict):
        corpus.remove_document(document.id, actor="lead")
    corpus.restore_document(document.id, actor="lead")
    assert texts(corpus) == [OLD]
    assert {"document.add", "document.remove", "document.restore"} <= {entry.action for entry in corpus.audit()}


def test_superseding_is_decided_and_not_guessed(corpus: Corpus, draft: Any) -> None:
    first = corpus.add_document(draft("Gearbox", ("6 Drive", 3, OLD)), actor="lead")
    twin = corpus.add_document(draft("Gearbox", ("6 Drive", 3, OTHER)), actor="lead")
    assert twin.id != first.id
    assert OLD in texts(corpus)
    second = corpus.add_document(draft("Gearbox", ("6 Drive", 3, NEW)), actor="lead", supersedes=first.id)
    assert second.id == first.id
    assert [revision.state for revision in second.revisions] == ["live", "superseded"]
    assert OLD not in texts(corpus)
    assert NEW in texts(corpus)


def test_a_bulletin_replaces_one_section_and_shows_both(corpus: Corpus, draft: Any) -> None:
    manual = corpus.add_document(draft("Gearbox", ("6.3 Drive", 3, OLD), ("6.31 Chain", 4, OTHER)), actor="lead")
    bulletin = corpus.add_document(
        draft("Bulletin 7", ("Change", 1, NEW), kind="bulletin"), actor="lead", amends=(manual.id, "6.3")
    )
    found = corpus.search("pinion bolts torque").passages
    assert [p.text for p in found if "pinion" in p.text] == [NEW]
    amended = next(p for p in found if p.text == NEW).amends
    assert amended is not None
    assert (amended.source, amended.page) == ("Gearbox.pdf", 3)
    assert OTHER in texts(corpus, "grease the chain")
    corpus.remove_document(bulletin.id, actor="lead")
    assert OLD in texts(corpus)


def test_an_unknown_section_is_refused(corpus: Corpus, draft: Any) -> None:
    manual = corpus.add_document(draft("Gearbox", ("6.3 Drive", 3, OLD)), actor="lead")
    bulletin = corpus.add_document(draft("Bulletin", ("x", 1, NEW), kind="bulletin"), actor="lead")
    with pytest.raises(NotFound):
        corpus.amend_document(bulletin.id, manual.id, "9.9", actor="lead")


def test_scope_stays_inside_the_model(corpus: Corpus, draft: Any) -> None:
    corpus.add_document(draft("A", ("6 Drive", 3, OLD), models=("KS-37A",)), actor="lead")
    corpus.add_document(draft("B", ("6 Drive", 3, NEW), models=("KS-55A",)), actor="lead")
    assert texts(corpus, "pinion bolts torque KS-55A") == [NEW]
    assert corpus.search("pinion bolts torque of the ks55a").models == ("KS-55A",)


def test_near_codes_are_two(corpus: Corpus, draft: Any) -> None:
    corpus.add_document(
        draft("Codes", ("9", 1, "E-407 Spindle motor too hot. Clean the fan."), ("9", 1, "E-470 Tool not clamped.")),
        actor="lead",
    )
    evidence = corpus.search("what does e407 mean")
    assert evidence.passages[0].text.startswith("E-407")
    assert evidence.unknown == ()
    assert [i.normal for i in corpus.search("what does E-999 mean").unknown] == ["E999"]


KILLED = """
import os, pickle, signal, sys
from pathlib import Path
from corpus import Settings, open_corpus
from corpus.library.library import Library

folder, method, step = sys.argv[1:]
setattr(Library, method, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
with open_corpus(Settings(data_dir=Path(folder))) as corpus:
    getattr(corpus, step)(pickle.load(sys.stdin.buffer), actor="lead")
"""


def killed_in(folder: Path, method: str, step: str, argument: Any) -> None:
    """Run one step in a process that kills itself when it reaches a method of the library."""
    command = [sys.executable, "-c", KILLED, str(folder), method, step]
    done = subprocess.run(command, input=pickle.dumps(argument), check=False)
    assert done.returncode == -signal.SIGKILL


def test_a_kill_between_commit_and_index_delete(settings: Settings, draft: Any) -> None:
    with open_corpus(settings) as corpus:
        document = corpus.add_document(draft("Gearbox", ("6 Drive", 3, OLD)), actor="lead")
    killed_in(settings.data_dir, "pay_debts", "remove_document", document.id)
    with open_corpus(settings) as corpus:
        assert texts(corpus) == []
        assert corpus._library._vectors.ids() == set()


def test_a_kill_while_adding_leaves_nothing_and_loses_nothing(settings: Settings, draft: Any) -> None:
    made = draft("Gearbox", ("6 Drive", 3, OLD))
    killed_in(settings.data_dir, "_publish", "add_document", made)
    with open_corpus(settings) as corpus:
        assert corpus.documents(retired=True) == []
        assert corpus._library._vectors.ids() == corpus._library._lexical.ids() == set()
        corpus.add_document(made, actor="lead")
        assert texts(corpus) == [OLD]


def test_the_indexes_can_be_rebuilt_from_sql(settings: Settings, draft: Any) -> None:
    with open_corpus(settings) as corpus:
        corpus.add_document(draft("Gearbox", ("6 Drive", 3, OLD), ("7", 4, OTHER)), actor="lead")
        before = texts(corpus)
        assert corpus.reindex() == 2
        assert texts(corpus) == before


def test_one_process_owns_a_folder(settings: Settings) -> None:
    with open_corpus(settings), pytest.raises(DataFolderError, match="in use by process"):
        open_corpus(settings)


def test_a_row_is_quoted_as_its_page_has_it(corpus: Corpus, draft: Any) -> None:
    row = "Code: E-77 | Cause: wires are broken | Remedy: Replace the rope"
    page = "Code Cause Remedy\nE-77 wires are\nbroken Replace the rope"
    made = replace(draft("Winch W-9", ("Faults", 4, row)), pages=[Page(4, page, page)])
    corpus.add_document(made, actor="test")
    passage = next(corpus.passages())
    quote, place = corpus.quoted(passage, row)
    assert quote == "E-77 wires are broken Replace the rope"
    assert place.page == 4
    assert contains_quote(page, quote)
    assert corpus.quoted(passage, "words that stand nowhere")[0] == "words that stand nowhere"


def test_any_rendering_of_a_term_is_enough(corpus: Corpus, draft: Any) -> None:
    corpus.add_document(draft("Compressor", ("4 Air", 2, "Change the air filter.")), actor="lead")
    assert corpus.search("空气滤清器更换").coverage == pytest.approx(1.0)
