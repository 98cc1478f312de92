"""A posture across the exchange: members share it, the hub tells its sectors bands, members see theirs beside them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from service.exchange.world import acts, collection, enrol, envelope, id_of, leaves, send, states
from tocsin.errors import BadInput, NothingToCheck
from tocsin.measures.shared import SharedState
from tocsin.model.tlp import Tlp, marking_id
from tocsin.service.exchange.access import access_of_person, access_of_token
from tocsin.service.exchange.inbox import items, preview, refuse, release as release_item, senders
from tocsin.service.exchange.members import add_member, revoke_member
from tocsin.service.exchange.publish import publish
from tocsin.service.exchange.share import queue
from tocsin.service.exchange.tokens import create_token
from tocsin.service.exchange.warning_list import Asked, list_warnings
from tocsin.service.exchange.withdraw import withdraw
from tocsin.service.measures.benchmark import benchmarks, beside, publish_release, release
from tocsin.service.measures.known import catalogue_of
from tocsin.service.measures.posture import assess, posture
from tocsin.service.measures.share import share
from tocsin.sharing.published_benchmark import benchmark_id
from tocsin.store import benchmarks as store

DAY_S = 24 * 3600
QUARTER_S = 92 * DAY_S
WATER = "water-and-wastewater"


@pytest.fixture
def member(world, hub):
    made = world.joined(hub, "Brookwater", "energy")
    said(made, "second-factor", "in-place", evidence="VPN settings, page 3", day="2026-03-01")
    said(made, "backups", "in-place")
    said(made, "segmentation", "partly", evidence="a drawing")
    said(made, "logs", "absent")
    said(made, "training", "unknown")
    return made


def said(node, measure, state, **more):
    return assess(node, measure, state, catalogue=catalogue_of(), by="bea", **more)


def sent(world, node, **more):
    queue(node, share(node, "Hub", **more).offer)
    [done] = world.sync(node)
    assert done.problems == []
    return done


def word(number=1, measures=None, *, minute=0, **more):
    """What a member says, as an object of its own making."""
    return {
        "type": "posture",
        "spec_version": "2.1",
        "id": id_of("posture", number),
        "created": "2026-01-01T00:00:00.000Z",
        "modified": f"2026-01-01T00:{minute:02}:00.000Z",
        "measures": measures or {},
        "object_marking_refs": [marking_id(Tlp.AMBER_STRICT)],
        **more,
    }


def many(hub, having, lacking, *, measure="backups", first=0, sector="energy", names="m"):
    """So many members that have a measure, and so many that have not."""
    made = []
    for number in range(first, first + having + lacking):
        access, _ = enrol(hub, f"{names}{number}", *sector.split())
        state = "in-place" if number - first < having else "absent"
        send(hub, access, word(f"{names}{number}", {measure: state}))
        made.append(access)
    return made


def next_quarter(world, *nodes):
    """Three months later; members sync in each, for else their tokens end."""
    for _ in range(4):
        world.wait(QUARTER_S / 4)
        for node in nodes:
            world.sync(node)


def told(node, sector="energy"):
    """What a node knows of a sector: by hub, of each measure band and day."""
    return {
        one.by: {
            measure: (held.low, held.high, held.day, held.size)
            for measure, held in one.benchmark.measures.items()
        }
        for one in benchmarks(node, sector)
    }


class TestSharing:
    def test_a_state_leaves_of_each_measure_and_nothing_by_what_it_is_known(self, member):
        made = share(member, "Hub")
        [held] = json.loads(made.offer.body)["objects"]
        assert held["measures"] == {
            "backups": "in-place",
            "logs": "absent",
            "second-factor": "in-place-with-evidence",
            "segmentation": "partly",
        }
        assert held["created_by_ref"] == member.own.id
        assert held["object_marking_refs"] == [marking_id(Tlp.AMBER_STRICT)]
        assert set(held) == {
            "type", "spec_version", "id", "created_by_ref", "created", "modified", "measures", "object_marking_refs",
            "extensions",
        }  # fmt: skip
        for secret in (b"VPN", b"drawing", b"2026-03-01", b"bea", b"Brookwater", b"training"):
            assert secret not in made.offer.body
        assert made.states["backups"] is SharedState.SAID
        assert made.notes[0].startswith("4 measures: 1 in place, with evidence; 1 in place, by word alone; ")

    def test_nothing_is_sent_before_it_is_queued(self, world, hub, member):
        share(member, "Hub")
        world.sync(member)
        assert items(hub) == []

    def test_a_measure_of_ones_own_stays(self, member):
        own = b'[[measure]]\nid = "brookwater-dog"\nname = "Keep a dog"\ntechniques = ["T1200"]\n'
        assess(member, "brookwater-dog", "in-place", catalogue=catalogue_of(own=own, own_name="f"), by="bea")
        made = share(member, "Hub")
        assert b"dog" not in made.offer.body
        assert "left out: brookwater-dog: not in the catalogue that all have" in made.notes

    def test_anonymously_it_names_nobody_and_has_an_id_of_its_own_at_each_hub(self, world, hub, member):
        named, made = share(member, "Hub"), share(member, "Hub", anonymous=True)
        [held], [by_name] = (json.loads(one.offer.body)["objects"] for one in (made, named))
        assert "created_by_ref" not in held
        assert held["id"] != by_name["id"]
        assert member.own.id.encode() not in made.offer.body
        queue(member, made.offer)
        world.sync(member)
        [item] = items(hub)
        assert (item.type, senders(hub, [item])) == ("posture", ["anonymous"])
        other = world.node("Other hub", "energy")
        world.serve(other, "other.example")
        join_other(world, member, other)
        [elsewhere] = json.loads(share(member, "Other hub", anonymous=True).offer.body)["objects"]
        assert elsewhere["id"] != held["id"]

    def test_shared_again_it_is_a_new_version_and_the_other_way_is_warned_of(self, world, hub, member):
        sent(world, member)
        said(member, "logs", "in-place")
        world.wait(60)
        again = share(member, "Hub")
        assert again.offer.body.count(b'"in-place"') == 2
        assert len(again.notes) == 1
        sent(world, member)
        first, second = items(hub)
        assert (first.id, first.version < second.version) == (second.id, True)
        [note] = share(member, "Hub", anonymous=True).notes[1:]
        assert note.startswith("It went to Hub by name before. Who reads both sees that they say the same")

    def test_with_nothing_said_nothing_leaves(self, world, hub):
        made = world.joined(hub, "Silent", "energy")
        with pytest.raises(NothingToCheck, match="nothing is said of any measure"):
            share(made, "Hub")
        with pytest.raises(BadInput, match="Nowhere"):
            share(made, "Nowhere")

    def test_what_was_sent_is_taken_back_the_way_it_went(self, world, hub, member):
        with pytest.raises(NothingToCheck, match="nothing was sent to Hub that way"):
            share(member, "Hub", take_back=True)
        sent(world, member, anonymous=True)
        with pytest.raises(NothingToCheck) as refused:
            share(member, "Hub", take_back=True)
        assert refused.value.hint == "It went anonymously: take it back so."
        made = share(member, "Hub", anonymous=True, take_back=True)
        assert json.loads(made.offer.body)["objects"][0]["measures"] == {}
        assert made.notes == (
            "It says nothing any more: no release that Hub makes from now on counts you; what it told before stays.",
        )

    def test_the_hub_never_publishes_it_and_members_never_see_it(self, world, hub, member):
        sent(world, member)
        sent(world, member, anonymous=True)
        for item in items(hub):
            for act in (preview, release_item):
                with pytest.raises(BadInput, match="a posture is never published: it counts as it lies here"):
                    act(hub, item.id, **({"by": "ann"} if act is release_item else {}))
        assert set(states(hub).values()) == {"new"}
        other = world.joined(hub, "Riverton", "energy")
        world.sync(other)
        assert collection(other, "from-2") is None or collection(other, "from-2").last_seq == 0


def join_other(world, member, other):
    from tocsin.service.exchange.joining import join

    invited = add_member(other, name="Brookwater", sector_names=("energy",), by="ann")
    with world.client("https://other.example/") as http:
        join(member, http, "https://other.example/", invited.text, by="bea")


class TestRelease:
    def test_three_nodes(self, world, hub, member):
        """One member shares, nine others did, and a third node of the sector sees what most of them have."""
        other = world.joined(hub, "Riverton", "energy")
        said(other, "backups", "absent")
        sent(world, member, anonymous=True)
        many(hub, 7, 2)
        assert release(hub).sectors == ()
        next_quarter(world, other)
        made = publish_release(hub, by="ann")
        [sector] = made.sectors
        assert (sector.sector, sector.responders) == ("energy", 10)
        assert [one.measure for one in sector.cells] == ["backups"]
        world.sync(other)
        day = made.day.isoformat()
        assert told(other) == {"Hub": {"backups": ("most", "nearly-all", day, 10)}}
        assert told(hub) == {"": {"backups": ("most", "nearly-all", day, 10)}}
        [given] = benchmarks(other)
        [row] = beside(given.benchmark, posture(other, catalogue_of()))
        assert (row.measure, row.own, row.told.words) == ("backups", SharedState.ABSENT, "most or nearly all")

    def test_nine_are_too_few_and_of_each_measure_its_own_ten_are_needed(self, world, hub):
        many(hub, 6, 3)
        next_quarter(world)
        assert publish_release(hub, by="ann").objects == ()
        assert release(hub).sectors[0].withheld == {"backups": "9 said something of it, and 10 are needed"}
        many(hub, 1, 0, first=9)
        many(hub, 1, 0, first=10, measure="logs")
        next_quarter(world)
        [sector] = publish_release(hub, by="ann").sectors
        assert ([one.measure for one in sector.cells], set(sector.withheld)) == (["backups"], {"logs"})

    def test_what_comes_in_the_quarter_counts_in_the_next_one_and_a_quarter_has_one_release(self, world, hub):
        many(hub, 6, 4)
        next_quarter(world)
        first = publish_release(hub, by="ann")
        assert first.objects
        many(hub, 0, 10, first=10)
        for _ in range(3):
            world.wait(DAY_S)
            again = publish_release(hub, by="ann")
            assert (again.is_made, again.objects) == (True, ())
        assert told(hub)[""]["backups"][:2] == ("half", "half")
        next_quarter(world)
        second = publish_release(hub, by="ann")
        assert second.day == first.next_day
        assert told(hub)[""]["backups"] == ("few", "some", second.day.isoformat(), 20)

    def test_the_moment_within_a_quarter_changes_nothing(self, world, hub):
        many(hub, 6, 4)
        next_quarter(world)
        before = release(hub)
        many(hub, 4, 0, first=10)
        send(hub, access_of_name(hub, "m0"), word("m0", {"backups": "absent"}, minute=1))
        after = release(hub)
        assert [one.cells for one in before.sectors] == [one.cells for one in after.sectors]

    def test_who_takes_back_is_in_no_release_that_is_made_afterwards(self, world, hub):
        many(hub, 6, 4)
        next_quarter(world)
        assert release(hub).objects
        send(hub, access_of_name(hub, "m0"), word("m0", {}, minute=1))
        assert publish_release(hub, by="ann").objects == ()

    @pytest.mark.parametrize("how", ["joins", "leaves", "says something else", "takes back"])
    def test_one_alone_changes_nothing_that_is_told(self, world, hub, how):
        many(hub, 6, 5)
        next_quarter(world)
        publish_release(hub, by="ann")
        before = told(hub)
        if how == "joins":
            many(hub, 1, 0, first=11)
        if how == "leaves":
            revoke_member(hub, "m0", by="ann")
        if how == "says something else":
            send(hub, access_of_name(hub, "m0"), word("m0", {"backups": "absent"}, minute=1))
        if how == "takes back":
            send(hub, access_of_name(hub, "m0"), word("m0", {}, minute=1))
        next_quarter(world)
        made = publish_release(hub, by="ann")
        assert made.objects == ()
        assert told(hub) == before
        assert "fewer than 5 say something else" in made.sectors[0].withheld["backups"]

    def test_five_who_change_one_measure_change_no_other(self, world, hub):
        members = many(hub, 6, 5)
        for number, access in enumerate(members):
            state = "in-place" if number < 6 else "absent"
            send(hub, access, word(f"m{number}", {"backups": state, "logs": state}, minute=1))
        next_quarter(world)
        first = publish_release(hub, by="ann")
        for number in range(6):
            both = {"backups": "absent", "logs": "absent" if number == 0 else "in-place"}
            send(hub, members[number], word(f"m{number}", both, minute=2))
        next_quarter(world)
        second = publish_release(hub, by="ann")
        assert [one.measure for one in second.sectors[0].cells] == ["backups"]
        held = told(hub)[""]
        assert held["logs"] == ("half", "half", first.day.isoformat(), 10)
        assert held["backups"] == ("few", "some", second.day.isoformat(), 10)

    def test_what_was_told_long_ago_is_held_against_what_would_be_told_now(self, world, hub):
        """Five change and change back, and one more does: the first release and the third would differ by that one."""
        members = many(hub, 9, 3)

        def say(numbers, state, minute):
            for number in numbers:
                send(hub, members[number], word(f"m{number}", {"backups": state}, minute=minute))

        next_quarter(world)
        publish_release(hub, by="ann")
        say(range(4), "absent", 1)
        say([9], "in-place", 1)
        next_quarter(world)
        assert publish_release(hub, by="ann").objects
        say(range(4), "in-place", 2)
        say([9], "absent", 2)
        say([10], "in-place", 2)
        next_quarter(world)
        assert publish_release(hub, by="ann").objects == ()

    def test_a_sector_that_mends_itself_is_told_so(self, world, hub):
        members = many(hub, 3, 8)
        next_quarter(world)
        publish_release(hub, by="ann")
        for number in range(3, 9):
            send(hub, members[number], word(f"m{number}", {"backups": "in-place"}, minute=1))
        next_quarter(world)
        assert publish_release(hub, by="ann").objects
        assert told(hub)[""]["backups"][:2] == ("most", "nearly-all")

    def test_who_is_of_two_sectors_counts_in_the_first_alone(self, world, hub):
        many(hub, 6, 4, sector="energy water")
        many(hub, 5, 4, sector="water", names="w")
        next_quarter(world)
        made = publish_release(hub, by="ann")
        assert [(one.sector, one.responders) for one in made.sectors] == [("energy", 10), (WATER, 9)]
        assert [one.sector for one in made.sectors if one.cells] == ["energy"]
        member = access_of_name(hub, "m0")
        [held] = list_warnings(hub, member, Asked(type="posture-benchmark"), limit=9).warnings
        assert held.id == benchmark_id(hub.own.id, "energy")

    def test_a_member_counts_once_however_often_and_whichever_way_it_says_it(self, world, hub):
        members = many(hub, 6, 3)
        for number in range(5):
            send(hub, members[0], word(f"again{number}", {"backups": "absent"}), anonymous=bool(number % 2))
        next_quarter(world)
        [sector] = release(hub).sectors
        assert (sector.responders, sector.withheld["backups"][:1]) == (9, "9")

    @pytest.mark.parametrize(
        "spoilt",
        [
            {"measures": {"backups": "perhaps"}},
            {"measures": {"nonsense": "in-place"}},
            {"measures": {"backups": ["in-place"]}},
            {"measures": [1]},
            {"measures": {}},
            {"revoked": True},
        ],
        ids=range(6),
    )
    def test_what_cannot_be_read_or_says_nothing_is_no_answer(self, world, hub, spoilt):
        many(hub, 6, 3)
        access, _ = enrol(hub, "odd", "energy")
        send(hub, access, {**word("odd", {"backups": "in-place"}), **spoilt})
        next_quarter(world)
        made = publish_release(hub, by="ann")
        assert made.objects == ()
        assert made.unread == (1 if spoilt == {"measures": [1]} else 0)

    def test_what_was_refused_does_not_count(self, world, hub):
        many(hub, 6, 4)
        refuse(hub, id_of("posture", "m3"), why="not yours", by="ann")
        next_quarter(world)
        assert release(hub).sectors[0].withheld["backups"].startswith("9 said")

    def test_who_is_no_member_any_more_does_not_count(self, world, hub):
        many(hub, 6, 4)
        next_quarter(world)
        revoke_member(hub, "m3", by="ann")
        assert release(hub).sectors[0].withheld["backups"].startswith("9 said")

    def test_neither_bytes_nor_log_say_how_many_or_who(self, world, hub):
        many(hub, 6, 5)
        next_quarter(world)
        before = len(acts(hub))
        made = publish_release(hub, by="ann")
        marking, body = map(json.loads, made.objects)
        assert marking["type"] == "marking-definition"
        assert body["measures"] == {
            "backups": {"band": ["half"], "as_of": made.day.isoformat(), "responders_at_least": 10}
        }
        assert acts(hub)[before:] == ["publish", "publish"]
        assert all(set(subject) <= {"collection", "id", "version", "sha256", "added", "person_sha256"}
                   for _, _, subject in leaves(hub)[before:])  # fmt: skip

    def test_other_sectors_and_strangers_do_not_see_it(self, world, hub):
        members = many(hub, 6, 5)
        water, _ = enrol(hub, "Riverton", "water")
        reader, _ = create_token(
            hub, name="Press", scopes=("read",), ceiling=Tlp.CLEAR, lasts_s=60 + 2 * QUARTER_S, by="ann"
        )
        next_quarter(world)
        publish_release(hub, by="ann")
        seen = {
            name: len(list_warnings(hub, one, Asked(type="posture-benchmark"), limit=9).warnings)
            for name, one in (
                ("member", members[0]),
                ("water", water),
                ("press", access_of_token(hub, reader.text)),
                ("own", access_of_person(hub, "ann")),
            )
        }
        assert seen == {"member": 1, "water": 0, "press": 0, "own": 1}
        assert list_warnings(hub, members[0], Asked(), limit=9).warnings == []

    def test_a_member_cannot_make_one_for_the_hub(self, world, hub, member):
        false = {
            **word(1),
            "type": "posture-benchmark",
            "id": benchmark_id(hub.own.id, "energy"),
            "sector": "energy",
        }
        false |= {"created_by_ref": hub.own.id, "object_marking_refs": [marking_id(Tlp.GREEN)]}
        access, _ = enrol(hub, "Mallory", "energy")
        send(hub, access, false)
        with pytest.raises(BadInput, match="a benchmark is made by this node itself"):
            release_item(hub, false["id"], by="ann")

    @pytest.mark.parametrize(
        "change",
        [
            {"created_by_ref": id_of("identity", 7)},
            {"measures": {"backups": {"band": ["all"], "as_of": "2026-10-01", "responders_at_least": 10}}},
            {
                "measures": {
                    "backups": {"band": ["few", "most"], "as_of": "2026-10-01", "responders_at_least": 10}
                }
            },
            {"measures": {"backups": {"band": ["few"], "as_of": "2026-10-01", "responders_at_least": 7}}},
            {"measures": {"backups": {"band": ["few"], "as_of": "soon", "responders_at_least": 10}}},
            {"measures": {"backups": {"band": [], "as_of": "2026-10-01", "responders_at_least": 10}}},
            {"measures": 7},
        ],
        ids=range(7),
    )
    def test_one_that_its_hub_did_not_make_or_that_tells_no_band_is_none(self, world, hub, member, change):
        good = {"backups": {"band": ["few", "some"], "as_of": "2026-10-01", "responders_at_least": 10}}
        body = {
            **word(1),
            "type": "posture-benchmark",
            "id": benchmark_id(hub.own.id, "energy"),
            "sector": "energy",
        }
        body |= {
            "created_by_ref": hub.own.id,
            "measures": good,
            "object_marking_refs": [marking_id(Tlp.GREEN)],
        }
        later = {**body, **change, "modified": "2026-02-01T00:00:00.000Z"}
        assert not publish(hub, envelope(body), name="x", by="ann").intake.refused
        world.sync(member)
        assert told(member) == {"Hub": {"backups": ("few", "some", "2026-10-01", 10)}}
        assert not publish(hub, envelope(later), name="x", by="ann").intake.refused
        world.sync(member)
        assert told(member) == {}

    def test_a_withdrawn_one_is_gone_and_the_next_begins_anew(self, world, hub, member):
        many(hub, 6, 5)
        next_quarter(world, member)
        publish_release(hub, by="ann")
        world.sync(member)
        assert told(member)
        withdraw(hub, benchmark_id(hub.own.id, "energy"), why="a mistake", by="ann")
        world.sync(member)
        assert told(member) == told(hub) == {}
        many(hub, 4, 3, first=11)
        next_quarter(world, member)
        assert json.loads(publish_release(hub, by="ann").objects[-1])["id"] == benchmark_id(
            hub.own.id, "energy", 1
        )
        world.sync(member)
        assert list(told(member)["Hub"]) == ["backups"]

    def test_what_is_published_is_kept_with_it_or_neither_is(self, world, hub, monkeypatch):
        many(hub, 6, 5)
        next_quarter(world)

        def fails(*_, **__):
            raise OSError("no room")

        with monkeypatch.context() as patched:
            patched.setattr("tocsin.service.measures.benchmark.publish_made", fails)
            with pytest.raises(OSError, match="no room"):
                publish_release(hub, by="ann")
        with hub.reading() as connection:
            assert store.cells(connection) == []
        made = publish_release(hub, by="ann")
        with hub.reading() as connection:
            assert store.cells(connection) == list(made.sectors[0].cells)


def access_of_name(hub, name):
    """A member by its name, as one who asks."""
    from tocsin.service.exchange.access import Access, viewer_of
    from tocsin.store.organisations import find_organisation

    with hub.reading() as connection:
        held = find_organisation(connection, name)
    return Access(held, viewer_of(held), may_read=True, may_write=True)


def test_a_hub_on_either_database_makes_the_same_release(world, postgres):
    for made in (world.node("Lite", "energy"), world.node("Pg", "energy", database=postgres())):
        many(made, 6, 5)
    next_quarter(world)
    for made in world.nodes:
        publish_release(made, by="ann")
    lite, pg = map(told, world.nodes)
    assert lite == pg
    day = datetime.fromtimestamp(world.now_us / 1_000_000, UTC).date().replace(day=1)
    assert lite[""]["backups"][:2] == ("half", "half"), day
    many(world.nodes[1], 10, 0, first=11)
    next_quarter(world)
    assert publish_release(world.nodes[1], by="ann").objects
