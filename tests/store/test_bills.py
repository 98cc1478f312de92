"""Sites, bills and releases: what is at a site now, and what was before."""

from __future__ import annotations

from collections import Counter

import pytest

from tocsin.store.bills import (
    NewBill,
    NewRelease,
    add_bills,
    bills,
    holdings,
    keep_site,
    listed,
    release_bodies,
    sites,
)
from tocsin.store.treatments import KeptTreatment, keep_treatment, treatments


def release(name, version="1", asked=None):
    def keys():
        if asked is not None:
            asked.append(name)
        return [(f"purl:pypi/{name}", "pypi", version.encode()), (f"own:{name}", "", None)]

    return NewRelease(f"{name}{version}".encode(), name, version, b"{}", keys)


def bill(site, *releases, name="sbom.json", subject=None):
    listed = [(one.digest, times, "$") for one, times in Counter(releases).items()]
    return NewBill(site, name, "cyclonedx 1.5", b"digest", "", 2, b"{}", subject, listed)


def add(database, *releases, site="mill", name="sbom.json", now_us=1, exposed=None, owner=None, subject=None):
    with database.writing() as connection:
        at = keep_site(connection, site, exposed=exposed, owner=owner)
        made = bill(at.number, *releases, name=name, subject=subject)
        return add_bills(connection, [made], {one.digest: one for one in releases}, now_us=now_us)[0][0]


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
    add(database, release("django", asked=asked))
    add(database, release("django", asked=asked), site="office")
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
        assert listed(connection, first) == [(1, 1, "$")]


def test_of_two_bills_of_one_name_that_come_together_the_later_holds(database):
    django, flask = release("django"), release("flask")
    with database.writing() as connection:
        at = keep_site(connection, "mill", exposed=None, owner=None).number
        made = [bill(at, django), bill(at, flask)]
        add_bills(connection, made, {one.digest: one for one in (django, flask)}, now_us=1)
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
    add(database, release("shop"), release("django"), subject=b"shop1")
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
