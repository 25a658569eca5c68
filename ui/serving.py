"""Serve the page from a data folder, with the socket through which the command line reaches it."""

from __future__ import annotations

import logging
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from corpus import MillhandError, Settings, serve_owner
from ui.access import check_host
from ui.commands import handle, ingest
from ui.feeds import check_feeds, feeding
from ui.house import House, open_house
from ui.terminal import Terminal

if TYPE_CHECKING:
    import uvicorn


def serve_page(settings: Settings, *, accounts: bool, samples: bool = False) -> None:
    """Serve until interrupted.

    Raises:
        SettingsError: without accounts on an address that others reach.
        MillhandError: the port is taken, or the data folder has another owner.
    """
    check_host(settings.host, accounts=accounts)
    check_feeds(settings)
    with _bound(settings) as listener, open_house(settings) as house:
        if samples:
            bring_in_samples(house)
        if accounts and not house.corpus.accounts():
            _say("Nobody can sign in yet: add an account with `millhand users add NAME --role admin`.")
        _serve(house, listener, accounts=accounts)


def bring_in_samples(house: House) -> None:
    """Ingest the demonstration plant, its last reading of this minute, unless the corpus holds it already."""
    from corpus.samples.today import copy_plant, plant_files

    held = {one.source for document in house.corpus.documents(retired=True) for one in document.revisions}
    if {path.name for path in plant_files()} <= held:
        return
    _say("Bringing in the demonstration plant; this takes a few minutes, once.")
    with TemporaryDirectory(prefix="millhand-demo-") as scratch:
        # What an earlier, interrupted start brought in stays as it is: the moved tables would differ.
        folder = copy_plant(Path(scratch), datetime.now(house.settings.zone), without=held)
        paths = {"paths": [str(folder)]}
        value, _ = Terminal(as_json=False).quietly(lambda progress: ingest(house, paths, progress))
    for file in value["files"]:
        if file["error"]:
            _say(f"{file['source']}: {file['error']}")
    _say(f"{value['indexed']} files brought in, {value['failed']} failed.")


def _bound(settings: Settings) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family, backlog=128)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise MillhandError(f"{where} cannot be served: {error.strerror or error}; try another --port.") from error


@contextmanager
def served(house: House, *, accounts: bool) -> Iterator[str]:
    """Serve a house on a free loopback port while the block runs; yield the address."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        server = _server(house, listener, accounts=accounts)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="server", daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


def _serve(house: House, listener: socket.socket, *, accounts: bool) -> None:
    settings = house.settings
    server = _server(house, listener, accounts=accounts)
    threading.Thread(target=_warm_up, args=(house,), name="warm-up", daemon=True).start()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    with serve_owner(settings.data_dir, lambda request: handle(house, request)), feeding(house):
        _say(f"Millhand answers on http://{host}:{listener.getsockname()[1]}")
        server.run(sockets=[listener])


def _server(house: House, listener: socket.socket, *, accounts: bool) -> uvicorn.Server:
    import uvicorn

    from ui.app import build_app

    # A thread that waited for a row of the database gets its turn back sooner; with the interpreter's 5 ms, twenty
    # people who ask at once wait for each other at every row.
    sys.setswitchinterval(0.001)

    app = build_app(house.settings.model_copy(update={"port": listener.getsockname()[1]}), house, accounts)
    config = uvicorn.Config(
        app,
        log_level="warning",
        # A forwarded address must not be taken for the client's: access.py looks at these headers itself.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    return uvicorn.Server(config)


def _warm_up(house: House) -> None:
    try:
        # Each loads something heavy at its first use: the model, the cases, the agent, the process that draws pages.
        house.corpus.search("warm-up", k=1)
        house.corpus.warm_up()
        house.assistant.warm_up()
        house.ingestor.warm_up()
    except Exception:  # The first question will meet the same error and show it.
        logging.getLogger(__name__).warning("The warm-up search failed.", exc_info=True)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
