"""Sharing: what goes, what is held back and why, and that it is sent once, as it was shown."""

from __future__ import annotations

import uuid

import pytest

from service.exchange.world import acts, finding, id_of, indicator, tell
from tocsin.errors import BadInput, NothingToCheck, NotPermitted, SourceUnavailable
from tocsin.model.stix import read_objects
from tocsin.model.tlp import Tlp, tlp_of
from tocsin.service.exchange.finding_store import keep, kept
from tocsin.service.exchange.inbox import items, release
from tocsin.service.exchange.publish import publish
from tocsin.service.exchange.share import is_waiting, offer, queue, was_queued
from tocsin.sharing.marking import read_markings
from tocsin.store import hubs


@pytest.fixture
def one(world, hub):
    """A member that has synced a GREEN warning of the hub."""
    made = world.joined(hub, "Riverton")
    tell(hub, indicator(1))
    world.sync(made)
    return made


def objects(offered):
    return [held.properties for held in read_objects(offered.body).objects]


def sent_to(world, host="hub.example"):
    return [body for method, url, _, body in world.asked if method == "POST" and url.endswith("/objects/")]


class TestWhatGoes:
    def test_that_it_was_seen_when_and_how_often_and_nothing_else(self, one):
        [made] = objects(offer(one, [finding()], "Hub"))
        assert made == {
            "type": "sighting",
            "spec_version": "2.1",
            "id": made["id"],
            "created": one.now_text,
            "modified": one.now_text,
            "count": 2,
            "sighting_of_ref": indicator(1)["id"],
            "object_marking_refs": made["object_marking_refs"],
            "created_by_ref": one.own.id,
            "where_sighted_refs": [one.own.id],
            "first_seen": "2026-02-01T00:00:00Z",
            "last_seen": "2026-02-02T00:00:00Z",
            "confidence": 80,
        }
        assert tlp_of(made["object_marking_refs"]) == "amber"
        assert "secret-host" not in str(made)

    def test_anonymous_it_has_no_author_and_no_place(self, one):
        offered = offer(one, [finding()], "Hub", anonymous=True)
        assert "created_by_ref" not in objects(offered)[0]
        assert one.own.id.partition("--")[2].encode() not in offered.body
        assert b"Riverton" not in offered.body

    def test_its_id_cannot_be_worked_out_from_the_organisation_and_the_finding(self, world, one):
        other = world.joined(one_hub(world), "Other")
        ids = {
            objects(offer(node, [finding()], "Hub", anonymous=anonymous))[0]["id"]
            for node in (one, other)
            for anonymous in (True, False)
        }
        assert len(ids) == 4
        assert {uuid.UUID(id.partition("--")[2]).version for id in ids} == {4}
        assert offer(one, [finding()], "Hub").body == offer(one, [finding()], "Hub").body

    def test_two_hubs_cannot_tell_that_one_anonymous_sighting_is_the_other(self, world, one):
        second_hub(world, one)
        ids = [objects(offer(one, [finding()], name, anonymous=True))[0]["id"] for name in ("Hub", "Second")]
        assert ids[0] != ids[1]

    def test_shared_again_it_is_a_new_version_of_the_same_sighting(self, world, one):
        keep(one, [finding()])
        first = offer(one, [finding()], "Hub")
        queue(one, first)
        world.wait(60)
        keep(one, [finding(count=5)])
        again = objects(offer(one, [finding(count=5)], "Hub"))[0]
        before = objects(first)[0]
        assert (again["id"], again["created"]) == (before["id"], before["created"])
        assert again["modified"] > before["modified"]
        assert again["count"] == 5

    def test_it_is_so_too_for_a_finding_from_a_file_and_at_one_moment(self, one):
        versions = []
        for count in (2, 5, 6):
            offered = offer(one, [finding(count=count)], "Hub")
            queue(one, offered)
            versions += objects(offered)
        assert len({(held["id"], held["created"]) for held in versions}) == 1
        assert sorted({held["modified"] for held in versions}) == [held["modified"] for held in versions]

    def test_anonymous_after_named_it_is_another_with_times_of_its_own(self, world, one):
        seen = finding(first_seen="2026-02-01T10:11:12.345Z", last_seen="2026-02-02T13:14:15Z")
        keep(one, [seen])
        named = offer(one, [seen], "Hub")
        queue(one, named)
        world.wait(60)
        [before], [made] = objects(named), objects(offer(one, [seen], "Hub", anonymous=True))
        assert all(made[key] != before[key] for key in ("id", "created", "modified", "first_seen"))
        assert made["first_seen"].startswith("2026-02-01T00:00:00")
        assert made["last_seen"].startswith("2026-02-02T00:00:00")

    def test_what_never_left_is_waiting_whatever_the_hub_published_before(self, world, hub, one):
        from tocsin.service.exchange.sent_list import list_sent

        queue(one, offer(one, [finding()], "Hub"))
        world.sync(one)
        release(hub, items(hub)[0].id, by="ann")
        world.sync(one)
        queue(one, offer(one, [finding(count=5)], "Hub"))
        assert [held.state for held in list_sent(one, limit=9).sent] == ["waiting", "published"]
        world.sync(one)
        assert [held.state for held in list_sent(one, limit=9).sent] == ["sent", "published"]

    def test_the_audience_and_the_pap_of_the_warning_bind_it(self, world, hub, one):
        tell(hub, indicator(2, labels=["PAP:AMBER"]), audience=["sector:water"])
        world.sync(one)
        made = objects(offer(one, [finding(warning=id_of("indicator", 2))], "Hub"))
        definitions = {held["id"]: held for held in made if held["type"] == "marking-definition"}
        markings = read_markings(made[-1], definitions)
        assert markings.audience == {"sector:water-and-wastewater"}
        assert (markings.tlp, markings.pap) == (Tlp.AMBER, "amber")

    @pytest.mark.parametrize(("given", "told"), [(None, None), (-1, None), (0, 0), (100, 100)])
    def test_a_confidence_that_is_none_is_left_out(self, one, given, told):
        assert objects(offer(one, [finding(confidence=given)], "Hub"))[0].get("confidence") == told

    @pytest.mark.parametrize(("count", "told"), [(0, 1), (10**12, 999_999_999)])
    def test_a_count_is_one_that_stix_has(self, one, count, told):
        assert objects(offer(one, [finding(count=count)], "Hub"))[0]["count"] == told


def one_hub(world):
    return world.nodes[0]


def second_hub(world, member, **more):
    """Another hub that ``member`` has joined."""
    from tocsin.service.exchange.joining import join
    from tocsin.service.exchange.members import add_member

    made = world.node("Second", *more.pop("sectors", ("water",)))
    url = world.serve(made, "second.example")
    invited = add_member(made, name=member.own.name, sector_names=["water"], by="ann")
    with world.client(url) as http:
        join(member, http, url, invited.text, by="bea")
    return made


def test_a_preview_reads_nothing_of_what_was_queued_before(one, statements):
    for number in (1, 2):
        queue(one, offer(one, [finding(number)], "Hub"))
    with statements() as said:
        offer(one, [finding(1)], "Hub")
    assert [it for it in said if "outgoing_version" in it]
    assert not [it for it in said if "outgoing.body" in it]


def test_a_whole_body_is_read_only_where_the_same_finding_was_queued(one):
    first = offer(one, [finding(1)], "Hub")
    assert not was_queued(one, first)
    queue(one, first)
    assert was_queued(one, first)
    assert not was_queued(one, offer(one, [finding(2)], "Hub"))


class TestWhatIsHeldBack:
    @pytest.mark.parametrize(
        ("tlp", "goes"),
        [(Tlp.CLEAR, True), (Tlp.GREEN, True), (Tlp.AMBER, False), (Tlp.AMBER_STRICT, False)],
    )
    def test_of_one_hubs_warning_another_hub_is_told_up_to_green(self, world, hub, one, tlp, goes):
        second_hub(world, one)
        tell(hub, indicator(2, tlp=tlp))
        world.sync(one)
        seen = finding(warning=id_of("indicator", 2))
        assert objects(offer(one, [seen], "Hub"))
        if goes:
            assert objects(offer(one, [seen], "Second"))
        else:
            with pytest.raises(NotPermitted, match="another organisation's"):
                offer(one, [seen], "Second")

    def test_what_both_hubs_gave_is_told_to_both(self, world, hub, one):
        second = second_hub(world, one)
        tell(hub, indicator(2, tlp=Tlp.AMBER))
        tell(second, indicator(2, tlp=Tlp.AMBER_STRICT))
        world.sync(one)
        seen = finding(warning=id_of("indicator", 2))
        levels = [
            tlp_of(objects(offer(one, [seen], name))[0]["object_marking_refs"]) for name in ("Hub", "Second")
        ]
        assert levels == ["amber", "amber+strict"]

    def test_an_audience_binds_at_every_hub(self, world, hub, one):
        second_hub(world, one, sectors=("energy",))
        tell(hub, indicator(2), audience=["sector:water"])
        world.sync(one)
        with pytest.raises(NotPermitted, match="sector:water"):
            offer(one, [finding(warning=id_of("indicator", 2))], "Second")

    def test_the_others_go_and_each_that_does_not_is_named_with_the_reason(self, world, hub, one):
        second_hub(world, one)
        tell(hub, indicator(2, tlp=Tlp.AMBER))
        world.sync(one)
        held, goes = finding(2, warning=id_of("indicator", 2)), finding(1)
        offered = offer(one, [held, goes], "Second")
        assert offered.findings == (goes.id,)
        assert [id for id, _ in offered.held_back] == [held.id]
        assert "TLP:AMBER" in offered.held_back[0][1]

    @pytest.mark.parametrize(
        ("tlp", "goes"),
        [("TLP:CLEAR", True), ("TLP:GREEN", True), ("TLP:AMBER", False), ("", False), ("odd", False)],
    )
    def test_a_warning_from_a_file_is_somebody_elses(self, one, tlp, goes):
        seen = finding(warning=id_of("indicator", 99), tlp=tlp)
        if goes:
            assert offer(one, [seen], "Hub")
        else:
            with pytest.raises(NotPermitted):
                offer(one, [seen], "Hub")

    def test_what_was_published_here_goes_to_a_hub(self, one):
        tell(one, indicator(5, tlp=Tlp.AMBER))
        assert offer(one, [finding(warning=id_of("indicator", 5))], "Hub")

    def test_nothing_to_share_and_no_such_hub_are_told(self, one):
        with pytest.raises(NothingToCheck):
            offer(one, [], "Hub")
        with pytest.raises(BadInput, match="no hub called 'Nowhere'"):
            offer(one, [finding()], "Nowhere")


class TestSending:
    def test_the_bytes_that_were_shown_are_those_that_arrive(self, world, hub, one):
        offered = offer(one, [finding()], "Hub")
        number = queue(one, offered)
        assert is_waiting(one, number)
        done = world.sync(one)[0]
        assert (done.sent, done.problems) == (1, [])
        assert sent_to(world) == [offered.body]
        assert not is_waiting(one, number)
        assert items(hub)[0].signed

    def test_it_waits_while_the_hub_is_away_and_goes_once(self, world, hub, one):
        queue(one, offer(one, [finding()], "Hub"))
        app = world.apps.pop("hub.example")
        assert isinstance(world.sync(one)[0].problems[0], SourceUnavailable)
        world.apps["hub.example"] = app
        assert [world.sync(one)[0].sent for _ in range(3)] == [1, 0, 0]
        assert acts(hub).count("submit") == 1

    @pytest.mark.parametrize("lost", ["/objects/", "/api/receipts/"])
    @pytest.mark.parametrize("stage", ["before", "after"])
    def test_cut_off_in_the_middle_it_arrives_once(self, world, hub, one, lost, stage):
        queue(one, offer(one, [finding()], "Hub"))

        def fault(at, method, url):
            if at == stage and lost in url and (method == "POST" or lost != "/objects/"):
                raise SourceUnavailable("the connection broke off")

        world.fault = fault
        assert world.sync(one)[0].sent == 0
        world.fault = lambda *_: None
        assert world.sync(one)[0].sent == 1
        assert acts(hub).count("submit") == 1
        assert len(items(hub)) == 1

    def test_the_receipt_is_kept(self, world, one):
        queue(one, offer(one, [finding()], "Hub"))
        world.sync(one)
        with one.reading() as connection:
            [held] = hubs.outgoing_for(connection, "Hub", waiting=False)
        assert held.sent_us == world.now_us
        assert b"tlog" in held.receipt or held.receipt

    def test_a_finding_that_was_shared_says_so(self, one):
        keep(one, [finding(1), finding(2)])
        queue(one, offer(one, [finding(1)], "Hub"))
        assert {held.id: state.shared_us is not None for held, state in kept(one)} == {
            finding(1).id: True,
            finding(2).id: False,
        }

    def test_what_the_hub_does_not_take_is_told_and_holds_nothing_up(self, world, one):
        def body(number):
            with one.reading() as connection:
                return [held.number for held in hubs.outgoing_for(connection, "Hub", waiting=True)]

        bad = offer(one, [finding(1)], "Hub")
        queue(one, type(bad)(bad.hub, b"this is no envelope", (), (), anonymous=False))
        queue(one, offer(one, [finding(2)], "Hub"))
        done = world.sync(one)[0]
        assert done.sent == 1
        assert "does not take what was to be sent" in done.problems[0].what
        assert body(0) == []

    def test_an_object_that_the_hub_refuses_is_told(self, world, hub, one):
        first = offer(one, [finding()], "Hub")
        queue(one, first)
        world.sync(one)
        changed = first.body.replace(b'"count":2', b'"count":3')
        queue(one, type(first)("Hub", changed, (), (), anonymous=False))
        done = world.sync(one)[0]
        assert "never rewritten" in done.problems[0].what

    def test_shared_anonymously_it_can_be_released_and_leads_back_to_nobody(self, world, hub, one):
        offered = offer(one, [finding()], "Hub", anonymous=True)
        queue(one, offered)
        world.sync(one)
        [held] = items(hub)
        assert held.anonymous
        [made] = release(hub, held.id, by="ann").stored
        assert objects(offered)[0]["id"].encode() not in made.raw
        assert world.sync(one)[0].new == 0  # it is AMBER and nobody's, so it is for clients
        assert publish(hub, held.body, name="x", by="ann").intake.stored
