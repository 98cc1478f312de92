from __future__ import annotations

import json

import pytest

from inventory.advisories.documents import SHARED, WHY_SKIPPED, read, why
from tocsin.inventory.advisories.recognise import read_advisories
from tocsin.inventory.advisory import Advisory, Exploited, Form
from tocsin.inventory.claim import Status, Versions
from tocsin.inventory.component import Unread
from tocsin.inventory.identity import Identity

ENTRY = {
    "cveID": "CVE-2024-1",
    "vendorProject": "Pump Works",
    "product": "Pump 7",
    "vulnerabilityName": "Pump Works Pump 7 Overflow",
    "dateAdded": "2024-03-01",
    "shortDescription": "It overflows.",
    "requiredAction": "Apply updates.",
    "dueDate": "2024-03-22",
    "knownRansomwareCampaignUse": "Known",
    "cwes": ["CWE-787"],
}


def catalogue(*entries):
    return {
        "title": "KEV",
        "catalogVersion": "2024.03.01",
        "dateReleased": "2024-03-01T12:00:00Z",
        "count": len(entries),
        "vulnerabilities": list(entries),
    }


def test_an_entry_is_an_advisory_that_says_since_when_and_until_when():
    (advisory,) = read(catalogue(ENTRY))

    assert (advisory.form, advisory.publisher, advisory.id) == (Form.KEV, "CISA", "CVE-2024-1")
    assert advisory.published == "2024-03-01"
    assert advisory.modified == "2024-03-01T12:00:00Z"
    ((name, stakes),) = advisory.stakes
    assert name == "CVE-2024-1"
    assert stakes.exploited == Exploited("2024-03-01", "2024-03-22", "Apply updates.", ransomware=True)
    assert stakes.exploitation == "active"
    assert stakes.weaknesses == ("CWE-787",)


def test_an_entry_names_a_product_but_no_version_of_it():
    (advisory,) = read(catalogue(ENTRY))

    (claim,) = advisory.claims
    assert claim.product == Identity("Pump 7", "Pump Works")
    assert claim.status is Status.AFFECTED
    assert claim.versions == Versions(), "so that it makes no version affected"


def test_ransomware_that_is_unknown_is_not_known():
    (advisory,) = read(catalogue(ENTRY | {"knownRansomwareCampaignUse": "Unknown"}))

    assert not advisory.stakes[0][1].exploited.ransomware


def test_an_entry_without_a_product_still_says_that_it_is_exploited():
    (advisory,) = read(catalogue(ENTRY | {"vendorProject": " ", "product": ""}))

    assert not advisory.claims
    assert why(advisory) == {"$": "the entry names neither vendor nor product"}
    assert advisory.stakes[0][1].exploited


def test_a_vendor_without_a_product_is_named():
    (advisory,) = read(catalogue(ENTRY | {"product": ""}))

    assert advisory.claims[0].product == Identity(vendor="Pump Works")
    assert not advisory.unread


@pytest.mark.parametrize(
    "entry",
    [{}, 7, None, ENTRY | {"cveID": ""}, ENTRY | {"dateAdded": 5}],
    ids=["empty", "number", "null", "unnamed", "undated"],
)
def test_a_broken_entry_costs_only_itself(entry):
    first, broken, last = read(catalogue(ENTRY, entry, ENTRY))

    assert isinstance(broken, Unread)
    assert "$.vulnerabilities[1]" in broken.place
    assert first == last
    assert isinstance(first, Advisory)


@pytest.mark.skipif(not SHARED.is_dir(), reason=WHY_SKIPPED)
def test_the_real_catalogue_is_read_whole():
    data = (SHARED / "intel" / "kev.json").read_bytes()

    found = list(read_advisories(data, "kev.json"))

    assert len(found) == json.loads(data)["count"] == 1404
    assert all(isinstance(held, Advisory) and len(held.claims) == 1 and not held.unread for held in found)
    assert sum(held.stakes[0][1].exploited.ransomware for held in found) == sum(
        entry["knownRansomwareCampaignUse"] == "Known" for entry in json.loads(data)["vulnerabilities"]
    )
