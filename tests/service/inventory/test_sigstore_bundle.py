"""Sigstore bundles, offline: of an instance of our own, and those of sigstore-conformance where they are."""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from hashlib import sha256

import pytest

from inventory.gate.making import ARTIFACT, NOW, SBOM, statement
from inventory.gate.sigstore_instance import IDENTITY, ISSUER, SIGNED, Instance
from real_data import shared
from tocsin.errors import BadInput
from tocsin.inventory.gate.attestation import Fault, read_attestations
from tocsin.inventory.gate.policy import Root, Signer, Trust
from tocsin.inventory.gate.verdict import Subject, Verdict
from tocsin.service.inventory.gate import GateQuestion, judge_product
from tocsin.service.inventory.sigstore_bundle import TrustedRootText, shipped_root, verify_bundle

PAYLOAD = statement({"p.bin": ARTIFACT, "p.cdx.json": SBOM})
OURS = Instance()
TRUST = Trust(identities=(Signer(issuer=ISSUER, identity=IDENTITY),))


def verified(data, trust=TRUST, root=None, in_hand=()):
    [one] = read_attestations(data, "b.json")
    return verify_bundle(
        one, trust, NOW, in_hand, TrustedRootText(OURS.trusted_root()) if root is None else root
    )


def test_a_bundle_of_a_trusted_identity_holds():
    answer = verified(OURS.bundle(PAYLOAD))

    assert (answer.fault, answer.signer) == (None, f"{IDENTITY} ({ISSUER})")
    assert [one.name for one in answer.statement.subjects] == ["p.bin", "p.cdx.json"]


@pytest.mark.parametrize(
    "other", [{"identity": "https://evil.example/w"}, {"issuer": "https://evil.example"}]
)
def test_another_identity_or_issuer_is_a_wrong_signer_and_is_named(other):
    answer = verified(OURS.bundle(PAYLOAD, **other))

    assert answer.fault is Fault.WRONG_SIGNER
    assert other.get("identity", IDENTITY) in answer.why


def test_without_a_trusted_identity_every_signer_is_a_wrong_one():
    assert verified(OURS.bundle(PAYLOAD), Trust()).fault is Fault.WRONG_SIGNER


def test_a_signature_over_something_else_is_forged():
    assert verified(OURS.bundle(PAYLOAD, over=b"other")).fault is Fault.FORGED


def test_a_payload_that_was_changed_is_forged():
    held = json.loads(OURS.bundle(PAYLOAD))
    held["dsseEnvelope"]["payload"] = json.loads(OURS.bundle(PAYLOAD + b" "))["dsseEnvelope"]["payload"]

    assert verified(json.dumps(held).encode()).fault is Fault.FORGED


@pytest.mark.parametrize("part", ["inclusionPromise", "canonicalizedBody", "inclusionProof"])
def test_an_entry_of_the_log_that_does_not_fit_is_forged(part):
    held = json.loads(OURS.bundle(PAYLOAD))
    other = json.loads(OURS.bundle(PAYLOAD + b" "))
    held["verificationMaterial"]["tlogEntries"][0][part] = other["verificationMaterial"]["tlogEntries"][0][
        part
    ]

    assert verified(json.dumps(held).encode()).fault is Fault.FORGED


@pytest.mark.parametrize("minutes", [-2, 10])
def test_a_certificate_that_did_not_hold_when_the_log_saw_it_is_expired(minutes):
    assert verified(OURS.bundle(PAYLOAD, logged=SIGNED + timedelta(minutes=minutes))).fault is Fault.EXPIRED


def test_a_certificate_that_ran_out_since_does_no_harm():
    assert verified(OURS.bundle(PAYLOAD, logged=SIGNED + timedelta(minutes=8))).fault is None


def test_an_authority_that_is_not_in_the_root_is_a_wrong_root():
    assert verified(Instance(2).bundle(PAYLOAD)).fault is Fault.WRONG_ROOT


def test_a_bundle_of_another_instance_is_not_of_the_root_that_ships():
    assert verified(OURS.bundle(PAYLOAD), root=shipped_root()).fault is Fault.WRONG_ROOT


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (Root(), None),
        (Root(least=date(2025, 1, 1)), None),
        (Root(least=date(2025, 1, 2)), Fault.DOWNGRADED_ROOT),
        (Root(sha256=sha256(OURS.trusted_root()).hexdigest()), None),
        (Root(sha256="0" * 64), Fault.DOWNGRADED_ROOT),
    ],
)
def test_a_root_that_is_older_or_another_than_the_policy_asks_is_downgraded(asked, fault):
    trust = Trust(identities=TRUST.identities, root=asked)

    assert verified(OURS.bundle(PAYLOAD), trust).fault is fault


def test_an_old_root_is_warned_of_and_decides_nothing():
    answer = verified(OURS.bundle(PAYLOAD))

    assert answer.fault is None
    assert answer.notes == (
        "The newest key in the root of trust of Sigstore is 695 days old; a newer root may know of keys that were taken back.",
    )
    young = verified(OURS.bundle(PAYLOAD), Trust(identities=TRUST.identities, root=Root(stale_days=700)))
    assert young.notes == ()


def test_a_root_whose_day_has_passed_is_warned_of():
    answer = verified(OURS.bundle(PAYLOAD), root=TrustedRootText(OURS.trusted_root(), date(2026, 11, 26)))

    assert answer.fault is None
    assert "was good until 2026-11-26" in answer.notes[0]


def test_a_root_that_cannot_be_read_is_a_wrong_root():
    assert verified(OURS.bundle(PAYLOAD), root=TrustedRootText(b"{}")).fault is Fault.WRONG_ROOT


@pytest.mark.parametrize("part", ["verificationMaterial", "dsseEnvelope"])
def test_a_bundle_that_lacks_a_part_is_malformed(part):
    held = json.loads(OURS.bundle(PAYLOAD))
    del held[part]

    assert verified(json.dumps(held).encode()).fault is Fault.MALFORMED


def test_what_is_signed_but_no_statement_is_malformed():
    assert verified(OURS.bundle(b"{}")).fault is Fault.MALFORMED


def test_without_the_extra_a_bundle_is_not_verified_and_the_way_out_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sigstore", None)
    monkeypatch.setitem(sys.modules, "sigstore._store", None)
    [one] = read_attestations(OURS.bundle(PAYLOAD), "b.json")

    answer = verify_bundle(one, TRUST, NOW, ())

    assert answer.fault is Fault.NOT_VERIFIED
    assert "pip install 'tocsin[gate]'" in answer.why


def test_the_root_that_ships_is_as_new_as_the_strict_policy_asks():
    from tocsin.service.inventory.gate import shipped_policies

    [asked] = [policy.trust.root for policy, _ in shipped_policies().values()]
    trust = Trust(identities=TRUST.identities, root=asked)

    assert verified(OURS.bundle(PAYLOAD), trust, shipped_root()).fault is Fault.WRONG_ROOT


# -- through the gate -------------------------------------------------------------------------


@pytest.fixture
def product(tmp_path):
    (tmp_path / "p.cdx.json").write_bytes(SBOM)
    (tmp_path / "p.bin").write_bytes(ARTIFACT)
    (tmp_path / "p.sigstore.json").write_bytes(OURS.bundle(PAYLOAD))
    (tmp_path / "root.json").write_bytes(OURS.trusted_root())
    (tmp_path / "policy.toml").write_text(
        f"""
name = "p"
version = "1"
[[trust.identities]]
issuer = "{ISSUER}"
identity = "{IDENTITY}"
[trust.root]
file = "root.json"
least = 2025-01-01
[[rule]]
check = "provenance"
id = "provenance"
asks = "?"
source = "us"
predicates = ["https://slsa.dev/provenance/v1"]
[[rule]]
check = "artifact-hash"
id = "artifact-hash"
asks = "?"
source = "us"
"""
    )
    return tmp_path


def judged(folder):
    asked = GateQuestion(
        str(folder / "p.cdx.json"),
        (str(folder / "p.sigstore.json"),),
        (str(folder / "p.bin"),),
        policy=str(folder / "policy.toml"),
    )
    result = judge_product(asked, NOW.timestamp(), None)
    return result, {one.id: one.answer.fault for one in result.rulings if one.answer.fault}


def test_a_product_with_a_bundle_passes_and_the_root_is_among_what_it_stands_on(product):
    result, faults = judged(product)

    assert (result.verdict, faults) == (Verdict.PASS, {})
    assert ("root", "root.json") in {(one.kind, one.name) for one in result.inputs}
    assert "695 days old" in result.notes[0]


def test_a_product_whose_bundle_is_forged_fails(product):
    (product / "p.sigstore.json").write_bytes(OURS.bundle(PAYLOAD, over=b"x"))

    result, faults = judged(product)

    assert result.verdict is Verdict.FAIL
    assert faults["provenance"] == "forged-signature"


def test_a_product_under_a_downgraded_root_fails(product):
    (product / "root.json").write_bytes(Instance(began="2024-01-01T00:00:00Z").trusted_root())

    result, faults = judged(product)

    assert result.verdict is Verdict.FAIL
    assert faults["provenance"] == "downgraded-root"


def test_a_root_that_is_not_there_is_told(product):
    (product / "root.json").unlink()

    with pytest.raises(Exception, match=r"root\.json"):
        judged(product)


# -- others' bundles --------------------------------------------------------------------------

BEACON = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"
UNREAD = {
    "intoto-with-custom-trust-root",
    "managed-key-and-trusted-root",
    "managed-key-happy-path",
    "trust-root-tsa-validity-end-inclusive",
}
"""Good ones that are refused: see docs/reference/gate.md."""


def test_no_bad_bundle_of_sigstore_conformance_is_believed_and_the_good_ones_are():
    folder = shared("conformance/sigstore/bundle-verify")
    trust = Trust(identities=(Signer(issuer="https://token.actions.githubusercontent.com", identity=BEACON),))
    wrong = []
    cases = [one for one in sorted(folder.iterdir()) if one.is_dir()]
    for case in cases:
        artifact = case / "artifact" if (case / "artifact").exists() else folder / "a.txt"
        held = case / "trusted_root.json"
        root = TrustedRootText(held.read_bytes()) if held.exists() else shipped_root()
        in_hand = (Subject("a.txt", (("sha256", sha256(artifact.read_bytes()).hexdigest()),)),)
        try:
            believed = (
                verified((case / "bundle.sigstore.json").read_bytes(), trust, root, in_hand).fault is None
            )
        except BadInput:
            believed = False
        if believed == (case.name.endswith("_fail") or case.name in UNREAD):
            wrong.append(case.name)
    assert len(cases) >= 70
    assert wrong == []
