"""The whole house in one hand: settings, corpus, ingestor and assistant, the last two built when first needed."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from agent import Assistant
    from corpus import Corpus, Settings
    from ingest import Ingestor


class Feed(Protocol):
    """Something that runs beside the page and can say how it stands."""

    @property
    def well(self) -> bool: ...

    def says(self) -> str: ...


class House:
    """What every face works with. Safe to use from several threads; close it, or use it in a `with` block."""

    def __init__(
        self, settings: Settings, corpus: Corpus, ingestor: Ingestor | None = None, assistant: Assistant | None = None
    ) -> None:
        self.settings = settings
        self.corpus = corpus
        self._ingestor = ingestor
        self._assistant = assistant
        self._building = threading.RLock()
        self.feeds: tuple[Feed, ...] = ()
        """What brings records in by itself while this house is served."""

    @property
    def ingestor(self) -> Ingestor:
        """What brings files into the corpus."""
        with self._building:
            if self._ingestor is None:
                from ingest import build_ingestor

                self._ingestor = build_ingestor(self.settings, self.corpus)
            return self._ingestor

    @property
    def assistant(self) -> Assistant:
        """What answers questions."""
        with self._building:
            if self._assistant is None:
                from agent import build_assistant

                self._assistant = build_assistant(self.settings, self.corpus)
            return self._assistant

    def close(self) -> None:
        """End the parsing processes and give up the data folder."""
        if self._ingestor is not None:
            self._ingestor.close()
        self.corpus.close()

    def __enter__(self) -> House:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_house(settings: Settings) -> House:
    """Open the data folder and own it until closed; raises what `open_corpus` raises."""
    from corpus import open_corpus

    return House(settings, open_corpus(settings))
