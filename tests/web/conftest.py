from __future__ import annotations

import pytest
import pytest_socket

from taxii.hub import Hub, envelope
from tocsin.service.exchange.publish import publish
from tocsin.taxii.app import taxii_app
from tocsin.web.app import application
from web.browser import Browser


@pytest.fixture(autouse=True)
def an_event_loop_may_wake_itself():
    """A loop of asyncio has a pair of unix sockets; the network stays off."""
    pytest_socket.enable_socket()
    pytest_socket.disable_socket(allow_unix_socket=True)


class _Hub(Hub):
    def publish(self, *objects):
        done = publish(self.node, envelope(*objects), name="test", by="ann", known_good="off")
        assert not done.problems
        assert not done.intake.refused
        return done


@pytest.fixture
def hub(tmp_path):
    made = _Hub(tmp_path / "hub")
    yield made
    made.node.close()


@pytest.fixture
def app(hub):
    return application(hub.node, taxii_app(hub.node), hosts=["127.0.0.1", "hub.example.org"], secure=False)


@pytest.fixture
def stranger(app):
    """A browser in which nobody has signed in."""
    return Browser(app)


@pytest.fixture
def ann(app, hub):
    """A browser in which Ann of the hub's own organisation has signed in."""
    return Browser(app).signed_in(hub.node, "Ann")
