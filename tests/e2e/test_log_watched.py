"""A hub that goes back to an old backup, or shows two members two pasts: their own commands say so, loudly."""

from __future__ import annotations

import json
import shutil

import pytest

from e2e.nodes import NodeProcess
from e2e.test_three_nodes import indicator


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """A hub and two members that have joined."""
    base = tmp_path_factory.mktemp("watched")
    hub, one, two = (NodeProcess(base / name / "node") for name in ("hub", "one", "two"))
    hub.run("init", "--name", "Water ISAC", "--sector", "water")
    tell(hub, 1)
    hub.serve()
    for member, name in ((one, "One"), (two, "Two")):
        member.run("init", "--name", name, "--sector", "water")
        invitation = hub.json("member", "add", name, "--sector", "water")["invitation"]
        member.run("join", hub.url, invitation)
    yield hub, one, two, base
    hub.stop()


def tell(hub, *numbers):
    file = hub.folder.parent / "warnings.json"
    file.write_text(json.dumps({"objects": [indicator(number) for number in numbers]}))
    hub.run("publish", file, "--tlp", "green")


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
    two.run("log", "verify", "Water ISAC")
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
