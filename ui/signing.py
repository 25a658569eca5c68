"""Signing in and out, and people taking turns at a shared tablet: plain forms that need no other file."""

from __future__ import annotations

from html import escape
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from corpus import Corpus, MillhandError, Refused
from ui.access import COOKIE, KEEPERS, TABLET, account_of, require, session_key
from ui.texts import Language, choose_language, text

TABLET_DAYS = 400
"""How long a shared tablet stays one; browsers keep no cookie longer."""
PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
:root {{ color-scheme: light dark; }}
body {{ font: 18px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 0;
  min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }}
main {{ width: min(24rem, 88vw); padding: 1rem 0; }}
h1 {{ font-size: 1.4rem; }} h2 {{ font-size: 1.15rem; margin-top: 2rem; }}
label {{ display: block; margin: .8rem 0 .2rem; }}
input, button, .big {{ font: inherit; width: 100%; box-sizing: border-box; min-height: 48px; padding: .4rem .7rem;
  border-radius: 8px; border: 1px solid #767676; }}
button, .big {{ margin-top: 1.2rem; background: #0f5ea8; color: #fff; border: 0; font-weight: 600; }}
.big {{ display: flex; align-items: center; min-height: 60px;
  margin: .6rem 0; text-decoration: none; font-size: 1.15rem; }}
.problem {{ color: #b3261e; font-weight: 600; }} .done {{ font-weight: 600; }}
@media (prefers-color-scheme: dark) {{ .problem {{ color: #ffb4ab; }} }}
#pin {{ font-size: 1.6rem; letter-spacing: .4em; text-align: center; }}
.keys {{ display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem; margin-top: .6rem; }}
.keys button {{ margin: 0; min-height: 60px; font-size: 1.4rem; }}
nav {{ margin-top: 1.5rem; display: flex; flex-wrap: wrap; }}
nav a {{ color: inherit; margin-right: 1rem; min-height: 44px; display: inline-flex; align-items: center; }}
</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"""
KEYS = """<div class="keys">{keys}</div><script>
const pin = document.getElementById("pin");
document.querySelectorAll(".keys [data-key]").forEach((key) => key.addEventListener("click", () => {{
  if (key.dataset.key === "back") pin.value = pin.value.slice(0, -1);
  else if (pin.value.length < 8) pin.value += key.dataset.key;
}}));</script>"""


def signing_routes(corpus: Corpus, *, accounts: bool) -> APIRouter:
    """Build /login, /logout, /switch and /account."""
    router = APIRouter()

    # Behind a proxy that speaks TLS the request itself looks plain; the public address tells.
    public_tls = (corpus.settings.public_url or "").startswith("https:")

    def keep(response: Response, request: Request, name: str, key: str, seconds: int) -> None:
        secure = public_tls or request.url.scheme == "https"
        response.set_cookie(name, key, max_age=seconds, httponly=True, samesite="strict", secure=secure, path="/")

    def enter(key: str, target: str, request: Request) -> Response:
        old = session_key(request.headers)
        if old:
            corpus.sign_out(old)
        response = RedirectResponse(target, 303)
        keep(response, request, COOKIE, key, int(corpus.settings.session_hours * 3600))
        return response

    def language_of(request: Request, lang: str | None) -> Language:
        return choose_language(lang, request.headers.get("accept-language"))

    def is_tablet(request: Request) -> bool:
        key = session_key(request.headers, TABLET)
        return key is not None and corpus.tablet_people(key) is not None

    @router.get("/login")
    def form(request: Request, lang: str | None = None, next: str = "/") -> Response:
        if not accounts:
            return RedirectResponse("/", 303)
        return _sign_in(language_of(request, lang), _inside(next), tablet=is_tablet(request))

    @router.post("/login")
    def sign_in(
        request: Request,
        name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        lang: Annotated[str | None, Form()] = None,
        next: Annotated[str, Form()] = "/",
    ) -> Response:
        target = _inside(next)
        if not accounts:
            return RedirectResponse("/", 303)
        try:
            return enter(corpus.sign_in(name.strip(), password), target, request)
        except Refused as refused:
            language = language_of(request, lang)
            return _sign_in(language, target, tablet=is_tablet(request), problem=_said(refused, language))

    @router.api_route("/logout", methods=["GET", "POST"])
    def sign_out(request: Request) -> Response:
        key = session_key(request.headers)
        if accounts and key:
            corpus.sign_out(key)
        response = RedirectResponse("/switch" if accounts and is_tablet(request) else "/login", 303)
        response.delete_cookie(COOKIE, path="/")
        return response

    @router.get("/switch")
    def people(request: Request, name: str | None = None, lang: str | None = None) -> Response:
        language = language_of(request, lang)
        names = corpus.tablet_people(session_key(request.headers, TABLET) or "") if accounts else None
        if names is None:
            return RedirectResponse("/login" if accounts else "/", 303)
        if name is not None:
            return _keypad(language, name)
        links = "".join(
            f'<a class="big" href="/switch?name={quote(one.name, safe="")}&amp;lang={language}">'
            f"{escape(one.display_name or one.name)}</a>"
            for one in names
        )
        return _plain(language, links or _line(language, "switch_nobody"), links=(("/login", "sign_in_password"),))

    @router.post("/switch")
    def take_over(
        request: Request,
        name: Annotated[str, Form()] = "",
        pin: Annotated[str, Form()] = "",
        lang: Annotated[str | None, Form()] = None,
    ) -> Response:
        language = language_of(request, lang)
        try:
            key = corpus.sign_in_by_pin(session_key(request.headers, TABLET) or "", name, pin)
        except Refused as refused:
            return _keypad(language, name, problem=_said(refused, language))
        return enter(key, f"/?lang={language}", request)

    @router.get("/account")
    def account(request: Request, lang: str | None = None) -> Response:
        who = account_of(request)
        return _account(language_of(request, lang), keeper=who.role in KEEPERS)

    @router.post("/account/pin")
    def pin(
        request: Request,
        password: Annotated[str, Form()] = "",
        pin: Annotated[str, Form()] = "",
        lang: Annotated[str | None, Form()] = None,
    ) -> Response:
        who, language = account_of(request), language_of(request, lang)
        try:
            corpus.set_pin(who.name, password, pin.strip())
        except MillhandError as error:
            problem = _said(error, language)
            return _account(language, keeper=who.role in KEEPERS, problem=problem, status=422)
        return _account(language, keeper=who.role in KEEPERS, done="pin_set")

    @router.post("/account/tablet")
    def tablet(request: Request, lang: Annotated[str | None, Form()] = None) -> Response:
        who, language = account_of(request), language_of(request, lang)
        try:
            require(who, KEEPERS)
        except Refused as refused:
            return _account(language, keeper=False, problem=str(refused), status=403)
        response = _account(language, keeper=True, done="tablet_set")
        keep(response, request, TABLET, corpus.add_tablet(who.name, "shared tablet"), TABLET_DAYS * 86_400)
        return response

    return router


def _inside(target: str) -> str:
    """Return a path of this server: a sign-in that leads elsewhere would help a phisher."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) and "\n" not in target else "/"


def _said(error: MillhandError, language: Language) -> str:
    """Say a refusal in the visitor's language where we know it."""
    known = {"The name or": "wrong_password", "Too many": "too_many", "A PIN is": "pin_digits"}
    key = next((key for start, key in known.items() if str(error).startswith(start)), None)
    return text(language, key) if key else str(error)


def _plain(
    language: Language, body: str, *, links: tuple[tuple[str, str], ...] = (), problem: str = "", status: int = 200
) -> Response:
    alert = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    named = "".join(f'<a href="{escape(path)}">{escape(text(language, key))}</a>' for path, key in links)
    page = PAGE.format(
        language=language, title=escape(text(language, "title")), body=f"{alert}{body}<nav>{named}</nav>"
    )
    return HTMLResponse(page, status, headers={"cache-control": "no-store"})


def _line(language: Language, key: str) -> str:
    return f"<p>{escape(text(language, key))}</p>"


def _input(language: Language, key: str, **attributes: str) -> str:
    given = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    name = escape(text(language, key))
    return f'<label for="{attributes["id"]}">{name}</label><input name="{attributes["id"]}" required{given}>'


def _hidden(**values: str) -> str:
    return "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in values.items())


def _sign_in(language: Language, target: str, *, tablet: bool, problem: str = "") -> Response:
    body = (
        f'<form method="post" action="/login">{_hidden(next=target, lang=language)}'
        f"{_input(language, 'name', id='name', autocomplete='username', autofocus='')}"
        f"{_input(language, 'password', id='password', type='password', autocomplete='current-password')}"
        f"<button>{escape(text(language, 'sign_in'))}</button></form>{_line(language, 'sign_in_hint')}"
    )
    following = quote(target, safe="")
    links: tuple[tuple[str, str], ...] = (
        (f"/login?lang=zh&next={following}", "chinese"),
        (f"/login?lang=en&next={following}", "english"),
    )
    if tablet:
        links = ((f"/switch?lang={language}", "switch"), *links)
    return _plain(language, body, links=links, problem=problem, status=401 if problem else 200)


def _keypad(language: Language, name: str, *, problem: str = "") -> Response:
    back = escape(text(language, "key_back"))
    buttons = [f'<button type="button" data-key="{n}">{n}</button>' for n in "123456789"]
    buttons += [f'<button type="button" data-key="back" aria-label="{back}">⌫</button>']
    buttons += ['<button type="button" data-key="0">0</button>', f"<button>{escape(text(language, 'ok'))}</button>"]
    numeric = {"inputmode": "numeric", "maxlength": "8", "autocomplete": "off", "type": "password"}
    body = (
        f'<form method="post" action="/switch"><h2>{escape(name)}</h2>{_hidden(name=name, lang=language)}'
        f"{_input(language, 'pin', id='pin', autofocus='', **numeric)}{KEYS.format(keys=''.join(buttons))}</form>"
    )
    links = ((f"/switch?lang={language}", "switch_other"),)
    return _plain(language, body, links=links, problem=problem, status=401 if problem else 200)


def _account(language: Language, *, keeper: bool, problem: str = "", done: str = "", status: int = 200) -> Response:
    digits = {"inputmode": "numeric", "maxlength": "8", "autocomplete": "off", "type": "password"}
    body = f'<p class="done" role="status">{escape(text(language, done))}</p>' if done else ""
    body += (
        f"<h2>{escape(text(language, 'pin_title'))}</h2>{_line(language, 'pin_hint')}"
        f'<form method="post" action="/account/pin">{_hidden(lang=language)}'
        f"{_input(language, 'password', id='password', type='password', autocomplete='current-password')}"
        f"{_input(language, 'pin', id='pin', **digits)}<button>{escape(text(language, 'pin_save'))}</button></form>"
    )
    if keeper:
        body += (
            f"<h2>{escape(text(language, 'tablet_title'))}</h2>{_line(language, 'tablet_hint')}"
            f'<form method="post" action="/account/tablet">{_hidden(lang=language)}'
            f"<button>{escape(text(language, 'tablet_make'))}</button></form>"
        )
    links = ((f"/?lang={language}", "back"), (f"/switch?lang={language}", "switch"), ("/logout", "sign_out"))
    return _plain(language, body, links=links, problem=problem, status=status)
