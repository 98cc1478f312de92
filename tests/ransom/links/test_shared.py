"""A case as a hub is told of it: what leaves, and what a hub does not believe."""

from __future__ import annotations

import json

import pytest

from drawn_ledgers import txid
from tocsin.errors import BadInput
from tocsin.ransom.links.link import Kind
from tocsin.ransom.links.marks import PUBLIC, Mark, key_of, key_text, mark_hash
from tocsin.ransom.links.shared import (
    CASE_TYPE,
    SharedCase,
    SharedMark,
    Tell,
    case_object,
    read_case,
    shared_marks,
)

KEY = key_of(key_text(b"k" * 32))
MARKS = (Mark(Kind.ADDRESS, "pay red"), Mark(Kind.CONSOLIDATION, txid(3), 2))


def made(*, full, key=KEY, **more):
    shared = SharedCase(key.name, shared_marks(MARKS, key, full=full), **more)
    return case_object(f"{CASE_TYPE}--1", shared, ("then", "now"), "marking--1", author="identity--1")


def test_hashed_nothing_but_kind_hash_and_doubts_leaves():
    held = made(full=False)
    assert held["marks"] == [
        {"kind": "address", "hash": mark_hash(MARKS[0], KEY)},
        {"kind": "consolidation", "hash": mark_hash(MARKS[1], KEY), "doubts": 2},
    ]
    assert set(held) == {
        "type", "spec_version", "id", "created_by_ref", "created", "modified", "key", "marks", "tell",
        "object_marking_refs", "extensions",
    }  # fmt: skip
    for secret in ("pay red", txid(3), KEY.secret.hex()):
        assert secret not in json.dumps(held)


def test_in_full_the_addresses_leave_and_a_contact_where_one_is_given():
    held = made(full=True, tell=Tell.CONTACT, contact="Ann")
    assert [one["value"] for one in held["marks"]] == ["pay red", txid(3)]
    assert (held["tell"], held["contact"]) == ("contact", "Ann")


@pytest.mark.parametrize("full", [True, False])
def test_what_was_written_is_read(full):
    shared = SharedCase(KEY.name, shared_marks(MARKS, KEY, full=full), Tell.NAME)
    assert read_case(json.loads(json.dumps(made(full=full, tell=Tell.NAME)))) == shared


def test_of_an_address_in_full_the_public_hash_is_made_anew():
    """Else somebody could show the hub one address and be compared by another."""
    held = made(full=True, key=PUBLIC)
    held["marks"][0]["hash"] = "0" * 32
    assert read_case(held).marks[0].hash == mark_hash(MARKS[0], PUBLIC)


def test_a_kind_that_is_not_known_is_left_out():
    held = made(full=False)
    held["marks"].append({"kind": "split", "hash": "1"})
    assert [one.kind for one in read_case(held).marks] == ["address", "consolidation"]


@pytest.mark.parametrize(
    "more",
    [
        {"marks": None},
        {"marks": [{"kind": "address"}]},
        {"marks": [{"kind": "address", "hash": "a" * 201}]},
        {"marks": [{"kind": "address", "hash": "a", "value": "b" * 201}]},
        {"marks": [{"kind": "address", "hash": "a", "doubts": -1}]},
        {"marks": [{"kind": "address", "hash": "a"}] * 1001},
        {"tell": "everything"},
        {"contact": "c" * 201},
        {"key": 3},
    ],
    ids=range(9),
)
def test_what_is_no_case_is_told(more):
    with pytest.raises(BadInput):
        read_case({**made(full=False), **more})


def test_a_thousand_marks_are_read():
    many = [{"kind": "address", "hash": str(n)} for n in range(1000)]
    assert len(read_case({**made(full=False), "marks": many}).marks) == 1000
    assert read_case({**made(full=False), "marks": []}).marks == ()


def test_a_mark_says_what_it_says():
    assert SharedMark(kind="address", hash="a").value == ""
