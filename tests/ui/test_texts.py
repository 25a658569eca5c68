"""Both languages say everything: the same keys, the same places to fill in, and every key that the code asks for."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

import corpus
from ui.rendering import answer_html
from ui.texts import LANGUAGES, heading, refusal, unit

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


# --- what the packages below refuse ------------------------------------------------------------------------------

RAISED = ("corpus/library", "corpus/plant", "corpus/people", "ingest", "ui/runs.py", "ui/glossary.py", "evals/sets.py")
ERRORS = {"MillhandError", "NotFound", "Conflict", "Refused", "Unreadable", "IndexMismatch", "Ended"}
ROOT = Path(__file__).resolve().parents[2]


def _sentences() -> Iterator[str]:
    """Yield every sentence that is raised where people at the page may meet it, with X0, X1, … in its gaps."""
    for place in RAISED:
        for file in sorted((ROOT / place).rglob("*.py")) or [ROOT / place]:
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS):
                    continue
                said = node.args[0] if node.args else None
                if isinstance(said, ast.Constant):
                    yield str(said.value)
                elif isinstance(said, ast.JoinedStr):
                    gaps = iter(range(100))
                    yield "".join(
                        str(one.value) if isinstance(one, ast.Constant) else f"X{next(gaps)}" for one in said.values
                    )


@pytest.mark.parametrize("sentence", sorted(set(_sentences())))
def test_what_is_refused_is_said_in_chinese_too(sentence: str) -> None:
    assert refusal("en", sentence) == sentence
    said = refusal("zh", sentence)
    assert re.search("[\u4e00-\u9fff]", said), f"ui/texts/refusals.json has no translation of: {sentence}"
    lost = [gap for gap in re.findall(r"X\d", sentence) if gap not in said]
    assert not lost or "documents" in sentence, f"{lost} is lost in: {said}"


def test_an_unknown_refusal_is_shown_as_it_is() -> None:
    assert refusal("zh", "The disk is full.") == "The disk is full."
    assert refusal("zh", "a.pdf: reading it crashed the reader; the file is damaged.").startswith(
        "a.pdf：读取时读取程序"
    )


def test_a_column_s_name_is_said_in_the_reader_s_language_beside_the_source_s() -> None:
    assert heading("en", "故障代码") == "Fault code"
    assert heading("zh", "REMEDY") == "处理方法"
    assert heading("zh", "故障代码") is None  # it is in that language
    assert heading("en", "夹具号") is None  # no usual one
    row = {"text": "故障代码: E-1 | 夹具号: 7 [1]", "citations": []}
    assert "<b>故障代码 · Fault code</b>" in answer_html(row, "en")
    assert "<b>夹具号</b>" in answer_html(row, "en")
    assert "<b>故障代码</b>" in answer_html(row, "zh")


def test_counting_words_follow_the_reader_and_unknown_units_stay() -> None:
    assert unit("en", "件") == "pcs"
    assert unit("zh", "PCS") == "件"
    assert unit("en", "N·m") == unit("zh", "N·m") == "N·m"
    assert unit("en", None) == ""
