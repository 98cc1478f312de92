from __future__ import annotations

import pytest

from inventory.made import advisory, component
from inventory.stocked import OPENSSL, about, bill, feed
from tocsin.cli.check_inventory import inventory_exit_code
from tocsin.cli.formats.inventory_table import render
from tocsin.errors import BadInput, NothingToCheck
from tocsin.inventory.advisory import Form
from tocsin.inventory.told.advice import compensating, state_words
from tocsin.inventory.told.json_rows import answer, row
from tocsin.inventory.told.product import Deeds
from tocsin.service.inventory.check_node import affected, check_node
from tocsin.service.inventory.treat import Wish, treat
from tocsin.store import log

DAY_US = 86_400_000_000
TODAY, TOMORROW = "2025-06-15", "2025-06-16"
ACCEPTED = Wish("accepted", TOMORROW, why="It is not used.")


def told(hub, product="openssl", vulnerability="CVE-2025-1", site="server-1", wish=ACCEPTED):
    return treat(hub.node, product, vulnerability, site, wish, by="ann").treatment


def exposure(hub, vulnerability="CVE-2025-1"):
    result = check_node(hub.node, (), None)
    return next(one for one in result.exposures if one.judgement.vulnerability == vulnerability)


def table(hub):
    return "".join(render(check_node(hub.node, (), None), width=120))


def code(hub, fail_on="affected"):
    return inventory_exit_code(check_node(hub.node, (), None), fail_on=fail_on, allow_unchecked=True)


def twin():
    """The same package, as another tool writes it."""
    return component(
        "3.0.11-1", name="openssl", purls=OPENSSL.identity.purls, hashes=("sha1:" + "0" * 40,)
    )  # fmt: skip


def test_a_package_that_two_bills_write_in_two_ways_is_one_to_whoever_says_what_is_done(hub):
    bill(hub, "server-1", twin(), name="other.json")
    assert told(hub, "openssl", wish=Wish("mitigated", why="off")).state == "mitigated"
    of_it = [
        one for one in check_node(hub.node, (), None).exposures if one.judgement.vulnerability == "CVE-2025-1"
    ]
    at_site = [one for one in of_it if one.site == "server-1" and one.is_to_do]
    assert len(at_site) == 2
    assert {one.treatment.state for one in at_site} == {"mitigated"}


def test_of_several_versions_the_one_is_meant_that_is_affected(hub):
    mended = component("9.9-1", name="openssl", purls=("pkg:deb/debian/openssl@9.9-1",))
    bill(hub, "server-1", mended, name="new")
    assert (
        treat(hub.node, "openssl", "CVE-2025-1", "server-1", ACCEPTED, by="a").component.version == "3.0.11-1"
    )


def test_two_devices_of_one_name_are_told_apart_by_their_serial_numbers(hub):
    first, other = (
        component("1.0", name="PLC", vendor="Acme", serials=(serial,)) for serial in ("S-1", "S-2")
    )
    bill(hub, "plant-2", first, other, name="plcs")
    feed(hub, "csaf", advisory(about(first, "CVE-2025-9", "2.0"), form=Form.CSAF, id="ACME-1"))
    with pytest.raises(BadInput, match="2 products at plant-2 are called PLC") as refused:
        told(hub, "PLC", "CVE-2025-9", "plant-2")
    assert refused.value.hint == "Name one of them: S-1, S-2"
    done = treat(hub.node, "s-2", "CVE-2025-9", "plant-2", ACCEPTED, by="a")
    assert done.component.identity == other.identity
    left = [one for one in check_node(hub.node, (), None).exposures if one.is_open and one.site == "plant-2"]
    assert [one.component.identity for one in left] == [first.identity]


@pytest.mark.parametrize(
    "name",
    ["openssl", "OpenSSL 3.0.11-1", "pkg:deb/debian/openssl@3.0.11-1", "pkg:deb/debian/openssl"],
)
def test_a_product_is_named_as_it_is_shown_or_by_its_purl(hub, name):
    assert told(hub, name).state == "accepted"


def test_a_vulnerability_goes_by_its_name_in_any_case_or_by_its_advisorys(hub):
    assert (
        treat(hub.node, "openssl", "cve-2025-2", "server-1", ACCEPTED, by="a").vulnerability == "CVE-2025-2"
    )
    assert treat(hub.node, "openssl", "DSA-2", "server-1", ACCEPTED, by="a").vulnerability == "CVE-2025-2"


def test_what_is_not_there_or_is_not_concerned_is_refused_with_what_to_do(hub):
    for wrong, words in (
        ({"product": "nothing"}, "nothing at server-1 is called nothing"),
        ({"site": "nowhere"}, "nothing is at nowhere"),
        ({"vulnerability": "CVE-2025-4"}, "concerns openssl"),
        ({"vulnerability": "CVE-1999-1"}, "no advisory here speaks of CVE-1999-1"),
    ):
        with pytest.raises(NothingToCheck, match=words):
            told(hub, **wrong)


def test_a_name_that_two_versions_have_is_refused(hub):
    bill(hub, "server-1", component("1.1", name="openssl", purls=("pkg:deb/debian/openssl@1.1",)), name="old")
    with pytest.raises(BadInput, match="2 products at server-1 are called openssl"):
        told(hub)
    assert told(hub, "openssl 3.0.11-1").state == "accepted"


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish("done"), "there is no state 'done'"),
        (Wish("accepted", why="x"), "accepted needs a day"),
        (Wish("accepted", TOMORROW), "needs a reason"),
        (Wish("accepted", TOMORROW, why="  "), "needs a reason"),
        (Wish("accepted", "2025-06-14", why="x"), "2025-06-14 has passed"),
        (Wish("awaiting-outage"), "awaiting-outage needs a day"),
        (Wish("awaiting-outage", "soon"), "'soon' is no day"),
        (Wish("mitigated", TOMORROW), "mitigated holds until it is changed"),
        (Wish("open", TOMORROW), "open holds until it is changed"),
    ],
)
def test_a_wish_that_is_none_is_refused_and_nothing_is_kept(hub, wish, words):
    with hub.node.reading() as connection:
        size = log.size(connection)
    with pytest.raises(BadInput, match=words):
        told(hub, wish=wish)
    assert not exposure(hub).treatment.changed
    with hub.node.reading() as connection:
        assert log.size(connection) == size


def test_owner_and_approval_stay_as_they_were_until_another_is_said(hub):
    assert told(hub, wish=Wish("mitigated")).owner == "J. Doe"
    told(hub, wish=Wish("awaiting-outage", TOMORROW, owner="M. Roe", approved=True))
    kept = told(hub, wish=Wish("mitigated", why="A filter."))
    assert (kept.owner, kept.approved, kept.why) == ("M. Roe", True, "A filter.")
    assert told(hub, wish=Wish("open", owner="", approved=False)).owner == ""
    assert exposure(hub).treatment.by == "ann"


def test_an_acceptance_whose_day_has_passed_is_open_again_and_says_so(hub):
    told(hub)
    assert exposure(hub).treatment.is_settled
    hub.now_us += DAY_US
    assert exposure(hub).treatment.is_settled, "the day itself is within"
    hub.now_us += DAY_US
    held = exposure(hub).treatment
    assert (held.state, held.lapsed) == ("open", "accepted")
    assert state_words(held) == f"open again: it was accepted until {TOMORROW}, and that day has passed"
    assert "open again: it was accepted" in table(hub)
    assert row(exposure(hub), Deeds(check_node(hub.node, (), None).exposures))["lapsed"] == "accepted"


def test_an_outage_that_was_waited_for_in_vain_is_said(hub):
    told(hub, wish=Wish("awaiting-outage", TODAY))
    assert not exposure(hub).treatment.lapsed
    hub.now_us += DAY_US
    assert exposure(hub).treatment.lapsed == "awaiting-outage"
    assert "it was to wait for the outage" in table(hub)


def test_what_is_accepted_or_mitigated_is_told_apart_after_the_open_and_is_never_hidden(hub):
    before = [one.judgement.vulnerability for one in check_node(hub.node, (), None).exposures]
    assert before[0] == "CVE-2025-1"
    told(hub)
    told(hub, "Siemens S7-1500 V2.1", "CVE-2025-4", "plant", Wish("mitigated", why="Port 102 is shut."))
    result = check_node(hub.node, (), None)
    names = [one.judgement.vulnerability for one in result.exposures]
    assert sorted(names) == sorted(before)
    assert names.index("CVE-2025-2") < names.index("CVE-2025-1")
    text = table(hub)
    to_do, _, settled = text.partition("MITIGATED OR ACCEPTED (2 vulnerabilities)")
    assert "CVE-2025-2" in to_do
    assert "CVE-2025-1" not in to_do
    assert f"CVE-2025-1 accepted until {TOMORROW}: It is not used. (J. Doe)" in settled
    assert "CVE-2025-4 mitigated: Port 102 is shut." in settled


def test_counts_tell_what_of_the_affected_is_treated_altogether(hub):
    told(hub)
    assert check_node(hub.node, (), None).counts.treated == 0, "a second vulnerability of it is open"
    told(hub, vulnerability="CVE-2025-2")
    result = check_node(hub.node, (), None)
    assert (result.counts.affected, result.counts.treated) == (3, 1)
    assert answer(result)["states"] == {"open": 2, "mitigated": 0, "accepted": 2, "awaiting-outage": 0}
    assert "Of 1 product all of it is mitigated or accepted." in table(hub)


def test_a_check_fails_until_all_that_is_affected_is_accepted_or_mitigated(hub):
    told(hub)
    told(hub, vulnerability="CVE-2025-2", wish=Wish("mitigated"))
    told(hub, "Pumps P-1 1.0", "CVE-2025-5", "plant")
    assert code(hub) == 1
    told(hub, "Siemens S7-1500", "CVE-2025-4", "plant", Wish("awaiting-outage", TOMORROW))
    assert code(hub) == 1, "what waits for an outage is still to be done"
    told(hub, "Siemens S7-1500", "CVE-2025-4", "plant")
    assert code(hub) == 0
    assert inventory_exit_code(check_node(hub.node, (), None), fail_on="affected", allow_unchecked=False) == 7
    assert affected(hub.node, "CVE-2025-1", None).counts.treated == 1
    hub.now_us += 2 * DAY_US
    assert code(hub) == 1


def test_what_cannot_be_told_of_a_product_that_is_accepted_still_makes_it_7(hub):
    bill(hub, "plant", name="plc.csv")
    bill(hub, "server-1", OPENSSL, name="status")
    feed(hub, "csaf")
    feed(
        hub,
        "osv",
        advisory(about(OPENSSL, "CVE-2025-1", "9"), form=Form.OSV, id="DSA-1"),
        advisory(about(OPENSSL, "CVE-2025-2", "9", condition="Only with -x"), form=Form.OSV, id="DSA-2"),
    )
    feed(hub, "csaf", advisory(form=Form.CSAF, id="X"))
    told(hub)
    result = check_node(hub.node, (), None)
    assert result.counts.unknown == 0
    assert inventory_exit_code(result, fail_on="affected", allow_unchecked=False) == 7
    assert code(hub, "unknown") == 1


def test_a_controller_is_told_what_protects_it_until_the_next_outage(hub):
    named = exposure(hub, "CVE-2025-4")
    assert compensating(named) == "until the next outage: Block port 102 at the firewall (ICSA-25-001-01)"
    general = compensating(exposure(hub, "CVE-2025-5"))
    assert general.startswith("until the next outage: take it off networks that reach the internet")
    assert "CISA" in general
    assert compensating(exposure(hub, "CVE-2025-1")) == ""
    assert row(named, Deeds(check_node(hub.node, (), None).exposures))["compensating"] == compensating(named)
    assert "  now      until the next outage: Block port 102" in table(hub)


def test_that_it_was_noted_is_in_the_log_without_what_it_is_of(hub):
    told(hub, wish=Wish("accepted", TOMORROW, why="A secret reason."))
    with hub.node.reading() as connection:
        last = log.size(connection) - 1
        [opening] = log.openings(connection, [last])
        person = log.persons(connection, [last])[last][1]
    assert (opening.entry.act, opening.entry.by, person) == ("treat", "Hub", "ann")
    assert not {"openssl", "server-1", "CVE-2025-1", "A secret reason."} & set(
        map(str, opening.entry.subject.values())
    )
    assert opening.entry.subject["state"] == "accepted"
