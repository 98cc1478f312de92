"""Opening a node's database: SQLite by default, PostgreSQL by its URL.

SQLite runs with a write-ahead log and ``synchronous=FULL``: with ``NORMAL`` a power cut loses acknowledged
writes (reliability figures: docs/decisions/issue-2-the-exchange.md).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from tocsin.errors import BadInput, SourceUnavailable
from tocsin.limits import STORE_BUSY_S
from tocsin.store.gate import Readers
from tocsin.store.unwritten import Unwritten

__all__ = ["Database", "as_told", "database_url"]

_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "wal_autocheckpoint=8000",
    "cache_size=-65536",
    "temp_store=MEMORY",
    "trusted_schema=OFF",
)

_SETTINGS: Final = (
    "synchronous_commit = on",
    # Compiling a plan takes longer than any page.
    "jit = off",
    # Every question here is led by an index to few rows. A plan that was made while a table was small, or without
    # statistics, would read it whole, and go on to when it is large.
    "enable_seqscan = off",
    "enable_hashjoin = off",
    "enable_mergejoin = off",
    "enable_bitmapscan = off",
)
_OURS_OF_SQLITE: Final = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISUSE})
_OURS_OF_POSTGRES: Final = frozenset({"21", "22", "23", "25", "26", "34", "42"})
"""Classes of errors (PostgreSQL's appendix A) that what was asked is at fault for: data, constraints, syntax."""
_READS: Final = (
    "CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
    # A page is read in the order of an index and ends when it is full. With old statistics, or none, PostgreSQL would
    # rather read and sort all that the page is cut from.
    "enable_sort = off",
)


def database_url(database: str, folder: Path) -> URL:
    """The URL of the database: ``database`` if it names one, else the file in ``folder``.

    A folder as host, in its place (percent-encoded) or as ``?host=``, is that of a server's unix socket, and ``port``
    is the end of the socket's name (PostgreSQL 18 manual, section 34.1.1.2).

    Raises:
        BadInput: it is no URL of SQLite or PostgreSQL, or names no user.
    """
    if not database:
        return URL.create("sqlite", database=str(folder / "tocsin.db"))
    try:
        url = make_url(database)
    except ArgumentError as error:
        raise BadInput("the database is not named by a URL", hint="postgresql://user@host/name") from error
    kind = url.get_backend_name()
    if kind in {"postgresql", "postgres"}:
        return _reached(url.set(drivername="postgresql+pg8000"))
    if kind == "sqlite":
        return url
    raise BadInput(f"{kind} is no database that Tocsin knows", hint="Use postgresql://, or none for SQLite.")


def _reached(url: URL) -> URL:
    """The URL with host and port, or the socket, where the driver looks for them."""
    if not url.username and "user" not in url.query:
        raise BadInput("the database's URL names no user", hint="postgresql://user@host/name")
    host = url.query.get("host", url.host)
    port = url.query.get("port", url.port)
    if isinstance(host, tuple) or isinstance(port, tuple):
        raise BadInput("the database's URL names more than one host", hint="Name the one that is written to.")
    if not str(port or 0).isdecimal():
        raise BadInput("the database's URL names a port that is no number")
    url = url.difference_update_query(("host", "port"))
    folder = unquote(host or "")
    if not folder.startswith("/"):
        return url.set(host=host, port=None if port is None else int(port))
    socket = f"{folder.rstrip('/')}/.s.PGSQL.{port or 5432}"
    plain = URL.create(url.drivername, url.username, url.password, None, None, url.database, url.query)
    return plain.update_query_dict({"unix_sock": socket})


class Database:
    """Connections to one database. ``writing`` transactions are one at a time; any number may read."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._known: dict[Readers, int] = {}
        self._readers = self._engine(writes=False)
        self._writer = self._engine(writes=True)
        self._error: type[Exception] = self._writer.dialect.loaded_dbapi.Error

    def _engine(self, *, writes: bool) -> Engine:
        if self.is_sqlite:
            engine = create_engine(
                self.url,
                connect_args={"timeout": STORE_BUSY_S, "check_same_thread": False},
                pool_size=8,
                max_overflow=8,
                pool_timeout=STORE_BUSY_S,
            )
        else:
            # A socket in the file system has no TLS; the driver would ask for it, and read all authorities, each time.
            engine = create_engine(
                self.url,
                connect_args={"ssl_context": False} if "unix_sock" in self.url.query else {},
                pool_pre_ping=True,
                pool_size=8,
                max_overflow=8,
                pool_timeout=STORE_BUSY_S,
            )

        @event.listens_for(engine, "connect")
        def _set(connection: Any, _record: object) -> None:
            if self.is_sqlite:
                # The driver would begin transactions by itself, and only before some statements.
                connection.isolation_level = None
                for pragma in _PRAGMAS:
                    connection.execute(f"PRAGMA {pragma}")
            else:
                cursor = connection.cursor()
                for setting in (*_SETTINGS, *(() if writes else _READS)):
                    cursor.execute(f"SET SESSION {setting}")
                connection.commit()

        if self.is_sqlite:

            @event.listens_for(engine, "begin")
            def _begin(connection: Connection) -> None:
                driver: Any = connection.connection.dbapi_connection
                driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")

        @event.listens_for(engine, "before_cursor_execute")
        def _before(connection: Connection, *_more: object) -> None:
            waiting = connection.info.get("unwritten")
            if waiting is not None:
                waiting.flush(connection)

        return engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose reads all see the same state.

        Raises:
            SourceUnavailable: the database cannot be reached, or is damaged.
        """
        with self._told(), self._readers.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in the one writing transaction; it is durable when this ends without an error.

        Raises:
            SourceUnavailable: the database cannot be reached, is full or is damaged.
        """
        with self._told(), self._writer.begin() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(7301)"))
            waiting = connection.info["unwritten"] = Unwritten(self._known)
            try:
                yield connection
                waiting.flush(connection)
            finally:
                connection.info.pop("unwritten", None)
        waiting.committed()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, self._error) as error:
            told = as_told(error)
            if told is error:
                raise
            raise told from error

    @property
    def engine(self) -> Engine:
        """The engine that migrations run on."""
        return self._writer

    def close(self) -> None:
        """Close every connection."""
        self._readers.dispose()
        self._writer.dispose()


def as_told(error: Exception) -> Exception:
    """``error`` as a person is told it: that the database cannot serve is a SourceUnavailable, all else stays."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, Exception):
        error = error.orig
    elif isinstance(error, SQLAlchemyError):
        return SourceUnavailable(f"the node's database cannot be used: {_first_line(error)}")
    if not _cannot_serve(error):
        return error
    return SourceUnavailable(
        f"the node's database does not answer: {_first_line(error)}",
        hint="Is there room on the disk, and is the database running? What was acknowledged is kept.",
    )


def _cannot_serve(error: Exception) -> bool:
    """Whether it is the database that fails, and not what it was asked: that would be a fault of this program."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return code is not None and code & 0xFF not in _OURS_OF_SQLITE
    if type(error).__module__.partition(".")[0] != "pg8000":
        return False
    told = error.args[0] if error.args else None
    return not isinstance(told, dict) or str(told.get("C", ""))[:2] not in _OURS_OF_POSTGRES


def _first_line(error: object) -> str:
    if isinstance(error, Exception) and error.args and isinstance(error.args[0], dict):
        return str(error.args[0].get("M", error.args[0]))  # PostgreSQL's own message, as pg8000 gives it
    return str(error).strip().partition("\n")[0]
