"""The tool over the equipment list."""

from __future__ import annotations

from langchain_core.tools import BaseTool, tool

from agent.tools.data import fenced
from agent.tools.found import Found, equipment_source
from corpus import Corpus


def equipment_tools(corpus: Corpus) -> list[BaseTool]:
    """Make the tool that describes a machine."""

    @tool(response_format="content_and_artifact")
    def describe_machine(equipment: str) -> tuple[str, Found]:
        """Tell a machine's name, model, serial number, location, and who is responsible for it, with their number."""
        machine = corpus.equipment(equipment)
        rows = corpus.search(f"{machine.tag} {machine.name}", k=20, methods=("identifier", "lexical")).passages
        row = next(
            (p for p in rows if p.place.record and p.place.record.table == "equipment" and machine.tag in p.text), None
        )
        source = equipment_source(machine, row)
        return f"[{source.id}] {fenced(source.text)}", Found(machines=(machine,), sources=(source,))

    return [describe_machine]
