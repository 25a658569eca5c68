"""Results for people: what `--json` prints as one value, as tables and paragraphs on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from ui import eval_tables

Printer = Callable[[Console, Any], None]


def print_result(name: str, value: Any) -> None:
    """Print a command's result on standard output."""
    PRINTERS.get(name, _plain)(Console(), value)


def place_text(place: dict[str, Any]) -> str:
    """Say a place in one line: file, page, section, row."""
    parts = [place.get("source") or ""]
    if place.get("page"):
        parts.append(f"p. {place['page']}")
    if place.get("section"):
        parts.append(str(place["section"]))
    if place.get("row"):
        parts.append(f"row {place['row']}")
    if place.get("record"):
        record = place["record"]
        parts.append(f"{record['table']} {', '.join(str(one) for one in record['ids'])}")
    return " · ".join(part for part in parts if part)


def rows_table(rows: list[dict[str, Any]], columns: dict[str, str]) -> Table:
    """Lay rows out under headings: {key: heading}."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(escape(_cell(row.get(key))) for key in columns))
    return table


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _search(console: Console, value: Any) -> None:
    if not value:
        console.print("Nothing found.")
    for hit in value:
        why = ", ".join(hit.get("why") or [])
        console.print(f"[bold]{hit['rank']:>2}[/bold]  {escape(place_text(hit))}  [dim]{hit['score']:.3f} {why}[/dim]")
        console.print(Padding(escape(" ".join(hit["text"].split())[:400]), (0, 0, 1, 4)))


def _ask(console: Console, value: Any) -> None:
    for warning in value.get("warnings") or []:
        text = warning if isinstance(warning, str) else warning.get("quote") or warning.get("text") or ""
        console.print(f"[bold red]⚠ {escape(text)}[/bold red]")
    console.print(escape(value["text"]))
    for choice in value.get("choices") or []:
        console.print(f"  • {escape(choice if isinstance(choice, str) else str(choice.get('label') or choice))}")
    for key, (title, columns) in TABLES.items():
        rows = value.get(key) or []
        if rows:
            console.print(f"\n[bold]{title}[/bold]")
            console.print(rows_table(rows, columns))
    if value.get("citations"):
        console.print()
    for citation in value.get("citations") or []:
        console.print(f"[bold]\\[{citation['n']}][/bold] {escape(place_text(citation))}")
        console.print(Padding(f"[dim]{escape(' '.join(citation['quote'].split()))}[/dim]", (0, 0, 0, 4)))
    for place in value.get("nearest") or []:
        console.print(f"  nearest: {escape(place_text(place))}")
    if value.get("fallback"):
        console.print(f"[yellow]{escape(str(value['fallback']))}[/yellow]")
    console.print(f"[dim]{escape(str(value.get('model')))} · conversation {value.get('conversation')}[/dim]")


TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "parts": ("Parts", {"part_number": "number", "name": "name", "on_hand": "on hand", "minimum": "minimum",
                        "unit": "unit", "bin": "bin", "as_of": "as of"}),
    "status": ("Status", {"equipment": "machine", "metric": "metric", "code": "alarm", "value": "value",
                          "unit": "unit", "limit_low": "low", "limit_high": "high", "at": "at", "since": "since"}),
    "cases": ("Past fixes", {"equipment": "machine", "symptom": "symptom", "cause": "cause", "action": "action",
                             "by": "by", "date": "date"}),
}  # fmt: skip


def _ingest(console: Console, value: Any) -> None:
    columns = {
        "state": "state",
        "source": "file",
        "document": "id",
        "kind": "kind",
        "pages": "pages",
        "chunks": "chunks",
    }
    console.print(rows_table(value["files"], columns))
    for file in value["files"]:
        for warning in file.get("warnings") or []:
            console.print(f"[yellow]{escape(file['source'])}: {escape(str(warning))}[/yellow]")
        if file.get("error"):
            console.print(f"[red]{escape(file['source'])}: {escape(file['error'])}[/red]")
    counts = ", ".join(f"{value[state]} {state}" for state in ("indexed", "unchanged", "failed"))
    console.print(f"{counts} in {value['seconds']:.1f} s")


DOCUMENT_COLUMNS = {"id": "id", "title": "title", "kind": "kind", "language": "language", "models": "models",
                    "pages": "pages", "state": "state", "source": "file", "error": "error"}  # fmt: skip


def _documents(console: Console, value: Any) -> None:
    rows = value if isinstance(value, list) else [value]
    console.print(
        rows_table(rows, DOCUMENT_COLUMNS) if rows else "No document yet; bring some in with `millhand ingest`."
    )


def _document(console: Console, value: Any) -> None:
    _documents(console, value)
    columns = {"revision": "revision", "number": "no.", "label": "label", "state": "state", "pages": "pages",
               "added_at": "added", "added_by": "by", "source": "file"}  # fmt: skip
    console.print(rows_table(value["revisions"], columns))
    for revision in value["revisions"]:
        for warning in revision["warnings"]:
            console.print(f"[yellow]{escape(warning)}[/yellow]")


def _accounts(console: Console, value: Any) -> None:
    rows = value if isinstance(value, list) else [value]
    console.print(rows_table(rows, {"name": "name", "role": "role", "display_name": "shown as", "disabled": "closed"}))


def _doctor(console: Console, value: Any) -> None:
    for check in value["checks"]:
        mark = "[green]ok [/green]" if check["ok"] else "[red]BAD[/red]"
        console.print(f"{mark} {check['check']}: {escape(check['says'])}")
    console.print()
    console.print(rows_table([{"name": f"MILLHAND_{name.upper()}", "value": one} for name, one in
                              value["settings"].items()], {"name": "setting", "value": "value"}))  # fmt: skip


def _plain(console: Console, value: Any) -> None:
    for row in value if isinstance(value, list) else [value]:
        for name, one in row.items():
            console.print(f"{name}: {escape(_cell(one))}")


PRINTERS: dict[str, Printer] = {
    "search": _search,
    "ask": _ask,
    "ingest": _ingest,
    "documents list": _documents,
    "documents show": _document,
    "documents remove": _documents,
    "documents restore": _documents,
    "users list": _accounts,
    "users add": _accounts,
    "doctor": _doctor,
    "eval": eval_tables.run,
    "eval compare": eval_tables.comparison,
}
