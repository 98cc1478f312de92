"""Receipts: what a member keeps proves what was logged, and is refused with any bit of it changed."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput, LimitExceeded, NotProven
from tocsin.limits import NOTE_BYTES
from tocsin.transparency.checkpoint import sign_checkpoint
from tocsin.transparency.entry import Act, Entry, Opening, commitment
from tocsin.transparency.note import Signer
from tocsin.transparency.receipt import Receipt, parse_receipt, verify_receipt
from tocsin.transparency.tree import inclusion_proof
from transparency.logs import ORIGIN, SIGNER, Log, flips

SIZE = 21
ENTRIES = [Entry(Act.SUBMIT, "2026-11-03T08:15:00.000Z", "identity--1", {"number": n}) for n in range(SIZE)]
SALTS = [bytes([n]) * 32 for n in range(SIZE)]
LOG = Log(commitment(salt, entry.to_bytes()) for salt, entry in zip(SALTS, ENTRIES, strict=True))


def receipt(index, size=SIZE, *signers):
    return Receipt(
        Opening(index, SALTS[index], ENTRIES[index]),
        tuple(inclusion_proof(index, size, LOG.node)),
        sign_checkpoint(LOG.checkpoint(size), *(signers or (SIGNER,))),
    )


@given(st.integers(1, SIZE).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
def test_a_receipt_proves_its_entry_at_every_size_of_the_log(place):
    kept = receipt(*place)
    assert verify_receipt(kept, SIGNER.verifier) == ENTRIES[place[0]]
    assert parse_receipt(kept.to_bytes()) == kept
    assert verify_receipt(kept.to_bytes(), SIGNER.verifier) == ENTRIES[place[0]]


def test_a_receipt_is_a_proof_as_the_specification_writes_it():
    kept = receipt(5)
    lines = kept.to_bytes().decode().split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert base64.b64decode(lines[1].removeprefix("extra ")) == kept.opening.to_json()
    assert lines[2] == "index 5"
    assert [base64.b64decode(line) for line in lines[3:8]] == list(kept.proof)
    assert lines[8] == ""
    assert "\n".join(lines[9:]).encode() == kept.checkpoint
    assert lines[9:11] == [ORIGIN, "21"]


def test_the_receipt_of_the_first_and_only_leaf_has_no_hashes():
    assert b"\nindex 0\n\nhub.example/log\n1\n" in receipt(0, 1).to_bytes()
    assert verify_receipt(receipt(0, 1).to_bytes(), SIGNER.verifier) == ENTRIES[0]


def test_a_witness_beside_the_log_does_no_harm():
    witness = Signer("member.example", bytes(32))
    kept = receipt(5, SIZE, SIGNER, witness).to_bytes()
    assert verify_receipt(kept, SIGNER.verifier) == ENTRIES[5]
    with pytest.raises(NotProven):
        verify_receipt(kept, witness.verifier)


def test_no_flipped_bit_of_a_receipt_is_accepted():
    data = receipt(5).to_bytes()
    assert verify_receipt(data, SIGNER.verifier)
    for changed in flips(data):
        with pytest.raises(BadInput):
            verify_receipt(changed, SIGNER.verifier)


def test_a_receipt_is_cut_off_nowhere():
    data = receipt(5).to_bytes()
    for end in range(len(data)):
        with pytest.raises(BadInput):
            verify_receipt(data[:end], SIGNER.verifier)


def test_another_entry_salt_or_place_is_not_proven():
    kept = receipt(5)
    for opening in (
        Opening(5, SALTS[5], ENTRIES[6]),
        Opening(5, SALTS[6], ENTRIES[5]),
        Opening(6, SALTS[5], ENTRIES[5]),
        Opening(SIZE, SALTS[5], ENTRIES[5]),
    ):
        with pytest.raises(NotProven, match="does not prove"):
            verify_receipt(replace(kept, opening=opening), SIGNER.verifier)


def test_a_proof_to_another_checkpoint_is_not_accepted():
    with pytest.raises(NotProven, match="does not prove that its entry is leaf 5"):
        verify_receipt(replace(receipt(5), checkpoint=receipt(5, 20).checkpoint), SIGNER.verifier)


def test_a_receipt_signed_by_another_key_is_not_accepted():
    other = Signer(ORIGIN, bytes(32))
    with pytest.raises(NotProven, match="no key that is trusted here"):
        verify_receipt(receipt(5, SIZE, other), SIGNER.verifier)


GOOD = receipt(5).to_bytes()
EXTRA = GOOD.split(b"\n")[1]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        GOOD.replace(b"@v1", b"@v2"),
        GOOD.replace(b"\n", b"\r\n"),
        b"\n" + GOOD,
        GOOD.replace(EXTRA + b"\n", b""),
        GOOD.replace(EXTRA, b"extra "),
        GOOD.replace(EXTRA, b"extra bm8="),
        GOOD.replace(EXTRA, EXTRA.replace(b"extra ", b"extra  ")),
        GOOD.replace(b"index 5", b"index 05"),
        GOOD.replace(b"index 5", b"index 6"),
        GOOD.replace(b"index 5", b"index -5"),
        GOOD.replace(b"index 5", b"index"),
        GOOD.replace(b"index 5", b"5"),
        GOOD.replace(b"index 5\n", b"index 5\nAAAA\n"),
        GOOD.replace(b"index 5\n", b"index 5\n" + (b"A" * 43 + b"=\n") * 60),
        GOOD.replace(b"index 5\n", b"index 5\nextra AAAA\n"),
        b"\xff" + GOOD,
    ],
)
def test_what_is_no_receipt_is_refused(data):
    with pytest.raises(BadInput, match=r"not a receipt|not an opening"):
        parse_receipt(data)


def test_a_place_that_is_not_the_openings_is_told():
    with pytest.raises(BadInput, match="third line"):
        parse_receipt(GOOD.replace(b"index 5", b"index 6"))


def test_an_opening_in_other_than_canonical_json_is_refused():
    loose = receipt(5).opening.to_json().replace(b":5", b": 5")
    data = GOOD.replace(EXTRA, b"extra " + base64.b64encode(loose))
    with pytest.raises(BadInput, match="canonical JSON"):
        parse_receipt(data)


def test_a_receipt_beyond_its_limit_is_refused():
    with pytest.raises(LimitExceeded):
        parse_receipt(GOOD + b"x" * NOTE_BYTES)


@given(st.binary(max_size=200))
def test_no_bytes_crash(data):
    with pytest.raises(BadInput):
        verify_receipt(b"c2sp.org/tlog-proof@v1\n" + data, SIGNER.verifier)
