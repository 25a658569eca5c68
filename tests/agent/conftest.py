"""A small plant in files: two lathes of different models, a Chinese press, their stock, status and past fixes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field

from corpus import Corpus, Passage, Place, Settings, detect_language, open_corpus
from ingest import IngestOptions, build_ingestor

FILES = Path(__file__).parent / "plant"


def winch(text: str = "The rope of the winch has a diameter of 8 mm.", **about: Any) -> Passage:
    """Make a passage of the manual of a winch, but for what is said about it."""
    winch = Passage(
        id=1,
        place=Place("winch.pdf", revision=1, page=3, section="Rope"),
        page_end=None,
        title="Winch",
        kind="text",
        document_kind="manual",
        language=detect_language(text),
        text=text,
        section=("Rope",),
        models=(),
        score=1.0,
    )
    return replace(winch, **about)


@pytest.fixture(scope="session")
def plant(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Corpus]:
    folder = tmp_path_factory.mktemp("plant")
    (folder / "models").symlink_to(models)
    settings = Settings(data_dir=folder, model_seconds=30)
    with open_corpus(settings) as corpus:
        ingestor = build_ingestor(settings, corpus)
        results = ingestor.ingest([FILES], IngestOptions(), lambda _: None, "test")
        ingestor.close()
        assert {result.source: result.error for result in results if result.error} == {}
        yield corpus


class ScriptedModel(BaseChatModel):
    """A chat model that calls the tools it is told to, then says its draft.

    `[@words]` in the draft becomes the id of the first source whose text holds these words.
    """

    draft: str
    calls: list[dict[str, Any]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **kwargs: Any) -> ScriptedModel:
        del tools, kwargs
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        del stop, run_manager, kwargs
        results = [message for message in messages if isinstance(message, ToolMessage)]
        if not results and self.calls:
            reply = AIMessage(
                "", tool_calls=[{**call, "id": f"call-{at}", "type": "tool_call"} for at, call in enumerate(self.calls)]
            )
        else:
            listed = "\n".join(str(message.content) for message in results)
            reply = AIMessage(re.sub(r"\[@([^\]]+)\]", lambda m: f"[{_id(listed, m.group(1))}]", self.draft))
        return ChatResult(generations=[ChatGeneration(message=reply)])


@pytest.fixture
def scripted() -> type[ScriptedModel]:
    """The chat model that says what it is told."""
    return ScriptedModel


def _id(listed: str, wanted: str) -> str:
    entries = re.findall(r"\[([psracem]\d+)\]((?:(?!\n\n?\[[psracem]\d+\]).)*)", listed, re.DOTALL)
    found = next((name for name, text in entries if wanted in text), None)
    assert found, f"no tool returned a source with {wanted!r}:\n{listed}"
    return found
