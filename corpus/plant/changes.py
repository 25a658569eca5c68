"""What an import would change, told before it is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from corpus.domain import Change, Changes, Equipment, Part, Record, RepairCase
from corpus.library.identifiers import normal_identifier
from corpus.plant.cases import CaseStore
from corpus.plant.equipment import EquipmentStore
from corpus.plant.parts import PartStore

_TOLD = 500  # changes and missing lines named one by one


def compare(records: Sequence[Record], parts: PartStore, cases: CaseStore, machines: EquipmentStore) -> Changes:
    """Compare records with what is stored; parts that no record names are `missing`, as far as there are parts."""
    counts: Counter[str] = Counter()
    changed: list[Change] = []
    known_parts, known_cases = parts.by_line(), cases.by_work_order(records)
    known_machines = {normal_identifier(machine.tag): machine for machine in machines.all()}
    seen = set()
    for record in records:
        if isinstance(record, Part):
            line = parts.line_of(record)
            seen.add(line)
            what, found = _name(record), parts.compare(known_parts.get(line), record)
        elif isinstance(record, RepairCase):
            what = record.work_order or record.symptom[:60]
            found = cases.compare(known_cases.get(record.work_order or ""), record)
        elif isinstance(record, Equipment):
            what = record.tag
            found = machines.compare(known_machines.get(normal_identifier(record.tag)), record)
        else:
            continue
        counts["changed" if found.differences else "same" if found.known else "new"] += 1
        if found.differences and len(changed) < _TOLD:
            changed.append(Change(what, getattr(record, "row", None), found.differences))
    missing = sorted(_name(part) for line, part in known_parts.items() if seen and line not in seen)
    return Changes(counts["new"], counts["same"], counts["changed"], tuple(changed), tuple(missing[:_TOLD]))


def _name(part: Part) -> str:
    return " ".join(filter(None, [part.part_number, part.warehouse, part.bin]))
