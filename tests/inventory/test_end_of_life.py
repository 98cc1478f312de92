"""What is maintained no longer, or not for long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from inventory.made import component, package
from inventory.results import held
from tocsin.inventory.alias import Alias, product_name
from tocsin.inventory.end_of_life import past_their_end
from tocsin.inventory.identity import Identity
from tocsin.inventory.lifecycle import Cycle, Lifecycle, Lifecycles
from tocsin.inventory.release import shown

TODAY = date(2026, 11, 27)
DJANGO = Lifecycle(
    "django",
    "Django",
    Identity(name="Django", purls=("pkg:pypi/django",)),
    (
        Cycle("2.2", date(2022, 4, 11)),
        Cycle("4.2", date(2027, 4, 1)),
        Cycle("5.2", date(2028, 4, 30)),
        Cycle("1.9", ends=True),
        Cycle("6.0", ends=False),
    ),
)


def told(*versions):
    releases = [held(package("pkg:pypi/django", version), "mill", "web") for version in versions]
    return past_their_end(releases, Lifecycles([DJANGO], "2026-11-01"), TODAY)


@pytest.mark.parametrize(
    ("version", "over", "on"),
    [("2.2.4", True, "2022-04-11"), ("1.9", True, ""), ("4.2.1", False, "2027-04-01")],
    ids=["past", "past, no day", "within half a year"],
)
def test_what_ended_or_ends_soon_is_told_with_its_day(version, over, on):
    (one,) = told(version)
    assert (one.over, one.on, one.sites, one.product) == (over, on, ("mill", "web"), "Django")


@pytest.mark.parametrize("version", ["5.2", "6.0.1", "9.9", ""])
def test_what_is_maintained_and_what_nobody_knows_is_not(version):
    assert told(version) == ()


def test_what_ended_first_comes_first_and_what_ends_soon_last():
    assert [shown(one.component) for one in told("4.2", "2.2", "1.9")] == [
        "django 1.9",
        "django 2.2",
        "django 4.2",
    ]


def test_without_data_nothing_is_told():
    assert past_their_end([held(package("pkg:pypi/django", "2.2"))], None, TODAY) == ()


def test_what_a_person_said_that_it_is_tells_its_end():
    shop = component("2.2.4", name="our shop")
    said = [
        Alias(product_name(shop.identity), Identity(purls=("pkg:pypi/django",)), same, "2026-11-27", "ann")
        for same in (True, False)
    ]
    lifecycles = Lifecycles([DJANGO], "2026-11-01")
    ends = [
        past_their_end([replace(held(shop), aliases=one)], lifecycles, TODAY)
        for one in ((), said[:1], said[1:])
    ]
    assert [[each.on for each in one] for one in ends] == [[], ["2022-04-11"], []]
