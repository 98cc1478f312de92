from __future__ import annotations

import pytest

from inventory.advisories.documents import exact, one, openvex, read, why
from tocsin.inventory.advisory import Form
from tocsin.inventory.claim import Remedy, Status, Versions
from tocsin.inventory.component import Unread
from tocsin.inventory.identity import Identity

PRODUCT = {"@id": "pkg:oci/pump@sha256:abc", "subcomponents": [{"@id": "pkg:pypi/core@1.0"}]}


def statement(status="not_affected", *products, **members):
    return {
        "vulnerability": {"name": "CVE-2024-1"},
        "products": list(products) or [PRODUCT],
        "status": status,
        **members,
    }


def test_a_statement_is_a_claim_about_a_product_and_its_part():
    advisory = one(
        openvex(statement(justification="vulnerable_code_not_present", impact_statement="It is not called."))
    )

    assert (advisory.form, advisory.id, advisory.publisher) == (
        Form.OPENVEX,
        "https://pumps.example/vex-1",
        "Pump Works",
    )
    (claim,) = advisory.claims
    assert (claim.vulnerability, claim.status) == ("CVE-2024-1", Status.NOT_AFFECTED)
    assert claim.product == Identity(purls=("pkg:oci/pump@sha256:abc",))
    assert claim.subcomponents == (Identity(purls=("pkg:pypi/core@1.0",)),)
    assert claim.why == "vulnerable_code_not_present; It is not called."
    assert claim.place == "$.statements[0].products[0]"
    assert claim.stated == "2024-01-01T00:00:00Z"


@pytest.mark.parametrize("status", ["not_affected", "affected", "fixed", "under_investigation"])
def test_each_status_is_known(status):
    assert one(openvex(statement(status))).claims[0].status.value == status


@pytest.mark.parametrize(
    ("product", "identity", "versions"),
    [
        ("pkg:pypi/pump@1.0", Identity(purls=("pkg:pypi/pump@1.0",)), Versions("pypi", (exact("1.0"),))),
        ({"@id": "pkg:pypi/pump"}, Identity(purls=("pkg:pypi/pump",)), Versions("pypi", every=True)),
        (
            {"@id": "cpe:2.3:a:p:pump:1.0:*:*:*:*:*:*:*"},
            Identity(cpes=("cpe:2.3:a:p:pump:1.0:*:*:*:*:*:*:*",)),
            Versions(spans=(exact("1.0"),)),
        ),
        (
            {"@id": "cpe:2.3:a:p:pump:*:*:*:*:*:*:*:*"},
            Identity(cpes=("cpe:2.3:a:p:pump:*:*:*:*:*:*:*:*",)),
            Versions(every=True),
        ),
        (
            {"@id": "cpe:2.3:a:p:pump:-:*:*:*:*:*:*:*"},
            Identity(cpes=("cpe:2.3:a:p:pump:-:*:*:*:*:*:*:*",)),
            Versions(unread=("cpe:2.3:a:p:pump:-:*:*:*:*:*:*:*",)),
        ),
        (
            {
                "@id": "https://pumps.example/7",
                "identifiers": {"purl": "pkg:npm/pump@1.0.0", "cpe23": "cpe:2.3:a:p:pump:1.0:*:*:*:*:*:*:*"},
                "hashes": {"sha-256": "AB"},
            },
            Identity(
                "https://pumps.example/7",
                purls=("pkg:npm/pump@1.0.0",),
                cpes=("cpe:2.3:a:p:pump:1.0:*:*:*:*:*:*:*",),
                hashes=("sha256:ab",),
            ),
            Versions("npm", (exact("1.0.0"),)),
        ),
        ({"@id": "urn:cdx:1/1#a"}, Identity(bom_refs=("urn:cdx:1/1#a",)), Versions(every=True)),
    ],
    ids=range(7),
)
def test_a_product_keeps_each_of_its_names_and_its_version(product, identity, versions):
    (claim,) = one(openvex(statement("affected", product))).claims

    assert claim.product == identity
    assert claim.versions == versions


def test_later_statements_stand_behind_earlier_ones():
    advisory = one(
        openvex(
            statement("fixed", timestamp="2024-03-01T00:00:00Z"),
            statement("under_investigation"),
            statement("affected", timestamp="2024-02-01T00:00:00+00:00", action_statement="Update."),
        )
    )

    assert [claim.status for claim in advisory.claims] == [
        Status.UNDER_INVESTIGATION,
        Status.AFFECTED,
        Status.FIXED,
    ]
    assert advisory.claims[1].remedies == (Remedy("mitigation", "Update."),)


def test_a_time_that_cannot_be_read_counts_as_the_oldest_and_is_said():
    advisory = one(openvex(statement("affected"), statement("fixed", timestamp="yesterday")))

    assert [claim.status for claim in advisory.claims] == [Status.FIXED, Status.AFFECTED]
    assert "yesterday" in why(advisory)["$.statements[1]"]


def test_the_statements_of_the_first_version_are_read():
    document = openvex(
        {
            "vulnerability": "CVE-2024-1",
            "products": ["pkg:apk/wolfi/pump@1.0-r0"],
            "subcomponents": ["pkg:pypi/core"],
            "status": "fixed",
        }
    )

    (claim,) = one(document).claims

    assert claim.vulnerability == "CVE-2024-1"
    assert claim.versions == Versions("apk", (exact("1.0-r0"),))
    assert claim.subcomponents == (Identity(purls=("pkg:pypi/core",)),)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        5,
        statement("broken"),
        statement() | {"status": 5},
        statement() | {"vulnerability": {}},
        statement() | {"vulnerability": 5},
        statement() | {"products": []},
        statement() | {"products": 5},
        statement("affected", {}),
        statement("affected", 5),
        statement("affected", None),
    ],
    ids=range(11),
)
def test_a_broken_statement_costs_only_itself(broken):
    advisory = one(openvex(broken, statement("affected")))

    assert [claim.status for claim in advisory.claims] == [Status.AFFECTED]
    assert any(place.startswith("$.statements[0]") for place in why(advisory))


@pytest.mark.parametrize(
    "document", [openvex() | {"@id": ""}, openvex() | {"@id": 5}, openvex() | {"statements": 5}], ids=range(3)
)
def test_a_document_without_an_id_is_unread_and_one_without_statements_says_so(document):
    (found,) = read(document)

    assert isinstance(found, Unread) or found.unread
