"""A hub whose database is changed behind its back: who looks sees it, whatever was changed."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import text

from service.exchange.world import indicator, tell
from tocsin.errors import LogTampered, TocsinError
from tocsin.service.exchange.logs import checkpoint, compare_with, known_checkpoint, verify_hub, verify_own

FLIPS = 1_000
LEAVES = 60


@pytest.fixture
def one(world, hub):
    return world.joined(hub, "One")


def change(node, statement, **values):
    def act(connection):
        return connection.execute(text(statement), values).rowcount

    assert node.write(act) == 1


@pytest.mark.parametrize(
    ("statement", "by_member"),
    [
        ("UPDATE object SET body = CAST(replace(CAST(body AS TEXT), 'Warning 1', 'Warning 9') AS BLOB) WHERE CAST(body AS TEXT) LIKE '%Warning 1\"%'", "sync"),
        ("UPDATE object SET leaf = 0 WHERE CAST(body AS TEXT) LIKE '%Warning 1\"%'", "sync"),
        ("UPDATE object SET leaf = NULL WHERE CAST(body AS TEXT) LIKE '%Warning 1\"%'", "sync"),
        ("UPDATE log_leaf SET salt = zeroblob(32) WHERE number = 3", "sync"),
        ("UPDATE log_leaf SET entry = CAST(replace(CAST(entry AS TEXT), 'publish', 'release') AS BLOB) WHERE number = 3", "sync"),
        ("UPDATE log_leaf SET commitment = zeroblob(32) WHERE number = 3", "verify"),
        ("UPDATE log_node SET hash = zeroblob(32) WHERE level = 0 AND number = 3", "sync verify"),
    ],
    ids=["a body", "a leaf's number", "no leaf", "a salt", "an entry", "a commitment", "a hash"],
)  # fmt: skip
def test_what_was_changed_is_seen_at_the_node_and_by_a_member(world, hub, one, statement, by_member):
    tell(hub, indicator(1), indicator(2))
    checkpoint(hub)
    assert verify_own(hub).size == 5
    change(hub, statement)
    with pytest.raises(LogTampered):
        verify_own(hub)
    if "sync" in by_member:
        [done] = world.sync(one)
        assert isinstance(done.problems[0], LogTampered)
        assert done.problems[0].exit_code == 1
        assert "Hub" in str(done.problems[0])
        assert done.new == 0
    if "verify" in by_member:
        with pytest.raises(LogTampered):
            verify_hub(one, "Hub", world.client)


def test_a_past_that_is_rewritten_as_a_whole_is_seen_by_who_knew_the_old(world, hub, one):
    """The body, its leaf and every node over it, as an operator can: what is signed now contradicts what was signed."""
    from service.exchange.test_hostile_hub import rewrite

    tell(hub, indicator(1), indicator(2))
    world.sync(one)
    hub.write(rewrite)
    for again in range(2):
        if again:
            tell(hub, indicator(3))
        [done] = world.sync(one)
        assert isinstance(done.problems[0], LogTampered)
        assert "LOG" in str(done.problems[0])
        with pytest.raises(LogTampered):
            verify_hub(one, "Hub", world.client)


def test_two_members_that_were_shown_two_pasts_see_it_when_they_compare(world, hub, one):
    from service.exchange.test_hostile_hub import rewrite

    tell(hub, indicator(1), indicator(2))
    two = world.joined(hub, "Two")
    tell(hub, indicator(3))
    world.sync(one)
    hub.write(rewrite)
    two.write(lambda connection: connection.execute(text("DELETE FROM checkpoint")))
    world.sync(two)
    with pytest.raises(LogTampered):
        compare_with(one, known_checkpoint(two, "Hub"), "Hub", world.client)
    with pytest.raises(LogTampered):
        compare_with(two, known_checkpoint(one, "Hub"), "Hub", world.client)


def test_no_bit_of_the_tree_is_flipped_unseen(hub):
    """Random bits of random nodes, whether or not the root is made from them."""
    tell(hub, *(indicator(number) for number in range(LEAVES)))
    checkpoint(hub)
    chance = random.Random(1)
    with hub.reading() as connection:
        nodes = connection.execute(text("SELECT level, number, hash FROM log_node")).all()
    assert len(nodes) > 100

    from tocsin.service.exchange.logs import _check_tree
    from tocsin.store import log
    from tocsin.transparency.tree import leaf_hash

    flip = text("UPDATE log_node SET hash = :hash WHERE level = :level AND number = :number")

    def act(connection):
        size = log.size(connection)
        hashes = [leaf_hash(one) for one in log.commitments(connection, 0, size)]
        _check_tree(connection, hashes, size)
        seen = 0
        for _ in range(FLIPS):
            level, number, held = chance.choice(nodes)
            place = chance.randrange(32)
            spoilt = bytearray(held)
            spoilt[place] ^= 1 << chance.randrange(8)
            connection.execute(flip, {"hash": bytes(spoilt), "level": level, "number": number})
            try:
                _check_tree(connection, hashes, size)
            except LogTampered:
                seen += 1
            connection.execute(flip, {"hash": bytes(held), "level": level, "number": number})
        _check_tree(connection, hashes, size)
        return seen

    assert hub.write(act) == FLIPS


def test_no_bit_that_a_member_is_given_is_flipped_unseen(world, hub, one):
    tell(hub, *(indicator(number) for number in range(LEAVES)))
    world.sync(one)
    chance = random.Random(2)
    with hub.reading() as connection:
        nodes = connection.execute(text("SELECT number, hash FROM log_node WHERE level = 0")).all()
    for _ in range(20):
        number, held = chance.choice(nodes)
        spoilt = bytearray(held)
        spoilt[chance.randrange(32)] ^= 1 << chance.randrange(8)
        where = "UPDATE log_node SET hash = :hash WHERE level = 0 AND number = :number"
        change(hub, where, hash=bytes(spoilt), number=number)
        with pytest.raises(TocsinError):
            verify_hub(one, "Hub", world.client)
        change(hub, where, hash=bytes(held), number=number)
    assert verify_hub(one, "Hub", world.client).size > LEAVES
