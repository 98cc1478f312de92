"""A fresh database on each engine: SQLite in a file, and in the PostgreSQL of this run."""

from __future__ import annotations

import pytest
import pytest_socket

from tocsin.store.database import Database, database_url
from tocsin.store.upgrade import upgrade


@pytest.fixture
def unix_sockets():
    """Sockets in the file system may be opened, and no others."""
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request):
    """The engine's name; PostgreSQL is reached by a socket in the file system, and nothing else by any."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres_server")
        pytest_socket.enable_socket()
        pytest_socket.disable_socket(allow_unix_socket=True)
    return request.param


@pytest.fixture
def url(engine, tmp_path, request):
    """The URL of an empty database."""
    if engine == "sqlite":
        yield database_url("", tmp_path)
        return
    server = request.getfixturevalue("postgres_server")
    made = server.empty_database()
    yield database_url(made.render_as_string(hide_password=False), tmp_path)
    server.drop(made)


@pytest.fixture
def database(engine, tmp_path, request):
    """An open database with its tables."""
    if engine == "sqlite":
        made = Database(database_url("", tmp_path))
        upgrade(made)
        yield made
        made.close()
        return
    server = request.getfixturevalue("postgres_server")
    copy = server.new_database()
    made = Database(database_url(copy.render_as_string(hide_password=False), tmp_path))
    yield made
    made.close()
    server.drop(copy)
