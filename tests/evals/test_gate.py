"""The gate: real files of the demonstration plant, its own questions on them, and bounds that hold a release back."""

from __future__ import annotations

import json
from pathlib import Path

import evals
from corpus import Corpus
from ui.evaluation import run_sets
from ui.house import House

PLANT = Path(__file__).parents[2] / "corpus" / "samples" / "plant"
QUESTIONS = Path(evals.__file__).parent / "questions" / "plant.jsonl"
FILES = [
    PLANT / "bulletins" / "SB-AXR-20-04 Service Bulletin.pdf",
    PLANT / "guides" / "Compressed air leak repair guide.docx",
    PLANT / "guides" / "主轴过热与振动维修指南.md",
    PLANT / "tables" / "设备台账.csv",
]
BOUNDS = ["hit@5=0.9", "ndcg@10=0.8", "ndcg@10[language=zh]=0.7"]


def questions(folder: Path) -> Path:
    """Take the questions that these files alone answer, as the place where their gold stands is the same."""
    names = {file.name for file in FILES}
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    kept = [row for row in rows if row.get("gold") and {place["source"] for place in row["gold"]} <= names]
    path = folder / "gate.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in kept), "utf-8")
    assert len(kept) >= 8
    return path


def test_retrieval_stays_above_its_bounds(corpus: Corpus, tmp_path: Path) -> None:
    params = {
        "files": [str(questions(tmp_path))],
        "corpus": [str(file) for file in FILES],
        "retrieval_only": True,
        "fail_under": BOUNDS,
    }
    value, status = run_sets(House(corpus.settings, corpus), params, lambda _: None)
    assert status == 0, value.get("failed_under")


def test_the_gate_shuts(corpus: Corpus, tmp_path: Path) -> None:
    impossible = {
        "files": [str(questions(tmp_path))],
        "corpus": [str(FILES[2])],  # one guide cannot answer what the bulletin says
        "retrieval_only": True,
        "fail_under": BOUNDS,
    }
    path = tmp_path / "gate.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    path.write_text("\n".join(json.dumps({**row, "equipment": None}, ensure_ascii=False) for row in rows), "utf-8")
    value, status = run_sets(House(corpus.settings, corpus), impossible, lambda _: None)
    assert status == 1
    assert "hit@5=0.9".partition("=")[0] in value["failed_under"]
