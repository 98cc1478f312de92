"""Fuzz what stands at the gate: attestations, policies and questionnaires. ``make fuzz``.

The first byte chooses which. Any bytes are one or bad input; and of an attestation that is believed the statement is the
one that the maker of the shipped example signed, for nobody else has its key.
"""

from __future__ import annotations

import contextlib
import sys
from datetime import UTC, datetime
from pathlib import Path

from tocsin.errors import BadInput
from tocsin.inventory.gate.attestation import Form, bare, read_attestations, verify_envelope
from tocsin.inventory.gate.key_bundle import is_key_bundle, read_key_bundle
from tocsin.inventory.gate.policy import Policy, read_policy
from tocsin.inventory.gate.questionnaire import read_questionnaire
from tocsin.inventory.gate.trusted_key import trusted_keys
from tocsin.service.inventory.gate import shipped_policies

__all__ = ["KINDS", "feed", "main"]

EXAMPLES = Path(__file__).parents[2] / "src/tocsin/data/examples/gate"
KNOWN = {name: policy for name, (policy, _) in shipped_policies().items()}
KEYS = trusted_keys(
    read_policy((EXAMPLES / "policy.toml").read_bytes(), "policy.toml", KNOWN).trust.keys, "policy.toml"
)
NOW = datetime(2026, 11, 27, tzinfo=UTC)
STATEMENTS = frozenset(
    verify_envelope(one, KEYS, NOW).statement
    for name in ("good", "stale")
    for one in read_attestations((EXAMPLES / f"{name}.intoto.json").read_bytes(), name)
)


def attestations(data: bytes) -> int:
    """Read and verify; return how many were read."""
    found = read_attestations(data, "fuzz.json")
    for one in found:
        if one.form is Form.SIGSTORE:
            _key_bundle(one.body)
            continue
        answer = verify_envelope(one, KEYS, NOW) if one.form is Form.DSSE else bare(one)
        assert answer.fault is not None or answer.statement in STATEMENTS
        assert answer.why
    return len(found)


def _key_bundle(data: bytes) -> None:
    if not is_key_bundle(data):
        return
    bundle = read_key_bundle(data)
    signers, subject = bundle.signers(KEYS, ())
    assert not signers or bundle.statement(subject) in STATEMENTS
    if bundle.entry is not None:
        for key in KEYS:
            bundle.is_logged_as(key, subject)


def policies(data: bytes) -> Policy:
    """Read a policy and its keys."""
    policy = read_policy(data, "fuzz.toml", KNOWN)
    trusted_keys(policy.trust.keys, "fuzz.toml")
    return policy


KINDS = (attestations, policies, lambda data: read_questionnaire(data, "fuzz.toml"))


def feed(data: bytes) -> None:
    """Read what comes behind the first byte as what that byte says."""
    if data:
        with contextlib.suppress(BadInput):
            KINDS[data[0] % len(KINDS)](data[1:])


def main() -> None:
    """Fuzz until stopped."""
    import atheris

    atheris.instrument_all()
    atheris.Setup(sys.argv, feed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
