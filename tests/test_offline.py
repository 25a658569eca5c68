"""The whole path from files to an answer in processes that cannot reach the outside, with no model cache."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import typst

ROOT = Path(__file__).parents[1]
# Every Python process that is started, the parsing one included, imports this first.
GUARD = """
import os, socket

def note(address):
    with open(os.environ["OUTSIDE_LOG"], "a") as log:
        print(address, file=log)
    raise OSError(f"{address}: the outside is forbidden")

def guarded(real):
    def connect(self, address):
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(("127.", "::1")):
            note(address)
        return real(self, address)
    return connect

def looked_up(real):
    def getaddrinfo(host, *rest, **more):
        if host not in (None, "localhost", "127.0.0.1", "::1"):
            note(host)
        return real(host, *rest, **more)
    return getaddrinfo

socket.socket.connect = guarded(socket.socket.connect)
socket.socket.connect_ex = guarded(socket.socket.connect_ex)
socket.getaddrinfo = looked_up(socket.getaddrinfo)
"""
MANUAL = """
#set page(width: 148mm, height: 210mm)
= Winch W-9 manual
== Fault codes
#table(columns: 3, [Code], [Cause], [Remedy],
  [E-77], [Six wires of the rope are broken], [Replace the wire rope], [E-78], [Brake worn], [Replace the lining])
"""


def no_network() -> list[str]:
    """Return what starts a process in a network of its own, where the machine lets us make one."""
    alone = ["unshare", "--net", "--map-root-user"]
    made = shutil.which("unshare") and subprocess.run([*alone, "true"], capture_output=True, check=False)
    return alone if made and made.returncode == 0 else []


@pytest.fixture
def millhand(tmp_path: Path) -> Any:
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("HF_", "MILLHAND_"))},
        "PYTHONPATH": os.pathsep.join([str(tmp_path / "guard"), str(ROOT)]),
        "OUTSIDE_LOG": str(tmp_path / "outside.log"),
        "HOME": str(tmp_path / "home"),
        "HF_HOME": str(tmp_path / "home" / "no-cache"),
        "LANGSMITH_TRACING": "true",
        "LANGSMITH_API_KEY": "x",
    }

    def run(*arguments: str) -> Any:
        command = [*no_network(), sys.executable, "-m", "ui.cli", *arguments]
        options = ["--data-dir", str(tmp_path / "data"), "--json"]
        done = subprocess.run([*command, *options], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    return run


def test_from_files_to_an_answer_without_the_outside(millhand: Any, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (tmp_path / "one.typ").write_text(MANUAL)
    typst.compile(tmp_path / "one.typ", output=files / "winch-w9.pdf")
    with pypdfium2.PdfDocument(files / "winch-w9.pdf") as document:
        document[0].render(scale=2.5).to_pil().convert("RGB").save(tmp_path / "scan.png")
    (files / "stock.csv").write_text("备件编号,备件名称,库位,现有库存,单位\nWR-12,钢丝绳,A-01,3,条\n", encoding="utf-8")
    shutil.move(tmp_path / "scan.png", files / "card.png")
    assert {file["state"] for file in millhand("ingest", str(files))["files"]} == {"indexed"}
    answer = millhand("ask", "What does E-77 mean?")
    assert answer["state"] == "answered"
    assert "wires of the rope are broken" in answer["text"]
    assert not (tmp_path / "outside.log").exists(), (tmp_path / "outside.log").read_text()
