"""When to say "I don't know", and when to ask back. The thresholds hold for the default embedding model."""

from __future__ import annotations

from agent.models.understanding import Understanding
from agent.tools.found import Found
from corpus import Corpus, detect_language

# A passage in the other language shares no words with the question; there only the cosine can tell.
_COVERED, _SIMILAR, _SIMILAR_ACROSS = 0.42, 0.80, 0.845


def supported(asked: Understanding, found: Found) -> bool:
    """Say whether what was found bears on the question."""
    if found.parts and asked.intents & {"stock", "low_stock"}:
        return True
    if (found.readings or found.alarms) and "status" in asked.intents:
        return True
    if found.cases and "history" in asked.intents:
        return True
    evidence = found.evidence
    if evidence is None or not evidence.passages:
        return False
    if evidence.unknown and len(evidence.unknown) == len(evidence.identifiers) and not found.parts:
        return False
    if evidence.identifiers and len(evidence.unknown) < len(evidence.identifiers):
        return True
    across = detect_language(evidence.passages[0].text) != asked.language
    if across:
        return evidence.similarity >= _SIMILAR_ACROSS
    return evidence.coverage >= _COVERED and evidence.similarity >= _SIMILAR


def choices(corpus: Corpus, asked: Understanding, found: Found, machine_known: bool) -> tuple[str, ...]:
    """Return what to choose from when the question fits several machines; none when it is clear."""
    if machine_known:
        return ()
    if asked.intents == {"status"}:
        return tuple(machine.tag for machine in corpus.all_equipment())[:16]
    evidence = found.evidence
    if asked.code and evidence is not None and not evidence.models:
        leading = [p for p in evidence.passages if "identifier" in p.why and p.kind == "fault" and p.models]
        models = {model for passage in leading for model in passage.models}
        if len({passage.models for passage in leading}) > 1:
            return tuple(machine.tag for machine in corpus.all_equipment() if machine.model in models) or tuple(
                sorted(models)
            )
    return ()
