"""The log: verified, compared, and never rewritten unnoticed."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from service.exchange.world import enrol, envelope, indicator, leaves, send, sighting, tell
from tocsin.errors import BadInput, Forked, LogTampered, Rewound
from tocsin.service.exchange.access import access_of_person
from tocsin.service.exchange.backup import backup, restore
from tocsin.service.exchange.inbox import refuse
from tocsin.service.exchange.joining import join
from tocsin.service.exchange.log_page import log_state
from tocsin.service.exchange.logs import (
    checkpoint,
    compare_with,
    erase_entry,
    known_checkpoint,
    log_file,
    openings,
    verify_hub,
    verify_own,
)
from tocsin.service.exchange.members import add_member
from tocsin.service.exchange.publish import publish


def change(node, statement):
    with node.database.writing() as connection:
        connection.execute(text(statement))


@pytest.fixture
def one(world, hub):
    return world.joined(hub, "One")


@pytest.fixture
def two(world, hub, one):
    return world.joined(hub, "Two")


def test_a_log_that_was_left_alone_is_whole(hub):
    tell(hub, indicator(1), indicator(2))
    done = verify_own(hub)
    assert (done.size, done.opened, done.origin) == (3, 3, hub.log_signer.name)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_leaf SET commitment = zeroblob(32) WHERE number = 1",
        "UPDATE log_leaf SET entry = CAST(replace(CAST(entry AS TEXT), 'publish', 'release') AS BLOB) WHERE number = 1",
        "UPDATE object SET body = CAST(replace(CAST(body AS TEXT), 'Warning 1', 'Warning 9') AS BLOB)",
        "UPDATE log_state SET size = 2",
        "DELETE FROM log_leaf WHERE number = 2",
    ],
)
def test_what_was_changed_behind_its_back_is_found(hub, statement):
    tell(hub, indicator(1), indicator(2))
    checkpoint(hub)
    change(hub, statement)
    with pytest.raises((LogTampered, BadInput)):
        verify_own(hub)


def test_a_leaf_that_was_erased_leaves_the_log_whole(hub):
    from tocsin.store import log

    tell(hub, indicator(1), indicator(2))
    hub.write(lambda connection: log.erase(connection, [1]))
    done = verify_own(hub)
    assert (done.size, done.opened) == (3, 2)


def test_who_may_see_an_object_is_told_the_organisation_and_never_the_person(hub):
    from tocsin.service.exchange.inbox import release
    from tocsin.service.exchange.withdraw import withdraw

    access, _ = enrol(hub, "Riverton")
    by = "Zwentibold"
    publish(hub, envelope(indicator(1)), name="it", by=by)
    withdraw(hub, indicator(1)["id"], why="false", by=by)
    send(hub, access, sighting(1))
    release(hub, sighting(1)["id"], by=by)
    versions = [(said["id"], said["version"]) for _, _, said in leaves(hub) if "version" in said]
    opened = openings(hub, access, versions)
    assert [str(one.entry.act) for one in opened] == ["publish", "withdraw", "release"]
    assert {one.entry.by for one in opened} == {"Hub"}
    assert not [one for one in opened if by.encode() in one.to_json()]
    shown = log_state(hub, access_of_person(hub, "ann"), limit=10).entries
    assert [one.person for one in shown if one.act in {"publish", "withdraw", "release"}] == [by] * 3


def test_the_same_person_cannot_be_told_by_two_entries(hub):
    tell(hub, indicator(1), indicator(2))
    told = {subject["person_sha256"] for _, _, subject in leaves(hub)[1:]}
    assert len(told) == 2


def test_another_name_for_who_acted_is_found(hub):
    tell(hub, indicator(1))
    verify_own(hub)
    change(hub, "UPDATE log_leaf SET person = CAST(replace(person, 'ann', 'eve') AS BLOB) WHERE number = 1")
    with pytest.raises(LogTampered, match="WHO DID WHAT LEAF 1 HOLDS WAS CHANGED"):
        verify_own(hub)


class TestErased:
    @pytest.fixture
    def number(self, hub):
        """The leaf of a submission that was refused."""
        access, _ = enrol(hub, "Riverton")
        send(hub, access, sighting(1))
        refuse(hub, sighting(1)["id"], why="names Jane Doe", by="ann")
        return len(leaves(hub)) - 1

    def test_what_was_erased_is_shown_to_nobody_and_the_log_stays_whole(self, world, hub, one, number):
        world.sync(one)
        before = checkpoint(hub)
        done = erase_entry(hub, number, why="a person asked", by="ann")
        verified = verify_own(hub)
        assert (verified.size, verified.opened) == (done + 1, done)
        shown = log_state(hub, access_of_person(hub, "ann"), limit=50).entries
        assert [one.number for one in shown if one.closed] == [number]
        assert "Jane Doe" not in repr(shown)
        with hub.reading() as connection:
            held = repr(connection.execute(text("SELECT * FROM log_leaf")).all())
        assert "Jane Doe" not in held
        compare_with(hub, before, None, world.client)
        [synced] = world.sync(one)
        assert synced.problems == []
        assert verify_hub(one, "Hub", world.client).size == done + 1

    def test_the_erasure_is_an_act_with_the_reason(self, hub, number):
        erase_entry(hub, number, why="a person asked", by="ann")
        assert leaves(hub)[-1] == ("log_erase", "ann", {"entry": number, "why": "a person asked"})

    def test_an_erasure_whose_leaf_cannot_be_written_has_not_happened(self, hub, number, monkeypatch):
        def fails(connection, entries):
            raise RuntimeError("no leaf")

        before = leaves(hub)
        with monkeypatch.context() as patched:
            patched.setattr("tocsin.store.log.append", fails)
            with pytest.raises(RuntimeError, match="no leaf"):
                erase_entry(hub, number, why="x", by="ann")
        assert leaves(hub) == before

    def test_an_entry_is_erased_once_and_one_that_is_none_never(self, hub, number):
        erase_entry(hub, number, why="x", by="ann")
        with pytest.raises(BadInput, match="erased already"):
            erase_entry(hub, number, why="x", by="ann")
        for none in (-1, len(leaves(hub)) + 2, 10**18):
            with pytest.raises(BadInput, match="has no entry"):
                erase_entry(hub, none, why="x", by="ann")

    def test_the_entry_of_what_is_published_stays_since_members_check_by_it(self, world, hub, one):
        tell(hub, indicator(1))
        number = len(leaves(hub)) - 1
        with pytest.raises(BadInput, match="which is still here"):
            erase_entry(hub, number, why="x", by="ann")
        [synced] = world.sync(one)
        assert synced.problems == []


def test_a_checkpoint_of_a_size_is_one(hub):
    assert checkpoint(hub) == checkpoint(hub)
    before = checkpoint(hub)
    tell(hub, indicator(1))
    assert checkpoint(hub) != before


@pytest.mark.parametrize(
    "path", ["", "x", "tile/0/001", "tile/entries/000.p/255", "../node.key", "tile/9/000"]
)
def test_the_log_has_the_files_that_it_has(hub, path):
    assert log_file(hub, path) is None


def test_a_member_verifies_the_hubs_log(world, hub, one):
    tell(hub, *[indicator(number) for number in range(5)])
    done = verify_hub(one, "Hub", world.client)
    assert done.size == verify_own(hub).size


class TestCompared:
    def test_members_who_saw_the_log_at_other_sizes_agree(self, world, hub, one, two):
        world.sync(one)
        early = known_checkpoint(one, "Hub")
        tell(hub, *[indicator(number) for number in range(5)])
        world.sync(two)
        late = known_checkpoint(two, "Hub")
        assert early != late
        compare_with(one, late, "Hub", world.client)
        compare_with(two, early, "Hub", world.client)
        compare_with(two, late, "Hub", world.client)
        compare_with(hub, early, None, world.client)

    @pytest.mark.parametrize("later", [0, 2, 5])
    def test_two_histories_of_one_log_are_found_at_whatever_sizes(self, world, hub, one, tmp_path, later):
        invited = add_member(hub, name="Three", sector_names=["water"], by="ann")
        backup(hub, tmp_path / "b")
        fork = restore(world.folder / "fork", tmp_path / "b", world.around, by="ann")
        world.nodes.append(fork)
        three = world.node("Three")
        url = world.serve(fork, "fork.example")
        join(three, world.client(url), url, invited.text, by="bea")
        tell(hub, *[indicator(number) for number in range(3)])
        for number in range(later):
            tell(fork, indicator(10 + number))
        world.sync(one)
        world.sync(three)
        with pytest.raises((Forked, Rewound)):
            compare_with(one, known_checkpoint(three, "Hub"), "Hub", world.client)

    def test_what_is_no_checkpoint_of_that_log_is_told(self, world, hub, one):
        world.sync(one)
        for note in (b"", b"hello", checkpoint(one)):
            with pytest.raises(BadInput):
                compare_with(one, note, "Hub", world.client)
        with pytest.raises(BadInput, match="no hub called"):
            compare_with(one, checkpoint(hub), "Nowhere", world.client)
