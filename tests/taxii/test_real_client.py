"""OASIS's own client, over HTTP, with the one way of proving who asks that it has: Basic."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import pytest_socket

from taxii.hub import Hub, envelope, indicator
from tocsin.model.tlp import Tlp

taxii2client = pytest.importorskip("taxii2client.v21")


@pytest.fixture
def served(tmp_path):
    """A hub that is served: its URL, the hub's own token and a member's."""
    pytest_socket.enable_socket()
    hub = Hub(tmp_path / "hub")
    hub.now_us = time.time_ns() // 1000
    tokens = hub.token("Hub"), hub.member("Water works")[0]
    hub.node.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    source = str(Path(__file__).parents[2] / "src")
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("serving.py")), str(tmp_path / "hub"), str(port)],
        env={**os.environ, "PYTHONPATH": source},
    )
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}", *tokens
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore")
def test_the_client_of_oasis_does_all_that_it_can(served):
    url, own, member = served
    hub = taxii2client.Server(f"{url}/taxii2/", user="hub", password=own)
    assert hub.title == "Tocsin: Hub"
    warnings, inbox = hub.default.collections
    assert (warnings.can_read, warnings.can_write, hub.default.max_content_length) == (True, True, 10 << 20)

    status = warnings.add_objects(envelope(*(indicator(n) for n in range(7)), {"type": "x"}))
    assert (status.status, status.success_count, status.failure_count) == ("complete", 7, 1)
    status.refresh()
    assert status.success_count == 7

    other = taxii2client.Server(f"{url}/taxii2/", user="x", password=member)
    assert [one.can_write for one in other.default.collections] == [False, True]
    readable = other.default.collections[0]
    for function in (readable.get_objects, readable.get_manifest):
        pages = list(taxii2client.as_pages(function, per_request=3))
        found = [one["id"] for page in pages for one in page["objects"]]
        assert found == [indicator(n)["id"] for n in range(7)]
    assert readable.get_object(indicator(3)["id"])["objects"] == [indicator(3)]
    assert readable.object_versions(indicator(3)["id"])["versions"] == [indicator(3)["modified"]]
    assert readable.get_objects(type="malware") == {}

    warnings.delete_object(indicator(3)["id"])
    (word,) = readable.get_object(indicator(3)["id"])["objects"]
    assert word["revoked"] is True

    other.default.collections[1].add_objects(envelope(indicator(9, tlp=Tlp.AMBER)))
    assert [one["id"] for one in inbox.get_objects()["objects"]] == [indicator(9)["id"]]
