"""A guard for formats that are zip files: how much they unpack to is checked before anything parses them."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from corpus import Unreadable
from ingest.readers.base import Limits

_PIECE = 1 << 20


def check_unpacked(path: Path, limits: Limits, kind: str) -> None:
    """Raise Unreadable for a broken archive, or one that unpacks to more than allowed.

    The sizes in the directory may lie, so the members are unpacked once, piece by piece, and counted.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            claimed = sum(member.file_size for member in archive.infolist())
            if claimed > limits.unpacked_bytes:
                raise _too_large(path, claimed, limits)
            total = 0
            for member in archive.infolist():
                with archive.open(member) as stream:
                    while piece := stream.read(_PIECE):
                        total += len(piece)
                        if total > limits.unpacked_bytes:
                            raise _too_large(path, total, limits)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        head = path.open("rb").read(8)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            raise Unreadable(
                f"{path.name}: it is encrypted or in an old Office format; save it as {kind} without a password."
            ) from error
        raise Unreadable(f"{path.name}: the file is damaged, or no {kind} file at all.") from error


def _too_large(path: Path, size: int, limits: Limits) -> Unreadable:
    return Unreadable(
        f"{path.name}: it unpacks to more than {size // 2**20} MB, {limits.unpacked_bytes // 2**20} MB are allowed."
    )
