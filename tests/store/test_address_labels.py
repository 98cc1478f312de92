from __future__ import annotations

import pytest

from tocsin.store.address_labels import (
    KeptPack,
    forget_pack,
    keep_pack,
    kept_labels,
    kept_packs,
    remove_packs,
    said_by,
    service_keys,
)
from tocsin.store.advisories import Feed, keep_feed


def head(name, labels=0):
    return KeptPack("tagpacks", name, "folder", "ab" * 32, "A pack", "Somebody", 7, labels, labels)


@pytest.fixture
def writing(database):
    with database.writing() as connection:
        keep_feed(connection, Feed("tagpacks", "folder", "", 7, 0, 0, ""))
        yield connection


def found(connection, *keys):
    return [(one.pack, one.n, one.said, one.address) for one in kept_labels(connection, keys)]


def test_labels_are_found_by_key_in_the_order_of_packs_and_places(writing):
    keep_pack(writing, head("b"), b"said", [("0xab", "0xAB", 0, True), ("1a", "1a", 1, False)])
    keep_pack(
        writing, head("a"), b"other", [("1a", "1a", 0, False), ("1b", "1b", 0, False), ("1a", "1a", 2, False)]
    )
    assert found(writing, "1a", "0xab", "1c", "1a") == [
        ("a", 0, 0, "1a"), ("a", 2, 2, "1a"), ("b", 0, 0, "0xAB"), ("b", 1, 1, "1a"),
    ]  # fmt: skip
    assert (said_by(writing, "b"), said_by(writing, "a")) == (b"said", b"other")
    assert service_keys(writing) == {"0xab"}
    assert found(writing) == []


def test_more_keys_than_one_statement_takes_are_asked_for_in_turn(writing):
    keys = [f"1{n:04}" for n in range(1_200)]
    keep_pack(writing, head("a"), b"", [(key, key, 0, False) for key in keys])
    assert len(found(writing, *keys)) == 1_200


def test_a_pack_takes_the_place_of_the_one_of_its_name_alone(writing):
    keep_pack(writing, head("a"), b"1", [("1a", "1a", 0, True)])
    keep_pack(writing, head("b"), b"2", [("1a", "1a", 0, False)])
    keep_pack(writing, head("a"), b"3", [("1b", "1b", 0, False)])
    assert found(writing, "1a", "1b") == [("a", 0, 0, "1b"), ("b", 0, 0, "1a")]
    assert [one.name for one in kept_packs(writing)] == ["a", "b"]
    assert service_keys(writing) == set()
    forget_pack(writing, "none")
    forget_pack(writing, "b")
    assert found(writing, "1a", "1b") == [("a", 0, 0, "1b")]


def test_all_packs_of_a_feed_are_removed_and_their_labels_counted(writing):
    keep_pack(writing, head("a", 1), b"", [("1a", "1a", 0, False)])
    keep_pack(writing, head("b", 2), b"", [("1b", "1b", 0, False), ("1c", "1c", 0, False)])
    assert remove_packs(writing, "other") == 0
    assert remove_packs(writing, "tagpacks") == 3
    assert (kept_packs(writing), found(writing, "1a", "1b", "1c")) == ([], [])
