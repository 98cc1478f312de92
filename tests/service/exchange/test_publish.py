"""Publishing: what is told, to whom, and what is stopped before it is."""

from __future__ import annotations

import json

import pytest

from service.exchange.world import (
    acts,
    collection,
    enrol,
    envelope,
    id_of,
    indicator,
    leaves,
    send,
    sighting,
    tell,
)
from tocsin.errors import BadInput, NothingToCheck
from tocsin.model.stix import read_objects
from tocsin.model.tlp import Tlp, marking_id
from tocsin.service.exchange.access import access_of_person, access_of_token
from tocsin.service.exchange.inbox import release
from tocsin.service.exchange.publish import publish
from tocsin.service.exchange.reading import read_page, read_versions
from tocsin.service.exchange.submit import Envelope, submit
from tocsin.service.exchange.tokens import create_token
from tocsin.service.exchange.withdraw import withdraw
from tocsin.sharing.audience import audience_marking, audience_marking_id
from tocsin.sharing.policy import Const
from tocsin.store.labels import label_of
from tocsin.store.objects import Query, versions


def put(hub, *objects, **more):
    return publish(hub, envelope(*objects), name="test.json", by="ann", **more)


def seen(hub, access, alias="warnings"):
    page = read_page(hub, access, collection(hub, alias), Query(types=("indicator", "relationship")), 100)
    return [one.id for one in page.objects]


def tlp_of(hub, one):
    with hub.reading() as connection:
        held = versions(connection, collection(hub, "warnings").number, Const(True), one["id"])
        return label_of(connection, held[-1].label).tlp


def pattern(text):
    return indicator(1) | {"pattern": text}


@pytest.mark.parametrize(
    "text",
    [
        "[ipv4-addr:value = '8.8.8.8']",
        "[domain-name:value = 'google.com']",
        "[ipv4-addr:value ISSUBSET '10.0.0.0/8']",
        "[ipv4-addr:value = '203.0.114.5'] OR [ipv4-addr:value = '8.8.8.8']",
    ],
)
class TestKnownGood:
    def test_it_is_stopped_and_the_rest_goes_on(self, hub, text):
        done = put(hub, pattern(text), indicator(2))
        assert [one.id for one in done.intake.stored] == [indicator(2)["id"]]
        assert "--known-good inform" in done.intake.refused[0].why
        assert acts(hub) == ["init", "publish"]

    def test_a_person_who_knows_better_publishes_it_and_is_told(self, hub, text):
        done = put(hub, pattern(text), known_good="inform")
        assert len(done.intake.stored) == 1
        assert not done.intake.refused
        assert done.notes

    def test_off_asks_nothing(self, hub, text):
        assert put(hub, pattern(text), known_good="off").notes == ()

    def test_the_door_of_taxii_stops_it_too(self, hub, text):
        own = access_of_token(
            hub,
            create_token(hub, name="Hub", scopes=("read", "write"), ceiling=Tlp.AMBER, lasts_s=60, by="ann")[
                0
            ].text,
        )
        made = json.loads(send(hub, own, pattern(text), to="warnings").outcome)
        assert (made["success_count"], made["failure_count"]) == (0, 1)


def test_the_same_file_again_changes_nothing(hub):
    one, two = put(hub, indicator(1), indicator(2)), put(hub, indicator(1), indicator(2))
    assert [len(done.intake.stored) for done in (one, two)] == [2, 0]
    assert len(two.intake.present) == 2
    assert acts(hub) == ["init", "publish", "publish"]


def test_a_change_without_a_new_version_is_a_conflict_in_plain_words(hub):
    tell(hub, indicator(1))
    done = put(hub, indicator(1, name="Changed"))
    assert "what was shared is never rewritten; give the changed object a later `modified`" in (
        done.intake.refused[0].why
    )
    assert acts(hub) == ["init", "publish"]


def test_a_new_version_is_published_beside_the_old(hub):
    tell(hub, indicator(1))
    tell(hub, indicator(1, name="Changed", modified="2026-01-02T00:00:00.000Z"))
    held = read_versions(hub, access_of_person(hub, "ann"), collection(hub, "warnings"), indicator(1)["id"])
    assert len(held) == 2


def test_what_says_nothing_is_amber(hub):
    tell(hub, indicator(1, tlp=None))
    assert tlp_of(hub, indicator(1)) == Tlp.AMBER


@pytest.mark.parametrize(
    ("marked", "given", "becomes"),
    [
        (None, Tlp.CLEAR, Tlp.CLEAR),
        (None, Tlp.RED, Tlp.RED),
        (Tlp.GREEN, Tlp.AMBER, Tlp.AMBER),
        (Tlp.AMBER_STRICT, Tlp.GREEN, Tlp.AMBER_STRICT),
        (Tlp.GREEN, Tlp.GREEN, Tlp.GREEN),
    ],
)
def test_a_level_that_is_given_is_the_least_strict_one(hub, marked, given, becomes):
    tell(hub, indicator(1, tlp=marked), tlp=given)
    assert tlp_of(hub, indicator(1)) == becomes


def test_a_mark_changes_no_other_byte(hub):
    raw = b'{"x_words": "\\u00e9",   ' + envelope(indicator(1, tlp=None))[14:-2]
    publish(hub, raw, name="a", by="ann", tlp=Tlp.GREEN)
    held = read_versions(hub, access_of_person(hub, "ann"), collection(hub, "warnings"), indicator(1)["id"])
    assert held[0].body.startswith(raw[:-1])


@pytest.mark.parametrize(
    ("marked", "becomes"), [(None, Tlp.AMBER), (Tlp.CLEAR, Tlp.CLEAR), (Tlp.GREEN, Tlp.GREEN)]
)
def test_an_audience_leaves_the_level_as_it_is(hub, marked, becomes):
    tell(hub, indicator(1, tlp=marked), audience=["sector:energy"])
    assert tlp_of(hub, indicator(1)) == becomes


def test_an_audience_is_told_and_nobody_else(hub):
    energy, _ = enrol(hub, "Riverton Power", "energy")
    water, _ = enrol(hub, "Brookwater", "water")
    tell(hub, indicator(1), audience=["sector:energy"])
    tell(hub, indicator(2), audience=[f"organisation:{water.organisation.id}"])
    assert seen(hub, energy) == [indicator(1)["id"]]
    assert seen(hub, water) == [indicator(2)["id"]]


def test_red_reaches_the_person_that_it_names(hub):
    done = tell(hub, indicator(1), tlp=Tlp.RED, audience=["person:ann"])
    assert not done.notes
    assert seen(hub, access_of_person(hub, "ann"))
    assert not seen(hub, access_of_person(hub, "bea"))


def test_red_that_names_nobody_is_told(hub):
    assert "names no person, so that nobody sees it" in tell(hub, indicator(1), tlp=Tlp.RED).notes[0]


def test_a_marking_that_is_not_understood_is_told(hub):
    odd = indicator(1, object_marking_refs=[id_of("marking-definition", 7)])
    assert "a marking that is not understood" in tell(hub, odd).notes[0]


def test_a_child_that_is_more_restricted_hides_its_parent_and_that_is_told(hub):
    member, _ = enrol(hub, "Riverton")
    relationship = {
        "type": "relationship",
        "spec_version": "2.1",
        "id": id_of("relationship", 1),
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "relationship_type": "derived-from",
        "source_ref": id_of("indicator", 1),
        "target_ref": id_of("indicator", 2),
        "object_marking_refs": [marking_id(Tlp.GREEN)],
    }
    done = tell(hub, indicator(1), indicator(2, tlp=Tlp.RED), relationship)
    assert any("is less restricted than" in note for note in done.notes)
    assert seen(hub, member) == [indicator(1)["id"]]


def test_a_withdrawn_object_has_no_second_life(hub):
    tell(hub, indicator(1))
    withdraw(hub, indicator(1)["id"], why="wrong", by="ann")
    again = put(hub, indicator(1, modified="2027-01-01T00:00:00.000Z"), indicator(1))
    assert "withdrawn, and that is for good" in again.intake.refused[0].why
    assert again.intake.refused[1].why == "it was withdrawn; it stays so"
    assert again.intake.present == []


def test_a_name_that_is_no_audience_stops_all(hub):
    with pytest.raises(BadInput, match="is no audience"):
        put(hub, indicator(1), audience=["everybody"])
    assert acts(hub) == ["init"]


def test_a_file_without_objects_is_told(hub):
    with pytest.raises(NothingToCheck, match=r"no object in test\.json"):
        put(hub)


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(hub):
    done = publish(hub, b'{"objects":[{"type":1},' + envelope(indicator(1))[13:], name="a", by="ann")
    assert len(done.intake.stored) == 1
    assert len(done.problems) + len(done.intake.refused) == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": "indicator--1"}, "is no STIX id"),
        ({"id": id_of("malware", 1)}, "not of the type"),
        ({"modified": "2020-01-01T00:00:00Z"}, "modified before it was created"),
        ({"pattern": ""}, "needs pattern"),
        ({"created_by_ref": "me"}, "is no reference"),
    ],
)
def test_what_is_no_good_object_is_refused_with_the_reason(hub, change, why):
    done = put(hub, indicator(1) | change, indicator(2))
    assert why in done.intake.refused[0].why
    assert len(done.intake.stored) == 1


def test_the_leaf_names_the_version_and_the_digest_of_its_bytes(hub):
    from hashlib import sha256

    tell(hub, indicator(1))
    _, by, subject = leaves(hub)[-1]
    held = read_versions(hub, access_of_person(hub, "ann"), collection(hub, "warnings"), indicator(1)["id"])
    assert by == "Hub"
    assert subject["sha256"] == sha256(held[0].body).hexdigest()
    assert (subject["id"], subject["version"]) == (indicator(1)["id"], indicator(1)["modified"])


def test_a_sighting_of_ones_own_is_published_like_any_object(hub):
    tell(hub, indicator(1), sighting(1))
    assert acts(hub) == ["init", "publish", "publish"]


def test_an_audience_that_a_member_defined_in_other_bytes_before_is_known(hub):
    """What is released stays as it was sent; the node's own spelling of the same is not a second definition."""
    access, _ = enrol(hub, "Riverton")
    audience = frozenset({"sector:dams"})
    spelt = json.dumps(json.loads(audience_marking(audience)), indent=1).encode()
    marked = indicator(1, object_marking_refs=[marking_id(Tlp.GREEN), audience_marking_id(audience)])
    body = b'{"objects":[' + spelt + b"," + json.dumps(marked).encode() + b"]}"
    made = submit(hub, access, collection(hub, "inbox"), Envelope(body, read_objects(body).objects))
    release(hub, made.id, by="ann")
    done = publish(hub, envelope(indicator(2)), name="x", by="ann", audience=["sector:dams"])
    assert not done.intake.refused
    assert [one.id for one in done.intake.stored] == [indicator(2)["id"]]
