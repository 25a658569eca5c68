"""Tools over the equipment list."""

from __future__ import annotations

from langchain_core.tools import BaseTool, tool

from agent.asking.columns import asked_of, machines_listed
from agent.tools.data import fenced
from agent.tools.found import Found, equipment_source, fact, passage_source
from corpus import Corpus, Place, RecordRef, detect_language


def equipment_tools(corpus: Corpus) -> list[BaseTool]:
    """Make the tools that describe and list machines."""

    @tool(response_format="content_and_artifact")
    def describe_machine(equipment: str, query: str = "") -> tuple[str, Found]:
        """Tell a machine's name, model, serial number, location, and who is responsible for it, with their number.

        `query` is the question in the reader's words: other columns of the list that it asks for are told too.
        """
        machine = corpus.equipment(equipment)
        row = corpus.rows_of("equipment", [machine.id]).get(machine.id) if machine.id is not None else None
        source = equipment_source(machine, row)
        asked = asked_of(corpus, "equipment", [machine.id], query).get(machine.id or 0)
        rows = {source.id: asked} if asked else {}
        sources = (source, *([passage_source(asked.passage)] if asked else []))
        lines = [f"[{one.id}] {fenced(one.text)}" for one in sources]
        return "\n".join(lines), Found(machines=(machine,), sources=sources, rows=rows)

    @tool(response_format="content_and_artifact")
    def list_machines(query: str, tags: list[str] | None = None) -> tuple[str, Found]:
        """List the machines of an owner, a place or a model that the question names, or those with these tags."""
        machines = [corpus.equipment(tag) for tag in tags] if tags else machines_listed(corpus, query)
        if not machines:
            return "No such machine.", Found()
        zh, count = detect_language(query) == "zh", len(machines)
        text = f"共 {count} 台设备。" if zh else f"{count} machines."
        ids = tuple(machine.id for machine in machines if machine.id is not None)
        head = fact("e", text, Place(None, record=RecordRef("equipment", ids)))
        sources = (head, *(equipment_source(machine, None) for machine in machines))
        lines = [f"[{one.id}] {fenced(one.text)}" for one in sources]
        return "\n".join(lines), Found(machines=tuple(machines), sources=sources, facts=(head,))

    return [describe_machine, list_machines]
