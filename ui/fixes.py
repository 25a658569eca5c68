"""The form of a fix: drafted from an exchange, mended by the person who made it, sent to a lead for approval."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import gradio as gr

from corpus import MillhandError, Refused, RepairCase, extract_identifiers
from ui.access import account_of
from ui.house import House
from ui.html import paragraph, refused
from ui.talks import Exchange
from ui.texts import Language, choose_language, text

FIELDS = ("equipment", "code", "symptom", "cause", "action", "parts_used", "downtime_minutes", "work_order")
CHARACTERS = 2000


class FixForm:
    """A form that stays hidden until a draft is made; `drafted` are the outputs of `draft`."""

    def __init__(self, house: House, language: gr.Radio) -> None:
        self._house = house
        with gr.Group(visible=False, elem_id="mh-fix") as self._group:
            self._title = gr.HTML(_title("zh"), padding=True)
            with gr.Row():
                self._boxes = {
                    name: gr.Textbox(
                        label=text("zh", name), max_length=CHARACTERS, elem_id=f"mh-fix-{name}", min_width=140
                    )
                    for name in ("equipment", "code", "work_order", "downtime_minutes")
                }
            for name in ("symptom", "cause", "action", "parts_used"):
                self._boxes[name] = gr.Textbox(
                    label=text("zh", name), max_length=CHARACTERS, lines=1, max_lines=6, elem_id=f"mh-fix-{name}"
                )
            with gr.Row():
                self._save = gr.Button(text("zh", "fix_send"), variant="primary", elem_id="mh-fix-save")
                self._cancel = gr.Button(text("zh", "cancel"), elem_id="mh-fix-cancel")
        self._said = gr.HTML("", elem_id="mh-fix-said")
        boxes = [self._boxes[name] for name in FIELDS]
        self.drafted = [self._group, *boxes, self._said]
        self.labelled = [self._title, *boxes, self._save, self._cancel]
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        self._save.click(self._store, [*boxes, language], [self._group, self._said], api_name="ask_fix_save", **quiet)
        self._cancel.click(self._close, None, [self._group], api_name="ask_fix_cancel", **quiet)

    def labels(self, language: Language) -> list[Any]:
        """Return the updates of `labelled` in this language."""
        return [
            _title(language),
            *(gr.Textbox(label=text(language, name)) for name in FIELDS),
            gr.Button(text(language, "fix_send")),
            gr.Button(text(language, "cancel")),
        ]

    def unchanged(self) -> list[Any]:
        """Return updates of `drafted` that change nothing."""
        return [gr.Group(), *(gr.Textbox() for _ in FIELDS), gr.HTML()]

    def draft(self, exchange: Exchange, tag: str | None, language: Language) -> list[Any]:
        """Open the form with what the exchange knows; the cause and what was done are the person's to write."""
        answer = exchange.outcome if isinstance(exchange.outcome, dict) else {}
        alarms = [row for row in answer.get("status") or [] if row.get("code")]
        known = {
            "equipment": tag or next((row["equipment"] for row in alarms), ""),
            "code": next((one for one in _codes(exchange.question)), ""),
            "symptom": exchange.question.split("\n")[0],
        }
        boxes = [gr.Textbox(value=known.get(name, "")) for name in FIELDS]
        return [gr.Group(visible=True), *boxes, paragraph(text(language, "fix_drafted"))]

    def _close(self, request: gr.Request) -> Any:
        account_of(request)
        return gr.Group(visible=False)

    def _store(
        self, equipment: str, code: str, symptom: str, cause: str, action: str, parts: str, downtime: str,
        work_order: str, language: str, request: gr.Request,
    ) -> tuple[Any, str]:  # fmt: skip
        account, chosen = account_of(request), choose_language(language, None)
        values = (equipment, code, symptom, cause, action, parts, downtime, work_order)
        given = {name: str(value or "").strip()[:CHARACTERS] for name, value in zip(FIELDS, values, strict=True)}
        try:
            if not given["symptom"] or not given["action"]:
                raise Refused(text(chosen, "fix_needs"))
            case = case_of_fields(given, account.display_name or account.name, chosen)
            self._house.corpus.save_case(case, actor=account.name)
        except MillhandError as error:
            return gr.Group(), refused(error, chosen)
        return gr.Group(visible=False), paragraph(text(chosen, "fix_saved"))


def _title(language: Language) -> str:
    return f"<h3>{text(language, 'save_fix')}</h3><p>{text(language, 'fix_hint')}</p>"


def _codes(question: str) -> list[str]:
    return [one.text for one in extract_identifiers(question) if one.kind == "code"]


def case_of_fields(given: dict[str, str], by: str, language: Language) -> RepairCase:
    """Return the case that the form's fields describe; raises Refused for a downtime that is no number."""
    try:
        downtime = float(given["downtime_minutes"]) if given["downtime_minutes"] else None
    except ValueError as error:
        raise Refused(text(language, "fix_downtime", value=given["downtime_minutes"])) from error
    return RepairCase(
        equipment=given["equipment"] or None,
        symptom=given["symptom"],
        cause=given["cause"] or None,
        action=given["action"] or None,
        code=given["code"] or None,
        parts=tuple(one.strip() for one in given["parts_used"].replace("，", ",").split(",") if one.strip()),
        downtime=downtime,
        by=by,
        date=datetime.now(UTC),
        work_order=given["work_order"] or None,
    )
