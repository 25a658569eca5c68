"""The command line: `millhand …`. Heavy packages are imported inside the commands, so that `--help` answers at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from ui.terminal import Terminal

if TYPE_CHECKING:
    from corpus import Settings

app = typer.Typer(
    name="millhand",
    help="Millhand answers maintenance questions from your plant's own manuals, stock, status and past fixes, offline.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
documents = typer.Typer(help="List, show, retire, restore and relate documents.", rich_markup_mode=None)
users = typer.Typer(help="Manage accounts, passwords and bearer tokens.", rich_markup_mode=None)
app.add_typer(documents, name="documents")
app.add_typer(users, name="users")

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", help="The data folder; default: MILLHAND_DATA_DIR, or .data here."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON value on standard output and nothing else there.")]
Tag = Annotated[str | None, typer.Option("--equipment", metavar="TAG", help="The machine in question, by its tag.")]
DocumentId = Annotated[
    int, typer.Argument(min=1, metavar="DOCUMENT", help="A document's id, as `documents list` shows.")
]
RoleName = Literal["technician", "lead", "evaluator", "admin"]
Kind = Literal["manual", "repair_guide", "bulletin", "parts_list", "equipment", "status", "alarms", "cases", "other"]


# --- asking ------------------------------------------------------------------------------------------------------


@app.command("search")
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to look for, in Chinese or English.")],
    equipment: Tag = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages.")] = 10,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Find the passages that bear on a query, best first."""
    _said(query, "QUERY")
    _run("search", {"query": query, "equipment": equipment, "k": k}, data_dir, as_json)


@app.command("ask")
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="A question in Chinese or English.")],
    equipment: Tag = None,
    image: Annotated[
        Path | None, typer.Option("--image", metavar="FILE", help="A photo of a display or plate to read with it.")
    ] = None,
    conversation: Annotated[
        str | None, typer.Option("--conversation", metavar="ID", help="Go on with an earlier conversation.")
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Answer a question from the corpus, with the place behind every statement."""
    _said(question, "QUESTION")
    params = {
        "question": question,
        "equipment": equipment,
        "image": str(image.absolute()) if image else None,
        "conversation": conversation,
    }
    _run("ask", params, data_dir, as_json)


# --- documents ---------------------------------------------------------------------------------------------------


@app.command("ingest")
def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders to bring in.")],
    equipment_model: Annotated[
        list[str] | None,
        typer.Option("--equipment-model", metavar="MODEL", help="A model that the files apply to; may be repeated."),
    ] = None,
    kind: Annotated[
        Kind | None, typer.Option("--kind", help="What the files are, instead of what is recognised.")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="The title, for a single file.")] = None,
    revision: Annotated[
        str | None, typer.Option("--revision", metavar="LABEL", help="The revision's own name.")
    ] = None,
    language: Annotated[
        Literal["zh", "en"] | None, typer.Option("--language", help="The files' main language.")
    ] = None,
    supersedes: Annotated[
        int | None,
        typer.Option("--supersedes", min=1, metavar="ID", help="The document that this file is a new revision of."),
    ] = None,
    amends: Annotated[
        str | None,
        typer.Option("--amends", metavar="ID:SECTION", help="The document and section that this bulletin replaces."),
    ] = None,
    as_table: Annotated[
        Literal["parts", "equipment", "status", "alarms", "cases"] | None,
        typer.Option("--as", help="Read a table as this, whatever its headers say."),
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=HEADER", help="Which column of a table a field is; it is remembered."),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Bring files into the corpus: PDF, DOCX, XLSX, CSV, JSON Lines, Markdown, HTML, text and pictures."""
    from ui.plant_cli import parse_mapping

    options = {
        "equipment_models": tuple(equipment_model) if equipment_model else None,
        "kind": kind,
        "title": title,
        "revision": revision,
        "language": language,
        "supersedes": supersedes,
        "amends": _amended(amends) if amends else None,
        "as_table": as_table,
        "mapping": parse_mapping(mapping),
    }
    if (supersedes or title) and (len(paths) > 1 or paths[0].is_dir()):
        _wrong("--supersedes and --title go with a single file.")
    params = {
        "paths": [str(path.absolute()) for path in paths],
        "options": {name: value for name, value in options.items() if value is not None},
    }
    _run("ingest", params, data_dir, as_json)


def _amended(value: str) -> tuple[int, str]:
    document, _, section = value.partition(":")
    if not document.isdecimal() or not section.strip():
        _wrong(f"--amends wants ID:SECTION such as 4:6.3, is now {value!r}.")
    return int(document), section.strip()


@documents.command("list")
def documents_list(
    retired: Annotated[bool, typer.Option("--all", help="Show removed and superseded documents too.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List the documents by title."""
    _run("documents list", {"retired": retired}, data_dir, as_json)


@documents.command("show")
def documents_show(document: DocumentId, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show one document with its revisions and what was noted when they were read."""
    _run("documents show", {"document": document}, data_dir, as_json)


@documents.command("remove")
def documents_remove(
    document: Annotated[list[int], typer.Argument(min=1, metavar="DOCUMENT...", help="The documents' ids.")],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Retire documents: nothing is answered from them until `documents restore`."""
    _run("documents remove", {"documents": document}, data_dir, as_json)


@documents.command("restore")
def documents_restore(
    document: DocumentId,
    revision: Annotated[
        int | None, typer.Option("--revision", min=1, metavar="ID", help="An earlier revision's id.")
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Make a retired document, or one of its earlier revisions, answer again."""
    _run("documents restore", {"document": document, "revision": revision}, data_dir, as_json)


@documents.command("supersede")
def documents_supersede(
    old: Annotated[int, typer.Argument(min=1, metavar="OLD", help="The document to retire.")],
    new: Annotated[int, typer.Argument(min=1, metavar="NEW", help="The document that replaces it.")],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Declare that document NEW replaces document OLD."""
    _run("documents supersede", {"old": old, "new": new}, data_dir, as_json)


@documents.command("amend")
def documents_amend(
    bulletin: Annotated[int, typer.Argument(min=1, metavar="BULLETIN", help="The bulletin's id.")],
    amended: Annotated[int, typer.Argument(min=1, metavar="DOCUMENT", help="The document that it amends.")],
    section: Annotated[str, typer.Argument(metavar="SECTION", help='The section: its number ("6.3") or title.')],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Declare that BULLETIN replaces one section of DOCUMENT."""
    _run("documents amend", {"bulletin": bulletin, "amended": amended, "section": section}, data_dir, as_json)


# --- users -------------------------------------------------------------------------------------------------------

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")]
PasswordInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it.")
]


@users.command("list")
def users_list(data_dir: DataDir = None, as_json: Json = False) -> None:
    """List the accounts."""
    _run("users list", {}, data_dir, as_json)


@users.command("add")
def users_add(
    name: Name,
    role: Annotated[RoleName, typer.Option("--role", help="What the account may do.")] = "technician",
    display_name: Annotated[str | None, typer.Option("--display-name", help="How the page greets them.")] = None,
    password_stdin: PasswordInput = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Create an account; a password has 8 characters or more."""
    params = {"name": name, "role": role, "display_name": display_name, "password": _password(password_stdin)}
    _run("users add", params, data_dir, as_json)


@users.command("password")
def users_password(
    name: Name, password_stdin: PasswordInput = False, data_dir: DataDir = None, as_json: Json = False
) -> None:
    """Set a new password; the account's sessions end."""
    _run("users password", {"name": name, "password": _password(password_stdin)}, data_dir, as_json)


@users.command("role")
def users_role(
    name: Name,
    role: Annotated[RoleName, typer.Argument(help="The new role.")],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Give an account another role."""
    _run("users role", {"name": name, "role": role}, data_dir, as_json)


@users.command("disable")
def users_disable(name: Name, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Close an account; its sessions and tokens end."""
    _run("users disable", {"name": name, "disabled": True}, data_dir, as_json)


@users.command("enable")
def users_enable(name: Name, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Open a closed account again."""
    _run("users disable", {"name": name, "disabled": False}, data_dir, as_json)


@users.command("token")
def users_token(
    name: Name,
    label: Annotated[str, typer.Option("--label", help="What the token is for.")] = "command line",
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Make a bearer token for an account; it is shown this once."""
    _run("users token", {"name": name, "label": label}, data_dir, as_json)


def _password(from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        _wrong("There is no terminal to ask for the password; give it with --password-stdin.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


# --- serving -----------------------------------------------------------------------------------------------------

Host = Annotated[
    str | None, typer.Option("--host", help="The address to listen on; default: MILLHAND_HOST, or 127.0.0.1.")
]
Port = Annotated[
    int | None, typer.Option("--port", min=0, max=65535, help="The port; default: MILLHAND_PORT, or 7860.")
]


@app.command("serve")
def serve(
    host: Host = None,
    port: Port = None,
    no_accounts: Annotated[
        bool, typer.Option("--no-accounts", help="Let everyone in without signing in; only on the loopback address.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Serve the page; beside it, other commands on the same data folder go through this server."""
    from ui.serving import serve_page

    serve_page(_settings(data_dir, host=host, port=port), accounts=not no_accounts)


@app.command("demo")
def demo(host: Host = None, port: Port = None, data_dir: DataDir = None) -> None:
    """Bring in the demonstration plant, once, and serve it without accounts on this machine."""
    from ui.serving import serve_page

    serve_page(_settings(data_dir, host=host, port=port), accounts=False, samples=True)


# --- evaluating --------------------------------------------------------------------------------------------------


@app.command("eval")
def evaluate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Question sets, or two runs to compare.")],
    corpus: Annotated[
        list[Path] | None,
        typer.Option("--corpus", metavar="PATH", help="Ingest this into a fresh corpus for the run; may be repeated."),
    ] = None,
    baseline: Annotated[
        list[str] | None,
        typer.Option(
            "--baseline", metavar="NAME", help="Search with bm25, dense, rrf or stock beside it; may be repeated."
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="DIR", help="Write report.html and run.json there.")
    ] = None,
    retrieval_only: Annotated[bool, typer.Option("--retrieval-only", help="Search, but ask nothing.")] = False,
    method: Annotated[
        list[str] | None,
        typer.Option(
            "--method",
            metavar="NAMES",
            help="Search with these parts only (identifier, lexical, dense), separated by commas; retrieval only.",
        ),
    ] = None,
    repeat: Annotated[
        int, typer.Option("--repeat", min=1, max=100, metavar="N", help="Ask each question N times.")
    ] = 1,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-under",
            metavar="METRIC=VALUE",
            help="Exit with 1 if this metric is lower, also in one slice: ndcg@10[language=zh]=0.6; may be repeated.",
        ),
    ] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Compare two runs: --compare A.json B.json.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Run scripted question sets and measure the answers, or compare two runs."""
    from ui import evaluation

    for bound in fail_under or []:
        evaluation.parse_bound(bound)
    if compare and len(files) != 2:
        _wrong(f"--compare wants two runs, is now {len(files)}: millhand eval --compare A.json B.json.")
    missing = [path for path in [*files, *(corpus or [])] if not path.exists()]
    if missing:
        _wrong(f"{missing[0]}: there is no such file; check the path.")
    terminal = Terminal(as_json)
    if compare:
        terminal.show("eval compare", *terminal.quietly(lambda _: evaluation.compare(files[0], files[1])))
    methods = [name.strip() for names in method or [] for name in names.split(",") if name.strip()]
    params = {
        "files": [str(path.absolute()) for path in files],
        "corpus": [str(path.absolute()) for path in corpus or []],
        "baselines": baseline or [],
        "report": str(report.absolute()) if report else None,
        "retrieval_only": retrieval_only or bool(methods),
        "methods": methods,
        "repeat": repeat,
        "fail_under": fail_under or [],
    }
    settings = _settings(data_dir)

    def work(progress: Any) -> tuple[Any, int]:
        from ui.commands import run

        return run("eval", params, settings, progress)

    value, status = terminal.quietly(work)
    for name, under in value.get("failed_under", {}).items():
        reached = "not measured in this run" if under["value"] is None else under["value"]
        _complain(f"{name} is {reached}, under its bound of {under['bound']}.", status)
    terminal.show("eval", value, status)


# --- the folder --------------------------------------------------------------------------------------------------


@app.command("reindex")
def reindex(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Rebuild both indexes from the database, for instance after the embedding model was changed."""
    _run("reindex", {}, data_dir, as_json)


@app.command("doctor")
def doctor(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Check what an installation needs, and show the settings in force."""
    _run("doctor", {}, data_dir, as_json)


@app.command("backup")
def backup(
    archive: Annotated[Path, typer.Argument(metavar="ARCHIVE", help="The .tar.gz to write.")],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Write one archive of the database and the kept files; the indexes are rebuilt from them."""
    _run("backup", {"archive": str(archive.absolute())}, data_dir, as_json)


@app.command("restore")
def restore(
    archive: Annotated[Path, typer.Argument(metavar="ARCHIVE", help="What `millhand backup` wrote.")],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Unpack a backup into an empty data folder and rebuild its indexes."""
    settings = _settings(data_dir)
    terminal = Terminal(as_json)

    def work(progress: Any) -> tuple[Any, int]:
        from ui.archive import read_archive
        from ui.commands import run

        manifest = read_archive(settings, archive.absolute())
        rebuilt, status = run("reindex", {}, settings, progress)
        return {"archive": str(archive), "at": manifest["at"], "files": manifest["files"], **rebuilt}, status

    terminal.show("restore", *terminal.quietly(work))


# --- running -----------------------------------------------------------------------------------------------------


def _run(name: str, params: dict[str, Any], data_dir: Path | None, as_json: bool) -> NoReturn:
    settings = _settings(data_dir)
    terminal = Terminal(as_json)

    def work(progress: Any) -> tuple[Any, int]:
        from ui.commands import run

        return run(name, params, settings, progress)

    terminal.show(name, *terminal.quietly(work))


def _settings(data_dir: Path | None, **overrides: Any) -> Settings:
    from corpus import load_settings

    given = {name: value for name, value in overrides.items() if value is not None}
    return load_settings(**({"data_dir": data_dir.absolute()} if data_dir else {}), **given)


def _said(text: str, name: str) -> None:
    if not text.strip():
        _wrong(f"{name} is empty; say what you look for.")


def _wrong(sentence: str) -> NoReturn:
    # Typer carries its own copy of click, whose UsageError is what `main` turns into one sentence.
    raise typer.BadParameter(sentence)


def offline_environment() -> None:
    """Forbid every library the network calls that it makes unasked; what an administrator set stays off too."""
    os.environ.update(
        {
            "HF_HUB_OFFLINE": "1",
            "TRANSFORMERS_OFFLINE": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "DO_NOT_TRACK": "1",
            "ANONYMIZED_TELEMETRY": "False",
            "GRADIO_ANALYTICS_ENABLED": "False",
            "LANGSMITH_TRACING": "false",
            "LANGCHAIN_TRACING_V2": "false",
        }
    )
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")


def _plant() -> None:
    """Add the groups over records, which take this module's options and so come last."""
    from ui import plant_cli

    known = {group.name for group in app.registered_groups}
    for name in ("cases", "worklist", "parts", "status", "tables"):
        if name not in known:
            app.add_typer(getattr(plant_cli, name), name=name)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with 0 (done), 1 (some of it failed) or 2 (wrong usage)."""
    offline_environment()
    given = sys.argv[1:] if arguments is None else arguments
    _plant()
    command = typer.main.get_command(app)
    try:
        if not given:
            command(["--help"], prog_name="millhand", standalone_mode=False)
            sys.exit(2)
        status = command(given, prog_name="millhand", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(_complain("Interrupted.", 130))
    except Exception as error:
        sys.exit(_complain(*_sentence(error)))
    sys.exit(status if isinstance(status, int) else 0)


def _sentence(error: Exception) -> tuple[str, int]:
    if isinstance(error, typer.BadParameter) or hasattr(error, "format_message"):
        # A group without a command is asked for its help by click itself.
        message = error.format_message().removeprefix("Invalid value: ").strip()
        return f"{' '.join(message.split()).rstrip('.')}. See `millhand --help`.", 2
    from corpus import MillhandError, SettingsError

    if isinstance(error, MillhandError):
        return str(error), 2 if isinstance(error, SettingsError) else 1
    if sys.flags.dev_mode:
        raise error
    return f"Something in Millhand broke ({type(error).__name__}: {error}); please report it.", 1


def _complain(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr)
    return status


if __name__ == "__main__":
    main()
