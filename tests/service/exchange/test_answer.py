"""What a member answers to a hub that warns of a vulnerability: a count, and nothing that tells of its inventory."""

from __future__ import annotations

import json

import pytest

from inventory.advisories.documents import csaf
from service.exchange.inventories import CVE, advisory, by_name, hold, stored, tell_advisory
from service.exchange.world import envelope, id_of, tell
from tocsin.errors import BadInput, NothingToCheck, NotPermitted
from tocsin.model.tlp import Tlp, marking_id, tlp_of
from tocsin.service.exchange.joining import join
from tocsin.service.exchange.members import add_member
from tocsin.service.exchange.publish import publish
from tocsin.service.exchange.share import queue
from tocsin.service.exchange.withdraw import withdraw
from tocsin.service.inventory.add import add
from tocsin.service.inventory.aliases import say
from tocsin.service.inventory.answer import answer
from tocsin.service.inventory.publishing import advisory_objects


@pytest.fixture
def member(world, hub, tmp_path):
    """A member whose inventory the hub's advisory concerns."""
    made = world.joined(hub, "Brookwater")
    hold(made, tmp_path / "bills", "pumpd==1.4", "valved==3.1")
    tell_advisory(hub)
    world.sync(made)
    return made


@pytest.fixture
def second(world, member):
    """Another hub that the member has joined, which is told nothing by the first."""
    made = world.node("Second", "energy")
    join_too(world, member, made, "second.example")
    return made


def join_too(world, member, hub, host):
    url = world.serve(hub, host)
    invited = add_member(hub, name="Brookwater", sector_names=("water",), by="ann")
    with world.client(url) as http:
        join(member, http, url, invited.text, by="bea")


def objects(made):
    return json.loads(made.offer.body)["objects"]


def told(made):
    [held] = objects(made)
    return held


class TestWhatItSays:
    def test_how_many_products_are_affected_and_nothing_else(self, hub, member):
        made = answer(member, CVE, "Hub")
        held = told(made)
        assert held == {
            "type": "sighting",
            "spec_version": "2.1",
            "id": held["id"],
            "created": member.now_text,
            "modified": member.now_text,
            "count": 1,
            "sighting_of_ref": held["sighting_of_ref"],
            "object_marking_refs": [marking_id(Tlp.AMBER)],
            "created_by_ref": member.own.id,
            "where_sighted_refs": [member.own.id],
        }
        assert held["sighting_of_ref"].startswith("vulnerability--")
        assert (made.count, made.by_hand, made.notes) == (1, False, ())

    def test_two_inventories_with_the_same_count_answer_the_same_bytes(self, world, hub, member, tmp_path):
        other = world.joined(hub, "Riverton")
        hold(other, tmp_path / "other", "pumpd==0.3", "secretd==9.9", site="A site nobody knows")
        world.sync(other)
        one, two = (answer(node, CVE, "Hub", anonymous=True).offer.body for node in (member, other))
        ids = [json.loads(body)["objects"][0]["id"] for body in (one, two)]
        assert ids[0] != ids[1]
        assert one.replace(ids[0].encode(), ids[1].encode()) == two

    def test_anonymous_it_names_nobody(self, member):
        held = told(answer(member, CVE, "Hub", anonymous=True))
        assert not {"created_by_ref", "where_sighted_refs"} & held.keys()
        assert member.own.id not in json.dumps(held)

    def test_a_product_at_two_sites_is_one(self, member, tmp_path):
        hold(member, tmp_path / "bills", "pumpd==1.4", site="Second site")
        assert answer(member, CVE, "Hub").count == 1
        hold(member, tmp_path / "bills", "pumpd==1.5", site="Third site")
        assert answer(member, CVE, "Hub").count == 2

    def test_what_a_person_said_that_a_product_is_counts_and_leaves_with_nothing_but_the_count(
        self, member, tmp_path
    ):
        path = tmp_path / "assets.csv"
        path.write_text("product,version\nour secret pump,1.4\n")
        add(member, [str(path)], None, site="Second site", exposed=None, owner=None)
        assert answer(member, CVE, "Hub").count == 1
        say(member, "our secret pump", "pkg:pypi/pumpd", same=True, by="bea")
        made = answer(member, CVE, "Hub")
        assert made.count == 2
        assert b"secret" not in made.offer.body

    def test_a_name_may_be_written_in_any_case(self, member):
        assert answer(member, CVE.lower(), "Hub").count == 1

    def test_answered_again_it_is_a_later_version_of_the_same(self, world, hub, member, tmp_path):
        first = answer(member, CVE, "Hub")
        queue(member, first.offer)
        world.sync(member)
        world.wait(60)
        hold(member, tmp_path / "bills", "pumpd==2.0", "valved==3.1")
        second = answer(member, CVE, "Hub")
        assert second.count == 0
        assert told(second)["id"] == told(first)["id"]
        assert told(second)["created"] == told(first)["created"]
        assert told(second)["modified"] > told(first)["modified"]

    def test_each_object_of_the_hub_that_names_it_is_answered(self, world, hub, member):
        tell(hub, by_name(CVE))
        world.sync(member)
        held = objects(answer(member, CVE, "Hub"))
        assert [one["count"] for one in held] == [1, 1]
        assert id_of("vulnerability", 1) in {one["sighting_of_ref"] for one in held}


class TestNone:
    def test_none_is_said_where_all_could_be_told(self, member, tmp_path):
        hold(member, tmp_path / "bills", "pumpd==2.1", "valved==3.1")
        assert told(answer(member, CVE, "Hub"))["count"] == 0

    def test_unknown_is_never_answered_as_none(self, member, tmp_path):
        hold(member, tmp_path / "bills", "pumpd==banana", "valved==3.1")
        with pytest.raises(NothingToCheck, match="of 1 product here it is unknown") as raised:
            answer(member, CVE, "Hub")
        assert "--count N" in raised.value.hint

    def test_unknown_beside_affected_is_told_to_the_person(self, member, tmp_path):
        hold(member, tmp_path / "bills", "pumpd==banana", "pumpd==1.4")
        made = answer(member, CVE, "Hub")
        assert made.count == 1
        assert "Of 1 more it cannot be told" in made.notes[0]

    def test_a_part_of_a_bill_that_was_not_read_may_have_been_it(self, member, tmp_path):
        folder = tmp_path / "bad"
        folder.mkdir()
        bill = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"type": "library"}, 7]}
        (folder / "bad.cdx.json").write_text(json.dumps(bill))
        hold(member, tmp_path / "bills", "pumpd==2.1")
        add(member, [str(folder / "bad.cdx.json")], None, site="Bad", exposed=None, owner=None)
        with pytest.raises(NothingToCheck, match="of the inventory could not be read"):
            answer(member, CVE, "Hub")

    def test_a_part_of_an_advisory_that_was_not_read_may_have_named_it(self, world, hub, member, tmp_path):
        record = json.loads(advisory(modified="2026-03-02T00:00:00Z"))
        record["affected"].append({"package": {"ecosystem": "PyPI", "name": "x"}, "ranges": "none"})
        world.wait(60)
        publish(hub, json.dumps(record).encode(), name="a.json", by="ann")
        world.sync(member)
        hold(member, tmp_path / "bills", "pumpd==2.1")
        with pytest.raises(NothingToCheck, match="of advisories could not be read"):
            answer(member, CVE, "Hub")

    def test_a_person_may_say_how_many(self, member, tmp_path):
        hold(member, tmp_path / "bills", "pumpd==banana")
        made = answer(member, CVE, "Hub", count=0)
        assert (told(made)["count"], made.by_hand) == (0, True)
        assert "what you say" in made.notes[0]

    def test_without_an_inventory_none_is_not_said(self, world, hub):
        bare = world.joined(hub, "Bare")
        tell_advisory(hub)
        world.sync(bare)
        with pytest.raises(NothingToCheck, match="keeps no inventory"):
            answer(bare, CVE, "Hub")

    def test_by_name_alone_nothing_is_found(self, world, hub, member):
        tell(hub, by_name("CVE-2026-7777"))
        world.sync(member)
        with pytest.raises(NothingToCheck, match="says which versions"):
            answer(member, "CVE-2026-7777", "Hub")
        assert told(answer(member, "CVE-2026-7777", "Hub", count=2))["count"] == 2

    def test_products_without_a_name_to_find_one_by_are_not_none(self, world, hub, member):
        tree = {"full_product_names": [{"product_id": "P", "name": "A pump"}]}
        flaw = {"cve": "CVE-2026-8888", "product_status": {"known_affected": ["P"]}}
        publish(hub, json.dumps(csaf(tree, flaw)).encode(), name="csaf.json", by="ann")
        world.sync(member)
        with pytest.raises(NothingToCheck, match="1 product of advisories could not be looked for"):
            answer(member, "CVE-2026-8888", "Hub")


class TestToWhom:
    def test_a_hub_that_did_not_warn_of_it_is_not_answered(self, member, second):
        with pytest.raises(NothingToCheck, match="Second has not warned of CVE-2026-1111"):
            answer(member, CVE, "Second")

    def test_one_that_withdrew_it_is_not_answered(self, world, hub, member):
        [report] = [one["id"] for one in stored(hub, "warnings", "report")]
        withdraw(hub, report, why="the wrong pump", by="ann")
        world.sync(member)
        with pytest.raises(NothingToCheck, match="Hub withdrew its warning of CVE-2026-1111: the wrong pump"):
            answer(member, CVE, "Hub")

    def test_one_that_was_not_joined_is_not_answered(self, member):
        with pytest.raises(BadInput):
            answer(member, CVE, "Nobody")

    def test_what_one_hub_said_in_confidence_is_not_in_what_another_is_answered(
        self, world, hub, member, second
    ):
        """The first's advisory is TLP:AMBER; the second names a product that is not here."""
        tell_advisory(second, advisory("other", id="OTHER-1"), tlp=Tlp.GREEN)
        world.sync(member)
        with pytest.raises(
            NotPermitted, match="may not be told to Second; and that none is would not be true"
        ):
            answer(member, CVE, "Second")
        assert answer(member, CVE, "Hub").count == 1

    def test_what_was_said_in_confidence_is_not_counted_beside_what_may_be_told(
        self, world, hub, member, second
    ):
        tell_advisory(second, advisory("valved", "4", id="VALVE-7"), tlp=Tlp.GREEN)
        world.sync(member)
        made = answer(member, CVE, "Second")
        assert made.count == 1
        assert made.notes == ("1 product is not counted, since what says it is may not be told to Second.",)

    def test_what_may_be_passed_on_counts_everywhere(self, world, hub, member, second):
        world.wait(60)
        tell_advisory(hub, advisory("valved", "4", id="VALVE-7"), tlp=Tlp.GREEN)
        tell_advisory(second, advisory("other", id="OTHER-1"), tlp=Tlp.GREEN)
        world.sync(member)
        made = answer(member, CVE, "Second")
        assert made.count == 1
        assert len(made.notes) == 1

    def test_a_marking_of_the_document_itself_binds_too(self, world, hub, member, second):
        tree = {
            "full_product_names": [
                {
                    "product_id": "P",
                    "name": "pumpd 1.4",
                    "product_identification_helper": {"purl": "pkg:pypi/valved@3.1"},
                }
            ]
        }
        flaw = {"cve": CVE, "product_status": {"known_affected": ["P"]}}
        own = {"tlp": {"label": "AMBER"}}
        document = json.dumps(csaf(tree, flaw, distribution=own))
        # Written by a hub that marks it less strictly than the document does.
        made = advisory_objects(hub, document.encode(), "a.json", tlp=None, audience=())
        loose = made.body.replace(marking_id(Tlp.AMBER).encode(), marking_id(Tlp.GREEN).encode())
        world.wait(60)
        held = [{**one, "modified": hub.now_text} for one in json.loads(loose)["objects"]]
        publish(hub, envelope(*held), name="a.json", by="ann")
        tell_advisory(second, advisory("other", id="OTHER-1"), tlp=Tlp.GREEN)
        world.sync(member)
        assert answer(member, CVE, "Hub").count == 2
        with pytest.raises(NotPermitted):
            answer(member, CVE, "Second")

    def test_what_is_for_named_people_is_not_answered_by_a_node(self, world, hub, member):
        tell(hub, by_name("CVE-2026-7777", object_marking_refs=[marking_id(Tlp.RED)]))
        world.sync(member)
        with pytest.raises((NotPermitted, NothingToCheck)):
            answer(member, "CVE-2026-7777", "Hub", count=1)

    def test_an_audience_binds_the_answer(self, world, hub, member):
        world.wait(60)
        tell_advisory(hub, advisory("pumpd", id="PUMP-2", cve="CVE-2026-2222"), audience=["sector:water"])
        world.sync(member)
        definition, held = objects(answer(member, "CVE-2026-2222", "Hub"))
        assert definition["type"] == "marking-definition"
        assert tlp_of(held["object_marking_refs"]) == "amber"
        assert definition["id"] in held["object_marking_refs"]


def test_on_postgresql_it_is_the_same(world, hub, tmp_path, postgres):
    member = world.joined(hub, "Brookwater", database=postgres())
    hold(member, tmp_path / "bills", "pumpd==1.4")
    done = tell_advisory(hub)
    world.sync(member)
    assert answer(member, CVE, "Hub").count == 1
    withdraw(hub, done.advisory.report, why="the wrong pump", by="ann")
    world.sync(member)
    with pytest.raises(NothingToCheck, match="withdrew its warning"):
        answer(member, CVE, "Hub")
