"""What other machines may ask for, as JSON values: an answer, passages, stock lines, a machine's status."""

from __future__ import annotations

from typing import Any

from agent.answer import alarm_json, part_json, passage_json, reading_json, state_json
from corpus import Account
from ui.house import House

Json = dict[str, Any]
ALARMS = 20


def ask(house: House, account: Account, question: str, equipment: str | None, conversation: str | None) -> Json:
    """Answer a question in a conversation of the caller's; raises NotFound for an unknown machine."""
    tag = house.corpus.equipment(equipment).tag if equipment else None
    answer = house.assistant.ask(question, equipment=tag, conversation=conversation, owner=account.name)
    return answer.to_json()


def search(house: House, query: str, equipment: str | None, k: int) -> list[Json]:
    """Find passages, best first; raises NotFound for an unknown machine."""
    evidence = house.corpus.search(query, equipment=equipment or None, k=k)
    return [passage_json(passage, rank) for rank, passage in enumerate(evidence.passages, 1)]


def parts(house: House, query: str, model: str | None, *, below_minimum: bool, limit: int) -> list[Json]:
    """Find stock lines by number, name or specification, or those below their minimum."""
    corpus = house.corpus
    found = corpus.find_parts(query, model=model or None, limit=500 if below_minimum else limit)
    if below_minimum:
        wanted = {(one.part_number, one.bin) for one in found}
        low = corpus.parts_below_minimum(model=model or None)
        found = [one for one in low if not query.strip() or (one.part_number, one.bin) in wanted]
    return [part_json(one) for one in found[:limit]]


def status(house: House, tag: str, metric: str | None) -> Json:
    """Say what a machine is doing: state, newest readings and alarms; raises NotFound for an unknown machine."""
    machine = house.corpus.equipment(tag)
    readings = house.corpus.latest_status(machine.tag, metric=metric or None)
    alarms = house.corpus.alarms(machine.tag, limit=ALARMS)
    one = next(iter(house.corpus.machine_states(machine.tag)), None)
    return {
        "equipment": machine.tag,
        "name": machine.name,
        "model": machine.model,
        "state": {name: state_json(one)[name] for name in ("value", "at", "stale")} if one else None,
        "readings": [reading_json(one) for one in readings],
        "alarms": [alarm_json(one) for one in alarms],
    }
