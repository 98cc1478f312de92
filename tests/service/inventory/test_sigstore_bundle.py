"""Sigstore bundles, offline: of an instance of our own, and those of sigstore-conformance where they are."""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from hashlib import sha256, sha384

import pytest

from inventory.gate.making import ARTIFACT, EC, EC384, ED, NOW, OTHER, SBOM, pem, rsa_key, statement
from inventory.gate.sigstore_instance import IDENTITY, ISSUER, SIGNED, Instance
from real_data import shared
from tocsin.errors import BadInput
from tocsin.inventory.gate.attestation import Fault, read_attestations
from tocsin.inventory.gate.policy import Key, Root, Signer, Trust
from tocsin.inventory.gate.trusted_key import trusted_keys
from tocsin.inventory.gate.verdict import Subject, Verdict
from tocsin.service.inventory.gate import GateQuestion, judge_product
from tocsin.service.inventory.sigstore_bundle import TrustedRootText, shipped_root, verify_bundle

PAYLOAD = statement({"p.bin": ARTIFACT, "p.cdx.json": SBOM})
OURS = Instance()
TRUST = Trust(identities=(Signer(issuer=ISSUER, identity=IDENTITY),))


def verified(data, trust=TRUST, root=None, in_hand=()):
    [one] = read_attestations(data, "b.json")
    keys = trusted_keys(trust.keys, "p.toml")
    return verify_bundle(
        one, trust, NOW, in_hand, TrustedRootText(OURS.trusted_root()) if root is None else root, keys
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


# -- managed keys -----------------------------------------------------------------------------

MAKER = Key(name="maker", pem=pem(EC))
IN_HAND = (Subject("p.bin", (("sha256", sha256(ARTIFACT).hexdigest()),)),)
KINDS = ["", "dsse 0.0.1", "hashedrekord 0.0.2", "hashedrekord 0.0.1"]


def by_key(key=MAKER, *, signer=EC, kind="dsse 0.0.1", payload=None, in_hand=IN_HAND, keys=None, **more):
    payload = payload or (ARTIFACT if kind == "hashedrekord 0.0.1" else PAYLOAD)
    trust = Trust(keys=(key,) if keys is None else keys)
    return verified(OURS.key_bundle(payload, signer, kind=kind, **more), trust, in_hand=in_hand)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("signer", ["P-256", "P-384", "RSA"])
def test_a_bundle_of_a_trusted_key_holds(kind, signer):
    made = {"P-256": EC, "P-384": EC384}.get(signer) or rsa_key()
    if signer == "P-384" and kind == "hashedrekord 0.0.1":
        in_hand = (Subject("p.bin", (*IN_HAND[0].digests, ("sha384", sha384(ARTIFACT).hexdigest()))),)
    else:
        in_hand = IN_HAND
    answer = by_key(Key(name="maker", pem=pem(made)), signer=made, kind=kind, in_hand=in_hand)

    assert (answer.fault, answer.signer) == (None, "maker")
    assert answer.statement.subjects[0].name == "p.bin"
    assert ("log shows" in answer.why) is bool(kind)


def test_a_bundle_of_an_ed25519_key_holds_where_it_signs_a_statement():
    assert by_key(Key(name="maker", pem=pem(ED)), signer=ED).fault is None


def test_an_ed25519_signature_over_a_file_is_not_supported_and_not_called_forged():
    maker = Key(name="maker", pem=pem(ED))

    assert by_key(maker, signer=ED, kind="hashedrekord 0.0.1").fault is Fault.UNSUPPORTED


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_that_the_policy_does_not_name_is_a_wrong_signer(kind):
    assert by_key(Key(name="maker", pem=pem(OTHER)), kind=kind).fault is Fault.WRONG_SIGNER
    assert by_key(kind=kind, keys=()).fault is Fault.WRONG_SIGNER


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_that_poses_as_a_trusted_keys_is_forged(kind):
    assert by_key(kind=kind, over=b"other").fault is Fault.FORGED
    assert by_key(kind=kind, over=b"other", hint="of nobody").fault is Fault.WRONG_SIGNER


@pytest.mark.parametrize("kind", KINDS[1:])
def test_an_entry_about_another_signature_is_forged(kind):
    held = json.loads(OURS.key_bundle(ARTIFACT if kind == "hashedrekord 0.0.1" else PAYLOAD, EC, kind=kind))
    other = json.loads(OURS.key_bundle(b"{}", EC, kind=kind))
    held["verificationMaterial"]["tlogEntries"] = other["verificationMaterial"]["tlogEntries"]

    answer = verified(json.dumps(held).encode(), Trust(keys=(MAKER,)), in_hand=IN_HAND)

    assert (answer.fault, "about another signature" in answer.why) == (Fault.FORGED, True)


def _set(*path):
    def spoil(spec):
        *holders, last = path
        for name in holders:
            spec = spec[name]
        spec[last] = {"value": "0" * 64, "algorithm": "sha512"}.get(last, "AAAA")

    return spoil


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        ("dsse 0.0.1", _set("payloadHash", "value")),
        ("dsse 0.0.1", _set("payloadHash", "algorithm")),
        ("dsse 0.0.1", _set("signatures", 0, "signature")),
        ("dsse 0.0.1", lambda spec: spec["signatures"].append(spec["signatures"][0])),
        ("hashedrekord 0.0.1", _set("data", "hash", "value")),
        ("hashedrekord 0.0.1", _set("data", "hash", "algorithm")),
        ("hashedrekord 0.0.1", _set("signature", "content")),
        ("hashedrekord 0.0.2", _set("hashedRekordV002", "data", "digest")),
        ("hashedrekord 0.0.2", lambda spec: spec["hashedRekordV002"]["data"].update(algorithm="SHA2_512")),
        ("hashedrekord 0.0.2", _set("hashedRekordV002", "signature", "content")),
    ],
    ids=[
        "hash",
        "hash kind",
        "sig",
        "two",
        "file",
        "file kind",
        "file sig",
        "second",
        "second kind",
        "second sig",
    ],
)
def test_an_entry_that_differs_in_one_thing_is_about_another_signature(kind, spoil):
    answer = by_key(kind=kind, spoil=spoil)

    assert (answer.fault, "about another signature" in answer.why) == (Fault.FORGED, True)


@pytest.mark.parametrize("kind", KINDS[1:])
def test_an_entry_that_names_another_key_is_forged(kind):
    assert by_key(kind=kind, log_key=EC384).fault is Fault.FORGED


@pytest.mark.parametrize(
    "part", ["inclusionPromise", "canonicalizedBody", "inclusionProof", "integratedTime"]
)
def test_an_entry_of_the_log_about_a_key_that_does_not_fit_is_forged(part):
    held = json.loads(OURS.key_bundle(PAYLOAD, EC))
    other = json.loads(OURS.key_bundle(PAYLOAD + b" ", EC, logged=SIGNED + timedelta(hours=1)))
    held["verificationMaterial"]["tlogEntries"][0][part] = other["verificationMaterial"]["tlogEntries"][0][
        part
    ]

    assert verified(json.dumps(held).encode(), Trust(keys=(MAKER,))).fault is Fault.FORGED


def test_a_log_that_is_not_in_the_root_is_forged():
    data = Instance(2).key_bundle(PAYLOAD, EC)

    assert verified(data, Trust(keys=(MAKER,))).fault is Fault.FORGED


@pytest.mark.parametrize(
    ("kind", "days", "fault"),
    [
        # The log proves that it was signed on the first of November; without it the key has to hold today.
        ("dsse 0.0.1", (date(2026, 10, 1), date(2026, 11, 1)), None),
        ("dsse 0.0.1", (None, date(2026, 10, 31)), Fault.EXPIRED),
        ("dsse 0.0.1", (date(2026, 11, 2), None), Fault.NOT_YET),
        ("", (None, date(2026, 11, 26)), Fault.EXPIRED),
        ("", (date(2026, 11, 28), None), Fault.NOT_YET),
        ("", (date(2026, 11, 27), date(2026, 11, 27)), None),
    ],
)
def test_a_key_has_to_hold_when_the_log_saw_it_or_else_now(kind, days, fault):
    since, until = days

    assert by_key(Key(name="maker", pem=pem(EC), since=since, until=until), kind=kind).fault is fault


def test_what_the_log_saw_in_the_future_is_not_yet_valid():
    assert by_key(logged=NOW + timedelta(days=2)).fault is Fault.NOT_YET


@pytest.mark.parametrize("kind", ["intoto 0.0.2", "rekord 0.0.1"])
def test_an_entry_of_another_kind_is_not_supported(kind):
    assert by_key(kind=kind).fault is Fault.UNSUPPORTED


def test_a_bundle_over_a_file_that_is_not_in_hand_is_refused():
    answer = by_key(kind="hashedrekord 0.0.1", in_hand=())

    assert (answer.fault, answer.why) == (Fault.FORGED, "It signs a file that is not in hand.")


def test_a_root_that_is_downgraded_fails_a_bundle_with_a_key_too():
    trust = Trust(keys=(MAKER,), root=Root(least=date(2026, 1, 1)))

    assert verified(OURS.key_bundle(PAYLOAD, EC), trust).fault is Fault.DOWNGRADED_ROOT


@pytest.mark.parametrize(
    ("fault", "spoil"),
    [
        (Fault.MALFORMED, lambda held: held.pop("dsseEnvelope")),
        (Fault.MALFORMED, lambda held: held["verificationMaterial"].update(tlogEntries=[{}])),
        (Fault.MALFORMED, lambda held: held["verificationMaterial"]["tlogEntries"].append({})),
        (Fault.MALFORMED, lambda held: held["dsseEnvelope"]["signatures"].append({"sig": "AAAA"})),
        (Fault.MALFORMED, lambda held: held["dsseEnvelope"]["signatures"].clear()),
        (Fault.FORGED, lambda held: held["dsseEnvelope"].update(payloadType="text/plain")),
        # A certificate beside a key: which of the two is meant is not for us to choose.
        (Fault.MALFORMED, lambda held: held["verificationMaterial"].update(certificate={"rawBytes": "AA=="})),
        (Fault.FORGED, lambda held: held["verificationMaterial"]["tlogEntries"][0].pop("inclusionProof")),
        (
            Fault.FORGED,
            lambda held: held["verificationMaterial"].update(
                timestampVerificationData={"rfc3161Timestamps": [{"signedTimestamp": "AAAA"}]}
            ),
        ),
    ],
    ids=[
        "no signature",
        "no entry",
        "two entries",
        "two signatures",
        "none",
        "type",
        "both",
        "proof",
        "stamp",
    ],
)
def test_a_bundle_with_a_key_that_is_not_whole_is_never_believed(fault, spoil):
    held = json.loads(OURS.key_bundle(PAYLOAD, EC))
    spoil(held)

    assert verified(json.dumps(held).encode(), Trust(keys=(MAKER,))).fault is fault


def test_a_bundle_with_a_key_and_no_log_needs_no_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sigstore", None)
    monkeypatch.setitem(sys.modules, "sigstore._store", None)
    keys = trusted_keys((MAKER,), "p.toml")
    trust = Trust(keys=(MAKER,))
    answers = {}
    for kind in ("", "dsse 0.0.1"):
        [one] = read_attestations(OURS.key_bundle(PAYLOAD, EC, kind=kind), "b.json")
        answers[kind] = verify_bundle(one, trust, NOW, (), None, keys).fault

    assert answers == {"": None, "dsse 0.0.1": Fault.NOT_VERIFIED}


# -- others' bundles --------------------------------------------------------------------------

BEACON = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"
UNREAD = {
    "intoto-with-custom-trust-root",
    "trust-root-tsa-validity-end-inclusive",
}
"""Good ones that are refused: see docs/reference/gate.md."""


def test_no_bad_bundle_of_sigstore_conformance_is_believed_and_the_good_ones_are():
    folder = shared("conformance/sigstore/bundle-verify")
    signer = Signer(issuer="https://token.actions.githubusercontent.com", identity=BEACON)
    wrong = []
    cases = [one for one in sorted(folder.iterdir()) if one.is_dir()]
    for case in cases:
        artifact = case / "artifact" if (case / "artifact").exists() else folder / "a.txt"
        held = case / "trusted_root.json"
        root = TrustedRootText(held.read_bytes()) if held.exists() else shipped_root()
        key = case / "key.pub"
        keys = (Key(name="key", pem=key.read_text()),) if key.exists() else ()
        trust = Trust(identities=() if keys else (signer,), keys=keys)
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
