"""The one SQL database: engine, sessions, and the migrations that bring it up to date."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from corpus.errors import DataFolderError
from corpus.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"


class Base(DeclarativeBase):
    """Every stored row; each store declares its own beside the code that uses them."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC on databases that keep no offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a stored time needs its zone, {value} has none")
        return value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """Sessions on the plant's database, migrated to the newest layout when it is opened."""

    def __init__(self, settings: Settings) -> None:
        url = make_url(settings.database_url) if settings.database_url else _sqlite(settings.data_dir)
        self.engine = create_engine(url, pool_pre_ping=not url.drivername.startswith("sqlite"))
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _sqlite_pragmas)
        self._write_lock = threading.RLock()
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._migrate()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session for reading."""
        with self._sessions() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction: committed at the end of the block, rolled back on any error. Writers take turns."""
        with self._write_lock, self._sessions.begin() as session:
            yield session

    def close(self) -> None:
        self.engine.dispose()

    def _migrate(self) -> None:
        # Imported here: the processes that read files open no database, and alembic takes a while.
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        try:
            with self.engine.begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except CommandError as error:
            newest = ScriptDirectory.from_config(config).get_current_head()
            raise DataFolderError(
                f"The database was written by a newer Millhand (this one knows up to {newest}): {error}."
            ) from error
        except OperationalError as error:
            raise DataFolderError(f"The database cannot be opened: {error.orig}.") from error


def _sqlite(folder: Path) -> URL:
    return URL.create("sqlite", database=str(folder / "millhand.db"))


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        "cache_size=-32000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
