"""The places behind citations: page pictures with the quote marked, the text of pageless documents, the files."""

from __future__ import annotations

from html import escape
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response

from corpus import MillhandError, NotFound, Passage, Revision, contains_quote, find_quote
from ingest import quote_boxes
from ui.house import House
from ui.html import clean
from ui.texts import Language, choose_language, text

PRIVATE = {"cache-control": "private, no-store"}
Quote = Annotated[str | None, Query(max_length=4000)]
Number = Annotated[int, PathParameter(ge=1, le=2**31 - 1)]
"""What a database can hold as a whole number."""


def source_routes(house: House) -> APIRouter:
    """Build /pages/{revision}/{page}.png, /places/{revision} and /files/{revision}."""
    router = APIRouter()

    @router.get("/pages/{revision}/{page}.png")
    def picture(revision: Number, page: Number, quote: Quote = None) -> Response:
        try:
            return Response(house.ingestor.page_picture(revision, page, quote), media_type="image/png", headers=PRIVATE)
        except MillhandError as error:
            return _problem(error)

    @router.get("/places/{revision}")
    def place(
        revision: Number,
        page: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
        section: Annotated[str | None, Query(max_length=1000)] = None,
        quote: Quote = None,
        lang: str | None = None,
        fragment: bool = False,
    ) -> Response:
        try:
            html = place_html(house, house.corpus.revision(revision), page, section, quote or "", lang)
        except MillhandError as error:
            return _problem(error)
        if not fragment:
            html = (
                '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
                "<title>Millhand</title><style>body{font:18px/1.5 system-ui,sans-serif;margin:1rem}"
                f"img{{max-width:100%}}mark{{background:#ffe066}}</style>{html}"
            )
        return HTMLResponse(html, headers=PRIVATE)

    @router.get("/files/{revision}")
    def file(revision: Number) -> Response:
        try:
            found = house.corpus.revision(revision)
        except MillhandError as error:
            return _problem(error)
        # Always a download: an uploaded HTML file must not run in this server's name.
        return FileResponse(
            found.file,
            filename=found.source,
            media_type="application/octet-stream",
            content_disposition_type="attachment",
            headers=PRIVATE,
        )

    return router


def place_html(
    house: House, revision: Revision, page: int | None, section: str | None, quote: str, lang: str | None
) -> str:
    """Show a place: its page as a picture, or the text of its section, each with the quote marked."""
    language = choose_language(lang, None)
    where = [revision.source, text(language, "page_short", page=page) if page else "", section or ""]
    head = f"<h3>{escape(' · '.join(part for part in where if part))}</h3>"
    if page:
        query = f"?{urlencode({'quote': quote})}" if quote else ""
        alt = escape(text(language, "viewer_alt", source=revision.source, page=page))
        turns = _turns(revision, page, quote, language)
        mark = _mark(house, revision, page, quote)
        body = f'{turns}<img src="/pages/{revision.id}/{page}.png{escape(query)}" alt="{alt}"{mark}>'
        said = (
            f"<p>{escape(text(language, 'viewer_quote'))}</p><blockquote>{_lines(quote)}</blockquote>" if quote else ""
        )
    else:
        passages = _section_of(house.corpus.chunks(revision.id), section, quote)
        shown = "".join(f"<p>{_marked(passage.text, quote)}</p>" for passage in passages)
        body = (
            f'<p class="mh-detail">{escape(text(language, "viewer_no_page"))}</p><div class="mh-source">{shown}</div>'
        )
        said = "" if "<mark>" in shown or not quote else f"<blockquote>{_lines(quote)}</blockquote>"
    link = f'<p><a class="mh-do" href="/files/{revision.id}">{escape(text(language, "viewer_open"))}</a></p>'
    return clean(head + body + said + link)


def _mark(house: House, revision: Revision, page: int, quote: str) -> str:
    """Say where on the page the quote begins, as fractions of its size: page.js brings that into view."""
    boxes = quote_boxes(house.corpus.page(revision.id, page), quote) if quote else []
    if not boxes:
        return ""
    return f' data-top="{min(one.top for one in boxes):.3f}" data-left="{min(one.left for one in boxes):.3f}"'


def _turns(revision: Revision, page: int, quote: str, language: Language) -> str:
    """Lead to the pages before and after; the quote goes along, so that the way back still shows it."""
    links = []
    for key, number in (("page_before", page - 1), ("page_after", page + 1)):
        if 1 <= number <= revision.pages:
            query = {"page": number, "lang": language, **({"quote": quote} if quote else {})}
            address = escape(f"/places/{revision.id}?{urlencode(query)}")
            links.append(f'<a class="mh-turn" href="{address}">{escape(text(language, key))}</a>')
    of = escape(text(language, "page_of", page=page, pages=revision.pages))
    return f'<div class="mh-turns">{"".join(links)}<span class="mh-detail">{of}</span></div>'


def _section_of(passages: list[Passage], section: str | None, quote: str) -> list[Passage]:
    holding = next((one for one in passages if quote and contains_quote(one.text, quote)), None)
    path = holding.section if holding else next((one.section for one in passages if section in one.section), None)
    if holding and holding.kind == "row":
        return [holding]
    return [one for one in passages if one.section == path] or passages[:3]


def _marked(passage: str, quote: str) -> str:
    span = find_quote(passage, quote) if quote else None
    if span is None:
        return _lines(passage)
    start, end = span
    return f"{_lines(passage[:start])}<mark>{_lines(passage[start:end])}</mark>{_lines(passage[end:])}"


def _lines(raw: str) -> str:
    return escape(raw).replace("\n", "<br>")


def _problem(error: MillhandError) -> Response:
    return JSONResponse({"detail": str(error)}, 404 if isinstance(error, NotFound) else 422, headers=PRIVATE)
