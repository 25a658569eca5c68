"""The plant: each machine's own page, the spare parts, and for keepers the tables that they come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import gradio as gr

from corpus import Account, Document, Equipment, MillhandError, Part
from ui.access import KEEPERS, account_of
from ui.house import House
from ui.html import (
    TELL,
    below,
    button,
    clean,
    folded,
    limits,
    moment,
    number,
    outside,
    paragraph,
    quantity,
    refused,
    said,
    section,
    table,
)
from ui.imports import ImportForm
from ui.rendering import alarms_html, case_html
from ui.texts import Language, choose_language, text
from ui.words import Words

DAYS = (1, 7, 30)
PARTS_SHOWN, CASES_SHOWN, ALARMS_SHOWN = 300, 10, 12
AT_ONCE = 4
"""How many alarms and fixes of a machine are shown before the rest is folded away."""
PARTS_AT_ONCE = 40
PARTS_COUNTED = 100_000
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


class PlantTab:
    """The plant's components and handlers; `labelled` are those whose labels follow the language."""

    def __init__(self, house: House, language: gr.Radio, tab: gr.Tab) -> None:
        self._house = house
        words = self._words = Words()
        with gr.Tabs():
            with words(gr.Tab, "plant_machines"):
                self._cards = gr.HTML("", elem_id="mh-machines", js_on_load=TELL)
                with gr.Row(visible=False, elem_id="mh-plant-choice") as self._choice:
                    self._machine = words.choices(
                        gr.Dropdown, "equipment", self._machines, value=None, elem_id="mh-plant-machine", scale=3
                    )
                    self._days = words.choices(
                        gr.Radio, "plant_days", _days, value=7, elem_id="mh-plant-days", scale=2, min_width=220
                    )
                self._page = gr.HTML("", elem_id="mh-machine-page", js_on_load=TELL)
            with words(gr.Tab, "plant_parts"):
                with gr.Row(elem_id="mh-parts-filter"):
                    self._query = words(gr.Textbox, "parts_search", elem_id="mh-parts-query", scale=3)
                    self._model = words.choices(gr.Dropdown, "parts_model", self._models, value="", scale=2)
                    self._low = words(gr.Checkbox, "parts_low_only", elem_id="mh-parts-low", scale=1, min_width=140)
                self._parts = gr.HTML("", elem_id="mh-parts", js_on_load=TELL)
            with gr.Tab(text("zh", "plant_import"), visible=False) as self._importing:
                self._import = ImportForm(house, words, language)
        self.labelled = [*words.components, self._importing]
        self.kept: list[Any] = []  # a handler of its own says an open machine's page again

        machine = [self._machine, self._days, language]
        for event, name in ((self._machine.input, "plant_machine"), (self._days.input, "plant_days")):
            event(self._shown, machine, [self._page], api_name=name, **QUIET)
        opened = [self._cards, self._choice, self._machine, self._page]
        self._cards.select(self._chosen, [self._days, language], opened, api_name="plant_chosen", **QUIET)
        parts = [self._query, self._model, self._low, language]
        for event, name in (
            (self._query.change, "plant_parts_query"),
            (self._model.input, "plant_parts_model"),
            (self._low.input, "plant_parts_low"),
        ):
            event(self._listed, parts, [self._parts], api_name=name, **QUIET)
        for event, name in ((tab.select, "plant_shown"), (language.input, "plant_language")):
            event(self._entered, [*machine, *parts[:3]], [self._cards, self._page, self._parts], api_name=name, **QUIET)

    def labels(self, language: Language, account: Account, _kept: Sequence[Any], *, shown: bool) -> list[Any]:
        """Return the updates of `labelled` in this language; keepers may import tables too."""
        importing = gr.Tab(label=text(language, "plant_import"), visible=shown and account.role in KEEPERS)
        return [*self._words.updates(language), importing]

    # --- handlers ------------------------------------------------------------------------------------------------

    def _entered(
        self, tag: str | None, days: int, language: str, query: str, model: str, low: bool, request: gr.Request
    ) -> tuple[str, str, str]:
        account, chosen = account_of(request), choose_language(language, None)
        page = self._machine_html(tag, days, chosen, account) if tag else ""
        return self._cards_html(chosen, tag), page, self._parts_html(query, model, low, chosen)

    def _shown(self, tag: str | None, days: int, language: str, request: gr.Request) -> str:
        account = account_of(request)
        return self._machine_html(tag, days, choose_language(language, None), account) if tag else ""

    def _chosen(self, days: int, language: str, request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        account, tag, chosen = account_of(request), said(event, "tag"), choose_language(language, None)
        page = self._machine_html(tag, days, chosen, account) if tag else ""
        return self._cards_html(chosen, tag), gr.Row(visible=bool(tag)), gr.Dropdown(value=tag or None), page

    def _listed(self, query: str, model: str, low: bool, language: str, request: gr.Request) -> str:
        account_of(request)
        return self._parts_html(query, model, low, choose_language(language, None))

    # --- machines ------------------------------------------------------------------------------------------------

    def _machines(self, _language: Language) -> list[tuple[str, str]]:
        return [(f"{one.tag} · {one.name}", one.tag) for one in self._house.corpus.all_equipment()]

    def _cards_html(self, language: Language, open_: str | None) -> str:
        """Show a card for each machine, those with an alarm first; beside an open one only the way back to them."""
        if open_:
            return clean(button(f"‹ {text(language, 'machines_all')}", "machines"))
        standing = {one.equipment for one in self._house.corpus.alarms(active=True, limit=500)}
        machines = sorted(self._house.corpus.all_equipment(), key=lambda one: (one.tag not in standing, one.tag))
        if not machines:
            return paragraph(text(language, "machines_none"))
        cards = "".join(self._card(one, one.tag in standing, language) for one in machines)
        return clean(f'<div class="mh-cards">{cards}</div>')

    @staticmethod
    def _card(machine: Equipment, alarmed: bool, language: Language) -> str:
        mark = f' <span class="mh-bad">{escape(text(language, "alarm"))}</span>' if alarmed else ""
        name = escape(f"{machine.name} · {machine.model or ''}")
        return (
            f'<button type="button" class="mh-card" data-do="machine" data-tag="{escape(machine.tag)}">'
            f"<b>{escape(machine.tag)}</b>{mark}<br>{name}</button>"
        )

    def _machine_html(self, tag: str, days: int, language: Language, account: Account) -> str:
        corpus, zone = self._house.corpus, self._house.settings.zone
        try:
            machine = corpus.equipment(str(tag))
        except MillhandError as error:
            return refused(error, language)
        days = days if days in DAYS else 7
        source = f"/plots/{machine.tag}.svg?days={days}&lang={language}"
        alt = escape(text(language, "plot_alt", tag=machine.tag, days=days))
        picture = f'<img src="{escape(source)}" alt="{alt}">'
        plot = f'<div class="mh-scroll mh-plot" tabindex="0" role="region" aria-label="{alt}">{picture}</div>'
        alarms = [
            {"equipment": one.equipment, "code": one.code, "text": one.text, "since": one.since, "until": one.until}
            for one in corpus.alarms(machine.tag, limit=ALARMS_SHOWN)
        ]
        fixes = corpus.find_cases(equipment=machine.tag, limit=CASES_SHOWN)
        cases = [
            case_html({"equipment": one.equipment, "code": one.code, "symptom": one.symptom, "cause": one.cause,
                       "action": one.action, "by": one.by, "date": one.date}, language, zone)
            for one in fixes
        ]  # fmt: skip
        own = corpus.parts_for(machine.tag)[:PARTS_SHOWN]
        tag = escape(machine.tag)
        asked, printed = escape(text(language, "ask_about")), escape(text(language, "sticker"))
        ask = f'<a class="mh-do" href="/?equipment={tag}&amp;lang={language}">{asked}</a>'
        sticker = f'<a class="mh-do" href="/stickers.pdf?equipment={tag}" target="_blank">{printed}</a>'
        if account.role not in KEEPERS:
            sticker = ""
        blocks = [
            f"<h3>{escape(f'{machine.tag} · {machine.name}')}</h3>{self._facts(machine, language)}",
            f'<div class="mh-actions">{ask}{sticker}</div>',
            section(text(language, "status"), self._readings(machine, language) + plot),
            section(
                text(language, "alarms"),
                self._some(alarms, lambda some: alarms_html(some, language, zone), language),
            ),
            section(text(language, "documents"), self._documents(machine, language)),
            section(
                text(language, "cases"),
                self._some(cases, lambda some: f'<ul class="mh-cases">{"".join(some)}</ul>', language),
            ),
            section(text(language, "parts"), self._own_parts(own, language)),
        ]
        return clean("".join(blocks))

    @staticmethod
    def _some(rows: Sequence[Any], show: Callable[[Sequence[Any]], str], language: Language) -> str:
        """Show the first rows, and the rest folded away."""
        if not rows:
            return _none(language)
        rest = rows[AT_ONCE:]
        return show(rows[:AT_ONCE]) + (folded(text(language, "older", count=len(rest)), show(rest)) if rest else "")

    def _own_parts(self, parts: list[Part], language: Language) -> str:
        if not parts:
            return _none(language)
        short = [one for one in parts if below(one.on_hand, one.minimum)]
        rest = [one for one in parts if one not in short]
        count = text(language, "parts_rest" if short else "parts_all", count=len(rest))
        return self._parts_table(short, language) + folded(count, self._parts_table(rest, language))

    @staticmethod
    def _facts(machine: Equipment, language: Language) -> str:
        facts = (
            *((("nickname", machine.nickname),) if machine.nickname else ()),
            ("model", machine.model),
            ("serial", machine.serial),
            ("location", machine.location),
            ("owner", machine.owner),
            ("contact", machine.contact),
        )
        items = "".join(
            f"<span><b>{escape(text(language, key))}</b> {escape(str(value or text(language, 'not_recorded')))}</span>"
            for key, value in facts
        )
        return f'<div class="mh-facts">{items}</div>'

    def _readings(self, machine: Equipment, language: Language) -> str:
        rows = []
        for doing in self._house.corpus.machine_states(machine.tag):
            old = f' <span class="mh-old">{escape(text(language, "stale"))}</span>' if doing.stale else ""
            at = escape(moment(doing.at, self._house.settings.zone))
            rows.append((escape(text(language, "machine_state")), f"<b>{escape(doing.state or '')}</b>{old}", "", at))
        for one in self._house.corpus.latest_status(machine.tag):
            bad = outside({"value": one.value, "limit_low": one.limit_low, "limit_high": one.limit_high})
            marks = f' <span class="mh-bad">{escape(text(language, "out_of_limits"))}</span>' if bad else ""
            marks += f' <span class="mh-old">{escape(text(language, "stale"))}</span>' if one.stale else ""
            rows.append(
                (
                    escape(one.metric),
                    f"<b>{escape(quantity(one.value, one.unit, language))}</b>{marks}",
                    escape(limits(one.limit_low, one.limit_high)),
                    escape(moment(one.at, self._house.settings.zone)),
                )
            )
        return table(("metric", "value", "limits", "at"), rows, language) or _none(language)

    def _documents(self, machine: Equipment, language: Language) -> str:
        fitting = [
            one
            for one in self._house.corpus.documents()
            if one.current and machine.model and machine.model in one.models
        ]
        items = "".join(
            f'<li><a class="mh-cite mh-cite-wide" href="/places/{one.current.id}?{_first(one)}lang={language}">'
            f"{escape(one.title)} · {escape(text(language, f'kind_{one.kind}'))}</a></li>"
            for one in fitting
            if one.current
        )
        return f'<ul class="mh-list">{items}</ul>' if items else _none(language)

    # --- parts ---------------------------------------------------------------------------------------------------

    def _models(self, language: Language) -> list[tuple[str, str]]:
        return [(text(language, "models_any"), ""), *((one, one) for one in self._house.corpus.models())]

    def _parts_html(self, query: str | None, model: str | None, low: bool, language: Language) -> str:
        corpus = self._house.corpus
        found = corpus.find_parts((query or "").strip()[:200], model=model or None, limit=PARTS_COUNTED)
        short = [one for one in found if below(one.on_hand, one.minimum)]
        shown = short if low else [*short, *(one for one in found if one not in short)]
        if not shown:
            return paragraph(text(language, "parts_none"))
        head = escape(text(language, "parts_count", count=len(shown), low=len(short)))
        rest = shown[PARTS_AT_ONCE:PARTS_SHOWN]
        more = folded(text(language, "parts_rest", count=len(rest)), self._parts_table(rest, language))
        if len(shown) > PARTS_SHOWN:
            more += paragraph(text(language, "parts_not_shown", count=len(shown) - PARTS_SHOWN))
        return clean(
            f'<p class="mh-note" role="status">{head}</p>{self._parts_table(shown[:PARTS_AT_ONCE], language)}{more}'
        )

    def _parts_table(self, parts: list[Part], language: Language) -> str:
        rows = []
        for one in parts:
            short = f' <span class="mh-bad">{escape(text(language, "below_minimum"))}</span>'
            low = short if below(one.on_hand, one.minimum) else ""
            name = (one.name_en or one.name) if language == "en" else one.name
            lead = text(language, "days", count=number(one.lead_time)) if one.lead_time is not None else ""
            rows.append(
                (
                    f"<b>{escape(one.part_number)}</b>",
                    escape(" ".join(filter(None, [name, one.spec]))),
                    f"<b>{escape(one.bin or '—')}</b>",
                    f"<b>{escape(quantity(one.on_hand, one.unit, language))}</b>{low}",
                    escape(number(one.minimum)),
                    escape(", ".join(one.fits)),
                    escape(", ".join(one.substitutes)),
                    escape(lead),
                    escape(moment(one.as_of, self._house.settings.zone, day=True)),
                )
            )
        keys = ("part_number", "part_name", "bin", "on_hand", "minimum", "fits", "substitute", "lead_time", "as_of")
        return table(keys, rows, language)


def _days(language: Language) -> list[tuple[str, int]]:
    return [(text(language, "days", count=days), days) for days in DAYS]


def _first(document: Document) -> str:
    return "page=1&amp;" if document.current and document.current.pages else ""


def _none(language: Language) -> str:
    return f'<p class="mh-detail">{escape(text(language, "none_here"))}</p>'
