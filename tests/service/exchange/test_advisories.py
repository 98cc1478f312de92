"""A hub publishes ranges, not queries: a member holds them against its own inventory, on arrival and when it asks."""

from __future__ import annotations

import json

import pytest

from service.exchange.inventories import CVE, advisory, hold, tell_advisory
from service.exchange.world import collection
from tocsin.inventory.rule import Verdict
from tocsin.service.inventory.check_node import affected


@pytest.fixture
def member(world, hub, tmp_path):
    made = world.joined(hub, "Brookwater")
    hold(made, tmp_path / "bills", "pumpd==1.4", "valved==3.1")
    return made


def taken(world, node):
    [done] = world.sync(node)
    assert not done.problems
    assert not done.refused
    return done.advisories


def products(concerns):
    return [(one.component.identity.name, one.judgement.vulnerability, one.verdict) for one in concerns]


def test_a_new_advisory_is_matched_on_arrival(world, hub, member):
    tell_advisory(hub)
    came = taken(world, member)
    assert (came.name, came.advisories, came.new, came.unread) == ("Hub", 1, 1, 0)
    assert products(came.concerns) == [("pumpd", CVE, Verdict.AFFECTED)]
    result = affected(member, CVE, None)
    assert products(result.exposures) == [("pumpd", CVE, Verdict.AFFECTED)]
    assert result.exposures[0].feed.name == "Hub"
