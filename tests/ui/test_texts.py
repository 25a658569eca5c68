"""Both languages say everything: the same keys, the same places to fill in, and every key that the code asks for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

import corpus
from ui.texts import LANGUAGES

UI = Path(__file__).parents[2] / "ui"
TEXTS = {one: json.loads((UI / "texts" / f"{one}.json").read_text("utf-8")) for one in LANGUAGES}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ASKED = re.compile(
    r"(?:text\(\s*\w+,|_line\(language,|_input\(language,|self\._bad\(|words\(\s*gr\.\w+,|words\.choices\(\s*gr\.\w+,"
    r"|words\(gr\.\w+,)\s*\"([a-z][a-z0-9_]*)\"|info=\"([a-z0-9_]+)\""
)
SAME = {"chinese", "english"}
"""Each language's own name stands in both."""


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_keys() -> None:
    assert set(TEXTS["zh"]) == set(TEXTS["en"])


@pytest.mark.parametrize("key", sorted(TEXTS["zh"]))
def test_a_text_fills_in_the_same_places(key: str) -> None:
    assert fields(TEXTS["zh"][key]) == fields(TEXTS["en"][key])


def test_nothing_is_left_in_the_other_language() -> None:
    foreign = [key for key, said in TEXTS["en"].items() if CHINESE.search(said) and key not in SAME]
    assert foreign == []
    # Names of metrics and the like are the same everywhere; sentences are not.
    plain = [
        key
        for key, said in TEXTS["zh"].items()
        if said and not CHINESE.search(said) and len(said.split()) > 3 and key not in SAME
    ]
    assert plain == []


def test_what_the_code_asks_for_is_there() -> None:
    asked = {
        key
        for file in UI.rglob("*.py")
        for found in ASKED.finditer(file.read_text("utf-8"))
        if (key := found[1] or found[2])
    }
    assert len(asked) > 150, "the pattern finds the keys no more"
    assert sorted(asked - set(TEXTS["en"])) == []


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("kind_", get_args(corpus.DocumentKind)),
        ("language_", get_args(corpus.Language)),
        ("quality_", get_args(corpus.PageQuality)),
        ("chunk_", get_args(corpus.ChunkKind)),
        ("role_", get_args(corpus.Role)),
        ("state_", ("indexing", "draft", "live", "superseded", "removed", "indexed", "unchanged", "failed", "working")),
        ("case_state_", ("draft", "waiting", "approved", "merged", "retired")),
        ("case_did_", ("import", "save", "approve", "edit", "merge", "retire", "restore")),
        ("work_kind_", ("no_answer", "not_helped")),
        ("tab_", ("ask", "plant", "library", "experience", "evaluate")),
    ],
)
def test_every_name_of_the_domain_can_be_said(prefix: str, names: tuple[str, ...]) -> None:
    assert names
    assert [name for name in names if f"{prefix}{name}" not in TEXTS["en"]] == []


def test_every_tool_has_a_step_to_show() -> None:
    source = "".join(file.read_text("utf-8") for file in (UI.parent / "agent" / "tools").glob("*.py"))
    tools = re.findall(r"@tool\([^)]*\)\s+def (\w+)\(", source)
    assert len(tools) >= 6
    assert [name for name in tools if f"step_{name}" not in TEXTS["en"]] == []
