"""Which machine a question is about: the one chosen, else one that it names, else the one of the last turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpus import Corpus, Equipment, Turn, normal_identifier


@dataclass(frozen=True, slots=True)
class Scope:
    """The machine in question, if one is known; `names` are the tags and models, which are no codes to look up."""

    machine: Equipment | None
    names: frozenset[str]


def resolve_scope(corpus: Corpus, question: str, equipment: str | None, turns: Sequence[Turn]) -> Scope:
    """Find the machine; raises NotFound for a tag that no machine has."""
    machines = corpus.all_equipment()
    names = frozenset(normal_identifier(name) for name in [*(machine.tag for machine in machines), *corpus.models()])
    named = corpus.equipment_named_in(question)
    if named:
        return Scope(named[0], names)
    if equipment:
        return Scope(corpus.equipment(equipment), names)
    last = next((turn.equipment for turn in reversed(turns) if turn.equipment), None)
    known = {machine.tag: machine for machine in machines}
    return Scope(known.get(last) if last else None, names)
