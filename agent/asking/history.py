"""The messages that a model is given: the last turns, then the question."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from agent.asking.question import Question
from agent.tools.data import data
from corpus import Turn

_TURNS = 3
_SAID = 600  # characters of an earlier answer


def messages_of(question: Question, turns: Sequence[Turn]) -> list[BaseMessage]:
    """Return the last turns and the question; the extractive model reads `asked` beside the text."""
    messages: list[BaseMessage] = []
    for turn in turns[-_TURNS:]:
        said = re.sub(r"\s*\[\d+\]", "", str(json.loads(turn.answer).get("text") or ""))
        messages += [HumanMessage(turn.question), AIMessage(said[:_SAID])]
    lines = [question.said]
    if question.machine:
        lines.append(f"(equipment: {question.machine.tag})")
    if question.image_text:
        lines.append(f"(read in a picture: <document>{data(question.image_text)}</document>)")
    messages.append(HumanMessage("\n".join(lines), additional_kwargs={"asked": question}))
    return messages
