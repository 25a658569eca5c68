"""Files go into a real corpus; a bad one never stops the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document

from corpus import Corpus, Settings
from ingest import FileResult, IngestOptions, Ingestor, IngestProgress, build_ingestor, safe_name


@pytest.fixture
def ingestor(settings: Settings, corpus: Corpus) -> Iterator[Ingestor]:
    made = build_ingestor(settings, corpus)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def bring(ingestor: Ingestor, *paths: Path, options: IngestOptions | None = None) -> list[FileResult]:
    return ingestor.ingest(paths, options or IngestOptions(), lambda _: None, "test")


def test_a_folder_with_good_and_bad_files(ingestor: Ingestor, corpus: Corpus, folder: Path) -> None:
    (folder / "broken.docx").write_bytes(b"PK nothing")
    (folder / "empty.txt").touch()
    (folder / ".hidden.txt").write_text("x")
    (folder / "equipment.csv").write_text("设备编号,名称,型号\nCNC-03,加工中心,VMC-850\n", encoding="gbk")
    (folder / "VMC-850 manual.md").write_text("# VMC-850 manual\n\n## Faults\n\nE-07 means low lubricant level.\n")
    seen: list[IngestProgress] = []
    results = ingestor.ingest([folder], IngestOptions(), seen.append, "test")
    states = {result.source: result.state for result in results}
    assert states == {
        "broken.docx": "failed",
        "empty.txt": "failed",
        "equipment.csv": "indexed",
        "VMC-850 manual.md": "indexed",
    }
    assert {step.stage for step in seen} >= {"hashing"}
    assert all(result.error for result in results if result.state == "failed")
    assert corpus.equipment("cnc03").model == "VMC-850"
    manual = next(document for document in corpus.documents() if document.kind == "manual")
    assert manual.models == ("VMC-850",)
    assert any("low lubricant" in passage.text for passage in corpus.search("What does E-07 mean?").passages)
    again = bring(ingestor, folder)
    assert {result.state for result in again if result.source.endswith((".csv", ".md"))} == {"unchanged"}


def test_a_list_of_machines_that_comes_last_binds_the_manuals_before_it(
    ingestor: Ingestor, corpus: Corpus, folder: Path
) -> None:
    (folder / "VMC-850 manual.md").write_text("# VMC-850 manual\n\nE-07 means low lubricant level.\n")
    (folder / "guide.txt").write_text("Asset tag: CNC-03\n\nThe way oil is ISO VG 68.\n")
    training = Document()
    training.add_heading("VMC-850: how the spindle is greased", 1)
    training.add_paragraph("Grease it once a month.")
    training.save(str(folder / "training.docx"))
    (folder / "by hand.md").write_text("# VMC-850 in short\n\nFor all of the plant.\n")
    (folder / "rules.md").write_text("# Rules\n\nWear glasses.\n")
    assert {result.state for result in bring(ingestor, folder)} == {"indexed"}
    by_hand = next(document for document in corpus.documents() if document.title == "VMC-850 in short")
    corpus.describe_document(by_hand.id, title="By hand", kind="other", language="en", models=(), actor="lead")
    register = folder / "machines.csv"  # by its name it would come after the manuals in any case
    register.write_text("asset tag,name,model\nCNC-03,Machining centre,VMC-850\n")
    bring(ingestor, register)
    models = {document.current.source: document.models for document in corpus.documents() if document.current}
    bound = ("VMC-850",)
    assert models == {
        "VMC-850 manual.md": bound,
        "guide.txt": bound,
        "training.docx": bound,
        "by hand.md": (),
        "rules.md": (),
        "machines.csv": (),
    }
    assert next(passage.applies for passage in corpus.search("VMC-850 E-07").passages) == "model"


def test_a_manifest_sets_options_for_many(ingestor: Ingestor, corpus: Corpus, folder: Path) -> None:
    (folder / "a.txt").write_text("1 Hydraulics\n\nThe relief valve opens at 21 MPa.\n")
    (folder / "b.txt").write_text("The relief valve now opens at 19 MPa.\n")
    (folder / "manifest.csv").write_text(
        "file,title,kind,models,revision,amends,amends_section\n"
        "a.txt,Press manual,manual,HP-2,Rev. B,,\nb.txt,SB 4 bulletin,bulletin,HP-2,,Press manual,1\n"
    )
    results = bring(ingestor, folder)
    assert [(result.state, result.error) for result in results] == [("indexed", None)] * 2
    by_title = {document.title: document for document in corpus.documents()}
    manual, bulletin = by_title["Press manual"], by_title["SB 4 bulletin"]
    assert (manual.kind, manual.models) == ("manual", ("HP-2",))
    assert manual.current is not None
    assert manual.current.label == "Rev. B"
    assert [(amendment.document, amendment.section) for amendment in bulletin.amends] == [(manual.id, "1")]


def test_what_cannot_be_read_is_said(ingestor: Ingestor, folder: Path) -> None:
    (folder / "a.exe").write_bytes(b"MZ")
    (folder / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    results = bring(ingestor, folder / "a.exe", folder / "missing.pdf", folder / "old.doc")
    assert [result.state for result in results] == ["failed"] * 3
    errors = {result.source: result.error or "" for result in results}
    assert "PDF" in errors["a.exe"]
    assert "save it as DOCX" in errors["old.doc"]
    assert "no such file" in errors["missing.pdf"]


def test_names_are_made_safe() -> None:
    assert safe_name("../../x.pdf") == "x.pdf"
    assert safe_name("C:\\tmp\\手册.pdf") == "手册.pdf"
    assert safe_name("a\u200b\u202e\x07b.txt") == "ab.txt"


def test_json_has_the_agreed_names() -> None:
    assert list(FileResult("a", "failed", error="e").to_json()) == [
        "source", "document", "state", "kind", "pages", "chunks", "warnings", "error"
    ]  # fmt: skip
