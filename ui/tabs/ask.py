"""The chat: a question, its tool steps, checked sentences, the answer, and the page behind each citation."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from html import escape
from typing import Any

import gradio as gr

from corpus import Equipment, MillhandError
from ui.access import account_of
from ui.house import House
from ui.rendering import answer_html, clean, failure_html, progress_html, question_html
from ui.texts import Language, choose_language, text

QUESTION_CHARACTERS = 4000
ANY = ""


class Talk:
    """One visitor's conversation as the server keeps it: what was asked, and each answer's JSON or error."""

    # No dataclass: Gradio writes the fields of those into the page.
    def __init__(self) -> None:
        self.conversation: str | None = None
        self.turns: list[tuple[str, dict[str, Any] | str]] = []


class AskTab:
    """The chat's components and handlers; `labelled` are those whose labels follow the language."""

    def __init__(self, house: House, language: gr.Radio) -> None:
        self._house = house
        with gr.Row(elem_id="mh-ask"):
            with gr.Column(scale=3, min_width=300):
                with gr.Row(elem_id="mh-machine"):
                    self.equipment = gr.Dropdown(
                        self._machines("zh"),
                        scale=5,
                        min_width=180,
                        value=ANY,
                        label=text("zh", "equipment"),
                        elem_id="mh-equipment",
                        filterable=True,
                    )
                    self._new = gr.Button(text("zh", "new"), elem_id="mh-new", scale=1, min_width=110, size="md")
                self._chat = gr.Chatbot(
                    show_label=False, elem_id="mh-chat", height="52vh", min_height=300, layout="panel",
                    autoscroll=False,
                    sanitize_html=False, latex_delimiters=[], buttons=[], feedback_options=None,
                    placeholder=_empty("zh"), examples=[{"text": one} for one in self._examples("zh")],
                    allow_file_downloads=False,
                )  # fmt: skip
                with gr.Row(elem_id="mh-entry"):
                    self._question = gr.Textbox(
                        show_label=True, label=text("zh", "question"), lines=1, max_lines=4, elem_id="mh-question",
                        scale=5, max_length=QUESTION_CHARACTERS, submit_btn=False,
                    )  # fmt: skip
                    self._send = gr.Button(
                        text("zh", "send"), variant="primary", elem_id="mh-send", scale=1, min_width=90
                    )
            with gr.Column(scale=2, min_width=300, elem_id="mh-side"):
                self._viewer = gr.HTML(_viewer("zh"), elem_id="mh-viewer")
        talk = gr.State(Talk())
        self.labelled = [self.equipment, self._chat, self._question, self._send, self._new, self._viewer]

        inputs = [self._question, self.equipment, language, talk]
        outputs = [self._chat, self._question, talk]
        for event, name in ((self._question.submit, "ask_enter"), (self._send.click, "ask_send")):
            event(
                self._ask, inputs, outputs, api_name=name, api_visibility="private", concurrency_limit=4,
                show_progress="hidden", concurrency_id="ask",
            )  # fmt: skip
        self._chat.example_select(
            self._take_example, None, [self._question], api_name="ask_example", api_visibility="private",
            show_progress="hidden",
        ).then(
            self._ask, inputs, outputs, api_name="ask_example_send", api_visibility="private",
            show_progress="hidden", concurrency_id="ask",
        )  # fmt: skip
        self._new.click(
            self._start_anew, [language], [*outputs, self._viewer], api_name="ask_new", api_visibility="private",
            show_progress="hidden",
        )  # fmt: skip
        # What is on screen changes its words too when the language is switched.
        language.input(
            self._say_again, [language, talk], [self._chat], api_name="ask_language", api_visibility="private",
            show_progress="hidden",
        )  # fmt: skip

    # --- labels --------------------------------------------------------------------------------------------------

    def labels(self, language: Language) -> list[Any]:
        """Return the updates of `labelled` in this language."""
        examples = self._examples(language)
        hint = text(language, "question_hint", example=examples[0])
        return [
            gr.Dropdown(choices=self._machines(language), label=text(language, "equipment")),
            gr.Chatbot(placeholder=_empty(language), examples=[{"text": one} for one in examples]),
            gr.Textbox(label=text(language, "question"), placeholder=hint),
            gr.Button(text(language, "send")),
            gr.Button(text(language, "new")),
            _viewer(language),
        ]

    def chosen_equipment(self, tag: str | None) -> Any:
        """Return the picker's update for a tag in the page's address."""
        if not tag:
            return gr.Dropdown()
        try:
            return gr.Dropdown(value=self._house.corpus.equipment(tag).tag)
        except MillhandError:
            return gr.Dropdown()

    def _machines(self, language: Language) -> list[tuple[str, str]]:
        return [
            (text(language, "equipment_any"), ANY),
            *((f"{one.tag} · {one.name}", one.tag) for one in self._house.corpus.all_equipment()),
        ]

    def _examples(self, language: Language) -> list[str]:
        corpus = self._house.corpus
        alarm = next(iter(corpus.alarms(active=True, limit=1)), None)
        part = next(iter(corpus.parts_below_minimum()), None)
        machine: Equipment | None = next(iter(corpus.all_equipment()), None)
        if not (alarm and part and machine):
            return [text(language, f"example_{kind}_plain") for kind in ("alarm", "part", "status", "case")]
        return [
            text(language, "example_alarm", tag=alarm.equipment, code=alarm.code),
            text(language, "example_part", part=part.part_number),
            text(language, "example_status", tag=machine.tag),
            text(language, "example_case", tag=alarm.equipment),
        ]

    # --- handlers ------------------------------------------------------------------------------------------------

    def _take_example(self, event: gr.SelectData) -> str:
        return str(event.value["text"])

    def _start_anew(self, language: str, request: gr.Request) -> tuple[Any, ...]:
        account_of(request)
        return [], "", Talk(), _viewer(choose_language(language, None))

    def _say_again(self, language: str, talk: Talk, request: gr.Request) -> list[dict[str, Any]]:
        account_of(request)
        return self._messages(talk, choose_language(language, None))

    def _ask(
        self, question: str, tag: str | None, language: str, talk: Talk, request: gr.Request
    ) -> Iterator[tuple[Any, Any, Talk]]:
        account = account_of(request)
        chosen = choose_language(language, None)
        question = (question or "").strip()[:QUESTION_CHARACTERS]
        if not question:
            yield self._messages(talk, chosen), gr.Textbox(), talk
            return
        shown = [*self._messages(talk, chosen), _message("user", question_html(question))]
        yield [*shown, _message("assistant", progress_html([], [], chosen))], "", talk
        outcome: dict[str, Any] | str = ""
        try:
            for html, answer in self._events(question, tag or None, talk, account.name, chosen):
                if answer is not None:
                    outcome = answer
                else:
                    yield [*shown, _message("assistant", html)], gr.Textbox(), talk
        except MillhandError as error:
            outcome = str(error)
        except Exception as error:  # The visitor must see that it ended; the log says why.
            logging.getLogger(__name__).exception("A question failed.")
            outcome = type(error).__name__
        if isinstance(outcome, dict):
            talk.conversation = outcome.get("conversation") or talk.conversation
        talk.turns.append((question, outcome))
        yield self._messages(talk, chosen), gr.Textbox(), talk

    def _events(
        self, question: str, tag: str | None, talk: Talk, owner: str, language: Language
    ) -> Iterator[tuple[str, dict[str, Any] | None]]:
        from agent import Finished, Sentence, ToolStep

        steps: list[dict[str, Any]] = []
        sentences: list[dict[str, Any]] = []
        for event in self._house.assistant.stream(question, equipment=tag, conversation=talk.conversation, owner=owner):
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
            yield progress_html(steps, sentences, language), None

    def _messages(self, talk: Talk, language: Language) -> list[dict[str, Any]]:
        messages = []
        for question, outcome in talk.turns:
            messages.append(_message("user", question_html(question)))
            html = (
                failure_html(outcome, language)
                if isinstance(outcome, str)
                else answer_html(outcome, language, self._house.settings.zone)
            )
            messages.append(_message("assistant", html))
        return messages


def _message(role: str, html: str) -> dict[str, Any]:
    return {"role": role, "content": html}


def _empty(language: Language) -> str:
    return clean(f"<h3>{escape(text(language, 'empty_title'))}</h3><p>{escape(text(language, 'empty_text'))}</p>")


def _viewer(language: Language) -> str:
    # page.js fills the body; its words come along as attributes of the panel.
    return (
        f'<div class="mh-panel" role="region" aria-label="{escape(text(language, "viewer_title"))}" '
        f'data-failed="{escape(text(language, "viewer_failed"))}">'
        f'<button type="button" class="mh-close">{escape(text(language, "viewer_close"))}</button>'
        '<div class="mh-panel-body" aria-live="polite">'
        f'<p class="mh-detail">{escape(text(language, "viewer_empty"))}</p></div></div>'
    )
