"""What a large estate is told at once is what each product and site is told by itself."""

from __future__ import annotations

import random

import pytest

from inventory.made import claim
from tocsin.inventory.advisory import Advisory, Form
from tocsin.inventory.claim import Span, Status, Versions
from tocsin.inventory.component import BillOfMaterials, Component, Kind
from tocsin.inventory.identity import Identity
from tocsin.inventory.rule import Verdict
from tocsin.service.inventory.add import keep_bills
from tocsin.service.inventory.check_node import check_node
from tocsin.service.inventory.estate import affected_by, concerning_bill, estate
from tocsin.service.inventory.feed_list import FeedState
from tocsin.service.inventory.reading import ReadBill
from tocsin.service.inventory.taking import Taken, Taking

NAMES = ("alpha", "beta", "gamma")
VERSIONS = ("1.0", "1.1", "1.2", "2.0", "junk")
KINDS = ("pypi", "npm", "deb/debian", "rpm/fedora")


def component(chance):
    name, version = chance.choice(NAMES), chance.choice(VERSIONS)
    if chance.random() < 0.2:
        return Component(Identity(name=name, vendor="Acme"), version, Kind.APPLICATION, "$")
    return Component(
        Identity(name=name, purls=(f"pkg:{chance.choice(KINDS)}/{name}@{version}",)),
        version,
        Kind.LIBRARY,
        "$",
    )


def advisory(number, chance):
    claims = []
    for _ in range(chance.randint(1, 2)):
        kind, name = chance.choice(KINDS), chance.choice(NAMES)
        named = (
            {"purls": (f"pkg:{kind}/{name}",)} if chance.random() < 0.7 else {"vendor": "Acme", "name": name}
        )
        scheme = kind.partition("/")[0] if "purls" in named else "generic"
        low, high = chance.choice((None, "1.1")), chance.choice(("1.2", "2.0", None))
        versions = Versions(
            scheme, (Span(low, high, fixed=high is not None),), unread=chance.choice(((), (), ("prose",)))
        )
        status = chance.choice((Status.AFFECTED,) * 4 + (Status.NOT_AFFECTED, Status.FIXED))
        more = {"condition": "only then"} if chance.random() < 0.3 else {}
        claims.append(
            claim(versions, status, vulnerability=f"CVE-{chance.randint(1, 30)}", more=more, **named)
        )
    form = chance.choice((Form.OSV, Form.OSV, Form.CSAF, Form.KEV, Form.OPENVEX))
    return Advisory(f"ADV-{number}", form, "somebody", modified="2026-09-01", claims=tuple(claims))


def filled(world, seed):
    chance = random.Random(seed)
    node = world.node("Riverton", database=world.database)
    for site in ("mill", "office"):
        bills = [
            ReadBill(
                f"{number}.json", b"", BillOfMaterials("x", "1", tuple(component(chance) for _ in range(6)))
            )
            for number in range(3)
        ]
        list(keep_bills(node, bills + bills[:1], site=site, exposed=None, owner=None))
    taking = Taking(node, Taken("feed"), None, FeedState())
    for number in range(14):
        taking.add(advisory(number, chance))
    taking.end(lists_all=True)
    return node


def told(node):
    return check_node(node, (), None).exposures


@pytest.mark.parametrize("seed", range(6))
def test_the_estate_is_the_sum_of_what_each_site_is_told(world, seed):
    node = filled(world, seed)
    affected = [one for one in told(node) if one.verdict is Verdict.AFFECTED]
    unknown = {one.component for one in told(node) if one.verdict is Verdict.UNKNOWN}
    found = estate(node)
    assert found.affected == len({one.component for one in affected})
    assert found.unknown == len(unknown - {one.component for one in affected})
    assert found.holdings == len({(one.component, one.site, one.bill) for one in affected})
    assert affected


@pytest.mark.parametrize("seed", range(6))
def test_one_advisory_and_one_bill_tell_their_part_of_it(world, seed):
    node = filled(world, seed)
    wanted = {Verdict.AFFECTED, Verdict.UNKNOWN}
    exposures = [one for one in told(node) if one.verdict in wanted]
    with node.reading() as connection:
        advisories = dict(connection.exec_driver_sql("SELECT id, number FROM advisory").all())
        bills = connection.exec_driver_sql(
            "SELECT b.number, s.name, b.name FROM bill AS b JOIN site AS s ON s.number = b.site "
            "WHERE b.replaced_us IS NULL"
        ).all()
    for id, number in advisories.items():
        found = {(one.component, place) for one in affected_by(node, number) for place in one.places}
        by_it = {
            (one.component, (one.site, one.bill))
            for one in exposures
            if one.judgement.match.advisory.id == id
        }
        assert by_it <= found
        assert found <= {(one.component, (one.site, one.bill)) for one in exposures}
    for number, site, name in bills:
        found = {
            (one.component, judgement.vulnerability, judgement.rule)
            for one in concerning_bill(node, number)
            for judgement in one.judgements
        }
        assert found == {
            (one.component, one.judgement.vulnerability, one.rule)
            for one in exposures
            if (one.site, one.bill) == (site, name)
        }
