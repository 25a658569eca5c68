"""The agent's tools; all of them only read."""

from langchain_core.tools import BaseTool

from agent.tools.cases import case_tools
from agent.tools.equipment import equipment_tools
from agent.tools.manuals import manual_tools
from agent.tools.parts import part_tools
from agent.tools.querying import query_tools
from agent.tools.statistics import statistic_tools
from agent.tools.status import status_tools
from corpus import Corpus


def build_tools(corpus: Corpus) -> list[BaseTool]:
    """Return every tool over a corpus."""
    # A tool more is one file and one name here.
    makers = (manual_tools, part_tools, status_tools, case_tools, equipment_tools, statistic_tools, query_tools)
    return [tool for make in makers for tool in make(corpus)]
