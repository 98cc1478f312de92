from __future__ import annotations

from contextlib import contextmanager

import pytest
import pytest_socket
from sqlalchemy import Engine, event

from service.exchange.world import World


@pytest.fixture(autouse=True)
def an_event_loop_may_wake_itself():
    """A loop of asyncio has a pair of unix sockets; the network stays off."""
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture
def postgres(postgres_server):
    """Makes an empty database and gives its URL as a person writes it."""
    made = []

    def new():
        made.append(postgres_server.empty_database())
        return made[-1].render_as_string(hide_password=False)

    yield new
    for url in made:
        postgres_server.drop(url)


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
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
