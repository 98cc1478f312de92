"""What the hub tells of an attacked product is a CSAF advisory that the inventory reads as any other."""

from __future__ import annotations

import json

import pytest

from tocsin.exercise.nation.advisory import csaf
from tocsin.exercise.nation.facts import read_exercise
from tocsin.inventory.advisories.recognise import read_advisories
from tocsin.inventory.advisory import Advisory

ATTACKS = [one for one in read_exercise("2021").attacks if one.product is not None]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda one: one.id)
def test_it_names_each_affected_and_each_fixed_version(attack):
    held = json.loads(csaf(attack))
    status = held["vulnerabilities"][0]["product_status"]
    branch = held["product_tree"]["branches"][0]["branches"][0]
    versions = {one["product"]["product_id"]: one["name"] for one in branch["branches"]}
    assert [versions[one] for one in status["known_affected"]] == list(attack.product.affected)
    assert [versions[one] for one in status["fixed"]] == list(attack.product.fixed)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda one: one.id)
def test_the_inventory_reads_it_without_a_remark(attack):
    (advisory,) = read_advisories(csaf(attack), f"{attack.id}.json")
    assert isinstance(advisory, Advisory)
    assert advisory.id == f"NC-{attack.advisory.id}"
