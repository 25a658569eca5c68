"""Question to cited answer."""

from agent.answer import Answer, Citation, passage_json, place_json
from agent.assistant import Assistant, build_assistant
from agent.events import Event, Finished, Sentence, ToolStep
from agent.retriever import MillhandRetriever

__all__ = [
    "Answer", "Assistant", "Citation", "Event", "Finished", "MillhandRetriever", "Sentence", "ToolStep",
    "build_assistant", "passage_json", "place_json",
]  # fmt: skip
