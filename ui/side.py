"""What stands beside the page: photos, job cards to print, plots, reports, stickers, the session's state, icons."""

from __future__ import annotations

import io
import json
import secrets
import tempfile
from functools import cache
from html import escape
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from corpus import MillhandError, NotFound
from ui.access import account_of
from ui.charts import CHARTS, chart
from ui.house import House
from ui.html import clean
from ui.plots import status_plot
from ui.rendering import answer_html
from ui.runs import Runs
from ui.stickers import stickers_pdf
from ui.texts import Language, choose_language, refusal, text

PRIVATE = {"cache-control": "private, no-store"}
PHOTO_BYTES = 15_000_000
PHOTO_KINDS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/bmp": ".bmp"}
INSTANCE = secrets.token_hex(8)
"""Which run of the server this is: the page reloads when it finds another one."""

CARD = """<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title><style>
body {{ font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 1.5rem auto;
  max-width: 46rem; padding: 0 1rem; color: #111; background: #fff; }}
h1 {{ font-size: 1.3rem; border-bottom: 2px solid #111; }} h3, h4 {{ margin: .8rem 0 .2rem; }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ border: 1px solid #777; padding: .2rem .4rem; text-align: left; }}
.mh-warning {{ border: 3px solid #111; padding: .2rem .8rem; }} ul {{ list-style: none; padding-left: 0; }}
.mh-ticks input {{ width: 1.1rem; height: 1.1rem; }} a, button {{ color: inherit; text-decoration: none; border: 0;
  background: none; font: inherit; padding: 0; }} .mh-cite:not(.mh-cite-wide)::before {{ content: "["; }}
.mh-cite:not(.mh-cite-wide)::after {{ content: "]"; }} .sign {{ display: flex; gap: 3rem; margin-top: 2.5rem; }}
.sign span {{ flex: 1; border-top: 1px solid #111; padding-top: .2rem; }}
@media print {{ .noprint {{ display: none; }} }}
</style></head><body><h1>{title}</h1><p><b>{machine}</b> {when}</p><p><b>{asked}</b> {question}</p>{answer}
<div class="sign"><span>{done_by}</span><span>{date}</span></div></body></html>"""


def side_routes(house: House) -> APIRouter:
    """Build /session, /photos, /jobcards, /plots, /charts, /reports, /stickers.pdf, /manifest.json and the icons."""
    router = APIRouter()

    @router.get("/session")
    def session(request: Request) -> Response:
        return JSONResponse({"name": account_of(request).name, "instance": INSTANCE}, headers=PRIVATE)

    @router.post("/photos")
    async def photo(request: Request, lang: str | None = None) -> Response:
        account_of(request)
        language = choose_language(lang, request.headers.get("accept-language"))
        suffix = PHOTO_KINDS.get(request.headers.get("content-type", "").partition(";")[0].strip().lower())
        if suffix is None:
            return _problem(415, refusal(language, "Send the picture itself as JPEG, PNG, WebP or BMP."))
        content = bytearray()
        async for piece in request.stream():
            content += piece
            if len(content) > PHOTO_BYTES:
                return _problem(413, refusal(language, f"A photo has {PHOTO_BYTES // 1_000_000} MB at most."))
        from anyio.to_thread import run_sync

        return await run_sync(_read_photo, house, bytes(content), suffix, language)

    @router.get("/jobcards/{conversation}/{number}")
    def job_card(request: Request, conversation: str, number: int, lang: str | None = None) -> Response:
        account, language = account_of(request), choose_language(lang, request.headers.get("accept-language"))
        turns = house.corpus.turns(conversation, owner=account.name, limit=200)[-50:]
        if not 1 <= number <= len(turns):
            return _problem(404, "There is no such answer of yours.")
        turn = turns[number - 1]
        zone = house.settings.zone
        page = CARD.format(
            language=language,
            title=escape(text(language, "job_card")),
            machine=escape(turn.equipment or ""),
            when=turn.at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
            asked=escape(text(language, "question")),
            question=escape(turn.question),
            answer=clean(answer_html(json.loads(turn.answer), language, zone)),
            done_by=escape(text(language, "done_by")),
            date=escape(text(language, "date")),
        )
        return HTMLResponse(page, headers=PRIVATE)

    @router.get("/plots/{tag}.svg")
    def plot(tag: str, days: Annotated[int, Query(ge=1, le=366)] = 7, lang: str | None = None) -> Response:
        try:
            svg = status_plot(house.corpus, tag, days, choose_language(lang, None), house.settings.zone)
        except MillhandError as error:
            return _problem(404 if isinstance(error, NotFound) else 422, str(error))
        return Response(svg, media_type="image/svg+xml", headers=PRIVATE)

    @router.get("/charts/{kind}.svg")
    def bars(kind: str, lang: str | None = None) -> Response:
        if kind not in CHARTS:
            return _problem(404, f"There is no chart {kind!r}.")
        svg = chart(house.corpus, kind, choose_language(lang, None))
        return Response(svg, media_type="image/svg+xml", headers=PRIVATE)

    @router.get("/reports/{run}")
    def report(run: str) -> Response:
        try:
            page = Runs(house).report(run).read_text("utf-8")
        except MillhandError as error:
            return _problem(404, str(error))
        return HTMLResponse(page, headers=PRIVATE)

    @router.get("/stickers.pdf")
    def stickers(request: Request, equipment: Annotated[list[str] | None, Query(max_length=500)] = None) -> Response:
        address = house.settings.public_url or str(request.base_url).rstrip("/")
        try:
            machines = [house.corpus.equipment(tag) for tag in equipment] if equipment else house.corpus.all_equipment()
            pdf = stickers_pdf(machines, address)
        except MillhandError as error:
            return _problem(404, str(error))
        headers = {**PRIVATE, "content-disposition": 'inline; filename="stickers.pdf"'}
        return Response(pdf, media_type="application/pdf", headers=headers)

    @router.get("/manifest.json")
    def manifest() -> Response:
        icons = [{"src": f"/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)]
        return JSONResponse(
            {
                "name": "Millhand",
                "short_name": "Millhand",
                "start_url": "/",
                "display": "standalone",
                "background_color": "#ffffff",
                "theme_color": "#0f5ea8",
                "icons": icons,
            },
            media_type="application/manifest+json",
        )

    @router.get("/icon-{size}.png")
    def icon(size: int) -> Response:
        if size not in (192, 512):
            return _problem(404, "The icon has 192 or 512 pixels.")
        return Response(_icon(size), media_type="image/png")

    return router


def _read_photo(house: House, content: bytes, suffix: str, language: Language) -> Response:
    # The picture is gone when its text has been read: nothing that others could fetch is left behind.
    with tempfile.TemporaryDirectory(dir=house.settings.data_dir / "uploads") as folder:
        file = Path(folder) / f"photo{suffix}"
        file.write_bytes(content)
        try:
            return JSONResponse({"text": house.ingestor.read_image(file).strip()}, headers=PRIVATE)
        except MillhandError as error:
            return _problem(422, refusal(language, str(error)))


@cache
def _icon(size: int) -> bytes:
    """Draw the icon: a gear's hub, a ring with eight teeth."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (size, size), "#0f5ea8")
    draw = ImageDraw.Draw(image)
    middle, unit = size / 2, size / 16
    for turn in range(8):
        draw.pieslice((2 * unit, 2 * unit, 14 * unit, 14 * unit), turn * 45 - 11, turn * 45 + 11, fill="white")
    draw.ellipse((middle - 4.5 * unit, middle - 4.5 * unit, middle + 4.5 * unit, middle + 4.5 * unit), fill="white")
    draw.ellipse((middle - 2 * unit, middle - 2 * unit, middle + 2 * unit, middle + 2 * unit), fill="#0f5ea8")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _problem(status: int, detail: str) -> Response:
    return JSONResponse({"detail": detail}, status, headers=PRIVATE)
