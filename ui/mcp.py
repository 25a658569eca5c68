"""The MCP server: the four look-ups as tools for a language model's client, behind the same access as everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import anyio.to_thread
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import Field
from starlette.applications import Starlette

from corpus import MillhandError
from ui import lookups
from ui.access import account_of
from ui.house import House

PATH = "/mcp"
T = TypeVar("T")
READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
INSTRUCTIONS = (
    "Millhand holds a factory's equipment manuals, repair guides, spare-part stock, machine status and past fixes. "
    "Quote its answers with their sources; where it says that the documents hold no answer, say so too. "
    "Safety warnings come first, word for word."
)

Tag = Annotated[
    str | None, Field(description="Asset tag of the machine, such as CNC-03, in any spelling", max_length=120)
]


def build_mcp(house: House) -> tuple[MCPServer, Starlette]:
    """Build the server and its application, whose session manager the caller runs."""
    server = MCPServer(
        "millhand", title="Millhand maintenance assistant", instructions=INSTRUCTIONS, log_level="WARNING"
    )

    @server.tool(
        title="Ask the maintenance assistant",
        description=(
            "Answer a maintenance question in Chinese or English from the plant's documents and records: fault codes, "
            "procedures, parts, status, past fixes. Returns the checked text with [n] marks, the verbatim citation "
            "behind each, safety warnings, and state: answered, clarify (pick from choices and ask again in the same "
            "conversation) or no_answer (nearest documents)."
        ),
        annotations=ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False),
    )
    async def ask(
        ctx: Context,
        question: Annotated[str, Field(min_length=1, max_length=4000)],
        equipment: Tag = None,
        conversation: Annotated[
            str | None, Field(description="The conversation of an earlier answer, to go on with it", max_length=64)
        ] = None,
    ) -> dict[str, Any]:
        account = account_of(ctx.request_context.request)
        return await _run(lambda: lookups.ask(house, account, question, equipment, conversation))

    @server.tool(
        title="Search manuals and guides",
        description=(
            "Find passages in manuals, repair guides, bulletins and imported tables, best first, each with its file, "
            "page and section. Use it to read around an answer; to have a question answered, use ask."
        ),
        annotations=READS,
    )
    async def search(
        query: Annotated[str, Field(min_length=1, max_length=1000)],
        equipment: Tag = None,
        k: Annotated[int, Field(ge=1, le=50, description="How many passages")] = 8,
    ) -> list[dict[str, Any]]:
        return await _run(lambda: lookups.search(house, query, equipment, k))

    @server.tool(
        title="Find spare parts",
        description=(
            "Look spare parts up in stock by number, name or specification: quantity on hand, minimum, bin, what they "
            "fit, substitutes, and as of when. With below_minimum, what needs to be reordered, worst first."
        ),
        annotations=READS,
    )
    async def find_parts(
        query: Annotated[str, Field(description="Number, name or specification; empty for all", max_length=200)] = "",
        model: Annotated[str | None, Field(description="Equipment model that the part fits", max_length=120)] = None,
        below_minimum: bool = False,
        limit: Annotated[int, Field(ge=1, le=200)] = 20,
    ) -> list[dict[str, Any]]:
        return await _run(lambda: lookups.parts(house, query, model, below_minimum=below_minimum, limit=limit))

    @server.tool(
        title="Read a machine's status",
        description=(
            "Read what a machine is doing: the newest value of each metric with its limits and time (stale ones are "
            "marked), and its alarms, newest first; an alarm without an end stands now."
        ),
        annotations=READS,
    )
    async def read_status(
        equipment: Annotated[str, Field(description="Asset tag, such as CNC-03", min_length=1, max_length=120)],
        metric: Annotated[str | None, Field(description="Only metrics of this name", max_length=120)] = None,
    ) -> dict[str, Any]:
        return await _run(lambda: lookups.status(house, equipment, metric))

    application = server.streamable_http_app(
        streamable_http_path=PATH,
        stateless_http=True,
        json_response=True,
        # access.py looks at host and origin, for every path alike.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    return server, application


async def _run(look_up: Callable[[], T]) -> T:
    try:
        return await anyio.to_thread.run_sync(look_up)
    except MillhandError as error:
        raise ToolError(str(error)) from error
