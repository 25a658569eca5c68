"""The web application: FastAPI with the Gradio page in it, all of it behind the access middleware."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from corpus import Role, Settings
from ui.access import EVALUATORS, EVERYONE, KEEPERS, AccessMiddleware, Functions, check_host
from ui.api import push_routes
from ui.api_ask import add_schema, api_routes
from ui.house import House
from ui.mcp import build_mcp
from ui.side import side_routes
from ui.signing import signing_routes
from ui.sources import source_routes

SYSTEM_FONTS = (
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "sans-serif",
)
SYSTEM_MONO = ("ui-monospace", "Consolas", "Menlo", "monospace")
HEAD = """<link rel="manifest" href="/manifest.json" crossorigin="use-credentials">
<meta name="theme-color" content="#0f5ea8"><style>{css}</style><script>{script}</script>"""
OPEN_TO: dict[str, frozenset[Role]] = {
    "ask_": EVERYONE,
    "page_": EVERYONE,
    "plant_": EVERYONE,
    "evaluate_": EVALUATORS,
}
"""Who may call a handler, by how its name begins; all others are the keepers'."""


def build_app(settings: Settings, house: House, accounts: bool) -> ASGIApp:
    """Assemble the application; it owns neither the house nor the socket.

    Raises:
        SettingsError: without accounts on an address that others reach.
    """
    check_host(settings.host, accounts=accounts)
    uploads = settings.data_dir / "uploads"
    uploads.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Gradio reads both when it is imported or its page is built.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(uploads.resolve())
    import gradio as gr

    from ui.page import build_page

    tools, tools_app = build_mcp(house)

    @asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        async with tools.session_manager.run():
            yield

    app = FastAPI(title="Millhand", docs_url=None, redoc_url=None, openapi_url=None, lifespan=running)

    @app.get("/healthz")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    app.include_router(signing_routes(house.corpus, accounts=accounts))
    app.include_router(source_routes(house))
    app.include_router(side_routes(house))
    api = api_routes(house)
    pushes = push_routes(house)
    app.include_router(api)
    app.include_router(pushes)
    add_schema(app, api, pushes)
    app.router.routes.extend(tools_app.routes)
    page = build_page(house, accounts=accounts)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        server_name=settings.host,
        server_port=settings.port,
        theme=gr.themes.Base(
            primary_hue=gr.themes.colors.blue,
            neutral_hue=gr.themes.colors.slate,
            text_size=gr.themes.sizes.text_lg,
            font=SYSTEM_FONTS,
            font_mono=SYSTEM_MONO,
        ),
        css=_asset("page.css"),
        # The framework confines `css` to the inside of its container; what concerns the container and small screens
        # must stand in the head as well.
        head=HEAD.format(css=_asset("page.css"), script=_asset("page.js")),
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        pwa=False,  # the manifest is ours: ui/side.py
        show_error=False,
        max_file_size=f"{settings.upload_mb}mb",
        blocked_paths=[str(settings.data_dir.resolve() / name) for name in ("files", "chroma", "millhand.db")],
    )
    functions = _functions(page)
    return AccessMiddleware(
        app,
        accounts=accounts,
        by_session=house.corpus.session_account,
        by_token=house.corpus.token_account,
        functions=lambda: functions,
    )


def _functions(page: Any) -> Functions:
    names, indexes = {}, {}
    for index, function in page.fns.items():
        name = str(function.api_name or "")
        opened = next((who for start, who in OPEN_TO.items() if name.startswith(start)), KEEPERS)
        roles = EVERYONE if function.fn is None else opened
        names[name] = roles
        indexes[int(index)] = roles
    return Functions(names, indexes)


def _asset(name: str) -> str:
    return resources.files("ui").joinpath(name).read_text("utf-8")
