"""The agent's tools; all of them only read."""

from langchain_core.tools import BaseTool

from agent.tools.cases import case_tools
from agent.tools.manuals import manual_tools
from agent.tools.parts import part_tools
from agent.tools.statistics import statistic_tools
from agent.tools.status import status_tools
from corpus import Corpus


def build_tools(corpus: Corpus) -> list[BaseTool]:
    """Return every tool over a corpus."""
    records = (*part_tools(corpus), *status_tools(corpus), *case_tools(corpus), *statistic_tools(corpus))
    return [*manual_tools(corpus), *records]
