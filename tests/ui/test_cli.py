"""The command line: one JSON value, one sentence for wrong usage, and the same answers beside a running server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus import Settings, serve_owner
from ui.commands import handle
from ui.house import open_house

MANUAL = "# Winch W-9 manual\n\n## Fault codes\n\nE-77: six wires of the rope are broken. Replace the rope.\n"


def millhand(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MILLHAND_")}
    return subprocess.run(
        [sys.executable, "-m", "ui.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        input=stdin,
        env=environment,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plant") / "data"


@pytest.fixture(scope="module")
def filled(folder: Path) -> Path:
    manual = folder.parent / "winch.md"
    manual.write_text(MANUAL)
    done = millhand("ingest", str(manual), "--equipment-model", "W-9", "--data-dir", str(folder), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"][0]["state"] == "indexed"
    return folder


def test_help_answers_at_once() -> None:
    started = time.monotonic()
    done = millhand("--help")
    assert done.returncode == 0
    assert "ingest" in done.stdout
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize(
    "command",
    ["search", "ask", "ingest", "documents list", "documents amend", "serve", "demo", "eval", "reindex", "doctor",
     "backup", "restore", "users add"],
)  # fmt: skip
def test_each_command_explains_itself(command: str) -> None:
    done = millhand(*command.split(), "--help")
    assert done.returncode == 0
    assert "--data-dir" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["nonsense"], ["search"], ["search", "  "], ["search", "rope", "-k", "0"], ["search", "rope", "-k", "many"],
        ["search", "rope", "--colour", "red"], ["ingest"], ["ingest", "a.md", "--kind", "poem"],
        ["ingest", "a.md", "b.md", "--supersedes", "1"], ["ingest", "a.md", "--amends", "six"], ["documents"],
        ["documents", "show", "first"], ["eval"], ["eval", "missing.jsonl"], ["eval", "--compare", "pyproject.toml"],
        ["eval", "pyproject.toml", "--fail-under", "hit@5"], ["serve", "--port", "70000"],
        ["serve", "--no-accounts", "--host", "0.0.0.0"], ["users", "add", "ann", "--role", "boss"],
    ],
)  # fmt: skip
def test_wrong_usage_is_one_sentence(arguments: list[str], tmp_path: Path) -> None:
    done = millhand(*arguments, *(["--data-dir", str(tmp_path)] if arguments[1:] else []))
    assert done.returncode == 2
    if arguments:
        assert done.stdout == ""
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert "Traceback" not in done.stderr


def test_an_unknown_setting_is_wrong_usage(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli", "doctor", "--data-dir", str(tmp_path)],
        capture_output=True, text=True, timeout=60, env={**os.environ, "MILLHAND_COLOUR": "red"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "MILLHAND_COLOUR" in done.stderr


def value_of(*arguments: str, status: int = 0, stdin: str | None = None) -> Any:
    done = millhand(*arguments, "--json", stdin=stdin)
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)


def test_search_and_ask_print_the_contract(filled: Path) -> None:
    data = ["--data-dir", str(filled)]
    hits = value_of("search", "e77", *data)
    assert hits[0]["rank"] == 1
    assert {
        "source",
        "document",
        "revision",
        "page",
        "section",
        "row",
        "record",
        "score",
        "kind",
        "text",
        "why",
    } <= set(hits[0])
    assert hits[0]["source"] == "winch.md"
    answer = value_of("ask", "What does E-77 mean?", *data)
    assert {"state", "text", "citations", "warnings", "choices", "nearest", "parts", "status", "cases", "model",
            "fallback", "conversation", "latency_ms"} <= set(answer)  # fmt: skip


def test_documents_come_and_go(filled: Path) -> None:
    data = ["--data-dir", str(filled)]
    listed = value_of("documents", "list", *data)
    number = str(listed[0]["id"])
    assert listed[0]["state"] == "live"
    assert value_of("documents", "show", number, *data)["revisions"]
    assert value_of("documents", "remove", number, *data)[0]["state"] == "removed"
    assert value_of("documents", "list", *data) == []
    assert value_of("search", "E-77", *data) == []
    assert value_of("documents", "restore", number, *data)["state"] == "live"
    assert value_of("search", "E-77", *data)


def test_refusals_exit_1_with_a_sentence(filled: Path) -> None:
    for arguments in (["search", "rope", "--equipment", "NO-99"], ["documents", "show", "999"]):
        done = millhand(*arguments, "--data-dir", str(filled), "--json")
        assert done.returncode == 1
        assert done.stdout == ""
        assert len(done.stderr.strip().splitlines()) == 1
    value = value_of("ingest", str(filled / "nowhere.pdf"), "--data-dir", str(filled), status=1)
    assert value["files"][0]["state"] == "failed"


def test_accounts(filled: Path) -> None:
    data = ["--data-dir", str(filled)]
    assert (
        value_of("users", "add", "ann", "--role", "lead", "--password-stdin", *data, stdin="long enough\n")["role"]
        == "lead"
    )
    assert [one["name"] for one in value_of("users", "list", *data)] == ["ann"]
    assert value_of("users", "token", "ann", *data)["token"]
    assert value_of("users", "disable", "ann", *data)["disabled"] is True
    assert millhand("users", "add", "bob", "--password-stdin", *data, stdin="short\n").returncode == 1


def test_backup_and_restore(filled: Path, tmp_path: Path) -> None:
    archive = tmp_path / "plant.tar.gz"
    (filled / "glossary.csv").write_text("绳夹,rope socket\n", "utf-8")
    assert value_of("backup", str(archive), "--data-dir", str(filled))["files"] >= 1
    other = tmp_path / "other"
    assert value_of("restore", str(archive), "--data-dir", str(other))["chunks"] >= 1
    assert value_of("search", "E-77", "--data-dir", str(other))[0]["source"] == "winch.md"
    assert (other / "glossary.csv").read_text("utf-8") == "绳夹,rope socket\n"
    assert millhand("restore", str(archive), "--data-dir", str(other)).returncode == 1


def test_comparing_two_runs(tmp_path: Path) -> None:
    for name, hit in (("a.json", 0.5), ("b.json", 0.75)):
        (tmp_path / name).write_text(json.dumps({"summary": {"hit@1": {"value": hit, "low": 0, "high": 1}}}))
    value = value_of("eval", "--compare", str(tmp_path / "a.json"), str(tmp_path / "b.json"))
    assert value["summary"]["hit@1"] == {"before": 0.5, "after": 0.75, "change": 0.25}


@pytest.fixture
def owned(filled: Path) -> Iterator[Path]:
    with (
        open_house(Settings(data_dir=filled)) as house,
        serve_owner(filled, lambda request: handle(house, request)),
    ):
        yield filled


def test_beside_a_server_the_answers_are_the_same(owned: Path) -> None:
    data = ["--data-dir", str(owned)]
    assert value_of("search", "E-77", *data)[0]["source"] == "winch.md"
    assert value_of("documents", "list", *data)[0]["state"] == "live"
    assert millhand("search", "rope", "--equipment", "NO-99", *data).returncode == 1
    again = owned.parent / "winch.md"
    assert value_of("ingest", str(again), *data)["files"][0]["state"] == "unchanged"
    done = millhand("serve", "--port", "0", *data)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
