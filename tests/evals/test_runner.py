"""Question sets run on a real corpus: hits, answers, baselines, slices, repeats, pictures and turns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import evals
from corpus import Corpus, DocumentDraft, MillhandError, SettingsError
from evals.baselines import build_baselines
from evals.baselines.bm25 import tokens

Draft = Callable[..., DocumentDraft]

PUMP = [
    ("Fault codes", 3, "E-07 Oil pressure low. Cause: the strainer is clogged. Remedy: clean the strainer."),
    ("Fault codes", 3, "E-70 Motor overload. Cause: the bearing is worn. Remedy: replace the bearing 6204-2RS."),
    ("Filling", 5, "Fill the gearbox with 12 litres of CLP 220 oil and check the level at the sight glass."),
    ("皮带", 8, "皮带张紧力为 450 N。更换皮带前先断电并挂牌。"),
]
FAN = [
    ("Fault codes", 2, "E-07 Impeller blocked. Cause: ice. Remedy: thaw the housing with warm air."),
    ("Greasing", 4, "Grease both fan bearings with 30 g of lithium grease every 2000 hours."),
]


@pytest.fixture
def plant(corpus: Corpus, draft: Draft) -> Corpus:
    corpus.add_document(draft("Pump P-10", *PUMP, models=("P-10",)), actor="t")
    corpus.add_document(draft("Fan F-20", *FAN, models=("F-20",)), actor="t")
    return corpus


QUESTIONS: list[dict[str, Any]] = [
    {"id": "1", "question": "What does E-07 mean on the P-10?", "gold": [{"source": "Pump P-10.pdf", "page": 3}],
     "must_include": ["strainer"], "type": "fault", "state": "answered"},
    {"id": "2", "question": "How much oil goes into the gearbox?", "gold": [{"source": "Pump P-10.pdf", "page": 5}],
     "value": {"number": 12, "unit": "l"}, "type": "specification"},
    {"id": "3", "question": "皮带张紧力是多少？", "gold": [{"source": "Pump P-10.pdf", "page": 8}], "answer": "450 N",
     "type": "specification"},
    {"id": "4", "question": "What is the warranty of the coffee machine?", "answerable": False, "type": "near miss"},
]  # fmt: skip


def write(path: Path, questions: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in questions), "utf-8")
    return path


def test_a_run_has_the_contracts_form(plant: Corpus, tmp_path: Path) -> None:
    value = evals.run(plant, [write(tmp_path / "set.jsonl", QUESTIONS)])
    assert {"commit", "settings", "corpus", "embedding_model", "seed", "time"} <= set(value["run"])
    assert value["run"]["corpus"].keys() == {"Pump P-10.pdf", "Fan F-20.pdf"}
    summary = value["summary"]
    assert {*evals.METRICS, "retrieval_miss", "latency_ms", "found", "risk_coverage", "by"} <= set(summary)
    assert summary["hit@1"]["n"] == 3
    assert summary["hit@5"]["mean"] == 1.0
    assert summary["retrieval_miss"]["mean"] == 0.0
    assert summary["by"]["language"].keys() == {"en", "zh"}
    assert summary["by"]["type"]["specification"]["hit@1"]["n"] == 2
    assert summary["value_exact"] == {"mean": 1.0, "low": 1.0, "high": 1.0, "n": 1}
    assert summary["must_include"]["mean"] == 1.0
    assert 0 < summary["token_f1"]["mean"] <= 1
    assert summary["refusal_recall"]["n"] == 1
    assert summary["latency_ms"]["answer"]["n"] == 4
    first = value["questions"][0]
    assert {"id", "hits", "state", "text", "citations", "latency_ms"} <= set(first)
    assert first["hits"][0].keys() == {"source", "page", "score"}
    assert {"confidence", "coverage", "similarity"} <= set(first["evidence"])
    json.dumps(value)


def test_baselines_search_the_same_chunks_in_the_same_scope(plant: Corpus, tmp_path: Path) -> None:
    built = build_baselines(plant, ["bm25", "dense", "rrf"], cache=tmp_path, progress=lambda *_: None)
    for baseline in built.values():
        hits = baseline.search("E-07 on the F-20", models=["F-20"], k=5)
        assert hits[0].source == "Fan F-20.pdf"
        assert {hit.source for hit in hits} == {"Fan F-20.pdf"}
        assert any(hit.source == "Pump P-10.pdf" for hit in baseline.search("E-07", models=[], k=5))
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert built["bm25"].search("zzzz of the", models=[], k=5) == []
    assert built["dense"].search("oil filling", models=[], k=1)[0].page == 5
    ids = {str(passage.id) for passage in plant.passages()}
    assert {hit.chunk for hit in built["rrf"].search("grease bearing", models=[], k=20)} <= ids


def test_the_lexical_baseline_knows_both_languages() -> None:
    assert tokens("What do the bearings mean?") == tokens("bearing")
    assert tokens("请问皮带的张紧力") == ["皮带", "张紧", "紧力"]
    assert set(tokens("Ｅ－０７ 6204-2RS")) >= {"e-07", "6204-2rs", "2rs"}


def test_the_stock_recipe_has_chunks_of_its_own(corpus: Corpus, tmp_path: Path) -> None:
    from ingest import IngestOptions, build_ingestor

    for name, text in (("pump.md", "# Pump\n\nThe strainer is cleaned weekly.\n"), ("fan.txt", "Thaw the ice.\n")):
        (tmp_path / name).write_text(text)
    ingestor = build_ingestor(corpus.settings, corpus)
    try:
        ingestor.ingest([tmp_path / "pump.md", tmp_path / "fan.txt"], IngestOptions(), lambda _: None, "t")
    finally:
        ingestor.close()
    questions = write(tmp_path / "set.jsonl", [
        {"id": "1", "question": "How often is the strainer cleaned?", "gold": [{"source": "pump.md"}]},
        {"id": "2", "question": "What about ice?", "gold": [{"source": "fan.txt"}]},
    ])  # fmt: skip
    value = evals.run(corpus, [questions], baselines=["stock"], retrieval_only=True)
    stock = value["baselines"]["stock"]
    assert stock["summary"]["hit@1"]["mean"] == 1.0
    assert stock["difference"]["ndcg@10"]["n"] == 2
    assert stock["skipped"] == []
    kept = list((corpus.folder / "baselines").iterdir())
    again = evals.run(corpus, [questions], baselines=["stock"], retrieval_only=True)
    assert again["baselines"]["stock"]["questions"] == stock["questions"]
    assert list((corpus.folder / "baselines").iterdir()) == kept


def test_several_sets_are_pooled_and_apart(plant: Corpus, tmp_path: Path) -> None:
    one, two = write(tmp_path / "one.jsonl", QUESTIONS[:2]), write(tmp_path / "two.jsonl", QUESTIONS[2:])
    value = evals.run(plant, [one, two], baselines=["bm25"], retrieval_only=True)
    assert value["summary"]["hit@1"]["n"] == 3
    assert value["summary"]["by"]["set"]["one"]["hit@1"]["n"] == 2
    assert value["baselines"]["bm25"]["difference"]["by"]["set"].keys() == {"one", "two"}
    with pytest.raises(MillhandError, match="called one"):
        evals.run(plant, [one, one])


def test_ablations_leave_parts_of_the_search_out(plant: Corpus, tmp_path: Path) -> None:
    questions = write(tmp_path / "set.jsonl", [
        {"id": "1", "question": "warm air against a frozen rotor", "gold": [{"source": "Fan F-20.pdf", "page": 2}]},
    ])  # fmt: skip
    only = evals.run(plant, [questions], methods=["identifier"], retrieval_only=True)
    assert only["questions"][0]["hits"] == []
    assert only["run"]["methods"] == ["identifier"]
    with pytest.raises(SettingsError, match="retrieval-only"):
        evals.run(plant, [questions], methods=["dense"])


def test_repeats_report_their_spread(plant: Corpus, tmp_path: Path) -> None:
    value = evals.run(plant, [write(tmp_path / "set.jsonl", QUESTIONS)], repeat=2)
    assert value["summary"]["repeat"]["n"] == 2
    assert value["summary"]["repeat"]["same_state"] == 1.0  # the extractive model is deterministic
    assert value["summary"]["repeat"]["metrics"]["must_include"]["sd"] == 0.0
    assert len(value["questions"]) == 4
    assert len(value["questions"][0]["repeats"]) == 2


def test_earlier_turns_and_pictures_go_with_the_question(plant: Corpus, tmp_path: Path) -> None:
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (640, 160), "white")
    ImageDraw.Draw(picture).text((40, 40), "ALARM E-70", fill="black", font=ImageFont.load_default(72))
    picture.save(tmp_path / "display.png")
    questions = write(tmp_path / "set.jsonl", [
        {"id": "turns", "question": "And what do I do then?", "turns": ["What does E-70 mean on the P-10?"],
         "gold": [{"source": "Pump P-10.pdf", "page": 3}]},
        {"id": "image", "question": "What is this alarm?", "image": "display.png",
         "gold": [{"source": "Pump P-10.pdf", "page": 3}], "must_include": ["overload"]},
    ])  # fmt: skip
    value = evals.run(plant, [questions])
    assert [one["scores"]["hit@1"] for one in value["questions"]] == [1.0, 1.0]
    assert value["questions"][1]["scores"]["must_include"] == 1.0
    asked = [turn.question for c in plant.conversations(owner="eval") for turn in plant.turns(c.id, owner="eval")]
    assert "What does E-70 mean on the P-10?" in asked


def test_a_set_carries_its_own_documents(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "crane.md").write_text("# Crane C-5\n\n## Rope\n\nReplace the rope at 6 broken wires.\n")
    questions = [{"id": "1", "question": "When is the rope replaced?", "gold": [{"source": "crane.md"}]}]
    value = evals.run(
        corpus, [write(tmp_path / "set.jsonl", questions)], corpus_paths=[tmp_path / "crane.md"], retrieval_only=True
    )
    assert value["summary"]["hit@1"]["mean"] == 1.0
    assert corpus.documents() == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2"),
        ('{"id": "1", "question": "again"}', "the id 1 was used"),
        ('{"id": "2", "question": "q", "image": "gone.png"}', "no picture"),
        ('{"id": "2", "question": "q", "value": {"unit": "bar"}}', "line 2"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "set.jsonl").write_text('{"id": "1", "question": "q"}\n' + line)
    with pytest.raises(MillhandError, match=says):
        evals.load_questions(tmp_path / "set.jsonl")


def test_comparing_says_what_was_won_and_lost(plant: Corpus, tmp_path: Path) -> None:
    questions = [write(tmp_path / "set.jsonl", QUESTIONS)]
    whole = evals.run(plant, questions, retrieval_only=True)
    part = evals.run(plant, questions, retrieval_only=True, methods=["identifier"])
    value = evals.compare_runs(part, whole)
    assert {one["id"] for one in value["questions"]["won"]} == {"2", "3"}
    assert value["questions"]["lost"] == []
    assert value["difference"]["ndcg@10"]["won"] == 2
    assert value["difference"]["ndcg@10"]["mean"] == pytest.approx(value["summary"]["ndcg@10"]["change"], abs=1e-3)
    assert value["settings"]["methods"] == [["identifier"], None]
    back = evals.compare_runs(whole, part)
    assert {one["id"] for one in back["questions"]["lost"]} == {"2", "3"}
