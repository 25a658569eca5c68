"""What is asked: the intents in a question, the kind of answer it wants, and the identifiers it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from agent.words import words
from corpus import Identifier, Language, detect_language, extract_identifiers

Intent = Literal[
    "fault", "procedure", "specification", "stock", "low_stock", "status", "history", "overview", "lookup", "talk",
    "off_topic",
]  # fmt: skip
_IS = re.compile(r"\b(what|who|where|how|when|why)(?:['’´`]s|s)\b", re.IGNORECASE)
_NOT = re.compile(r"\b(do|does|did|is|are|was|were|wo|would|could|should|has|have)nt\b", re.IGNORECASE)
OF_RECORDS: frozenset[Intent] = frozenset({"stock", "low_stock", "status", "history", "overview"})
Want = Literal["figure", "steps", "cause", "definition", "place", "person", "name", "permission"]


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question's language, intents and identifiers, and the kinds of answer it wants; `code` is the first code."""

    language: Language
    intents: frozenset[Intent]
    identifiers: tuple[Identifier, ...]
    wants: frozenset[Want] = frozenset()

    @property
    def code(self) -> str | None:
        return next((i.text for i in self.identifiers if i.kind == "code"), None)


def understand(question: str, *, names: frozenset[str] = frozenset()) -> Understanding:
    """Find language, intents and identifiers; `names` are normal forms of tags and models, which are no codes."""
    language = detect_language(question)
    question = _spelled_out(question)
    known = words()
    if talk_of(question):
        return Understanding(language, frozenset({"talk"}), ())
    identifiers = tuple(i for i in extract_identifiers(question) if i.normal not in names)
    if known.off_topic.search(question) and not identifiers:
        return Understanding(language, frozenset({"off_topic"}), ())
    intents = {cast(Intent, name) for name, pattern in known.intents.items() if pattern.search(question)}
    wants = {cast(Want, name) for name, pattern in known.wants.items() if pattern.search(question)}
    if "figure" in wants:
        wants.discard("permission")  # "how often may I" asks for the figure
    if any(i.kind == "code" for i in identifiers):
        intents.add("fault")
    if "low_stock" in intents:
        intents.discard("stock")
    if "status" in intents and (intents & {"procedure", "history"}):
        intents.discard("status")  # "what do I do now" and "how was it fixed" ask for no reading
    if "figure" in wants and not intents & {"stock", "low_stock", "status", "history"}:
        intents.add("specification")
        if not wants & {"steps"}:
            intents.discard("procedure")
    if not intents and not wants and _reports(question):
        return Understanding(language, frozenset({"fault"}), identifiers, frozenset({"cause"}))
    if not intents and not wants - {"definition"} and any(measured.search(question) for measured, _ in known.units):
        intents.add("specification")  # "and the torque?"
        wants.add("figure")
    return Understanding(language, frozenset(intents or {"lookup"}), identifiers, frozenset(wants))


def _spelled_out(question: str) -> str:
    """Write "what's", "dont" and what is spoken in Chinese as the patterns expect them."""
    question = question.replace("咋", "怎么").replace("怎么么", "怎么").replace("啥", "什么")
    question = _IS.sub(r"\1 is", question)
    return _NOT.sub(r"\1n't", question)


def _reports(said: str) -> bool:
    """Say whether a message asks nothing but says what is wrong: "spits oil out of the intake when it stops"."""
    return not words().report["asks"].search(said) and words().report["says"].search(said) is not None


def talk_of(question: str) -> str | None:
    """Return which small talk a message is (greeting, thanks, bye, who), or None when it asks something."""
    return next((name for name, pattern in words().talk.items() if pattern.search(question.strip())), None)
