from __future__ import annotations

import pytest

from inventory.stocked import CURL, OPENSSL
from tocsin.inventory.release import releases_of
from tocsin.service.inventory.add import kept_release
from tocsin.store.bills import NewBill, add_bills, holdings, keep_site
from tocsin.store.treatments import KeptTreatment, keep_treatment, treatments

KEPT = KeptTreatment("accepted", "2026-12-31", "J. Doe", True, "It is not used.", 17, "ann")


@pytest.fixture
def places(database):
    """Two releases at each of two sites: (release, site's name) and the sites' numbers."""
    listed = releases_of((OPENSSL, CURL))
    releases = {one.release.digest: kept_release(one.release) for one in listed}
    held = [(one.release.digest, one.times, one.place) for one in listed]
    numbers = {}
    with database.writing() as connection:
        for name in ("a", "b"):
            site = keep_site(connection, name, exposed=None, owner=None)
            numbers[name] = site.number
            new = NewBill(site.number, "bill", "test", b"\0", "", 2, b"{}", None, held)
            add_bills(connection, [new], releases, now_us=1)
        held = sorted((one.release, one.site) for one in holdings(connection))
    return held, numbers


def test_what_is_noted_is_of_one_release_at_one_site_and_one_vulnerability(database, places):
    held, numbers = places
    release, site = held[0]
    with database.writing() as connection:
        keep_treatment(connection, "CVE-1", release, numbers[site], KEPT)
    with database.reading() as connection:
        assert treatments(connection) == {(release, site): {"CVE-1": KEPT}}


def test_what_is_noted_again_takes_the_place_of_what_was_and_leaves_all_else(database, places):
    held, numbers = places
    newer = KeptTreatment("open", "", "", False, "", 18, "bob")
    with database.writing() as connection:
        for release, site in held:
            for name in ("CVE-1", "CVE-2"):
                keep_treatment(connection, name, release, numbers[site], KEPT)
    release, site = held[0]
    with database.writing() as connection:
        keep_treatment(connection, "CVE-1", release, numbers[site], newer)
    with database.reading() as connection:
        found = treatments(connection)
    assert found.pop((release, site)) == {"CVE-1": newer, "CVE-2": KEPT}
    assert set(found) == set(held[1:])
    assert all(one == {"CVE-1": KEPT, "CVE-2": KEPT} for one in found.values())
