"""Each format is read whole and in order, and a bad file ends in one clear sentence."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest

from corpus import Unreadable
from ingest.readers import Limits, ParsedFile, read
from ingest.readers.mending import join_lines


def parse(path: Path, limits: Limits | None = None) -> ParsedFile:
    return read(path, limits or Limits(), lambda *_: None)


def test_docx_keeps_headings_lists_and_tables_in_order(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("主轴维修指南", 1)
    document.add_paragraph("先断电。")
    document.add_paragraph("拆下护罩", style="List Number")
    document.add_paragraph("测量间隙", style="List Number")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        [c for row in table.rows for c in row.cells], ["部位", "扭矩", "端盖", "24 N·m"], strict=True
    ):
        cell.text = text
    document.add_paragraph("Afterwards run it in.")
    document.save(str(tmp_path / "a.docx"))
    parsed = parse(tmp_path / "a.docx")
    assert parsed.blocks[0].kind == "heading"
    assert [b.kind for b in parsed.blocks if b.kind in ("list", "table")] == ["list", "table"]
    assert parsed.blocks[-1].text == "Afterwards run it in."
    assert next(b for b in parsed.blocks if b.kind == "table").rows[1] == ("端盖", "24 N·m")
    assert parsed.pages[0].number is None
    assert "24 N·m" in parsed.pages[0].raw


def test_a_workbook_keeps_the_numbers_of_its_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "库存"
    sheet["A3"], sheet["B3"] = "备件编号", "库存"
    sheet["A5"], sheet["B5"] = "P-1", 4
    book.save(tmp_path / "a.xlsx")
    parsed = parse(tmp_path / "a.xlsx")
    assert parsed.blocks[0].text == "库存"
    assert parsed.blocks[1].row_numbers == (3, 5)
    assert parsed.blocks[1].rows == (("备件编号", "库存"), ("P-1", "4"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gbk"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    lines = [["备件编号", "名称", "库存"], ["6205-2RS", "轴承", "12"], ["E-07", "密封圈", "3"]]
    (tmp_path / "a.csv").write_bytes("\r\n".join(delimiter.join(line) for line in lines).encode(encoding))
    assert parse(tmp_path / "a.csv").blocks[0].rows == tuple(map(tuple, lines))


def test_markdown_takes_its_title_from_the_front_matter(tmp_path: Path) -> None:
    text = "---\ntitle: Leak guide\n---\n# Leaks\n\n1. Close\n2. Vent\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    (tmp_path / "a.md").write_text(text)
    parsed = parse(tmp_path / "a.md")
    assert parsed.title == "Leak guide"
    assert [(b.kind, b.text) for b in parsed.blocks[:2]] == [("heading", "Leaks"), ("list", "1. Close\n2. Vent")]
    assert parsed.blocks[2].rows == (("a", "b"), ("1", "2"))


def test_html_keeps_terms_with_their_definitions_and_reads_nothing_twice(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        """<body><div><h1>Status\n words</h1><dl><dt>ONBATT</dt><dd><p>The mains\n are <b>gone</b>.</p></dd>
        <dt>LINEV</dt><dd>Voltage of the line.</dd></dl><ul><li>Switch off.<ul><li>Wait 5\n min.</li></ul></li></ul>
        <pre>a\n  b</pre><!-- secret --><table><tr><td><h2>Left</h2><p>One<br>two</p></td></tr></table></div></body>"""
    )
    assert [(b.kind, b.text) for b in parse(tmp_path / "a.html").blocks] == [
        ("heading", "Status words"),
        ("text", "ONBATT: The mains are gone."),
        ("text", "LINEV: Voltage of the line."),
        ("list", "Switch off."),
        ("list", "Wait 5 min."),
        ("text", "a\n  b"),
        ("heading", "Left"),
        ("text", "One\ntwo"),
    ]


def test_steps_of_an_html_list_keep_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<body><ol><li>Lock out.</li><li><p>Drain.</p><p>Wait.</p></li></ol><ol start='7'><li>Fill.</li></ol></body>"
    )
    assert [(b.kind, b.text) for b in parse(tmp_path / "a.html").blocks] == [
        ("list", "1. Lock out."),
        ("list", "2. Drain."),
        ("list", "Wait."),
        ("list", "7. Fill."),
    ]


def test_xhtml_is_read_as_html_without_a_warning(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    (tmp_path / "a.html").write_text(
        '<?xml version="1.0" encoding="utf-8" ?>\n<html><body><h1>Faults</h1><p>Replace the battery.</p></body></html>'
    )
    assert parse(tmp_path / "a.html").pages[0].raw == "Faults\nReplace the battery."
    assert not [warning for warning in recwarn if "XML" in str(warning.message)]


def test_html_drops_scripts_and_styles(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<title>T</title><style>p{}</style><h1>Press</h1><p>Vent first.</p><script>alert(1)</script>"
    )
    parsed = parse(tmp_path / "a.html")
    assert parsed.title == "T"
    assert "alert" not in parsed.pages[0].raw
    assert [b.text for b in parsed.blocks] == ["Press", "Vent first."]


@pytest.mark.parametrize(("suffix", "member"), [("docx", "word/document.xml"), ("xlsx", "xl/worksheets/sheet1.xml")])
def test_a_file_that_unpacks_to_too_much_is_refused_with_the_sizes(tmp_path: Path, suffix: str, member: str) -> None:
    path = tmp_path / f"bomb.{suffix}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(member, "w") as stream:
        for _ in range(64):
            stream.write(b" " * 2**20)
    assert path.stat().st_size < 200_000
    with pytest.raises(Unreadable, match=r"unpacks to more than \d+ MB, 16 MB are allowed"):
        parse(path, Limits(unpacked_bytes=16 * 2**20))


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx"])
@pytest.mark.parametrize("content", [b"PK\x03\x04 cut off", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", b"hello"])
def test_a_broken_office_file_ends_in_a_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable, match=rf"^{name}: .+\.$"):
        parse(tmp_path / name)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.csv", "a.docx", "a.pdf"])
def test_an_empty_file_is_named_empty(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(Unreadable, match="empty"):
        parse(tmp_path / name)


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["the lubri-", "cation pump"], "the lubrication pump"),
        (["filter HX-", "8400-0534"], "filter HX-8400-0534"),
        (["at least 12 L/", "min"], "at least 12 L/min"),
        (["停机后更换", "滤芯"], "停机后更换滤芯"),
        (["two", "words"], "two words"),
    ],
)
def test_lines_of_a_paragraph_are_joined_as_they_were_meant(lines: list[str], joined: str) -> None:
    assert join_lines(lines) == joined
