"""The watched folder with real files: whole ones go in once, each ends in `done` or `failed`, none is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from corpus import Corpus, Settings
from ingest import Ingestor, build_ingestor
from ingest.feeds.watched import ACTOR, WatchedFolder

STOCK = "备件编号,备件名称,库位,现有库存,最小库存\n"


@pytest.fixture
def ingestor(settings: Settings, corpus: Corpus) -> Iterator[Ingestor]:
    built = build_ingestor(settings, corpus)
    yield built
    built.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "share"
    made.mkdir()
    return made


@contextmanager
def watching(folder: Path, settings: Settings, ingestor: Ingestor) -> Iterator[WatchedFolder]:
    own = settings.model_copy(update={"watch_dir": folder, "watch_seconds": 0.4})
    watched = WatchedFolder(own, ingestor)
    watched.start()
    try:
        yield watched
    finally:
        watched.close()


def wait_for(*paths: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not all(path.exists() for path in paths):
        assert time.monotonic() < end, f"{[p.name for p in paths if not p.exists()]} did not come"
        time.sleep(0.05)


def test_tables_go_in_and_everything_else_says_why_not(folder, settings, ingestor, corpus):
    with watching(folder, settings, ingestor) as watched:
        (folder / "stock.csv").write_bytes((STOCK + "P-100,皮带,A-1,3,5\n,油封,A-2,x,5\n").encode("gb18030"))
        (folder / "status.jsonl").write_text('{"tag": "HP-01", "metric": "油压", "value": 5, "time": "2026-03-01"}\n')
        (folder / "manual.pdf").write_bytes(b"%PDF-1.4")
        (folder / "list.csv").write_text("a,b\n1,2\n")
        (folder / "~$stock.xlsx").write_text("lock")
        (folder / "half.csv.part").write_text("half")
        done, failed = folder / "done", folder / "failed"
        wait_for(done / "stock.csv", done / "status.jsonl", failed / "manual.pdf", failed / "list.csv")
        assert [p.on_hand for p in corpus.find_parts("P-100")] == [3.0]
        assert [r.value for r in corpus.latest_status("HP-01")] == [5.0]
        assert "row 3" in (done / "stock.csv.txt").read_text()
        assert not (done / "status.jsonl.txt").exists()
        assert "only tables" in (failed / "manual.pdf.txt").read_text()
        assert "no table of parts" in (failed / "list.csv.txt").read_text()
        assert len((failed / "list.csv.txt").read_text().splitlines()) == 1
        assert {p.name for p in folder.iterdir()} == {"done", "failed", "~$stock.xlsx", "half.csv.part"}
        assert (watched.taken, watched.failed, watched.well) == (2, 2, True)
        # The next export under the same name is the next stock-taking; nothing that is put away is written over.
        (folder / "stock.csv").write_text(STOCK + "P-100,皮带,A-1,8,5\n")
        end = time.monotonic() + 60
        while len(list(done.glob("stock*.csv"))) < 2:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert [p.on_hand for p in corpus.all_parts()] == [8.0]
        assert [s.line.on_hand for s in corpus.part_history("P-100")] == [3.0, 8.0]
        assert len([d for d in corpus.documents() if d.kind == "parts_list"]) == 1
    assert {d.current.added_by for d in corpus.documents()} == {ACTOR}


def test_a_file_that_grows_is_left_alone_until_it_is_whole(folder, settings, ingestor, corpus):
    with watching(folder, settings, ingestor), (folder / "stock.csv").open("w") as file:
        file.write(STOCK)
        for number in range(8):
            file.write(f"P-{number}00,皮带,A-1,3,5\n")
            file.flush()
            time.sleep(0.15)
            assert corpus.all_parts() == []
        file.close()
        wait_for(folder / "done" / "stock.csv")
        assert len(corpus.all_parts()) == 8


def test_a_file_taken_in_before_a_kill_is_only_put_away_after_it(folder, settings, ingestor, corpus, tmp_path):
    path = folder / "stock.csv"
    path.write_text(STOCK + "P-100,皮带,A-1,3,5\n")
    from ingest import IngestOptions

    ingestor.ingest([path], IngestOptions(only_tables=True), lambda _: None, ACTOR)  # and killed before the move
    with watching(folder, settings, ingestor):
        wait_for(folder / "done" / "stock.csv")
    assert [s.line.on_hand for s in corpus.part_history("P-100")] == [3.0]
    assert len(corpus.documents(retired=True)) == 1


def test_a_share_that_is_not_there_yet_is_waited_for(folder, settings, ingestor, corpus):
    folder.rmdir()
    with watching(folder, settings, ingestor) as watched:
        end = time.monotonic() + 10
        while watched.well:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert "cannot be read" in watched.says()
        folder.mkdir()
        (folder / "stock.csv").write_text(STOCK + "P-100,皮带,A-1,3,5\n")
        wait_for(folder / "done" / "stock.csv")
        time.sleep(0.5)
        assert watched.well
