"""Taking in what members send: whose it is, how often, and what becomes of each object."""

from __future__ import annotations

import json

import pytest

from service.exchange.world import (
    HOUR_US,
    acts,
    collection,
    enrol,
    envelope,
    id_of,
    indicator,
    leaves,
    send,
    sighting,
)
from tocsin.errors import LimitExceeded, NotPermitted, TooOften
from tocsin.limits import OBJECTS_A_POST, SUBMISSIONS_AN_HOUR
from tocsin.model.tlp import Tlp
from tocsin.service.exchange import submit as module
from tocsin.service.exchange.access import access_of_token
from tocsin.service.exchange.inbox import items, release, senders
from tocsin.service.exchange.intake import Refused
from tocsin.service.exchange.logs import receipt
from tocsin.service.exchange.reading import read_page
from tocsin.service.exchange.submit import Envelope, read_status, submit
from tocsin.service.exchange.tokens import create_token
from tocsin.store.objects import Query
from tocsin.transparency.receipt import parse_receipt


def outcome(made):
    return json.loads(made.outcome)


def test_what_is_signed_with_the_members_key_is_shown_as_signed(hub):
    member, key = enrol(hub, "Riverton")
    made = send(hub, member, sighting(1), signature=key.sign(envelope(sighting(1))))
    assert made.signed
    assert items(hub)[0].signed
    assert leaves(hub)[-1][2]["signed"] is True


def test_what_a_token_sends_unsigned_is_taken_and_shown_as_unsigned(hub):
    member, _ = enrol(hub, "Riverton")
    assert not send(hub, member, sighting(1)).signed
    assert not items(hub)[0].signed


def test_a_bad_signature_is_refused_and_leaves_nothing(hub):
    member, key = enrol(hub, "Riverton")
    for signature in (key.sign(b"other"), bytes(64), b""):
        with pytest.raises(NotPermitted, match="not that of this organisation"):
            send(hub, member, sighting(1), signature=signature)
    assert acts(hub) == ["init", "member_add", "member_join"]
    assert items(hub) == []


def test_a_signature_without_a_key_known_here_is_refused(hub):
    from tocsin.service.exchange.members import add_member

    add_member(hub, name="Invited", sector_names=["water"], by="ann")
    text = create_token(hub, name="Invited", scopes=("write",), ceiling=Tlp.AMBER, lasts_s=60, by="ann")[
        0
    ].text
    with pytest.raises(NotPermitted, match="no key"):
        send(hub, access_of_token(hub, text), sighting(1), signature=bytes(64))


def test_the_same_body_again_is_answered_as_before(world, hub):
    member, _ = enrol(hub, "Riverton")
    first = send(hub, member, sighting(1))
    world.wait(60)
    assert send(hub, member, sighting(1)) == first
    assert acts(hub).count("submit") == 1
    assert len(items(hub)) == 1


def test_the_same_body_of_another_is_anothers(hub):
    first = send(hub, enrol(hub, "Riverton")[0], sighting(1))
    second = send(hub, enrol(hub, "Other")[0], sighting(1))
    assert first.id != second.id


def test_each_object_has_its_outcome(hub):
    member, _ = enrol(hub, "Riverton")
    send(hub, member, sighting(1))
    bad = sighting(2) | {"id": "sighting--2"}
    body = envelope(sighting(1), sighting(1, count=9), sighting(3), bad)
    from tocsin.model.stix import read_objects

    made = submit(
        hub,
        member,
        collection(hub, "inbox"),
        Envelope(body, read_objects(body).objects, [Refused("", "", "is no object")]),
    )
    told = outcome(made)
    assert (told["total_count"], told["success_count"], told["failure_count"]) == (5, 2, 3)
    assert [one["id"] for one in told["successes"]] == [sighting(3)["id"], sighting(1)["id"]]
    assert {one["message"][:12] for one in told["failures"]} == {
        "this version",
        "'sighting--2",
        "is no object",
    }
    assert len(items(hub)) == 2


def test_a_submission_is_one_leaf_however_many_objects_it_has(hub):
    member, _ = enrol(hub, "Riverton")
    send(hub, member, sighting(1), sighting(2), sighting(3))
    assert acts(hub)[3:] == ["submit"]


def test_more_objects_than_one_post_may_have_are_refused(hub):
    member, _ = enrol(hub, "Riverton")
    too_many = [Refused("", "", "")] * (OBJECTS_A_POST + 1)
    with pytest.raises(LimitExceeded):
        submit(hub, member, collection(hub, "inbox"), Envelope(b"{}", [], too_many))


def test_a_status_and_a_receipt_are_for_the_one_who_sent(hub):
    member, _ = enrol(hub, "Riverton")
    other, _ = enrol(hub, "Other")
    made = send(hub, member, sighting(1))
    assert read_status(hub, member, made.id) == made
    assert read_status(hub, other, made.id) is None
    opened = parse_receipt(receipt(hub, member, made.id)).opening.entry
    assert opened.subject["submission"] == made.id
    assert receipt(hub, other, made.id) is None


def test_what_was_sent_is_seen_by_its_author_and_no_other_member(hub):
    member, _ = enrol(hub, "Riverton")
    other, _ = enrol(hub, "Other")
    send(hub, member, sighting(1))
    inbox = collection(hub, "inbox")
    assert len(read_page(hub, member, inbox, Query(), 10).objects) == 1
    assert read_page(hub, other, inbox, Query(), 10).objects == ()


class TestAnonymous:
    def test_neither_the_inbox_nor_the_log_names_the_sender(self, hub):
        member, key = enrol(hub, "Riverton")
        body = envelope(sighting(1))
        send(hub, member, sighting(1), anonymous=True, signature=key.sign(body))
        held = items(hub)
        assert senders(hub, held) == ["anonymous"]
        assert held[0].changed_by == "anonymous"
        act, by, subject = leaves(hub)[-1]
        assert (act, by, subject["organisation"]) == ("submit", "anonymous", "anonymous")
        assert member.organisation.id not in str(leaves(hub)[-1])

    def test_its_sender_still_gets_status_and_receipt(self, hub):
        member, _ = enrol(hub, "Riverton")
        made = send(hub, member, sighting(1), anonymous=True)
        assert read_status(hub, member, made.id) == made
        assert receipt(hub, member, made.id)


class TestTooOften:
    @pytest.fixture(autouse=True)
    def few(self, monkeypatch):
        monkeypatch.setattr(module, "SUBMISSIONS_AN_HOUR", 3)

    def test_one_organisation_is_held_to_so_many_anonymous_ones_an_hour(self, world, hub):
        member, _ = enrol(hub, "Riverton")
        start = world.now_us
        for number in range(3):
            world.now_us = start + number * 60_000_000
            send(hub, member, sighting(number), anonymous=True)
        with pytest.raises(TooOften) as caught:
            send(hub, member, sighting(9), anonymous=True)
        send(hub, member, sighting(10))
        assert caught.value.wait_s == 3600 - 120 + 1
        world.now_us = start + HOUR_US + 1
        send(hub, member, sighting(9), anonymous=True)

    def test_another_organisation_is_not_held_up(self, hub):
        member, _ = enrol(hub, "Riverton")
        for number in range(3):
            send(hub, member, sighting(number), anonymous=True)
        send(hub, enrol(hub, "Other")[0], sighting(9), anonymous=True)

    def test_what_is_repeated_counts_once(self, hub):
        member, _ = enrol(hub, "Riverton")
        for _ in range(9):
            send(hub, member, sighting(1), anonymous=True)
        send(hub, member, sighting(2), anonymous=True)

    def test_this_nodes_own_sends_what_it_likes(self, hub):
        text = create_token(hub, name="Hub", scopes=("write",), ceiling=Tlp.AMBER, lasts_s=60, by="ann")[
            0
        ].text
        for number in range(5):
            send(hub, access_of_token(hub, text), indicator(number), to="warnings")

    def test_it_is_told_with_the_time_to_wait(self, world, hub):
        from taxii.client import AsgiClient
        from tocsin.taxii.app import taxii_app

        member, _ = enrol(hub, "Riverton")
        for number in range(3):
            send(hub, member, sighting(number), anonymous=True)
        text = create_token(hub, name="Riverton", scopes=("write",), ceiling=Tlp.AMBER, lasts_s=60, by="ann")[
            0
        ].text
        answer = AsgiClient(taxii_app(hub), text).post(
            "/api/collections/inbox/objects/", envelope(sighting(9)), accept="*/*", tocsin_anonymous="1"
        )
        assert (answer.status, answer.headers["retry-after"]) == (429, "3601")


def test_the_limit_is_more_than_a_person_sends():
    assert SUBMISSIONS_AN_HOUR >= 60


def test_what_is_sent_of_id_of_nothing_is_kept_for_the_inbox(hub):
    member, _ = enrol(hub, "Riverton")
    assert outcome(send(hub, member, sighting(1, of=id_of("indicator", 77))))["success_count"] == 1


def test_a_pattern_that_does_not_compile_may_lie_in_the_inbox_and_is_not_released(hub):
    member, _ = enrol(hub, "Riverton")
    broken = indicator(1, pattern="[domain-name:value = ]")
    assert outcome(send(hub, member, broken))["success_count"] == 1
    taken = release(hub, broken["id"], by="ann")
    assert taken.stored == []
    assert "its pattern does not compile: line 1, column 22" in taken.refused[0].why


def test_a_pattern_that_does_not_compile_is_a_failure_where_it_goes_straight_to_the_warnings(hub):
    text = create_token(hub, name="Hub", scopes=("write",), ceiling=Tlp.AMBER, lasts_s=60, by="ann")[0].text
    own = access_of_token(hub, text)
    told = outcome(
        send(hub, own, indicator(1, pattern="[domain-name:value = ]"), indicator(2), to="warnings")
    )
    assert (told["success_count"], told["failure_count"]) == (1, 1)
    assert "does not compile" in told["failures"][0]["message"]
