"""What each command does, as plain functions: (house, parameters, progress) -> (a JSON value, the exit status).

The same function answers a command line that owns the data folder and one that asks the server which owns it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus import DataFolderError, Document, MillhandError, NotFound, Revision, Settings, SettingsError, call_owner
from ui.house import House, open_house
from ui.plant_commands import PLANT_COMMANDS

Params = dict[str, Any]
Progress = Callable[[dict[str, Any]], None]
Result = tuple[Any, int]
Command = Callable[[House, Params, Progress], Result]

ACTOR = "local"
"""Who acts on the command line: whoever can write the data folder."""


# --- asking ------------------------------------------------------------------------------------------------------


def search(house: House, params: Params, _progress: Progress) -> Result:
    """Find passages: query, equipment, k."""
    from agent import passage_json

    evidence = house.corpus.search(params["query"], equipment=params.get("equipment"), k=params.get("k", 10))
    return [passage_json(passage, rank) for rank, passage in enumerate(evidence.passages, 1)], 0


def ask(house: House, params: Params, _progress: Progress) -> Result:
    """Answer a question: question, equipment, image, conversation."""
    image = params.get("image")
    image_text = house.ingestor.read_image(Path(image)) if image else None
    answer = house.assistant.ask(
        params["question"],
        equipment=params.get("equipment"),
        image_text=image_text,
        conversation=params.get("conversation"),
        owner=ACTOR,
    )
    return answer.to_json(), 0


# --- documents ---------------------------------------------------------------------------------------------------


def ingest(house: House, params: Params, progress: Progress) -> Result:
    """Bring files and folders in: paths and the options; one file's failure never stops the others."""
    from ingest import IngestOptions, IngestProgress

    started = datetime.now(UTC)
    options = IngestOptions(**params.get("options", {}))

    def step(at: IngestProgress) -> None:
        progress(
            {"source": at.source, "file": at.file_index, "files": at.files, "stage": at.stage, "done": at.done,
             "total": at.total}
        )  # fmt: skip

    paths = [Path(path) for path in params["paths"]]
    missing = [path for path in paths if not path.exists()]
    files: list[dict[str, Any]] = [_missing(path) for path in missing]
    present = [path for path in paths if path not in missing]
    if present:
        results = house.ingestor.ingest(present, options, progress=step, actor=params.get("actor", ACTOR))
        files += [result.to_json() for result in results]
    counts = {state: sum(1 for file in files if file["state"] == state) for state in ("indexed", "unchanged", "failed")}
    seconds = round((datetime.now(UTC) - started).total_seconds(), 3)
    return {"files": files, **counts, "seconds": seconds}, int(counts["failed"] > 0)


def _missing(path: Path) -> dict[str, Any]:
    return {
        "source": path.name, "document": None, "state": "failed", "kind": None, "pages": 0, "chunks": 0,
        "warnings": [], "error": f"{path}: there is no such file or folder; check the path.",
    }  # fmt: skip


def documents_list(house: House, params: Params, _progress: Progress) -> Result:
    """List the documents; `retired` shows the removed and superseded ones too."""
    return [document_json(document) for document in house.corpus.documents(retired=params.get("retired", False))], 0


def documents_show(house: House, params: Params, _progress: Progress) -> Result:
    """Show one document with all its revisions."""
    return document_json(house.corpus.document(params["document"]), revisions=True), 0


def documents_remove(house: House, params: Params, _progress: Progress) -> Result:
    """Retire documents; nothing is answered from them from now on."""
    return _each(params["documents"], lambda document: _removed(house, document, params.get("actor", ACTOR)))


def _removed(house: House, document: int, actor: str) -> dict[str, Any]:
    house.corpus.remove_document(document, actor=actor)
    return document_json(house.corpus.document(document))


def documents_restore(house: House, params: Params, _progress: Progress) -> Result:
    """Make a retired document answer again, from its newest revision or the one named."""
    document = house.corpus.restore_document(
        params["document"], actor=params.get("actor", ACTOR), revision=params.get("revision")
    )
    return document_json(document), 0


def documents_supersede(house: House, params: Params, _progress: Progress) -> Result:
    """Declare that document `new` replaces document `old`."""
    house.corpus.supersede_document(params["old"], params["new"], actor=params.get("actor", ACTOR))
    return {name: document_json(house.corpus.document(params[name])) for name in ("old", "new")}, 0


def documents_amend(house: House, params: Params, _progress: Progress) -> Result:
    """Declare that a bulletin replaces one section of another document."""
    replaced = house.corpus.amend_document(
        params["bulletin"], params["amended"], params["section"], actor=params.get("actor", ACTOR)
    )
    if not replaced:
        raise NotFound(f"Document {params['amended']} has no section {params['section']!r}; see its headings.")
    return {"bulletin": params["bulletin"], "amended": params["amended"], "section": params["section"],
            "chunks": replaced}, 0  # fmt: skip


def _each(documents: list[int], action: Callable[[int], dict[str, Any]]) -> Result:
    done: list[dict[str, Any]] = []
    for document in documents:
        try:
            done.append(action(document))
        except MillhandError as error:
            done.append({"id": document, "error": str(error)})
    return done, int(any("error" in one for one in done))


def document_json(document: Document, *, revisions: bool = False) -> dict[str, Any]:
    """Write a document as DESIGN.md's command line prints it; `state` is live, superseded or removed."""
    shown = document.current or (document.revisions[0] if document.revisions else None)
    value: dict[str, Any] = {
        "id": document.id,
        "title": document.title,
        "kind": document.kind,
        "language": document.language,
        "models": list(document.models),
        "state": _state(document, shown),
        "superseded_by": document.superseded_by,
        "amends": [{"document": one.document, "section": one.section} for one in document.amends],
        **(_revision_json(shown) if shown else {}),
    }
    if revisions:
        value["revisions"] = [
            {**_revision_json(one), "number": one.number, "state": one.state} for one in document.revisions
        ]
    return value


def _state(document: Document, shown: Revision | None) -> str:
    if document.superseded_by is not None and document.current is None:
        return "superseded"
    return shown.state if shown else "removed"


def _revision_json(revision: Revision) -> dict[str, Any]:
    return {
        "source": revision.source,
        "revision": revision.id,
        "label": revision.label,
        "pages": revision.pages,
        "chunks": revision.chunks,
        "sha256": revision.sha256,
        "added_at": revision.added_at.isoformat(),
        "added_by": revision.added_by,
        "warnings": list(revision.warnings),
    }


# --- people ------------------------------------------------------------------------------------------------------


def users_list(house: House, _params: Params, _progress: Progress) -> Result:
    """List the accounts."""
    return [
        {"name": one.name, "role": one.role, "display_name": one.display_name, "disabled": one.disabled}
        for one in house.corpus.accounts()
    ], 0


def users_add(house: House, params: Params, _progress: Progress) -> Result:
    """Create an account: name, role, password, display_name."""
    account = house.corpus.add_account(
        params["name"], params["role"], params["password"], actor=ACTOR, display_name=params.get("display_name")
    )
    return {"name": account.name, "role": account.role, "display_name": account.display_name, "disabled": False}, 0


def users_password(house: House, params: Params, _progress: Progress) -> Result:
    """Set an account's password."""
    house.corpus.set_password(params["name"], params["password"], actor=ACTOR)
    return {"name": params["name"]}, 0


def users_role(house: House, params: Params, _progress: Progress) -> Result:
    """Give an account another role."""
    house.corpus.set_role(params["name"], params["role"], actor=ACTOR)
    return {"name": params["name"], "role": params["role"]}, 0


def users_disable(house: House, params: Params, _progress: Progress) -> Result:
    """Close an account, or open it again."""
    disabled = params.get("disabled", True)
    house.corpus.disable_account(params["name"], actor=ACTOR, disabled=disabled)
    return {"name": params["name"], "disabled": disabled}, 0


def users_token(house: House, params: Params, _progress: Progress) -> Result:
    """Make a bearer token for an account; it is shown this once."""
    token = house.corpus.add_token(params["name"], params["label"], actor=ACTOR)
    return {"name": params["name"], "label": params["label"], "token": token}, 0


# --- the folder --------------------------------------------------------------------------------------------------


def reindex(house: House, _params: Params, progress: Progress) -> Result:
    """Rebuild both indexes from SQL."""

    def step(stage: str, done: int, total: int) -> None:
        progress({"source": "", "file": 0, "files": 1, "stage": stage, "done": done, "total": total})

    return {"chunks": house.corpus.reindex(progress=step)}, 0


def doctor(house: House, _params: Params, _progress: Progress) -> Result:
    """Check what an installation needs."""
    from ui.doctor import examine

    return examine(house)


def backup(house: House, params: Params, _progress: Progress) -> Result:
    """Write one archive of everything that cannot be rebuilt."""
    from ui.archive import write_archive

    return write_archive(house.settings, Path(params["archive"])), 0


# --- evaluating --------------------------------------------------------------------------------------------------


def evaluate(house: House, params: Params, progress: Progress) -> Result:
    """Run question sets; the status is 1 when a metric is under its bound."""
    from ui.evaluation import run_sets

    return run_sets(house, params, progress)


# --- running -----------------------------------------------------------------------------------------------------

COMMANDS: dict[str, Command] = {
    "search": search,
    "ask": ask,
    "ingest": ingest,
    "documents list": documents_list,
    "documents show": documents_show,
    "documents remove": documents_remove,
    "documents restore": documents_restore,
    "documents supersede": documents_supersede,
    "documents amend": documents_amend,
    "users list": users_list,
    "users add": users_add,
    "users password": users_password,
    "users role": users_role,
    "users disable": users_disable,
    "users token": users_token,
    "reindex": reindex,
    "doctor": doctor,
    "backup": backup,
    "eval": evaluate,
    **PLANT_COMMANDS,
}


def run(name: str, params: Params, settings: Settings, progress: Progress) -> Result:
    """Run a command here, or in the server that owns the data folder; the result is the same.

    Raises:
        MillhandError: what the command refused, from either.
    """
    events = call_owner(settings.data_dir, {"command": name, "params": params})
    if events is not None:
        return _follow(events, progress)
    with open_house(settings) as house:
        return COMMANDS[name](house, params, progress)


def _follow(events: Iterator[dict[str, Any]], progress: Progress) -> Result:
    for event in events:
        if "progress" in event:
            progress(event["progress"])
        elif "error" in event:
            raise (SettingsError if event["exit"] == 2 else MillhandError)(event["error"])
        else:
            return event["result"], int(event["exit"])
    raise DataFolderError("The server that owns the data folder stopped before it answered; try again.")


def handle(house: House, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Run a forwarded command in the server: its progress, then its result or its error, as events."""
    name = request.get("command", "")
    command = COMMANDS.get(name)
    if command is None:
        yield {"error": f"`millhand {name}` cannot run while the page is served; stop the server first.", "exit": 1}
        return
    events: queue.Queue[dict[str, Any]] = queue.Queue()

    def work() -> None:
        try:
            value, status = command(house, request.get("params", {}), lambda at: events.put({"progress": at}))
            events.put({"result": value, "exit": status})
        except MillhandError as error:
            events.put({"error": str(error), "exit": 2 if isinstance(error, SettingsError) else 1})
        except Exception as error:  # The command line must hear of it; the server lives on.
            events.put({"error": f"`millhand {name}` failed in the server: {type(error).__name__}: {error}", "exit": 1})

    threading.Thread(target=work, name=f"command-{name}", daemon=True).start()
    while True:
        event = events.get()
        yield event
        if "progress" not in event:
            return
