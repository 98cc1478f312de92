from __future__ import annotations

import pytest
import pytest_socket

from taxii.client import AsgiClient
from taxii.hub import Hub
from tocsin.taxii.app import taxii_app


@pytest.fixture(autouse=True)
def an_event_loop_may_wake_itself():
    """A loop of asyncio has a pair of unix sockets; the network stays off."""
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture
def hub(tmp_path):
    made = Hub(tmp_path / "hub")
    yield made
    made.node.close()


@pytest.fixture
def app(hub):
    return taxii_app(hub.node)


@pytest.fixture
def own(app, hub):
    """Asks as the hub's own organisation."""
    return AsgiClient(app, hub.own)


@pytest.fixture
def member(app, hub):
    """Asks as a member."""
    return AsgiClient(app, hub.member("Water works")[0])
