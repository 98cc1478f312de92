"""A node with an inventory, on each database, and feeds for it; a web server of the tests' own is all they reach."""

from __future__ import annotations

import socket

import pytest
import pytest_socket

from inventory.stocked import stocked
from service.exchange.world import World
from service.inventory.feed_files import bill
from sources.web_server import HERE
from taxii.hub import Hub
from tocsin.service.inventory.add import add


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
def world(request, tmp_path):
    """Nodes on one of the two databases."""
    database = ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        pytest_socket.enable_socket()
        url = server.new_database()
        database = url.render_as_string(hide_password=False)
    request.getfixturevalue("nothing_but_this_machine")
    made = World(tmp_path)
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
