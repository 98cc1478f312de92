"""Entries and openings: what was logged opens its leaf, and nothing else does."""

from __future__ import annotations

import json
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput, LimitExceeded
from tocsin.limits import LOG_LEAVES, OPENING_BYTES
from tocsin.transparency.entry import Act, Entry, Opening, commitment, opens, read_opening
from tocsin.transparency.tree import leaf_hash

SALT = bytes(range(32))
AT = "2026-11-03T08:15:00.000Z"
ENTRY = Entry(Act.PUBLISH, AT, "identity--1", {"id": "indicator--1", "sha256": "00ff"})
OPENING = Opening(7, SALT, ENTRY)
LEAF = leaf_hash(commitment(SALT, ENTRY.to_bytes()))

numbers = st.integers(-(2**53), 2**53) | st.floats(-(2.0**53), 2.0**53) | st.floats(1e21, 1e308)
texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
entries = st.builds(
    Entry, st.sampled_from(Act), st.just(AT), texts, st.dictionaries(texts, values, max_size=3)
)
salts = st.binary(min_size=32, max_size=32)


def test_an_entry_is_canonical_json():
    assert ENTRY.to_bytes() == (
        b'{"act":"publish","at":"2026-11-03T08:15:00.000Z","by":"identity--1",'
        b'"subject":{"id":"indicator--1","sha256":"00ff"}}'
    )


def test_a_commitment_is_the_hash_of_salt_and_entry():
    assert commitment(SALT, ENTRY.to_bytes()) == sha256(SALT + ENTRY.to_bytes()).digest()
    assert len(commitment(SALT, b"")) == 32


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_salt_has_32_bytes(size):
    with pytest.raises(BadInput, match="a salt has 32 bytes"):
        commitment(bytes(size), b"")
    assert not opens(Opening(7, bytes(size), ENTRY), LEAF)


def test_the_acts_are_those_of_the_exchange_and_the_inventory():
    assert [act.value for act in Act] == [
        "publish", "withdraw", "delete", "submit", "vet", "release", "refuse", "member_add", "member_join",
        "member_revoke", "token_create", "token_renew", "token_revoke", "source_add", "source_remove", "signin", "init", "restore",
        "log_erase", "treat", "alias", "advisory_remove", "incident", "posture", "gate", "statement",
    ]  # fmt: skip


@given(st.integers(0, LOG_LEAVES - 1), salts, entries)
def test_an_opening_is_read_as_it_was_written_and_opens_the_same_leaf(index, salt, entry):
    opening = Opening(index, salt, entry)
    again = read_opening(opening.to_json())
    assert again == opening
    assert again.to_json() == opening.to_json()
    assert opens(again, leaf_hash(commitment(salt, entry.to_bytes())))


@given(salts, entries, salts, entries)
def test_an_opening_opens_no_other_leaf(salt, entry, other_salt, other):
    leaf = leaf_hash(commitment(other_salt, other.to_bytes()))
    assert opens(Opening(0, salt, entry), leaf) == (
        salt == other_salt and entry.to_bytes() == other.to_bytes()
    )


@pytest.mark.parametrize(
    "entry",
    [
        Entry(Act.WITHDRAW, AT, "identity--1", ENTRY.subject),
        Entry(Act.PUBLISH, "2026-11-03T08:15:00.001Z", "identity--1", ENTRY.subject),
        Entry(Act.PUBLISH, AT, "identity--2", ENTRY.subject),
        Entry(Act.PUBLISH, AT, "identity--1", {}),
        Entry(Act.PUBLISH, AT, "identity--1", {**ENTRY.subject, "more": None}),
        Entry(Act.PUBLISH, AT, "identity--1", {"id": "indicator--1", "sha256": "00fe"}),
    ],
)
def test_every_part_of_an_entry_is_bound(entry):
    assert opens(OPENING, LEAF)
    assert not opens(Opening(7, SALT, entry), LEAF)


def test_the_order_of_keys_changes_nothing():
    turned = Entry(Act.PUBLISH, AT, "identity--1", dict(reversed(ENTRY.subject.items())))
    assert opens(Opening(7, SALT, turned), LEAF)


def test_an_opening_is_json_that_people_can_read():
    assert json.loads(OPENING.to_json()) == {
        "index": 7,
        "salt": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "entry": {
            "act": "publish",
            "at": AT,
            "by": "identity--1",
            "subject": {"id": "indicator--1", "sha256": "00ff"},
        },
    }
    assert msgspec.json.decode(msgspec.json.encode(OPENING), type=Opening) == OPENING


@pytest.mark.parametrize(
    "subject",
    [
        {"n": 2**53 + 1},  # canonical JSON would write it as 2**53, so that it would open that commitment too
        {"n": 5.500772996401865e16},  # a whole number in canonical JSON, and not quite this one
        {"n": (1, 2)},
        {1: "x"},
        {"n": float("nan")},
        {"n": float("inf")},
        {"n": "\ud800"},
        {"n": {"m": [2**60 + 1]}},
    ],
)
def test_what_canonical_json_does_not_keep_is_not_logged(subject):
    entry = Entry(Act.PUBLISH, AT, "identity--1", subject)
    with pytest.raises(BadInput):
        entry.to_bytes()
    assert not opens(Opening(7, SALT, entry), LEAF)


@pytest.mark.parametrize(
    "at", ["", "yesterday", "2026-11-03", "2026-11-03T08:15:00+01:00", "2026-02-30T00:00:00Z"]
)
def test_a_time_that_is_none_is_not_logged(at):
    with pytest.raises(BadInput):
        Entry(Act.PUBLISH, at, "identity--1", {}).to_bytes()


@pytest.mark.parametrize("depth", [70, 400, 5_000])
def test_what_nests_too_deep_is_neither_logged_nor_read(depth):
    nested = []
    for _ in range(depth):
        nested = [nested]
    with pytest.raises(BadInput):
        Entry(Act.PUBLISH, AT, "identity--1", {"n": nested}).to_bytes()
    with pytest.raises(BadInput, match="deeper"):
        read_opening(OPENING.to_json().replace(b'"00ff"', b"[" * depth + b"]" * depth))


def test_what_is_too_long_is_neither_logged_nor_read():
    with pytest.raises(LimitExceeded):
        Entry(Act.PUBLISH, AT, "identity--1", {"n": "x" * OPENING_BYTES}).to_bytes()
    with pytest.raises(LimitExceeded):
        read_opening(OPENING.to_json() + b" " * OPENING_BYTES)


def changed(**parts):
    opening = json.loads(OPENING.to_json())
    for name, value in parts.items():
        place = opening["entry"] if name in opening["entry"] else opening
        place[name] = value
    return json.dumps(opening).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"null", b"\xff", b'"x"', OPENING.to_json()[:-1], OPENING.to_json() + b"x",
        changed(index=-1), changed(index=LOG_LEAVES), changed(index="7"), changed(index=7.5), changed(index=True),
        changed(salt="AAEC"), changed(salt=""), changed(salt="?"), changed(salt=None), changed(salt=[1]),
        changed(act="steal"), changed(act="PUBLISH"), changed(act=None), changed(at="now"), changed(at=7),
        changed(by=None), changed(subject=[]), changed(subject=None), changed(subject={"n": 2**53 + 1}),
        changed(subject={"n": "\ud800"}), changed(entry={}), changed(more=1), OPENING.to_json().replace(b'"by":', b'"more":1,"by":'),
    ],
)  # fmt: skip
def test_what_is_no_opening_is_refused(data):
    with pytest.raises(BadInput):
        read_opening(data)


def test_a_wrong_opening_is_told_in_few_words():
    with pytest.raises(BadInput, match="not an opening") as caught:
        read_opening(changed(act="x" * 50_000))
    assert len(str(caught.value)) < 300
