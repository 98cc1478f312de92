"""Cases of ransom across the exchange: victims share marks, the hub links them, each learns what the other allows."""

from __future__ import annotations

import json

import msgspec
import pytest

from drawn_ledgers import tx, txid
from service.exchange.test_advisories_leak import all_that_is_given, token_of
from service.exchange.world import acts, enrol, id_of, leaves, send, tell
from tocsin.errors import BadInput, NothingToCheck, NotPermitted, UsageError
from tocsin.incidents.form import read_whole_form
from tocsin.model.tlp import Tlp, marking_id
from tocsin.ransom.links.link import Kind
from tocsin.ransom.links.marks import PUBLIC, key_of, key_text
from tocsin.ransom.links.shared import CASE_TYPE, Tell
from tocsin.service.exchange.access import access_of_person
from tocsin.service.exchange.inbox import items, preview, refuse, release
from tocsin.service.exchange.members import revoke_member
from tocsin.service.exchange.share import queue
from tocsin.service.exchange.warning_list import Asked, list_warnings
from tocsin.service.exchange.withdraw import withdraw
from tocsin.service.incidents.kept import short_id
from tocsin.service.incidents.record import keep, new_incident
from tocsin.service.inventory.feeds import FeedWishes, sync_feeds
from tocsin.service.ransom.ledger_files import FileRead
from tocsin.service.ransom.load import load
from tocsin.service.ransom.sent_cases import sent_cases
from tocsin.service.ransom.share import case_id, share
from tocsin.service.ransom.telling import publish_links, telling
from tocsin.service.ransom.told import given_links
from tocsin.service.ransom.trace import kept_ledger

BTC = 100_000_000
BLUE, RED = "15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
TILL = "bc1qq2euq8pw950klpjcawuy4uj39ym43hs6cfsegq"
KEY = key_of(key_text(b"k" * 32))
LEDGERS = {
    BLUE: (tx(1, [(101, 0, BTC)], [(BTC, BLUE)]), tx(2, [(1, 0, BTC)], [(BTC, TILL)])),
    RED: (tx(3, [(102, 0, BTC)], [(BTC, RED)]), tx(4, [(3, 0, BTC)], [(BTC, TILL)])),
}


def victim(world, hub, name, address, *sectors):
    """A member whose incident has a ransom that was paid to ``address``, and went to the till."""
    made = world.joined(hub, name, *(sectors or ("energy",)))
    noted(made, f"{name} is encrypted", address)
    load(made, [FileRead("f", LEDGERS.get(address, ()), ())])
    return made


def noted(node, name, address, whose="", tlp="amber"):
    form = f"""name = "{name}"
tlp = "{tlp}"
summary = "The secret of {name}"
whose = "{whose}"
[victim]
name = "{name}"
[contact]
email = "secret@victim.example"
[ransom]
amount = "77.7"
asset = "BTC"
at = "2026-04-01"
wallets = ["{address}"]
note_names = ["DarkSide"]
"""
    return keep(node, [read_whole_form(form, new_incident(node, ""))], by="bea")[0]


@pytest.fixture
def brook(world, hub):
    return victim(world, hub, "Brookwater", BLUE)


@pytest.fixture
def river(world, hub):
    return victim(world, hub, "Riverton", RED, "water")


def offered(node, *, full=False, **more):
    name = f"{node.own.name} is encrypted"
    return share(node, name, "Hub", full=full, **more)


def sent(world, node, **more):
    queue(node, offered(node, **more).offer)
    [done] = world.sync(node)
    assert done.problems == []


def told(world, hub, *nodes):
    """Tell the members, and let them sync."""
    made = publish_links(hub, by="ann")
    for node in nodes:
        world.sync(node)
    return made


def links(node, *keys):
    return [
        (one.incident and one.incident.name, one.link.kind.value, one.value, one.link.other.words)
        for one in given_links(node, kept_ledger(node), keys)
    ]


def body_of(offer):
    [held] = json.loads(offer.offer.body)["objects"]
    return held


class TestSharing:
    def test_hashed_hashes_leave_and_nothing_of_the_incident(self, brook):
        made = offered(brook, key=KEY)
        held = body_of(made)
        assert held["type"] == CASE_TYPE
        assert [one["kind"] for one in held["marks"]] == ["address", "cash-out"]
        assert (held["key"], held["tell"]) == (KEY.name, "nothing")
        assert held["object_marking_refs"] == [marking_id(Tlp.AMBER_STRICT)]
        incident = made.incident
        for secret in (
            BLUE,
            TILL,
            txid(1),
            "77.7",
            "2026-04-01",
            "DarkSide",
            "secret",
            "Brookwater",
            incident.id,
        ):
            assert secret.encode() not in made.offer.body
        assert [mark.value for mark, _ in made.marks] == [BLUE, TILL]
        how, of_you = made.notes
        assert how.startswith(
            f"1 address, 1 address that the money came to; hashed under the key {KEY.name}: Hub compares them and cannot "
        )
        assert of_you == (
            "Hub knows whose case it is. A member with a linked case is told that another has one, not who."
        )

    def test_what_a_hub_was_told_is_read_back_from_the_bytes_that_left(self, world, hub, brook):
        made = offered(brook, key=KEY, tell=Tell.SECTOR)
        another = noted(brook, "Not shared", RED)
        assert sent_cases(brook, [made.incident, another]) == []
        queue(brook, made.offer)
        [waits] = sent_cases(brook, [another, made.incident])
        assert (waits.incident, waits.hub, waits.sent_us) == (made.incident.id, "Hub", None)
        assert waits.what == "1 address, 1 address that the money came to"
        assert waits.how == f"hashed under the key {KEY.name}"
        assert waits.told_of_us == "your sectors"
        world.sync(brook)
        [went] = sent_cases(brook, [made.incident])
        assert (went.case, went.sent_us is not None) == (waits.case, True)
        assert sent_cases(brook, [msgspec.structs.replace(made.incident, whose="Riverton")]) == []

    def test_under_the_public_key_it_is_said_how_little_a_hash_hides(self, brook):
        assert "tries each" in offered(brook).notes[0]
        assert body_of(offered(brook))["key"] == PUBLIC.name

    def test_in_full_addresses_leave_and_nothing_else_of_the_incident(self, brook):
        made = offered(brook, full=True, tell=Tell.CONTACT, contact="Bea, bea@brook.example")
        held = body_of(made)
        assert [one["value"] for one in held["marks"]] == [BLUE, TILL]
        assert held["contact"] == "Bea, bea@brook.example"
        for secret in ("77.7", "2026-04-01", "DarkSide", "secret", txid(1)):
            assert secret.encode() not in made.offer.body
        assert made.notes[0].endswith("in full: Hub's people read them.")

    def test_what_lies_behind_a_labelled_service_is_not_shared(self, brook, tmp_path):
        behind = "1AjZPMsnmpdK2Rv9KQNfMurTXinscVro9V"
        load(brook, [FileRead("g", (tx(7, [(2, 0, BTC)], [(BTC, behind)]),), ())])
        assert [mark.value for mark, _ in offered(brook).marks] == [BLUE, TILL, behind]
        pack = tmp_path / "exchanges.yaml"
        pack.write_text(
            "title: A\ncreator: B\nsource: https://example.org/p\ncurrency: BTC\nlastmod: 2021-11-14\n"
            f"tags:\n- address: {TILL}\n  label: A market\n  category: exchange\n"
        )
        [done] = sync_feeds(brook, ["tagpacks"], FeedWishes(str(pack)), None)
        assert done.problems == []
        made = offered(brook)
        assert [mark.value for mark, _ in made.marks] == [BLUE, TILL]
        [_, till] = body_of(made)["marks"]
        assert till["doubts"] == 1

    def test_only_what_is_chosen_leaves(self, brook):
        assert [mark.kind for mark, _ in offered(brook, kinds=[Kind.CASH_OUT]).marks] == [Kind.CASH_OUT]

    def test_shared_again_it_is_a_new_version_under_an_id_that_another_hub_is_not_told(
        self, world, hub, brook
    ):
        first = body_of(offered(brook))
        sent(world, brook)
        world.wait(60)
        again = body_of(offered(brook))
        assert (first["id"], first["created"]) == (again["id"], again["created"])
        assert first["modified"] < again["modified"]
        incident = offered(brook).incident.id
        assert case_id(brook, incident, "Hub") == first["id"]
        assert case_id(brook, incident, "Other hub") != first["id"]

    def test_what_cannot_be_shared_is_told(self, world, hub, brook):
        with pytest.raises(NothingToCheck, match="nothing of Brookwater is encrypted was sent"):
            offered(brook, take_back=True)
        with pytest.raises(BadInput, match="Nowhere"):
            share(brook, "Brookwater is encrypted", "Nowhere", full=False)
        noted(brook, "Bare", "")
        with pytest.raises(NothingToCheck, match="no address and no payment"):
            share(brook, "Bare", "Hub", full=False)
        noted(brook, "Another's", BLUE, whose="Somebody")
        with pytest.raises(NotPermitted, match="not yours"):
            share(brook, "Another's", "Hub", full=False)
        for more in ({"tell": Tell.CONTACT}, {"contact": "x"}, {"tell": Tell.CONTACT, "contact": "x" * 201}):
            with pytest.raises(UsageError):
                offered(brook, **more)

    @pytest.mark.parametrize("mark", ["\x1b[2J", "\n", "\t", "\x7f", "\u202e"], ids=ascii)
    def test_a_contact_is_one_line_that_steers_no_screen(self, brook, mark):
        with pytest.raises(UsageError, match="control character"):
            offered(brook, tell=Tell.CONTACT, contact=f"Ann{mark}, +1 555 0100")
        made = offered(brook, tell=Tell.CONTACT, contact="Änne Öz, +1 555 0100")
        assert body_of(made)["contact"] == "Änne Öz, +1 555 0100"

    @pytest.mark.parametrize(
        ("tlp", "error", "what"),
        [
            ("red", NotPermitted, "TLP:RED"),
            ("TLP:RED", NotPermitted, "no hub"),
            ("purple", UsageError, "no TLP"),
        ],
        ids=["red", "spelled out", "none"],
    )
    def test_what_is_for_named_people_goes_to_no_hub_and_is_still_taken_back(
        self, world, brook, tlp, error, what
    ):
        sent(world, brook)
        world.wait(60)
        incident = offered(brook).incident
        keep(brook, [msgspec.structs.replace(incident, tlp=tlp)], by="bea")
        with pytest.raises(error, match=what) as caught:
            offered(brook)
        assert f"incident edit {short_id(incident)} --set tlp=amber+strict" in caught.value.hint
        assert body_of(offered(brook, take_back=True))["marks"] == []

    def test_nothing_is_sent_before_it_is_queued(self, world, hub, brook):
        offered(brook)
        world.sync(brook)
        assert items(hub) == []


class TestLinking:
    @pytest.mark.parametrize("key", [KEY, PUBLIC], ids=["keyed", "public"])
    def test_victims_that_do_not_know_of_each_other_learn_that_they_cash_out_at_one_address(
        self, world, hub, brook, river, key
    ):
        sent(world, brook, key=key)
        sent(world, river, key=key)
        made = told(world, hub, brook, river)
        assert (made.cases, made.senders, [one.name for one in made.members]) == (
            2,
            2,
            ["Brookwater", "Riverton"],
        )
        assert links(brook, KEY) == [("Brookwater is encrypted", "cash-out", TILL, "another member")]
        assert links(river, KEY) == [("Riverton is encrypted", "cash-out", TILL, "another member")]

    def test_without_the_key_a_member_reads_no_hash(self, world, hub, brook, river):
        sent(world, brook, key=KEY)
        sent(world, river, key=KEY)
        told(world, hub, brook)
        assert links(brook) == [("Brookwater is encrypted", "cash-out", "", "another member")]

    def test_under_different_keys_nothing_is_compared(self, world, hub, brook, river):
        sent(world, brook, key=KEY)
        sent(world, river)
        made = told(world, hub, brook, river)
        assert (made.cases, made.members) == (2, ())
        assert links(brook, KEY) == []

    def test_in_full_and_hashed_under_the_public_key_are_compared(self, world, hub, brook, river):
        sent(world, brook, full=True, key=KEY)
        sent(world, river)
        told(world, hub, brook)
        assert [one[1] for one in links(brook, KEY)] == ["cash-out"]

    @pytest.mark.parametrize(
        ("tell", "words"),
        [
            (Tell.NOTHING, "another member"),
            (Tell.SECTOR, "another member (Water and Wastewater Systems)"),
            (Tell.NAME, "Riverton (Water and Wastewater Systems)"),
            (Tell.CONTACT, "Riverton (Water and Wastewater Systems; Rita)"),
        ],
        ids=lambda one: one.value if isinstance(one, Tell) else "",
    )
    def test_each_is_told_what_the_other_allows_and_the_other_nothing_for_it(
        self, world, hub, brook, river, tell, words
    ):
        sent(world, brook)
        sent(world, river, tell=tell, contact="Rita" if tell is Tell.CONTACT else "")
        told(world, hub, brook, river)
        assert [one[3] for one in links(brook)] == [words]
        assert [one[3] for one in links(river)] == ["another member"]

    @pytest.mark.parametrize("full", [True, False], ids=["full", "hashed"])
    def test_no_byte_of_the_other_and_of_no_other_case_reaches_a_member(self, world, hub, brook, river, full):
        """All that the hub gave: searched for whose it was, its id, its hashes, and whoever has no link."""
        third = victim(world, hub, "Thirdtown", "12ib7dApVFvg82TXKycWBNpN8kFyiAN1dr", "dams")
        for node in (brook, river, third):
            sent(world, node, full=full)
        world.asked.clear()
        told(world, hub, brook, river, third)
        given = all_that_is_given(hub, token_of(hub, "Brookwater"))
        assert "ransom-links" in given
        mine = {one["hash"] for one in body_of(offered(brook))["marks"]}
        for node in (river, third):
            held = body_of(offered(node))
            secrets = [
                RED,
                node.own.name,
                node.own.id,
                held["id"],
                *({one["hash"] for one in held["marks"]} - mine),
            ]
            for secret in secrets:
                assert secret not in given, secret
        nothing = all_that_is_given(hub, token_of(hub, "Thirdtown"))
        for secret in ("ransom-links", brook.own.id, river.own.id, body_of(offered(brook))["id"], *mine):
            assert secret not in nothing
        assert links(third) == []

    def test_nothing_but_what_was_previewed_left_the_member(self, world, hub, brook, river):
        made = offered(brook, key=KEY)
        world.asked.clear()
        queue(brook, made.offer)
        world.sync(brook)
        told(world, hub, brook)
        links(brook, KEY)
        bodies = [body for _, _, _, body in world.asked if body]
        id = body_of(made)["id"]
        assert bodies[0] == made.offer.body
        # What follows asks what became of it.
        assert {name for body in bodies[1:] for one in json.loads(body)["objects"] for name in one} <= {
            "id",
            "version",
        }
        assert {one["id"] for body in bodies[1:] for one in json.loads(body)["objects"]} <= {id}
        everything = b"\n".join(repr(one).encode() for one in world.asked)
        for secret in (BLUE, TILL, KEY.secret.hex(), made.incident.id):
            assert secret.encode() not in everything

    def test_the_key_is_nowhere_at_the_hub(self, world, hub, brook, river):
        sent(world, brook, key=KEY)
        files = b"".join(path.read_bytes() for path in hub.folder.rglob("*") if path.is_file())
        assert KEY.name.encode() in files
        for secret in (KEY.secret, KEY.secret.hex().encode(), BLUE.encode(), TILL.encode()):
            assert secret not in files

    def test_each_step_is_an_act_in_the_log_of_the_hub(self, world, hub, brook, river):
        before = len(acts(hub))
        sent(world, brook)
        sent(world, river)
        told(world, hub)
        new = leaves(hub)[before:]
        assert [act for act, _, _ in new] == ["submit", "submit", *["publish"] * 4]
        assert {subject["id"].partition("--")[0] for act, _, subject in new if act == "publish"} == {
            "marking-definition",
            "ransom-links",
        }

    def test_told_once_nothing_new_is_told(self, world, hub, brook, river):
        sent(world, brook)
        sent(world, river)
        assert len(telling(hub).objects) == 4
        told(world, hub)
        before = len(acts(hub))
        assert told(world, hub).members == ()
        assert len(acts(hub)) == before
        assert telling(hub).objects == ()


class TestTakingBack:
    def test_taken_back_the_other_is_told_of_it_no_more(self, world, hub, brook, river):
        sent(world, brook)
        sent(world, river)
        told(world, hub, brook, river)
        world.wait(60)
        sent(world, river, take_back=True)
        made = told(world, hub, brook, river)
        assert [(one.name, one.links) for one in made.members] == [("Brookwater", ()), ("Riverton", ())]
        assert links(brook) == links(river) == []
        world.wait(60)
        sent(world, river)
        told(world, hub, brook)
        assert len(links(brook)) == 1

    def test_what_is_taken_back_holds_no_mark(self, world, brook):
        sent(world, brook, tell=Tell.NAME)
        held = body_of(offered(brook, take_back=True))
        assert (held["marks"], held["tell"]) == ([], "nothing")

    def test_refused_or_with_its_member_gone_a_case_is_compared_no_more(self, world, hub, brook, river):
        sent(world, brook)
        sent(world, river)
        told(world, hub, brook)
        [case] = [one for one in items(hub) if one.id == body_of(offered(river))["id"]]
        refuse(hub, case.id, why="made up", by="ann")
        told(world, hub, brook)
        assert links(brook) == []
        world.wait(60)
        sent(world, river)
        told(world, hub, brook)
        assert len(links(brook)) == 1
        revoke_member(hub, "Riverton", by="ann")
        told(world, hub, brook)
        assert links(brook) == []

    def test_what_the_hub_withdrew_tells_nothing_and_is_told_anew_under_another_id(
        self, world, hub, brook, river
    ):
        sent(world, brook)
        sent(world, river)
        made = told(world, hub, brook)
        ids = [json.loads(body)["id"] for body in made.objects if b'"ransom-links"' in body]
        for id in ids:
            withdraw(hub, id, why="wrong", by="ann")
        world.sync(brook)
        assert links(brook) == []
        world.wait(60)
        again = told(world, hub, brook)
        assert ids[0] not in str(again.objects)
        assert len(links(brook)) == 1


class TestGuards:
    def test_a_case_is_never_published_nor_are_links_of_a_member(self, world, hub, brook):
        sent(world, brook)
        [case] = items(hub)
        for act, more in ((preview, {}), (release, {"by": "ann"})):
            with pytest.raises(BadInput, match="never published"):
                act(hub, case.id, **more)
        access, _ = enrol(hub, "Liar", "energy")
        made = {
            "type": "ransom-links", "spec_version": "2.1", "id": "ransom-links--00000000-0000-4000-8000-000000000001",
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "links": [],
        }  # fmt: skip
        send(hub, access, made)
        with pytest.raises(BadInput, match="no member's are published"):
            release(hub, made["id"], by="ann")

    def test_anonymous_ones_and_those_that_cannot_be_read_are_counted_and_not_compared(
        self, world, hub, brook, river
    ):
        sent(world, brook)
        held = body_of(offered(river))
        access, _ = enrol(hub, "Nameless", "energy")
        send(
            hub, access, {**held, "id": f"{CASE_TYPE}--00000000-0000-4000-8000-000000000001"}, anonymous=True
        )
        access, _ = enrol(hub, "Garbled", "energy")
        send(hub, access, {**held, "id": f"{CASE_TYPE}--00000000-0000-4000-8000-000000000002", "marks": 3})
        made = telling(hub)
        assert (made.cases, made.unread, made.unnamed, made.members) == (1, 1, 1, ())

    def test_of_a_member_with_too_many_cases_the_last_count(self, world, hub, brook, river, monkeypatch):
        monkeypatch.setattr("tocsin.service.ransom.telling.LINK_CASES_A_MEMBER", 1)
        sent(world, river)
        sent(world, brook)
        noted(brook, "Another", "12ib7dApVFvg82TXKycWBNpN8kFyiAN1dr")
        queue(brook, share(brook, "Another", "Hub", full=False).offer)
        world.sync(brook)
        made = telling(hub)
        assert (made.cases, made.left_out, made.members) == (2, 1, ())

    def test_links_are_no_warnings(self, world, hub, brook, river):
        sent(world, brook)
        sent(world, river)
        told(world, hub, brook)
        for node in (brook, hub):
            assert list_warnings(node, access_of_person(node, "bea"), Asked(), limit=10).warnings == []

    @pytest.mark.parametrize(
        ("more", "count"),
        [({}, 2), ({"created_by_ref": id_of("identity", 9)}, 1), ({"links": 3}, 1)],
        ids=["the hub's", "another's", "garbled"],
    )
    def test_only_what_the_hub_made_itself_and_can_be_read_tells_something(
        self, world, hub, brook, river, more, count
    ):
        sent(world, brook)
        sent(world, river)
        told_ = [json.loads(one) for one in publish_links(hub, by="ann").objects if b'"ransom-links"' in one]
        made = {name: one for name, one in told_[0].items() if name != "object_marking_refs"}
        tell(hub, {**made, "id": id_of("ransom-links", 9), **more}, tlp=Tlp.AMBER)
        world.sync(brook)
        assert len(links(brook)) == count
