"""tocsin wallet demands, what sync tells of them, and wallet screen of an address that another incident names."""

from __future__ import annotations

import json

import pytest

from cli.test_incident_exchange import run
from service.exchange.conftest import (
    an_event_loop_may_wake_itself,
    hub,
    world,
)
from service.exchange.test_demands import (
    DEMAND,
    OLD,
    OTHER,
    SAME_HAND,
    asked,
    given,
    listed,
    member,
    other,
)
from service.exchange.test_incidents import noted

__all__ = ["an_event_loop_may_wake_itself", "hub", "member", "other", "run", "world"]

BY = "2026-04, TLP:GREEN, given by Hub"
LINE = (
    f"About to be paid for Riverton is encrypted: {OLD} is the address that Ransomware in Energy (2026-04, TLP:GREEN, "
    "given by Hub) was asked to pay. See: tocsin wallet demands"
)


@pytest.fixture(autouse=True)
def within_reach(world, monkeypatch):
    monkeypatch.setattr("tocsin.cli.sync.client_for", world.client)


def test_where_nothing_is_asked_for_that_is_said(run, other):
    assert run(other, "wallet", "demands") == (
        0,
        "No incident of your own is asked to pay to an address and has not paid.\n",
        "",
    )


def test_demands_are_a_table_with_the_gravest_first(run, world, hub, member, other, tmp_path):
    given(world, hub, member, other)
    asked(other)
    noted(other, DEMAND.format(address=OTHER).replace("Riverton", "Mill"))
    listed(other, tmp_path, ("7", "EXAMPLE Person", [("XBT", SAME_HAND)]))
    code, out, err = run(other, "wallet", "demands")
    assert (code, err) == (1, "")
    assert out == (
        "INCIDENT               ADDRESS                             VERDICT         WHY\n"
        f"Riverton is encrypted  {OLD}  linked          is the address that Ransomware in Energy (2026-04, "
        "TLP:GREEN, given by Hub) was asked to pay\n"
        f"Mill is encrypted      {OTHER}  no_match_found  -\n"
    )


def test_as_json_it_is_a_document(run, world, hub, member, other):
    given(world, hub, member, other)
    id = asked(other).id
    code, out, _ = run(other, "wallet", "demands", "--format", "json")
    assert code == 1
    assert json.loads(out) == {
        "demands": [
            {
                "incident": id,
                "name": "Riverton is encrypted",
                "address": OLD,
                "verdict": "linked",
                "reason": "is the address that Ransomware in Energy (2026-04, TLP:GREEN, given by Hub) was asked to pay",
                "lists_are_current": False,
            }
        ]
    }


def test_the_exit_code_is_7_where_nothing_was_found_and_not_all_was_compared(run, world, other, tmp_path):
    asked(other)
    assert run(other, "wallet", "demands")[0] == 7
    listed(other, tmp_path, ("7", "EXAMPLE Person", [("XBT", SAME_HAND)]))
    assert run(other, "wallet", "demands")[0] == 0
    world.wait(9 * 86_400)
    assert run(other, "wallet", "demands")[0] == 7


def test_a_sync_that_brings_the_link_ends_with_one_line_and_the_next_one_does_not(
    run, world, hub, member, other
):
    given(world, hub, member)
    asked(other)
    code, out, _ = run(other, "sync")
    assert (code, out.splitlines()[-1]) == (0, LINE)
    assert "About to be paid" not in run(other, "sync")[1]


def test_a_sync_tells_it_as_json(run, world, hub, member, other):
    given(world, hub, member)
    asked(other)
    _, out, _ = run(other, "sync", "--format", "json")
    [told] = json.loads(out)["about_to_be_paid"]
    assert (told["address"], told["verdict"]) == (OLD, "linked")
    assert json.loads(run(other, "sync", "--format", "json")[1])["about_to_be_paid"] == []


def test_a_sync_of_a_list_tells_of_a_hit(run, other, tmp_path):
    from ransom.sanctions.lists import advanced_xml

    asked(other)
    path = tmp_path / "sdn.xml"
    path.write_bytes(advanced_xml((2026, 9, 21), [("7", "EXAMPLE Person", [("XBT", OLD)])]))
    _, out, _ = run(other, "sync", "ofac", "--mirror", path)
    assert out.splitlines()[-1] == (
        f"About to be paid for Riverton is encrypted: {OLD} is listed by OFAC SDN for EXAMPLE Person. "
        "See: tocsin wallet demands"
    )


def test_a_screening_tells_whose_word_it_is_and_what_to_do(run, world, hub, member, other, tmp_path):
    given(world, hub, member, other, parts=["actors"])
    listed(other, tmp_path, ("7", "EXAMPLE Person", [("XBT", SAME_HAND)]))
    code, out, err = run(other, "wallet", "screen", OLD)
    assert (code, err) == (1, "")
    at = out.splitlines().index(f"{OLD}: LINKED: the ransom of another incident was to be paid to it")
    assert out.splitlines()[at : at + 9] == [
        f"{OLD}: LINKED: the ransom of another incident was to be paid to it",
        f"  another ransom: that of Ransomware in Energy ({BY}) was to be paid to {OLD}: the incident names this very address",
        "  who is behind it, by that incident: DarkSide",
        "",
        "What to do:",
        "  Do not pay before you have asked who knows of the other ransom: call Hub, who told of Ransomware in Energy.",
        "  Say in your report that this hand asks others, too, and name their incidents as far as their TLP allows.",
        *[line for line in out.splitlines() if line.startswith(("  Report now", "  Ask counsel"))],
    ]
    assert (
        "  Compared with the ransoms of 1 incident that names an address, as they are known here today."
        in out
    )


def test_what_an_incident_writes_steers_no_terminal(run, world, hub, member, other):
    given(
        world,
        hub,
        member,
        other,
        form=FORM_ODD,
        parts=["actors", "contact"],
    )
    out = run(other, "wallet", "screen", OLD)[1]
    assert "\x1b" not in out
    assert "<U+001B>" in out
    marked = run(other, "wallet", "screen", OLD, "--format", "md")[1]
    assert "\x1b" not in marked
    assert "[x](http" not in marked


FORM_ODD = """name = "Odd"
tlp = "green"
kinds = ["ransomware"]
actors = ["[x](http://bad.example) \\u001b[2J"]
[victim]
sectors = ["energy"]
[contact]
name = "[x](http://bad.example) \\u001b[2J"
[ransom]
wallets = ["15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr"]
"""
