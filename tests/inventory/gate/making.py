"""A product that passes every rule, in parts that a test can spoil one at a time."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from tocsin.inventory.bom.read import read_bom
from tocsin.inventory.exposure import FeedAge
from tocsin.inventory.gate.attestation import Attested, read_attestations, verify_envelope
from tocsin.inventory.gate.dsse import IN_TOTO, pae
from tocsin.inventory.gate.evidence import Evidence
from tocsin.inventory.gate.policy import Key, read_policy
from tocsin.inventory.gate.statement import read_statement
from tocsin.inventory.gate.trusted_key import trusted_keys
from tocsin.inventory.gate.verdict import Subject

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ED = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
EC = ec.derive_private_key(7, ec.SECP256R1())
EC384 = ec.derive_private_key(7, ec.SECP384R1())
OTHER = ed25519.Ed25519PrivateKey.from_private_bytes(b"\1" * 32)


def pem(key):
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def keyid(key):
    return hashlib.sha256(
        key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).hexdigest()


def certificate(key, since, until):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "maker")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(since)
        .not_valid_after(until)
        .sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


def sign(key, data, hashed=None):
    """A signature with ``hashed``, by default the hash that goes with the kind of key."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashed or hashes.SHA256())
    usual = hashes.SHA384() if key.curve.name == "secp384r1" else hashes.SHA256()
    return key.sign(data, ec.ECDSA(hashed or usual))


@cache
def rsa_key(bits=2048):
    return rsa.generate_private_key(65537, bits)


def envelope(payload, *keys, kind=IN_TOTO, ids=True, over=None):
    """A DSSE envelope, signed by each of ``keys`` over ``payload``, or over another text."""
    signed = pae(kind, payload if over is None else over)
    return json.dumps(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": kind,
            "signatures": [
                {
                    "sig": base64.b64encode(sign(key, signed)).decode(),
                    **({"keyid": keyid(key)} if ids else {}),
                }
                for key in keys
            ],
        }
    ).encode()


def digests(data):
    return (("sha256", hashlib.sha256(data).hexdigest()),)


def statement(
    subjects,
    *,
    predicate="https://slsa.dev/provenance/v1",
    builder="https://build.example",
    finished="2026-11-01T00:00:00Z",
    version="v1",
):
    details = {
        "https://slsa.dev/provenance/v1": {
            "runDetails": {"builder": {"id": builder}, "metadata": {"finishedOn": finished}}
        },
        "https://slsa.dev/provenance/v0.2": {
            "builder": {"id": builder},
            "metadata": {"buildFinishedOn": finished},
        },
    }.get(predicate, {})
    return json.dumps(
        {
            "_type": f"https://in-toto.io/Statement/{version}",
            "subject": [{"name": name, "digest": dict(digests(data))} for name, data in subjects.items()],
            "predicateType": predicate,
            "predicate": details,
        }
    ).encode()


def bom(components=None, *, made="2026-11-01T00:00:00Z", author="Maker", depends=True, **more):
    rows = components if components is not None else [part("lib", "1.2.3"), part("panel", "4.5")]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {
            **({"timestamp": made} if made else {}),
            **({"authors": [{"name": author}]} if author else {}),
            "component": {"type": "firmware", "bom-ref": "product", "name": "Controller", "version": "2.0"},
        },
        "components": rows,
        "dependencies": [{"ref": "product", "dependsOn": [row.get("bom-ref", "") for row in rows]}]
        if depends
        else [],
        **more,
    }
    return json.dumps(document).encode()


def part(name, version, **more):
    return {
        "type": "library",
        "bom-ref": name,
        "name": name,
        "version": version,
        "supplier": {"name": "Maker"},
        "purl": f"pkg:generic/maker/{name}@{version}",
        **more,
    }


def believed(subjects, **more):
    """An attestation that holds."""
    return Attested("a.json", read_statement(statement(subjects, **more)), "maker", None, "Signed by maker.")


def verified(data, *keys, now=NOW):
    """The attestations in ``data``, verified with ``keys`` (of the policy)."""
    trusted = trusted_keys(keys or [Key(name="maker", pem=pem(ED))], "policy.toml")
    return [verify_envelope(one, trusted, now) for one in read_attestations(data, "a.json")]


ARTIFACT = b"the product"
SBOM = bom()


def evidence(**more):
    data = more.pop("sbom_data", SBOM)
    bill = read_bom(data, "p.cdx.json")
    held = Evidence(
        now=NOW,
        bill=bill,
        sbom=Subject("p.cdx.json", digests(data)),
        components=bill.components,
        artifacts=(Subject("p.bin", digests(ARTIFACT)),),
        attestations=(believed({"p.bin": ARTIFACT, "p.cdx.json": data}),),
    )
    return replace(held, **more)


def rule(check, **more):
    """The one rule of a policy that asks ``check``."""
    lines = [f'name = "p"\nversion = "1"\n[[rule]]\ncheck = "{check}"\nid = "r"\nasks = "?"\nsource = "us"']
    lines += [f"{name} = {toml(value)}" for name, value in more.items()]
    return read_policy("\n".join(lines).encode(), "p.toml", {}).rules[0]


def toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {toml(held)}" for name, held in value.items()) + "}"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value)


def feed(days=1, name="kev.json", stale=None):
    dated = (NOW - timedelta(days=days)).date().isoformat()
    return FeedAge(name, 1, dated, days * 86_400, stale=days > 7 if stale is None else stale)
