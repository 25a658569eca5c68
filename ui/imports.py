"""Tables brought in with open eyes: what was understood and what would change, before anything does."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from corpus import Account, MillhandError, NotFound
from ui.access import KEEPERS, account_of, require
from ui.house import House
from ui.html import clean, moment, number, paragraph, refused, section, table
from ui.texts import Language, choose_language, refusal, text
from ui.uploads import arrived
from ui.words import Words

SUFFIXES = [".csv", ".xlsx", ".jsonl", ".ndjson"]
KINDS = ("parts", "equipment", "status", "alarms", "cases")
AUTOMATIC = ""
SHOWN = 60
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


class ImportForm:
    """Choose a table, look at the preview, mend what a column means, take it in. For keepers."""

    def __init__(self, house: House, words: Words, language: gr.Radio) -> None:
        self._house = house
        self._mapping = gr.State({})  # the columns that the person has named: field -> header
        with gr.Row():
            self._file = words(
                gr.File, "import_file", file_types=SUFFIXES, elem_id="mh-import-file", height=160, scale=3
            )
            self._kind = words.choices(
                gr.Dropdown, "import_kind", _kinds, value=AUTOMATIC, elem_id="mh-import-kind", scale=1
            )
        self.preview = gr.HTML("", elem_id="mh-import-preview")
        with gr.Row(visible=False, elem_id="mh-import-columns") as self._columns:
            self._column = words(gr.Dropdown, "import_column", choices=[], elem_id="mh-import-column")
            self._field = words(gr.Dropdown, "import_field", choices=[], elem_id="mh-import-field")
            self._set = words(gr.Button, "import_set", elem_id="mh-import-set")
        self._take = words(gr.Button, "import_take", variant="primary", visible=False, elem_id="mh-import-take")
        self.said = gr.HTML("", elem_id="mh-import-said")
        # Not `plant_…`: only keepers may call these (ui/app.py).
        shown = [self.preview, self._columns, self._column, self._field, self._take, self.said, self._mapping]
        given = [self._file, self._kind, self._mapping, language]
        self._file.upload(self._anew, given, shown, api_name="import_preview", **QUIET)
        self._file.clear(self._cleared, None, shown, api_name="import_clear", **QUIET)
        self._kind.input(self._anew, given, shown, api_name="import_kind", **QUIET)
        self._set.click(self._mapped, [*given, self._column, self._field], shown, api_name="import_map", **QUIET)
        self._take.click(self._taken, given, [self._file, *shown], api_name="import_take", **QUIET)

    def _anew(self, file: str | None, kind: str, _mapping: Any, language: str, request: gr.Request) -> tuple[Any, ...]:
        _keeper(request)
        return self._shown(file, kind, {}, choose_language(language, None))

    def _cleared(self, request: gr.Request) -> tuple[Any, ...]:
        _keeper(request)
        return self._nothing("")

    def _mapped(
        self, file: str | None, kind: str, mapping: dict[str, str], language: str, column: str | None,
        field: str | None, request: gr.Request,
    ) -> tuple[Any, ...]:  # fmt: skip
        _keeper(request)
        named = {name: header for name, header in (mapping or {}).items() if header != column}
        if column and field:
            named[field] = column
        return self._shown(file, kind, named, choose_language(language, None))

    def _taken(
        self, file: str | None, kind: str, mapping: dict[str, str], language: str, request: gr.Request
    ) -> tuple[Any, ...]:
        from ingest import IngestOptions

        account, chosen = _keeper(request), choose_language(language, None)
        try:
            if not file:
                raise NotFound(text(chosen, "import_choose"))
            options = IngestOptions(as_table=kind or None, mapping=mapping or None)  # type: ignore[arg-type]
            result = self._house.ingestor.ingest([arrived(file)], options, progress=lambda _: None, actor=account.name)[
                0
            ]
        except MillhandError as error:
            return gr.File(), *self._nothing(refused(error, chosen))
        if result.error:
            return gr.File(), *self._nothing(refused(result.error, chosen))
        notes = "".join(paragraph(refusal(chosen, str(note))) for note in result.warnings)
        done = paragraph(text(chosen, "import_done", source=result.source, count=result.chunks)) + notes
        return None, *self._nothing(done)

    def _nothing(self, said: str) -> tuple[Any, ...]:
        hidden = gr.Row(visible=False)
        return "", hidden, gr.Dropdown(), gr.Dropdown(), gr.Button(visible=False), said, {}

    def _shown(self, file: str | None, kind: str, mapping: dict[str, str], language: Language) -> tuple[Any, ...]:
        try:
            if not file:
                raise NotFound(text(language, "import_choose"))
            as_table: Any = kind or None
            preview = self._house.ingestor.preview_table(arrived(file), as_table=as_table, mapping=mapping or None)
        except MillhandError as error:
            return self._nothing(refused(error, language))
        value = preview.to_json()
        headers = [one["header"] for one in value["columns"]]
        fields = [(_named(one, language), one) for one in value["fields"]]
        return (
            self._preview_html(value, language),
            gr.Row(visible=bool(headers)),
            gr.Dropdown(choices=headers, value=None),
            gr.Dropdown(choices=fields, value=None),
            gr.Button(visible=value["error"] is None),
            "",
            mapping,
        )

    def _preview_html(self, value: dict[str, Any], language: Language) -> str:
        parts = []
        if value["error"]:
            parts.append(
                paragraph(text(language, "import_not_read", reason=refusal(language, value["error"])), bad=True)
            )
        else:
            changes = value["changes"]
            counts = {name: changes[name] for name in ("new", "changed", "same")}
            line = text(language, "import_counts", **counts, bad=len(value["bad"]), missing=len(changes["missing"]))
            kind = text(language, f"table_{value['kind']}")
            parts.append(f'<p role="status"><b>{escape(kind)}</b> · {escape(line)}</p>')
            parts.append(self._changes(changes["changes"], language))
        if value["bad"]:
            items = "".join(
                f"<li>{escape(text(language, 'row_short', row=one['row']))} {escape(one['sheet'] or '')}: "
                f"{escape(refusal(language, one['reason']))}</li>"
                for one in value["bad"][:SHOWN]
            )
            parts.append(section(text(language, "import_bad"), f'<ul class="mh-list">{items}</ul>'))
        if not value["error"] and value["changes"]["missing"]:
            missing = ", ".join(value["changes"]["missing"][:SHOWN])
            parts.append(section(text(language, "import_missing"), f"<p>{escape(missing)}</p>"))
        rows = [
            (
                f"<b>{escape(one['header'])}</b>",
                escape(_named(one["field"], language) if one["field"] else text(language, "import_ignored")),
                escape(text(language, f"import_how_{one['how']}") if one["how"] else ""),
                escape(", ".join(str(example) for example in one["examples"][:3])),
            )
            for one in value["columns"]
        ]
        keys = ("import_column", "import_field", "import_how", "import_examples")
        parts.append(section(text(language, "import_understood"), table(keys, rows, language)))
        return clean("".join(parts))

    def _changes(self, changes: list[dict[str, Any]], language: Language) -> str:
        rows = [
            (
                f"<b>{escape(str(one['what']))}</b>",
                escape(_named(str(field), language)),
                escape(self._value(old)),
                f"<b>{escape(self._value(new))}</b>",
            )
            for one in changes[:SHOWN]
            for field, old, new in one["differences"]
        ]
        if not rows:
            return ""
        keys = ("import_what", "import_field", "eval_before", "eval_after")
        return section(text(language, "import_changes"), table(keys, rows, language))

    def _value(self, value: Any) -> str:
        if isinstance(value, list):
            return ", ".join(str(one) for one in value)
        if isinstance(value, str) and len(value) > 15 and value[4:5] == "-" and "T" in value:
            return moment(value, self._house.settings.zone)
        return number(value)


def _keeper(request: gr.Request) -> Account:
    account = account_of(request)
    require(account, KEEPERS)
    return account


def _kinds(language: Language) -> list[tuple[str, str]]:
    return [(text(language, "automatic"), AUTOMATIC), *((text(language, f"table_{one}"), one) for one in KINDS)]


def _named(field: str, language: Language) -> str:
    """Name a field in the language where there is a word for it."""
    try:
        return text(language, f"field_{field}")
    except KeyError:
        return field.replace("_", " ")
