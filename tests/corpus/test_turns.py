"""A person's query passes between the batches of an ingest, in the order of asking."""

from __future__ import annotations

import threading
import time

from corpus.library.embedding import Embedder
from corpus.library.turns import Turns
from corpus.settings import Settings


def test_the_first_go_before_the_others_each_in_the_order_of_asking() -> None:
    turns, order = Turns(), []

    def ask(name: str, first: bool) -> None:
        with turns.take(first=first):
            order.append(name)

    with turns.take(first=False):
        threads = []
        for name, first in (("ingest", False), ("one", True), ("import", False), ("two", True)):
            threads.append(threading.Thread(target=ask, args=(name, first)))
            threads[-1].start()
            time.sleep(0.05)  # so that each has asked before the next
        assert not order
    for thread in threads:
        thread.join(10)
    assert order == ["one", "two", "ingest", "import"]


def test_a_query_waits_for_one_batch_and_not_for_the_ingest(settings: Settings) -> None:
    embedder = Embedder(settings)
    embedder.query("warm up")
    batches: list[int] = []
    asked_at: list[int] = []
    answered_at: list[int] = []

    def ask() -> None:
        for number in range(3):
            asked_at.append(len(batches))
            embedder.query(f"spindle bearing temperature {number}")
            answered_at.append(len(batches))

    person = threading.Thread(target=ask)

    def progress(done: int, total: int) -> None:
        batches.append(done)
        if len(batches) == 2:
            person.start()

    text = "The spindle bearing is greased at each change of the tool changer's belt. " * 10
    embedder.passages([f"{number} {text}" for number in range(120)], progress)
    person.join(60)
    assert len(batches) > 20
    assert all(after - before <= 2 for before, after in zip(asked_at, answered_at, strict=True))
