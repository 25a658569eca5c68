"""Real stores in temporary folders; the unpacked embedding model is shared, everything else is each test's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus import Chunk, Corpus, DocumentDraft, Page, Settings, open_corpus
from corpus.library.embedding import Embedder

os.environ.setdefault("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the default model is unpacked into, once."""
    from corpus.library.packed_model import default_model_folder

    shared = tmp_path_factory.getbasetemp().parent / "millhand-model"
    return default_model_folder(shared).parent


@pytest.fixture(scope="session", autouse=True)
def _models_stay_loaded() -> Iterator[None]:
    """Load each embedding model once in a test process: it takes seconds, and nothing changes it."""
    load = Embedder._load
    loaded: dict[tuple[Any, ...], Any] = {}

    def loaded_once(self: Embedder) -> Any:
        settings = self._settings
        wanted = (Path(self.source()).resolve(), settings.embedding_precision, settings.embedding_threads)
        if wanted not in loaded:
            loaded[wanted] = load(self)
        return loaded[wanted]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Embedder, "_load", loaded_once)
        yield


@pytest.fixture
def settings(tmp_path: Path, models: Path) -> Settings:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "models").symlink_to(models)
    return Settings(data_dir=folder)


@pytest.fixture
def corpus(settings: Settings) -> Iterator[Corpus]:
    with open_corpus(settings) as opened:
        yield opened


Draft = Callable[..., DocumentDraft]


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    """Make a draft of a small manual: a list of (section, page, text)."""

    def make(
        title: str, *passages: tuple[str, int, str], models: tuple[str, ...] = (), kind: str = "manual"
    ) -> DocumentDraft:
        import hashlib

        content = repr((title, passages, models))
        file = tmp_path / f"{hashlib.sha256(content.encode()).hexdigest()[:8]}.txt"
        file.write_text(content)
        pages = {page: "\n".join(text for _, p, text in passages if p == page) for _, page, _ in passages}
        return DocumentDraft(
            source=f"{title}.pdf",
            file=file,
            sha256=hashlib.sha256(content.encode()).hexdigest(),
            title=title,
            kind=kind,  # type: ignore[arg-type]
            language="en",
            pages=[Page(number, text, text) for number, text in sorted(pages.items())],
            chunks=[Chunk(text, (section,), page=page, page_end=page) for section, page, text in passages],
            models=models,
        )

    return make
