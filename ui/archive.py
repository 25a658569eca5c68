"""Backup and restore: one archive of the database and what people made or sent; the indexes are rebuilt from it."""

from __future__ import annotations

import json
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus import Conflict, MillhandError, Settings, SettingsError, Unreadable

MANIFEST = "millhand-backup.json"
LAYOUT = 1
KEPT = ("files/**/*", "glossary.csv", "question-sets/*", "runs/**/*")
NOT_KEPT = {"lexical.db"}
"""Databases that `millhand reindex` rebuilds."""


def write_archive(settings: Settings, archive: Path) -> dict[str, Any]:
    """Write the data folder's database and files into a .tar.gz, consistent while the page is served."""
    _only_sqlite(settings)
    if archive.exists():
        raise Conflict(f"{archive} exists already; name another file.")
    folder = settings.data_dir
    databases = [path for path in sorted(folder.glob("*.db")) if path.name not in NOT_KEPT]
    files = sorted(path for name in KEPT for path in folder.glob(name) if path.is_file())
    manifest = {"layout": LAYOUT, "at": datetime.now(UTC).isoformat(), "files": len(files)}
    partial = archive.with_name(archive.name + ".partial")
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch, tarfile.open(partial, "w:gz") as tar:
            (Path(scratch) / MANIFEST).write_text(json.dumps(manifest))
            tar.add(Path(scratch) / MANIFEST, MANIFEST)
            for database in databases:
                copy = Path(scratch) / database.name
                # SQLite's own backup gives one moment of a database that is being written.
                with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
                    source.backup(target)
                tar.add(copy, database.name)
            for path in files:
                tar.add(path, str(path.relative_to(folder)))
        partial.replace(archive)
    except OSError as error:
        raise MillhandError(f"{archive} cannot be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)
    return {"archive": str(archive), "bytes": archive.stat().st_size, "files": len(files), "at": manifest["at"]}


def read_archive(settings: Settings, archive: Path) -> dict[str, Any]:
    """Unpack an archive into an empty data folder.

    Raises:
        Conflict: the folder holds a corpus.
        Unreadable: the archive is no backup, or damaged.
    """
    _only_sqlite(settings)
    folder = settings.data_dir
    if folder.exists() and any(folder.glob("*.db")):
        raise Conflict(f"The data folder {folder} holds a corpus already; restore into an empty one with --data-dir.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch, tarfile.open(archive) as tar:
            tar.extractall(scratch, filter="data")
            manifest: dict[str, Any] = json.loads((Path(scratch) / MANIFEST).read_text())
            if manifest.get("layout") != LAYOUT:
                raise Unreadable(f"{archive.name} was written by a newer Millhand; update this one first.")
            folder.mkdir(exist_ok=True)
            for path in Path(scratch).iterdir():
                if path.name != MANIFEST:
                    path.replace(folder / path.name)
    except FileNotFoundError as error:
        raise Unreadable(f"{archive}: there is no such backup, or it holds no {MANIFEST}; check the path.") from error
    except (tarfile.TarError, OSError, ValueError) as error:
        raise Unreadable(f"{archive.name} is no Millhand backup or is damaged ({error}).") from error
    return manifest


def _only_sqlite(settings: Settings) -> None:
    if settings.database_url:
        raise SettingsError("MILLHAND_DATABASE_URL names a database server; back it up with its own tools.")
