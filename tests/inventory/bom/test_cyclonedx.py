"""CycloneDX: its public valid and invalid documents, real bills, slips of every kind, and a naive walk beside it."""

from __future__ import annotations

import contextlib
import json
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from strategies import examples
from tocsin.errors import BadInput, LimitExceeded
from tocsin.inventory.bom.read import read_bom
from tocsin.inventory.component import BillOfMaterials, Kind
from tocsin.inventory.identity import Identity

SHARED = Path(__file__).parents[3] / "../shared/data"
VALID = SHARED / "conformance/cyclonedx-valid.zip"
INVALID = SHARED / "conformance/cyclonedx-invalid.zip"
EXAMPLES = SHARED / "evidence/sbom/bom-examples.zip"
needs_conformance = pytest.mark.skipif(
    not VALID.is_file(), reason="CycloneDX's test documents (shared/data/conformance) are not on this machine"
)
needs_examples = pytest.mark.skipif(
    not EXAMPLES.is_file(), reason="the example bills (shared/data/evidence/sbom) are not on this machine"
)


def documents(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in sorted(opened.namelist()) if name.endswith(".json")}


def read(document: object, name: str = "bom.json") -> BillOfMaterials:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_bom(data, name)


def bill(*components: object, **more: object) -> dict[str, object]:
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": list(components), **more}


def told(unread) -> list[tuple[str, str]]:
    return [(each.place, each.why) for each in unread]


def naive(data: bytes) -> tuple[int, list[str]]:
    """How many components there are and their purls in order, by the plainest walk there is."""
    count, purls = 0, []

    def walk(rows: list) -> None:
        nonlocal count
        for row in rows:
            count += 1
            if "purl" in row:
                purls.append(row["purl"])
            walk(row.get("components", []))

    document = json.loads(data.decode("utf-8-sig"))
    walk(document.get("metadata", {}).get("component", {}).get("components", []))
    walk(document.get("components", []))
    return count, purls


# -- conformance ------------------------------------------------------------------------------


@needs_conformance
def test_every_valid_document_is_read_whole() -> None:
    files = documents(VALID)
    assert len(files) == 218
    for name, data in files.items():
        found = read(data, name)
        assert found.unread == (), name
        assert found.format == "cyclonedx"
        assert found.format_version == name[:3]
        count, purls = naive(data)
        assert len(found.components) == count, name
        assert [each for one in found.components for each in one.identity.purls] == purls, name
        # The one doubt that a valid document leaves: a range says no version.
        assert [each.place for each in found.doubts] == (
            ["$.components[0].versionRange"] if "with-versionRange" in name else []
        ), name


REFUSED = "refused"
MISSED = "an entry is unread"
DOUBTED = "a part is doubted, or the whole in a note"
NO_MATTER = "read"
OUTCOMES = {
    "bomformat": (REFUSED, "is 'AnotherFormat', not CycloneDX"),
    "empty-component": (MISSED, "has neither a name nor a purl nor a CPE"),
    "component-ref": (DOUBTED, "is empty|gives 1 refs to more than one component: 123"),
    "component-type": (DOUBTED, "'foo' is no type of component"),
    "missing-component-type": (DOUBTED, "has no type"),
    "dependency": (DOUBTED, "has no member ref"),
    "hash-alg": (DOUBTED, "is no FOO hash"),
    "hash-md5": (DOUBTED, "is no MD5 hash"),
    "hash-sha1": (DOUBTED, "is no SHA-1 hash"),
    "hash-sha256": (DOUBTED, "is no SHA-256 hash"),
    "hash-sha512": (DOUBTED, "is no SHA-512 hash"),
    "license-choice": (DOUBTED, "names more than one licence"),
    "license-missing-id-and-name": (DOUBTED, "names no licence"),
    "metadata-timestamp": (DOUBTED, "'2020-04-13' is no time of RFC 3339"),
    "scope": (DOUBTED, "'foo' is no scope"),
    "serialnumber": (DOUBTED, "is no urn:uuid"),
    "component-external-version-and-range": (DOUBTED, "a range beside a version"),
    "component-versionRange-non-external-explicit": (DOUBTED, "only an external component may have one"),
    "component-versionRange-non-external-implicit": (DOUBTED, "only an external component may have one"),
    # What follows is read without a word, since it does not touch which products there are.
    "citations": (NO_MATTER, "who said what of the document is not looked at"),
    "component-swid": (NO_MATTER, "SWID tags are not looked at; name and version stand beside"),
    "issue-type": (NO_MATTER, "the pedigree is not looked at"),
    "patch-type": (NO_MATTER, "the pedigree is not looked at"),
    "license-encoding": (NO_MATTER, "the text of a licence is not looked at"),
    "license-id": (NO_MATTER, "licences are kept as written, also those that SPDX does not list"),
    "license-declared-concluded-mix": (NO_MATTER, "licences are kept as written, also those of two kinds"),
    "metadata-distribution": (NO_MATTER, "whom the document may be given to is not looked at"),
    "metadata-license": (NO_MATTER, "the licence of the document is not looked at"),
    "properties": (NO_MATTER, "properties of software are not looked at"),
    "service-data": (NO_MATTER, "services are counted only"),
}


@needs_conformance
def test_every_invalid_document_ends_as_the_table_says() -> None:
    files = documents(INVALID)
    assert len(files) == 139
    seen = dict.fromkeys((REFUSED, MISSED, DOUBTED, NO_MATTER), 0)
    for name, data in files.items():
        defect = re.sub(r"-1\.\d$", "", name[len("1.2/invalid-") : -len(".json")])
        outcome, why = OUTCOMES[defect]
        seen[outcome] += 1
        if outcome == REFUSED:
            with pytest.raises(BadInput) as caught:
                read(data, name)
            assert why in caught.value.what
            continue
        found = read(data, name)
        count, _ = naive(data)
        assert len(found.components) + len(found.unread) == count, name
        unread, doubts = told(found.unread), told(found.doubts)
        assert bool(unread) == (outcome == MISSED), name
        assert bool(doubts or found.notes) == (outcome == DOUBTED), name
        if outcome != NO_MATTER:
            said = "; ".join([each for _, each in unread + doubts] + list(found.notes))
            assert re.search(why, said), name
    assert seen == {REFUSED: 6, MISSED: 5, DOUBTED: 82, NO_MATTER: 46}


# Counted with json.loads and by hand where few; the other 39 of the 65 list none.
EXPECTED = {
    "CBOM/Algorithm/bom.json": 2,
    "CBOM/Certificate/bom.json": 4,
    "CBOM/Example-With-Dependencies/bom.json": 3,
    "CBOM/Key/bom.json": 3,
    "CBOM/Protocol/bom.json": 8,
    "HBOM/PCIe-SATA-adapter-board/bom.json": 6,
    "OBOM/Example-1-Decoupled/bom.json": 903,
    "OBOM/Example-1-Decoupled/obom.json": 1,
    "OBOM/Example-1-Standalone/bom.json": 904,
    "SBOM/cern-lhc-vdm-editor-e564943/bom.json": 43,
    "SBOM/dropwizard-1.3.15/bom.json": 167,
    "SBOM/juice-shop/v11.1.2/bom.json": 840,
    "SBOM/juice-shop/via_npm/bare/bom.1.2.json": 1115,
    "SBOM/juice-shop/via_npm/bare/bom.1.3.json": 1115,
    "SBOM/juice-shop/via_npm/bare/bom.1.4.json": 1115,
    "SBOM/juice-shop/via_npm/flat/bom.1.2.json": 1115,
    "SBOM/juice-shop/via_npm/flat/bom.1.3.json": 1115,
    "SBOM/juice-shop/via_npm/flat/bom.1.4.json": 1115,
    "SBOM/keycloak-10.0.2/bom.json": 903,
    "SBOM/laravel-7.12.0/bom.1.2.json": 62,
    "SBOM/laravel-7.12.0/bom.1.3.json": 62,
    "SBOM/laravel-7.12.0/bom.1.4.json": 62,
    "SBOM/proton-bridge/proton-bridge-v1.6.3.bom.json": 201,
    "SBOM/proton-bridge/proton-bridge-v1.8.0.bom.json": 201,
    "SBOM/protonmail-webclient-v4-0912dff/bom.json": 883,
    "VEX/bom.json": 3,
}


@needs_examples
def test_every_real_bill_holds_the_components_that_were_counted_beforehand() -> None:
    counts = {}
    for name, data in documents(EXAMPLES).items():
        found = read(data, name)
        count, purls = naive(data)
        assert (len(found.components), found.unread) == (count, ()), name
        assert [each for one in found.components for each in one.identity.purls] == purls, name
        counts[name] = count
    assert len(counts) == 65
    assert sum(counts.values()) == 11_951
    assert {name: count for name, count in counts.items() if count} == EXPECTED


# -- what a component says --------------------------------------------------------------------


def test_a_component_keeps_every_name_and_where_it_stood() -> None:
    digest = "AB" * 32
    found = read(
        bill(
            {
                "type": "firmware",
                "bom-ref": "fw",
                "supplier": {"name": "Acme Distribution"},
                "manufacturer": {"name": "Acme"},
                "group": "pumps",
                "name": "Pump control",
                "version": "4.2.1",
                "purl": "pkg:generic/acme/pump@4.2.1",
                "cpe": "cpe:2.3:o:acme:pump_firmware:4.2.1:*:*:*:*:*:*:*",
                "hashes": [{"alg": "SHA-256", "content": digest}, {"alg": "MD5", "content": "0" * 32}],
                "licenses": [{"license": {"id": "MIT"}}, {"expression": "Apache-2.0 OR MIT"}],
                "components": [{"type": "library", "name": "lwip", "version": "2.1.2"}],
                "properties": [
                    {"name": "cdx:device:serialNumber", "value": "S*1"},
                    {"name": "cdx:device:sku", "value": "AC-1"},
                ],
            }
        )
    )
    first, second = found.components
    assert first.identity == Identity(
        name="Pump control",
        vendor="Acme",
        family="pumps",
        purls=("pkg:generic/acme/pump@4.2.1",),
        cpes=("cpe:2.3:o:acme:pump_firmware:4.2.1:*:*:*:*:*:*:*",),
        skus=("AC-1",),
        serials=("S\\*1",),
        hashes=("sha256:" + digest.lower(), "md5:" + "0" * 32),
    )
    assert (first.version, first.kind, first.place, first.ref) == (
        "4.2.1",
        Kind.FIRMWARE,
        "$.components[0]",
        "fw",
    )
    assert (first.supplier, first.licences) == ("Acme Distribution", ("MIT", "Apache-2.0 OR MIT"))
    assert (second.parent, second.place) == ("fw", "$.components[0].components[0]")
    assert (found.unread, found.doubts, found.notes) == ((), (), ())


def test_the_subject_is_apart_and_what_lies_in_it_counts() -> None:
    subject = {
        "type": "device",
        "bom-ref": "plc",
        "name": "PLC",
        "components": [{"type": "library", "name": "a"}],
    }
    found = read(
        bill(
            {"type": "library", "name": "b"},
            serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
            metadata={
                "timestamp": "2024-05-01T00:00:00Z",
                "component": subject,
                "authors": [{"name": "Anna"}],
                "tools": {"components": [{"type": "application", "name": "scanner"}]},
            },
        )
    )
    assert found.subject is not None
    assert (found.subject.identity.name, found.subject.kind) == ("PLC", Kind.DEVICE)
    assert [each.place for each in found.components] == [
        "$.metadata.component.components[0]",
        "$.components[0]",
    ]
    assert found.components[0].parent == "plc"
    assert (found.made, found.author) == ("2024-05-01T00:00:00Z", "Anna")
    assert found.serial == "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"
    assert found.set_aside == (("tools that made it", 1),)
    assert found.notes == ()


def test_services_and_statements_on_vulnerabilities_are_counted_apart() -> None:
    found = read(
        bill(
            services=[{"bom-ref": "s", "name": "a", "services": [{"name": "b"}, {"name": "c"}]}],
            vulnerabilities=[{"id": "CVE-2021-44228"}],
            formulation=[{"components": [{"type": "library", "name": "gcc"}]}],
            dependencies=[{"ref": "s", "dependsOn": []}],
        )
    )
    assert dict(found.set_aside) == {
        "services": 3,
        "statements on vulnerabilities": 1,
        "components of its making": 1,
    }
    assert (found.components, found.notes) == ((), ())


@pytest.mark.parametrize(
    ("properties", "purl", "source"),
    [
        ([], "pkg:deb/debian/libc6@2.36-9?upstream=glibc", ("glibc", "")),
        ([], "pkg:deb/debian/libssl3@3.0.11-1?upstream=openssl%403.0.10", ("openssl", "3.0.10")),
        ([], "pkg:rpm/redhat/openssl-libs@3.0.7-24?upstream=openssl-3.0.7-24.el9.src.rpm",
         ("openssl", "3.0.7-24.el9")),
        ([{"name": "aquasecurity:trivy:SrcName", "value": "glibc"},
          {"name": "aquasecurity:trivy:SrcVersion", "value": "2.36-9"}],
         "pkg:deb/debian/libc6@2.36-9%2Bb1", ("glibc", "2.36-9")),
        ([], "pkg:npm/a@1?upstream=b", ("", "")),
    ],
    ids=["name", "name and version", "source rpm", "properties", "not of a distribution"],
)  # fmt: skip
def test_the_source_package_is_known_where_it_is_said(properties, purl, source) -> None:
    found = read(bill({"type": "library", "name": "x", "purl": purl, "properties": properties}))
    assert (found.components[0].source, found.components[0].source_version) == source


# -- slips ------------------------------------------------------------------------------------


def test_a_broken_entry_is_named_with_its_path_and_the_rest_counts() -> None:
    found = read(
        bill({"type": "library", "name": "a"}, 7, {"type": "library"}, None, {"type": "library", "name": 8})
    )
    assert [each.identity.name for each in found.components] == ["a"]
    assert told(found.unread) == [
        ("$.components[1]", "is no object, so no component"),
        ("$.components[2]", "has neither a name nor a purl nor a CPE"),
        ("$.components[3]", "is no object, so no component"),
        ("$.components[4]", "has neither a name nor a purl nor a CPE"),
    ]
    assert told(found.doubts) == [("$.components[4].name", "is a number where text belongs")]


def test_a_component_without_a_name_is_kept_if_a_purl_or_a_cpe_names_it() -> None:
    found = read(
        bill(
            {"type": "library", "purl": "pkg:npm/a@1"},
            {"type": "library", "cpe": "cpe:/a:b:c"},
            {"type": "library", "purl": "nonsense", "components": [{"type": "library", "name": "inner"}]},
        )
    )
    assert [each.place for each in found.components] == [
        "$.components[0]",
        "$.components[1]",
        "$.components[2].components[0]",
    ]
    assert [each.place for each in found.unread] == ["$.components[2]"]


def test_an_invalid_purl_or_cpe_is_doubted_and_the_component_kept() -> None:
    found = read(bill({"type": "library", "name": "a", "purl": "a@1", "cpe": "cpe:2.3:a"}))
    assert found.components[0].identity == Identity(name="a")
    assert [each.place for each in found.doubts] == ["$.components[0].purl", "$.components[0].cpe"]
    assert "does not begin with pkg:" in found.doubts[0].why


def test_a_member_of_the_wrong_type_costs_that_member_alone() -> None:
    found = read(
        bill(
            {
                "type": "library",
                "name": "a",
                "version": 1.5,
                "hashes": [{"alg": 3, "content": "x"}, {"alg": "MD5", "content": "0" * 32}],
                "licenses": {"license": {"id": "MIT"}},
                "supplier": "Acme",
                "components": 3,
                "purl": "pkg:npm/a@1.5",
                "group": None,
            }
        )
    )
    assert found.components[0].identity == Identity(
        name="a", purls=("pkg:npm/a@1.5",), hashes=("md5:" + "0" * 32,)
    )
    assert sorted(told(found.doubts)) == [
        ("$.components[0].components", "is a number where a list belongs"),
        ("$.components[0].hashes[0]", "is a number where text belongs"),
        ("$.components[0].licenses", "is an object where a list belongs"),
        ("$.components[0].supplier", "is text where an object belongs"),
        ("$.components[0].version", "is a number where text belongs"),
    ]


def test_doubts_about_the_document_as_a_whole_are_noted() -> None:
    rows = [{"type": "library", "name": "a", "bom-ref": ref} for ref in ("a", "b", "b")]
    found = read(
        bill(
            *rows,
            dependencies=[
                {"ref": "a", "dependsOn": ["b"]},
                {"ref": "b", "dependsOn": ["a", "gone"]},
                {"ref": "b", "dependsOn": ["a"]},
            ],
            compositions=[{"aggregate": "incomplete"}, {"aggregate": "complete"}],
        )
    )
    assert found.depends == (("a", ("b",)), ("b", ("a", "gone")))
    assert found.notes == (
        "the dependencies of 1 refs are given more than once; they are joined",
        "gives 1 refs to more than one component: b",
        "names 1 refs in dependencies that it nowhere defines: gone",
        "its dependencies go in a circle: a → b → a",
        "says itself that it may not be complete: $.compositions[0].aggregate is 'incomplete'",
    )


def test_a_list_of_components_that_a_second_key_hides_is_noted() -> None:
    inner = b'{"type":"library","name":"a"}'
    data = (
        b'{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"b",'
        b'"components":[' + inner + b'],"components":[]}]}'
    )
    found = read(data)
    assert [one.identity.name for one in found.components] == ["b"]
    assert "holds 1 more lists named components" in found.notes[0]


@pytest.mark.parametrize(
    "key", ["metadata", "services", "dependencies", "compositions", "vulnerabilities", "serialNumber"]
)
@pytest.mark.parametrize("value", [3, "x", [3], {"a": 1}, [{}], [None]], ids=str)
def test_a_wrong_type_elsewhere_costs_no_component(key: str, value: object) -> None:
    found = read(bill({"type": "library", "name": "a"}, **{key: value}))
    assert [each.identity.name for each in found.components] == ["a"]


@pytest.mark.parametrize(
    ("data", "what", "where"),
    [
        (b'{"bomFormat":"CycloneDX","specVersion":"1.8"}', "is CycloneDX '1.8'; 1.2 to 1.7 can be read", "$.specVersion"),
        (b'{"bomFormat":"CycloneDX","specVersion":1.6}', "is a number where text belongs", "$.specVersion"),
        (b'{"bomFormat":"CycloneDX"}', "has no member specVersion", "$"),
        (b'{"bomFormat":"CycloneDX","specVersion":"1.6","components":{}}', "is an object where a list belongs", "$.components"),
        (b'{"bomFormat":"CycloneDX",\n "specVersion":tru}', "is no JSON", "2"),
        (b'{"bomFormat":"CycloneDX","specVersion":"1.6"', "it ends in the middle", "1"),
        (b'{"bomFormat":"CycloneDX","specVersion":"1.6","x":"\xff"}', "is not UTF-8: the byte 0xff", "1"),
        (b'{"bomFormat":"CycloneDX","specVersion":"1.6","x":"a\x00"}', "is no JSON", "1"),
        (b'{"bomFormat":"CycloneDX","specVersion":"1.6","x":"\\ud800"}', "is no JSON", "1"),
        (b'<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.4"/>', "CycloneDX in XML", "bom.json"),
    ],
    ids=["version", "number", "missing", "no list", "no JSON", "cut off", "Latin-1", "NUL", "half a pair", "XML"],
)  # fmt: skip
def test_a_document_that_cannot_be_read_is_refused_with_its_place(data: bytes, what: str, where: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(data)
    assert what in caught.value.what
    assert where in str(caught.value.where)
    assert "bom.json" in str(caught.value)


@pytest.mark.parametrize("bracket", ["[", '{"components":['], ids=["lists", "components"])
def test_nesting_a_hundred_thousand_deep_is_refused(bracket: str) -> None:
    data = f'{{"bomFormat":"CycloneDX","specVersion":"1.6","components":{bracket * 100_000}'.encode()
    with pytest.raises(LimitExceeded, match="nests deeper than 64 levels"):
        read(data)


def test_huge_numbers_and_keys_that_are_not_known_do_no_harm() -> None:
    data = (
        json.dumps(bill({"type": "library", "name": "a", "x": 1})).replace("1}", "9" * 10_000 + "}").encode()
    )
    assert len(read(data.replace(b'"x"', b'"pedigree"')).components) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_an_encoding_that_names_itself_is_read(encoding: str) -> None:
    found = read(json.dumps(bill({"type": "library", "name": "Würfel"}), ensure_ascii=False).encode(encoding))
    assert found.components[0].identity.name == "Würfel"


# -- any document at all ----------------------------------------------------------------------

ROWS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["library", "device", "foo", 3]),
        "name": st.sampled_from(["a", "", 3, None]),
        "version": st.sampled_from(["1", 2, None, []]),
        "purl": st.sampled_from(["pkg:npm/a@1", "x", "pkg:", 3]),
        "cpe": st.sampled_from(["cpe:/a:b:c", "x", {}]),
        "bom-ref": st.sampled_from(["r", "s", "", 4]),
        "hashes": st.sampled_from([[], [{"alg": "MD5", "content": "0" * 32}], [{}], [3], 3]),
        "licenses": st.sampled_from([[], [{"license": {"id": "MIT"}}], [{"license": 3}], {}, [None]]),
        "supplier": st.sampled_from([{"name": "x"}, {"name": 3}, "x"]),
        "properties": st.sampled_from([[{"name": "cdx:device:sku", "value": "x"}], [{}], 3]),
        "versionRange": st.sampled_from(["vers:npm/1", 3]),
    },
)  # fmt: skip
TREES = st.recursive(
    ROWS | st.sampled_from([3, None, "x", []]),
    lambda inner: st.builds(lambda row, rows: {**row, "components": rows}, ROWS, st.lists(inner, max_size=3)),
    max_leaves=12,
)


def entries(rows: list) -> int:
    return sum(1 + (entries(row.get("components", [])) if isinstance(row, dict) else 0) for row in rows)


@given(st.lists(TREES, max_size=4))
@settings(max_examples=examples(100))
def test_components_and_unread_are_all_the_entries(rows: list) -> None:
    found = read(bill(*rows))
    assert len(found.components) + len(found.unread) == entries(rows)
    places = [each.place for each in (*found.components, *found.unread)]
    assert len(set(places)) == len(places)


WHOLE = bill(
    {"type": "library", "name": "a", "version": "1", "purl": "pkg:npm/a@1", "bom-ref": "a",
     "hashes": [{"alg": "MD5", "content": "0" * 32}], "licenses": [{"license": {"id": "MIT"}}],
     "components": [{"type": "device", "name": "b", "cpe": "cpe:/a:b:c", "supplier": {"name": "x"}}]},
    metadata={"timestamp": "2024-05-01T00:00:00Z", "component": {"type": "application", "name": "s"}},
    dependencies=[{"ref": "a", "dependsOn": ["a"]}],
    services=[{"name": "x"}],
    vulnerabilities=[{"id": "CVE-1"}],
    compositions=[{"aggregate": "complete"}],
    serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
)  # fmt: skip
JUNK = st.sampled_from(
    [None, 0, -1, 1.5, True, "", "x", "\x00", [], {}, [[]], [{}], {"a": 1}, 10**30, "ü" * 9]
)


def paths(value: object, path: tuple = ()) -> list[tuple]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, child in inner for each in paths(child, (*path, key)))]


def changed(value: object, path: tuple, junk: object) -> object:
    if not path:
        return junk
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(copy[path[0]], path[1:], junk)
    return copy


@given(st.lists(st.tuples(st.sampled_from(paths(WHOLE)[1:]), JUNK), min_size=1, max_size=3))
@settings(max_examples=examples(150))
def test_a_document_with_junk_in_any_place_is_read_or_refused(changes: list) -> None:
    document: object = WHOLE
    for path, junk in changes:
        try:
            document = changed(document, path, junk)
        except (KeyError, IndexError, TypeError):
            continue
    try:
        found = read(document)
    except BadInput:
        return
    assert isinstance(found, BillOfMaterials)
    rows = document.get("components") or []
    subject = document.get("metadata", {})
    subject = subject.get("component", {}) if isinstance(subject, dict) else {}
    inside = subject.get("components", []) if isinstance(subject, dict) else []

    def counted(rows: object) -> int:
        if not isinstance(rows, list):
            return 0
        return sum(1 + (counted(row.get("components")) if isinstance(row, dict) else 0) for row in rows)

    assert len(found.components) + len(found.unread) == counted(rows) + counted(inside)


@given(st.integers(0, 1_000), st.binary(min_size=1, max_size=3))
@settings(max_examples=examples(100))
def test_a_document_with_bytes_changed_anywhere_is_read_or_refused(at: int, junk: bytes) -> None:
    data = json.dumps(WHOLE).encode()
    at %= len(data)
    with contextlib.suppress(BadInput):
        read_bom(data[:at] + junk + data[at + len(junk) :], "bom.json", form="cyclonedx")
