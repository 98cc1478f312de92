"""Make the example products that ship for ``tocsin gate``: a good one, a stale one and a forged one, all made up.

Run from the checkout: ``python scripts/make_example_gate.py``. It writes ``src/tocsin/data/examples/gate``.
No clock and no chance: the same script gives the same bytes. The maker's key is made from a sentence that stands below,
so it is no secret, and nothing may ever be trusted for its signature.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

__all__ = ["FOLDER", "files", "main"]

FOLDER = Path(__file__).parent.parent / "src/tocsin/data/examples/gate"

MAKER = "Millrace Controls"
PRODUCT = "Pump Controller"
KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"Millrace Controls is made up").digest())
AS_OF = "2026-11-27"
VULNERABILITIES = ("CVE-1900-0001", "CVE-1900-0002")
"""No CVE was ever given out for that year."""


def as_json(document: Any) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def purl(name: str, version: str = "") -> str:
    return f"pkg:generic/millrace/{name}" + (f"@{version}" if version else "")


def component(name: str, version: str, kind: str = "library") -> dict[str, Any]:
    return {
        "type": kind,
        "bom-ref": name,
        "supplier": {"name": MAKER},
        "name": name,
        "version": version,
        "purl": purl(name, version),
        "hashes": [{"alg": "SHA-256", "content": digest(f"{name} {version}".encode())}],
        "licenses": [{"license": {"name": "proprietary"}}],
    }


def bill(version: str, made: str, firmware: bytes, parts: dict[str, str]) -> bytes:
    """A bill of materials in CycloneDX 1.6, with all of NTIA's minimum elements."""
    subject = component("pump-controller", version, "firmware")
    subject["name"] = PRODUCT
    subject["hashes"] = [{"alg": "SHA-256", "content": digest(firmware)}]
    return as_json(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {
                "timestamp": made,
                "authors": [{"name": f"{MAKER}, release team"}],
                "component": subject,
            },
            "components": [component(name, held) for name, held in parts.items()],
            "dependencies": [
                {"ref": "pump-controller", "dependsOn": ["web-panel", "modbus-stack", "rtos-kernel"]},
                {"ref": "web-panel", "dependsOn": ["tls-shim"]},
            ],
        }
    )


def statement(subjects: dict[str, bytes], version: str, finished: str) -> bytes:
    """SLSA provenance v1 in an in-toto Statement v1."""
    return as_json(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [
                {"name": name, "digest": {"sha256": digest(data)}} for name, data in subjects.items()
            ],
            "predicateType": "https://slsa.dev/provenance/v1",
            "predicate": {
                "buildDefinition": {
                    "buildType": "https://build.millrace.example/firmware/v1",
                    "externalParameters": {
                        "source": f"https://git.millrace.example/pump-controller@v{version}"
                    },
                },
                "runDetails": {
                    "builder": {"id": "https://build.millrace.example/release"},
                    "metadata": {"finishedOn": finished},
                },
            },
        }
    )


def signature(payload: bytes) -> bytes:
    kind = b"application/vnd.in-toto+json"
    return KEY.sign(b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload))


def envelope(payload: bytes, sig: bytes) -> bytes:
    """A DSSE envelope; ``sig`` need not be that of ``payload``, which makes a forgery."""
    spki = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return as_json(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"keyid": digest(spki), "sig": base64.b64encode(sig).decode()}],
        }
    )


def policy() -> bytes:
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return f'''# A made-up buyer's policy: the strict one, and whom it believes.

name = "Brookwater"
version = "1"
extends = "strict"

[[trust.keys]]
name = "{MAKER}, releases"
# Made up, and no secret: scripts/make_example_gate.py makes it. Never trust it.
pem = """
{pem}"""
'''.encode()


def questionnaire() -> bytes:
    """All questions, answered yes with an address that leads nowhere."""
    answers = {
        "secure_by_design_pledge": "2024-06-03",
        "ssdf_attestation": "2026-02-10",
        "update_policy": "2025-01-15",
        "no_default_passwords": "2023-09-01",
        "mfa": "2024-03-12",
        "logging_included": "2024-03-12",
        "memory_safety_roadmap": "2025-10-30",
        "vulnerability_disclosure_policy": "2022-05-20",
    }
    ends = {"ssdf_attestation": "2029-02-10", "update_policy": "2034-12-31"}
    lines = [
        "# What a made-up vendor answers of a made-up product; every question is put so that yes is the good answer.",
        "# docs/reference/gate.md says what each word means. Leave out what you cannot answer: that is then not known.",
        "",
        'format = "tocsin-questionnaire"',
        "version = 1",
        f'vendor = "{MAKER}"',
        f'product = "{PRODUCT}"',
        "answered = 2026-10-01",
        'by = "Product security team"',
    ]
    for name, day in answers.items():
        page = name.replace("_", "-")
        lines += ["", f"[answers.{name}]", 'answer = "yes"', f"date = {day}"]
        lines += [f"until = {ends[name]}"] if name in ends else []
        lines += [f'evidence = "https://millrace.example/security/{page}"']
    return ("\n".join(lines) + "\n").encode()


def catalogue() -> bytes:
    """A catalogue of exploited vulnerabilities, in the form of CISA's."""
    return as_json(
        {
            "title": "Made up; not CISA's catalogue",
            "catalogVersion": "2026.11.26",
            "dateReleased": "2026-11-26T12:00:00.0000Z",
            "count": 1,
            "vulnerabilities": [
                {
                    "cveID": VULNERABILITIES[0],
                    "vendorProject": MAKER,
                    "product": "web-panel",
                    "vulnerabilityName": f"{MAKER} web-panel Authentication Bypass (made up)",
                    "dateAdded": "2026-03-02",
                    "shortDescription": "A made-up flaw of a made-up product.",
                    "requiredAction": "Update to web-panel 3.0.4 or later.",
                    "dueDate": "2026-03-23",
                    "knownRansomwareCampaignUse": "Unknown",
                    "notes": "",
                    "cwes": ["CWE-287"],
                }
            ],
        }
    )


def advisory() -> bytes:
    """A CSAF document of the maker: one flaw mended in web-panel 3.0.4, one that does not matter in its product."""
    names = {
        "web-panel-old": ("web-panel", "vers:generic/<3.0.4", "product_version_range"),
        "web-panel-3.0.4": ("web-panel", "vers:generic/>=3.0.4", "product_version_range"),
        "modbus-stack": ("modbus-stack", "vers:generic/<=4.2.0", "product_version_range"),
        "rtos-kernel": ("rtos-kernel", "vers:generic/<6.0", "product_version_range"),
        "tls-shim": ("tls-shim", "vers:generic/<1.2", "product_version_range"),
        "pump-controller": ("pump-controller", "vers:generic/<1.8", "product_version_range"),
    }
    branches = [
        {
            "category": "product_name",
            "name": name,
            "branches": [
                {
                    "category": category,
                    "name": versions,
                    "product": {
                        "product_id": id,
                        "name": f"{MAKER} {name} {versions}",
                        "product_identification_helper": {"purl": purl(name)},
                    },
                }
            ],
        }
        for id, (name, versions, category) in names.items()
    ]
    return as_json(
        {
            "document": {
                "category": "csaf_security_advisory",
                "csaf_version": "2.0",
                "title": "Made-up advisory of a made-up maker",
                "publisher": {
                    "category": "vendor",
                    "name": MAKER,
                    "namespace": "https://millrace.example",
                },
                "tracking": {
                    "id": "MILLRACE-2026-007",
                    "status": "final",
                    "version": "1",
                    "initial_release_date": "2026-03-01T00:00:00Z",
                    "current_release_date": "2026-11-25T00:00:00Z",
                    "revision_history": [
                        {"date": "2026-03-01T00:00:00Z", "number": "1", "summary": "Made up."}
                    ],
                },
            },
            "product_tree": {"branches": [{"category": "vendor", "name": MAKER, "branches": branches}]},
            "vulnerabilities": [
                {
                    "cve": VULNERABILITIES[0],
                    "product_status": {
                        "known_affected": ["web-panel-old", "rtos-kernel", "tls-shim", "pump-controller"],
                        "fixed": ["web-panel-3.0.4"],
                    },
                    "remediations": [
                        {
                            "category": "vendor_fix",
                            "details": "Update to web-panel 3.0.4 or later.",
                            "product_ids": ["web-panel-old", "rtos-kernel", "tls-shim", "pump-controller"],
                        }
                    ],
                },
                {
                    "cve": VULNERABILITIES[1],
                    "product_status": {"known_not_affected": ["modbus-stack"]},
                    "flags": [
                        {"label": "vulnerable_code_not_in_execute_path", "product_ids": ["modbus-stack"]}
                    ],
                },
            ],
        }
    )


def lifecycles() -> bytes:
    """Ends of life, in the form of endoflife.date's API."""
    return as_json(
        {
            "schema_version": "1.2.0",
            "generated_at": "2026-11-26T00:00:00+00:00",
            "total": 1,
            "result": [
                {
                    "name": "rtos-kernel",
                    "label": f"{MAKER} rtos-kernel (made up)",
                    "category": "os",
                    "identifiers": [{"id": purl("rtos-kernel"), "type": "purl"}],
                    "releases": [
                        {"name": "6.1", "releaseDate": "2024-09-01", "isEol": False, "eolFrom": "2031-09-01"},
                        {"name": "5.4", "releaseDate": "2019-11-24", "isEol": True, "eolFrom": "2023-12-31"},
                    ],
                }
            ],
        }
    )


def files() -> dict[str, bytes]:
    """Each file's name in the folder and its bytes."""
    parts = {"web-panel": "3.0.5", "tls-shim": "1.4.0", "modbus-stack": "4.2.0", "rtos-kernel": "6.1.2"}
    firmware = b"Millrace Pump Controller 2.1.0. Made up: it stands for a firmware image.\n"
    good = bill("2.1.0", "2026-10-05T08:00:00Z", firmware, parts)
    vouched = statement({"good.bin": firmware, "good.cdx.json": good}, "2.1.0", "2026-10-05T07:41:12Z")
    old_firmware = b"Millrace Pump Controller 1.9.0. Made up: it stands for a firmware image.\n"
    stale = bill("1.9.0", "2024-05-14T08:00:00Z", old_firmware, parts)
    old = statement({"stale.bin": old_firmware, "stale.cdx.json": stale}, "1.9.0", "2024-05-14T07:12:30Z")
    # Somebody put a back door in, and wrote a new attestation; the signature they could only copy.
    evil = b"Millrace Pump Controller 2.1.0, with a back door. Made up: it stands for a firmware image.\n"
    forged = bill("2.1.0", "2026-10-05T08:00:00Z", evil, parts)
    claimed = statement({"forged.bin": evil, "forged.cdx.json": forged}, "2.1.0", "2026-10-05T07:41:12Z")
    return {
        "policy.toml": policy(),
        "vendor.toml": questionnaire(),
        "advisories/exploited.json": catalogue(),
        "advisories/millrace-2026-007.json": advisory(),
        "advisories/lifecycles.json": lifecycles(),
        "good.bin": firmware,
        "good.cdx.json": good,
        "good.intoto.json": envelope(vouched, signature(vouched)),
        "stale.bin": old_firmware,
        "stale.cdx.json": stale,
        "stale.intoto.json": envelope(old, signature(old)),
        "forged.bin": evil,
        "forged.cdx.json": forged,
        "forged.intoto.json": envelope(claimed, signature(vouched)),
    }


def main() -> None:
    """Write the folder anew."""
    for path, data in files().items():
        target = FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        print(f"{len(data):>8} {path}")


if __name__ == "__main__":
    main()
