"""The library: files uploaded with progress, what was understood of them, and documents retired or restored."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from corpus import Account, Document, MillhandError
from ui.access import KEEPERS, account_of, require
from ui.commands import document_json, ingest
from ui.house import House
from ui.rendering import clean
from ui.texts import Language, choose_language, text

KINDS = ("manual", "repair_guide", "bulletin", "parts_list", "equipment", "status", "alarms", "cases", "other")
SUFFIXES = [".pdf", ".docx", ".xlsx", ".csv", ".md", ".html", ".htm", ".txt", ".png", ".jpg", ".jpeg", ".tif", ".tiff",
            ".bmp", ".webp"]  # fmt: skip
AUTOMATIC = ""
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


class LibraryTab:
    """The library's components and handlers; `labelled` are those whose labels follow the language."""

    def __init__(self, house: House, language: gr.Radio) -> None:
        self._house = house
        with gr.Row():
            with gr.Column(scale=1, min_width=300):
                self._files = gr.File(
                    file_count="multiple",
                    file_types=SUFFIXES,
                    label=text("zh", "upload"),
                    elem_id="mh-files",
                    height=180,
                )
                self._hint = gr.HTML(_hint("zh"))
                with gr.Accordion(text("zh", "options"), open=False) as self._options:
                    self._models = gr.Textbox(label=text("zh", "option_models"), info=text("zh", "option_models_hint"))
                    self._kind = gr.Dropdown(_kinds("zh"), value=AUTOMATIC, label=text("zh", "option_kind"))
                    self._language = gr.Dropdown(_languages("zh"), value=AUTOMATIC, label=text("zh", "option_language"))
                    self._revision = gr.Textbox(label=text("zh", "option_revision"))
                self._start = gr.Button(text("zh", "upload_start"), variant="primary", elem_id="mh-ingest")
                self._results = gr.HTML("", elem_id="mh-results")
                with gr.Group(visible=False, elem_id="mh-supersede") as self._superseding:
                    self._superseding_hint = gr.HTML(_paragraph(text("zh", "supersede_hint")), padding=True)
                    self._old = gr.Dropdown([], label=text("zh", "supersede_old"))
                    self._newer = gr.Dropdown([], label=text("zh", "supersede_new"))
                    self._supersede = gr.Button(text("zh", "supersede"))
            with gr.Column(scale=2, min_width=300):
                self._list = gr.HTML("", elem_id="mh-documents")
                with gr.Row():
                    self._retired = gr.Checkbox(label=text("zh", "show_retired"))
                    self._refresh = gr.Button(text("zh", "refresh"), min_width=90, scale=0)
                self._document = gr.Dropdown(
                    [], value=None, label=text("zh", "choose_document"), info=text("zh", "choose_document_hint"),
                    elem_id="mh-document",
                )  # fmt: skip
                with gr.Row():
                    self._remove = gr.Button(text("zh", "remove"), variant="stop", min_width=90, elem_id="mh-remove")
                    self._restore = gr.Button(text("zh", "restore"), min_width=90, elem_id="mh-restore")
                self._said = gr.HTML("", elem_id="mh-said")
        self.labelled = [
            self._files, self._hint, self._options, self._models, self._kind, self._language, self._revision,
            self._start, self._superseding_hint, self._old, self._newer, self._supersede, self._retired, self._refresh,
            self._remove, self._restore, self._list, self._document,
        ]  # fmt: skip

        listed = [self._list, self._document]
        self._start.click(
            self._ingest,
            [self._files, self._models, self._kind, self._language, self._revision, self._retired, language],
            [self._results, self._files, self._superseding, self._old, self._newer, *listed],
            api_name="library_ingest", concurrency_limit=2, **QUIET,
        )  # fmt: skip
        self._supersede.click(
            self._replace, [self._old, self._newer, self._retired, language], [self._said, self._superseding, *listed],
            api_name="library_supersede", **QUIET,
        )  # fmt: skip
        self._remove.click(
            self._retire, [self._document, self._retired, language], [self._said, *listed],
            api_name="library_remove", **QUIET,
        )  # fmt: skip
        self._restore.click(
            self._bring_back, [self._document, self._retired, language], [self._said, *listed],
            api_name="library_restore", **QUIET,
        )  # fmt: skip
        for event, name in ((self._refresh.click, "library_refresh"), (self._retired.input, "library_retired")):
            event(self._relist, [self._retired, language], listed, api_name=name, **QUIET)

    def labels(self, language: Language, *, shown: bool) -> list[Any]:
        """Return the updates of `labelled` in this language; the list of documents only if it may be `shown`."""

        def say(key: str) -> str:
            return text(language, key)

        return [
            gr.File(label=say("upload")),
            _hint(language),
            gr.Accordion(label=say("options")),
            gr.Textbox(label=say("option_models"), info=say("option_models_hint")),
            gr.Dropdown(choices=_kinds(language), label=say("option_kind")),
            gr.Dropdown(choices=_languages(language), label=say("option_language")),
            gr.Textbox(label=say("option_revision")),
            gr.Button(say("upload_start")),
            _paragraph(say("supersede_hint")),
            gr.Dropdown(label=say("supersede_old")),
            gr.Dropdown(label=say("supersede_new")),
            gr.Button(say("supersede")),
            gr.Checkbox(label=say("show_retired")),
            gr.Button(say("refresh")),
            gr.Button(say("remove")),
            gr.Button(say("restore")),
            *(self._listing(False, language) if shown else ("", gr.Dropdown(choices=[]))),
        ]

    # --- handlers ------------------------------------------------------------------------------------------------

    def _ingest(
        self, files: Sequence[str] | None, models: str | None, kind: str, file_language: str,
        revision: str | None, retired: bool, language: str, request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:  # fmt: skip
        account = _keeper(request)
        chosen = choose_language(language, None)
        kept = (gr.Group(), gr.Dropdown(), gr.Dropdown(), gr.HTML(), gr.Dropdown())
        if not files:
            yield (_paragraph(text(chosen, "upload_none")), gr.File(), *kept)
            return
        named = tuple(one.strip() for one in (models or "").replace("，", ",").split(",") if one.strip())
        options = {"equipment_models": named or None, "kind": kind or None, "language": file_language or None,
                   "revision": (revision or "").strip() or None}  # fmt: skip
        params = {
            "paths": [str(file) for file in files],
            "options": {name: value for name, value in options.items() if value is not None},
            "actor": account.name,
        }
        value: dict[str, Any] = {}
        for event in _running(self._house, params):
            if "files" in event and "indexed" in event:
                value = event
            else:
                yield (_progress(files, event, chosen), gr.File(), *kept)
        # The kept originals are in the data folder now.
        for file in files:
            Path(file).unlink(missing_ok=True)
        yield (
            _results(value["files"], chosen), None, *self._predecessors(value["files"]), *self._listing(retired, chosen)
        )  # fmt: skip

    def _predecessors(self, files: Sequence[dict[str, Any]]) -> tuple[Any, Any, Any]:
        for file in files:
            if file["state"] != "indexed" or not file.get("document"):
                continue
            document = self._house.corpus.document(file["document"])
            old = [one for one in self._house.corpus.similar_titles(document.title) if one.id != document.id]
            if old:
                return (
                    gr.Group(visible=True),
                    gr.Dropdown(choices=_choices(old), value=old[0].id),
                    gr.Dropdown(choices=_choices([document]), value=document.id),
                )
        return gr.Group(visible=False), gr.Dropdown(), gr.Dropdown()

    def _replace(self, old: int, new: int, retired: bool, language: str, request: gr.Request) -> tuple[Any, ...]:
        account, chosen, corpus = _keeper(request), choose_language(language, None), self._house.corpus
        try:
            titles = {"old": corpus.document(int(old)).title, "new": corpus.document(int(new)).title}
            corpus.supersede_document(int(old), int(new), actor=account.name)
        except (MillhandError, TypeError) as error:
            return _paragraph(str(error), bad=True), gr.Group(), *self._listing(retired, chosen)
        said = _paragraph(text(chosen, "done_superseded", **titles))
        return said, gr.Group(visible=False), *self._listing(retired, chosen)

    def _retire(self, document: int | None, retired: bool, language: str, request: gr.Request) -> tuple[Any, ...]:
        account, chosen = _keeper(request), choose_language(language, None)
        return self._changed(
            lambda one: self._house.corpus.remove_document(one, actor=account.name),
            document,
            "done_removed",
            retired,
            chosen,
        )

    def _bring_back(self, document: int | None, retired: bool, language: str, request: gr.Request) -> tuple[Any, ...]:
        account, chosen = _keeper(request), choose_language(language, None)

        def restore(one: int) -> None:
            self._house.corpus.restore_document(one, actor=account.name)

        return self._changed(restore, document, "done_restored", retired, chosen)

    def _changed(
        self, change: Any, document: int | None, done: str, retired: bool, language: Language
    ) -> tuple[Any, ...]:
        if document is None:
            return _paragraph(text(language, "choose_document"), bad=True), *self._listing(retired, language)
        try:
            change(int(document))
            said = _paragraph(text(language, done, title=self._house.corpus.document(int(document)).title))
        except MillhandError as error:
            said = _paragraph(str(error), bad=True)
        return said, *self._listing(retired, language)

    def _relist(self, retired: bool, language: str, request: gr.Request) -> tuple[Any, ...]:
        _keeper(request)
        return self._listing(retired, choose_language(language, None))

    def _listing(self, retired: bool, language: Language) -> tuple[Any, Any]:
        # Retired documents stay among the choices, so that they can be restored.
        everything = self._house.corpus.documents(retired=True)
        shown = everything if retired else [one for one in everything if one.current is not None]
        picker = gr.Dropdown(
            choices=_choices(everything),
            label=text(language, "choose_document"),
            info=text(language, "choose_document_hint"),
        )
        return _documents(shown, language), picker


def _keeper(request: gr.Request) -> Account:
    account = account_of(request)
    require(account, KEEPERS)
    return account


def _running(house: House, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
    events: queue.Queue[dict[str, Any] | Exception] = queue.Queue()

    def work() -> None:
        try:
            value, _ = ingest(house, params, events.put)
            events.put(value)
        except Exception as error:
            events.put(error)

    threading.Thread(target=work, name="page-ingest", daemon=True).start()
    while True:
        event = events.get()
        # Only the newest progress is worth a redraw.
        while not events.empty() and isinstance(event, dict) and "indexed" not in event:
            event = events.get()
        if isinstance(event, Exception):
            raise gr.Error(str(event), print_exception=False) from event
        yield event
        if "indexed" in event:
            return


# --- what is shown -----------------------------------------------------------------------------------------------


def _kinds(language: Language) -> list[tuple[str, str]]:
    return [(text(language, "automatic"), AUTOMATIC), *((text(language, f"kind_{kind}"), kind) for kind in KINDS)]


def _languages(language: Language) -> list[tuple[str, str]]:
    return [
        (text(language, "automatic"), AUTOMATIC),
        *((text(language, f"language_{one}"), one) for one in ("zh", "en")),
    ]


def _choices(documents: Sequence[Document]) -> list[tuple[str, int]]:
    return [(f"{one.id} · {one.title}", one.id) for one in documents]


def _hint(language: Language) -> str:
    return clean(f'<p class="mh-detail">{escape(text(language, "upload_hint"))}</p>')


def _paragraph(sentence: str, *, bad: bool = False) -> str:
    return clean(f'<p class="{"mh-failure" if bad else "mh-note"}">{escape(sentence)}</p>')


def _progress(files: Sequence[str], at: dict[str, Any], language: Language) -> str:
    items = []
    for index, file in enumerate(files):
        name = escape(Path(file).name)
        if Path(file).name == at["source"]:
            share = f" {at['done']}/{at['total']}" if at.get("total") else ""
            items.append(f"<li><b>{name}</b> · {escape(str(at['stage']))}{share}</li>")
        else:
            key = "step_done" if index < _index(files, at) else "state_waiting"
            items.append(f'<li class="mh-detail">{name} · {escape(text(language, key))}</li>')
    return clean(f'<ul class="mh-steps">{"".join(items)}</ul>')


def _index(files: Sequence[str], at: dict[str, Any]) -> int:
    names = [Path(file).name for file in files]
    return names.index(at["source"]) if at["source"] in names else 0


def _results(files: Sequence[dict[str, Any]], language: Language) -> str:
    rows = []
    for file in files:
        counts = text(language, "result_indexed", pages=file.get("pages") or 0, chunks=file.get("chunks") or 0)
        notes = "".join(f"<br>⚠ {escape(str(one))}" for one in file.get("warnings") or [])
        said = escape(file.get("error") or "") or (escape(counts) if file["state"] == "indexed" else "")
        kind = f"{text(language, 'kind_' + file['kind'])} · " if file.get("kind") in KINDS else ""
        rows.append(
            f"<li class='mh-file-{file['state']}'><b>{escape(file['source'])}</b> · "
            f"{escape(text(language, 'state_' + file['state']))} · {escape(kind)}{said}{notes}</li>"
        )
    return clean(f'<ul class="mh-steps">{"".join(rows)}</ul>')


def _documents(documents: Sequence[Document], language: Language) -> str:
    if not documents:
        return _paragraph(text(language, "documents_none"))
    keys = ("document_title", "document_kind", "document_language", "document_models", "document_pages", "state",
            "document_added")  # fmt: skip
    head = "".join(f"<th>{escape(text(language, key))}</th>" for key in ("file", *keys[1:]))
    rows = []
    for document in documents:
        value = document_json(document)
        source = f"{document.id} · {value.get('source') or ''}"
        title = f"<b>{escape(value['title'])}</b><br><span class='mh-detail'>{escape(source)}</span>"
        cells = (
            title,
            escape(text(language, f"kind_{value['kind']}")),
            escape(text(language, f"language_{value['language']}")),
            escape(", ".join(value["models"]) or text(language, "plant_wide")),
            str(value.get("pages") or ""),
            escape(text(language, f"state_{value['state']}")),
            escape(f"{(value.get('added_at') or '')[:10]} {value.get('added_by') or ''}"),
        )
        labelled = zip(cells, keys, strict=True)
        rows.append(
            "<tr>"
            + "".join(f'<td data-label="{escape(text(language, key))}">{cell}</td>' for cell, key in labelled)
            + "</tr>"
        )
    return clean(f'<table class="mh-table"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>')
