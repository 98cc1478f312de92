"""What a collection holds that its source lists no longer."""

from __future__ import annotations

import pytest

from stored import add_collections, id_of, one, store
from tocsin.store.listed import forget_parts, keep_part, listed_in, unlisted


@pytest.fixture
def connection(database):
    with database.writing() as made:
        add_collections(made, "warnings", "other")
        yield made


def gone(connection, listed, most_seq=99, **more):
    return [id for _, id in unlisted(connection, 1, listed, most_seq=most_seq, **more)]


def test_it_is_what_is_not_listed_and_later_versions_of_what_is(connection):
    store(connection, 1, [one(0), one(1), one(2), one(2, "2026-02-01T00:00:00Z")])
    store(connection, 2, [one(3)])
    [first] = {each.version_key for each in (one(0), one(1), one(2))}
    assert gone(connection, {}) == [id_of(0), id_of(1), id_of(2), id_of(2)]
    assert gone(connection, {id_of(0): first, id_of(2): first}) == [id_of(1), id_of(2)]
    assert gone(connection, {id_of(number): "9999" for number in range(3)}) == []


def test_the_place_is_that_of_the_version(connection):
    done = store(connection, 1, [one(0), one(1), one(2)])
    listed = {id_of(0): "9999", id_of(2): "9999"}
    assert list(unlisted(connection, 1, listed, most_seq=99)) == [(done.places[1], id_of(1))]


def test_revoked_versions_kept_types_and_what_came_later_are_left_alone(connection):
    store(connection, 1, [one(0, revoked=True), one(1), one(2)])
    assert gone(connection, {}, most_seq=2) == [id_of(1)]
    assert gone(connection, {}, kept_types={one(1).type}) == []


def test_a_collection_is_read_in_steps(connection, monkeypatch):
    monkeypatch.setattr("tocsin.store.listed._READ_AT_ONCE", 2)
    store(connection, 1, [one(number) for number in range(5)])
    assert gone(connection, {id_of(1): "9999", id_of(4): "9999"}) == [id_of(0), id_of(2), id_of(3)]


def test_what_parts_list_is_kept_until_they_list_other_things_or_are_gone(connection):
    keep_part(connection, 1, "one", {"a": "1", "b": "2"})
    keep_part(connection, 1, "two", {"b": "3", "c": "1"})
    assert listed_in(connection, 1, {"one", "two"}) == {"a": "1", "b": "3", "c": "1"}
    assert listed_in(connection, 1, {"one", "none"}) == {"a": "1", "b": "2"}
    keep_part(connection, 1, "one", {"a": "2"})
    keep_part(connection, 1, "empty", {})
    assert listed_in(connection, 1, {"one", "empty"}) == {"a": "2"}
    forget_parts(connection, 1, but={"two"})
    assert listed_in(connection, 1, {"one", "two"}) == {"b": "3", "c": "1"}
    forget_parts(connection, 1, but=())
    assert listed_in(connection, 1, {"one", "two"}) == {}
