"""The page: a head with the language switch, and one tab a subject."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from corpus import Account
from ui.access import EVALUATORS, EVERYONE, KEEPERS, account_of
from ui.house import House
from ui.html import clean
from ui.tabs.ask import AskTab
from ui.tabs.evaluate import EvaluateTab
from ui.tabs.experience import ExperienceTab
from ui.tabs.library import LibraryTab
from ui.tabs.plant import PlantTab
from ui.texts import Language, choose_language, text

TABS = {
    "plant": (PlantTab, EVERYONE),
    "library": (LibraryTab, KEEPERS),
    "experience": (ExperienceTab, KEEPERS),
    "evaluate": (EvaluateTab, EVALUATORS),
}
"""Which roles see which tab beside the chat; what a tab's handlers do is decided by access.py, call by call."""


def build_page(house: House, *, accounts: bool) -> gr.Blocks:
    """Lay the page out; each visitor's language and role arrive with its load event."""
    with gr.Blocks(title="Millhand", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as page:
        with gr.Row(elem_id="mh-head"):
            head = gr.HTML(_head("zh", None, ready=False), elem_id="mh-title")
            language = gr.Radio(
                [("中文", "zh"), ("English", "en")], value="zh", show_label=False, container=False,
                elem_id="mh-language", interactive=True, min_width=160, scale=0, label="中文 / English",
            )  # fmt: skip
        tabs: dict[str, tuple[gr.Tab, Any]] = {}
        with gr.Tabs(elem_id="mh-tabs"):
            with gr.Tab(text("zh", "tab_ask"), id="ask") as ask_tab:
                ask = AskTab(house, language)
            for name, (build, roles) in TABS.items():
                with gr.Tab(text("zh", f"tab_{name}"), id=name, visible=roles is EVERYONE) as tab:
                    tabs[name] = (tab, build(house, language, tab))

        # Beside the tabs, so that a source opens from any of them.
        viewer = gr.HTML(_viewer("zh"), elem_id="mh-viewer")

        def labels(chosen: Language, account: Account, standing: Sequence[Any] = ()) -> list[Any]:
            """Say everything in a language; `standing` are the values of what the tabs want to keep open."""
            updates: list[Any] = [_head(chosen, account if accounts else None), gr.Tab(label=text(chosen, "tab_ask"))]
            updates += [
                gr.Tab(label=text(chosen, f"tab_{name}"), visible=account.role in roles)
                for name, (_, roles) in TABS.items()
            ]
            updates += [_viewer(chosen), *ask.labels(chosen, account)]
            values = iter(standing)
            for name, (_, tab) in tabs.items():
                own = [next(values, None) for _ in tab.kept]
                updates += tab.labels(chosen, account, own, shown=account.role in TABS[name][1])
            return updates

        outputs = [head, ask_tab, *(tab for tab, _ in tabs.values()), viewer, *ask.labelled]
        for _, tab in tabs.values():
            outputs += tab.labelled

        def greet(request: gr.Request) -> list[Any]:
            account = account_of(request)
            query = dict(request.request.query_params)
            chosen = choose_language(query.get("lang"), request.request.headers.get("accept-language"))
            arrived = ask.arrive(query.get("equipment"), query.get("conversation"), chosen, account)
            return [chosen, *arrived, *labels(chosen, account)]

        def switch(request: gr.Request, chosen: str, *standing: Any) -> list[Any]:
            return labels(choose_language(chosen, None), account_of(request), standing)

        page.load(
            greet, None, [language, ask.equipment, ask.chat, ask.talk, *outputs], api_name="page_greet",
            api_visibility="private", show_progress="hidden",
        )  # fmt: skip
        # `input` is the visitor's own tap; `change` would also answer what `greet` sets.
        kept = [one for _, tab in tabs.values() for one in tab.kept]
        language.input(
            switch,
            [language, *kept],
            outputs,
            api_name="page_language",
            api_visibility="private",
            show_progress="hidden",
        )
    page.queue(default_concurrency_limit=8, max_size=200, api_open=False)
    return page


def _head(language: Language, account: Account | None, *, ready: bool = True) -> str:
    """Show title and person; until the visitor's language is known, page.css keeps the tabs back."""
    who, mark = "", ' data-ready="1"' if ready else ""
    if account is not None:
        name = account.display_name or account.name
        signed_in = text(language, "signed_in", name=name, role=text(language, f"role_{account.role}"))
        links = "".join(
            f'<a class="mh-link" href="{path}?lang={language}">{escape(text(language, key))}</a>'
            for path, key in (("/switch", "switch"), ("/account", "account"), ("/logout", "sign_out"))
        )
        who = f'<span class="mh-who">{escape(signed_in)} {links}</span>'
    return clean(
        f'<div class="mh-head" data-lang="{language}"{mark}><h2>{escape(text(language, "title"))}</h2>'
        f'<span class="mh-slogan">{escape(text(language, "slogan"))}</span>{who}</div>'
    )


def _viewer(language: Language) -> str:
    # page.js fills the body; its words come along as attributes of the panel.
    return (
        f'<div class="mh-panel" role="region" aria-label="{escape(text(language, "viewer_title"))}" '
        f'data-failed="{escape(text(language, "viewer_failed"))}" data-lost="{escape(text(language, "lost"))}" '
        f'data-copied="{escape(text(language, "copied"))}" data-drop="{escape(text(language, "drop"))}" '
        f'data-sure="{escape(text(language, "conversation_sure"))}">'
        f'<div class="mh-bar-top"><b>{escape(text(language, "viewer_title"))}</b>'
        f'<button type="button" class="mh-close">{escape(text(language, "viewer_close"))}</button></div>'
        '<div class="mh-panel-body" aria-live="polite">'
        f'<p class="mh-detail">{escape(text(language, "viewer_empty"))}</p></div></div>'
    )
