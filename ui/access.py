"""Who may do what, decided here for every path of the server by one ASGI middleware, whatever the page shows.

What is not listed is refused: a new path of a library that we serve stays closed until somebody opens it here.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote, urlsplit

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from corpus import Account, Refused, Role, SettingsError

COOKIE = "millhand_session"
TABLET = "millhand_tablet"
EVERYONE: frozenset[Role] = frozenset({"technician", "lead", "evaluator", "admin"})
KEEPERS: frozenset[Role] = frozenset({"lead", "admin"})
EVALUATORS: frozenset[Role] = KEEPERS | {"evaluator"}
NOBODY_SIGNED_IN = Account(name="local", role="admin", display_name="")
"""Who acts where accounts are switched off."""

PUBLIC = re.compile(r"/login|/switch|/healthz")
"""Open to strangers; /switch answers only a device that holds a shared tablet's key."""
SIGNED_IN = re.compile(
    r"/|/logout|/config/?|/theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt|/(?:assets|svelte|static)/.+"
    r"|/pages/\d+/\d+\.png|/files/\d+|/places/\d+|/plots/[^/]+\.svg|/jobcards/[0-9a-f]+/\d+|/photos|/session"
    r"|/account(?:/pin|/tablet)?|/icon(?:-192|-512)?\.png"
    r"|/api/(?:openapi\.json|ask|search|parts|status|status/[^/]+)|/mcp"
    r"|/gradio_api/(?:info/?|app_id/?|startup-events|theme\.css|heartbeat/[^/]+|queue/data|reset/?|cancel"
    r"|call/[^/]+/[^/]+)"
)
CALLS = re.compile(r"/gradio_api/(?:queue/join|(?:run|api|call/v2|call)/([^/]+))/?")
UPLOADS = re.compile(r"/gradio_api/(?:upload|upload_progress)")
UPLOADED = re.compile(r"/gradio_api/file=.+")
PUSHES = re.compile(r"/api/(?:parts|status)")
KEPT = re.compile(r"/stickers\.pdf|/charts/[^/]+\.svg")
EVALUATED = re.compile(r"/reports/[^/]+")
PROXY_HEADERS = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-real-ip", "via")
CALL_BYTES = 4_000_000

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"same-origin"),
    # The page's own code needs inline scripts and eval; what counts is that the browser fetches nothing from outside.
    (
        b"content-security-policy",
        b"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; form-action 'self'; base-uri 'self'; "
        b"frame-ancestors 'self'; object-src 'none'",
    ),
)


@dataclass(frozen=True, slots=True)
class Functions:
    """The page's event handlers as the middleware knows them: which roles may call which, by name and by index."""

    names: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    indexes: Mapping[int, frozenset[Role]] = field(default_factory=dict)


def is_loopback(host: str) -> bool:
    """Say whether a host name or address is this machine itself."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_host(host: str, *, accounts: bool) -> None:
    """Refuse to serve without accounts on an address that others reach; raises SettingsError."""
    if not accounts and not is_loopback(host):
        raise SettingsError(
            f"--no-accounts works on the loopback address only, the host is now {host!r}; "
            "use --host 127.0.0.1, or add accounts with `millhand users add`."
        )


def account_of(scope_or_request: Any) -> Account:
    """Return who sent a request, as the middleware found; raises Refused if it did not pass there."""
    request = getattr(scope_or_request, "request", None) or scope_or_request
    scope = request if isinstance(request, dict) else getattr(request, "scope", {})
    account = scope.get("state", {}).get("account")
    if not isinstance(account, Account):
        raise Refused("Sign in first.")
    return account


def require(account: Account, roles: frozenset[Role]) -> None:
    """Raise Refused unless the account has one of the roles."""
    if account.role not in roles:
        raise Refused(f"{account.name} is signed in as {account.role}; this takes {' or '.join(sorted(roles))}.")


class _Denied(Exception):
    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class AccessMiddleware:
    """Let a request pass only if who sent it may do what it asks.

    `by_session` and `by_token` return the account behind a key, or None. `functions` is asked at each call, so that
    the page may be built after the middleware.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        accounts: bool,
        by_session: Callable[[str], Account | None],
        by_token: Callable[[str], Account | None],
        functions: Callable[[], Functions],
    ) -> None:
        self._app = app
        self._accounts = accounts
        self._by_session = by_session
        self._by_token = by_token
        self._functions = functions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            receive = await self._admit(scope, receive)
        except _Denied as denied:
            await self._refuse(scope, receive, send, denied)
            return
        await self._app(scope, receive, _with_headers(send))

    async def _admit(self, scope: Scope, receive: Receive) -> Receive:
        headers = Headers(scope=scope)
        path = scope["path"]
        if not self._accounts:
            _check_local(headers)
        _check_origin(scope, headers)
        account = await self._who(headers)
        if account is not None:
            scope.setdefault("state", {})["account"] = account
        if PUBLIC.fullmatch(path):
            return receive
        if account is None:
            raise _Denied(401, "Sign in first.")
        if call := CALLS.fullmatch(path):
            if scope["method"] == "GET" and call[1] is None:
                raise _Denied(405, "This wants POST.")
            return await self._check_call(account, call[1], receive)
        if UPLOADED.fullmatch(path):
            raise _Denied(403, "What was uploaded is not handed out; a document's file is at /files.")
        if UPLOADS.fullmatch(path):
            _check_role(account, EVALUATORS)
        elif KEPT.fullmatch(path) or (PUSHES.fullmatch(path) and scope["method"] not in ("GET", "HEAD")):
            _check_role(account, KEEPERS)
        elif EVALUATED.fullmatch(path):
            _check_role(account, EVALUATORS)
        elif not SIGNED_IN.fullmatch(path) or scope["type"] == "websocket":
            raise _Denied(404, "There is nothing at this address.")
        return receive

    async def _who(self, headers: Headers) -> Account | None:
        if not self._accounts:
            return NOBODY_SIGNED_IN
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            return await anyio.to_thread.run_sync(self._by_token, token.strip())
        key = session_key(headers)
        return await anyio.to_thread.run_sync(self._by_session, key) if key else None

    async def _check_call(self, account: Account, name: str | None, receive: Receive) -> Receive:
        body = await _read(receive)
        try:
            value = json.loads(body or b"{}")
            index = value.get("fn_index")
            index = None if index is None else int(index)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise _Denied(400, "The call is no JSON object with a whole number as fn_index.") from error
        functions = self._functions()
        # The framework lets the index win over the name; a caller must be allowed whatever it names either way.
        for one in {name, value.get("api_name")} - {None}:
            _check_role(account, functions.names.get(str(one).lstrip("/"), KEEPERS))
        if index is not None:
            _check_role(account, functions.indexes.get(index, KEEPERS))
        return _replay(body, receive)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, denied: _Denied) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": denied.detail})
            return
        response: Response = JSONResponse({"detail": denied.detail}, denied.status)
        if denied.status == 401 and scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", ""):
            query = scope.get("query_string", b"").decode("latin-1")
            target = scope["path"] + (f"?{query}" if query else "")
            response = RedirectResponse(f"/login?next={quote(target, safe='')}", 303)
        await response(scope, receive, _with_headers(send))


def session_key(headers: Headers, name: str = COOKIE) -> str | None:
    """Return the session's key in its cookie, or with TABLET a shared tablet's, if any."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return morsel.value if morsel and morsel.value else None


def _check_role(account: Account, roles: frozenset[Role]) -> None:
    try:
        require(account, roles)
    except Refused as refused:
        raise _Denied(403, str(refused)) from refused


def _check_local(headers: Headers) -> None:
    if any(name in headers for name in PROXY_HEADERS):
        raise _Denied(403, "A proxy forwarded this, and accounts are switched off; serve with accounts instead.")
    host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    if not is_loopback(host):
        raise _Denied(403, "Accounts are switched off, so only this machine's own addresses are answered.")


def _check_origin(scope: Scope, headers: Headers) -> None:
    if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
        return
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        raise _Denied(403, "Another site sent this; open the page itself.")
    if headers.get("sec-fetch-site") == "cross-site":
        raise _Denied(403, "Another site sent this; open the page itself.")


async def _read(receive: Receive) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        body += bytes(message.get("body", b""))
        if len(body) > CALL_BYTES:
            raise _Denied(413, "The call is too long.")
        if not message.get("more_body"):
            return body


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {name.lower() for name, _ in message.get("headers", [])}
            message = {
                **message,
                "headers": [*message.get("headers", []), *(one for one in SECURITY_HEADERS if one[0] not in names)],
            }
        await send(message)

    return sending
