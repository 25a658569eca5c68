"""Texts to vectors on few cores."""

from __future__ import annotations

from threadpoolctl import threadpool_info

from corpus.library.embedding import Embedder
from corpus.settings import Settings


def test_numpy_leaves_the_cores_to_the_model(settings: Settings) -> None:
    Embedder(settings).query("spindle bearing")
    assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}
