"""Signing in and out: one plain form, rendered here, that needs no script and no other file."""

from __future__ import annotations

from html import escape
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from corpus import Corpus, Refused
from ui.access import COOKIE, session_key
from ui.texts import Language, choose_language, text

PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
:root {{ color-scheme: light dark; }}
body {{ font: 18px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 0;
  min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }}
main {{ width: min(24rem, 88vw); }} h1 {{ font-size: 1.4rem; }}
label {{ display: block; margin: .8rem 0 .2rem; }}
input, button {{ font: inherit; width: 100%; box-sizing: border-box; min-height: 48px; padding: .4rem .7rem;
  border-radius: 8px; border: 1px solid GrayText; }}
button {{ margin-top: 1.2rem; background: #0f5ea8; color: #fff; border: 0; font-weight: 600; }}
.problem {{ color: #c62828; font-weight: 600; }}
nav {{ margin-top: 1.5rem; }} a {{ color: inherit; margin-right: 1rem; }}
</style></head><body><main><h1>{title}</h1>{problem}
<form method="post" action="/login"><input type="hidden" name="next" value="{next}">
<input type="hidden" name="lang" value="{language}">
<label for="name">{name}</label><input id="name" name="name" autocomplete="username" required autofocus>
<label for="password">{password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button>{sign_in}</button></form><p>{hint}</p>
<nav><a href="/login?lang=zh&amp;next={next_query}">中文</a>
<a href="/login?lang=en&amp;next={next_query}">English</a></nav>
</main></body></html>"""


def signing_routes(corpus: Corpus, *, accounts: bool) -> APIRouter:
    """Build /login and /logout."""
    router = APIRouter()

    @router.get("/login")
    def form(request: Request, lang: str | None = None, next: str = "/") -> Response:
        if not accounts:
            return RedirectResponse("/", 303)
        return _form(choose_language(lang, request.headers.get("accept-language")), _inside(next))

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
            key = corpus.sign_in(name.strip(), password)
        except Refused as refused:
            language = choose_language(lang, request.headers.get("accept-language"))
            return _form(language, target, problem=str(refused), status=401)
        response = RedirectResponse(target, 303)
        response.set_cookie(
            COOKIE,
            key,
            max_age=int(corpus.settings.session_hours * 3600),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
            path="/",
        )
        return response

    @router.api_route("/logout", methods=["GET", "POST"])
    def sign_out(request: Request) -> Response:
        key = session_key(request.headers)
        if accounts and key:
            corpus.sign_out(key)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE, path="/")
        return response

    return router


def _inside(target: str) -> str:
    """Return a path of this server: a sign-in that leads elsewhere would help a phisher."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) and "\n" not in target else "/"


def _form(language: Language, target: str, *, problem: str = "", status: int = 200) -> Response:
    from urllib.parse import quote

    page = PAGE.format(
        language=language,
        title=escape(text(language, "title")),
        name=escape(text(language, "name")),
        password=escape(text(language, "password")),
        sign_in=escape(text(language, "sign_in")),
        hint=escape(text(language, "sign_in_hint")),
        problem=f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else "",
        next=escape(target),
        next_query=quote(target, safe=""),
    )
    return HTMLResponse(page, status, headers={"cache-control": "no-store"})
