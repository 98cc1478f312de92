from __future__ import annotations

import json

import pytest

from taxii.client import AsgiClient
from taxii.hub import envelope, indicator
from taxii.test_app import INBOX, MANIFEST, OBJECTS, ids, is_error
from tocsin.model.tlp import Tlp, marking_id
from tocsin.service.exchange.delete import last_word
from tocsin.service.exchange.inbox import vet
from tocsin.store import log

ONE = indicator(1)["id"]
PATH = f"{OBJECTS}{ONE}/"


def acts(hub):
    with hub.node.reading() as connection:
        return [
            (one.entry.act, one.entry.subject)
            for one in log.openings(connection, range(log.size(connection)))
        ]


def test_whoever_has_a_copy_learns_that_it_is_gone(hub, own, member):
    hub.publish(indicator(1, "2025-01-01T00:00:00Z", description="Their mail server"), indicator(2))
    point = member.get(OBJECTS).headers["x-taxii-date-added-last"]
    answer = own.delete(PATH)
    assert (answer.status, answer.body) == (200, b"")
    (word,) = member.get(OBJECTS, {"added_after": point}).json["objects"]
    assert (word["id"], word["revoked"]) == (ONE, True)
    assert word["modified"] > "2025-01-01T00:00:00Z"
    assert word["object_marking_refs"] == indicator(1)["object_marking_refs"]
    assert "description" not in word
    assert member.get(PATH, {"match[version]": "2025-01-01T00:00:00Z"}).body == b"{}"
    assert [one["version"] for one in member.get(MANIFEST, {"match[id]": ONE}).json["objects"]] == [
        word["modified"]
    ]


def test_all_versions_go_unless_some_are_named(hub, own):
    versions = [f"2025-0{n}-01T00:00:00Z" for n in range(1, 5)]
    hub.publish(*(indicator(1, one) for one in versions))
    assert own.request("DELETE", PATH, {"match[version]": f"first,{versions[2]}"}).status == 200
    assert own.get(f"{PATH}versions/").json["versions"] == [versions[1], versions[3]]
    assert own.delete(PATH).status == 200
    left = own.get(PATH, {"match[version]": "all"}).json["objects"]
    assert [one.get("revoked") for one in left] == [True]


def test_where_the_last_version_goes_the_one_before_is_published_again(hub, own, member):
    hub.publish(
        indicator(1, "2025-01-01T00:00:00Z", name="right"), indicator(1, "2025-02-01T00:00:00Z", name="wrong")
    )
    assert own.request("DELETE", PATH, {"match[version]": "last"}).status == 200
    every = member.get(PATH, {"match[version]": "all"}).json["objects"]
    assert [one.get("revoked") for one in every] == [None, True, None]
    assert member.get(PATH).json["objects"][0]["name"] == "right"
    assert member.get(PATH).json["objects"][0]["modified"] > "2025-02-01T00:00:00Z"


def test_an_old_version_goes_and_nobody_has_to_learn_it(hub, own):
    hub.publish(indicator(1, "2025-01-01T00:00:00Z"), indicator(1, "2025-02-01T00:00:00Z"))
    assert own.request("DELETE", PATH, {"match[version]": "first"}).status == 200
    assert own.get(f"{PATH}versions/").json["versions"] == ["2025-02-01T00:00:00Z"]


def test_each_reader_of_a_version_that_goes_sees_a_last_word(hub, own, member, app):
    hub.publish(
        indicator(1, "2025-01-01T00:00:00Z", Tlp.CLEAR), indicator(1, "2025-02-01T00:00:00Z", Tlp.AMBER)
    )
    reader = AsgiClient(app, hub.token("A reader"))
    assert own.delete(PATH).status == 200
    for client in (reader, member, own):
        assert client.get(PATH).json["objects"][0]["revoked"] is True
    assert len(member.get(PATH, {"match[version]": "all"}).json["objects"]) == 2


def test_who_saw_an_old_version_alone_sees_its_last_word_and_who_sees_the_new_one_that_it_stands(
    hub, own, member, app
):
    hub.publish(
        indicator(1, "2025-01-01T00:00:00Z", Tlp.CLEAR), indicator(1, "2025-02-01T00:00:00Z", Tlp.AMBER)
    )
    reader = AsgiClient(app, hub.token("A reader"))
    assert own.request("DELETE", PATH, {"match[version]": "first"}).status == 200
    assert reader.get(PATH).json["objects"][0]["revoked"] is True
    assert "revoked" not in member.get(PATH).json["objects"][0]


def test_who_sees_only_what_is_left_elsewhere_learns_nothing_of_a_stricter_version(hub, own, app):
    hub.publish(
        indicator(1, "2025-01-01T00:00:00Z", Tlp.CLEAR), indicator(1, "2025-02-01T00:00:00Z", Tlp.AMBER)
    )
    reader = AsgiClient(app, hub.token("A reader"))
    assert own.request("DELETE", PATH, {"match[version]": "2025-02-01T00:00:00Z"}).status == 200
    (seen,) = reader.get(PATH).json["objects"]
    assert "revoked" not in seen


def test_each_version_that_goes_has_a_leaf_in_the_log(hub, own):
    hub.publish(indicator(1, "2025-01-01T00:00:00Z"), indicator(1, "2025-02-01T00:00:00Z"))
    own.delete(PATH)
    deleted = [subject for act, subject in acts(hub) if act == "delete"]
    assert [one["version"] for one in deleted] == ["2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z"]
    assert [subject["id"] for act, subject in acts(hub) if act == "withdraw"] == [ONE]


def test_an_observable_just_goes(hub, own):
    observable = {
        "type": "ipv4-addr",
        "id": "ipv4-addr--11111111-1111-4111-8111-111111111111",
        "value": "198.51.100.1",
    }
    hub.publish(observable)
    path = f"{OBJECTS}{observable['id']}/"
    assert own.delete(path).status == 200
    assert is_error(own.get(path), 404)
    assert is_error(own.delete(path), 404)
    assert own.get(OBJECTS).body == b"{}"


def test_a_definition_of_a_marking_stays(hub, own):
    definition = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--11111111-1111-4111-8111-111111111111",
        "created": "2024-05-01T00:00:00Z",
        "definition_type": "statement",
        "definition": {"statement": "Copyright"},
    }
    hub.publish(definition)
    assert is_error(own.delete(f"{OBJECTS}{definition['id']}/"), 403)
    assert own.get(OBJECTS).json["objects"] == [definition]


def test_what_may_not_be_seen_is_not_deleted(hub, own):
    hub.publish(indicator(1, tlp=Tlp.RED))
    assert is_error(own.delete(PATH), 404)
    with hub.node.reading() as connection:
        assert not [one for one in acts(hub) if one[0] == "delete"], connection


def test_a_submitter_takes_its_own_back_while_nobody_decided_on_it(hub, member, app):
    other = AsgiClient(app, hub.member("Grid")[0])
    member.post(INBOX, envelope(indicator(1), indicator(2)))
    path = f"{INBOX}{ONE}/"
    assert is_error(other.delete(path), 404)
    assert member.delete(path).status == 200
    assert ids(member.get(INBOX)) == [indicator(2)["id"]]
    assert is_error(member.delete(path), 404)
    vet(hub.node, indicator(2)["id"], by="ann")
    assert is_error(member.delete(f"{INBOX}{indicator(2)['id']}/"), 403)
    assert ids(member.get(INBOX)) == [indicator(2)["id"]]


def test_a_token_that_only_reads_takes_nothing_back(hub, member, app):
    member.post(INBOX, envelope(indicator(1)))
    reads = AsgiClient(app, hub.token("Water works", scopes=["read"]))
    assert is_error(reads.delete(f"{INBOX}{ONE}/"), 403)
    assert ids(member.get(INBOX)) == [ONE]


def test_the_hub_does_not_delete_what_a_member_sent(hub, own, member):
    member.post(INBOX, envelope(indicator(1)))
    assert is_error(own.delete(f"{INBOX}{ONE}/"), 403)
    assert ids(member.get(INBOX)) == [ONE]


def test_what_was_taken_back_can_be_sent_again(member):
    body = envelope(indicator(1))
    assert member.post(INBOX, body).json["success_count"] == 1
    assert member.delete(f"{INBOX}{ONE}/").status == 200
    assert member.post(INBOX, body).json["success_count"] == 1
    assert ids(member.get(INBOX)) == [ONE]


@pytest.mark.parametrize("type", ["indicator", "x-new"])
def test_a_last_word_keeps_the_markings_of_what_is_gone(type):
    red, green = marking_id(Tlp.RED), marking_id(Tlp.GREEN)
    made = indicator(
        1, tlp=Tlp.GREEN, type=type, granular_markings=[{"marking_ref": red, "selectors": ["description"]}]
    )
    word = json.loads(last_word(json.dumps(made).encode(), 1_800_000_000_000_000))
    assert word["object_marking_refs"] == ([green, red] if type == "indicator" else [green])
    assert word["modified"] == "2027-01-15T08:00:00.000Z"
    assert ("granular_markings" in word) == (type != "indicator")
