"""What a file is for: the machines of the plant that its title, its name or its cover names."""

from __future__ import annotations

import pytest

from corpus import Equipment, Page
from ingest.readers import ParsedFile
from ingest.recognise import kind_of, models_of, revision_of, title_of

MACHINES = (
    Equipment("FM-201", "箱体发泡机", "QTF-800H/2"),
    Equipment("FM-202", "门体发泡机", "QTF-400D"),
    Equipment("VF-105", "内胆热压成型机", "HJ-VF1600/3"),
    Equipment("DR-11", "除湿干燥机", "DX-150 / HL-3"),
    Equipment("CP-01", "Screw compressor", None),
    Equipment("331-VM01", "立磨 Vertical roller mill", "HLRM 28.3"),
    Equipment("332-BE01", "外循环提升机 Bucket elevator", "NSE400x38.6"),
    Equipment("OV-201", "Tunnel oven 1", "TB-24"),
    Equipment("CV-110", "Feed belt", "LB-1200 S"),
    Equipment("CV-123", "Queue belt", "LB-1200 Q"),
)


def parsed(cover: str = "", title: str | None = None) -> ParsedFile:
    return ParsedFile(title, "en", (Page(1, cover, cover),), ())


@pytest.mark.parametrize(
    ("title", "source", "cover", "models"),
    [
        ("QTF-400D manual", "a.pdf", "", ("QTF-400D",)),
        ("发泡机说明书", "QTF-800H_说明书.pdf", "", ("QTF-800H/2",)),  # its series, without the options
        ("VF-1600 维修指导书", "a.docx", "", ("HJ-VF1600/3",)),  # without the maker's letters
        ("HL-3 hopper loader", "a.pdf", "", ("DX-150 / HL-3",)),
        ("Repair guide", "a.pdf", "Issue C\nAsset tag DR-11\n", ("DX-150 / HL-3",)),
        ("说明书", "a.pdf", "型号：QTF-400D\n", ("QTF-400D",)),
        ("Rules of the plant", "rules.md", "Applies to FM-201, FM-202, VF-105, DR-11", ()),  # for many: for the plant
        (
            "Guide",
            "a.pdf",
            "Foaming machines\nQTF-800H series\n",
            ("QTF-800H/2",),
        ),  # its first lines
        ("运行状态", "a.csv", "设备编号,状态\nDR-11,运行\n", ()),  # rows of a table are no cover
        ("Guide", "a.pdf", "Guide\nThe press stands beside the QTF-400D.\n", ()),
        ("QTF-8 manual", "a.pdf", "", ()),
        ("Belt conveyor", "LB-1200_manual.pdf", "", ("LB-1200 Q", "LB-1200 S")),  # both types of the series
        ("LB-1200 S manual", "a.pdf", "", ("LB-1200 S",)),
        ("CP-01 manual", "a.pdf", "", ()),  # a machine without a model
        ("HLRM 28.3 manual", "a.pdf", "", ("HLRM 28.3",)),
        ("Guide", "a.pdf", "Bucket chain\nVM01 and BE01\n", ("HLRM 28.3", "NSE400x38.6")),  # tags without their area
        ("斗式提升机检修规程", "a.docx", "", ("NSE400x38.6",)),  # the end of its name, which no other has
        ("干燥机说明书", "a.pdf", "", ("DX-150 / HL-3",)),
        ("发泡机安全规程", "a.pdf", "", ()),  # two models have it
        ("TUNNEL OVEN care", "a.pdf", "", ("TB-24",)),
        ("Guide", "a.pdf", "It stands behind the tunnel oven\n", ()),  # only in titles
        ("Tunnel oven", "QTF-400D_manual.pdf", "", ("QTF-400D",)),  # a model before what another is called
    ],
)
def test_a_document_is_for_the_models_it_names(title: str, source: str, cover: str, models: tuple[str, ...]) -> None:
    assert models_of(cover, title, source, MACHINES) == models


@pytest.mark.parametrize(
    ("cover", "kind"),
    [
        ("SERVICE BULLETIN\nVarnholt Glasmaschinen GmbH\n", "bulletin"),
        ("明辉热工\n设备改进技术通知\n", "bulletin"),
        ("CORVETTI Service Bulletin SB-2024-17\nApplies to: VX-560\n", "bulletin"),
        ("PX-7 PaintArm\nService manual\nwith service bulletin 12\n", "other"),
        ("PX-7 PaintArm\nIncludes Service Bulletin 12\n", "other"),
    ],
)
def test_a_bulletin_is_known_by_the_head_of_its_cover(cover: str, kind: str) -> None:
    assert kind_of("SB-2025-017 VF-10D", "SB-2025-017_VF-10D.pdf", cover) == kind


@pytest.mark.parametrize("title", ["(anonymous)", "untitled", "Microsoft Word", "x", "fil.html"])
def test_what_a_program_writes_for_a_title_is_none(title: str) -> None:
    assert title_of(parsed(title=title), "foaming_machine.pdf") == "foaming machine"


def test_a_revision_is_found_below_the_first_lines_of_the_cover() -> None:
    cover = "Dryer DX-150\nOperating manual\nFor the workshop\nNorth hall\nRev. C\n"
    assert revision_of(parsed(cover), "Dryer manual", "dryer.pdf") == "C"
