"""What the readers make of advisories that others published, with totals that were written down."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections import Counter

import pytest

from inventory.advisories.documents import SHARED, WHY_SKIPPED
from tocsin.errors import NotAVersion
from tocsin.inventory.advisories.recognise import read_advisories
from tocsin.inventory.advisory import Advisory
from tocsin.inventory.component import Unread
from tocsin.inventory.version import key

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=WHY_SKIPPED)


def packed(name):
    return gzip.decompress((SHARED / "intel" / name).read_bytes())


def advisories(data):
    found = list(read_advisories(data, "x"))
    assert all(isinstance(held, Advisory) for held in found)
    return found


def totals(found):
    """Claims by status, claims whose versions are unread in part, and parts unread by reason."""
    claims = [claim for held in found for claim in held.claims]
    return (
        dict(Counter(claim.status.value for claim in claims)),
        sum(bool(claim.versions.unread) for claim in claims),
        dict(Counter(unread.why for held in found for unread in held.unread)),
    )


def test_all_csaf_advisories_of_cisa_are_read():
    found = advisories(packed("csaf-ics/csaf-ics.jsonl.gz"))

    assert len(found) == 400
    assert totals(found) == ({"affected": 4586, "not_affected": 57}, 775, {})
    assert sum(bool(claim.product.models) for held in found for claim in held.claims) == 844
    assert sum(bool(held.sectors) for held in found) == 351
    assert [held.id for held in found] == (
        SHARED / "intel" / "csaf-ics" / "csaf-ics.ids.txt"
    ).read_text().split()


def test_every_status_in_the_csaf_advisories_is_a_claim_by_a_walk_that_knows_nothing_of_the_reader():
    data = packed("csaf-ics/csaf-ics.jsonl.gz")
    words = {"known_affected": "affected", "known_not_affected": "not_affected"}

    def named(branches):
        for branch in branches:
            if "product" in branch:
                yield branch["product"]["product_id"], branch["product"]["name"]
            yield from named(branch.get("branches", []))

    walked = Counter()
    for line in data.splitlines():
        document = json.loads(line)
        names = dict(named(document["product_tree"]["branches"]))
        for vulnerability in document["vulnerabilities"]:
            for status, ids in vulnerability["product_status"].items():
                for id in ids:
                    walked[
                        document["document"]["tracking"]["id"],
                        vulnerability["cve"],
                        words[status],
                        names[id].strip(),
                    ] += 1

    read = Counter(
        (held.id, claim.vulnerability, claim.status.value, claim.text)
        for held in advisories(data)
        for claim in held.claims
    )
    assert read == walked


def test_nine_of_ten_version_texts_of_the_csaf_advisories_are_understood():
    from tocsin.inventory.advisories.version_text import read_version_text

    def texts(branches):
        for branch in branches:
            if branch["category"] in {"product_version", "product_version_range"}:
                yield branch["name"]
            yield from texts(branch.get("branches", []))

    said = [
        text
        for line in packed("csaf-ics/csaf-ics.jsonl.gz").splitlines()
        for text in texts(json.loads(line)["product_tree"]["branches"])
    ]
    understood = [text for text in said if not read_version_text(text).versions.unread]

    assert len(said) == 2080
    assert len(understood) == 1907
    assert len(understood) / len(said) > 0.9


def test_all_cve_records_are_read():
    found = advisories(packed("vulnrichment.jsonl.gz"))

    assert len(found) == 3251
    assert sum(bool(held.withdrawn) for held in found) == 6
    assert totals(found)[0] == {"affected": 11385, "not_affected": 2410, "under_investigation": 39}
    assert totals(found)[1:] == (1196, {"it names neither a vendor nor a product": 522})
    assert sum(bool(stakes.exploitation) for held in found for _, stakes in held.stakes) == 3245
    assert sum(stakes.exploited is not None for held in found for _, stakes in held.stakes) == 222


def test_each_entry_of_a_cve_record_is_claims_or_is_said_to_be_unread():
    data = packed("vulnrichment.jsonl.gz")
    for line, held in zip(data.splitlines(), advisories(data), strict=True):
        containers = json.loads(line)["containers"]
        entries = {
            f"$.containers.cna.affected[{at}]" for at in range(len(containers["cna"].get("affected", [])))
        }
        for at, adp in enumerate(containers.get("adp", [])):
            entries |= {
                f"$.containers.adp[{at}].affected[{each}]" for each in range(len(adp.get("affected", [])))
            }
        if not held.withdrawn:
            assert entries == {claim.place for claim in held.claims} | {
                unread.place for unread in held.unread if ".affected[" in unread.place
            }


@pytest.mark.parametrize(
    ("file", "records", "withdrawn", "claims", "unread", "conditions"),
    [("osv-pypi.jsonl.gz", 2661, 10, 2651, 2, 0), ("osv-go.jsonl.gz", 4291, 17, 6106, 0, 584)],
    ids=["pypi", "go"],
)
def test_all_osv_records_are_read(file, records, withdrawn, claims, unread, conditions):
    found = advisories(packed(file))

    assert len(found) == records
    assert sum(bool(held.withdrawn) for held in found) == withdrawn
    assert totals(found) == ({"affected": claims}, unread, {})
    assert sum(bool(claim.condition) for held in found for claim in held.claims) == conditions
    assert all(claim.product.purls for held in found for claim in held.claims)


OUTSIDE = {
    ("PYSEC-2021-114", "2.11.6"): "the record lists the version that mends it",
    ("PYSEC-2023-177", "23.9.0"): "the record lists the version that mends it",
    ("PYSEC-2023-177", "23.9.0.post1"): "the record lists what follows the version that mends it",
    **{
        ("PYSEC-2023-61", version): "it precedes 3.2 or 4.2, where the record says that the fault came"
        for version in ("3.2a1", "3.2b1", "3.2rc1", "4.2a1", "4.2b1", "4.2rc1")
    },
}


def test_the_versions_that_pypas_database_lists_lie_in_its_ranges_but_for_nine():
    inside, no_version, outside = 0, set(), set()
    data = packed("osv-pypi.jsonl.gz")
    for line, held in zip(data.splitlines(), advisories(data), strict=True):
        record = json.loads(line)
        for entry, claim in zip(record["affected"], held.claims, strict=not held.withdrawn):
            versions = claim.versions
            ranges = [span for span in versions.spans if span.low is None or span.low != span.high]
            if not entry.get("versions") or not (ranges or versions.every):
                continue
            for version in entry["versions"]:
                found = versions.every or holds(ranges, version)
                if found:
                    inside += 1
                    continue
                (no_version if found is None else outside).add((record["id"], version))
                assert any(span.low == span.high == version for span in versions.spans), "it counts by itself"

    assert inside == 139363
    assert outside == set(OUTSIDE)
    assert inside / (inside + len(outside)) > 0.9999
    assert len(no_version) == 108
    assert {"0.1-bulbasaur", "a3", "trunk"} < {version for _, version in no_version}, (
        "they have no order by PEP 440"
    )


def holds(spans, version):
    try:
        at = key("pypi", version)
    except NotAVersion:
        return None
    return any(
        (span.low is None or key("pypi", span.low) <= at)
        and (
            span.high is None
            or at < key("pypi", span.high)
            or (span.high_inclusive and at == key("pypi", span.high))
        )
        for span in spans
    )


def test_all_vex_examples_are_read():
    with zipfile.ZipFile(SHARED / "evidence" / "sbom" / "bom-examples.zip") as examples:
        found = [
            held
            for name in examples.namelist()
            if name.startswith("VEX/")
            for held in read_advisories(examples.read(name), name)
        ]

    vex = [held for held in found if isinstance(held, Advisory)]
    assert len(found) == 39
    assert totals(vex) == (
        {"not_affected": 123, "affected": 18, "under_investigation": 8, "fixed": 7},
        0,
        {"it does not say what is affected": 1},
    )
    bills = [held for held in found if isinstance(held, Unread)]
    assert {held.why for held in bills} == {
        "$.vulnerabilities: the bill of materials says nothing of vulnerabilities"
    }
    assert len(bills) == 14
