"""A demand that is about to be paid, held against what hubs told of the ransoms of others: without asking anybody."""

from __future__ import annotations

import json
from datetime import date

import msgspec
import pytest

from drawn_ledgers import tx
from ransom.sanctions.lists import advanced_xml
from service.exchange.test_incidents import FORM, noted, objects, others, released, sent
from service.exchange.world import tell
from tocsin.cli.formats.screening import screening_lines, screening_markdown
from tocsin.cli.formats.screening_document import screening_document
from tocsin.incidents.incident import Payment
from tocsin.model.tlp import Tlp
from tocsin.ransom.screening.screening import MatchClass, Verdict
from tocsin.service.exchange.withdraw import withdraw
from tocsin.service.incidents.kept import newest
from tocsin.service.incidents.received import came_back, received_incidents
from tocsin.service.incidents.record import edit, keep
from tocsin.service.inventory.feeds import FeedWishes, sync_feeds
from tocsin.service.ransom.demands import demands, watch
from tocsin.service.ransom.dossier import dossier
from tocsin.service.ransom.known_ransoms import known_ransoms, unpaid
from tocsin.service.ransom.ledger_files import FileRead
from tocsin.service.ransom.load import load
from tocsin.service.ransom.screen import screen
from tocsin.service.ransom.trace import kept_ledger

OLD = "15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr"
"""The address of the form that Brookwater noted."""
OTHER = "3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC"
SAME_HAND = "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
TODAY = (2026, 9, 21)
DEMAND = """name = "Riverton is encrypted"
tlp = "amber"
[ransom]
amount = "3"
asset = "BTC"
wallets = ["{address}"]
"""


@pytest.fixture
def member(world, hub):
    return world.joined(hub, "Brookwater", "energy")


@pytest.fixture
def other(world, hub):
    return world.joined(hub, "Riverton", "energy")


def asked(node, address=OLD, more=""):
    return noted(node, DEMAND.format(address=address) + more)


def given(world, hub, member, *nodes, form=FORM, **more):
    """What Brookwater noted is sent, released, and given to the others."""
    made = sent(world, member, noted(member, form).id, **more)
    released(world, hub, *nodes)
    return made


def listed(node, tmp_path, *parties):
    path = tmp_path / "sdn.xml"
    path.write_bytes(advanced_xml(TODAY, list(parties)))
    (done,) = sync_feeds(node, ["ofac"], FeedWishes(str(path)), None)
    assert done.problems == []


def ransoms(found):
    return [match.ransom for _, match in found.matches if match.kind is MatchClass.INCIDENT]


@pytest.mark.parametrize("as_whom", [False, True], ids=["named", "anonymous"])
def test_the_address_of_another_victims_ransom_is_linked_and_says_who_told_of_it(
    world, hub, member, other, as_whom
):
    given(world, hub, member, other, anonymous=as_whom, parts=["actors"])
    found = screen(other, [OLD])
    [one] = ransoms(found)
    assert (one.name, one.by, one.tlp, one.names, one.origin) == (
        "Ransomware in Energy",
        "Hub",
        "green",
        ("DarkSide",),
        "given",
    )
    assert one.when == ("2026" if as_whom else "2026-04")
    assert (found.verdict, found.incidents, found.leads_to_party) == (Verdict.LINKED, 1, False)
    told = "another ransom: that of Ransomware in Energy (2026"
    assert told in "\n".join(screening_lines(found))
    assert f"{OLD}: LINKED: the ransom of another incident was to be paid to it" in screening_lines(found)
    assert "**LINKED: the ransom of another incident" in screening_markdown(found)
    assert "call Hub, who told of Ransomware in Energy" in found.next_steps[0]
    # At the hub it is the same, by its own word.
    assert [held.whose_word for held in ransoms(screen(hub, [OLD]))] == ["released by this node"]


def test_without_a_list_a_link_is_told_and_that_no_list_was_compared_as_well(world, hub, member, other):
    given(world, hub, member, other)
    found = screen(other, [OLD, OTHER])
    assert [one.verdict for one in found.screened] == [Verdict.LINKED, Verdict.NOT_SCREENABLE]
    document = screening_document(found)
    assert document["verdict"] == "linked"
    assert "no list of sanctioned parties is kept" in document["addresses"][0]["why"]
    assert document["warning"].endswith("Nothing was compared with one.")
    assert "tocsin sync ofac" in " ".join(found.next_steps)


def test_json_says_the_incident_and_how_the_address_fits(world, hub, member, other):
    given(world, hub, member, other)
    [match] = screening_document(screen(other, [OLD]))["matches"]
    told = match["incident"]
    assert (match["class"], match["list"], match["parties"]) == ("incident", None, [])
    assert told.pop("id").startswith("incident--")
    assert told == {
        "name": "Ransomware in Energy",
        "known_by": "given",
        "given_by": "Hub",
        "when": "2026-04",
        "tlp": "green",
        "actors": [],
        "malware": [],
        "contact": None,
        "address": OLD,
        "was_paid": False,
        "fits_as": "exact_address",
    }


def test_the_gang_that_an_incident_names_leads_to_the_listed_as_a_name_does(
    world, hub, member, other, tmp_path
):
    given(world, hub, member, other, form=FORM.replace("DarkSide", "Conti"), parts=["actors"])
    listed(other, tmp_path, ("40769", "Kovalev Vitaly Nikolayevich", []))
    found = screen(other, [OLD])
    assert [match.kind.value for _, match in found.matches] == ["incident", "actor"]
    actor = found.matches[1][1]
    assert actor.proof.startswith("Ransomware in Energy (2026-04, TLP:GREEN, given by Hub) names 'Conti'; ")
    assert [party.id for party in actor.parties] == ["40769"]
    assert (found.verdict, found.leads_to_party) == (Verdict.LINKED, True)
    assert found.next_steps[0].startswith("Do not pay until counsel")


@pytest.mark.parametrize("as_whom", [False, True], ids=["named", "anonymous"])
def test_ones_own_demand_is_no_match_of_itself_nor_when_it_comes_back(world, hub, other, as_whom):
    sent(world, other, asked(other).id, anonymous=as_whom, tlp="green")
    released(world, hub, other)
    assert screen(other, [OLD]).verdict is Verdict.NOT_SCREENABLE
    assert [one.verdict for one in demands(other)] == [Verdict.NOT_SCREENABLE]


def test_of_twins_that_came_anonymously_one_alone_is_ones_own(world, hub, member, other):
    for node in (member, other):
        sent(world, node, asked(node).id, anonymous=True, tlp="green")
    released(world, hub, other)
    with other.reading() as connection:
        ids = {one.id for one in known_ransoms(connection) if one.by}
        assert len(ids) == 2
        assert ids - came_back(other, connection, ids) == {
            one.incident.id for one in received_incidents(other, connection)
        }
    assert len(ransoms(screen(other, [OLD]))) == 1


def test_it_is_the_same_on_postgresql(world, hub, member, postgres):
    other = world.joined(hub, "Riverton", "energy", database=postgres())
    sent(world, other, asked(other).id, anonymous=True, tlp="green")
    given(world, hub, member, other, anonymous=True)
    assert [(one.verdict, one.reason[:42]) for one in demands(other)] == [
        (Verdict.LINKED, "is the address that Ransomware in Energy (")
    ]
    assert len(ransoms(screen(other, [OLD]))) == 1


def test_another_incident_of_ones_own_links(other):
    first = asked(other)
    assert screen(other, [OLD]).matches == ()
    keep(other, [_paid(other, first)], by="bea")
    second = noted(other, DEMAND.format(address=OLD).replace("Riverton", "Mill"))
    assert [(one.id, one.whose_word) for one in ransoms(screen(other, [OLD]))] == [(first.id, "your own")]
    [one] = demands(other)
    assert (one.incident.id, one.verdict) == (second.id, Verdict.LINKED)
    assert one.reason == "is the address that Riverton is encrypted (TLP:AMBER, your own) paid"


def _paid(node, incident):
    with node.reading() as connection:
        held = newest(connection, incident.id)
    ransom = msgspec.structs.replace(
        held.ransom, payments=(Payment(amount="3", asset="BTC", wallets=(OLD,)),)
    )
    return msgspec.structs.replace(held, ransom=ransom)


def test_what_the_hub_withdraws_or_says_no_more_counts_no_more(world, hub, member, other):
    given(world, hub, member, other)
    [held] = others(other)
    assert screen(other, [OLD]).incidents == 1
    withdraw(hub, held.incident.id, why="It was a drill", by="ann")
    world.sync(other)
    assert (screen(other, [OLD]).matches, screen(other, [OLD]).incidents) == ((), 0)


def test_the_last_version_of_an_incident_counts(world, hub, member, other):
    id = noted(member).id
    sent(world, member, id)
    released(world, hub, other)
    assert screen(other, [OLD]).verdict is Verdict.LINKED
    world.wait(60)
    edit(member, id, settings=[("ransom.wallets", f'["{OTHER}"]')], by="bea")
    sent(world, member, id)
    released(world, hub, other)
    assert [one.verdict.value for one in screen(other, [OLD, OTHER]).screened] == ["not_screenable", "linked"]


def test_an_incident_that_cannot_be_read_takes_none_other_with_it(world, hub, member, other):
    made = sent(world, member, noted(member).id)
    [first] = [one for one in objects(made) if one["type"] == "incident"]
    form = {"ransom": {"wallets": 3}}
    odd = {**first, "id": first["id"][:-4] + "0000", "extensions": {FORM_KEY: {"form": form}}}
    odd.pop("created_by_ref", None)
    tell(hub, odd, tlp=Tlp.GREEN)
    released(world, hub, other)
    assert len(ransoms(screen(other, [OLD]))) == 1


FORM_KEY = "extension-definition--0f2f6a52-5c0e-4b38-9d0b-6a3c1a0f9e4d"


def test_of_a_past_day_it_is_said_that_what_incidents_tell_is_of_today(world, hub, member, other, tmp_path):
    given(world, hub, member, other)
    listed(other, tmp_path, ("7", "EXAMPLE Person", [("XBT", SAME_HAND)]))
    world.wait(86_400)
    told = "The list is that of 2026-09-21; labels, incidents and the ledger are those of 2026-09-22."
    assert told in screening_lines(screen(other, [OLD], as_of=date(*TODAY)))
    assert told not in screening_lines(screen(other, [OLD]))


def test_an_address_of_the_cluster_is_linked_by_the_transactions_of_the_ledger(world, hub, member, other):
    given(world, hub, member, other)
    ledger = [
        tx(10, [(90, 0, 5)], [(5, OLD)]),
        tx(11, [(91, 0, 5)], [(5, SAME_HAND)]),
        tx(1, [(10, 0, 5), (11, 0, 5)], [(10, OTHER)]),
    ]
    load(other, [FileRead("made", tuple(ledger), ())])
    found = screen(other, [SAME_HAND])
    [(_, match)] = found.matches
    assert (match.how, [step.one for step in match.steps]) == (MatchClass.SAME_CLUSTER, [SAME_HAND])
    asked(other, SAME_HAND)
    assert [one.verdict.value for one in demands(other)] == ["not_screenable"], "the ledger is not looked at"
    [one] = demands(other, lambda: kept_ledger(other))
    assert (one.verdict, one.reason[:26]) == (Verdict.LINKED, f"has one holder with {OLD[:6]}")


def test_a_dossier_leaves_and_tells_nothing_of_the_incidents_of_others(world, hub, member, other, tmp_path):
    given(world, hub, member, other)
    listed(other, tmp_path, ("7", "EXAMPLE Person", [("XBT", SAME_HAND)]))
    id = asked(other).id
    for what in (id, OLD):
        made = dossier(other, what)
        assert [one.verdict for one in made.given.screening.screened] == [Verdict.NO_MATCH_FOUND]


# -- demands --------------------------------------------------------------------------------------


def no_ledger():
    raise AssertionError("the ledger was asked for")


def test_a_node_without_a_demand_has_none_and_reads_no_ledger(world, hub, member, other):
    given(world, hub, member, other)
    assert demands(other, no_ledger) == ()


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ("", 1),
        ('[[ransom.payments]]\namount = "3"\n', 0),
        ('[moments]\npaid = "2026-04-08"\n', 0),
    ],
    ids=["unpaid", "paid", "paid at some time"],
)
def test_what_was_paid_is_no_demand(other, more, count):
    asked(other, more=more)
    assert len(unpaid(other)) == count


@pytest.mark.parametrize(
    "line", ['investigation = "closed"', 'determination = "false-positive"', 'whose = "Mill"'], ids=range(3)
)
def test_nor_is_what_was_closed_was_none_or_is_anothers(other, line):
    noted(other, f"{line}\n{DEMAND.format(address=OLD)}")
    assert demands(other) == ()


def test_a_demand_says_its_incident_address_verdict_and_first_reason(world, hub, member, other, tmp_path):
    given(world, hub, member, other)
    listed(other, tmp_path, ("7", "EXAMPLE Person", [("XBT", SAME_HAND)]))
    first = asked(other)
    clean, hit = (noted(other, DEMAND.format(address=one)) for one in (OTHER, SAME_HAND))
    wrong = noted(other, DEMAND.format(address=OLD[:-1] + "s"))
    assert [(one.incident.id, one.address, one.verdict.value, one.reason) for one in demands(other)] == [
        (hit.id, SAME_HAND, "hit", "is listed by OFAC SDN for EXAMPLE Person"),
        (
            first.id,
            OLD,
            "linked",
            "is the address that Ransomware in Energy (2026-04, TLP:GREEN, given by Hub) was asked to pay",
        ),
        (
            wrong.id,
            OLD[:-1] + "s",
            "not_screenable",
            "the address holds a typing error: its checksum does not hold",
        ),
        (clean.id, OTHER, "no_match_found", ""),
    ]
    assert {one.is_current for one in demands(other)} == {True}
    world.wait(9 * 86_400)
    assert {one.is_current for one in demands(other)} == {False}


def test_of_two_demands_for_one_address_each_tells_of_the_other(other):
    asked(other)
    noted(other, DEMAND.format(address=OLD).replace("Riverton", "Mill"))
    told = {one.incident.name: one.reason for one in demands(other)}
    assert told == {
        f"{name} is encrypted": f"is the address that {by} is encrypted (TLP:AMBER, your own) was asked to pay"
        for name, by in (("Riverton", "Mill"), ("Mill", "Riverton"))
    }


def test_a_note_that_names_a_listed_gang_links_its_demand(other, tmp_path):
    listed(other, tmp_path, ("40769", "Kovalev Vitaly Nikolayevich", []))
    asked(other, OTHER, 'note_names = ["Conti"]\n')
    [one] = demands(other)
    assert one.verdict is Verdict.LINKED
    assert one.reason.startswith("is asked for by a note that leads to Kovalev Vitaly Nikolayevich")


def test_watching_tells_what_has_become_a_link_since_and_only_then(world, hub, member, other):
    asked(other)
    became = watch(other)
    assert became() == ()
    given(world, hub, member, other)
    assert [(one.address, one.verdict) for one in became()] == [(OLD, Verdict.LINKED)]
    assert watch(other)() == ()


def test_nothing_leaves_a_member_by_it(world, hub, member, other):
    given(world, hub, member, other)
    incident = asked(other)
    before = len(world.asked)
    assert screen(other, [OLD]).verdict is Verdict.LINKED
    assert [one.verdict for one in demands(other)] == [Verdict.LINKED]
    assert len(world.asked) == before
    became = watch(other)
    world.sync(other)
    became()
    left = json.dumps([repr(one) for one in world.asked[before:]]).lower()
    assert left != "[]"
    assert [word for word in (OLD.lower(), incident.id, "riverton is") if word in left] == []


def test_a_sync_asks_the_same_bytes_whether_a_demand_stands_or_not(world, hub, member, other):
    given(world, hub, member, other)

    def requests():
        before = len(world.asked)
        became = watch(other)
        world.sync(other)
        became()
        return [(method, url, body) for method, url, _, body in world.asked[before:]]

    without = requests()
    asked(other)
    assert requests() == without
