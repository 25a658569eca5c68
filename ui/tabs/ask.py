"""The chat: a question, its tool steps, checked sentences, the answer, and what people make of it."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from html import escape
from typing import Any

import gradio as gr

from corpus import Account, MillhandError, NotFound
from ui.access import account_of
from ui.fixes import FixForm
from ui.house import House
from ui.html import TELL, button, clean, moment, paragraph, refused, said
from ui.rendering import REASONS, answer_html, failure_html, progress_html, question_html
from ui.talks import Exchange, Talk
from ui.texts import Language, choose_language, text

QUESTION_CHARACTERS = 4000
PHOTO_CHARACTERS = 4000
SUGGESTIONS = 4
REDRAWN = 0.15
"""Seconds between two pictures of an answer on its way; the first sentence never waits."""
ANY = ""
# Drawn, since a shop-floor tablet may have no font with the sign.
CAMERA = (
    '<svg aria-hidden="true" viewBox="0 0 24 24" width="28" height="28" fill="none" stroke="currentColor" '
    'stroke-width="2"><path d="M3 8h4l2-3h6l2 3h4v11H3z"/><circle cx="12" cy="13" r="3.5"/></svg>'
)
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
ASKING: dict[str, Any] = {**QUIET, "concurrency_id": "ask", "concurrency_limit": 4}


class AskTab:
    """The chat's components and handlers; `labelled` are those whose labels follow the language."""

    def __init__(self, house: House, language: gr.Radio) -> None:
        self._house = house
        with gr.Row(elem_id="mh-ask"), gr.Column(min_width=280):
            with gr.Row(elem_id="mh-machine"):
                self.equipment = gr.Dropdown(
                    self._machines("zh"), scale=5, min_width=140, value=ANY, label=text("zh", "equipment"),
                    elem_id="mh-equipment", filterable=True,
                )  # fmt: skip
                self._new = gr.Button(text("zh", "new"), elem_id="mh-new", scale=1, min_width=90, size="md")
            with gr.Accordion(text("zh", "conversations"), open=False, elem_id="mh-talks") as self._talks:
                with gr.Row():
                    self._find = gr.Textbox(label=text("zh", "conversation_find"), elem_id="mh-talk-find", scale=3)
                    self._title = gr.Textbox(label=text("zh", "conversation_title"), elem_id="mh-talk-title", scale=3)
                self._list = gr.HTML("", elem_id="mh-talk-list", js_on_load=TELL)
                with gr.Row():
                    self._rename = gr.Button(text("zh", "conversation_rename"), elem_id="mh-talk-rename")
                    self._delete = gr.Button(
                        text("zh", "conversation_delete"), variant="stop", elem_id="mh-talk-delete"
                    )
            self._chat = gr.HTML(self._empty("zh", None), elem_id="mh-chat", js_on_load=TELL)
            self._fix = FixForm(house, language)
            self._photo = gr.Textbox(
                label=text("zh", "photo_read"), elem_id="mh-photo-text", lines=1, max_lines=4, visible="hidden",
                max_length=PHOTO_CHARACTERS,
            )  # fmt: skip
            with gr.Row(elem_id="mh-entry"):
                self._camera = gr.HTML(_camera("zh"), elem_id="mh-camera")
                self._question = gr.Textbox(
                    show_label=True, label=text("zh", "question"), lines=1, max_lines=4, elem_id="mh-question",
                    scale=5, max_length=QUESTION_CHARACTERS, submit_btn=False, min_width=120,
                )  # fmt: skip
                self._send = gr.Button(text("zh", "send"), variant="primary", elem_id="mh-send", scale=1, min_width=70)
        self.talk = gr.State(Talk())
        self.labelled = [
            self.equipment, self._question, self._send, self._new, self._camera, self._photo, self._talks,
            self._find, self._title, self._rename, self._delete, self._list, *self._fix.labelled,
        ]  # fmt: skip
        self.chat = self._chat
        self._wire(language)

    def _wire(self, language: gr.Radio) -> None:
        inputs = [self._question, self._photo, self.equipment, language, self.talk]
        outputs = [self._chat, self._question, self._photo, self.talk]
        for event, name in ((self._question.submit, "ask_enter"), (self._send.click, "ask_send")):
            event(self._ask, inputs, outputs, api_name=name, **ASKING).then(
                self._relist, [self._find, language, self.talk], [self._list], api_name=f"{name}_listed", **QUIET
            )
        shown = [self._chat, self.talk, self._list, self._title]
        self._new.click(self._start_anew, [self.equipment, language, self._find], shown, api_name="ask_new", **QUIET)
        # What is on screen changes its words too when the language is switched.
        language.input(
            self._say_again, [self.equipment, language, self.talk], [self._chat], api_name="ask_language", **QUIET
        )
        self.equipment.input(
            self._say_again, [self.equipment, language, self.talk], [self._chat], api_name="ask_machine", **QUIET
        )
        self._chat.select(
            self._pressed,
            [self.equipment, language, self.talk],
            [self._chat, self.talk, *self._fix.drafted],
            api_name="ask_pressed",
            **QUIET,
        )
        self._find.change(self._relist, [self._find, language, self.talk], [self._list], api_name="ask_find", **QUIET)
        self._list.select(self._open, [self._find, language], [*shown, self.equipment], api_name="ask_open", **QUIET)
        self._rename.click(
            self._retitle, [self._title, self._find, language, self.talk], [self._list], api_name="ask_rename", **QUIET
        )
        self._delete.click(
            self._forget, [self.equipment, language, self._find, self.talk], shown, api_name="ask_delete", **QUIET
        )

    # --- labels --------------------------------------------------------------------------------------------------

    def labels(self, language: Language, account: Account) -> list[Any]:
        """Return the updates of `labelled` in this language."""
        hint = text(language, "question_hint", example=self._suggestions(language, None)[0])
        return [
            gr.Dropdown(choices=self._machines(language), label=text(language, "equipment")),
            gr.Textbox(label=text(language, "question"), placeholder=hint),
            gr.Button(text(language, "send")),
            gr.Button(text(language, "new")),
            _camera(language),
            gr.Textbox(label=text(language, "photo_read")),
            gr.Accordion(label=text(language, "conversations")),
            gr.Textbox(label=text(language, "conversation_find")),
            gr.Textbox(label=text(language, "conversation_title")),
            gr.Button(text(language, "conversation_rename")),
            gr.Button(text(language, "conversation_delete")),
            self._listed("", language, account, None),
            *self._fix.labels(language),
        ]

    def arrive(self, tag: str | None, conversation: str | None, language: Language, account: Account) -> list[Any]:
        """Return the picker, the chat and the talk for the machine and conversation in the page's address."""
        talk = Talk(account.name)
        if conversation:
            talk = self._continued(conversation, account)
        chosen = tag or (talk.equipment if talk.exchanges else None)
        try:
            chosen = self._house.corpus.equipment(chosen).tag if chosen else None
        except MillhandError:
            chosen = None
        picker = gr.Dropdown(value=chosen or ANY)
        return [picker, self._transcript(talk, language, chosen), talk]

    def _machines(self, language: Language) -> list[tuple[str, str]]:
        return [
            (text(language, "equipment_any"), ANY),
            *((f"{one.tag} · {one.name}", one.tag) for one in self._house.corpus.all_equipment()),
        ]

    def _suggestions(self, language: Language, tag: str | None) -> list[str]:
        """Suggest questions: about a machine's alarms and frequent faults, or about the whole plant."""
        corpus = self._house.corpus
        alarms = corpus.alarms(tag, active=True, limit=2)
        codes = [(one.equipment, one.code) for one in alarms]
        if tag:
            frequent = Counter(one.code for one in corpus.alarms(tag, limit=200))
            frequent.update(one.code for one in corpus.find_cases(equipment=tag, limit=50) if one.code)
            codes += [(tag, code) for code, _ in frequent.most_common(2)]
        codes = list(dict.fromkeys(codes))[:2]
        asked = [text(language, "example_alarm", tag=machine, code=code) for machine, code in codes]
        model = corpus.equipment(tag).model if tag else None
        part = next(iter(corpus.parts_below_minimum(model=model)), None)
        machine = tag or next((one.tag for one in corpus.all_equipment()), None)
        if machine is None:
            return [text(language, f"example_{kind}_plain") for kind in ("alarm", "part", "status", "case")]
        if part:
            asked.append(text(language, "example_part", part=part.part_number))
        asked.append(text(language, "example_status", tag=machine))
        asked.append(text(language, "example_case", tag=codes[0][0] if codes else machine))
        return asked[: SUGGESTIONS + 1]

    # --- what is shown -------------------------------------------------------------------------------------------

    def _empty(self, language: Language, tag: str | None) -> str:
        head = f"<h2>{escape(text(language, 'empty_title'))}</h2><p>{escape(text(language, 'empty_text'))}</p>"
        return clean(f'<div class="mh-empty">{head}{self._suggested(language, tag)}</div>')

    def _suggested(self, language: Language, tag: str | None) -> str:
        chips = "".join(
            f'<button type="button" class="mh-choice mh-suggested" data-ask="{escape(one)}">{escape(one)}</button>'
            for one in self._suggestions(language, tag)
        )
        head = escape(text(language, "suggested"))
        return f'<div class="mh-choices" role="group" aria-label="{head}">{chips}</div>'

    def _transcript(self, talk: Talk, language: Language, tag: str | None) -> str:
        return self._around(talk, self._exchanges(talk, language)) if talk.exchanges else self._empty(language, tag)

    def _exchanges(self, talk: Talk, language: Language) -> str:
        return "".join(self._exchange(talk, at, language) for at in range(len(talk.exchanges)))

    @staticmethod
    def _around(talk: Talk, shown: str) -> str:
        # page.js keeps the conversation in the address, so that it goes on after a reload or a restart.
        return f'<div class="mh-transcript" data-conversation="{escape(talk.conversation or "")}">{shown}</div>'

    def _exchange(self, talk: Talk, at: int, language: Language) -> str:
        one = talk.exchanges[at]
        if isinstance(one.outcome, str):
            return question_html(one.question) + failure_html(one.outcome, language)
        answer = answer_html(one.outcome, language, self._house.settings.zone)
        return question_html(one.question) + answer + clean(self._actions(talk, at, language))

    def _actions(self, talk: Talk, at: int, language: Language) -> str:
        one = talk.exchanges[at]
        if one.helped is None and one.asking_why:
            why = "".join(
                button(text(language, f"reason_{reason}"), "unhelpful", at=at, reason=reason) for reason in REASONS
            )
            first = f'<span class="mh-detail">{escape(text(language, "why_not"))}</span>{why}'
        elif one.helped is None:
            yes = button(text(language, "helped"), "helped", at=at, kind="mh-good-do")
            first = yes + button(text(language, "unhelpful"), "why", at=at)
        else:
            first = f'<span class="mh-detail" role="status">{escape(text(language, "thanks"))}</span>'
        card = f"/jobcards/{talk.conversation}/{at + 1}?lang={language}" if talk.conversation else ""
        more = button(text(language, "save_fix"), "fix", at=at)
        more += f'<button type="button" class="mh-do mh-copy">{escape(text(language, "copy"))}</button>'
        if card:
            more += f'<a class="mh-do" href="{escape(card)}" target="_blank">{escape(text(language, "job_card"))}</a>'
        return (
            f'<div class="mh-actions" role="group" aria-label="{escape(text(language, "actions"))}">{first}{more}</div>'
        )

    def _listed(self, query: str, language: Language, account: Account, current: str | None) -> str:
        found = self._house.corpus.conversations(owner=account.name, limit=30, query=query.strip()[:200])
        if not found:
            return paragraph(text(language, "conversations_none"))
        zone = self._house.settings.zone
        items = "".join(
            "<li>"
            + button(
                f"{moment(one.updated_at, zone)} · {one.title}",
                "open",
                id=one.id,
                kind="mh-talk mh-current" if one.id == current else "mh-talk",
            )
            + "</li>"
            for one in found
        )
        return clean(f'<ul class="mh-talks">{items}</ul>')

    # --- conversations -------------------------------------------------------------------------------------------

    def _continued(self, conversation: str, account: Account) -> Talk:
        turns = self._house.corpus.turns(conversation, owner=account.name, limit=50)
        return Talk.of(account.name, conversation, turns)

    def _relist(self, query: str, language: str, talk: Talk, request: gr.Request) -> str:
        account = account_of(request)
        return self._listed(query or "", choose_language(language, None), account, _own(talk, account).conversation)

    def _open(self, query: str, language: str, request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        account, chosen = account_of(request), choose_language(language, None)
        opened = self._continued(said(event, "id"), account)
        listed = self._listed(query or "", chosen, account, opened.conversation)
        title = next(
            (
                one.title
                for one in self._house.corpus.conversations(owner=account.name)
                if one.id == opened.conversation
            ),
            "",
        )
        tag = opened.equipment
        return self._transcript(opened, chosen, tag), opened, listed, title, gr.Dropdown(value=tag or ANY)

    def _retitle(self, title: str, query: str, language: str, talk: Talk, request: gr.Request) -> str:
        account, chosen = account_of(request), choose_language(language, None)
        talk = _own(talk, account)
        try:
            if talk.conversation is None:
                raise NotFound(text(chosen, "conversation_first"))
            self._house.corpus.rename_conversation(talk.conversation, title or "", owner=account.name)
        except MillhandError as error:
            return refused(error, chosen) + self._listed(query or "", chosen, account, talk.conversation)
        return self._listed(query or "", chosen, account, talk.conversation)

    def _forget(self, tag: str | None, language: str, query: str, talk: Talk, request: gr.Request) -> tuple[Any, ...]:
        account, chosen = account_of(request), choose_language(language, None)
        talk = _own(talk, account)
        if talk.conversation is not None:
            with suppress(NotFound):  # it is gone already, which is what was wanted
                self._house.corpus.delete_conversation(talk.conversation, owner=account.name)
        empty = Talk(account.name)
        listed = self._listed(query or "", chosen, account, None)
        return self._transcript(empty, chosen, tag or None), empty, listed, ""

    def _start_anew(self, tag: str | None, language: str, query: str, request: gr.Request) -> tuple[Any, ...]:
        account, chosen = account_of(request), choose_language(language, None)
        talk = Talk(account.name)
        listed = self._listed(query or "", chosen, account, None)
        return self._transcript(talk, chosen, tag or None), talk, listed, ""

    def _say_again(self, tag: str | None, language: str, talk: Talk, request: gr.Request) -> str:
        account = account_of(request)
        return self._transcript(_own(talk, account), choose_language(language, None), tag or None)

    # --- what people make of an answer ---------------------------------------------------------------------------

    def _pressed(
        self, tag: str | None, language: str, talk: Talk, request: gr.Request, event: gr.EventData
    ) -> tuple[Any, ...]:
        account, chosen = account_of(request), choose_language(language, None)
        talk = _own(talk, account)
        action, at = said(event, "do"), said(event, "at")
        index = int(at) if at.isascii() and at.isdecimal() else -1
        draft = self._fix.unchanged()
        if 0 <= index < len(talk.exchanges):
            one = talk.exchanges[index]
            if action == "fix":
                draft = self._fix.draft(one, tag or None, chosen)
            elif action == "why":
                talk = talk.changed(index, replace(one, asking_why=True))
            elif action in ("helped", "unhelpful") and one.turn is not None and talk.conversation:
                reason = said(event, "reason")
                self._house.corpus.add_feedback(
                    talk.conversation,
                    one.turn,
                    action == "helped",
                    reason if reason in REASONS else "",
                    account.name,
                )
                talk = talk.changed(index, replace(one, helped=action == "helped"))
        return self._transcript(talk, chosen, tag or None), talk, *draft

    # --- asking --------------------------------------------------------------------------------------------------

    def _ask(
        self, question: str, photo: str | None, tag: str | None, language: str, talk: Talk, request: gr.Request
    ) -> Iterator[tuple[Any, Any, Any, Talk]]:
        account, chosen = account_of(request), choose_language(language, None)
        talk = _own(talk, account)
        question, photo = (question or "").strip()[:QUESTION_CHARACTERS], (photo or "").strip()[:PHOTO_CHARACTERS]
        if not question and photo:
            question = text(chosen, "photo_question")
        if not question:
            yield self._transcript(talk, chosen, tag or None), gr.Textbox(), gr.Textbox(), talk
            return
        shown = f"{question}\n[{text(chosen, 'photo')}] {photo}" if photo else question
        before = self._exchanges(talk, chosen) + question_html(shown)
        kept = (gr.Textbox(), gr.Textbox())
        yield (
            self._around(talk, before + progress_html([], [], chosen)),
            "",
            gr.Textbox(value="", visible="hidden"),
            talk,
        )
        outcome: dict[str, Any] | str = ""
        try:
            for html, answer in self._events(question, photo or None, tag or None, talk, account.name, chosen):
                if answer is not None:
                    outcome = answer
                else:
                    yield self._around(talk, before + html), *kept, talk
        except MillhandError as error:
            outcome = str(error)
        except Exception as error:  # The visitor must see that it ended; the log says why.
            logging.getLogger(__name__).exception("A question failed.")
            outcome = type(error).__name__
        turn = None
        if isinstance(outcome, dict):
            conversation = outcome.get("conversation") or talk.conversation
            last = self._house.corpus.turns(conversation, owner=account.name, limit=1) if conversation else []
            turn = last[-1].id if last else None
            talk = talk.of_conversation(conversation, tag or (last[-1].equipment if last else None))
        talk = talk.grown(Exchange(shown, outcome, turn))
        yield self._transcript(talk, chosen, tag or None), *kept, talk

    def _events(
        self, question: str, photo: str | None, tag: str | None, talk: Talk, owner: str, language: Language
    ) -> Iterator[tuple[str, dict[str, Any] | None]]:
        from agent import Finished, Sentence, ToolStep

        steps: list[dict[str, Any]] = []
        sentences: list[dict[str, Any]] = []
        drawn = 0.0
        events = self._house.assistant.stream(
            question, equipment=tag, image_text=photo, conversation=talk.conversation, owner=owner
        )
        for event in events:
            if isinstance(event, Finished):
                yield "", event.answer.to_json()
                return
            if isinstance(event, ToolStep):
                step = {"name": event.name, "detail": event.detail, "state": event.state}
                running = [
                    at for at, one in enumerate(steps) if one["name"] == event.name and one["state"] == "running"
                ]
                if event.state != "running" and running:
                    steps[running[0]] = step
                else:
                    steps.append(step)
            elif isinstance(event, Sentence):
                sentences.append({"text": event.text, "citations": []})
            first = isinstance(event, Sentence) and len(sentences) == 1
            if first or time.monotonic() - drawn > REDRAWN:
                drawn = time.monotonic()
                yield progress_html(steps, sentences, language), None


def _own(talk: Talk, account: Account) -> Talk:
    """Return the talk if it is this person's: on a shared tablet the browser's session may outlive the person's."""
    return talk if talk.owner == account.name else Talk(account.name)


def _camera(language: Language) -> str:
    # page.js sends the picture to /photos and shows what was read.
    name = escape(text(language, "photo"))
    reading, empty = escape(text(language, "photo_reading")), escape(text(language, "photo_empty"))
    return (
        f'<label class="mh-photo" title="{name}">{CAMERA}'
        f'<input type="file" accept="image/*" capture="environment" class="mh-photo-file" aria-label="{name}" '
        f'data-reading="{reading}" data-empty="{empty}" '
        f'data-failed="{escape(text(language, "photo_failed"))}"></label>'
    )
