"""The page: a head with the language switch, and one tab a subject."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from corpus import Account
from ui.access import KEEPERS, account_of
from ui.house import House
from ui.rendering import clean
from ui.tabs.ask import AskTab
from ui.tabs.library import LibraryTab
from ui.texts import Language, choose_language, text


def build_page(house: House, *, accounts: bool) -> gr.Blocks:
    """Lay the page out; each visitor's language and role arrive with its load event."""
    with gr.Blocks(title="Millhand", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as page:
        with gr.Row(elem_id="mh-head"):
            head = gr.HTML(_head("zh", None), elem_id="mh-title")
            language = gr.Radio(
                [("中文", "zh"), ("English", "en")], value="zh", show_label=False, container=False,
                elem_id="mh-language", interactive=True, min_width=160, scale=0,
            )  # fmt: skip
        with gr.Tabs(elem_id="mh-tabs"):
            with gr.Tab(text("zh", "tab_ask"), id="ask") as ask_tab:
                ask = AskTab(house, language)
            with gr.Tab(text("zh", "tab_library"), id="library", visible=False) as library_tab:
                library = LibraryTab(house, language)

        def labels(chosen: Language, account: Account) -> list[Any]:
            keeper = account.role in KEEPERS
            return [
                _head(chosen, account if accounts else None),
                gr.Tab(label=text(chosen, "tab_ask")),
                gr.Tab(label=text(chosen, "tab_library"), visible=keeper),
                *ask.labels(chosen),
                *library.labels(chosen, shown=keeper),
            ]

        outputs = [head, ask_tab, library_tab, *ask.labelled, *library.labelled]

        def greet(request: gr.Request) -> list[Any]:
            account = account_of(request)
            query = dict(request.request.query_params)
            chosen = choose_language(query.get("lang"), request.request.headers.get("accept-language"))
            return [chosen, ask.chosen_equipment(query.get("equipment")), *labels(chosen, account)]

        def switch(chosen: str, request: gr.Request) -> list[Any]:
            return labels(choose_language(chosen, None), account_of(request))

        page.load(
            greet, None, [language, ask.equipment, *outputs], api_name="page_greet", api_visibility="private",
            show_progress="hidden",
        )  # fmt: skip
        # `input` is the visitor's own tap; `change` would also answer what `greet` sets.
        language.input(
            switch, [language], outputs, api_name="page_language", api_visibility="private", show_progress="hidden"
        )
    page.queue(default_concurrency_limit=8, max_size=200, api_open=False)
    return page


def _head(language: Language, account: Account | None) -> str:
    who = ""
    if account is not None:
        name = account.display_name or account.name
        signed_in = text(language, "signed_in", name=name, role=text(language, f"role_{account.role}"))
        leave = f'<a href="/logout">{escape(text(language, "sign_out"))}</a>'
        who = f'<span class="mh-who">{escape(signed_in)} {leave}</span>'
    return clean(
        f'<div class="mh-head"><h3>{escape(text(language, "title"))}</h3>'
        f'<span class="mh-slogan">{escape(text(language, "slogan"))}</span>{who}</div>'
    )
