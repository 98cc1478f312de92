"""SPDX 2.2 and 2.3, in JSON and as tags and values, which mean the same."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from inventory.bom.listing import doubted, unread
from tocsin.errors import BadInput, LimitExceeded
from tocsin.inventory.bom.read import read_bom
from tocsin.inventory.component import BillOfMaterials, Kind
from tocsin.inventory.identity import Identity

SHA256 = "ab" * 32
DOCUMENT = {
    "spdxVersion": "SPDX-2.3",
    "SPDXID": "SPDXRef-DOCUMENT",
    "name": "pump",
    "documentNamespace": "https://example.org/pump",
    "creationInfo": {"created": "2024-01-01T00:00:00Z", "creators": ["Tool: scanner-1", "Organization: Acme (a@b)"]},
    "packages": [
        {
            "SPDXID": "SPDXRef-pump",
            "name": "pump-firmware",
            "versionInfo": "4.2",
            "supplier": "Organization: Acme Pumps (info@example.org)",
            "primaryPackagePurpose": "FIRMWARE",
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "MIT",
            "checksums": [{"algorithm": "SHA256", "checksumValue": SHA256}],
            "externalRefs": [
                {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                 "referenceLocator": "pkg:generic/pump@4.2"},
                {"referenceCategory": "SECURITY", "referenceType": "cpe22Type", "referenceLocator": "cpe:/o:acme:pump"},
                {"referenceCategory": "SECURITY", "referenceType": "cpe23Type",
                 "referenceLocator": "cpe:2.3:o:acme:pump:4.2:*:*:*:*:*:*:*"},
                {"referenceCategory": "OTHER", "referenceType": "website", "referenceLocator": "https://example.org"},
            ],
        },
        {"SPDXID": "SPDXRef-lwip", "name": "lwip", "versionInfo": "NOASSERTION", "supplier": "NOASSERTION"},
        {"SPDXID": "SPDXRef-tls", "name": "tls", "versionInfo": "1"},
    ],
    "files": [{"SPDXID": "SPDXRef-File"}],
    "relationships": [
        {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-pump"},
        {"spdxElementId": "SPDXRef-pump", "relationshipType": "CONTAINS", "relatedSpdxElement": "SPDXRef-lwip"},
        {"spdxElementId": "SPDXRef-pump", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-lwip"},
        {"spdxElementId": "SPDXRef-tls", "relationshipType": "BUILD_DEPENDENCY_OF",
         "relatedSpdxElement": "SPDXRef-pump"},
    ],
}  # fmt: skip
TAGS = f"""\
    SPDXVersion: SPDX-2.3
    DataLicense: CC0-1.0
    SPDXID: SPDXRef-DOCUMENT
    DocumentName: pump
    DocumentNamespace: https://example.org/pump
    Creator: Tool: scanner-1
    Creator: Organization: Acme (a@b)
    Created: 2024-01-01T00:00:00Z
    Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-pump
    # a comment
    PackageName: pump-firmware
    SPDXID: SPDXRef-pump
    PackageVersion: 4.2
    PackageSupplier: Organization: Acme Pumps (info@example.org)
    PrimaryPackagePurpose: FIRMWARE
    PackageLicenseConcluded: NOASSERTION
    PackageLicenseDeclared: MIT
    PackageChecksum: SHA256: {SHA256}
    PackageDescription: <text>two lines
    PackageName: which is only text</text>
    ExternalRef: PACKAGE-MANAGER purl pkg:generic/pump@4.2
    ExternalRef: SECURITY cpe22Type cpe:/o:acme:pump
    ExternalRef: SECURITY cpe23Type cpe:2.3:o:acme:pump:4.2:*:*:*:*:*:*:*
    ExternalRef: OTHER website https://example.org
    Relationship: SPDXRef-pump CONTAINS SPDXRef-lwip
    Relationship: SPDXRef-pump DEPENDS_ON SPDXRef-lwip
    FileName: ./pump.bin
    SPDXID: SPDXRef-File
    PackageName: lwip
    SPDXID: SPDXRef-lwip
    PackageVersion: NOASSERTION
    PackageSupplier: NOASSERTION
    PackageName: tls
    SPDXID: SPDXRef-tls
    PackageVersion: 1
    Relationship: SPDXRef-tls BUILD_DEPENDENCY_OF SPDXRef-pump
    """


def read(document: object) -> BillOfMaterials:
    return read_bom(document if isinstance(document, bytes) else json.dumps(document).encode(), "sbom.json")


def of_form(form: str) -> BillOfMaterials:
    return read(DOCUMENT) if form == "json" else read_bom(dedent(TAGS).encode(), "sbom.spdx")


@pytest.mark.parametrize("form", ["json", "tags"])
def test_a_document_of_either_form_means_the_same(form: str) -> None:
    found = of_form(form)
    assert found.format == {"json": "spdx", "tags": "spdx-tags"}[form]
    assert (found.format_version, found.serial, found.made) == (
        "2.3",
        "https://example.org/pump",
        "2024-01-01T00:00:00Z",
    )
    assert found.author == "scanner-1"
    pump, lwip, tls = found.components
    assert pump.identity == Identity(
        name="pump-firmware",
        vendor="Acme Pumps",
        purls=("pkg:generic/pump@4.2",),
        cpes=("cpe:/o:acme:pump", "cpe:2.3:o:acme:pump:4.2:*:*:*:*:*:*:*"),
        hashes=("sha256:" + SHA256,),
    )
    assert (pump.version, pump.kind, pump.licences, pump.supplier) == (
        "4.2",
        Kind.FIRMWARE,
        ("MIT",),
        "Acme Pumps",
    )
    assert (lwip.version, lwip.identity.vendor, lwip.parent) == ("", "", "SPDXRef-pump")
    assert (tls.parent, tls.ref) == ("", "SPDXRef-tls")
    assert found.subject == pump
    assert found.depends == (("SPDXRef-pump", ("SPDXRef-lwip", "SPDXRef-tls")),)
    assert found.set_aside == (("files", 1),)
    assert (found.unread, found.doubts, found.notes) == ((), (), ())


def test_places_are_paths_in_json_and_lines_in_text() -> None:
    assert [each.place for each in of_form("json").components] == [
        "$.packages[0]", "$.packages[1]", "$.packages[2]",
    ]  # fmt: skip
    assert [each.place for each in of_form("tags").components] == ["line 11", "line 29", "line 33"]


def test_the_answer_of_githubs_interface_is_read_from_inside_its_wrapping() -> None:
    found = read({"sbom": DOCUMENT})
    assert found.components[0].place == "$.sbom.packages[0]"
    assert len(found.components) == 3


def test_the_types_of_2_2_that_are_addresses_are_known() -> None:
    package = {
        "SPDXID": "SPDXRef-a",
        "name": "a",
        "externalRefs": [
            {"referenceType": "http://spdx.org/rdf/references/cpe23Type",
             "referenceLocator": "cpe:2.3:a:b:a:1:*:*:*:*:*:*:*"},
        ],
    }  # fmt: skip
    found = read({"spdxVersion": "SPDX-2.2", "packages": [package], "documentDescribes": ["SPDXRef-a"]})
    assert found.components[0].identity.cpes == ("cpe:2.3:a:b:a:1:*:*:*:*:*:*:*",)
    assert found.subject == found.components[0]
    assert found.format_version == "2.2"


def test_broken_packages_and_parts_are_named_and_the_rest_counts() -> None:
    found = read(
        {
            "spdxVersion": "SPDX-2.3",
            "packages": [
                3,
                {"SPDXID": "SPDXRef-a"},
                {
                    "name": "b",
                    "versionInfo": 3,
                    "primaryPackagePurpose": "TOY",
                    "checksums": [{"algorithm": "SHA1", "checksumValue": "x"}, {"algorithm": "MD2", "checksumValue": "y"}],
                    "externalRefs": [{"referenceType": "purl", "referenceLocator": "b@1"}, 7],
                },
            ],
            "relationships": [4, {"spdxElementId": "SPDXRef-x", "relationshipType": "DEPENDS_ON",
                                  "relatedSpdxElement": "DocumentRef-other:SPDXRef-y"}],
        }
    )  # fmt: skip
    assert [each.identity.name for each in found.components] == ["b"]
    assert unread(found) == [
        ("$.packages[0]", "is no object, so no package"),
        ("$.packages[1]", "has neither a name nor a purl nor a CPE"),
    ]
    assert [place for place, _ in doubted(found)] == [
        "$.packages[2].versionInfo",
        "$.packages[2].externalRefs[1]",
        "$.relationships[0]",
        "$.packages[2].externalRefs[0].referenceLocator",
        "$.packages[2].primaryPackagePurpose",
        "$.packages[2].checksums[0]",
    ]
    assert found.notes == ("names 1 refs in dependencies that it nowhere defines: SPDXRef-x",)


@pytest.mark.parametrize(
    ("data", "what", "where"),
    [
        (b'{"spdxVersion":"SPDX-2.1"}', "is 'SPDX-2.1'; SPDX-2.2 and SPDX-2.3 can be read", "sbom.json at $.spdxVersion"),
        (b'{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[]}', "is SPDX 3", "sbom.json"),
        (b'{"spdxVersion":"SPDX-2.3","packages":3}', "is a number where a list belongs", "$.packages"),
        (b"SPDXVersion: SPDX-1.2\n", "is SPDX '1.2'", "sbom.json"),
        (b"SPDXVersion: SPDX-2.3\nPackageComment: <text>never\nclosed\n", "is never closed", "sbom.json:2"),
        (b'<rdf:RDF xmlns:spdx="http://spdx.org/rdf/terms#"/>', "SPDX in RDF", "sbom.json"),
    ],
    ids=["2.1", "3", "no list", "tags 1.2", "open text", "RDF"],
)  # fmt: skip
def test_a_document_that_cannot_be_read_is_refused_with_its_place(data: bytes, what: str, where: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(data)
    assert what in caught.value.what
    assert where in str(caught.value.where)


def test_nesting_a_hundred_thousand_deep_is_refused() -> None:
    with pytest.raises(LimitExceeded):
        read(b'{"spdxVersion":"SPDX-2.3","packages":' + b"[" * 100_000)


def test_lines_that_are_no_tags_are_doubted() -> None:
    found = read(
        b"SPDXVersion: SPDX-2.3\nnonsense\nPackageName: a\nExternalRef: one two\nRelationship: x\n"
        b"ExternalRef: SECURITY cpe23Type x\nPackageChecksum: SHA1: x\nPrimaryPackagePurpose: TOY\n"
    )
    assert [each for each, _ in doubted(found)] == [
        "line 2",
        "line 4",
        "line 5",
        "line 3",
        "line 3",
        "line 3",
    ]
    assert [each for _, each in doubted(found)][:3] == [
        "is no tag and value",
        "is no category, type and locator",
        "is no relationship of two elements",
    ]
    assert len(found.components) == 1
