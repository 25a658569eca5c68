"""A stranger gets nothing by any path, a technician cannot change anything, and no header talks its way in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.testclient import TestClient

from corpus import Chunk, DocumentDraft, Page, Settings, SettingsError
from ui.access import COOKIE, is_loopback
from ui.app import build_app
from ui.house import House, open_house

PASSWORD = "correct horse"
MANUAL = "# Winch W-9 manual\n\n## Rope\n\nReplace the rope when E-77 stands and 6 wires are broken.\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    (folder / "winch.md").write_text(MANUAL)
    with open_house(Settings(data_dir=folder / "data")) as house:
        for role in ("technician", "lead", "evaluator", "admin"):
            house.corpus.add_account(role, role, PASSWORD, actor="test")
        text = MANUAL.strip()
        draft = DocumentDraft(
            source="winch.md",
            file=folder / "winch.md",
            sha256=hashlib.sha256(MANUAL.encode()).hexdigest(),
            title="Winch W-9 manual",
            kind="manual",
            language="en",
            pages=[Page(None, text, text)],
            chunks=[Chunk("Replace the rope when E-77 stands and 6 wires are broken.", ("Rope",))],
        )
        house.corpus.add_document(draft, actor="test")
        yield house


@contextmanager
def browser(house: House, *, accounts: bool = True, host: str = "127.0.0.1:7860") -> Iterator[TestClient]:
    app = build_app(house.settings, house, accounts)
    with TestClient(app, base_url=f"http://{host}", follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="module")
def server(house: House) -> Iterator[TestClient]:
    with browser(house) as client:
        yield client


@pytest.fixture
def stranger(server: TestClient) -> TestClient:
    server.cookies.clear()
    return server


def sign_in(client: TestClient, name: str) -> TestClient:
    client.cookies.clear()
    reply = client.post("/login", data={"name": name, "password": PASSWORD})
    assert reply.status_code == 303
    assert COOKIE in client.cookies
    return client


def handlers(client: TestClient) -> dict[str, int]:
    config = client.get("/config").json()
    return {one["api_name"]: one["id"] for one in config["dependencies"]}


def revision_of(house: House) -> int:
    current = house.corpus.documents()[0].current
    assert current is not None
    return current.id


READ = [
    "/", "/config", "/config/", "/theme.css", "/pages/1/1.png", "/places/1", "/files/1", "/gradio_api/info",
    "/gradio_api/queue/data?session_hash=x", "/gradio_api/file=/etc/passwd", "/gradio_api/file/etc/passwd",
    "/file=/etc/passwd", "/assets/index.js", "/static/img/logo.svg", "/docs", "/openapi.json", "/monitoring",
    "/gradio_api/heartbeat/x", "/gradio_api/startup-events", "/gradio_api/app_id", "//config", "/./config",
    "/login/", "/login/../config", "/healthz/", "/gradio_api/deep_link", "/gradio_api/runs", "/mcp", "/gradio_api/mcp/",
    "/api/openapi.json", "/api/parts", "/api/status/WN-01", "/reports/20260101T000000", "/charts/count.svg",
    "/stickers.pdf", "/jobcards/0a/1", "/plots/WN-01.svg", "/session", "/manifest.json", "/account",
]  # fmt: skip
WRITE = [
    "/gradio_api/upload", "/gradio_api/upload/", "/gradio_api/queue/join", "/gradio_api/run/ask_send",
    "/gradio_api/api/ask_send", "/gradio_api/call/ask_send", "/gradio_api/call/v2/ask_send", "/gradio_api/reset",
    "/gradio_api/cancel", "/gradio_api/component_server", "/gradio_api/process_recording", "/logout",
    "/mcp", "/mcp/", "/api/ask", "/api/search", "/api/parts", "/api/status", "/photos",
    "/account/pin", "/account/tablet",
]  # fmt: skip


@pytest.mark.parametrize("path", READ)
def test_a_stranger_reads_nothing(stranger: TestClient, path: str) -> None:
    assert stranger.get(path).status_code == 401


@pytest.mark.parametrize("path", WRITE)
def test_a_stranger_calls_nothing(stranger: TestClient, path: str) -> None:
    assert stranger.post(path, json={"data": [], "fn_index": 0, "session_hash": "x"}).status_code == 401


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
def test_other_methods_open_nothing(stranger: TestClient, method: str) -> None:
    assert stranger.request(method, "/config").status_code == 401


def test_a_stranger_is_led_to_the_form_and_back(stranger: TestClient) -> None:
    reply = stranger.get("/?equipment=CNC-03", headers={"accept": "text/html"})
    assert reply.headers["location"] == "/login?next=%2F%3Fequipment%3DCNC-03"
    assert stranger.get("/login?lang=en").status_code == 200
    assert stranger.get("/healthz").json() == {"status": "ok"}
    reply = stranger.post("/login", data={"name": "lead", "password": PASSWORD, "next": "//elsewhere.example/"})
    assert reply.headers["location"] == "/"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger: TestClient) -> None:
    cookie = stranger.post("/login", data={"name": "lead", "password": PASSWORD}).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_wrong_passwords_and_forged_keys_open_nothing(stranger: TestClient) -> None:
    assert stranger.post("/login", data={"name": "lead", "password": "guess"}).status_code == 401
    assert stranger.get("/config", headers={"cookie": f"{COOKIE}=forged"}).status_code == 401
    assert stranger.get("/config", headers={"authorization": "Bearer forged"}).status_code == 401
    assert stranger.get("/config", headers={"authorization": "Basic bGVhZDpsZWFk"}).status_code == 401


def test_a_bearer_token_stands_for_its_account(house: House, stranger: TestClient) -> None:
    token = house.corpus.add_token("technician", "test", actor="test")
    bearer = {"authorization": f"Bearer {token}"}
    assert stranger.get("/config", headers=bearer).status_code == 200
    assert stranger.post("/gradio_api/upload", headers=bearer, files={"files": b"x"}).status_code == 403


def test_signing_out_ends_the_session(server: TestClient) -> None:
    key = sign_in(server, "technician").cookies[COOKIE]
    assert server.get("/config").status_code == 200
    server.get("/logout")
    server.cookies.clear()
    assert server.get("/config", headers={"cookie": f"{COOKIE}={key}"}).status_code == 401


def test_a_technician_cannot_upload(server: TestClient) -> None:
    client = sign_in(server, "technician")
    assert client.get("/config").status_code == 200
    for path in ("/gradio_api/upload", "/gradio_api/upload?upload_id=x"):
        assert client.post(path, files={"files": ("a.md", b"# A")}).status_code == 403
    assert client.get("/gradio_api/file=/etc/passwd").status_code == 403
    assert client.get("/gradio_api/upload_progress?upload_id=x").status_code == 403
    # Spellings that the router may take for the same are refused as unknown.
    for path in ("/gradio_api/upload/", "//gradio_api/upload", "/gradio_api//upload", "/gradio_api/Upload"):
        assert client.post(path, files={"files": ("a.md", b"# A")}).status_code == 404


LIBRARY = [
    "library_ingest",
    "library_upload",
    "library_open",
    "library_card",
    "library_undo",
    "library_mend",
    "library_supersede",
    "library_amend",
    "library_refresh",
    "library_retired",
    "experience_list",
    "experience_card",
    "experience_save",
    "experience_shown",
    "experience_question",
    "import_preview",
    "import_take",
    "import_map",
]
EVALUATING = ["evaluate_start", "evaluate_upload", "evaluate_pressed", "evaluate_cancel", "evaluate_shown"]


@pytest.mark.parametrize("role", ["technician", "evaluator"])
@pytest.mark.parametrize("name", LIBRARY)
def test_only_keepers_call_the_library(server: TestClient, name: str, role: str) -> None:
    client = sign_in(server, role)
    index = handlers(client)[name]
    body: dict[str, Any] = {"data": [1, False, "en"], "session_hash": "abc"}
    calls = [
        ("/gradio_api/queue/join", {**body, "fn_index": index}),
        ("/gradio_api/queue/join", {**body, "fn_index": str(index)}),
        ("/gradio_api/queue/join", {**body, "fn_index": float(index)}),
        ("/gradio_api/queue/join/", {**body, "fn_index": index}),
        ("/gradio_api/run/ask_send", {**body, "fn_index": index}),
        (f"/gradio_api/run/{name}", body),
        (f"/gradio_api/api/{name}", body),
        (f"/gradio_api/api/{name}/", body),
        (f"/gradio_api/call/{name}", body),
        (f"/gradio_api/call/v2/{name}", body),
    ]
    for path, value in calls:
        assert client.post(path, json=value).status_code == 403, path
    assert client.post("/gradio_api/queue/join", json={**body, "fn_index": "one"}).status_code == 400
    assert client.post("/gradio_api/queue/join", content=b"[1]").status_code == 400


@pytest.mark.parametrize("name", EVALUATING)
def test_a_technician_does_not_evaluate(server: TestClient, name: str) -> None:
    client = sign_in(server, "technician")
    body: dict[str, Any] = {"data": [], "session_hash": "abc", "fn_index": handlers(client)[name]}
    assert client.post("/gradio_api/queue/join", json=body).status_code == 403
    assert client.post(f"/gradio_api/call/{name}", json=body).status_code == 403


def test_pages_of_keepers_and_evaluators_refuse_others(server: TestClient) -> None:
    closed = {
        "technician": ["/stickers.pdf", "/charts/count.svg", "/reports/20260101T000000"],
        "evaluator": ["/stickers.pdf", "/charts/count.svg"],
    }
    for role, paths in closed.items():
        client = sign_in(server, role)
        assert [client.get(path).status_code for path in paths] == [403] * len(paths)
    assert sign_in(server, "lead").get("/charts/count.svg").status_code == 200
    assert sign_in(server, "evaluator").get("/reports/20260101T000000").status_code == 404
    assert sign_in(server, "evaluator").get("/reports/..%2f..%2fmillhand.db").status_code == 404


def test_another_s_conversation_and_upload_stay_theirs(house: House, server: TestClient) -> None:
    talk = house.assistant.ask("What does E-77 mean?", owner="lead").conversation
    assert sign_in(server, "lead").get(f"/jobcards/{talk}/1").status_code == 200
    uploaded = server.post("/gradio_api/upload", files={"files": ("a.md", b"# Secret")}).json()[0]
    for role in ("technician", "evaluator"):
        client = sign_in(server, role)
        assert client.get(f"/jobcards/{talk}/1").status_code == 404
        asked = client.post("/api/ask", json={"question": "And then?", "conversation": talk})
        assert asked.status_code in (403, 404)
        for path in (f"/gradio_api/file={uploaded}", f"/gradio_api/file/{uploaded}", f"/file={uploaded}"):
            assert client.get(path).status_code in (403, 404), path


@pytest.mark.parametrize(
    "path",
    [
        "/files/../../etc/passwd", "/files/1/../../../etc/passwd", "/files/%2e%2e%2fmillhand.db", "/pages/1/..%2f1.png",
        "/files/-1", "/files/1e9", "/pages/99999999999999999999/1.png",
        "/static/..%2f..%2fetc/passwd",
        "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/plots/..%2f..%2fetc.svg", "/charts/..%2fcount.svg",
    ],
)  # fmt: skip
def test_path_tricks_get_nothing(server: TestClient, path: str) -> None:
    reply = sign_in(server, "lead").get(path)
    assert reply.status_code in (403, 404, 422), reply.status_code
    assert "root:" not in reply.text


def test_the_handlers_check_the_role_again(house: House) -> None:
    from types import SimpleNamespace

    from corpus import Account, Refused
    from ui.tabs.library import _keeper

    account = Account(name="technician", role="technician", display_name="T")
    with pytest.raises(Refused):
        _keeper(SimpleNamespace(request=SimpleNamespace(scope={"state": {"account": account}})))
    with pytest.raises(Refused):
        _keeper(SimpleNamespace(request=SimpleNamespace(scope={})))


def test_a_keeper_may_upload_and_ask(server: TestClient) -> None:
    client = sign_in(server, "lead")
    assert client.post("/gradio_api/upload", files={"files": ("a.md", b"# A")}).status_code == 200
    body = {"data": [False, "en"], "session_hash": "abc", "fn_index": handlers(client)["library_refresh"]}
    assert client.post("/gradio_api/queue/join", json=body).status_code == 200


def test_a_technician_reads_places_and_asks(house: House, server: TestClient) -> None:
    client = sign_in(server, "technician")
    revision = revision_of(house)
    place = client.get(f"/places/{revision}", params={"quote": "6 wires are broken", "fragment": "1", "lang": "en"})
    assert "<mark>6 wires are broken</mark>" in place.text
    file = client.get(f"/files/{revision}")
    assert file.text == MANUAL
    assert file.headers["content-disposition"].startswith("attachment")
    assert client.get("/files/999").status_code == 404
    body = {"data": ["", "", "en", None], "session_hash": "abc", "fn_index": handlers(client)["ask_send"]}
    assert client.post("/gradio_api/queue/join", json=body).status_code == 200


def test_another_site_cannot_post(server: TestClient) -> None:
    client = sign_in(server, "lead")
    for headers in ({"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/gradio_api/queue/join", json={}, headers=headers).status_code == 403
        assert client.post("/login", data={"name": "lead", "password": PASSWORD}, headers=headers).status_code == 403


def test_forged_proxy_headers_change_nothing(stranger: TestClient) -> None:
    for name in ("x-forwarded-for", "x-real-ip", "forwarded", "x-forwarded-user", "remote-user", "x-user"):
        assert stranger.get("/config", headers={name: "127.0.0.1"}).status_code == 401


def test_the_browser_may_fetch_from_this_server_only(server: TestClient) -> None:
    reply = sign_in(server, "technician").get("/")
    assert "default-src 'self'" in reply.headers["content-security-policy"]
    assert "fonts.googleapis" not in reply.text
    assert "cdnjs" not in reply.text


def test_without_accounts_only_this_machine_is_answered(house: House) -> None:
    with browser(house, accounts=False) as client:
        assert client.get("/config").status_code == 200
        for name in ("x-forwarded-for", "forwarded", "x-real-ip", "via"):
            assert client.get("/config", headers={name: "10.0.0.9"}).status_code == 403
        assert client.get("/config", headers={"host": "plant.example"}).status_code == 403
        assert client.get("/config", headers={"host": "127.0.0.1.evil.example"}).status_code == 403
        assert client.get("/config", headers={"host": "[::1]:7860"}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.5", "plant.example", "::"])
def test_without_accounts_another_address_is_refused(house: House, host: str) -> None:
    with pytest.raises(SettingsError):
        build_app(house.settings.model_copy(update={"host": host}), house, False)


def test_what_loopback_is() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost")] == [True] * 5
    assert [is_loopback(host) for host in ("", "0.0.0.0", "localhost.evil.example", "192.168.1.4")] == [False] * 4


def test_uploads_are_private_to_the_user_of_the_server(house: House) -> None:
    build_app(house.settings, house, True)
    assert (house.settings.data_dir / "uploads").stat().st_mode & 0o077 == 0
