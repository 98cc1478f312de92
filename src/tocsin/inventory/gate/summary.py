"""The gate's answer as an attestation of its own: an in-toto Statement v1 with a SLSA Verification Summary v1.

Source: SLSA v1.1, Verification Summary Attestation (slsa.dev/spec/v1.1/verification_summary). That knows *passed* and
*failed* alone, so *unknown* is not passed; which of the two it is, and each rule's answer, stand beside it in
``tocsin_gate``, which other readers are to ignore. No SLSA level is claimed: none was evaluated.
"""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tocsin.inventory.gate.dsse import IN_TOTO, EnvelopeSignature, pae, write_envelope
from tocsin.inventory.gate.statement import STATEMENT_V1
from tocsin.inventory.gate.trusted_key import key_id
from tocsin.inventory.gate.verdict import GateResult, Verdict
from tocsin.model.canonical_json import canonical_json

__all__ = ["SUMMARY", "UNSIGNED_VERIFIER", "Attestation", "signed", "summary_of"]

SUMMARY: Final = "https://slsa.dev/verification_summary/v1"
UNSIGNED_VERIFIER: Final = "urn:tocsin:gate:unsigned"
"""Who judged, where there is no node that could put its name to it."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """The answer as a statement, and the envelope (JSON) in which it is signed, None where it is not: see ``why``."""

    statement: dict[str, Any]
    envelope: bytes | None
    why: str


def summary_of(result: GateResult, verifier: str = UNSIGNED_VERIFIER) -> dict[str, Any]:
    """The statement; ``verifier`` is the URI of who judged."""
    passed = result.verdict is Verdict.PASS
    sbom = result.subjects[0]
    [policy] = [one for one in result.inputs if one.kind == "policy"]
    predicate: dict[str, Any] = {
        "verifier": {"id": verifier, "version": {"tocsin": result.tocsin}},
        "timeVerified": result.made,
        "resourceUri": result.purl or _named_information(dict(sbom.digests)["sha256"]),
        "policy": {"uri": f"urn:tocsin:policy:{quote(policy.name)}", "digest": {"sha256": policy.sha256}},
        "inputAttestations": [
            {"name": one.name, "digest": {"sha256": one.sha256}}
            for one in result.inputs
            if one.kind == "attestation"
        ],
        "verificationResult": "PASSED" if passed else "FAILED",
        "verifiedLevels": ["SLSA_BUILD_LEVEL_UNEVALUATED" if passed else "FAILED"],
        "slsaVersion": "1.1",
        "tocsin_gate": {
            "verdict": result.verdict.value,
            "asOf": result.as_of,
            "product": result.product,
            "dataAgeSeconds": result.data_age_s,
            "inputs": [asdict(one) for one in result.inputs],
            "rules": [
                {
                    "id": one.id,
                    "verdict": one.answer.verdict.value,
                    "fault": one.answer.fault,
                    "why": one.answer.why,
                }
                for one in result.rulings
            ],
        },
    }
    return {
        "_type": STATEMENT_V1,
        "subject": [{"name": one.name, "digest": dict(one.digests)} for one in result.subjects],
        "predicateType": SUMMARY,
        "predicate": predicate,
    }


def signed(statement: dict[str, Any], key: bytes) -> bytes:
    """The statement in a DSSE envelope, signed with an Ed25519 key of 32 secret bytes."""
    private = Ed25519PrivateKey.from_private_bytes(key)
    payload = canonical_json(statement)
    signature = private.sign(pae(IN_TOTO, payload))
    return write_envelope(IN_TOTO, payload, (EnvelopeSignature(signature, key_id(private.public_key())),))


def _named_information(sha256: str) -> str:
    """A URI made from a digest (RFC 6920)."""
    return f"ni:///sha-256;{base64.urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip('=')}"
