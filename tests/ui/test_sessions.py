"""What one person's page holds stays theirs, whichever session, handler or address another person names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.ui.conftest import PASSWORD
from ui.access import EVALUATORS, EVERYONE, KEEPERS
from ui.house import House

SECRET = "Does the winch E-77 squeak because Li dropped it?"
SESSION = "0123456789ab"


@contextmanager
def signed_in(server: str, name: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=60) as client:
        assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 303
        yield client


def call(client: httpx.Client, handler: str, data: list[Any], session: str = SESSION) -> str:
    """Call one of the page's handlers as a browser does; return everything that came back."""
    named = {one["api_name"]: one for one in client.get("/config").json()["dependencies"]}
    given = [*data, *[None] * (len(named[handler]["inputs"]) - len(data))]
    body = {"data": given, "fn_index": named[handler]["id"], "session_hash": session}
    client.post("/gradio_api/queue/join", json=body).raise_for_status()
    said = []
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as events:
        for line in events.iter_lines():
            if line.startswith("data:"):
                said.append(line)
                if json.loads(line[5:])["msg"] in ("process_completed", "close_stream"):
                    break
    return "".join(said)


@pytest.fixture
def conversation(winch_house: House, winch_server: str) -> str:
    """Let the lead ask something in the browser's session; return the conversation."""
    with signed_in(winch_server, "lead") as lead:
        assert "6 wires are broken" in call(lead, "ask_send", [SECRET, "", "WN-01", "en"])
    return winch_house.corpus.conversations(owner="lead", limit=1)[0].id


def test_a_session_taken_over_shows_nothing_of_its_owner(winch_server: str, conversation: str) -> None:
    with signed_in(winch_server, "lead") as lead:
        assert "squeak" in call(lead, "ask_language", ["WN-01", "en"]), "its owner sees it"
    with signed_in(winch_server, "technician") as other:
        for handler, data in (
            ("ask_language", ["WN-01", "en"]),
            ("ask_find", ["", "en"]),
            ("ask_find", ["squeak", "en"]),
            ("ask_send_listed", ["", "en"]),
            ("ask_rename", ["Mine now", "", "en"]),
            ("ask_delete", ["WN-01", "en", ""]),
        ):
            assert "squeak" not in call(other, handler, data), handler
    with signed_in(winch_server, "lead") as lead:
        assert "squeak" in call(lead, "ask_find", ["", "en"], "another0session"), "it was deleted by another person"


def test_another_s_conversation_is_not_opened_by_its_address(winch_server: str, conversation: str) -> None:
    with signed_in(winch_server, "technician") as other:
        assert "squeak" not in other.get("/", params={"conversation": conversation}).text
        session = "aaaaaaaaaaaa"
        named = {one["api_name"]: one["id"] for one in other.get("/config").json()["dependencies"]}
        body = {"data": [], "fn_index": named["page_greet"], "session_hash": session}
        other.post(f"/gradio_api/queue/join?conversation={conversation}", json=body).raise_for_status()
        with other.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as events:
            for line in events.iter_lines():
                assert "squeak" not in line
                if "process_completed" in line:
                    break
        assert other.get(f"/jobcards/{conversation}/1").status_code == 404
        reply = other.post("/api/ask", json={"question": "And then?", "conversation": conversation})
        assert reply.status_code in (403, 404)


OPENED = {"ask_": EVERYONE, "page_": EVERYONE, "plant_": EVERYONE, "evaluate_": EVALUATORS}


@pytest.mark.parametrize("role", ["technician", "evaluator"])
def test_every_handler_that_is_not_theirs_refuses(winch_server: str, role: str) -> None:
    """Each handler of the page, whatever it is called: new ones stay closed until somebody opens them."""
    refused = 0
    with signed_in(winch_server, role) as client:
        for one in client.get("/config").json()["dependencies"]:
            name = str(one["api_name"])
            open_to = next((roles for start, roles in OPENED.items() if name.startswith(start)), KEEPERS)
            if role in open_to or not one.get("backend_fn", True):
                continue
            body = {"data": [None] * len(one["inputs"]), "session_hash": "bbbb", "fn_index": one["id"]}
            for path in ("/gradio_api/queue/join", f"/gradio_api/call/{name}", f"/gradio_api/run/{name}"):
                assert client.post(path, json=body).status_code == 403, (path, name)
            refused += 1
    assert refused > 25


@pytest.mark.parametrize("role", ["technician", "lead", None])
@pytest.mark.parametrize(
    "path", ["/users", "/api/users", "/settings", "/api/settings", "/admin", "/api/audit", "/backup", "/owner.sock"]
)
def test_users_and_settings_have_no_address_at_all(winch_server: str, path: str, role: str | None) -> None:
    wanted = 404 if role else 401
    if role is None:
        assert {httpx.request(m, winch_server + path).status_code for m in ("GET", "POST", "DELETE")} == {wanted}
        return
    with signed_in(winch_server, role) as client:
        assert {client.request(m, path).status_code for m in ("GET", "POST", "PUT", "DELETE")} == {wanted}


@pytest.mark.parametrize("role", ["technician", None])
@pytest.mark.parametrize(
    "path",
    [
        "/..%2f..%2fetc/passwd", "/files/1%00", "/files/1/..%2f..%2fmillhand.db", "/gradio_api/file=..%2fmillhand.db",
        "/gradio_api/file=C:%5cWindows%5cwin.ini", "/pages/1/1.png/..%2f..%2f..%2fowner.lock",
        "/jobcards/..%2f..%2f1/1", "/reports/%2e%2e%2f%2e%2e%2fmillhand.db", "/%2e%2e/config",
        "/assets/..%2f..%2fconfig",
        "/places/1%2f..%2f..%2fusers", "//gradio_api/upload", "/gradio_api/%75pload",
    ],
)  # fmt: skip
def test_path_tricks_get_nothing(winch_server: str, path: str, role: str | None) -> None:
    if role is None:
        reply = httpx.get(winch_server + path)
        assert reply.status_code == 401
    else:
        with signed_in(winch_server, role) as client:
            reply = client.get(path)
        assert reply.status_code in (403, 404, 405, 422), reply.status_code
    assert "root:" not in reply.text
    assert "SQLite format" not in reply.text


FORGED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-user", "forwarded", "x-real-ip",
          "x-remote-user", "remote-user", "x-original-url", "x-rewrite-url", "x-http-method-override")  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_header_is_no_key_and_no_other_path(winch_server: str, name: str) -> None:
    headers = {name: "/healthz" if name.startswith("x-") and name.endswith("url") else "127.0.0.1"}
    for path in ("/config", "/api/parts", "/stickers.pdf", "/pages/1/1.png"):
        assert httpx.get(winch_server + path, headers=headers).status_code == 401
    with signed_in(winch_server, "technician") as client:
        assert client.get("/stickers.pdf", headers=headers).status_code == 403
        assert client.get("/healthz", headers={"x-original-url": "/stickers.pdf"}).json() == {"status": "ok"}
