"""The glossary: which words of one language stand for which of the other, added to, changed and removed by keepers."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from corpus import Account, MillhandError, NotFound, Term
from ui.access import KEEPERS, account_of, require
from ui.house import House
from ui.html import TELL, button, clean, paragraph, refused, said, table
from ui.texts import Language, choose_language, text
from ui.words import Words

BUILT_IN_SHOWN = 30
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


class GlossaryForm:
    """Search the terms, add one, change or remove those of the plant. For keepers."""

    def __init__(self, house: House, words: Words, language: gr.Radio) -> None:
        self._house = house
        self._instead = gr.State(None)  # the pair that is being changed
        with words(gr.Accordion, "glossary", open=False, elem_id="mh-glossary") as self._fold:
            words.html(lambda one: clean(f'<p class="mh-detail">{escape(text(one, "glossary_hint"))}</p>'))
            with gr.Row():
                self._chinese = words(gr.Textbox, "glossary_zh", elem_id="mh-term-zh", min_width=160)
                self._english = words(gr.Textbox, "glossary_en", elem_id="mh-term-en", min_width=160)
                self._save = words(gr.Button, "glossary_save", elem_id="mh-term-save", min_width=90, scale=0)
            self._said = gr.HTML("", elem_id="mh-term-said", js_on_load=TELL)
            self._query = words(gr.Textbox, "glossary_search", elem_id="mh-term-query")
            self._list = gr.HTML("", elem_id="mh-terms", js_on_load=TELL)
        boxes = [self._chinese, self._english]
        state = [self._query, language]
        shown = [self._said, self._list, *boxes, self._instead]
        self._save.click(self._saved, [*boxes, self._instead, *state], shown, api_name="library_term_save", **QUIET)
        for component, name in ((self._list, "library_term"), (self._said, "library_term_undo")):
            component.select(self._pressed, state, shown, api_name=name, **QUIET)
        # As one event, of which the last counts: else the list of an opened fold can overwrite what was typed since.
        gr.on(
            [self._query.change, self._fold.expand, language.input],
            self._listed,
            state,
            [self._list],
            api_name="library_terms",
            trigger_mode="always_last",
            **QUIET,
        )

    def _saved(
        self, chinese: str, english: str, instead: Term | None, query: str, language: str, request: gr.Request
    ) -> tuple[Any, ...]:
        account, chosen = _keeper(request), choose_language(language, None)
        try:
            term = self._house.corpus.save_term(chinese or "", english or "", actor=account.name, instead=instead)
        except MillhandError as error:
            return refused(error, chosen), gr.HTML(), gr.Textbox(), gr.Textbox(), instead
        done = paragraph(text(chosen, "glossary_saved", term=_shown(term)))
        return done, self._table(query, chosen), "", "", None

    def _pressed(self, query: str, language: str, request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        account, chosen = _keeper(request), choose_language(language, None)
        term = Term(tuple(said(event, "zh").split(";")), tuple(said(event, "en").split(";")))
        kept = (gr.Textbox(), gr.Textbox(), None)
        try:
            if said(event, "do") == "edit":
                boxes = ("; ".join(term.chinese), "; ".join(term.english))
                return "", gr.HTML(), *boxes, term
            if said(event, "do") == "remove":
                self._house.corpus.remove_term(term, actor=account.name)
                undo = button(text(chosen, "undo"), "add", zh=";".join(term.chinese), en=";".join(term.english))
                done = paragraph(text(chosen, "glossary_removed", term=_shown(term))) + clean(undo)
            elif said(event, "do") == "add":
                self._house.corpus.save_term(";".join(term.chinese), ";".join(term.english), actor=account.name)
                done = paragraph(text(chosen, "glossary_saved", term=_shown(term)))
            else:
                raise NotFound(text(chosen, "nothing_found"))
        except MillhandError as error:
            done = refused(error, chosen)
        return done, self._table(query, chosen), *kept

    def _listed(self, query: str, language: str, request: gr.Request) -> str:
        _keeper(request)
        return self._table(query, choose_language(language, None))

    def _table(self, query: str | None, language: Language) -> str:
        corpus, wanted = self._house.corpus, (query or "").strip().lower()[:120]
        own = [one for one in corpus.terms() if wanted in _shown(one).lower()]
        others = [one for one in corpus.built_in_terms() if wanted and wanted in _shown(one).lower()]
        rows = [(*_cells(one), _does(one, language)) for one in own]
        built_in = f'<span class="mh-detail">{escape(text(language, "glossary_built_in"))}</span>'
        rows += [(*_cells(one), built_in) for one in others[:BUILT_IN_SHOWN]]
        if not rows:
            return paragraph(text(language, "nothing_found" if wanted else "glossary_none"))
        return clean(table(("chinese", "language_en", "actions"), rows, language))


def _keeper(request: gr.Request) -> Account:
    account = account_of(request)
    require(account, KEEPERS)
    return account


def _shown(term: Term) -> str:
    return f"{'; '.join(term.chinese)} = {'; '.join(term.english)}"


def _cells(term: Term) -> tuple[str, str]:
    return escape("; ".join(term.chinese)), escape("; ".join(term.english))


def _does(term: Term, language: Language) -> str:
    sides = {"zh": ";".join(term.chinese), "en": ";".join(term.english)}
    return button(text(language, "case_edit"), "edit", **sides) + button(text(language, "work_drop"), "remove", **sides)
