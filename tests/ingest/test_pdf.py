"""Real PDFs, typeset here: code tables over pages, warnings, procedures, and files that are no PDFs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import typst

from corpus import Box, Settings, Unreadable
from ingest.chunking import chunk
from ingest.readers import Limits, ParsedFile, read
from ingest.readers.base import Block, Run
from ingest.readers.columns import in_reading_order
from ingest.readers.grids import PageTable
from ingest.readers.layout import Sheet, blocks_of
from ingest.recognise import title_of
from ingest.worker import Ended, ParseWorker

CODES = "\n".join(
    f"[E-{i}], [Meaning number {i}], [Cause of {i}], [Remedy for {i}: set {i} mm]," for i in range(401, 440)
)
MANUAL = f"""
#set document(title: "Saw S-9 manual")
#set page(
  width: 148mm, height: 160mm, footer: context counter(page).display(),
  header: context [Saw S-9 running header V2.9.0, 28 Jun 2026, #counter(page).display() of 12],
)
#set heading(numbering: "1.1")
= Faults
#table(columns: (20mm, 30mm, 30mm, 40mm), table.header([Code], [Meaning], [Cause], [Remedy]),
{CODES}
)
#pagebreak()
= Blade
== Changing the blade
WARNING: Lock out the main switch.

+ Open the guard.
+ Tighten the arbor nut to 38 N·m.
"""


def no_progress(_done: int, _total: int) -> None:
    pass


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pdf")
    (folder / "saw.typ").write_text(MANUAL)
    typst.compile(folder / "saw.typ", output=folder / "saw.pdf")
    return folder / "saw.pdf"


@pytest.fixture(scope="module")
def parsed(manual: Path) -> ParsedFile:
    return read(manual, Limits(), no_progress)


def test_a_code_table_over_pages_becomes_one_entry_a_code(parsed: ParsedFile) -> None:
    entries = {c.text.split(" | ")[0]: c for c in chunk(parsed, 450) if c.kind == "fault"}
    assert sorted(entries) == [f"Code: E-{i}" for i in range(401, 440)]
    last = entries["Code: E-439"]
    assert (
        last.text
        == "Code: E-439 | Meaning: Meaning number 439 | Cause: Cause of 439 | Remedy: Remedy for 439: set 439 mm"
    )
    assert entries["Code: E-401"].page == 1
    assert last.page is not None
    assert last.page > 1
    assert "E-439" in parsed.pages[last.page - 1].raw


def test_running_headers_stay_in_raw_and_leave_the_text(parsed: ParsedFile) -> None:
    assert all("running header" in page.raw for page in parsed.pages)
    assert not any("running header" in page.text for page in parsed.pages)
    assert not any("running header" in c.text for c in chunk(parsed, 450))


def test_warning_and_procedure_are_passages_of_their_section(parsed: ParsedFile) -> None:
    under = [c for c in chunk(parsed, 450) if c.section and c.section[-1].endswith("Changing the blade")]
    assert [c.kind for c in under] == ["warning", "procedure"]
    assert "38 N·m" in under[1].text
    assert parsed.title == "Saw S-9 manual"


def test_boxes_lie_on_the_page(parsed: ParsedFile) -> None:
    boxes = [line.box for page in parsed.pages for line in page.lines]
    assert boxes
    assert all(b and 0 <= b.left < b.right <= 1 and 0 <= b.top < b.bottom <= 1 for b in boxes)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"<html>no pdf</html>", "no PDF"), (b"", "empty"), (b"%PDF-1.7\nbroken", "damaged")],
)
def test_what_is_no_pdf_ends_in_one_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "x.pdf"
    file.write_bytes(content)
    with pytest.raises(Unreadable, match=says):
        read(file, Limits(), no_progress)


def test_an_encrypted_pdf_says_so(manual: Path, tmp_path: Path) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=manual)
    writer.encrypt("secret", algorithm="RC4-128")
    file = tmp_path / "locked.pdf"
    writer.write(file)
    with pytest.raises(Unreadable, match="encrypted"):
        read(file, Limits(), no_progress)


def test_a_scanned_page_is_read_by_ocr(manual: Path, tmp_path: Path) -> None:
    import pypdfium2

    page = pypdfium2.PdfDocument(manual)[0]
    page.render(scale=3).to_pil().convert("RGB").save(tmp_path / "scan.pdf")
    scan = read(tmp_path / "scan.pdf", Limits(), no_progress)
    assert scan.pages[0].quality == "ocr"
    assert "E-401" in scan.pages[0].raw.replace(" ", "")


def scan_of(manual: Path, page: int, file: Path) -> Path:
    """Write one page of a PDF as a PDF that holds only its picture."""
    import pypdfium2

    with pypdfium2.PdfDocument(manual) as document:
        document[page].render(scale=3).to_pil().convert("RGB").save(file)
    return file


def endless_page(file: Path) -> Path:
    """Write a PDF whose page draws forms that draw forms: some kilobytes that no reader gets to the end of."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    page = writer.add_blank_page(400, 400)
    inner = None
    for _ in range(12):
        form = DecodedStreamObject()
        form.set_data(b"/F Do " * 40 if inner else b"BT ET")
        form[NameObject("/Type")], form[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Form")
        if inner:
            held = DictionaryObject({NameObject("/F"): inner})
            form[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): held})
        inner = writer._add_object(form)
    forms = DictionaryObject({NameObject("/F"): inner})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): forms})
    content = DecodedStreamObject()
    content.set_data(b"/F Do")
    page[NameObject("/Contents")] = writer._add_object(content)
    writer.write(file)
    return file


def test_a_page_that_never_ends_is_left_out_and_the_others_are_read(manual: Path, tmp_path: Path) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.append(manual, pages=(0, 1))
    writer.append(endless_page(tmp_path / "endless.pdf"))
    writer.append(manual, pages=(2, 3))
    writer.write(tmp_path / "mixed.pdf")
    # The page needs memory as well as time: on a quick machine its memory would be what ends it.
    worker = ParseWorker(Settings(data_dir=tmp_path / "data", parse_seconds=3, parse_memory_mb=16_384))
    try:
        parsed = worker.parse(tmp_path / "mixed.pdf", no_progress)
    finally:
        worker.close()
    assert [bool(page.raw) for page in parsed.pages] == [True, False, True]
    assert "page 2 made no progress for 3 seconds and was left out" in parsed.warnings


def test_what_ocr_read_is_kept_for_the_next_attempt(manual: Path, tmp_path: Path) -> None:
    import json

    scan = scan_of(manual, 0, tmp_path / "scan.pdf")
    worker = ParseWorker(Settings(data_dir=tmp_path / "data"))
    try:
        worker.parse(scan, no_progress)
        (kept,) = (tmp_path / "data" / "ocr").glob("*.json")
        lines = json.loads(kept.read_text("utf-8"))
        kept.write_text(json.dumps([{**lines[0], "text": "kept from before"}]))
        assert worker.parse(scan, no_progress).pages[0].raw == "kept from before"
    finally:
        worker.close()


def test_the_worker_is_killed_when_it_costs_too_much_and_goes_on(manual: Path, tmp_path: Path) -> None:
    worker = ParseWorker(Settings(data_dir=tmp_path / "data", parse_memory_mb=256))
    try:
        assert len(worker.parse(manual, no_progress).pages) > 1
        worker._settings = Settings(parse_memory_mb=256).model_copy(update={"parse_memory_mb": 1})
        with pytest.raises(Ended, match="memory"):
            worker._run("slow.pdf", time.sleep, (1,), no_progress)
        worker._settings = Settings()
        assert len(worker.parse(manual, no_progress).pages) > 1
    finally:
        worker.close()


def test_a_ruled_table_stands_between_the_text_above_and_below_it() -> None:
    def run(text: str, top: float) -> Run:
        return Run(text, Box(0.1, top, 0.5, top + 0.02), 12.0, 0.7)

    table = PageTable((("a", "1"), ("b", "2")), (0.1, 0.5, 0.9), Box(0.1, 0.2, 0.9, 0.4))
    (flow,) = in_reading_order([run("above", 0.1), run("below", 0.5), run("last", 0.6), table])
    assert [item.text if isinstance(item, Run) else "table" for item in flow] == ["above", "table", "below", "last"]


def test_what_is_written_into_a_drawing_is_no_heading_however_large() -> None:
    def run(text: str, top: float, height: float) -> Run:
        return Run(text, Box(0.1, top, 0.5, top + 0.03), height, 0.7)

    lines = [("1 kΩ", 18.0), ("Drive shaft", 18.0), ("The shaft turns the drum of the winch.", 10.0)]
    sheet = Sheet(1, 595, 842, [run(text, 0.1 * at, height) for at, (text, height) in enumerate(lines, 1)], [])
    blocks = [placed.block for placed in blocks_of(sheet, [], 10.0, ())]
    assert [block.text for block in blocks if block.kind == "heading"] == ["Drive shaft"]


HYPHENS = """
#set page(width: 90mm, height: 80mm, margin: 8mm)
#set text(lang: "en", hyphenate: true, size: 10pt)
#set par(justify: true)
Whenever the temperature of the transformer exceeds approximately seventy degrees, everybody immediately notices
condensation underneath the intermediate compartments before resetting manufacturing parameters.
"""


def test_words_that_go_on_in_the_next_line_are_put_together(tmp_path: Path) -> None:
    (tmp_path / "narrow.typ").write_text(HYPHENS)
    typst.compile(tmp_path / "narrow.typ", output=tmp_path / "narrow.pdf")
    parsed = read(tmp_path / "narrow.pdf", Limits(), no_progress)
    assert parsed.pages[0].raw.count("-\n") > 1  # as it is printed
    words = " ".join(HYPHENS.partition("Whenever")[2].split())
    assert parsed.pages[0].text == f"Whenever {words}"


@pytest.mark.parametrize(("named", "kind"), [("Thread", "table"), ("Code", "fault")])
def test_threads_are_no_codes(tmp_path: Path, named: str, kind: str) -> None:
    rows = "\n".join(f"[M{i}], [Cover bolts of gear {i}], [Tighten to {i} N·m]," for i in (8, 10, 12, 16))
    table = f"#table(columns: (20mm, 40mm, 40mm), table.header([{named}], [Used at], [Remedy]),\n{rows})"
    (tmp_path / "torques.typ").write_text(f"= Torques\n{table}")
    typst.compile(tmp_path / "torques.typ", output=tmp_path / "torques.pdf")
    chunks = chunk(read(tmp_path / "torques.pdf", Limits(), no_progress), 900)
    assert {one.kind for one in chunks} == {kind}


@pytest.mark.parametrize(
    ("headings", "title"),
    [
        (("1 Reason", "2 Changed value"), "press bulletin"),
        (("一、技术参数", "二、维护"), "press bulletin"),
        (("前言", "P-9 Press"), "P-9 Press"),
        (("P-9 Press", "1 Reason"), "P-9 Press"),
    ],
)
def test_no_chapter_names_the_whole_document(headings: tuple[str, ...], title: str) -> None:
    blocks = tuple(Block("heading", text, level=1) for text in headings)
    assert title_of(ParsedFile(None, "en", (), blocks, (), 0), "press_bulletin.pdf") == title


BETWEEN = """
#set page(width: 148mm, height: 210mm, margin: 12mm)
#set text(size: 9pt)
#set par(justify: true)
#let band(body) = block(width: 100%, fill: teal, inset: 4pt, text(size: 14pt, body))
#band[Clearance]
#columns(2)[
The sum of the gaps at both end faces is 0.35 mm for the LV-2500 and 0.45 mm for the LV-4000. It is set with paper
gaskets under the side plates. The gap at the locating side should be 0.05 mm smaller than at the other side, because
the shaft grows towards the drive when it is warm. If the sum has grown to twice the value, the capacity has dropped by
about a fifth and the side plates should be skimmed in the workshop before the next stop of the mill.
]
#band[Torques]
#table(columns: (1fr, 20mm, 20mm), stroke: (x: none, y: 0.5pt),
[Joint], [LV-2500], [LV-4000], [Side plate], [160 N·m], [310 N·m], [Bearing bracket], [70 N·m], [170 N·m],
[Casing feet], [280 N·m], [480 N·m])
#band[Belts]
#columns(2)[
Check the tension after 4 hours of running and once more after 100 hours. An SPB belt is right if it gives way by 14 mm
under 65 N and an SPC belt if it gives way by 16 mm under 110 N. Replace the belts as a matched set, write the date on
the guard, and run the pump for ten minutes before the tension is read for the first time after a change of the set.
]
"""


def test_a_table_over_the_page_parts_columns_of_text_above_and_below_it(tmp_path: Path) -> None:
    file = tmp_path / "booklet.pdf"
    file.write_bytes(typst.compile(BETWEEN.encode()))
    blocks = read(file, Limits(), no_progress).blocks
    assert [block.kind for block in blocks] == ["heading", "text", "heading", "table", "heading", "text"]
    above, table, below = blocks[1].text, blocks[3].rows, blocks[5].text
    # A sentence goes on from one column into the next.
    assert all(
        words in above for words in ("0.35 mm for the LV-2500", "0.05 mm smaller than at the other side", "skimmed")
    )
    assert table[:2] == (("Joint", "LV-2500", "LV-4000"), ("Side plate", "160 N·m", "310 N·m"))
    assert below.startswith("Check the tension")
    assert below.endswith("a change of the set.")


UNOUTLINED = """
#set page(width: 148mm, height: 200mm)
#set text(size: 10pt, font: ("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei"))
#let large(body) = block(text(size: 15pt, body))
#large[Drying oven: water in the oil and #linebreak() early bearing wear]
What the workshop found in spring.
#large[一、技术数据]
额定功率 37 kW，噪声 67 dB(A)。
#large[八、保养怎么做]
#large[1. 换油]
放油塞力矩 40 N·m，换油前热机十分钟。
#large[第九章 刀库]
#text(weight: "bold")[9.1 刀位]

刀位间距 115 mm，共 12 个。

#text(weight: "bold")[9.2 换刀过程]

主轴停转并定位，刀库前移。

间距复查值为

9.5 mm
"""


def test_chapters_without_an_outline_have_their_sub_chapters(tmp_path: Path) -> None:
    file = tmp_path / "oven.pdf"
    file.write_bytes(typst.compile(UNOUTLINED.encode()))
    sections = {one.section: one.text for one in chunk(read(file, Limits(), no_progress), 450)}
    assert list(sections) == [
        ("Drying oven: water in the oil and early bearing wear",),
        ("一、技术数据",),
        ("八、保养怎么做", "1. 换油"),
        ("第九章 刀库", "9.1 刀位"),
        ("第九章 刀库", "9.2 换刀过程"),
    ]
    assert "9.5 mm" in sections["第九章 刀库", "9.2 换刀过程"]


LADDERS = """
#set page(width: 148mm, height: 200mm)
#set text(size: 9pt)
#let large(body) = block(text(size: 15pt, body))
#large[Lubrication and care]
#text(weight: "bold")[Every shift]

Walk round and listen. The bearings are warm, and not hot.

#table(columns: (38mm, 34mm, 36mm), stroke: (x, y) => (bottom: 0.5pt), inset: 4pt,
[What], [How often], [Remarks],
[Oil sample], [every 2 months], [from the tap before the filter, while it runs],
[Oil change], [every 12 000 operating hours or 2 years], [first after 800 hours],
[Clutch oil], [every 2 500 hours], [1.8 litres],
)
#text(weight: "bold")[When oil has to be changed earlier]

Change the oil when water exceeds 500 ppm.

#table(columns: 2, stroke: (x, y) => if y < 4 { (bottom: 0.5pt) }, inset: 6pt,
[Joint], [Torque],
[Jaw plate], [22 Nm],
[Rail clamps], [75 Nm],
[Drive wheel], [48 Nm],
[Fan mounting], [35 Nm],
)
"""


def test_tables_with_lines_between_their_rows_alone_are_read(tmp_path: Path) -> None:
    file = tmp_path / "kiln.pdf"
    file.write_bytes(typst.compile(LADDERS.encode()))
    blocks = read(file, Limits(), no_progress).blocks
    care, torques = (block.rows for block in blocks if block.kind == "table")
    assert care == (
        ("What", "How often", "Remarks"),
        ("Oil sample", "every 2 months", "from the tap before the filter, while it runs"),
        ("Oil change", "every 12 000 operating hours or 2 years", "first after 800 hours"),
        ("Clutch oil", "every 2 500 hours", "1.8 litres"),
    )
    # The header stands above the first line, the last row below the last one.
    assert torques[0] == ("Joint", "Torque")
    assert torques[-1] == ("Fan mounting", "35 Nm")
    assert [block.text for block in blocks if block.kind == "heading"] == [
        "Lubrication and care",
        "Every shift",
        "When oil has to be changed earlier",
    ]
