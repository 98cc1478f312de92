"""Small advisories to write tests with, and how to read them."""

from __future__ import annotations

import json
from pathlib import Path

from tocsin.inventory.advisories.recognise import read_advisories
from tocsin.inventory.advisory import Advisory
from tocsin.inventory.claim import Span

SHARED = Path(__file__).parents[3].parent / "shared" / "data"
WHY_SKIPPED = "the real data (shared/data) is not on this machine"


def read(*records, form=""):
    """What is read of documents (one, or several as JSON lines) given as Python values."""
    return list(
        read_advisories(b"\n".join(json.dumps(record).encode() for record in records), "test.json", form=form)
    )


def one(record):
    """The advisory that one document is."""
    (advisory,) = read(record)
    assert isinstance(advisory, Advisory), advisory
    return advisory


def why(advisory):
    """What is unread of an advisory: place to reason."""
    return {held.place: held.why for held in advisory.unread}


def below(version, *, fixed=False):
    return Span(None, version, fixed=fixed)


def exact(version):
    return Span(version, version, high_inclusive=True)


def csaf(tree=None, *vulnerabilities, **document):
    return {
        "document": {
            "category": "csaf_security_advisory",
            "csaf_version": "2.0",
            "title": "Pumps",
            "publisher": {"category": "vendor", "name": "Pump Works", "namespace": "https://pumps.example"},
            "tracking": {
                "id": "PW-1",
                "status": "final",
                "version": "1",
                "initial_release_date": "2024-01-01T00:00:00Z",
                "current_release_date": "2024-02-01T00:00:00Z",
            },
            **document,
        },
        **({"product_tree": tree} if tree is not None else {}),
        "vulnerabilities": list(vulnerabilities),
    }


def branch(category, name, *branches, product=None, **helper):
    """A branch; with ``product`` (an id) a leaf, with the members of its identification helper."""
    made = {"category": category, "name": name}
    if branches:
        made["branches"] = list(branches)
    if product:
        made["product"] = {"product_id": product, "name": f"{name} as {product}"}
        if helper:
            made["product"]["product_identification_helper"] = helper
    return made


def tree_of(version, category="product_version_range", product="P1", **helper):
    leaf = branch(category, version, product=product, **helper)
    return {"branches": [branch("vendor", "Pump Works", branch("product_name", "Pump 7", leaf))]}


def cve(*affected, adp=(), **cna):
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {
            "cveId": "CVE-2024-1",
            "state": "PUBLISHED",
            "assignerShortName": "pumps",
            "datePublished": "2024-01-01T00:00:00Z",
            "dateUpdated": "2024-02-01T00:00:00Z",
        },
        "containers": {
            "cna": {"providerMetadata": {"shortName": "pumps"}, "affected": list(affected), **cna},
            "adp": list(adp),
        },
    }


def osv(*affected, **record):
    return {"id": "GHSA-1", "modified": "2024-01-01T00:00:00Z", "affected": list(affected), **record}


def package(ecosystem="PyPI", name="pump", events=None, kind="ECOSYSTEM", **entry):
    ranges = [{"type": kind, "events": events}] if events is not None else []
    return {"package": {"ecosystem": ecosystem, "name": name}, "ranges": ranges, **entry}


def openvex(*statements, **document):
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://pumps.example/vex-1",
        "author": "Pump Works",
        "timestamp": "2024-01-01T00:00:00Z",
        "version": 1,
        "statements": list(statements),
        **document,
    }


def cyclonedx(*vulnerabilities, **document):
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "vulnerabilities": list(vulnerabilities),
        **document,
    }
