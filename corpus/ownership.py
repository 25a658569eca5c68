"""One process owns a data folder: a lock says who, and a Unix socket lets the command line ask the owner."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import socketserver
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from corpus.errors import DataFolderError

Request = dict[str, Any]
Handler = Callable[[Request], Iterator[dict[str, Any]]]


class FolderLock:
    """The lock file `owner.lock` in a data folder; it falls with the process, however that ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FileLock(folder / "owner.lock", timeout=0)

    def acquire(self) -> None:
        """Take the folder; raises DataFolderError naming the process that has it."""
        try:
            self._lock.acquire()
        except Timeout as error:
            raise DataFolderError(
                f"The data folder {self._folder} is in use by process {self._owner()}; "
                "stop it or choose another --data-dir."
            ) from error
        (self._folder / "owner.pid").write_text(str(os.getpid()))

    def release(self) -> None:
        self._lock.release()

    def _owner(self) -> str:
        try:
            return (self._folder / "owner.pid").read_text().strip() or "unknown"
        except OSError:
            return "unknown"


@contextlib.contextmanager
def serve_owner(folder: Path, handle: Handler) -> Iterator[None]:
    """Answer requests from the same user's command line for as long as the block runs, each in a thread of its own.

    A request is one JSON line; `handle` yields events, each sent as one JSON line. The caller owns the folder.
    """
    path = _socket_path(folder)
    path.unlink(missing_ok=True)

    class Connection(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            # The command line may be interrupted in the middle; what it asked for is finished all the same.
            gone = False
            for event in handle(json.loads(self.rfile.readline())):
                if not gone:
                    try:
                        self.wfile.write(json.dumps(event, ensure_ascii=False).encode() + b"\n")
                        self.wfile.flush()
                    except OSError:
                        gone = True

    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True
        block_on_close = False

    before = os.umask(0o177)
    try:
        server = Server(str(path), Connection)
    finally:
        os.umask(before)
    thread = threading.Thread(target=server.serve_forever, name="owner-socket", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        path.unlink(missing_ok=True)


def call_owner(folder: Path, request: Request) -> Iterator[dict[str, Any]] | None:
    """Send a request to the server that owns the folder; None when none listens there."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(str(_socket_path(folder)))
    except OSError:
        connection.close()
        return None
    connection.sendall(json.dumps(request, ensure_ascii=False).encode() + b"\n")
    return _events(connection)


def _events(connection: socket.socket) -> Iterator[dict[str, Any]]:
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            yield json.loads(line)


def _socket_path(folder: Path) -> Path:
    # A Unix socket's name holds about 100 bytes; a deeper folder gets a link-like name in the user's own folder.
    path = folder.resolve() / "owner.sock"
    if len(os.fsencode(path)) < 100:
        return path
    import hashlib

    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:24]
    private = Path(tempfile.gettempdir()) / f"millhand-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    if private.stat().st_uid != os.getuid():
        raise DataFolderError(f"{private} belongs to another user; choose a shorter --data-dir.")
    return private / f"{digest}.sock"
