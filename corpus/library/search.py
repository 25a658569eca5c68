"""Finding: identifiers first, then lexical and dense together, inside the scope that SQL resolves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from corpus.domain import Applies, Equipment, Evidence, Passage
from corpus.library.confidence import calibration_for
from corpus.library.documents import DocumentStore
from corpus.library.embedding import Embedder
from corpus.library.identifiers import extract_identifiers, normal_identifier
from corpus.library.lexical import LexicalIndex
from corpus.library.vectors import VectorIndex
from corpus.library.words import content_words, detect_language, index_tokens
from corpus.plant.equipment import EquipmentStore
from corpus.settings import Settings

METHODS = ("identifier", "lexical", "dense")
_LEADS, _NAMES = 1.0, 0.6  # what an identifier adds: its own entry, or a mention
_OTHER_MODEL = 0.35  # what a passage for another model keeps of its score
_COVERED = 5  # passages that count for coverage


class Searcher:
    """Combines the three searches; every hit is joined with the live rows before anyone sees it."""

    def __init__(
        self,
        settings: Settings,
        documents: DocumentStore,
        vectors: VectorIndex,
        lexical: LexicalIndex,
        embedder: Embedder,
        equipment: EquipmentStore,
    ) -> None:
        self._candidates = settings.search_candidates
        self._documents = documents
        self._vectors = vectors
        self._lexical = lexical
        self._embedder = embedder
        self._equipment = equipment

    def search(self, query: str, *, equipment: str | None, k: int, methods: Sequence[str] | None) -> Evidence:
        self._vectors.check()
        used = METHODS if methods is None else tuple(methods)
        machine, models, names = self._scope(query, equipment)
        identifiers = [i for i in extract_identifiers(query) if i.normal not in names]
        split = self._documents.scope(models) if models else None
        inside = None if split is None else split[0]
        words = _without(query, machine)

        exact = self._documents.identified([i.normal for i in identifiers])
        lexical = dict(self._lexical.search(words, self._candidates, inside)) if "lexical" in used else {}
        dense: dict[int, float] = {}
        if "dense" in used and query.strip():
            dense = dict(self._vectors.search(self._embedder.query(words), self._candidates, inside))
        allowed = None if inside is None else set(inside)
        scores: dict[int, float] = {}
        for chunk, score in _scaled(lexical).items():
            scores[chunk] = scores.get(chunk, 0.0) + 0.5 * score
        for chunk, score in _scaled(dense).items():
            scores[chunk] = scores.get(chunk, 0.0) + 0.5 * score
        if "identifier" in used:
            for chunk, held in exact.items():
                gain = sum(_LEADS if leads else _NAMES for leads in held.values()) / len(identifiers)
                outside = allowed is not None and chunk not in allowed
                scores[chunk] = (scores.get(chunk, 0.0) + gain) * (_OTHER_MODEL if outside else 1.0)

        ranked = sorted(scores, key=lambda chunk: (-scores[chunk], chunk))
        live = self._documents.live_passages(ranked[: 3 * k + 20])
        passages = [
            replace(
                live[chunk],
                score=round(scores[chunk], 6),
                why=tuple(
                    name
                    for name, found in zip(METHODS, (set(exact), set(lexical), set(dense)), strict=True)
                    if chunk in found and name in used
                ),
                applies=_applies(live[chunk], models),
            )
            for chunk in ranked
            if chunk in live
        ][:k]
        known = {normal for held in exact.values() for normal in held}
        coverage = self._coverage(words, passages[:_COVERED])
        similarity = max(dense.values(), default=0.0)
        calibration = calibration_for(self._embedder.name)
        signals = {
            "coverage": coverage,
            "similarity": similarity,
            "across": float(bool(passages) and detect_language(passages[0].text) != detect_language(query)),
            "identified": float(bool(identifiers) and identifiers[0].normal in known),
            "unknown": float(bool(identifiers) and not known),
        }
        return Evidence(
            passages=tuple(passages),
            identifiers=tuple(identifiers),
            unknown=tuple(i for i in identifiers if i.normal not in known),
            equipment=machine,
            models=tuple(models),
            coverage=coverage,
            similarity=similarity,
            confidence=round(calibration.confidence(signals), 4) if passages else 0.0,
            threshold=calibration.threshold,
        )

    def _scope(self, query: str, tag: str | None) -> tuple[Equipment | None, list[str], set[str]]:
        """Return the machine in question, the models to search in, and the names that are no identifiers to look up."""
        named = self._equipment.named_in(query)
        machine = self._equipment.one(tag) if tag else (named[0] if len(named) == 1 else None)
        machines = [machine] if machine else named
        in_query = {identifier.normal for identifier in extract_identifiers(query)}
        known = {normal_identifier(m): m for m in [*self._equipment.models(), *self._documents.models()]}
        models = {m.model for m in machines if m.model} | {known[n] for n in in_query if n in known}
        names = {normal_identifier(m.tag) for m in [*machines, *named]} | set(known)
        return machine, sorted(models), names

    def _coverage(self, query: str, passages: Sequence[Passage]) -> float:
        words = content_words(query)
        if not words or not passages:
            return 0.0
        weights = self._lexical.weights(words)
        held = {token for p in passages for token in index_tokens(" ".join([p.title, *p.section, p.text]))}
        covered = [word in held for word in words]
        for i in range(1, len(words) - 1):
            # A pair of Chinese characters that only spans the border of two words stands in no text.
            spans = len(words[i]) == 2 and words[i - 1][-1:] == words[i][:1] and words[i][-1:] == words[i + 1][:1]
            covered[i] = covered[i] or (spans and words[i - 1] in held and words[i + 1] in held)
        total = sum(weights)
        return round(sum(w for w, yes in zip(weights, covered, strict=True) if yes) / total, 4) if total else 0.0


def _without(query: str, machine: Equipment | None) -> str:
    """Leave the machine's tag out of the words: it scopes the search and stands in no manual."""
    if machine is None:
        return query
    tag = normal_identifier(machine.tag)
    for identifier in extract_identifiers(query):
        if identifier.normal == tag:
            query = query.replace(identifier.text, " ")
    return query if query.strip() else machine.tag


def _scaled(scores: dict[int, float]) -> dict[int, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {chunk: (score - low) / (high - low) if high > low else 1.0 for chunk, score in scores.items()}


def _applies(passage: Passage, models: Sequence[str]) -> Applies:
    if not passage.models:
        return "plant"
    wanted = {normal_identifier(model) for model in models}
    return "model" if not wanted or wanted & {normal_identifier(m) for m in passage.models} else "other"
