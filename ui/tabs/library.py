"""The library: files brought in as drafts, what was understood of them, and documents published, mended or retired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from html import escape
from typing import Any

import gradio as gr

from corpus import Account, Conflict, Document, MillhandError, NotFound, Revision
from ui.access import KEEPERS, account_of, require
from ui.commands import document_json
from ui.glossary import GlossaryForm
from ui.house import House
from ui.html import TELL, button, clean, moment, paragraph, person, refused, said, section, table
from ui.rendering import place_address
from ui.texts import Language, choose_language, refusal, text
from ui.uploads import FileState, Upload, Uploads
from ui.words import Words

KINDS = ("manual", "repair_guide", "bulletin", "parts_list", "equipment", "status", "alarms", "cases", "other")
SUFFIXES = [".pdf", ".docx", ".xlsx", ".csv", ".jsonl", ".ndjson", ".md", ".html", ".htm", ".txt", ".png", ".jpg",
            ".jpeg", ".tif", ".tiff", ".bmp", ".webp"]  # fmt: skip
AUTOMATIC = ""
CHUNKS_SHOWN, CHANGES_SHOWN, FOUND = 12, 12, 10
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


class LibraryTab:
    """The library's components and handlers; `labelled` are those whose labels follow the language."""

    def __init__(self, house: House, language: gr.Radio, tab: gr.Tab) -> None:
        self._house = house
        self._uploads = Uploads(house)
        words = self._words = Words()
        self._shown = gr.State(None)  # the id of the document that is open
        with gr.Row():
            with gr.Column(scale=1, min_width=280):
                self._files = words(
                    gr.File, "upload", file_count="multiple", file_types=SUFFIXES, elem_id="mh-files", height=160
                )
                self._folder = words(gr.File, "upload_folder", file_count="directory", elem_id="mh-folder", height=160)
                words.html(lambda one: clean(f'<p class="mh-detail">{escape(text(one, "upload_hint"))}</p>'))
                with words(gr.Accordion, "options", open=False):
                    self._models = words(gr.Textbox, "option_models", info="option_models_hint")
                    self._kind = words.choices(gr.Dropdown, "option_kind", _kinds_or_automatic, value=AUTOMATIC)
                    self._language = words.choices(
                        gr.Dropdown, "option_language", _languages_or_automatic, value=AUTOMATIC
                    )
                    self._revision = words(gr.Textbox, "option_revision")
                self._start = words(gr.Button, "upload_start", variant="primary", elem_id="mh-ingest")
                self._results = gr.HTML("", elem_id="mh-results", js_on_load=TELL)
                self._timer = gr.Timer(1.0, active=False)
            with gr.Column(scale=2, min_width=280):
                with gr.Row():
                    self._query = words(gr.Textbox, "library_search", elem_id="mh-library-query", scale=4)
                    self._search = words(gr.Button, "search", elem_id="mh-library-search", min_width=90, scale=1)
                self._found = gr.HTML("", elem_id="mh-library-found")
                with gr.Row():
                    self._retired = words(gr.Checkbox, "show_retired", elem_id="mh-retired")
                    self._refresh = words(gr.Button, "refresh", min_width=90, scale=0)
                self._said = gr.HTML("", elem_id="mh-said", js_on_load=TELL)
                self._list = gr.HTML("", elem_id="mh-documents", js_on_load=TELL)
                self._card = gr.HTML("", elem_id="mh-card", js_on_load=TELL)
                with gr.Group(visible=False, elem_id="mh-mend") as self._mending:
                    self._title = words(gr.Textbox, "document_title", elem_id="mh-mend-title")
                    with gr.Row():
                        self._its_kind = words.choices(gr.Dropdown, "document_kind", _kinds)
                        self._its_language = words.choices(gr.Dropdown, "document_language", _languages)
                    self._its_models = words(gr.Textbox, "document_models", info="document_models_hint")
                    self._mend = words(gr.Button, "document_mend", elem_id="mh-mend-save")
                with words(
                    gr.Accordion, "relations", open=False, visible=False, elem_id="mh-relations"
                ) as self._relating:
                    self._other = words(gr.Dropdown, "relation_other", choices=[], elem_id="mh-relation-other")
                    self._supersede = words(gr.Button, "supersede", elem_id="mh-supersede")
                    self._part = words(gr.Textbox, "relation_section", elem_id="mh-relation-section")
                    self._amend = words(gr.Button, "amend", elem_id="mh-amend")
        GlossaryForm(house, words, language)
        words.html(_stickers)
        self.labelled = [*words.components, self._list, self._card, self._found, self._results]
        self.kept = [self._shown, self._retired]
        self._wire(language, tab)

    def _wire(self, language: gr.Radio, tab: gr.Tab) -> None:
        progress = [self._results, self._timer]
        card = [self._shown, self._card, self._mending, self._title, self._its_kind, self._its_language,
                self._its_models, self._relating, self._other]  # fmt: skip
        listed = [self._said, self._list, *card]
        state = [self._retired, language]
        self._start.click(
            self._begin,
            [self._files, self._folder, self._models, self._kind, self._language, self._revision, language],
            [*progress, self._files, self._folder],
            api_name="library_ingest",
            **QUIET,
        )
        self._timer.tick(
            self._progress, [self._retired, language], [*progress, self._list], api_name="library_progress", **QUIET
        )
        self._results.select(
            self._upload_pressed, [self._shown, *state], [*progress, *listed], api_name="library_upload", **QUIET
        )
        for component, name in (
            (self._list, "library_open"),
            (self._card, "library_card"),
            (self._said, "library_undo"),
        ):
            component.select(self._pressed, [self._shown, *state], listed, api_name=name, **QUIET)
        self._mend.click(
            self._mended,
            [self._shown, self._title, self._its_kind, self._its_language, self._its_models, *state],
            listed,
            api_name="library_mend",
            **QUIET,
        )
        self._supersede.click(
            self._superseded, [self._shown, self._other, *state], listed, api_name="library_supersede", **QUIET
        )
        self._amend.click(
            self._amended, [self._shown, self._other, self._part, *state], listed, api_name="library_amend", **QUIET
        )
        for event, name in (
            (self._refresh.click, "library_refresh"),
            (self._retired.input, "library_retired"),
            (tab.select, "library_shown"),
        ):
            event(self._relist, state, [self._list], api_name=name, **QUIET)
        for event, name in ((self._search.click, "library_search"), (self._query.submit, "library_search_enter")):
            event(self._searched, [self._query, language], [self._found], api_name=name, **QUIET)

    def labels(self, language: Language, _account: Account, kept: Sequence[Any], *, shown: bool) -> list[Any]:
        """Return the updates of `labelled` in this language; documents only if they may be `shown`."""
        if not shown:
            return [*self._words.updates(language), "", "", "", ""]
        document, retired = kept
        card = self._open(document, language)[1] if document is not None else ""
        return [*self._words.updates(language), self._listing(bool(retired), language), card, "", ""]

    # --- bringing in ---------------------------------------------------------------------------------------------

    def _begin(
        self, files: Sequence[str] | None, folder: Sequence[str] | None, models: str | None, kind: str,
        file_language: str, revision: str | None, language: str, request: gr.Request,
    ) -> tuple[Any, ...]:  # fmt: skip
        account, chosen = _keeper(request), choose_language(language, None)
        given = [*(files or []), *(folder or [])]
        latest = self._uploads.latest(account.name)
        if latest is not None and latest.running:
            return paragraph(text(chosen, "upload_running"), bad=True), gr.Timer(active=True), gr.File(), gr.File()
        if not given:
            return paragraph(text(chosen, "upload_none"), bad=True), gr.Timer(active=False), gr.File(), gr.File()
        options = {"equipment_models": _names(models), "kind": kind or None, "language": file_language or None,
                   "revision": (revision or "").strip() or None}  # fmt: skip
        upload = self._uploads.begin(
            given, account.name, {name: value for name, value in options.items() if value is not None}
        )
        return _upload_html(upload, chosen), gr.Timer(active=True), None, None

    def _progress(self, retired: bool, language: str, request: gr.Request) -> tuple[Any, Any, Any]:
        account, chosen = _keeper(request), choose_language(language, None)
        upload = self._uploads.latest(account.name)
        if upload is None:
            return "", gr.Timer(active=False), gr.HTML()
        running = upload.running
        listing = gr.HTML() if running else self._listing(retired, chosen)
        return _upload_html(upload, chosen), gr.Timer(active=running), listing

    def _upload_pressed(
        self, current: int | None, retired: bool, language: str, request: gr.Request, event: gr.EventData
    ) -> tuple[Any, ...]:
        account, chosen = _keeper(request), choose_language(language, None)
        action = said(event, "do")
        if action == "open":
            return gr.HTML(), gr.Timer(), *self._pressed(current, retired, language, request, event)
        upload = self._uploads.latest(account.name)
        if upload is not None and action == "cancel":
            upload.cancel()
        elif upload is not None and action == "retry":
            self._uploads.retry(account.name)
        shown = _upload_html(upload, chosen) if upload else ""
        return shown, gr.Timer(active=upload is not None), *self._kept()

    # --- documents -----------------------------------------------------------------------------------------------

    def _pressed(
        self, current: int | None, retired: bool, language: str, request: gr.Request, event: gr.EventData
    ) -> tuple[Any, ...]:
        account, chosen, corpus = _keeper(request), choose_language(language, None), self._house.corpus
        action, revision = said(event, "do"), said(event, "revision")
        document = int(said(event, "id")) if said(event, "id").isdecimal() else current

        def remove(one: int) -> str:
            corpus.remove_document(one, actor=account.name)
            undo = button(text(chosen, "undo"), "restore", id=one)
            return self._done("done_removed", one, chosen) + clean(undo)

        def restore(one: int) -> str:
            number = int(revision) if revision.isdecimal() else None
            corpus.restore_document(one, actor=account.name, revision=number)
            return self._done("done_restored", one, chosen)

        actions: dict[str, Callable[[int], str]] = {"open": lambda _: "", "remove": remove, "restore": restore}
        return self._changed(actions.get(action), document, retired, chosen)

    def _changed(
        self, change: Callable[[int], str] | None, document: int | None, retired: bool, language: Language
    ) -> tuple[Any, ...]:
        """Make a change to the open document; return what is said of it, the list and the document's card."""
        try:
            if document is None or change is None:
                raise NotFound(text(language, "choose_document"))
            done = change(document)
            return done, self._listing(retired, language), *self._open(document, language)
        except MillhandError as error:
            return refused(error, language), self._listing(retired, language), *self._kept()[2:]

    def _mended(
        self, document: int | None, title: str, kind: str, its_language: str, models: str, retired: bool,
        language: str, request: gr.Request,
    ) -> tuple[Any, ...]:  # fmt: skip
        account, chosen = _keeper(request), choose_language(language, None)

        def mend(one: int) -> str:
            if kind not in KINDS or its_language not in ("zh", "en"):
                raise Conflict(text(chosen, "choose_document"))
            self._house.corpus.describe_document(
                one,
                title=title or "",
                kind=kind,  # type: ignore[arg-type]
                language=its_language,  # type: ignore[arg-type]
                models=_names(models) or (),
                actor=account.name,
            )
            return self._done("done_mended", one, chosen)

        return self._changed(mend, document, retired, chosen)

    def _superseded(
        self, document: int | None, old: int | None, retired: bool, language: str, request: gr.Request
    ) -> tuple[Any, ...]:
        account, chosen, corpus = _keeper(request), choose_language(language, None), self._house.corpus

        def supersede(new: int) -> str:
            if old is None:
                raise NotFound(text(chosen, "relation_choose"))
            if corpus.document(new).current is None:
                corpus.restore_document(new, actor=account.name)
            corpus.supersede_document(int(old), new, actor=account.name)
            titles = {"old": corpus.document(int(old)).title, "new": corpus.document(new).title}
            return paragraph(text(chosen, "done_superseded", **titles))

        return self._changed(supersede, document, retired, chosen)

    def _amended(
        self, document: int | None, amended: int | None, part: str, retired: bool, language: str, request: gr.Request
    ) -> tuple[Any, ...]:
        account, chosen, corpus = _keeper(request), choose_language(language, None), self._house.corpus

        def amend(bulletin: int) -> str:
            if amended is None:
                raise NotFound(text(chosen, "relation_choose"))
            count = corpus.amend_document(bulletin, int(amended), part or "", actor=account.name)
            return paragraph(text(chosen, "done_amended", section=part, count=count))

        return self._changed(amend, document, retired, chosen)

    def _relist(self, retired: bool, language: str, request: gr.Request) -> str:
        _keeper(request)
        return self._listing(retired, choose_language(language, None))

    def _searched(self, query: str, language: str, request: gr.Request) -> str:
        _keeper(request)
        chosen = choose_language(language, None)
        if not (query or "").strip():
            return ""
        try:
            passages = self._house.corpus.search(query.strip()[:400], k=FOUND).passages
        except MillhandError as error:
            return refused(error, chosen)
        items = []
        for one in passages:
            place = {"source": one.place.source, "revision": one.place.revision, "page": one.place.page,
                     "section": one.place.section}  # fmt: skip
            page = text(chosen, "page_short", page=one.place.page) if one.place.page else ""
            where = " · ".join(filter(None, [one.title, page, one.place.section or ""]))
            address = place_address(place, one.text[:300], chosen)
            link = f'<a class="mh-cite mh-cite-wide" href="{escape(address or "")}">{escape(where)}</a>'
            items.append(f"<li>{link}<br>{escape(one.text[:220])}</li>")
        return (
            clean(f'<ul class="mh-list">{"".join(items)}</ul>') if items else paragraph(text(chosen, "nothing_found"))
        )

    # --- what is shown -------------------------------------------------------------------------------------------

    def _kept(self) -> tuple[Any, ...]:
        """Return updates of what `_changed` returns that change nothing."""
        return (gr.HTML(), gr.HTML(), gr.State(), gr.HTML(), gr.Group(), gr.Textbox(), gr.Dropdown(), gr.Dropdown(),
                gr.Textbox(), gr.Accordion(), gr.Dropdown())  # fmt: skip

    def _done(self, key: str, document: int, language: Language) -> str:
        return paragraph(text(language, key, title=self._house.corpus.document(document).title))

    def _open(self, document: int, language: Language) -> tuple[Any, ...]:
        one = self._house.corpus.document(document)
        same = [other for other in self._house.corpus.similar_titles(one.title) if other.id != one.id]
        others = [other for other in self._house.corpus.documents() if other.id != one.id]
        return (
            one.id,
            self._card_html(one, same, language),
            gr.Group(visible=True),
            one.title,
            one.kind,
            one.language,
            ", ".join(one.models),
            gr.Accordion(visible=bool(others), open=bool(same)),
            gr.Dropdown(choices=[(f"{other.id} · {other.title}", other.id) for other in others],
                        value=same[0].id if same else None),
        )  # fmt: skip

    def _listing(self, retired: bool, language: Language) -> str:
        everything = self._house.corpus.documents(retired=True)
        shown = [one for one in everything if retired or one.current or _draft(one)]
        if not shown:
            return paragraph(text(language, "documents_none"))
        shown.sort(key=lambda one: (_draft(one) is None, one.title))
        keys = ("document_title", "document_kind", "document_language", "document_models", "document_pages", "state",
                "document_added")  # fmt: skip
        return clean(table(keys, [self._row(one, language) for one in shown], language))

    def _row(self, document: Document, language: Language) -> tuple[str, ...]:
        value = document_json(document)
        added = moment(value.get("added_at"), self._house.settings.zone, day=True)
        source = escape(f"{document.id} · {value.get('source') or ''}")
        return (
            f'{button(value["title"], "open", id=document.id)}<br><span class="mh-detail">{source}</span>',
            escape(text(language, f"kind_{value['kind']}")),
            escape(text(language, f"language_{value['language']}")),
            escape(", ".join(value["models"]) or text(language, "plant_wide")),
            str(value.get("pages") or ""),
            _state(value["state"], language),
            f'<span class="mh-when">{escape(added)}</span> {escape(person(value.get("added_by"), language))}',
        )

    def _card_html(self, document: Document, same: Sequence[Document], language: Language) -> str:
        shown = document.current or _draft(document) or (document.revisions[0] if document.revisions else None)
        if shown is None:
            return paragraph(text(language, "documents_none"))
        draft = _draft(document)
        does = []
        if draft is not None:
            does.append(
                button(text(language, "publish"), "restore", id=document.id, revision=draft.id, kind="mh-good-do")
            )
        elif document.current is None:
            does.append(button(text(language, "restore"), "restore", id=document.id))
        if document.current is not None or draft is not None:
            does.append(button(text(language, "remove"), "remove", id=document.id))
        does.append(f'<a class="mh-do" href="/files/{shown.id}">{escape(text(language, "viewer_open"))}</a>')
        actions = "".join(does)
        hint = f"<p class='mh-note'>{escape(text(language, 'draft_hint'))}</p>" if draft else ""
        if same:
            names = ", ".join(f"{one.id} · {one.title}" for one in same)
            hint += f"<p class='mh-note'>{escape(text(language, 'same_title', names=names))}</p>"
        parts = [
            f'<h3>{escape(document.title)}</h3>{hint}<div class="mh-actions">{actions}</div>',
            self._understood(document, shown, language),
            self._revisions(document, language),
            self._chunks(shown, language),
        ]
        return clean(f'<div class="mh-card">{"".join(parts)}</div>')

    def _understood(self, document: Document, revision: Revision, language: Language) -> str:
        pages = self._house.corpus.pages(revision.id)
        chunks = self._house.corpus.chunks(revision.id)
        qualities = Counter(page.quality for page in pages)
        kinds = Counter(chunk.kind for chunk in chunks)
        lines = [
            (text(language, "document_pages"), str(revision.pages)),
            (text(language, "page_qualities"), _counted(qualities, "quality", language)),
            (text(language, "entries"), _counted(kinds, "chunk", language)),
            (text(language, "document_models"), ", ".join(document.models) or text(language, "plant_wide")),
            (text(language, "option_revision"), revision.label or text(language, "not_recorded")),
        ]
        listed = "".join(f"<li><b>{escape(name)}</b> {escape(value)}</li>" for name, value in lines)
        troubled = [page for page in pages if page.quality in ("empty", "garbled", "ocr") and page.number]
        links = "".join(
            f'<a class="mh-turn mh-cite" href="/places/{revision.id}?page={page.number}&amp;lang={language}">'
            f"{page.number} · {escape(text(language, f'quality_{page.quality}'))}</a>"
            for page in troubled[:30]
        )
        notes = "".join(f"<li>⚠ {escape(refusal(language, one))}</li>" for one in revision.warnings)
        trouble = section(text(language, "page_problems"), f'{links}<ul class="mh-list">{notes}</ul>')
        body = f'<ul class="mh-list">{listed}</ul>' + (trouble if links or notes else "")
        return section(text(language, "understood"), body)

    def _revisions(self, document: Document, language: Language) -> str:
        zone = self._house.settings.zone
        rows = []
        for at, one in enumerate(document.revisions):
            older = document.revisions[at + 1] if at + 1 < len(document.revisions) else None
            does = "" if one.state in ("live", "indexing") else button(
                text(language, "publish" if one.state == "draft" else "restore"), "restore", id=document.id,
                revision=one.id,
            )  # fmt: skip
            rows.append(
                (
                    escape(f"{one.number} {one.label or ''}"),
                    _state(one.state, language),
                    escape(f"{moment(one.added_at, zone)} {person(one.added_by, language)}"),
                    self._difference(older, one, language) if older else "",
                    does,
                )
            )
        keys = ("option_revision", "state", "document_added", "what_changed", "actions")
        return section(text(language, "revisions"), table(keys, rows, language))

    def _difference(self, old: Revision, new: Revision, language: Language) -> str:
        before = [" ".join(one.text.split()) for one in self._house.corpus.chunks(old.id)]
        after = [" ".join(one.text.split()) for one in self._house.corpus.chunks(new.id)]
        gone, come = [], []
        for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if kind != "equal":
                gone += before[i1:i2]
                come += after[j1:j2]
        lines = [f"<li>− {escape(one[:160])}</li>" for one in gone[:CHANGES_SHOWN]]
        lines += [f"<li>+ {escape(one[:160])}</li>" for one in come[:CHANGES_SHOWN]]
        head = escape(text(language, "changed_passages", gone=len(gone), come=len(come)))
        return f'<details><summary>{head}</summary><ul class="mh-list">{"".join(lines)}</ul></details>'

    def _chunks(self, revision: Revision, language: Language) -> str:
        chunks = self._house.corpus.chunks(revision.id)
        items = []
        for one in chunks[:CHUNKS_SHOWN]:
            page = text(language, "page_short", page=one.place.page) if one.place.page else ""
            where = " · ".join(filter(None, [text(language, f"chunk_{one.kind}"), page, " > ".join(one.section)]))
            items.append(f'<li><span class="mh-detail">{escape(where)}</span><br>{escape(one.text[:300])}</li>')
        head = escape(text(language, "chunks_look", shown=len(items), count=len(chunks)))
        return f'<details><summary>{head}</summary><ul class="mh-list mh-cases">{"".join(items)}</ul></details>'


def _keeper(request: gr.Request) -> Account:
    account = account_of(request)
    require(account, KEEPERS)
    return account


def _names(models: str | None) -> tuple[str, ...] | None:
    return tuple(one.strip() for one in (models or "").replace("，", ",").split(",") if one.strip()) or None


def _draft(document: Document) -> Revision | None:
    return next((one for one in document.revisions if one.state == "draft"), None)


def _kinds(language: Language) -> list[tuple[str, str]]:
    return [(text(language, f"kind_{kind}"), kind) for kind in KINDS]


def _languages(language: Language) -> list[tuple[str, str]]:
    return [(text(language, f"language_{one}"), one) for one in ("zh", "en")]


def _kinds_or_automatic(language: Language) -> list[tuple[str, str]]:
    return [(text(language, "automatic"), AUTOMATIC), *_kinds(language)]


def _languages_or_automatic(language: Language) -> list[tuple[str, str]]:
    return [(text(language, "automatic"), AUTOMATIC), *_languages(language)]


def _stickers(language: Language) -> str:
    name = escape(text(language, "stickers"))
    return clean(f'<p><a class="mh-do" href="/stickers.pdf" target="_blank">{name}</a></p>')


def _state(state: str, language: Language) -> str:
    kind = {"live": "mh-good", "draft": "mh-old"}.get(state, "mh-detail")
    return f'<span class="{kind}">{escape(text(language, f"state_{state}"))}</span>'


def _counted(counts: Counter[Any], prefix: str, language: Language) -> str:
    return ", ".join(f"{text(language, f'{prefix}_{name}')} {count}" for name, count in counts.most_common())


def _upload_html(upload: Upload, language: Language) -> str:
    items = "".join(_file(one, language) for one in upload.files)
    does = ""
    if upload.running:
        does = button(text(language, "cancel"), "cancel")
    elif upload.can_retry:
        does = button(text(language, "retry"), "retry")
    return clean(f'<ul class="mh-steps">{items}</ul>{does}')


def _file(one: FileState, language: Language) -> str:
    state = text(language, f"state_{one.state}")
    if one.state == "working":
        share = f" {one.done}/{one.total}" if one.total else ""
        try:
            state = text(language, f"stage_{one.stage}") + share
        except KeyError:
            state = f"{one.stage}{share}"
    result, more = one.result, ""
    if one.state == "indexed":
        more = escape(
            text(language, "result_indexed", pages=result.get("pages") or 0, chunks=result.get("chunks") or 0)
        )
    elif one.state == "failed":
        more = escape(refusal(language, result["error"]) if result.get("error") else text(language, "unread_kind"))
    more += "".join(f"<br>⚠ {escape(refusal(language, str(note)))}" for note in result.get("warnings") or [])
    look = button(text(language, "look"), "open", id=result["document"]) if result.get("document") else ""
    return f'<li class="mh-file-{one.state}"><b>{escape(one.source)}</b> · {escape(state)} · {more} {look}</li>'
