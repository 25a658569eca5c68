"""The HTTP API and the MCP server, each driven by a real client, with and without a valid token."""

from __future__ import annotations

import json
from typing import Any

import anyio
import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from mcp import Client
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client
from schemathesis.specs.openapi.checks import ignored_auth

TOOLS = ["ask", "find_parts", "read_status", "search"]
CALLS = [
    ("POST", "/api/ask", {"question": "What does E-77 mean?"}),
    ("POST", "/api/search", {"query": "rope"}),
    ("GET", "/api/parts", None),
    ("GET", "/api/status/WN-01", None),
    ("GET", "/api/openapi.json", None),
    ("POST", "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}),
]


@pytest.fixture
def api(winch_server: str, technician_token: str) -> Any:
    headers = {"authorization": f"Bearer {technician_token}"}
    with httpx.Client(base_url=winch_server, headers=headers, timeout=60) as client:
        yield client


@pytest.mark.parametrize("token", [None, "forged", ""])
@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_without_a_valid_token_nothing_answers(
    winch_server: str, method: str, path: str, body: Any, token: str | None
) -> None:
    headers = {} if token is None else {"authorization": f"Bearer {token}".strip()}
    reply = httpx.request(method, winch_server + path, json=body, headers=headers, timeout=60)
    assert reply.status_code == 401
    assert reply.json() == {"detail": "Sign in first."}


def test_ask_search_parts_and_status(api: httpx.Client) -> None:
    answer = api.post("/api/ask", json={"question": "What does E-77 mean?", "equipment": "wn01"}).json()
    assert answer["state"] == "answered"
    assert "6 wires are broken" in answer["text"]
    assert answer["citations"][0]["source"] == "winch.md"
    again = {"question": "And which part is that?", "conversation": answer["conversation"]}
    assert api.post("/api/ask", json=again).json()["conversation"] == answer["conversation"]
    hits = api.post("/api/search", json={"query": "rope broken wires", "k": 3}).json()
    assert hits[0]["source"] == "winch.md"
    assert api.get("/api/parts", params={"q": "wr12"}).json()[0]["part_number"] == "WR-12"
    low = api.get("/api/parts", params={"below_minimum": True}).json()
    assert [one["part_number"] for one in low] == ["WR-12"]
    status = api.get("/api/status/wn-01").json()
    assert (status["readings"][0]["value"], status["readings"][0]["limit_high"]) == (12.5, 10.0)
    assert [one["code"] for one in status["alarms"]] == ["E-77"]


def test_what_is_wrong_is_said_in_one_sentence(api: httpx.Client) -> None:
    assert "ZZ-99" in api.get("/api/status/ZZ-99").json()["detail"]
    assert api.get("/api/status/ZZ-99").status_code == 404
    for body in ({}, {"question": ""}, {"question": "x", "role": "admin"}, {"question": "\ud800"}):
        reply = api.post("/api/ask", content=json.dumps(body), headers={"content-type": "application/json"})
        assert reply.status_code == 422
        assert isinstance(reply.json()["detail"], str)


def test_another_person_s_conversation_stays_theirs(winch_house: Any, api: httpx.Client) -> None:
    theirs = winch_house.assistant.ask("What does E-77 mean?", owner="lead").conversation
    reply = api.post("/api/ask", json={"question": "What was asked before?", "conversation": theirs})
    assert reply.status_code in (403, 404)


@pytest.mark.parametrize("path", ["/api/ask", "/api/search", "/api/parts", "/api/status/{tag}"])
def test_the_api_keeps_to_its_schema(winch_server: str, technician_token: str, path: str) -> None:
    headers = {"authorization": f"Bearer {technician_token}"}
    schema = schemathesis.openapi.from_url(f"{winch_server}/api/openapi.json", headers=headers)
    method = "POST" if path in ("/api/ask", "/api/search") else "GET"
    operations = [one.ok() for one in schema.include(path=path, method=method).get_all_operations()]
    assert len(operations) == 1

    @given(case=operations[0].as_strategy())
    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def keeps(case: Any) -> None:
        case.call_and_validate(headers=headers, excluded_checks=[ignored_auth])

    keeps()


def test_an_mcp_client_finds_and_calls_the_tools(winch_server: str, technician_token: str) -> None:
    async def talk() -> None:
        headers = {"authorization": f"Bearer {technician_token}"}
        async with create_mcp_http_client(headers=headers) as http:
            transport = streamable_http_client(f"{winch_server}/mcp", http_client=http)
            async with Client(transport) as client:  # type: ignore[arg-type]
                tools = (await client.list_tools()).tools
                assert sorted(tool.name for tool in tools) == TOOLS
                assert all(len(tool.description or "") > 60 for tool in tools)
                answer = await client.call_tool("ask", {"question": "What does E-77 mean?", "equipment": "WN-01"})
                assert not answer.is_error
                assert answer.structured_content is not None
                assert answer.structured_content["state"] == "answered"
                found = await client.call_tool("find_parts", {"query": "WR-12"})
                assert found.structured_content is not None
                assert found.structured_content["result"][0]["bin"] == "B-03"
                status = await client.call_tool("read_status", {"equipment": "WN-01"})
                assert "rope load" in str(status.structured_content)
                hits = await client.call_tool("search", {"query": "rope", "k": 2})
                assert "winch.md" in str(hits.structured_content)
                missing = await client.call_tool("read_status", {"equipment": "ZZ-99"})
                assert missing.is_error
                assert "ZZ-99" in str(missing.content)

    anyio.run(talk)


def test_an_mcp_client_without_a_token_is_told_nothing(winch_server: str) -> None:
    async def talk() -> None:
        async with Client(f"{winch_server}/mcp") as client:
            await client.list_tools()

    with pytest.raises(BaseException) as raised:  # noqa: PT011 - the client wraps what it meets in groups of its own
        anyio.run(talk)
    assert not isinstance(raised.value, AssertionError)
