"""A hub that goes back to an old backup, or shows two members two pasts: their own commands say so, loudly."""

from __future__ import annotations

import json
import os
import shutil
import time
from contextlib import contextmanager

import pytest

from e2e.nodes import NodeProcess
from e2e.test_three_nodes import indicator
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.init import init_node
from tocsin.service.exchange.members import add_member
from tocsin.service.exchange.node import Surroundings, open_node
from tocsin.service.exchange.publish import publish

AROUND = Surroundings(lambda: time.time_ns() // 1000, os.urandom)


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """A hub and two members that have joined."""
    base = tmp_path_factory.mktemp("watched")
    hub, one, two = (NodeProcess(base / name / "node") for name in ("hub", "one", "two"))
    for node, name in ((hub, "Water ISAC"), (one, "One"), (two, "Two")):
        node.folder.parent.mkdir()
        init_node(node.folder, AROUND, name=name, sector_names=["water"]).close()
    tell(hub, 1)
    hub.serve()
    for member, name in ((one, "One"), (two, "Two")):
        with opened(hub) as node:
            invitation = add_member(node, name=name, sector_names=["water"], by="ann").text
        member.run("join", hub.url, invitation)
    yield hub, one, two, base
    hub.stop()


@contextmanager
def opened(hub):
    node = open_node(hub.folder, AROUND)
    try:
        yield node
    finally:
        node.close()


def tell(hub, *numbers):
    raw = json.dumps({"objects": [indicator(number) for number in numbers]}).encode()
    with opened(hub) as node:
        assert not publish(node, raw, name="test", by="ann", tlp=Tlp.GREEN).intake.refused


def refused(member, *words, saying):
    member.run(*words, code=1)
    assert saying in member.errors, member.errors
    assert "tell the other members" in member.errors.lower(), "it says what to do"


def test_a_hub_that_shows_two_pasts_and_goes_back_is_told_by_every_command(nodes):
    hub, one, two, base = nodes
    hub.stop()
    shutil.copytree(hub.folder, base / "then")

    # The hub goes on and shows that to one member; it goes on otherwise and shows that to the other.
    tell(hub, 2)
    hub.serve()
    one.run("sync")
    hub.stop()
    shutil.move(hub.folder, base / "for one")
    shutil.copytree(base / "then", hub.folder)
    tell(hub, 3)
    hub.serve()
    two.run("sync")
    seen = base / "seen by two"
    seen.write_text(two.run("log", "checkpoint", "Water ISAC"))
    hub.stop()
    shutil.rmtree(hub.folder)
    shutil.move(base / "for one", hub.folder)
    hub.serve()
    # Each finds its own past whole; together they are the proof.
    refused(one, "log", "verify", "Water ISAC", "--with", seen, saying="TWO HISTORIES")

    # The hub goes back to its backup.
    hub.stop()
    shutil.rmtree(hub.folder)
    shutil.move(base / "then", hub.folder)
    hub.serve()
    refused(one, "sync", saying="WAS REWOUND")
    refused(one, "log", "verify", "Water ISAC", saying="WAS REWOUND")
    # It grows again beyond what it was: the past is another one all the same.
    tell(hub, 4, 5, 6)
    refused(one, "sync", saying="DOES NOT CONTAIN ITS OWN PAST")
