"""Exports hold what may be handed on for that use, and say what they leave out."""

from __future__ import annotations

import json

import pytest

from service.exchange.world import indicator, tell
from tocsin.errors import NothingToCheck
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.export import FORMATS, export
from tocsin.service.exchange.withdraw import withdraw


@pytest.mark.parametrize(
    ("pap", "listed"),
    [(None, True), ("CLEAR", True), ("GREEN", True), ("AMBER", False), ("RED", False), ("odd", False)],
)
def test_a_blocklist_holds_what_may_be_blocked(hub, pap, listed):
    tell(hub, indicator(1), indicator(2, **({"labels": [f"PAP:{pap}"]} if pap else {})))
    data, tally = export(hub, "blocklist", person="ann")
    assert b"c1.bad-actor.net" in data
    assert (b"c2.bad-actor.net" in data) == listed
    left = [(count, places) for reason, (count, places) in tally.not_checked.items() if "PAP" in reason]
    assert left == ([] if listed else [(1, [indicator(2)["id"]])]) or (listed is False and left[0][0] == 1)


@pytest.mark.parametrize("form", FORMATS)
def test_red_is_exported_by_the_people_that_it_names(hub, form):
    tell(hub, indicator(1))
    tell(hub, indicator(2), tlp=Tlp.RED, audience=["person:ann"])
    assert b"c2.bad-actor.net" in export(hub, form, person="ann")[0]
    assert b"c2.bad-actor.net" not in export(hub, form, person="bea")[0]


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_withdrawn_is_in_none(hub, form):
    tell(hub, indicator(1), indicator(2))
    withdraw(hub, indicator(2)["id"], why="wrong", by="ann")
    data, _ = export(hub, form, person="ann")
    assert b"c1.bad-actor.net" in data
    assert b"c2.bad-actor.net" not in data


def test_what_is_over_is_in_no_blocklist_and_counted(hub):
    tell(hub, indicator(1), indicator(2, valid_until="2026-01-02T00:00:00Z"))
    data, tally = export(hub, "blocklist", person="ann")
    assert b"c2.bad-actor.net" not in data
    assert [count for count, _ in tally.skipped.values()] == [1]


def test_stix_holds_the_bytes_as_they_are(hub):
    tell(hub, indicator(1))
    data, _ = export(hub, "stix", person="ann")
    assert indicator(1) in json.loads(data)["objects"]


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_known_is_told(hub, form):
    with pytest.raises(NothingToCheck):
        export(hub, form, person="ann")
