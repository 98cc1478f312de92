"""The log's leaves, nodes and size grow together, and every opening opens its leaf."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from stored import salted
from tocsin.errors import BadInput
from tocsin.store import log
from tocsin.transparency.entry import opens
from tocsin.transparency.tree import inclusion_proof, leaf_hash, root, root_of_leaves, verify_inclusion


def test_leaves_are_numbered_and_the_root_is_that_of_all(database):
    for number, size in ((0, 1), (1, 6), (7, 0), (7, 13)):
        with database.writing() as connection:
            assert log.append(connection, [salted(number + each) for each in range(size)]) == number
    with database.reading() as connection:
        assert log.size(connection) == 20
        leaves = [leaf_hash(each) for each in log.commitments(connection, 0, 100)]
        assert log.nodes(connection, 0, 0, 100) == leaves
        assert log.nodes(connection, 2, 1, 2) != []
        reader = log.node_reader(connection)
        assert root(20, reader) == root_of_leaves(leaves)
        verify_inclusion(leaves[3], 3, 20, inclusion_proof(3, 20, reader), root(20, reader))


def test_an_opening_opens_its_leaf_until_it_is_erased(database):
    with database.writing() as connection:
        log.append(connection, [salted(number) for number in range(5)])
        found = log.openings(connection, [4, 2, 9])
        assert [one.index for one in found] == [2, 4]
        hashes = log.nodes(connection, 0, 0, 5)
        assert all(opens(one, hashes[one.index]) for one in found)
        log.erase(connection, [2])
        assert [one.index for one in log.openings(connection, [2, 4])] == [4]
        assert log.nodes(connection, 0, 0, 5) == hashes


def test_who_acted_is_kept_beside_the_entry_and_is_erased_with_it(database):
    with database.writing() as connection:
        named = replace(salted(1), person="Ann É", person_salt=b"p" * 32)
        log.append(connection, [salted(0), named, replace(named, person="Bob")])
        assert log.persons(connection, [0, 1, 2]) == {1: (b"p" * 32, "Ann É"), 2: (b"p" * 32, "Bob")}
        log.erase(connection, [1])
        assert log.persons(connection, [1, 2]) == {2: (b"p" * 32, "Bob")}
        assert b"Ann" not in b"".join(one.to_json() for one in log.openings(connection, [0, 1, 2]))


def test_a_transaction_that_fails_leaves_no_leaf(database):
    def write():
        with database.writing() as connection:
            log.append(connection, [salted(1)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    with database.reading() as connection:
        assert (log.size(connection), log.commitments(connection, 0, 9)) == (0, [])


def test_a_node_that_is_gone_is_said_and_not_made_up(database):
    with database.writing() as connection:
        log.append(connection, [salted(number) for number in range(4)])
        connection.execute(text("DELETE FROM log_node WHERE level = 2"))
    with pytest.raises(BadInput, match="tampered"), database.reading() as connection:
        root(4, log.node_reader(connection))


def test_checkpoints_are_kept_by_log_and_size_as_they_first_were(database):
    with database.writing() as connection:
        for size, note in ((3, b"three"), (5, b"five"), (3, b"other")):
            log.keep_checkpoint(connection, "a", size, note, now_us=1)
        assert log.last_checkpoint(connection, "a") == b"five"
        assert log.checkpoint_of(connection, "a", 3) == b"three"
        assert log.checkpoint_of(connection, "a", 4) is None
        assert log.last_checkpoint(connection, "b") is None
