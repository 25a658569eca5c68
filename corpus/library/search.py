"""Finding: identifiers first, then lexical and dense together, inside the scope that SQL resolves."""

from __future__ import annotations

import functools
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from corpus.domain import Applies, Equipment, Evidence, Identifier, Passage, Rendered
from corpus.library.aims import SMALL, Aims, aims
from corpus.library.answering import Answering
from corpus.library.backdrop import Backdrop
from corpus.library.confidence import calibration_for, confidence_signals
from corpus.library.documents import DocumentStore, Scope
from corpus.library.embedding import Embedder, Vectors
from corpus.library.glossary import load_glossary
from corpus.library.identifiers import extract_identifiers, normal_identifier
from corpus.library.kinds import asked_kinds
from corpus.library.lexical import LexicalIndex, best_of, indexed, of_chunks
from corpus.library.naming import Named, named_identifiers, without
from corpus.library.ranking import (
    FEATURES,
    Candidate,
    Features,
    Scores,
    Tokens,
    rank_scores,
    ranking_features,
)
from corpus.library.shortlist import READ, deviations, shortlist
from corpus.library.spelling import spelled
from corpus.library.terms import QueryWords, Term, Terms, spans
from corpus.library.vectors import VectorIndex, nearest
from corpus.library.words import content_words, detect_language, identifier_token, index_tokens, names_in
from corpus.plant.equipment import EquipmentStore, machine_names, series_of
from corpus.settings import Settings

METHODS = ("identifier", "lexical", "dense")
_MENTION = 0.5  # what a passage gains that only mentions it, the rarer the more, where the query asks for little else
_RARE = 0.3  # rarity from which a mention counts so
_LITTLE = 4.5  # words
_PAIR = 2 / 3  # of a word is a pair of Chinese characters
_LEADS = 1.0  # what an identifier's own entry gains; it stands before whatever else was found
_OTHER_MODEL = 0.35  # what a passage for another model keeps of its score
_SAMPLE = 512  # chunks that tell how near to a query any passage is
_EXACT = 200  # passages that an identifier brings
_ALIKE = 0.8  # what another word for the same counts
_SELDOM = 0.1  # share of its passages in which a document uses a name of its own at most
_LATIN = re.compile(r"[A-Za-z]{4,}")
_FEWER = 2  # times fewer come from the other language's searches, where most are no better than chance


@dataclass(frozen=True, slots=True)
class Pool:
    """All candidates of one query, with what is known of them, in no order; `features` has a row for each."""

    query: QueryWords
    machine: Equipment | None
    models: tuple[str, ...]
    identifiers: tuple[Identifier, ...]
    known: frozenset[str]
    candidates: tuple[Candidate, ...]
    features: Features
    found_by: Mapping[str, frozenset[int]]
    leads: Mapping[int, float]
    applies: Mapping[int, Applies]
    called: tuple[str, ...]
    similarity: float


class Searcher:
    """Combines the three searches; every hit is joined with the live rows before anyone sees it."""

    def __init__(
        self,
        settings: Settings,
        documents: DocumentStore,
        vectors: VectorIndex,
        lexical: LexicalIndex,
        embedder: Embedder,
        answering: Answering,
        equipment: EquipmentStore,
    ) -> None:
        self._candidates = settings.search_candidates
        self._folder: Path = settings.data_dir
        self._documents = documents
        self._vectors = vectors
        self._lexical = lexical
        self._embedder = embedder
        self._answering = answering
        self._equipment = equipment

    def search(self, query: str, *, equipment: str | None, k: int, methods: Sequence[str] | None) -> Evidence:
        pool = self.pool(query, equipment=equipment, methods=methods)
        fits = rank_scores(pool.features)
        order, scores = ranked(pool, fits)
        found = [pool.candidates[i].passage for i in order[:k]]
        passages = tuple(
            replace(
                passage,
                score=round(scores[i], 9),
                why=tuple(name for name in METHODS if passage.id in pool.found_by[name]),
                applies=pool.applies[passage.id],
            )
            for i, passage in zip(order, found, strict=False)
        )
        signals = evidence_signals(pool, fits, order)
        calibration = calibration_for(self._embedder.name)
        return Evidence(
            passages=passages,
            identifiers=pool.identifiers,
            unknown=tuple(i for i in pool.identifiers if i.normal not in pool.known),
            equipment=pool.machine,
            models=pool.models,
            coverage=round(signals["coverage"], 4),
            similarity=pool.similarity,
            confidence=round(calibration.confidence(signals), 4) if passages else 0.0,
            threshold=calibration.threshold,
            called=pool.called,
        )

    def pool(self, query: str, *, equipment: str | None, methods: Sequence[str] | None) -> Pool:
        """Return all candidates of a query, described but not ranked."""
        self._vectors.check()
        query = self.spelled(query)
        used = METHODS if methods is None else tuple(methods)
        machine, models, names = self._scope(query, equipment)
        scope = self._documents.scope(models)
        about, called = self._named_documents(query)
        text = _without_names(_without_tag(query, machine), called)
        counts: dict[str, tuple[int, bool]] = {}

        def held(normals: Sequence[str]) -> dict[str, bool]:
            counts.update(self._documents.held_identifiers(normals))
            return {normal: leads for normal, (_, leads) in counts.items()}

        spoken = _without_name(text, machine)
        named = named_identifiers(
            spoken, held, names=names, stands=self._stands, written=self._written, figures=self._documents.figure_codes
        )
        identifiers = [one.identifier for one in named]
        words = self._words(spoken, named)

        exact: Mapping[int, Mapping[str, bool]] = {}
        if "identifier" in used:
            exact = self._documents.identified([one.identifier.normal for one in named if one.known], _EXACT)
        # Apart, for a passage in the query's own language holds more of its words than one in the other can.
        scored = [self._lexical.scores(tokens, scope) for tokens in (words.tokens, words.translated)]
        lexical: dict[int, float] = {}
        if "lexical" in used:
            for scores, k in zip(scored, (self._candidates, self._candidates // _FEWER), strict=True):
                lexical |= best_of(scores, k)
        aim = None
        if "dense" in used and text.strip():
            said, size = self._rendered(text), self._lexical.size()
            aim = aims(text, words.language, said, self._backdrop(), self._embedder, size)
        near, dense = ([], {}) if aim is None else self._near(aim, scope, [*exact, *lexical])
        found = [*dict.fromkeys([*exact, *lexical, *near])]
        background = aim.levels(self._backdrop()) if aim else {"zh": (0.0, 1.0), "en": (0.0, 1.0)}
        leads = _leads(words, exact, self._rarity(named, counts))
        own = (about, scope.own) if scope else (about,)
        passages = self._passages(self._shortlist(found, dense, background, scored, leads, own))
        all_called = self._documents.chunks_of(self._documents.about().documents) if about else frozenset()
        applies = _applies([passage for passage, *_ in passages.values()], models, about, all_called)
        meant = bool(models or about)
        read = aim is not None and self._lexical.size() <= SMALL
        stored = self._documents.statements(list(passages), self._answering.version) if read else {}
        answers = self._answering.scores(text, stored)
        candidates = tuple(
            Candidate(
                *(passage, tokens, heading, dense.get(chunk, 0.0), meant and applies[chunk] == "model"),
                float(answers[chunk].max()) if chunk in answers else None,
            )
            for chunk, (passage, tokens, heading) in passages.items()
        )
        return Pool(
            query=words,
            machine=machine,
            models=tuple(models),
            identifiers=tuple(identifiers),
            known=frozenset(one.identifier.normal for one in named if one.known),
            candidates=candidates,
            features=ranking_features(words, candidates, background),
            found_by={
                "identifier": frozenset(exact),
                "lexical": frozenset(lexical),
                "dense": frozenset(near),
            },
            leads=leads,
            applies=applies,
            called=tuple(called),
            similarity=max(dense.values(), default=0.0),  # of all that was found, read or not
        )

    def spelled(self, text: str) -> str:
        """Return the text with its misspelt English words put right, as far as it is plain what was meant."""
        names = (content_words(f"{one.name} {one.nickname or ''}") for one in self._equipment.all())
        terms = load_glossary(self._folder).english
        return spelled(text, self._lexical.counts, chain(chain.from_iterable(names), chain.from_iterable(terms)))

    def _shortlist(
        self,
        found: Sequence[int],
        cosines: Mapping[int, float],
        background: Mapping[str, tuple[float, float]],
        scored: Sequence[Scores],
        leads: Mapping[int, float],
        own: Sequence[frozenset[int]],
    ) -> Sequence[int]:
        """Return the chunks that are worth reading, of those that the searches have found, in their order."""
        if len(found) <= READ:
            return found
        chunks = np.array(found)
        dense = deviations(
            np.array([cosines.get(chunk, 0.0) for chunk in found]), self._lexical.chinese(found), background
        )
        shares = [of_chunks(scores, chunks) / max(1e-9, scores.max(initial=0.0)) for scores in scored]
        for_model = np.array([any(chunk in some for some in own) for chunk in found])
        gains = _LEADS * np.array([leads.get(chunk, 0.0) for chunk in found])
        return [found[at] for at in shortlist(dense, np.maximum(*shares), for_model, gains)]

    def _passages(self, chunks: Sequence[int]) -> dict[int, tuple[Passage, Tokens, Tokens]]:
        """Return those of the chunks that may be answered from, in their order, with the tokens of text and heading."""
        live = self._documents.live_passages(chunks)
        held = self._lexical.tokens(chunks)
        return {chunk: (live[chunk], *_tokens_of(live[chunk], held.get(chunk))) for chunk in chunks if chunk in live}

    def nearest(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        self._vectors.check()
        return self._vectors.search([vector], k)[0]

    def _rendered(self, text: str) -> Iterator[str]:
        """Yield the terms of a text as the other language has them, each in the words that the library uses."""
        glossary = load_glossary(self._folder)
        for ways in (one.other for one in glossary.terms(text)[0] if one.other):
            yield glossary.in_words(next(filter(self._lexical.hold, ways), ways[0]))

    def _near(self, aim: Aims, scope: Scope | None, beside: Iterable[int]) -> tuple[list[int], dict[int, float]]:
        """Return the passages nearest to a query, in either language, and the cosines of these and of those beside."""
        every = self._vectors.cosines(aim.directions, scope) if scope else None
        if scope and every is not None:
            lists = [nearest(scope.ids, cosines, self._candidates) for cosines in every]
        else:
            lists = self._vectors.search(aim.directions, self._candidates, scope)
        own, *other = lists
        near = [chunk for chunk, _ in [*own, *(hit for one in other for hit in one[: self._candidates // _FEWER])]]
        chinese = self._lexical.chinese([chunk for chunk, _ in own])
        known = {
            chunk: cosine
            for (chunk, cosine), of in zip(own, chinese, strict=True)
            if aim.vectors["zh" if of else "en"] is aim.directions[0]
        }
        return near, known | self._cosines(aim, [c for c in dict.fromkeys([*beside, *near]) if c not in known])

    def _scope(self, query: str, tag: str | None) -> tuple[Equipment | None, list[str], set[str]]:
        """Return the machine in question, the models to search in, and the names that are no identifiers to look up."""
        named = self._equipment.named_in(query)
        machine = self._equipment.one(tag) if tag else (named[0] if len(named) == 1 else None)
        machines = [machine] if machine else named
        in_query = {identifier.normal for identifier in extract_identifiers(query)}
        known: defaultdict[str, set[str]] = defaultdict(set)
        for model in {*self._equipment.models(), *self._documents.models()}:
            for called in (model, *series_of(model)):
                known[normal_identifier(called)].add(model)
        models = {m.model for m in machines if m.model}.union(*(known[n] for n in in_query if n in known))
        names = (
            {normal_identifier(m.tag) for m in [*machines, *named]} | set(known) | set(self._documents.about().names)
        )
        return machine, sorted(models), names

    def _named_documents(self, query: str) -> tuple[frozenset[int], list[str]]:
        """Return the chunks of the documents that a query names, unless it names all, and how it names them.

        A word of a title is a name, as a maker's, where no dictionary has it and the document hardly uses it.
        """
        about = self._documents.about()
        documents: set[int] = set()
        called = []
        for identifier in extract_identifiers(query):
            if held := about.names.get(identifier.normal):
                documents |= held
                called.append(identifier.text)
        for word in _LATIN.findall(query):
            (token,) = index_tokens(word) or ("",)
            held = about.words.get(token)
            if held and not load_glossary(self._folder).terms(word)[0] and self._seldom(token, held):
                documents |= held
                called.append(word)
        named = self._documents.chunks_of(frozenset(documents)) if documents else frozenset()
        return named if len(named) < self._lexical.size() else frozenset(), called

    def _seldom(self, token: str, documents: frozenset[int]) -> bool:
        return self._lexical.counts([token])[token] <= _SELDOM * len(self._documents.chunks_of(documents))

    def _stands(self, word: str) -> bool:
        """Say whether a word of the query stands in any passage, be it in the other language."""
        rendered, _ = load_glossary(self._folder).terms(word)
        ways = [index_tokens(word), *(way for one in rendered for way in one.other)]
        return any(self._lexical.hold(way) for way in ways)

    def _written(self, words: str) -> bool:
        """Say whether these words stand in a row in some passage."""
        return self._lexical.hold_phrase(index_tokens(words))

    def _words(self, text: str, named: Sequence[Named]) -> QueryWords:
        """Weigh the query's words for passages in its own language, and their translation for the other.

        An identifier is one word in both, however it was typed.
        """
        # Mere figures are no identifier to the lexical index.
        named = [one for one in named if any(c.isalpha() for c in one.identifier.text)]
        codes = [identifier_token(one.identifier.normal) for one in named]
        language, asked = detect_language(text), text
        text = without(text, [one for one in named if one.known])
        own = content_words(text)
        rendered, left = load_glossary(self._folder).terms(text)
        translated = (token for one in rendered for way in one.other for token in way)
        other = [*dict.fromkeys([*(word for word in own if word.isascii()), *translated])]
        tokens = [*dict.fromkeys([*own, *other, *codes, *left, *(token for one in rendered for token in one.own)])]
        weights = dict(zip(tokens, self._lexical.weights(tokens), strict=True))
        stand = {token: self._lexical.hold([token]) for token in own}
        # A pair that stands nowhere while its neighbours do is no word but the border of two; so is one between terms.
        border = {
            here
            for before, here, after in zip(own, own[1:], own[2:], strict=False)
            if spans(before, here, after) and (stand[before], stand[here], stand[after]) == (True, False, True)
        }
        words = {*codes, *(token for one in rendered for token in one.own), *(set(left) - border)}
        said = [token for token in dict.fromkeys([*own, *codes]) if token in words]
        return QueryWords(
            language,
            {
                language: self._own(rendered, said, weights),
                "en" if language == "zh" else "zh": self._translated(rendered, left, codes, weights),
            },
            tuple(asked_kinds(asked)),
            tuple(dict.fromkeys([*own, *codes])),
            tuple(other if language == "zh" else (word for word in other if word not in own)),
            tuple(
                (tuple(index_tokens(name)), (identifier_token(normal_identifier(name)),)) for name in names_in(asked)
            ),
        )

    def _own(self, rendered: Sequence[Rendered], said: Sequence[str], weights: Mapping[str, float]) -> Terms:
        """Return the terms for passages in the query's own language, in the query's order: its words, as one term each.

        Another word for the same counts nearly as much, but never more than the query's own.
        """
        scaled = dict(weights)
        terms: dict[Term, int] = {}
        within: set[str] = set()
        others = [token for one in rendered for way in one.alike for token in way]
        rarity = dict(zip(others, self._lexical.weights(others), strict=True))
        for one in rendered:
            own = tuple(token for token in one.own if token in said)
            if not own:
                continue
            within.update(own)
            ways = [way for way in one.alike if self._lexical.hold(way)]
            whole = sum(weights[token] for token in own)
            for way in ways:
                most = min(1.0, whole / (sum(rarity[token] for token in way) or 1.0))
                for token in way:
                    if token not in weights:
                        scaled[token] = max(scaled.get(token, 0.0), _ALIKE * most * rarity[token])
            terms[own, *ways] = said.index(own[0])
        terms |= {((token,),): at for at, token in enumerate(said) if token not in within}
        return Terms(tuple(sorted(terms, key=lambda term: terms[term])), scaled)

    def _translated(
        self, rendered: Sequence[Rendered], left: Sequence[str], codes: Sequence[str], weights: Mapping[str, float]
    ) -> Terms:
        """Return the terms for passages in the other language; a rendering that the library never uses is none.

        What stands there in the query's own language weighs as its rendering does, or as the rendered terms do.
        """
        scaled = dict(weights)
        terms: dict[Term, float] = {}
        for one in rendered:
            ways = [way for way in one.other if self._lexical.hold(way)] or one.other
            weight = max(sum(weights[token] for token in way) for way in ways)
            whole = sum(weights[token] for token in one.own)
            scaled |= {token: weights[token] * weight / whole for token in one.own if whole and token not in codes}
            terms[*filter(None, dict.fromkeys([one.own, *ways]))] = weight
        usual = sum(terms.values()) / len(terms) if terms else 0.0
        for word in left:
            if usual:
                scaled[word] = min(weights[word], usual) * (1 if word.isascii() else _PAIR)
        every = [*terms, *(((word,),) for word in dict.fromkeys([*left, *codes]))]
        return Terms(tuple(every), scaled)

    def _backdrop(self) -> Backdrop:
        return self._documents.remember(("backdrop",), lambda: Backdrop(*self._documents.sample(_SAMPLE)))

    def _cosines(self, aim: Aims, chunks: Sequence[int]) -> dict[int, float]:
        """Return the cosines of those of the chunks that SQL still has, each by the vector for its language."""
        held, vectors = self._documents.held_vectors(chunks)
        if not held:
            return {}
        chinese, english = (vectors @ aim.vectors[language] for language in ("zh", "en"))
        return dict(zip(held, np.where(self._lexical.chinese(held), chinese, english).tolist(), strict=True))

    def _rarity(self, named: Sequence[Named], counts: Mapping[str, tuple[int, bool]]) -> dict[str, float]:
        """Weigh each identifier of the query: all of them, standing nowhere else, make 1."""
        total = max(2, self._lexical.size())
        rarity = {}
        for one in named:
            count = counts[one.identifier.normal][0] if one.known else 0
            idf = math.log(1 + (total - count + 0.5) / (count + 0.5)) if count <= total else 0.0
            rarity[one.identifier.normal] = min(1.0, idf / math.log(1 + (total - 0.5) / 1.5)) / len(named)
        return rarity


def ranked(pool: Pool, fits: Scores) -> tuple[list[int], list[float]]:
    """Return the candidates' order, best first, and their scores, given how well each fits the query (0..1).

    The entry of an identifier stands before everything else, what is for another model behind what is not.
    """
    scores = []
    for candidate, fit in zip(pool.candidates, fits, strict=True):
        passage = candidate.passage
        score = float(fit) + _LEADS * pool.leads.get(passage.id, 0.0)
        scores.append(score * _OTHER_MODEL if pool.applies[passage.id] == "other" else score)
    return sorted(range(len(scores)), key=lambda i: (-scores[i], pool.candidates[i].passage.id)), scores


def _leads(words: QueryWords, exact: Mapping[int, Mapping[str, bool]], rarity: Mapping[str, float]) -> dict[int, float]:
    """Return what each passage with an identifier of the query gains: its own entry 1, a mention less or nothing.

    Where the query says much beside it, the identifier is what it is about and not what it asks for.
    """
    others = len(words.tokens) - len(rarity)
    little = others * (_PAIR if words.language == "zh" else 1) <= _LITTLE
    return {
        chunk: sum(
            1.0 / len(rarity) if leads else _MENTION * rarity[normal] if little and rarity[normal] >= _RARE else 0.0
            for normal, leads in one.items()
        )
        for chunk, one in exact.items()
    }


def evidence_signals(pool: Pool, fits: Scores, order: Sequence[int]) -> dict[str, float]:
    """Return what a confidence is reckoned from, given how well the candidates fit (0..1) and their order."""
    known = [identifier.normal in pool.known for identifier in pool.identifiers]
    return confidence_signals(pool.query, pool.candidates, pool.features, fits, order) | {
        "similarity": pool.similarity,
        "identified": sum(known) / len(known) if known else 0.0,
        "unknown": float(not all(known)),
        "entry": _entry(pool, order[0]) if order else 0.0,
    }


def _entry(pool: Pool, best: int) -> float:
    """Return what the best passage gains by an identifier, unless it lacks what else is asked for."""
    lacks = pool.features[best, FEATURES.index("kind")] < 0
    return 0.0 if lacks else pool.leads.get(pool.candidates[best].passage.id, 0.0)


def _tokens_of(passage: Passage, held: tuple[Sequence[str], Sequence[str]] | None) -> tuple[Tokens, Tokens]:
    """Return the tokens of text and heading; a chunk that the lexical index has not got yet is read anew."""
    section, text = held or (index_tokens(" ".join(passage.section)), indexed(passage.text))
    return Tokens(tuple(text)), Tokens((*section, *_title_tokens(passage.title)))


@functools.lru_cache(maxsize=4096)
def _title_tokens(title: str) -> tuple[str, ...]:
    return tuple(index_tokens(title))


def _without_tag(query: str, machine: Equipment | None) -> str:
    """Leave the machine's tag out: it scopes the search and stands in no manual."""
    if machine is None:
        return query
    tag = normal_identifier(machine.tag)
    left = query
    for identifier in extract_identifiers(query):
        if identifier.normal == tag:
            left = left.replace(identifier.text, " ")
    return left if left.strip() else machine.tag


def _without_name(query: str, machine: Equipment | None) -> str:
    """Leave the machine's name out of the words that are looked for; to the embedding it says what machine it is."""
    left = query
    for name in machine_names(machine.name) if machine else ():
        left = re.sub(re.escape(name), " ", left, flags=re.IGNORECASE)
    return left if content_words(left) else query


def _without_names(query: str, called: Sequence[str]) -> str:
    """Leave the names of documents out of the words that are looked for: a page need not repeat the cover."""
    left = query
    for name in called:
        left = re.sub(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", " ", left)
    return left if content_words(left) else query


def _applies(
    passages: Sequence[Passage], models: Sequence[str], about: frozenset[int], called: frozenset[int]
) -> dict[int, Applies]:
    """Say what each passage is for: by its models, else by whether its document is named, or has another name."""
    wanted = {normal_identifier(model) for model in models}
    of_models: dict[tuple[str, ...], Applies] = {
        own: "model" if not wanted or wanted & {normal_identifier(model) for model in own} else "other"
        for own in {passage.models for passage in passages if passage.models}
    }
    of_others: Mapping[bool, Applies] = {True: "other", False: "plant"}
    return {
        one.id: of_models.get(one.models) or ("model" if one.id in about else of_others[one.id in called])
        for one in passages
    }
