"""Tools over the operating status."""

from __future__ import annotations

from langchain_core.tools import BaseTool, tool

from agent.asking.doing import of_every_machine, states_meant
from agent.asking.metrics import Named, metrics_in, missing_text
from agent.tools.data import fenced
from agent.tools.found import Found, alarm_source, nowhere_fact, reading_source, state_source
from corpus import Corpus, detect_language

_EVERYWHERE = 12  # alarms or states of all machines


def status_tools(corpus: Corpus) -> list[BaseTool]:
    """Make the tools that read status and alarms."""
    zone = corpus.settings.zone

    @tool(response_format="content_and_artifact")
    def read_status(equipment: str | None = None, query: str = "") -> tuple[str, Found]:
        """Read the newest value of every metric of a machine, what it is doing, and the alarms that stand now.

        Without `equipment`, an asset tag, what all machines are doing, or their alarms. `query` is the question in the
        reader's words: what it names comes first.
        """
        readings = tuple(corpus.latest_status(equipment)) if equipment else ()
        names = [reading.metric for reading in readings]
        asked = metrics_in(corpus, query, names) if query and equipment else Named()
        if asked.missing and names:
            return "No such metric is recorded.", Found(absent=(missing_text(equipment, asked.missing, names, query),))
        named = asked.metrics
        readings = tuple(sorted(readings, key=lambda reading: reading.metric not in named))
        alarms = tuple(corpus.alarms(equipment, active=True, limit=5 if equipment else _EVERYWHERE))
        states = tuple(corpus.machine_states(equipment))
        if not equipment:
            doing = of_every_machine(query)
            states = tuple(states_meant(query, states)[:_EVERYWHERE]) if doing else ()
            if doing and not states and (every := corpus.machine_states()):
                nowhere = nowhere_fact(every, detect_language(query))
                return nowhere.text, Found(sources=(nowhere,), facts=(nowhere,))
            alarms = () if states else alarms
        sources = tuple(reading_source(r, zone) for r in readings) + tuple(alarm_source(a, zone) for a in alarms)
        sources += tuple(state_source(one, zone) for one in states)
        lines = [f"[{source.id}] {fenced(source.text)}" for source in sources]
        found = Found(readings=readings, alarms=alarms, states=states, sources=sources, named=tuple(named))
        return "\n".join(lines) or "No status is recorded.", found

    return [read_status]
