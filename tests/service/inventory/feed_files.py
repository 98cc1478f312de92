"""Small files of each kind of feed, all about made-up vulnerabilities."""

from __future__ import annotations

import csv
import io
import json
import zipfile

DAY = "2026-09-01T00:00:00Z"


def bill():
    parts = [
        {"type": "application", "name": "Pump", "version": "1.0", "supplier": {"name": "Acme"}},
        {"type": "library", "name": "django", "version": "2.2", "purl": "pkg:pypi/django@2.2"},
        {"type": "library", "name": "gin", "version": "1.5.0", "purl": "pkg:golang/example.org/gin@v1.5.0"},
    ]
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": parts}).encode()


def kev(*names, released=DAY, product="Pump"):
    entries = [
        {
            "cveID": name, "vendorProject": "Acme", "product": product, "vulnerabilityName": f"Flaw {name}",
            "dateAdded": "2026-09-01", "dueDate": "2026-09-22", "requiredAction": "Mend it.",
            "knownRansomwareCampaignUse": "Known",
        }
        for name in names
    ]  # fmt: skip
    return json.dumps(
        {"catalogVersion": "1", "dateReleased": released, "count": len(entries), "vulnerabilities": entries}
    ).encode()


SSVC = {
    "other": {
        "type": "ssvc",
        "content": {
            "options": [{"Exploitation": "none"}, {"Automatable": "no"}, {"Technical Impact": "partial"}]
        },
    }
}


def cve(name, *, below="2.0", product="Pump", updated=DAY):
    """A record that calls Acme's product affected in all versions below one; it was judged to be of little urgency."""
    affected = {
        "vendor": "Acme", "product": product, "defaultStatus": "unaffected",
        "versions": [{"version": "0", "lessThan": below, "status": "affected", "versionType": "semver"}],
    }  # fmt: skip
    return json.dumps(
        {
            "dataType": "CVE_RECORD",
            "dataVersion": "5.1",
            "cveMetadata": {
                "cveId": name, "state": "PUBLISHED", "assignerShortName": "acme", "datePublished": DAY, "dateUpdated": updated,
            },
            "containers": {
                "cna": {"affected": [affected], "descriptions": [{"lang": "en", "value": "A flaw."}], "providerMetadata": {}},
                "adp": [{"providerMetadata": {}, "metrics": [SSVC]}],
            },
        }
    ).encode()  # fmt: skip


def osv(name, *, below="3.0", package="django", ecosystem="PyPI", modified=DAY, **more):
    events = [{"introduced": "0"}, {"fixed": below}]
    return json.dumps(
        {
            "id": name,
            "modified": modified,
            "affected": [
                {
                    "package": {"name": package, "ecosystem": ecosystem},
                    "ranges": [{"type": "ECOSYSTEM", "events": events}],
                }
            ],
            **more,
        }
    ).encode()


def csaf(name, *, vulnerability="CVE-2026-1", version="1.0", updated=DAY):
    """A document in which Acme calls one version of its pump affected."""
    return json.dumps(
        {
            "document": {
                "category": "csaf_security_advisory", "csaf_version": "2.0", "title": name,
                "publisher": {"name": "Acme", "category": "vendor", "namespace": "https://acme.example"},
                "tracking": {
                    "id": name, "status": "final", "version": "1",
                    "initial_release_date": DAY, "current_release_date": updated,
                },
            },
            "product_tree": {
                "branches": [
                    {"category": "vendor", "name": "Acme", "branches": [
                        {"category": "product_name", "name": "Pump", "branches": [
                            {"category": "product_version", "name": version,
                             "product": {"name": f"Acme Pump {version}", "product_id": "P"}}]}]}
                ]
            },
            "vulnerabilities": [{"cve": vulnerability, "product_status": {"known_affected": ["P"]}}],
        }
    ).encode()  # fmt: skip


def zipped(members, method=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def changes(rows):
    made = io.StringIO()
    csv.writer(made, quoting=csv.QUOTE_ALL).writerows(rows)
    return made.getvalue().encode()
