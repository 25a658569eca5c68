"""Headings that are set like the text below them, found by counting."""

from __future__ import annotations

from ingest.readers.base import Block
from ingest.readers.counted import with_counted


def _kinds(*texts: str, chapter: str = "第六章 刀库") -> list[tuple[str, str]]:
    blocks = [Block("heading", chapter, 1, 1), *(Block("text", text, 1) for text in texts)]
    return [(block.kind, block.text) for block in with_counted(blocks)]


def test_sub_chapters_count_on_from_their_chapter() -> None:
    found = _kinds("6.1 刀库\n刀位间距 115 mm。", "6.2 换刀过程", "主轴停转。")
    assert found[1:] == [
        ("heading", "6.1 刀库"),
        ("text", "刀位间距 115 mm。"),
        ("heading", "6.2 换刀过程"),
        ("text", "主轴停转。"),
    ]
    assert _kinds("A.1 Oils", chapter="A. Lubrication")[1][0] == "heading"
    assert _kinds("12.1 Motor", chapter="十二、电机")[1][0] == "heading"


def test_a_figure_or_a_number_of_another_chapter_is_no_heading() -> None:
    for text in ("6.5 MPa", "7.1 刀库", "6.4 刀库", "6.1 刀位间距为 115 mm。", "6.1", "1. 停机"):
        assert _kinds(text)[1] == ("text", text)
