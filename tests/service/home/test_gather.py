from __future__ import annotations

import pytest

from inventory.made import advisory
from inventory.stocked import OPENSSL, ZLIB, about, bill, feed, stocked
from taxii.hub import Hub, indicator
from tocsin.errors import NotPermitted
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.access import access_of_person, access_of_token
from tocsin.service.home.gather import home
from tocsin.service.incidents.record import record
from tocsin.service.inventory.advisory_notes import mark
from tocsin.service.inventory.exposure_list import known
from tocsin.store.findings import shared
from web.things import finding, joined, kept, sent, sighting


@pytest.fixture
def hub(tmp_path):
    made = Hub(tmp_path / "hub")
    yield made
    made.node.close()


def seen(hub):
    return home(hub.node, access_of_person(hub.node, "Ann"))


def needs(hub):
    return {one.key: one for one in seen(hub).needs}


def unknown(hub):
    return " ".join(one.words for one in seen(hub).unknown)


def test_an_empty_node_says_with_what_to_begin(hub):
    found = seen(hub)
    assert (found.count, found.needs, found.unknown) == (0, [], [])
    assert len(found.steps) == 4


def test_what_is_not_kept_is_said_not_to_be_known(hub):
    joined(hub)
    assert seen(hub).steps == []
    assert "No inventory is kept here: whether you are exposed cannot be told." in unknown(hub)
    assert "No finding is kept here" in unknown(hub)
    assert "No hub or source" not in unknown(hub)
    bill(hub, "server-1", OPENSSL)
    assert "No advisories were read: whether you are exposed cannot be told." in unknown(hub)
    feed(hub, "osv", advisory(about(ZLIB, "CVE-1", "2.0")))
    assert "Nothing is known of 1 product here" in unknown(hub)


def test_the_gravest_hits_are_named_and_all_are_counted(hub):
    severities = ["low"] * 4 + ["critical"] + ["medium"] * 3
    kept(hub, *(finding(n, severity=one, title=f"{one} {n}") for n, one in enumerate(severities)))
    found = needs(hub)["hits"]
    assert [one.mark for one in found.items] == ["critical", "medium", "medium", "medium", "low"]
    assert (found.count, found.more) == (8, 3)


def test_a_hit_that_was_shared_needs_nobody(hub):
    kept(hub, finding(1), finding(2))
    hub.node.write(lambda connection: shared(connection, [finding(1).id], now_us=hub.now_us))
    assert [one.link for one in needs(hub)["hits"].items] == [f"/findings/{finding(2).id}"]
    hub.node.write(lambda connection: shared(connection, [finding(2).id], now_us=hub.now_us))
    assert "hits" not in needs(hub)
    assert "No finding is kept here" not in unknown(hub)


def test_a_hit_of_a_warning_that_one_may_not_see_is_not_told(hub):
    red = indicator(1, tlp=Tlp.RED)
    hub.publish(red)
    kept(hub, finding(1, warning=red["id"]))
    token = access_of_token(hub.node, hub.own)
    assert home(hub.node, token).needs == []


def test_everything_that_is_there_is_told_by_its_pillar(hub):
    stocked(hub)
    kept(hub, finding(1))
    joined(hub)
    token = hub.member("Water works")[0]
    sent(hub, token, sighting(indicator(2)["id"]))
    record(hub.node, "Billing is encrypted", by="ann")
    assert set(needs(hub)) == {"hits", "exposures", "reports", "inbox", "incidents", "feeds", "advisories"}


def test_an_advisory_that_was_read_needs_nobody(hub):
    stocked(hub)
    before = needs(hub)["advisories"].count
    ids = sorted(
        {one.judgement.match.advisory.id for one in known(hub.node).result.exposures if one.is_to_do}
    )
    mark(hub.node, ids[:1], by="ann")
    assert needs(hub)["advisories"].count < before


def test_a_token_is_told_what_it_is_not_told(hub):
    stocked(hub)
    record(hub.node, "Billing is encrypted", by="ann")
    found = home(hub.node, access_of_token(hub.node, hub.own))
    assert not {"incidents", "reports"} & {one.key for one in found.needs}
    assert "Incidents are for this node's own people" in " ".join(one.words for one in found.unknown)
    less = home(hub.node, access_of_token(hub.node, hub.token("Hub", ceiling=Tlp.GREEN)))
    assert not {"exposures", "advisories", "gate"} & {one.key for one in less.needs}
    assert "The inventory is not for this token" in " ".join(one.words for one in less.unknown)


def test_another_organisation_is_told_nothing(hub):
    token = hub.member("Water works")[0]
    with pytest.raises(NotPermitted):
        home(hub.node, access_of_token(hub.node, token))


def test_a_hub_with_members_is_not_empty(hub):
    hub.member("Water works")
    assert seen(hub).steps == []


def test_what_is_due_is_read_anew_once_the_inventory_is_another(hub):
    stocked(hub)
    before = needs(hub)["exposures"].count
    for site, component in (("another", OPENSSL),):
        bill(hub, site, component, exposed=True)
    assert needs(hub)["exposures"].count > before
