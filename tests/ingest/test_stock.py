"""Inventories as plants have them, from the file to the answer in SQL."""

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from corpus import Corpus, Settings
from ingest import IngestOptions, Ingestor, build_ingestor
from ingest.tables.values import machines


@pytest.fixture
def ingestor(settings: Settings, corpus: Corpus) -> Iterator[Ingestor]:
    built = build_ingestor(settings, corpus)
    yield built
    built.close()


def bring(ingestor: Ingestor, *paths: Path, **options):
    return ingestor.ingest(list(paths), IngestOptions(**options), lambda _: None, "lead")


def book(path: Path, rows, *, merged=()) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in rows:
        sheet.append(row)
    for span in merged:
        sheet.merge_cells(span)
    workbook.save(path)
    return path


INVENTORY = [
    ["某厂设备备件库存台账", None, None, None, None, None, None, None, None],
    ["统计日期：2026年2月28日", None, None, None, None, None, None, None, None],
    ["序号", "备件信息", None, None, "库存情况", None, None, "品牌", "所属设备"],
    [None, "备件编号", "备件名称", "规格型号", "库位", "现有库存(个)", "最小库存", None, None],
    [1, "SKF-6204-2RS", "深沟球轴承", "20×47×14", "A1-02-03", 12, 4, "SKF", "1号空压机、2号空压机"],
    [None, None, None, None, "B2-01-01", 5, None, None, None],
    [2, "ＳＭＣ－ＡＦ３０", "过滤器滤芯", "5μm", "C3-04", 0, 2, "SMC", "CNC-01"],
    [3, "FX3U-48MR", "可编程控制器", "AC220V", "D1-01", "一台", 1, "三菱", "包装线"],
    [4, "6205-ZZ", "轴承", "25×52×15", "A1-02-04", "1,200", "100", "NSK", "通用"],
    [None, "合计", None, None, None, 1217, None, None, None],
]


def test_a_chinese_inventory_with_two_row_header_and_merged_cells(ingestor, corpus, tmp_path):
    path = book(tmp_path / "备件台账.xlsx", INVENTORY, merged=("A1:I1", "B3:D3", "E3:G3", "A3:A4", "H3:H4", "I3:I4"))
    preview = ingestor.preview_table(path)
    assert preview.kind == "parts"
    read_as = {column.header.split(" › ")[-1]: column.field for column in preview.headers[0].columns}
    assert read_as["备件编号"] == "part_number"
    assert read_as["现有库存(个)"] == "on_hand"
    assert (read_as["品牌"], read_as["所属设备"], read_as["库位"]) == ("supplier", "fits", "bin")
    assert [(bad.row, "'一台'" in bad.reason) for bad in preview.bad] == [(8, True)]
    assert (preview.changes.new, preview.as_of and preview.as_of.date().isoformat()) == (4, "2026-02-28")
    assert corpus.all_parts() == []

    (result,) = bring(ingestor, path)
    assert result.state == "indexed"
    assert [w for w in result.warnings if "row 8" in w]
    bearing = corpus.find_parts("6204 2rs skf") or corpus.find_parts("SKF62042RS")
    assert {(p.bin, p.on_hand, p.minimum, p.unit) for p in bearing} == {
        ("A1-02-03", 12.0, 4.0, "个"),
        ("B2-01-01", 5.0, 4.0, "个"),
    }
    for spelled in ("SMC-AF30", "smc af30", "smcaf30", "SMC_AF30", "ＳＭＣ－ＡＦ３０"):
        assert [p.on_hand for p in corpus.find_parts(spelled)] == [0.0]
    assert [p.on_hand for p in corpus.find_parts("6205-ZZ")] == [1200.0]
    assert corpus.find_parts("SMC-AF40") == []  # a number that no line has has no neighbour
    assert [p.part_number for p in corpus.parts_below_minimum()] == ["ＳＭＣ－ＡＦ３０"]


@pytest.mark.parametrize(
    "header",
    [
        "物料编码,物料名称,型号规格,货位,结存数量,安全库存,计量单位,厂家,使用设备",
        "存货编码,存货名称,规格,仓位,现存量,最低库存量,主单位,供应商,适用机台",
        "Material No.,Description,Spec,Storage Bin,Qty on hand,Safety stock,UoM,Brand,Used on",
        "料号,品名,规格/型号,架位,当前库存数,库存下限,单位,品牌/厂家,所属设备名称",
        "备件编号 Part No.,名称 Description,型号 Model,货位 Location,库存 Stock,最低 Min,单位 Unit,品牌 Brand,所属设备",
        "Material,Material Description,Mfr Part No.,Stor. Bin,Unrestricted,Reorder Point,BUn,Vendor,Used On",
        "件号,名称及规格,订货号,存放位置,实盘数,最低储备量,计量单位,厂家,适用设备",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_headers_in_any_wording_and_encoding(ingestor, corpus, tmp_path, header, encoding):
    path = tmp_path / "stock.csv"
    path.write_bytes(f"{header}\nHX-8100-0231,主轴轴承,7014C,A-01,7,2,个,NSK,CNC-03\n".encode(encoding))
    (result,) = bring(ingestor, path)
    assert result.state == "indexed", result.error
    (part,) = corpus.find_parts("hx81000231")
    assert (part.bin, part.on_hand, part.minimum, part.unit, part.supplier, part.fits) == (
        "A-01", 7.0, 2.0, "个", "NSK", ("CNC-03",),
    )  # fmt: skip


def test_a_correction_is_shown_taken_and_remembered(ingestor, corpus, tmp_path):
    header = "东西,叫法,放哪儿,剩,至少要有"
    first = tmp_path / "一月.csv"
    first.write_text(f"{header}\nAB-100,皮带,左边柜子,3,5\nAB-200,油封,右边柜子,9,5\n")
    guess = ingestor.preview_table(first)
    assert guess.error
    assert [column.header for column in guess.headers[0].columns] == header.split(",")
    mapping = {"part_number": "东西", "part_name": "叫法", "bin": "放哪儿", "on_hand": "剩", "minimum": "至少要有"}
    corrected = ingestor.preview_table(first, as_table="parts", mapping=mapping)
    assert (corrected.error, corrected.counts) == (None, {"parts": 2})
    bring(ingestor, first, as_table="parts", mapping=mapping)
    second = tmp_path / "二月.csv"
    second.write_text(f"{header}\nAB-100,皮带,左边柜子,4,5\n")
    preview = ingestor.preview_table(second)
    assert {c.how for c in preview.headers[0].columns} == {"remembered"}
    (change,) = preview.changes.changes
    assert ("on_hand", 3.0, 4.0) in change.differences
    assert preview.changes.missing == ("AB-200 右边柜子",)
    (result,) = bring(ingestor, second)
    assert result.kind == "parts_list"
    assert [p.on_hand for p in corpus.find_parts("AB-100")] == [4.0]


def test_a_removed_stock_taking_gives_its_lines_back(ingestor, corpus, tmp_path):
    header = "备件编号,备件名称,库位,现有库存,最小库存\n"
    for name, lines in (
        ("库存_2026-01-31.csv", "P-100,皮带,A-1,3,5\nP-200,油封,A-2,9,5\n"),
        ("库存_2026-02-28.csv", "p100,皮带,A-1,8,5\n"),
    ):
        (tmp_path / name).write_text(header + lines)
    january, february = bring(ingestor, *sorted(tmp_path.glob("*.csv")))
    assert [(p.on_hand, p.as_of.month, p.row) for p in corpus.find_parts("P-100")] == [(8.0, 2, 2)]
    assert [(s.line.on_hand, s.speaks) for s in corpus.part_history("P 100")] == [(3.0, False), (8.0, True)]
    assert {p.place.source for p in corpus.search("P-100 皮带").passages} == {"库存_2026-02-28.csv"} | {
        p.place.source for p in corpus.search("P-100 皮带").passages if "P-200" in p.text
    }
    corpus.remove_document(february.document, actor="lead")
    assert [(p.on_hand, p.as_of.month) for p in corpus.find_parts("P-100")] == [(3.0, 1)]
    assert any("P-100" in p.text and "3" in p.text for p in corpus.search("P-100").passages)
    assert [s.line.on_hand for s in corpus.part_history("P-100")] == [3.0]
    corpus.restore_document(february.document, actor="lead")
    assert [p.on_hand for p in corpus.find_parts("P-100")] == [8.0]
    assert not any(p.text.startswith("备件编号: P-100") for p in corpus.search("P-100").passages)
    corpus.remove_document(january.document, actor="lead")
    assert [(p.part_number, p.on_hand) for p in corpus.all_parts()] == [("p100", 8.0)]


def test_an_older_stock_taking_that_comes_late_does_not_take_over(ingestor, corpus, tmp_path):
    header = "备件编号,备件名称,库位,现有库存,最小库存\n"
    (tmp_path / "库存_2026-02-28.csv").write_text(header + "P-100,皮带,A-1,8,5\n")
    (tmp_path / "库存_2026-01-31.csv").write_text(header + "P-100,皮带,A-1,3,5\n")
    bring(ingestor, tmp_path / "库存_2026-02-28.csv")
    bring(ingestor, tmp_path / "库存_2026-01-31.csv")
    assert [p.on_hand for p in corpus.find_parts("P-100")] == [8.0]
    assert [s.line.on_hand for s in corpus.part_history("P-100")] == [3.0, 8.0]


def test_a_table_that_is_wrong_altogether_changes_nothing(ingestor, corpus, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("备件编号,备件名称,库位,现有库存\nP-100,皮带,A-1,3\n")
    bad.write_text("备件编号,备件名称,库位,现有库存\nP-100,皮带,A-1,三个\n,油封,A-2,lots\n")
    bring(ingestor, good)
    (result,) = bring(ingestor, bad)
    assert result.state == "failed"
    assert "row 2" in result.error
    assert "row 3" in result.error
    assert [p.on_hand for p in corpus.all_parts()] == [3.0]
    assert len(corpus.documents(retired=True)) == 1


def test_a_bilingual_header_of_two_rows_keeps_stock_and_minimum_apart(ingestor, tmp_path):
    rows = [
        ["昆山工厂 备件盘点表 Spare parts count 2026年11月20日", *[None] * 6],
        ["备件编号 Part No.", "名称 Description", "库存 Stock", None, None, "货位 Location", "备注 Remark"],
        [None, None, "最低 Min", "最高 Max", "现有 On hand", None, None],
        ["KS/EL-0012", "伺服驱动器", 1, 3, 2, "E1-04", "急件"],
    ]
    path = book(tmp_path / "count.xlsx", rows, merged=("A1:G1", "C2:E2", "A2:A3", "B2:B3", "F2:F3", "G2:G3"))
    preview = ingestor.preview_table(path)
    assert [c.field for c in preview.headers[0].columns] == [
        "part_number", "part_name", "minimum", "maximum", "on_hand", "bin", "ignored",
    ]  # fmt: skip
    assert preview.as_of is not None
    assert preview.as_of.date().isoformat() == "2026-11-20"


@pytest.mark.parametrize(
    "header",
    ["账面数,实盘数", "实盘数,账面数", "在途数量,现存量", "月均消耗,结存", "Qty on order,Qty OH", "库存金额,库存数量"],
)
def test_what_was_counted_is_the_stock_and_no_figure_beside_it(ingestor, corpus, tmp_path, header):
    path = tmp_path / "stock.csv"
    counted = {"实盘数", "现存量", "结存", "Qty OH", "库存数量"}
    figures = ["7" if name in counted else "99" for name in header.split(",")]
    path.write_text(f"备件编号,备件名称,最低储备,{header}\nP-100,皮带,2,{','.join(figures)}\n")
    (result,) = bring(ingestor, path)
    assert result.state == "indexed", result.error
    assert [(p.on_hand, p.minimum) for p in corpus.find_parts("P-100")] == [(7.0, 2.0)]


@pytest.mark.parametrize("name", ["在途数量", "年消耗量", "Qty on order", "库存金额", "上月库存"])
def test_a_figure_of_another_kind_is_never_guessed_to_be_the_stock(ingestor, tmp_path, name):
    path = tmp_path / "parts.csv"
    path.write_text(f"备件编号,备件名称,库位,最低库存,{name}\nP-100,皮带,A-1,2,99\nP-200,油封,A-2,2,98\n")
    preview = ingestor.preview_table(path)
    assert {c.header: c.field for c in preview.headers[0].columns}[name] != "on_hand"


def test_a_list_without_numbers_goes_by_the_makers_type(ingestor, corpus, tmp_path):
    path = tmp_path / "常备件.csv"
    path.write_text(
        "名称,型号,库存,最低,位置\n空压机皮带,5V-1120,4,2,一号柜\n压力变送器,MPM480,0,1,二号柜\n本页合计,,4,,\n"
    )
    (result,) = bring(ingestor, path)
    assert (result.state, result.warnings) == ("indexed", ())
    assert [(p.name, p.on_hand, p.bin) for p in corpus.find_parts("5V 1120")] == [("空压机皮带", 4.0, "一号柜")]


def test_a_part_is_found_by_its_number_of_digits_and_by_its_makers_type(ingestor, corpus, tmp_path):
    path = tmp_path / "MB52.csv"
    path.write_text(
        "Material,Material Description,Mfr Part No.,Stor. Bin,Unrestricted,BUn\n"
        "000000000070012345,FILTER ELEMENT,0330 R 010,A1-22,14,PC\n1000023457,SWITCH,BI8-M18-AP6X,A1-23,7,PC\n"
        "1000023458,SAFETY RELAY,PNOZ X3,A1-24,1,PC\n"
        + "".join(f"100003000{i},CONTACTOR {i},AC220V,B-{i},{i},PC\n" for i in range(1, 6))
    )
    (result,) = bring(ingestor, path)
    assert result.state == "indexed", result.error
    for question, stock in (
        ("Stock of material 70012345?", [14.0]),
        ("000000000070012345 库存多少？", [14.0]),
        ("1000023457 还有多少", [7.0]),
        ("How many BI8-M18-AP6X are in stock?", [7.0]),
        ("PNOZ X3 安全继电器还有几个？", [1.0]),
        ("1000023459 还有多少", []),
        ("10000234571 还有多少", []),
        ("contactor 3 AC220V", [3.0]),
    ):
        assert [p.on_hand for p in corpus.find_parts(question)][:1] == stock, question


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("BL-201/202/203", ("BL-201", "BL-202", "BL-203")),
        ("CF-301A/B、PM-403", ("CF-301A", "CF-301B", "PM-403")),
        ("WQX 150/300", ("WQX 150", "WQX 300")),
        ("PK-200/PK-300", ("PK-200", "PK-300")),
        ("FX3U/ES", ("FX3U/ES",)),
        ("HJ-VF1600/3", ("HJ-VF1600/3",)),
    ],
)
def test_machines_that_are_said_in_one_breath_are_told_apart(said: str, meant: tuple[str, ...]) -> None:
    assert machines(said) == meant
