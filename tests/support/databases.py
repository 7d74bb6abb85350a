"""A fresh database for every test, copied from one that was migrated once.

Cleaning up by deleting is not possible: the ledger's triggers forbid it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool


class Databases(Protocol):
    """Where a worker's databases come from: one to fill, and copies of it."""

    @property
    def template(self) -> str:
        """URL of the database that is migrated once and then only copied."""

    def copy(self, folder: Path) -> contextlib.AbstractContextManager[str]:
        """URL of a copy for one test, gone afterwards."""


class SqliteDatabases:
    """Files; a copy takes about a millisecond."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "template.db"
        self.template = f"sqlite:///{self.file}"

    @contextlib.contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        """Copy the file, with all that was written to it in it."""
        with contextlib.closing(sqlite3.connect(self.file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "partsweb.db"
        shutil.copyfile(self.file, file)
        yield f"sqlite:///{file}"


class PostgresDatabases:
    """Databases of one server; names tell test runs and workers on it apart."""

    def __init__(self, server_url: str, worker: str) -> None:
        self.server = make_url(server_url)
        self.prefix = f"partsweb_{os.getpid()}_{worker}"
        self.copies = 0
        self._do(f"CREATE DATABASE {self.prefix}")
        self.template = _written(self.server.set(database=self.prefix))

    @contextlib.contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        """Let the server copy the template's files: about 60 ms."""
        self.copies += 1
        name = f"{self.prefix}_{self.copies}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {self.prefix} STRATEGY FILE_COPY")
        try:
            yield _written(self.server.set(database=name))
        finally:
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def remove(self) -> None:
        """Leave the server as it was found."""
        self._do(f"DROP DATABASE {self.prefix} WITH (FORCE)")

    def _do(self, statement: str) -> None:
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(statement))


def _written(url: URL) -> str:
    return url.render_as_string(hide_password=False)
