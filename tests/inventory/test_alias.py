"""What a person said of a name decides from then on."""

from __future__ import annotations

from inventory.made import advisory, below, claim, component, judged, package
from tocsin.inventory.alias import Alias, Aliases, means, product_name, spelled
from tocsin.inventory.claim_index import ClaimIndex
from tocsin.inventory.identity import Identity
from tocsin.inventory.judge import judge

PANEL = component("11.011", name="PanelView 800")
ROCKWELL = {"vendor": "Rockwell Automation", "name": "PanelView 800 2711R"}
NAMED = Identity(**ROCKWELL)


def said(named=NAMED, *, of=PANEL, same=True):
    return Alias(product_name(of.identity), named, same, "2026-11-27", "ann")


def rule(held, aliases, *advisories):
    found = judge(held, ClaimIndex(advisories).matches(held, Aliases(aliases).of(held.identity)))
    assert len(found) <= 1
    return found[0].rule.value if found else ""


def test_a_confirmed_name_is_judged_by_its_version():
    said_of = advisory(claim(below("12"), **ROCKWELL))
    assert rule(PANEL, [], said_of) == "family-only" or judged(PANEL, said_of) == []
    assert rule(PANEL, [said()], said_of) == "in-range"
