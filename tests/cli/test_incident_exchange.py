"""tocsin incident send and links, and others' incidents in list, causes and plan: what each prints and exits with."""

from __future__ import annotations

import json

import pytest

from service.exchange.conftest import (
    an_event_loop_may_wake_itself,
    hub,
    world,
)
from service.exchange.test_incidents import FORM, noted, released
from tocsin.cli.main import main

__all__ = ["an_event_loop_may_wake_itself", "hub", "world"]


@pytest.fixture
def run(world, capsys, monkeypatch):
    """Runs a verb on a node: exit code, stdout, stderr."""
    monkeypatch.setattr("tocsin.cli.node.now_us", lambda: world.now_us)
    monkeypatch.setattr("tocsin.cli.sending.client_for", world.client)

    def verb(node, *arguments):
        monkeypatch.setenv("TOCSIN_DATA", str(node.folder))
        capsys.readouterr()
        code = main([str(one) for one in arguments])
        out = capsys.readouterr()
        return code, out.out, out.err

    return verb


@pytest.fixture
def member(world, hub):
    made = world.joined(hub, "Brookwater", "energy")
    noted(made)
    return made


@pytest.fixture
def other(world, hub):
    return world.joined(hub, "Riverton", "energy")


NAME = "Brookwater billing is encrypted"


def answer(run, node, *arguments):
    code, out, err = run(node, *arguments, "--format", "json")
    assert code == 0, err
    return json.loads(out)


def test_what_would_leave_is_shown_and_not_sent(member, run):
    code, out, err = run(member, "incident", "send", NAME, "--to", "Hub", "--dry-run")
    assert code == 0
    assert "bytes go to Hub:" in out
    assert '"external_id":"T1486"' in out
    assert "Brookwater" not in out
    assert "Nothing was sent (--dry-run)." in out
    assert "left out: the indicator 10.1.2.3: it is an address of a network of one's own" in err
    assert "TLP:GREEN: once Hub releases it, all its members see it." in err


def test_without_a_terminal_only_yes_sends(member, run):
    code, _, err = run(member, "incident", "send", NAME, "--to", "Hub")
    assert code == 2
    assert "--yes sends it" in err


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--to", "Nowhere"], 3, "Nowhere"),
        (["--to", "Hub", "--tlp", "red"], 5, "--tlp green"),
        (["--to", "Hub", "--tlp", "blue"], 2, "is no TLP"),
        (["--to", "Hub", "--with", "summary,everything"], 2, "there is no part 'everything'"),
        (["--to", "Hub", "--with", "victim", "--as", "anonymous"], 2, "says who you are"),
        (["--to", "Hub", "--with", "summary", "--as", "anonymous"], 5, "$.summary holds 'Brookwater'"),
        (["--to", "Hub", "--as", "anonymos"], 2, "Did you mean 'anonymous'?"),
    ],
)
def test_what_cannot_be_sent_is_told(member, run, arguments, code, told):
    got, _, err = run(member, "incident", "send", NAME, *arguments, "--dry-run")
    assert (got, told in err) == (code, True), err


def test_what_is_sent_is_what_was_shown_and_others_learn_from_it(world, hub, member, other, run):
    shown = answer(run, member, "incident", "send", NAME, "--to", "Hub", "--as", "anonymous", "--dry-run")
    sent = answer(run, member, "incident", "send", NAME, "--to", "Hub", "--as", "anonymous", "--yes")
    assert (shown["body"], shown["sent"]) == (sent["body"], False)
    assert (sent["sent"], sent["tlp"], sent["anonymous"]) == (True, "green", True)
    released(world, hub, other)
    assert answer(run, other, "incident", "list")["incidents"] == []
    [listed] = answer(run, other, "incident", "list", "--all")["incidents"]
    assert (listed["from"], listed["name"]) == ("Hub", "Ransomware in Energy")
    assert "Hub " in run(other, "incident", "list", "--all")[1]
    shown = run(other, "incident", "show", listed["incident"][10:18])[1]
    assert 'technique = "T1486"' in shown
    assert run(other, "incident", "edit", listed["incident"], "--set", "tlp=red")[0] == 6
    causes = answer(run, other, "causes")
    assert (causes["incidents"], causes["causes"][0]["measure"]) == (1, "second-factor")
    assert answer(run, other, "causes", "--incident", "Ransomware in Energy")["incidents"] == 1
    assert answer(run, other, "causes", "--mine")["incidents"] == 0
    assert "No second factor where people log in" in run(other, "causes")[1]
    made = ["plan", "--against", "incidents", "--draws", "0", "--measures", "2"]
    assert answer(run, other, *made)["of"] == 1
    assert run(other, *made, "--mine")[0] == 2


def test_links_are_told_with_their_evidence(member, other, run):
    assert "none has anything in common" in run(member, "incident", "links")[1]
    noted(member, FORM.replace(NAME, "Another").replace("CVE-2021-26855", "CVE-2020-1"))
    code, out, _ = run(member, "incident", "links", "Another")
    assert code == 0
    first, *lines = out.splitlines()
    assert first.startswith("strong: ")
    assert NAME in first
    assert "  the same wallet: 15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr" in lines
    assert "  the same indicator: domain bad.example.net" in lines
    told = answer(run, member, "incident", "links")
    assert (told["incidents"], told["links"][0]["strength"]) == (2, "strong")
    assert {one["kind"] for one in told["links"][0]["evidence"]} == {"transaction", "wallet", "indicator"}
    assert run(member, "incident", "links", "nothing")[0] == 6
