"""The command line over records: cases, the worklist, stock, status, and tables before they are brought in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ui.cli import DataDir, Json, Tag, _run

cases = typer.Typer(help="List, approve, merge and retire repair cases; count them.", rich_markup_mode=None)
worklist = typer.Typer(help="Work off the questions that got no answer or no help.", rich_markup_mode=None)
parts = typer.Typer(help="Look stock up, its history and what is short.", rich_markup_mode=None)
status = typer.Typer(help="Read a machine's status, alarms and extremes; thin old readings out.", rich_markup_mode=None)
tables = typer.Typer(help="Look at a table before it is brought in.", rich_markup_mode=None)

CaseId = Annotated[int, typer.Argument(min=1, metavar="CASE", help="A case's id, as `cases list` shows.")]
Item = Annotated[int, typer.Argument(min=1, metavar="ITEM", help="An item's id, as `worklist list` shows.")]
State = Literal["draft", "waiting", "approved", "merged", "retired"]
Group = Literal["equipment", "model", "failure_mode", "code", "component", "by", "part", "year", "month"]


@cases.command("list")
def cases_list(
    state: Annotated[State | None, typer.Option("--state", help="Only cases in this state.")] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List repair cases, newest first."""
    _run("cases list", {"state": state}, data_dir, as_json)


@cases.command("history")
def cases_history(case: CaseId, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Tell who did what with a case."""
    _run("cases history", {"case": case}, data_dir, as_json)


@cases.command("approve")
def cases_approve(case: CaseId, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Let a waiting case be found from now on."""
    _run("cases approve", {"case": case}, data_dir, as_json)


@cases.command("retire")
def cases_retire(case: CaseId, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Let nothing find a case any more."""
    _run("cases retire", {"case": case}, data_dir, as_json)


@cases.command("restore")
def cases_restore(case: CaseId, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Give a retired or merged case its earlier state back."""
    _run("cases restore", {"case": case}, data_dir, as_json)


@cases.command("merge")
def cases_merge(
    keep: Annotated[int, typer.Argument(min=1, metavar="KEEP", help="The case that stays.")],
    double: Annotated[int, typer.Argument(min=1, metavar="DOUBLE", help="The case that says the same.")],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Fold case DOUBLE into case KEEP."""
    _run("cases merge", {"keep": keep, "double": double}, data_dir, as_json)


@cases.command("figures")
def cases_figures(
    group: Annotated[Group, typer.Option("--by", help="What to count by.")] = "equipment",
    equipment: Tag = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Count cases with MTTR (min), MTBF (days), downtime and repeat failures, where the data carries them."""
    _run("cases figures", {"group": group, "equipment": equipment}, data_dir, as_json)


@worklist.command("list")
def worklist_list(data_dir: DataDir = None, as_json: Json = False) -> None:
    """List the open items, those asked most often first."""
    _run("worklist list", {}, data_dir, as_json)


@worklist.command("solve")
def worklist_solve(
    item: Item,
    source: Annotated[str | None, typer.Option("--source", metavar="FILE", help="The file that answers it.")] = None,
    page: Annotated[int | None, typer.Option("--page", min=1, help="The page of that file.")] = None,
    answer: Annotated[str | None, typer.Option("--answer", help="What the answer is.")] = None,
    unanswerable: Annotated[bool, typer.Option("--no-answer", help="There is none in the plant's documents.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Say where the answer stands; the item becomes a test."""
    params = {"item": item, "source": source, "page": page, "answer": answer, "answerable": not unanswerable}
    _run("worklist solve", params, data_dir, as_json)


@worklist.command("drop")
def worklist_drop(item: Item, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Take an item off the list without making it a test."""
    _run("worklist drop", {"item": item}, data_dir, as_json)


@worklist.command("export")
def worklist_export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The question set to write (JSON Lines).")],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Write the solved items as a question set for `millhand eval`."""
    _run("worklist export", {"file": str(file.absolute())}, data_dir, as_json)


@parts.command("find")
def parts_find(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A part number in any spelling, or words.")],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Find stock lines."""
    _run("parts find", {"query": query}, data_dir, as_json)


@parts.command("low")
def parts_low(data_dir: DataDir = None, as_json: Json = False) -> None:
    """List what is below its minimum, worst first."""
    _run("parts low", {}, data_dir, as_json)


@parts.command("history")
def parts_history(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="A part number in any spelling.")],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Tell what each stock-taking said of a part."""
    _run("parts history", {"number": number}, data_dir, as_json)


@status.command("latest")
def status_latest(
    tag: Annotated[str, typer.Argument(metavar="TAG", help="A machine's asset tag.")],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Read the newest value of every metric."""
    _run("status latest", {"tag": tag}, data_dir, as_json)


@status.command("alarms")
def status_alarms(equipment: Tag = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Count alarms by machine and code, with durations in minutes."""
    _run("status alarms", {"equipment": equipment}, data_dir, as_json)


@status.command("thin")
def status_thin(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Thin out and delete old readings as MILLHAND_RAW_DAYS and MILLHAND_KEEP_DAYS say."""
    _run("status thin", {}, data_dir, as_json)


@tables.command("preview")
def tables_preview(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV, XLSX or JSON Lines table.")],
    as_table: Annotated[
        Literal["parts", "equipment", "status", "alarms", "cases"] | None,
        typer.Option("--as", help="Read the table as this, whatever its headers say."),
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=HEADER", help="Which column a field is; may be repeated."),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show how a table's columns are understood, its bad rows, and what bringing it in would change."""
    params: dict[str, Any] = {"file": str(file.absolute()), "as_table": as_table, "mapping": parse_mapping(mapping)}
    _run("tables preview", params, data_dir, as_json)


def parse_mapping(given: list[str] | None) -> dict[str, str] | None:
    """Read FIELD=HEADER options; an empty header says that no column has the field."""
    wrong = next((one for one in given or [] if "=" not in one), None)
    if wrong is not None:
        raise typer.BadParameter(f"--map wants FIELD=HEADER such as bin=库位, is now {wrong!r}.")
    pairs = [one.split("=", 1) for one in given or []]
    return {field.strip(): header.strip() for field, header in pairs} or None
