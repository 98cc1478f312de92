from __future__ import annotations

import pytest

from inventory.stocked import CURL, OPENSSL
from stored import holdings
from tocsin.inventory.key_range import positions
from tocsin.inventory.release import Releases
from tocsin.store.bills import NewBill, add_bills, keep_site
from tocsin.store.treatments import KeptTreatment, keep_treatment, treatments

KEPT = KeptTreatment("accepted", "2026-12-31", "J. Doe", True, "It is not used.", 17, "ann")


@pytest.fixture
def places(database):
    """Two releases at each of two sites: (release, site's name) and the sites' numbers."""
    several = Releases()
    listing = several.listing((OPENSSL, CURL))
    numbers = {}
    with database.writing() as connection:
        for name in ("a", "b"):
            site = keep_site(connection, name, exposed=None, owner=None)
            numbers[name] = site.number
            new = NewBill("bill", "test", b"\0", "", 2, b"{}", None, listing)
            add_bills(connection, site.number, [new], several.fresh, keys_of=positions, now_us=1)
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
