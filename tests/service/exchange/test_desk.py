"""The duty desk: what was sent together is one report, what waits longest stands first, and the counts add up."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from service.exchange.world import enrol, id_of, indicator, send, sighting, tell
from tocsin.model.tlp import Tlp, marking_id
from tocsin.service.exchange.access import access_of_person
from tocsin.service.exchange.desk import list_desk, one_together
from tocsin.service.exchange.inbox import STATES, refuse, release, standing, vet


@pytest.fixture
def member(hub):
    return enrol(hub, "Riverton")[0]


@pytest.fixture
def ann(hub):
    return access_of_person(hub, "ann")


def incident(number=1, **more):
    return {
        "type": "incident",
        "spec_version": "2.1",
        "id": id_of("incident", number),
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "name": "Ransomware in the billing office",
        "object_marking_refs": [marking_id(Tlp.AMBER)],
        **more,
    }


def red(number):
    return indicator(number, tlp=Tlp.RED, name="For other eyes")


def listed(hub, ann, view="waiting", **more):
    return [one.submission for one in list_desk(hub, ann, view=view, limit=50, **more).reports]


def test_an_incident_with_its_indicators_is_one_report(hub, member, ann):
    made = send(hub, member, *[indicator(number) for number in range(20)], incident())
    page = list_desk(hub, ann, limit=50)
    [one] = page.reports
    assert one.says == "An incident: Ransomware in the billing office, with 20 indicators"
    assert (one.submission, one.decide, one.objects) == (made.id, made.id, 21)
    assert one.types == {"incident": 1, "indicator": 20}
    assert one.counts == {"new": 21, "vetted": 0, "released": 0, "refused": 0}
    assert (one.tlp, page.waiting, page.counts["new"]) == ("amber", 1, 21)
    assert next(item.type for item in one.items) == "incident"


def test_a_single_object_is_decided_by_its_own_id(hub, member, ann):
    tell(hub, indicator(1))
    send(hub, member, sighting(1))
    [one] = list_desk(hub, ann, limit=50).reports
    assert (one.decide, one.says) == (sighting(1)["id"], "Seen 3 times: Warning 1")


def test_what_waits_longest_stands_first_and_says_how_long(world, hub, member, ann):
    made = []
    for number in range(1, 4):
        made.append(send(hub, member, indicator(number)).id)
        world.wait(3_600)
    found = list_desk(hub, ann, limit=50).reports
    assert [one.submission for one in found] == made
    assert [one.waits_us // 3_600_000_000 for one in found] == [3, 2, 1]
    refuse(hub, indicator(1)["id"], why="x", by="ann")
    assert listed(hub, ann) == made[1:]
    [decided] = list_desk(hub, ann, view="refused", limit=50).reports
    assert (decided.submission, decided.waits_us) == (made[0], 0)
    assert listed(hub, ann, "all") == made[::-1]


def test_the_counts_of_states_and_types_add_up_to_the_objects(hub, member, ann):
    made = send(hub, member, incident(), *[indicator(number) for number in range(1, 5)])
    vet(hub, indicator(1)["id"], by="ann")
    release(hub, indicator(2)["id"], by="ann")
    refuse(hub, indicator(3)["id"], why="x", by="ann")
    page = list_desk(hub, ann, limit=50)
    [one] = page.reports
    assert one.counts == {"new": 2, "vetted": 1, "released": 1, "refused": 1} == page.counts
    assert sum(one.counts.values()) == sum(one.types.values()) == one.objects == 5
    assert standing(hub, made.id) == one.counts
    for view in STATES:
        assert listed(hub, ann, view) == [made.id]


@pytest.mark.parametrize("view", ["waiting", "all"])
def test_pages_follow_one_another_without_a_gap(world, hub, member, ann, view):
    made = [send(hub, member, indicator(2 * k), indicator(2 * k + 1)).id for k in range(7)]
    found, after = [], ""
    while True:
        page = list_desk(hub, ann, view=view, after=after, limit=3)
        found += [one.submission for one in page.reports]
        if not page.next:
            break
        after = page.next
    assert found == (made if view == "waiting" else made[::-1])


def test_a_page_ends_where_it_walked_far_enough_and_goes_on(monkeypatch, hub, member, ann):
    monkeypatch.setattr("tocsin.store.desk._WALKED", 3)
    made = [send(hub, member, *[indicator(4 * k + i) for i in range(4)]).id for k in range(2)]
    seen, after = set(), ""
    for _ in range(9):
        page = list_desk(hub, ann, after=after, limit=50)
        seen |= {one.submission for one in page.reports}
        after = page.next
        if not after:
            break
    assert seen == set(made)
    assert not after


def test_what_is_for_other_eyes_is_in_no_count_of_a_report(hub, member, ann):
    made = send(hub, member, indicator(1), red(2))
    page = list_desk(hub, ann, limit=50)
    [one] = page.reports
    assert (one.objects, one.types, page.counts["new"]) == (1, {"indicator": 1}, 1)
    held = one_together(hub, ann, made.id)
    assert [item.id for item in held.items] == [indicator(1)["id"]]
    hidden = send(hub, member, red(3))
    assert one_together(hub, ann, hidden.id) is None
    assert list_desk(hub, ann, limit=50).waiting == 1


def test_a_report_lists_each_of_its_objects_in_order(hub, member, ann):
    made = send(hub, member, *[indicator(number) for number in range(9)])
    held = one_together(hub, ann, made.id)
    assert [item.id for item in held.items] == [indicator(number)["id"] for number in range(9)]
    assert one_together(hub, ann, "nothing") is None
    assert one_together(hub, ann, indicator(1)["id"]) is None


def test_who_sent_anonymously_is_in_no_part_of_a_report(hub, member, ann):
    made = send(hub, member, indicator(1), indicator(2), anonymous=True)
    found = [list_desk(hub, ann, limit=9).reports[0], one_together(hub, ann, made.id)]
    assert "Riverton" not in str(found)
    assert member.organisation.id not in str(found)


def test_one_who_may_not_read_the_inbox_is_shown_nothing(hub, member, ann):
    made = send(hub, member, indicator(1))
    shut = replace(member, collections=("warnings",))
    assert list_desk(hub, shut, limit=9).reports == []
    assert one_together(hub, shut, made.id) is None


def test_the_desk_is_the_same_on_postgresql(world, postgres):
    hub = world.node("other", database=postgres())
    access, ann = enrol(hub, "Riverton")[0], access_of_person(hub, "ann")
    made = send(hub, access, incident(), *[indicator(number) for number in range(1, 5)])
    vet(hub, made.id, by="ann")
    refuse(hub, indicator(1)["id"], why="x", by="ann")
    for view in ("waiting", "all", "refused"):
        [one] = list_desk(hub, ann, view=view, limit=5).reports
        assert one.counts == {"new": 0, "vetted": 4, "released": 0, "refused": 1}
        assert one.says.startswith("An incident: Ransomware")
    assert (
        next(json.loads(bytes(item.object))["type"] for item in one_together(hub, ann, made.id).items)
        == "incident"
    )
    assert len(release(hub, made.id, by="ann", access=ann).stored) == 4
