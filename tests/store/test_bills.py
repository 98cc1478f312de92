"""Sites, bills and releases: what is at a site now, and what was before."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from stored import holdings
from strategies import examples
from tocsin.inventory.component import Component, Kind
from tocsin.inventory.identity import Identity
from tocsin.inventory.key_range import Position
from tocsin.inventory.release import Listing, Release
from tocsin.store.bills import (
    NewBill,
    add_bills,
    bills,
    keep_site,
    listed,
    places_of,
    release_bodies,
    sites,
    times_held,
)
from tocsin.store.schema import (
    bill as bill_table,
    holding,
    listing,
    release as release_table,
    release_key,
    site as site_table,
)
from tocsin.store.treatments import KeptTreatment, keep_treatment, treatments


def release(name, version="1"):
    bare = Component(Identity(name=name), version, Kind.LIBRARY, "")
    return Release(bare, b"{}", f"{name}{version}".encode())


def no_keys(_component):
    return ()


def bill(*releases, among=None, name="sbom.json", subject=None):
    """A bill that lists ``releases``, each by its place in ``among``."""
    among = list(dict.fromkeys(releases)) if among is None else among
    times = Counter(among.index(one) for one in releases)
    listing = Listing(list(times), list(times.values()), [f"$.{at}" for at in range(len(times))])
    return NewBill(name, "cyclonedx 1.5", b"digest", "", 2, b"{}", subject, listing)


def add(
    database, *releases, site="mill", name="sbom.json", now_us=1, exposed=None, owner=None, subject=None,
    keys_of=no_keys,
):  # fmt: skip
    with database.writing() as connection:
        at = keep_site(connection, site, exposed=exposed, owner=owner).number
        made = bill(*releases, name=name, subject=subject)
        fresh = list(dict.fromkeys(releases))
        return add_bills(connection, at, [made], fresh, keys_of=keys_of, now_us=now_us)[0][0]


def held(database):
    with database.reading() as connection:
        rows = holdings(connection)
        return sorted((one.site, one.bill, one.release, one.times) for one in rows)


def test_what_a_bill_lists_is_at_its_site(database):
    django = release("django")
    add(database, django, release("flask"), django)
    assert held(database) == [("mill", "sbom.json", 1, 2), ("mill", "sbom.json", 2, 1)]


def test_a_release_that_two_sites_have_is_kept_once_and_its_keys_made_once(database):
    asked = []

    def keys_of(component):
        asked.append(component.identity.name)
        return [Position(f"purl:pypi/{component.identity.name}", "pypi", b"1"), Position("own:x", "", None)]

    add(database, release("django"), keys_of=keys_of)
    add(database, release("django"), site="office", keys_of=keys_of)
    assert asked == ["django"]
    assert [one[:3] for one in held(database)] == [("mill", "sbom.json", 1), ("office", "sbom.json", 1)]


def test_another_version_is_another_release(database):
    add(database, release("django", "1"), release("django", "2"))
    with database.reading() as connection:
        assert len(release_bodies(connection, [1, 2, 3])) == 2


def test_a_bill_added_again_takes_the_place_of_the_one_before_which_is_kept(database):
    first = add(database, release("django"), now_us=1)
    second = add(database, release("flask"), now_us=2)
    assert held(database) == [("mill", "sbom.json", 2, 1)]
    with database.reading() as connection:
        assert [one.number for one in bills(connection)] == [second]
        assert [one.number for one in bills(connection, replaced=True)] == [second, first]
        assert listed(connection, first) == Listing([1], [1], ["$.0"])
        assert times_held(connection) == {2: 1}
        assert places_of(connection, [1, 2]) == [(2, "mill", "sbom.json")]


def test_of_two_bills_of_one_name_that_come_together_the_later_holds(database):
    django, flask = release("django"), release("flask")
    with database.writing() as connection:
        at = keep_site(connection, "mill", exposed=None, owner=None).number
        made = [bill(one, among=[django, flask]) for one in (django, flask)]
        add_bills(connection, at, made, [django, flask], keys_of=no_keys, now_us=1)
    assert held(database) == [("mill", "sbom.json", 2, 1)]


def test_a_bill_of_another_name_or_site_replaces_nothing(database):
    add(database, release("django"))
    add(database, release("flask"), name="other.json")
    add(database, release("bottle"), site="office")
    assert len(held(database)) == 3


@pytest.mark.parametrize(("said", "kept"), [(None, True), (False, False), (True, True)])
def test_what_is_not_said_of_a_site_stays_as_it_was(database, said, kept):
    add(database, exposed=True, owner="ann")
    add(database, exposed=said)
    with database.reading() as connection:
        assert [(one.name, one.exposed, one.owner) for one in sites(connection)] == [("mill", kept, "ann")]


def test_a_bill_may_name_what_it_is_a_bill_of(database):
    add(database, release("shop"), release("django"), subject=0)
    with database.reading() as connection:
        assert {one.subject for one in holdings(connection)} == {1}


def test_of_releases_asked_for_only_they_are_told(database):
    add(database, release("django"), release("flask"))
    with database.reading() as connection:
        assert [one.release for one in holdings(connection, [2, 9])] == [2]
        assert holdings(connection, []) == []


def test_what_is_being_done_takes_the_place_of_what_was(database):
    add(database, release("django"))
    with database.writing() as connection:
        for state in ("mitigated", "accepted"):
            noted = KeptTreatment(state, "2027-01-01", "ann", True, "why", 1, "ann")
            keep_treatment(connection, "CVE-1", 1, 1, noted)
    with database.reading() as connection:
        assert {name: one.state for name, one in treatments(connection)[1, "mill"].items()} == {
            "CVE-1": "accepted"
        }


def test_a_release_whose_number_is_known_is_neither_looked_for_nor_kept_again(database):
    django, flask = release("django"), release("flask")
    add(database, flask, django)
    with database.writing() as connection:
        at = keep_site(connection, "office", exposed=None, owner=None).number
        # The first two places are those of numbers that are known, the third is that of what is new.
        new = NewBill("sbom.json", "x", b"", "", 2, b"{}", 2, Listing([1, 2], [1, 3], ["a", "b"]))
        made = add_bills(connection, at, [new], [release("bottle")], [2, 1], keys_of=no_keys, now_us=1)
    assert made == ([2], [3])
    assert [one for one in held(database) if one[0] == "office"] == [
        ("office", "sbom.json", 1, 1),
        ("office", "sbom.json", 3, 3),
    ]
    with database.reading() as connection:
        assert {one.subject for one in holdings(connection) if one.site == "office"} == {3}


def test_more_releases_than_are_asked_for_at_once_are_each_found_again(database):
    many = [release(f"p{number}") for number in range(1_203)]
    add(database, *many)
    add(database, *reversed(many), site="office")
    with database.reading() as connection:
        assert times_held(connection) == dict.fromkeys(range(1, 1_204), 2)
        assert listed(connection, 2).releases == list(range(1_203, 0, -1))
        assert len(holdings(connection, range(1, 1_204))) == 2_406


LISTED = st.lists(st.integers(0, 4), max_size=4, unique=True)
ADDED = st.tuples(
    st.sampled_from(["mill", "office"]), st.lists(st.tuples(st.sampled_from("ab"), LISTED), max_size=3)
)


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(ADDED, max_size=4))
def test_what_is_where_is_what_the_last_bill_of_each_name_lists(database, acts):
    """Beside the tables a dictionary: the last bill of a name at a site is what is there."""
    several = [release(name) for name in "vwxyz"]
    with database.writing() as connection:
        for table in (holding, listing, bill_table, release_key, release_table, site_table):
            connection.execute(table.delete())
        now = {}
        for site, group in acts:
            at = keep_site(connection, site, exposed=None, owner=None).number
            new = [
                NewBill(
                    name, "x", b"", "", 0, b"{}", None, Listing(those, [1] * len(those), ["$"] * len(those))
                )
                for name, those in group
            ]
            _, numbers = add_bills(connection, at, new, several, keys_of=no_keys, now_us=1)
            now.update({(site, name): those for name, those in group})
    wanted = sorted((numbers[one], *where) for where, those in now.items() for one in those) if acts else []
    with database.reading() as connection:
        assert sorted(places_of(connection, range(100))) == wanted
        assert sorted((one.release, one.site, one.bill) for one in holdings(connection)) == wanted
        assert times_held(connection) == Counter(one for one, *_ in wanted)
        assert {(one.site, one.name): one.releases for one in bills(connection)} == {
            where: len(those) for where, those in now.items()
        }
        for number in {one for one, *_ in wanted}:
            some = [(one.release, one.site, one.bill) for one in holdings(connection, [number])]
            assert sorted(some) == [one for one in wanted if one[0] == number]
            assert times_held(connection, [number]) == {number: len(some)}
