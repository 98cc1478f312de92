"""tocsin posture share and publish, and the benchmark in posture show: what each prints, asks and exits with."""

from __future__ import annotations

import json

import pytest

from cli.test_incident_exchange import run
from service.exchange.conftest import (
    an_event_loop_may_wake_itself,
    hub,
    world,
)
from service.exchange.test_benchmark import many, next_quarter, said

__all__ = ["an_event_loop_may_wake_itself", "hub", "run", "world"]


@pytest.fixture
def member(world, hub):
    made = world.joined(hub, "Brookwater", "energy")
    said(made, "second-factor", "in-place", evidence="VPN settings, page 3", day="2026-03-01")
    said(made, "backups", "absent")
    return made


def answer(run, node, *arguments):
    code, out, err = run(node, *arguments, "--format", "json")
    assert code == 0, err
    return json.loads(out)


SHARE = ("posture", "share", "--to", "Hub")


def test_what_would_leave_is_shown_and_not_sent(member, run):
    code, out, err = run(member, *SHARE, "--dry-run")
    assert code == 0
    assert '"measures":{"backups":"absent","second-factor":"in-place-with-evidence"}' in out
    assert "VPN" not in out
    assert "Nothing was sent (--dry-run)." in out
    assert err == ("2 measures: 1 in place, with evidence; 1 not in place. Of all others nothing is said.\n")
    assert run(member, "inbox", "sent")[1].startswith("Nothing was sent yet")


def test_without_a_terminal_only_yes_sends(member, run):
    code, _, err = run(member, *SHARE)
    assert code == 2
    assert "--yes sends it" in err


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["posture", "share"], 2, "Missing option '--to'"),
        (["posture", "share", "--to", "Nowhere", "--dry-run"], 3, "Nowhere"),
        ([*SHARE, "--as", "anonymos"], 2, "Did you mean 'anonymous'?"),
        ([*SHARE, "--take-back", "--yes"], 6, "nothing was sent to Hub that way"),
        (["posture", "show", "--sector", "nonsense"], 3, "none of the 16 sectors"),
    ],
    ids=range(5),
)
def test_what_cannot_be_done_is_told(member, run, arguments, code, told):
    got, _, err = run(member, *arguments)
    assert (got, told in err) == (code, True), err


def test_what_is_sent_is_what_was_shown_and_can_be_taken_back(world, hub, member, run):
    shown = answer(run, member, *SHARE, "--as", "anonymous", "--dry-run")
    sent = answer(run, member, *SHARE, "--as", "anonymous", "--yes")
    assert (shown["body"], shown["sent"], sent["sent"]) == (sent["body"], False, True)
    assert sent["measures"] == {"backups": "absent", "second-factor": "in-place-with-evidence"}
    code, _, err = run(member, *SHARE, "--take-back", "--dry-run")
    assert (code, "It went anonymously: take it back so." in err) == (6, True)
    assert answer(run, member, *SHARE, "--as", "anonymous", "--take-back", "--yes")["measures"] == {}


def test_a_hub_looks_publishes_and_its_members_see_it_beside_theirs(world, hub, member, run):
    assert run(hub, "posture", "publish", "--dry-run")[1] == (
        "The release of 2026-07-01, of what members shared before that day (UTC):\n"
        "No member had shared its posture by then. What came since counts from 2026-10-01 on.\n"
        "Nothing was published (--dry-run).\n"
    )
    assert answer(run, member, *SHARE, "--yes")["sent"]
    many(hub, 9, 1, measure="backups")
    many(hub, 4, 0, measure="logs", first=20)
    next_quarter(world, member)
    code, shown, _ = run(hub, "posture", "publish", "--dry-run")
    assert code == 0
    lines = shown.splitlines()
    at = lines.index("Energy: 15 members had shared something.")
    assert lines[at + 1 : at + 6] == [
        "  backups: most or nearly all have it (more than 3 of 5), of 10 or more",
        "  Nothing new is said of:",
        "    second-factor: 1 said something of it, and 10 are needed",
        "    logs: 4 said something of it, and 10 are needed",
        "",
    ]
    assert '"band":["most","nearly-all"]' in shown
    assert run(member, "posture", "show", "--sector", "energy")[1].endswith(
        "No benchmark of Energy is known here.\n"
    )
    code, _, err = run(hub, "posture", "publish")
    assert (code, "--yes publishes it" in err) == (2, True)
    made = answer(run, hub, "posture", "publish", "--yes")
    assert (made["published"], made["sectors"][0]["new"][0]["measure"]) == (True, "backups")
    again = run(hub, "posture", "publish", "--yes")[1]
    assert again == (
        f"The release of {made['day']} is made; the next may be made from {made['next']} on.\n"
        "Nothing is published.\n"
    )
    world.sync(member)
    out = run(member, "posture", "show")[1]
    head, columns, row = out.splitlines()[-3:]
    assert head == "Energy, as Hub tells it:"
    assert columns.split("  ")[0] == "MEASURE"
    assert [one.strip() for one in row.split("  ") if one.strip()] == [
        "backups",
        "not in place",
        "most or nearly all have it",
        "more than 3 of 5",
        made["day"],
        "10 or more",
    ]
    [held] = answer(run, member, "posture", "show")["benchmarks"]
    assert (held["hub"], held["sector"]) == ("Hub", "energy")
    assert held["measures"] == [
        {
            "measure": "backups",
            "here": "absent",
            "band": ["most", "nearly-all"],
            "share": "more than 3 of 5",
            "as_of": made["day"],
            "responders_at_least": 10,
        }
    ]
    assert "as Hub tells it" in run(member, "posture", "show", "backups")[1]
    assert "as Hub tells it" not in run(member, "posture", "show", "logs")[1]
    own = run(hub, "posture", "show", "--sector", "energy")[1]
    assert "Energy, as this node tells it:" in own
    assert "as this node" not in run(hub, "posture", "show")[1]
