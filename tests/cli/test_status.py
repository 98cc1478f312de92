"""tocsin status: the home page of the node, at the terminal."""

from __future__ import annotations

import json

from taxii.hub import Hub, envelope, indicator
from tocsin.service.exchange.finding_store import keep
from tocsin.service.exchange.node import open_node
from tocsin.service.exchange.publish import publish
from tocsin.service.exchange.withdraw import withdraw
from web.things import MARKUP, finding


def test_an_empty_node_is_told_with_what_to_begin(run):
    code, out, err = run("status")
    assert (code, err) == (0, "")
    assert out.startswith("Nothing is known here yet. Begin with this:\n")
    assert "    tocsin join URL INVITATION\n" in out


def test_it_says_what_needs_somebody_and_what_cannot_be_told_and_exits_with_0(run, tmp_path):
    run("incident", "new", "Billing is encrypted", "--kind", "ransomware")
    code, out, err = run("status")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "2 things need you now."
    assert "1 incident is open" in lines
    assert "  Billing is encrypted | ransomware" in lines
    assert "What cannot be told" in lines
    assert "  No inventory is kept here: whether you are exposed cannot be told." in lines


def test_json_is_the_same_and_its_counts_add_up(run):
    run("incident", "new", "Billing is encrypted", "--kind", "ransomware")
    told = json.loads(run("status", "--format", "json")[1])
    assert told["count"] == sum(one["count"] for one in told["needs"]) == 2
    for one in told["needs"]:
        assert one["count"] == one["more"] + sum(each["stands_for"] for each in one["items"])


def opened(tmp_path):
    """The node that ``run`` asks, with a clock that stands still."""
    other = Hub(tmp_path / "other")
    other.node.close()
    return open_node(tmp_path / "node", other.around)


def test_findings_of_what_was_withdrawn_are_told_by_themselves_and_not_counted(tmp_path, run):
    node = opened(tmp_path)
    publish(node, envelope(indicator(1), indicator(2)), name="a.json", by="ann")
    keep(node, [finding(1), finding(2)])
    withdraw(node, indicator(1)["id"], why="wrong", by="ann")
    node.close()
    lines = run("status")[1].splitlines()
    assert lines[0] == "1 thing needs you now."
    at = lines.index("To know, and nothing to do")
    assert lines[at + 1 : at + 3] == [
        "  1 finding is of a warning that was withdrawn",
        "    tocsin explain --withdrawn yes",
    ]
    told = json.loads(run("status", "--format", "json")[1])
    assert (told["count"], [one["count"] for one in told["quiet"]]) == (1, [1])


def test_more_than_is_named_is_counted_with_the_verb_that_tells_it(tmp_path, run):
    node = opened(tmp_path)
    keep(node, [finding(number, title=f"a\x1b[2Jb {MARKUP}") for number in range(9)])
    node.close()
    out = run("status")[1]
    assert "9 hits in your own logs, shared with nobody yet\n" in out
    assert "  4 more: tocsin explain\n" in out
    assert "\x1b" not in out
