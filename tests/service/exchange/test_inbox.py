"""The inbox: looked at, released or refused; who sent anonymously cannot be traced by what is published."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from service.exchange.world import (
    acts,
    collection,
    enrol,
    id_of,
    indicator,
    leaves,
    send,
    sighting,
    states,
    tell,
)
from tocsin.errors import BadInput
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.access import access_of_person
from tocsin.service.exchange.inbox import (
    items,
    lead_of,
    preview,
    refuse,
    release,
    standing,
    together,
    vet,
    words,
)
from tocsin.service.exchange.inbox_list import list_inbox
from tocsin.service.exchange.publish import publish
from tocsin.service.exchange.reading import read_page
from tocsin.service.exchange.withdraw import withdraw
from tocsin.store.labels import label_of
from tocsin.store.objects import Query


@pytest.fixture
def member(hub):
    return enrol(hub, "Riverton Water Works")[0]


def published(hub, access=None):
    page = read_page(hub, access or access_of_person(hub, "ann"), collection(hub, "warnings"), Query(), 100)
    return page.objects


def told(hub, access=None):
    return [json.loads(one.body) for one in published(hub, access)]


def posture(number):
    return {
        "type": "posture",
        "spec_version": "2.1",
        "id": id_of("posture", number),
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "object_marking_refs": indicator(1)["object_marking_refs"],
        "measures": {},
    }


def marked(number, name):
    """A marking definition of a member's own, and an object that it marks."""
    definition = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": id_of("marking-definition", number),
        "created": "2026-01-01T00:00:00.000Z",
        "definition_type": "statement",
        "definition": {"statement": name},
    }
    return definition, indicator(
        number, object_marking_refs=[definition["id"], *indicator(1)["object_marking_refs"]]
    )


class TestStates:
    def test_new_then_vetted_then_released(self, hub, member):
        send(hub, member, sighting(1))
        id = sighting(1)["id"]
        assert states(hub) == {id: "new"}
        assert vet(hub, id, by="ann") == 1
        assert states(hub) == {id: "vetted"}
        assert len(release(hub, id, by="ann").stored) == 1
        assert states(hub) == {id: "released"}
        assert acts(hub)[3:] == ["submit", "vet", "release"]

    def test_refused_with_the_reason(self, hub, member):
        send(hub, member, sighting(1))
        refuse(hub, sighting(1)["id"], why="no use", by="ann")
        held = items(hub)[0]
        assert (held.state, held.why, held.changed_by) == ("refused", "no use", "ann")
        assert leaves(hub)[-1][2]["why"] == "no use"
        assert published(hub) == ()

    def test_what_is_decided_stays_decided(self, hub, member):
        send(hub, member, sighting(1), sighting(2))
        refuse(hub, sighting(1)["id"], why="no use", by="ann")
        release(hub, sighting(2)["id"], by="ann")
        size = len(leaves(hub))
        for act in (
            lambda it: vet(hub, it, by="ann"),
            lambda it: release(hub, it, by="ann"),
            lambda it: refuse(hub, it, why="x", by="ann"),
            lambda it: preview(hub, it),
        ):
            with pytest.raises(BadInput, match="is refused already"):
                act(sighting(1)["id"])
            with pytest.raises(BadInput, match="is released already"):
                act(sighting(2)["id"])
        assert len(leaves(hub)) == size

    def test_a_whole_submission_by_its_id(self, hub, member):
        made = send(hub, member, sighting(1), sighting(2))
        assert vet(hub, made.id, by="ann") == 2
        release(hub, sighting(1)["id"], by="ann")
        assert len(release(hub, made.id, by="ann").stored) == 1
        assert set(states(hub).values()) == {"released"}

    @pytest.mark.parametrize("id", ["", "nothing", "%", "sighting--"])
    def test_what_is_not_there_is_told(self, hub, member, id):
        send(hub, member, sighting(1))
        with pytest.raises(BadInput, match="nothing in the inbox is called"):
            vet(hub, id, by="ann")


class TestTogether:
    """A whole submission is decided by its id, in one transaction; each object keeps its own entry and its own stops."""

    def test_each_object_has_its_entry_in_the_log(self, hub, member):
        made = send(hub, member, *[indicator(number) for number in range(1, 6)])
        before = len(leaves(hub))
        assert vet(hub, made.id, by="ann") == 5
        assert len(release(hub, made.id, by="ann").stored) == 5
        after = leaves(hub)[before:]
        assert [act for act, _, _ in after] == ["vet"] * 5 + ["release"] * 5
        wanted = {indicator(number)["id"] for number in range(1, 6)}
        assert {subject["id"] for act, _, subject in after if act == "vet"} == wanted
        assert {subject["id"] for act, _, subject in after if act == "release"} == wanted

    def test_what_fails_is_told_by_itself_and_the_rest_goes_on(self, hub, member):
        tell(hub, indicator(3))
        withdraw(hub, indicator(3)["id"], why="false alarm", by="ann")
        tell(hub, indicator(4) | {"description": "another"})
        made = send(
            hub,
            member,
            indicator(1),
            indicator(2, value="google.com"),
            indicator(3, modified="2027-01-01T00:00:00.000Z"),
            indicator(4),
            indicator(5),
            posture(1),
        )
        done = release(hub, made.id, by="ann")
        assert {one.id for one in done.stored} == {indicator(1)["id"], indicator(5)["id"]}
        whys = {one.id: one.why for one in done.refused}
        assert "known" in whys[indicator(2)["id"]]
        assert "for good" in whys[indicator(3)["id"]]
        assert "other content" in whys[indicator(4)["id"]]
        assert "never published" in whys[posture(1)["id"]]
        assert len(done.stored) + len(done.present) + len(done.refused) == 6
        assert standing(hub, made.id) == {"new": 4, "vetted": 0, "released": 2, "refused": 0}

    def test_what_stays_for_good_alone_is_an_error_with_the_reason(self, hub, member):
        made = send(hub, member, posture(1))
        with pytest.raises(BadInput, match="never published"):
            release(hub, made.id, by="ann")

    def test_a_decision_is_whole_or_not_at_all(self, hub, member, monkeypatch):
        made = send(hub, member, *[indicator(number) for number in range(1, 6)])
        size = len(leaves(hub))

        def breaks(*_, **__):
            raise RuntimeError("the power went")

        monkeypatch.setattr("tocsin.service.exchange.inbox.store.mark", breaks)
        with pytest.raises(RuntimeError):
            release(hub, made.id, by="ann")
        assert set(states(hub).values()) == {"new"}
        assert published(hub) == ()
        assert len(leaves(hub)) == size

    def test_those_that_were_vetted_before_are_passed_over_and_it_is_said_when_none_is_new(self, hub, member):
        made = send(hub, member, indicator(1), indicator(2), indicator(3))
        vet(hub, indicator(1)["id"], by="ann")
        refuse(hub, indicator(2)["id"], why="x", by="ann")
        assert vet(hub, made.id, by="ann") == 1
        with pytest.raises(BadInput, match="is vetted and refused already"):
            vet(hub, made.id, by="ann")
        assert refuse(hub, made.id, why="x", by="ann") == 2
        assert standing(hub, made.id)["refused"] == 3

    def test_a_person_decides_on_what_it_may_see_and_the_rest_stays(self, hub, member):
        ann = access_of_person(hub, "ann")
        made = send(hub, member, indicator(1), indicator(2, tlp=Tlp.RED))
        assert len(preview(hub, made.id, access=ann).objects) == 1
        assert vet(hub, made.id, by="ann", access=ann) == 1
        assert [one.id for one in release(hub, made.id, by="ann", access=ann).stored] == [indicator(1)["id"]]
        assert states(hub)[indicator(2)["id"]] == "new"
        hidden = send(hub, member, indicator(3, tlp=Tlp.RED))
        for act in (
            lambda: vet(hub, hidden.id, by="ann", access=ann),
            lambda: refuse(hub, hidden.id, why="x", by="ann", access=ann),
            lambda: release(hub, hidden.id, by="ann", access=ann),
            lambda: preview(hub, hidden.id, access=ann),
        ):
            with pytest.raises(BadInput, match="nothing in the inbox is called"):
                act()

    def test_the_preview_is_what_is_published(self, hub, member):
        made = send(hub, member, *[indicator(number) for number in range(1, 4)], sighting(1))
        shown = preview(hub, made.id, access=access_of_person(hub, "ann"))
        release(hub, made.id, by="ann", access=access_of_person(hub, "ann"))
        assert sorted(one.body for one in published(hub)) == sorted(shown.objects)

    def test_of_two_versions_sent_anonymously_the_older_is_told_to_stay(self, hub, member):
        made = send(
            hub, member, indicator(1), indicator(1, modified="2026-02-01T00:00:00.000Z"), anonymous=True
        )
        done = release(hub, made.id, by="ann")
        assert len(done.stored) == 1
        assert [one.why for one in done.refused] == [
            "a later version of it was sent along, which stands in its place"
        ]

    def test_what_waits_stands_first_and_an_incident_leads(self, hub, member):
        incident = {**indicator(1), "type": "incident", "id": id_of("incident", 1), "name": "Billing"}
        for key in ("pattern", "pattern_type", "valid_from"):
            del incident[key]
        first = send(hub, member, indicator(1))
        second = send(hub, member, indicator(2), incident)
        release(hub, first.id, by="ann")
        groups = together(items(hub))
        assert [some[0].submission for some in groups] == [second.id, first.id]
        assert lead_of(groups[0]).type == "incident"
        assert words(hub, groups[0], access_of_person(hub, "ann")) == [
            "Warning 2: look for the domain c2.bad-actor.net",
            "An incident: Billing",
        ]

    def test_when_it_was_vetted_stays_known_after_it_is_released(self, world, hub, member):
        send(hub, member, indicator(1))
        [came] = items(hub)
        assert (came.asked_us, came.vetted_us) == (hub.now_us, None)
        world.wait(60)
        vet(hub, came.id, by="ann")
        at = hub.now_us
        world.wait(60)
        release(hub, came.id, by="ann")
        [held] = items(hub)
        assert (held.vetted_us, held.changed_us) == (at, hub.now_us)


class TestNamed:
    def test_it_keeps_its_origin_so_that_its_amber_reaches_clients_alone(self, hub, member):
        client, _ = enrol(hub, "Client", is_client=True)
        other, _ = enrol(hub, "Other")
        send(hub, member, indicator(1, tlp=Tlp.AMBER), indicator(2, tlp=Tlp.GREEN))
        for number in (1, 2):
            release(hub, indicator(number)["id"], by="ann")
        assert len(published(hub, client)) == 2
        assert len(published(hub, member)) == 2
        assert [one.id for one in published(hub, other)] == [indicator(2)["id"]]

    def test_not_a_byte_is_changed(self, hub, member):
        send(hub, member, indicator(1))
        release(hub, indicator(1)["id"], by="ann")
        assert published(hub)[0].body == items(hub)[0].body

    def test_what_is_published_already_is_released_with_a_leaf_of_its_own(self, hub, member):
        send(hub, member, indicator(1))
        tell(hub, indicator(1) | {"description": "x"})
        done = release(hub, indicator(1)["id"], by="ann")
        assert "other content" in done.refused[0].why
        assert states(hub) == {indicator(1)["id"]: "new"}
        send(hub, member, indicator(2))
        publish(hub, items(hub)[-1].body, name="x", by="ann")
        assert len(release(hub, indicator(2)["id"], by="ann").present) == 1
        assert states(hub)[indicator(2)["id"]] == "released"
        assert acts(hub)[-1] == "release"

    def test_the_definition_of_its_marking_goes_along(self, hub, member):
        definition, one = marked(5, "Copyright Riverton")
        send(hub, member, one, definition)
        release(hub, one["id"], by="ann")
        assert [held["id"] for held in told(hub)] == [definition["id"], one["id"]]
        assert set(states(hub).values()) == {"released"}

    def test_what_is_known_good_is_stopped_here_too(self, hub, member):
        one = indicator(1, value="google.com")
        send(hub, member, one)
        assert "--known-good inform" in release(hub, one["id"], by="ann").refused[0].why
        assert states(hub) == {one["id"]: "new"}
        assert len(release(hub, one["id"], by="ann", known_good="inform").stored) == 1


class TestAnonymous:
    def test_a_sighting_of_what_the_hub_published_is_released(self, hub, member):
        tell(hub, indicator(1))
        send(hub, member, sighting(1), anonymous=True)
        made = release(hub, sighting(1)["id"], by="ann")
        assert len(made.stored) == 1
        assert told(hub)[-1]["sighting_of_ref"] == indicator(1)["id"]

    def test_nothing_of_it_leads_back_to_the_sender(self, world, hub, member):
        tell(hub, indicator(1))
        own = member.organisation.id
        sent = sighting(
            1,
            created_by_ref=own,
            where_sighted_refs=[own],
            description="Seen at Riverton Water Works, on 10.1.2.3.",
            x_ticket="RW-1234",
        )
        send(hub, member, sent, anonymous=True)
        world.wait(12_345)
        release(hub, sent["id"], by="ann")
        body = published(hub)[-1].body
        made = json.loads(body)
        for trace in (
            own,
            "Riverton",
            "RW-1234",
            sent["id"],
            sent["id"].partition("--")[2],
            sent["created"],
            "03:04:05",
            "04:05:06",
        ):
            assert trace.encode() not in body, trace
        assert made["created_by_ref"] == hub.own.id
        assert made["created"] == made["modified"] == hub.now_text
        assert {made["first_seen"][:20], made["last_seen"][:20]} == {"2026-01-02T00:00:00."}
        assert made["count"] == 3

    def test_its_author_sees_no_more_of_it_than_others(self, hub, member):
        other, _ = enrol(hub, "Other")
        tell(hub, indicator(1))
        send(hub, member, sighting(1, tlp=Tlp.AMBER), anonymous=True)
        release(hub, sighting(1)["id"], by="ann")
        assert published(hub, member) == published(hub, other)
        with hub.reading() as connection:
            assert label_of(connection, published(hub)[-1].label).origin == "anonymous"

    def test_the_log_of_the_release_does_not_hold_the_old_id(self, hub, member):
        tell(hub, indicator(1))
        send(hub, member, sighting(1), anonymous=True)
        release(hub, sighting(1)["id"], by="ann")
        act, by, subject = leaves(hub)[-1]
        assert (act, by) == ("release", "Hub")
        assert sighting(1)["id"] not in str(subject)

    def test_what_links_the_parts_of_a_submission_stays(self, hub, member):
        made = send(hub, member, indicator(1), sighting(1), anonymous=True)
        release(hub, made.id, by="ann")
        first, second = told(hub)
        assert first["id"] != indicator(1)["id"]
        assert second["sighting_of_ref"] == first["id"]

    def test_what_speaks_of_what_nobody_knows_stays_in_the_inbox_with_the_reason(self, hub, member):
        send(hub, member, sighting(1), anonymous=True)
        with pytest.raises(BadInput, match="what it speaks of is not passed on"):
            release(hub, sighting(1)["id"], by="ann")
        assert states(hub) == {sighting(1)["id"]: "new"}
        assert "release" not in acts(hub)

    def test_of_a_submission_the_part_that_tells_stays(self, hub, member):
        identity = {
            "type": "identity",
            "spec_version": "2.1",
            "id": member.organisation.id,
            "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-01T00:00:00.000Z",
            "name": "Riverton Water Works",
            "identity_class": "organization",
        }
        made = send(hub, member, indicator(1), identity, anonymous=True)
        done = release(hub, made.id, by="ann")
        assert len(done.stored) == 1
        assert "names an organisation" in done.refused[0].why
        assert states(hub)[identity["id"]] == "new"

    def test_the_preview_shows_what_is_published_and_what_is_taken_off(self, hub, member):
        tell(hub, indicator(1))
        send(hub, member, sighting(1, created_by_ref=member.organisation.id, x_ticket="1"), anonymous=True)
        before = leaves(hub)
        shown = preview(hub, sighting(1)["id"])
        assert leaves(hub) == before
        assert {"x_ticket", "first_seen"} <= {one.path for one in shown.taken}
        release(hub, sighting(1)["id"], by="ann")
        assert [published(hub)[-1].body] == list(shown.objects)

    def test_the_preview_says_what_would_not_be_published(self, hub, member):
        harmless = indicator(1, pattern="[ipv4-addr:value = '8.8.8.8']")
        made = send(hub, member, harmless, indicator(2))
        shown = preview(hub, made.id)
        assert [one.id for one in shown.refused] == [harmless["id"]]
        assert len(shown.objects) == 1
        assert preview(hub, made.id, known_good="off").refused == ()
        assert [one.id for one in release(hub, made.id, by="ann").refused] == [harmless["id"]]

    def test_the_preview_says_that_what_was_withdrawn_stays_so(self, hub, member):
        tell(hub, indicator(1))
        withdraw(hub, indicator(1)["id"], why="false alarm", by="ann")
        later = indicator(1, modified="2027-01-01T00:00:00.000Z")
        send(hub, member, later)
        shown = preview(hub, later["id"])
        assert shown.objects == ()
        assert "that is for good" in shown.refused[0].why

    def test_the_preview_is_the_same_on_postgresql(self, world, postgres):
        hub = world.node("other", database=postgres())
        access, _ = enrol(hub, "Riverton")
        tell(hub, indicator(1))
        withdraw(hub, indicator(1)["id"], why="false alarm", by="ann")
        made = send(hub, access, sighting(1), indicator(1, modified="2027-01-01T00:00:00.000Z"))
        shown = preview(hub, made.id, access=access_of_person(hub, "ann"))
        assert (len(shown.objects), len(shown.refused)) == (1, 1)

    def test_its_marking_stays_as_strict_as_it_was(self, hub, member):
        tell(hub, indicator(1))
        send(hub, member, sighting(1, tlp=Tlp.AMBER_STRICT), anonymous=True)
        release(hub, sighting(1)["id"], by="ann")
        with hub.reading() as connection:
            assert label_of(connection, published(hub)[-1].label).tlp == Tlp.AMBER_STRICT


def test_a_token_for_the_warnings_alone_lists_nothing_of_the_inbox(hub, member):
    send(hub, member, indicator(1))
    assert len(list_inbox(hub, member, limit=10).items) == 1
    page = list_inbox(hub, replace(member, collections=("warnings",)), limit=10)
    assert (page.items, set(page.counts.values())) == ([], {0})
