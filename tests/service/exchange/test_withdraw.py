"""Withdrawing: whoever got any version of it learns that it is wrong."""

from __future__ import annotations

import json

import pytest

from service.exchange.world import acts, collection, enrol, indicator, send, tell
from tocsin.errors import BadInput
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.access import access_of_person, access_of_token
from tocsin.service.exchange.inbox import release
from tocsin.service.exchange.reading import read_page, read_versions
from tocsin.service.exchange.tokens import create_token
from tocsin.service.exchange.withdraw import withdraw
from tocsin.store.labels import label_of
from tocsin.store.objects import Query


def last(hub, access, id):
    page = read_page(hub, access, collection(hub, "warnings"), Query(ids=(id,)), 10)
    return json.loads(page.objects[-1].body) if page.objects else None


def test_readers_see_a_revoked_version_with_the_reason(hub):
    member, _ = enrol(hub, "Riverton")
    one = indicator(1, description="Bad.")
    tell(hub, one)
    withdraw(hub, one["id"], why="a false alarm", by="ann")
    now = last(hub, member, one["id"])
    assert now["revoked"] is True
    assert now["description"] == "Withdrawn: a false alarm\nBad."
    assert now["modified"] > one["modified"]
    assert {key: now[key] for key in ("created", "pattern", "object_marking_refs")} == {
        key: one[key] for key in ("created", "pattern", "object_marking_refs")
    }
    assert acts(hub)[-1] == "withdraw"


def test_it_is_later_than_the_last_version_even_if_that_lies_ahead(hub):
    one = indicator(1, modified="2099-01-01T00:00:00.000Z")
    tell(hub, one)
    withdraw(hub, one["id"], why="", by="ann")
    assert last(hub, access_of_person(hub, "ann"), one["id"])["modified"] == "2099-01-01T00:00:00.001Z"


def test_who_saw_only_an_earlier_less_restricted_version_learns_it_as_well(hub):
    """Otherwise they would go on looking for what is known to be wrong."""
    green = access_of_token(
        hub, create_token(hub, name="Hub", scopes=("read",), ceiling=Tlp.GREEN, lasts_s=60, by="ann")[0].text
    )
    member, _ = enrol(hub, "Riverton")
    one = indicator(1)
    tell(hub, one)
    tell(hub, indicator(1, tlp=Tlp.AMBER, modified="2026-01-02T00:00:00.000Z", name="More is known"))
    assert withdraw(hub, one["id"], why="wrong", by="ann") == 2
    for access in (green, member):
        assert last(hub, access, one["id"])["revoked"] is True
    assert "More is known" not in str(
        [one.body for one in read_versions(hub, green, collection(hub, "warnings"), one["id"])]
    )
    assert acts(hub).count("withdraw") == 2


def test_what_a_member_sent_and_was_released_stays_that_members(hub):
    member, _ = enrol(hub, "Riverton")
    other, _ = enrol(hub, "Other")
    one = indicator(1, tlp=Tlp.AMBER)
    send(hub, member, one)
    release(hub, one["id"], by="ann")
    withdraw(hub, one["id"], why="wrong", by="ann")
    assert last(hub, member, one["id"])["revoked"] is True
    assert last(hub, other, one["id"]) is None
    with hub.reading() as connection:
        held = read_versions(hub, member, collection(hub, "warnings"), one["id"])
        assert {label_of(connection, one.label).origin for one in held} == {member.organisation.id}


def test_twice_is_once(hub):
    tell(hub, indicator(1))
    withdraw(hub, indicator(1)["id"], why="wrong", by="ann")
    with pytest.raises(BadInput, match="withdrawn already"):
        withdraw(hub, indicator(1)["id"], why="wrong", by="ann")
    assert acts(hub).count("withdraw") == 1


def test_what_was_never_published_cannot_be_withdrawn(hub):
    with pytest.raises(BadInput, match="published no"):
        withdraw(hub, indicator(1)["id"], why="wrong", by="ann")


def test_an_observable_has_no_versions_and_that_is_told(hub):
    address = {
        "type": "domain-name",
        "spec_version": "2.1",
        "id": "domain-name--3c10e93f-798e-5a26-a0c1-08156efab7f5",
        "value": "bad-actor.net",
    }
    tell(hub, address)
    with pytest.raises(BadInput, match="no versions and cannot be withdrawn") as caught:
        withdraw(hub, address["id"], why="wrong", by="ann")
    assert "indicators and relationships" in caught.value.hint
    assert acts(hub) == ["init", "publish"]


def test_a_note_says_why_where_a_note_says_things(hub):
    note = {
        "type": "note",
        "spec_version": "2.1",
        "id": "note--3c10e93f-798e-4a26-a0c1-08156efab7f5",
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "content": "Look here.",
        "object_refs": [indicator(1)["id"]],
    }
    tell(hub, note)
    withdraw(hub, note["id"], why="wrong", by="ann")
    now = last(hub, access_of_person(hub, "ann"), note["id"])
    assert now["content"] == "Withdrawn: wrong\nLook here."
    assert "description" not in now
