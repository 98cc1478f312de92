from __future__ import annotations

import base64
import json
from contextlib import suppress
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given, strategies as st

from inventory.gate.making import (
    EC,
    EC384,
    ED,
    NOW,
    OTHER,
    bom,
    certificate,
    envelope,
    keyid,
    pem,
    rsa_key,
    sign,
    statement,
    verified,
)
from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.inventory.gate.attestation import (
    Fault,
    Form,
    bare,
    read_attestations,
    verify_envelope,
)
from tocsin.inventory.gate.dsse import Envelope, pae, read_envelope
from tocsin.inventory.gate.policy import Key
from tocsin.inventory.gate.statement import read_statement
from tocsin.inventory.gate.trusted_key import trusted_keys
from tocsin.limits import ATTESTATION_NESTING, ATTESTATION_SIGNATURES

PAYLOAD = statement({"p.bin": b"x"})
KEY = Key(name="maker", pem=pem(ED))


def fault_of(data, *keys, now=NOW):
    [one] = verified(data, *keys, now=now)
    return one.fault


def test_the_bytes_that_are_signed_are_those_of_the_specification():
    # The example of DSSE's protocol.md.
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@pytest.mark.parametrize("kind", ["Ed25519", "ECDSA P-256", "ECDSA P-384", "RSA"])
def test_a_signature_of_a_trusted_key_holds(kind):
    key = {"Ed25519": ED, "ECDSA P-256": EC, "ECDSA P-384": EC384}.get(kind) or rsa_key()
    [one] = verified(envelope(PAYLOAD, key), Key(name="maker", pem=pem(key)))

    assert (one.fault, one.signer) == (None, "maker")
    assert one.statement == read_statement(PAYLOAD)


def test_an_envelope_without_ids_of_keys_holds_too():
    assert fault_of(envelope(PAYLOAD, ED, ids=False)) is None


def test_one_of_several_signatures_is_enough():
    assert fault_of(envelope(PAYLOAD, OTHER, ED)) is None


def test_another_alphabet_of_base64_is_read():
    held = json.loads(envelope(PAYLOAD, ED))
    for one in held["signatures"]:
        one["sig"] = base64.urlsafe_b64encode(base64.b64decode(one["sig"])).decode()

    assert fault_of(json.dumps(held).encode()) is None


def test_a_payload_that_was_changed_is_a_forgery():
    assert fault_of(envelope(PAYLOAD, ED, over=b"other")) is Fault.FORGED


def test_a_payload_type_that_was_changed_is_a_forgery():
    held = json.loads(envelope(PAYLOAD, ED))
    held["payloadType"] += "2"

    assert fault_of(json.dumps(held).encode()) is Fault.FORGED


def test_a_key_that_is_not_trusted_is_a_wrong_signer():
    assert fault_of(envelope(PAYLOAD, OTHER)) is Fault.WRONG_SIGNER


def test_the_id_of_a_key_alone_makes_nobody_trusted():
    held = json.loads(envelope(PAYLOAD, OTHER))
    held["signatures"][0]["keyid"] = keyid(ED)

    assert fault_of(json.dumps(held).encode()) is Fault.FORGED


def test_without_a_trusted_key_every_signer_is_a_wrong_one():
    [one] = read_attestations(envelope(PAYLOAD, ED), "a.json")

    assert verify_envelope(one, (), NOW).fault is Fault.WRONG_SIGNER


def test_an_envelope_without_a_signature_is_unsigned():
    assert fault_of(envelope(PAYLOAD)) is Fault.UNSIGNED


def test_a_bare_statement_is_unsigned():
    [one] = read_attestations(PAYLOAD, "a.json")

    assert one.form is Form.BARE
    assert bare(one).fault is Fault.UNSIGNED


def test_a_certificate_is_believed_while_it_holds():
    held = certificate(ED, NOW - timedelta(days=9), NOW + timedelta(days=9))

    assert fault_of(envelope(PAYLOAD, ED), Key(name="maker", pem=held)) is None


@pytest.mark.parametrize("key", [ED, EC], ids=["Ed25519", "ECDSA P-256"])
def test_a_certificate_that_has_run_out_is_expired(key):
    held = certificate(key, NOW - timedelta(days=9), NOW - timedelta(days=1))

    assert fault_of(envelope(PAYLOAD, key), Key(name="maker", pem=held)) is Fault.EXPIRED


def test_a_certificate_of_tomorrow_is_not_yet_valid():
    held = certificate(ED, NOW + timedelta(days=1), NOW + timedelta(days=9))

    assert fault_of(envelope(PAYLOAD, ED), Key(name="maker", pem=held)) is Fault.NOT_YET


@pytest.mark.parametrize(
    ("until", "fault"), [(date(2026, 11, 27), None), (date(2026, 11, 26), Fault.EXPIRED)]
)
def test_a_key_holds_through_its_last_day(until, fault):
    assert fault_of(envelope(PAYLOAD, ED), Key(name="maker", pem=pem(ED), until=until)) is fault


def test_a_key_of_the_last_day_there_is_holds():
    assert fault_of(envelope(PAYLOAD, ED), Key(name="maker", pem=pem(ED), until=date.max)) is None


def test_what_is_signed_but_no_statement_is_malformed():
    assert fault_of(envelope(b"{}", ED)) is Fault.MALFORMED
    assert fault_of(envelope(PAYLOAD, ED, kind="text/plain")) is Fault.MALFORMED


def test_lines_are_attestations_each():
    data = envelope(PAYLOAD, ED) + b"\n\n" + envelope(PAYLOAD, OTHER) + b"\n"

    assert [(one.name, one.fault) for one in verified(data)] == [
        ("a.json:1", None),
        ("a.json:3", Fault.WRONG_SIGNER),
    ]


def test_a_bundle_is_known_by_its_media_type():
    data = b'{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}'

    assert [one.form for one in read_attestations(data, "a.json")] == [Form.SIGSTORE]


@pytest.mark.parametrize("data", [b"", b"x", b"[]", b"{}", b"null", bom(), b'{"payloadType": 7}'])
def test_what_is_no_attestation_is_refused_and_its_file_named(data):
    with pytest.raises(BadInput) as caught:
        read_attestations(data, "a.json")

    assert caught.value.where.file == "a.json"


def test_deep_json_is_refused():
    deep = ATTESTATION_NESTING + 2
    with pytest.raises(LimitExceeded):
        read_attestations(b'{"payloadType":' + b"[" * deep + b"]" * deep + b"}", "a.json")


def test_too_many_signatures_are_refused():
    held = json.loads(envelope(PAYLOAD, ED))
    held["signatures"] *= ATTESTATION_SIGNATURES + 1

    with pytest.raises(LimitExceeded):
        fault_of(json.dumps(held).encode())


@pytest.mark.parametrize(
    "text",
    [
        "nothing",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ],
)
def test_a_key_that_is_none_is_refused_and_its_place_named(text):
    with pytest.raises(BadInput) as caught:
        trusted_keys([KEY, Key(name="b", pem=text)], "p.toml")

    assert str(caught.value.where) == "p.toml at $.trust.keys[1].pem"


def test_a_short_rsa_key_is_refused():
    with pytest.raises(BadInput, match="1024 bits, which is too short"):
        trusted_keys([Key(name="b", pem=pem(rsa_key(1024)))], "p.toml")


def pss(key, data):
    return key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


@pytest.mark.parametrize(
    ("kind", "made", "holds"),
    [
        ("P-384", lambda key, data: sign(key, data, hashes.SHA384()), True),
        ("P-384", lambda key, data: sign(key, data, hashes.SHA256()), True),
        ("P-384", lambda key, data: sign(key, data, hashes.SHA1()), False),
        ("P-256", lambda key, data: sign(key, data, hashes.SHA384()), False),
        ("RSA", lambda key, data: sign(key, data, hashes.SHA256()), True),
        ("RSA", lambda key, data: sign(key, data, hashes.SHA512()), True),
        ("RSA", lambda key, data: sign(key, data, hashes.SHA1()), False),
        ("RSA", pss, True),
    ],
    ids=["P-384", "P-384 short", "P-384 weak", "P-256 odd", "RSA", "RSA long", "RSA weak", "RSA PSS"],
)
def test_a_signature_holds_by_the_hashes_that_go_with_its_key(kind, made, holds):
    key = {"P-256": EC, "P-384": EC384}.get(kind) or rsa_key()
    [trusted] = trusted_keys([Key(name="maker", pem=pem(key))], "p.toml")

    assert trusted.verifies(b"data", made(key, b"data")) is holds
    assert not trusted.verifies(b"data", made(key, b"other"))
    assert not trusted.verifies(b"data", b"")


def test_a_key_of_another_kind_is_refused():
    from cryptography.hazmat.primitives.asymmetric import ec

    with pytest.raises(BadInput, match="kind that is not read"):
        trusted_keys([Key(name="b", pem=pem(ec.derive_private_key(5, ec.SECP256K1())))], "p.toml")


def test_weak_digests_of_a_subject_are_not_kept():
    text = json.dumps(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": "a", "digest": {"sha1": "0" * 40, "sha256": "A" * 64, "sha512": "0"}}],
            "predicateType": "x",
        }
    ).encode()

    assert read_statement(text).subjects[0].digests == (("sha256", "a" * 64),)


@pytest.mark.parametrize("predicate", ["https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2"])
@pytest.mark.parametrize("version", ["v0.1", "v1"])
def test_both_versions_of_statement_and_provenance_are_read(predicate, version):
    read = read_statement(statement({"a": b""}, predicate=predicate, version=version))

    assert (read.builder, read.finished) == ("https://build.example", "2026-11-01T00:00:00Z")


def test_a_statement_of_another_version_is_refused():
    with pytest.raises(BadInput, match="not known"):
        read_statement(statement({}, version="v9"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["_type", "subject", "predicateType", "predicate", "name", "digest", "sha256", "payload", "payloadType",
                 "signatures", "sig", "keyid", "mediaType", "builder", "id", "runDetails", "metadata"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode())))
def test_any_bytes_are_attestations_or_bad_input_and_never_believed(data):
    for read in (read_statement, lambda held: read_envelope(held, Place())):
        with suppress(BadInput):
            read(data)
    try:
        found = read_attestations(data, "a.json")
        answers = [
            verify_envelope(one, trusted_keys([KEY], "p"), NOW) if one.form is Form.DSSE else bare(one)
            for one in found
        ]
    except BadInput:
        return
    assert all(one.fault is not None for one in answers)


@given(st.data())
def test_no_change_of_one_byte_of_what_is_signed_is_believed(data):
    held = json.loads(envelope(PAYLOAD, ED))
    payload = bytearray(base64.b64decode(held["payload"]))
    place = data.draw(st.integers(0, len(payload) - 1))
    payload[place] ^= data.draw(st.integers(1, 255))
    held["payload"] = base64.b64encode(payload).decode()

    assert fault_of(json.dumps(held).encode()) is Fault.FORGED


@given(st.text(max_size=40), st.binary(max_size=80))
def test_what_is_written_is_read_back(kind, payload):
    from tocsin.inventory.gate.dsse import EnvelopeSignature, write_envelope

    signatures = (EnvelopeSignature(b"sig", "id"),)

    assert read_envelope(write_envelope(kind, payload, signatures), Place()) == Envelope(
        kind, payload, signatures
    )
