"""Experience: fixes waiting for a lead, mended, approved, merged and retired; open questions; what fails most."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import gradio as gr

from corpus import Account, MillhandError, NotFound, RepairCase, WorkItem
from ui.access import KEEPERS, account_of, require
from ui.charts import CHARTS, failures
from ui.fixes import CHARACTERS, FIELDS, case_of_fields
from ui.house import House
from ui.html import TELL, button, clean, moment, number, paragraph, person, refused, said, section, table
from ui.rendering import REASONS, case_html, place_address, place_label
from ui.texts import Language, choose_language, text
from ui.words import Words

STATES = ("waiting", "approved", "retired")
LISTED, LIKE = 200, 4
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


class ExperienceTab:
    """The tab's components and handlers; `labelled` are those whose labels follow the language."""

    def __init__(self, house: House, language: gr.Radio, tab: gr.Tab) -> None:
        self._house = house
        words = self._words = Words()
        self._shown = gr.State(None)  # the case that is open: its id and version
        with gr.Tabs():
            with words(gr.Tab, "experience_fixes"), gr.Row():
                with gr.Column(scale=1, min_width=280):
                    self._state = words.choices(gr.Radio, "state", _states, value="waiting", elem_id="mh-case-state")
                    self._list = gr.HTML("", elem_id="mh-cases-list", js_on_load=TELL)
                with gr.Column(scale=2, min_width=280):
                    self._said = gr.HTML("", elem_id="mh-case-said", js_on_load=TELL)
                    self._card = gr.HTML("", elem_id="mh-case-card", js_on_load=TELL)
                    with gr.Group(visible=False, elem_id="mh-case-edit") as self._editing:
                        self._boxes = {
                            name: words(gr.Textbox, name, max_length=CHARACTERS, max_lines=6, elem_id=f"mh-case-{name}")
                            for name in FIELDS
                        }
                        self._save = words(gr.Button, "case_save", variant="primary", elem_id="mh-case-save")
            with words(gr.Tab, "experience_questions"):
                self._questions = gr.HTML("", elem_id="mh-open-questions", js_on_load=TELL)
            with words(gr.Tab, "experience_failures"):
                self._failures = gr.HTML("", elem_id="mh-failures")
        boxes = [self._boxes[name] for name in FIELDS]
        self.labelled = [*words.components, self._list, self._card, self._questions, self._failures]
        self.kept = [self._shown, self._state]

        opened = [self._said, self._list, self._shown, self._card, self._editing, *boxes]
        state = [self._shown, self._state, language]
        for component, name in ((self._list, "list"), (self._card, "card"), (self._said, "undo")):
            component.select(self._pressed, state, opened, api_name=f"experience_{name}", **QUIET)
        self._save.click(self._mended, [*state, *boxes], opened, api_name="experience_save", **QUIET)
        self._state.input(self._relisted, [self._state, language], [self._list], api_name="experience_state", **QUIET)
        self._questions.select(self._worked, [language], [self._questions], api_name="experience_question", **QUIET)
        tab.select(
            self._entered, [self._state, language], [self._list, self._questions, self._failures],
            api_name="experience_shown", **QUIET,
        )  # fmt: skip

    def labels(self, language: Language, _account: Account, kept: Sequence[Any], *, shown: bool) -> list[Any]:
        """Return the updates of `labelled` in this language; fixes, the open one too, only if they may be `shown`."""
        if not shown:
            return [*self._words.updates(language), "", "", "", ""]
        case, state = kept
        card = self._card_html(self._house.corpus.case(case[0]), language) if case else ""
        # On arrival there is no state yet: these two are computed when the tab is opened.
        more = (self._questions_html(language), self._failures_html(language)) if state else ("", "")
        return [*self._words.updates(language), self._listing(state or "waiting", language), card, *more]

    # --- handlers ------------------------------------------------------------------------------------------------

    def _entered(self, state: str, language: str, request: gr.Request) -> tuple[str, str, str]:
        _keeper(request)
        chosen = choose_language(language, None)
        return self._listing(state, chosen), self._questions_html(chosen), self._failures_html(chosen)

    def _relisted(self, state: str, language: str, request: gr.Request) -> str:
        _keeper(request)
        return self._listing(state, choose_language(language, None))

    def _pressed(
        self, current: list[int] | None, state: str, language: str, request: gr.Request, event: gr.EventData
    ) -> tuple[Any, ...]:
        account, chosen, corpus = _keeper(request), choose_language(language, None), self._house.corpus
        action, ident, other = said(event, "do"), said(event, "id"), said(event, "other")

        def act(one: int) -> str:
            if action == "approve":
                corpus.approve_case(one, actor=account.name)
                return text(chosen, "case_approved")
            if action == "retire":
                corpus.retire_case(one, actor=account.name)
                return text(chosen, "case_retired")
            if action == "restore":
                corpus.restore_case(one, actor=account.name)
                return text(chosen, "case_restored")
            if action == "merge" and other.isdecimal():
                corpus.merge_cases(int(other), one, actor=account.name)
                return text(chosen, "case_merged", id=other)
            return ""

        case = int(ident) if ident.isdecimal() else (current[0] if current else None)
        undone = action in ("retire", "merge")
        return self._changed(case, act, state, chosen, undo=undone, editing=action == "edit")

    def _mended(
        self, current: list[int] | None, state: str, language: str, equipment: str, code: str, symptom: str,
        cause: str, action: str, parts: str, downtime: str, work_order: str, request: gr.Request,
    ) -> tuple[Any, ...]:  # fmt: skip
        account, chosen = _keeper(request), choose_language(language, None)
        values = (equipment, code, symptom, cause, action, parts, downtime, work_order)
        given = {name: str(value or "").strip()[:CHARACTERS] for name, value in zip(FIELDS, values, strict=True)}

        def mend(one: int) -> str:
            known = self._house.corpus.case(one)
            wanted = case_of_fields(given, known.by or account.name, chosen)
            changed = replace(wanted, id=one, version=current[1] if current else known.version, date=known.date)
            kept = ("failure_mode", "component", "preventive", "duration", "steps", "photos", "source", "row", "state")
            changed = replace(changed, **{name: getattr(known, name) for name in kept})
            self._house.corpus.edit_case(changed, actor=account.name)
            return text(chosen, "case_saved")

        return self._changed(current[0] if current else None, mend, state, chosen)

    def _changed(
        self,
        case: int | None,
        change: Callable[[int], str],
        state: str,
        language: Language,
        *,
        undo: bool = False,
        editing: bool = False,
    ) -> tuple[Any, ...]:
        """Make a change to a case; return what is said of it, the list, the case, its card and the form."""
        try:
            if case is None:
                raise NotFound(text(language, "case_choose"))
            done = change(case)
        except MillhandError as error:
            kept = (gr.HTML(), gr.State(), gr.HTML(), gr.Group(), *(gr.Textbox() for _ in FIELDS))
            return refused(error, language), *kept
        spoken = paragraph(done) if done else ""
        if undo:
            spoken += clean(button(text(language, "undo"), "restore", id=case))
        now = self._house.corpus.case(case)
        fields = _fields(now)
        form = (gr.Group(visible=editing), *(fields[name] for name in FIELDS))
        card = self._card_html(now, language)
        return spoken, self._listing(state, language), [case, now.version], card, *form

    def _worked(self, language: str, request: gr.Request, event: gr.EventData) -> str:
        account, chosen, corpus = _keeper(request), choose_language(language, None), self._house.corpus
        action, ident = said(event, "do"), said(event, "id")
        try:
            item = int(ident) if ident.isdecimal() else -1
            if action == "gold":
                page = said(event, "page")
                gold = [(said(event, "source"), int(page) if page.isdecimal() else None)]
                corpus.solve_work(item, gold=gold, actor=account.name)
            elif action == "unanswerable":
                corpus.solve_work(item, answerable=False, actor=account.name)
            else:
                corpus.drop_work(item, actor=account.name)
        except MillhandError as error:
            return refused(error, chosen) + self._questions_html(chosen)
        return paragraph(text(chosen, f"work_{action}_done")) + self._questions_html(chosen)

    # --- what is shown -------------------------------------------------------------------------------------------

    def _listing(self, state: str, language: Language) -> str:
        cases = self._house.corpus.cases(state=state if state in STATES else "waiting", limit=LISTED)  # type: ignore[arg-type]
        if not cases:
            return paragraph(text(language, f"cases_none_{state if state in STATES else 'waiting'}"))
        items = []
        for one in cases:
            when = moment(one.date, self._house.settings.zone, day=True)
            head = " ".join(filter(None, [one.equipment, one.code]))
            label = " · ".join(filter(None, [head, one.symptom[:90], person(one.by, language), when]))
            items.append(f"<li>{button(label, 'open', id=one.id, kind='mh-talk')}</li>")
        count = escape(text(language, "cases_count", count=len(cases)))
        return clean(f'<p class="mh-note" role="status">{count}</p><ul class="mh-list mh-long">{"".join(items)}</ul>')

    def _card_html(self, case: RepairCase, language: Language) -> str:
        does = {
            "waiting": ("approve", "edit", "turn_down"),
            "draft": ("approve", "edit", "turn_down"),
            "approved": ("edit", "retire"),
        }.get(case.state, ("restore",))
        actions = "".join(
            button(
                text(language, f"case_{one}"),
                "retire" if one == "turn_down" else one,
                id=case.id,
                kind="mh-good-do" if one == "approve" else "",
            )
            for one in does
        )
        zone = self._house.settings.zone
        facts = [
            ("case_parts", ", ".join(case.parts)),
            ("downtime_minutes", number(case.downtime)),
            ("work_order", case.work_order or ""),
            ("case_votes", text(language, "case_voted", helped=case.helped, not_helped=case.not_helped)),
        ]
        listed = "".join(
            f"<li><b>{escape(text(language, key))}</b> {escape(value or text(language, 'not_recorded'))}</li>"
            for key, value in facts
        )
        kind = "mh-good" if case.state == "approved" else "mh-old"
        state = f'<span class="{kind}">{escape(text(language, f"case_state_{case.state}"))}</span>'
        parts = [
            f"<h3>{escape(text(language, 'case_number', id=case.id))} {state}</h3>",
            f'<ul class="mh-cases">{case_html(_row(case), language, zone)}</ul><ul class="mh-list">{listed}</ul>',
            f'<div class="mh-actions">{actions}</div>',
            self._alike(case, language),
            self._history(case, language),
        ]
        return clean(f'<div class="mh-card">{"".join(parts)}</div>')

    def _alike(self, case: RepairCase, language: Language) -> str:
        if case.state not in ("waiting", "approved"):
            return ""
        zone = self._house.settings.zone
        others = [one for one in self._house.corpus.similar_cases(case, limit=LIKE + 1) if one.id != case.id][:LIKE]
        items = "".join(
            case_html(
                _row(one), language, zone,
                button(text(language, "case_merge"), "merge", id=case.id, other=one.id),
            )
            for one in others
        )  # fmt: skip
        return section(text(language, "case_alike"), f'<ul class="mh-cases">{items}</ul>') if items else ""

    def _history(self, case: RepairCase, language: Language) -> str:
        zone = self._house.settings.zone
        steps = self._house.corpus.case_history(case.id) if case.id is not None else []
        items = "".join(
            f"<li>{escape(moment(one.at, zone))} · {escape(person(one.actor, language))} · "
            f"{escape(text(language, f'case_did_{one.action}'))} {escape(one.detail or '')}</li>"
            for one in steps
        )
        head = escape(text(language, "case_history"))
        return f'<details><summary>{head}</summary><ul class="mh-list">{items}</ul></details>' if items else ""

    # --- questions without an answer, and what fails -------------------------------------------------------------

    def _questions_html(self, language: Language) -> str:
        items = self._house.corpus.worklist(limit=100)
        if not items:
            return paragraph(text(language, "work_none"))
        shown = "".join(self._work(one, language) for one in items)
        note = escape(text(language, "work_hint"))
        return clean(f'<p class="mh-note">{note}</p><ul class="mh-cases">{shown}</ul>')

    def _work(self, item: WorkItem, language: Language) -> str:
        zone = self._house.settings.zone
        reasons = ", ".join(_reason(one, language) for one in item.reasons)
        facts = [
            text(language, f"work_kind_{item.kind}"),
            text(language, "work_times", count=item.times),
            moment(item.last_at, zone),
            item.equipment or "",
            reasons,
        ]
        places = "".join(
            f"<li>{_place(place, language)} "
            + button(
                text(language, "work_gold"), "gold", id=item.id, source=place.get("source") or "",
                page=place.get("page") or "",
            )
            + "</li>"
            for place in item.places[:5]
            if place.get("source")
        )  # fmt: skip
        does = button(text(language, "work_unanswerable"), "unanswerable", id=item.id)
        does += button(text(language, "work_drop"), "drop", id=item.id)
        return (
            f"<li><b>{escape(item.question)}</b><br>"
            f'<span class="mh-detail">{escape(" · ".join(filter(None, facts)))}</span>'
            f'<ul class="mh-list">{places}</ul><div class="mh-actions">{does}</div></li>'
        )

    def _failures_html(self, language: Language) -> str:
        figures = failures(self._house.corpus)
        if not figures:
            return paragraph(text(language, "failures_none"))
        alt = {kind: escape(text(language, f"failures_{kind}")) for kind in CHARTS}
        plots = "".join(
            f'<div class="mh-scroll mh-plot" tabindex="0" role="region" aria-label="{alt[kind]}">'
            f'<img src="/charts/{kind}.svg?lang={language}" alt="{alt[kind]}"></div>'
            for kind in CHARTS
        )
        rows = [
            (
                escape(one.equipment),
                f"<b>{escape(one.code)}</b>",
                str(one.alarms),
                str(one.fixes),
                escape(number(one.downtime)),
                escape(number(one.median)),
            )
            for one in figures[:30]
        ]
        keys = ("machine", "code", "failures_alarms", "failures_fixes", "failures_total", "failures_median")
        return clean(plots + table(keys, rows, language))


def _keeper(request: gr.Request) -> Account:
    account = account_of(request)
    require(account, KEEPERS)
    return account


def _states(language: Language) -> list[tuple[str, str]]:
    return [(text(language, f"case_state_{one}"), one) for one in STATES]


def _reason(reason: str, language: Language) -> str:
    return text(language, f"reason_{reason}") if reason in REASONS else reason


def _place(place: Mapping[str, Any], language: Language) -> str:
    label = escape(place_label(place, language))
    address = place_address(place, place.get("quote") or "", language)
    return f'<a class="mh-cite mh-cite-wide" href="{escape(address)}">{label}</a>' if address else label


def _fields(case: RepairCase) -> dict[str, str]:
    """Return a case as the form shows it."""
    return {
        "equipment": case.equipment or "",
        "code": case.code or "",
        "symptom": case.symptom,
        "cause": case.cause or "",
        "action": case.action or "",
        "parts_used": ", ".join(case.parts),
        "downtime_minutes": number(case.downtime),
        "work_order": case.work_order or "",
    }


def _row(case: RepairCase) -> dict[str, Any]:
    names = ("equipment", "code", "symptom", "cause", "action", "by", "date")
    return {name: getattr(case, name) for name in names}
