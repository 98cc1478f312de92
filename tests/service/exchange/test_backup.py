"""A backup is the whole node in one file, from either database into either."""

from __future__ import annotations

import gzip
import io
import json
import stat
import tarfile
import threading

import pytest
from sqlalchemy import inspect

from service.exchange.world import acts, collection, enrol, finding, indicator, leaves, send, sighting, tell
from tocsin.errors import BadInput, SourceUnavailable
from tocsin.service.exchange import backup as module
from tocsin.service.exchange.backup import backup, restore
from tocsin.service.exchange.finding_store import keep, kept
from tocsin.service.exchange.inbox import items
from tocsin.service.exchange.known_warnings import visible_objects
from tocsin.service.exchange.logs import checkpoint, verify_own
from tocsin.service.exchange.node import LOG_KEY, NODE_FILE, NODE_KEY, SECRET_KEY
from tocsin.store.database import Database, database_url
from tocsin.store.tokens import tokens
from tocsin.store.upgrade import HEAD, revision, upgrade_to

RELEASED = [f"{number:04}" for number in range(1, int(HEAD) + 1)]


@pytest.fixture
def full(hub):
    """A node with something of everything."""
    member, key = enrol(hub, "Riverton")
    tell(hub, indicator(1), indicator(2))
    from service.exchange.world import envelope

    send(hub, member, sighting(1), signature=key.sign(envelope(sighting(1))))
    keep(hub, [finding()])
    checkpoint(hub)
    return hub


def back(world, path, name="back", **more):
    made = restore(world.folder / name, path, world.around, by="bea", **more)
    world.nodes.append(made)
    return made


def state(node):
    return (
        [(one.place, one.id, one.added_us, one.body) for one in visible_objects(node, "ann")],
        items(node),
        kept(node),
        node.own,
        collection(node, "warnings"),
    )


def test_what_comes_back_is_what_was_there(world, full, tmp_path):
    backup(full, tmp_path / "b")
    made = back(world, tmp_path / "b")
    assert state(made) == state(full)
    assert leaves(made)[:-1] == leaves(full)
    assert leaves(made)[-1] == ("restore", "bea", {"backup": "b"})
    assert verify_own(made).size == len(leaves(full)) + 1
    tell(made, indicator(3))


def test_from_a_file_into_postgresql_and_back(world, full, postgres, tmp_path):
    backup(full, tmp_path / "one")
    there = back(world, tmp_path / "one", "there", database=postgres())
    assert state(there) == state(full)
    tell(there, indicator(3))
    backup(there, tmp_path / "two")
    again = back(world, tmp_path / "two", "again")
    assert state(again) == state(there)
    tell(again, indicator(4))
    verify_own(again)


def test_it_is_of_one_moment_while_the_node_goes_on(world, full, tmp_path):
    stop = threading.Event()
    serving = world.open(full.folder, serving=True)

    def work():
        number = 10
        while not stop.is_set():
            tell(serving, indicator(number))
            number += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for number in range(3):
            backup(world.open(full.folder), tmp_path / f"b{number}")
    finally:
        stop.set()
        thread.join()
    for number in range(3):
        verify_own(back(world, tmp_path / f"b{number}", f"back{number}"))


def test_its_owner_alone_can_read_it_and_the_folder_it_comes_back_to(world, full, tmp_path):
    backup(full, tmp_path / "b")
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600
    made = back(world, tmp_path / "b")
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    for name in (NODE_KEY, LOG_KEY, SECRET_KEY, NODE_FILE):
        assert stat.S_IMODE((made.folder / name).stat().st_mode) == 0o600


def test_nothing_is_overwritten(world, full, tmp_path):
    (tmp_path / "b").write_text("mine")
    with pytest.raises(SourceUnavailable, match="a backup overwrites none"):
        backup(full, tmp_path / "b")
    assert (tmp_path / "b").read_text() == "mine"
    backup(full, tmp_path / "c")
    with pytest.raises(BadInput, match="a node already"):
        restore(full.folder, tmp_path / "c", world.around, by="bea")
    other = world.folder / "other"
    other.mkdir()
    (other / "node.key").write_bytes(b"x" * 32)
    with pytest.raises(BadInput, match=r"holds other things: node\.key"):
        restore(other, tmp_path / "c", world.around, by="bea")
    assert (other / "node.key").read_bytes() == b"x" * 32


def test_half_a_backup_is_not_left_behind(full, tmp_path, monkeypatch):
    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full_disk)
    with pytest.raises(SourceUnavailable, match="No space left"):
        backup(full, tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_a_folder_that_is_not_there_is_told(full, tmp_path):
    with pytest.raises(SourceUnavailable, match="cannot be written"):
        backup(full, tmp_path / "no" / "b")


@pytest.mark.parametrize("what", ["cut", "garbled", "text", "empty", "newer", "short key", "other rows"])
def test_what_is_no_backup_makes_no_node(world, full, tmp_path, what):
    backup(full, tmp_path / "b")
    data = (tmp_path / "b").read_bytes()
    with tarfile.open(tmp_path / "b") as archive:
        parts = {one.name: archive.extractfile(one).read() for one in archive}
    match what:
        case "cut":
            rows = parts["rows.jsonl.gz"]
            data = data[: data.index(rows) + len(rows) // 2]
        case "garbled":
            data = packed(parts | {"rows.jsonl.gz": parts["rows.jsonl.gz"][:10] + b"\xff" * 100})
        case "text":
            data = b"hello"
        case "empty":
            data = b""
        case "newer":
            data = packed(parts | {"revision": b"9999"})
        case "short key":
            data = packed(parts | {"node.key": b"x"})
        case "other rows":
            data = packed(parts | {"rows.jsonl.gz": gzip.compress(b'["nothing", {}]\n')})
    (tmp_path / "bad").write_bytes(data)
    with pytest.raises(BadInput):
        restore(world.folder / "back", tmp_path / "bad", world.around, by="bea")
    assert not (world.folder / "back" / NODE_FILE).exists()


def as_of(held, path, folder):
    """The backup in ``path`` as a Tocsin of the revision ``held`` would have written it."""
    database = Database(database_url("", folder))
    upgrade_to(database, held)
    with database.reading() as connection:
        inspector = inspect(connection)
        columns = {
            name: {one["name"] for one in inspector.get_columns(name)} for name in inspector.get_table_names()
        }
    database.close()
    with tarfile.open(path) as archive:
        parts = {one.name: archive.extractfile(one).read() for one in archive}
    rows = []
    for line in gzip.decompress(parts["rows.jsonl.gz"]).splitlines():
        table, row = json.loads(line)
        if table in columns:
            rows.append(json.dumps([table, {key: row[key] for key in row if key in columns[table]}]))
    return packed(
        parts | {"revision": held.encode(), "rows.jsonl.gz": gzip.compress("\n".join(rows).encode() + b"\n")}
    )


@pytest.mark.parametrize("held", RELEASED)
def test_a_backup_of_each_released_revision_comes_back(world, full, tmp_path, held):
    backup(full, tmp_path / "b")
    (tmp_path / "old").write_bytes(as_of(held, tmp_path / "b", tmp_path))
    made = back(world, tmp_path / "old")
    assert state(made) == state(full)
    assert leaves(made)[:-1] == leaves(full)
    verify_own(made)
    assert revision(made.database) == HEAD
    tell(made, indicator(3))
    backup(made, tmp_path / "new")
    assert leaves(back(world, tmp_path / "new", "again"))[:-1] == leaves(made)


def test_a_backup_of_an_older_tocsin_comes_back_into_postgresql(world, full, postgres, tmp_path):
    backup(full, tmp_path / "b")
    (tmp_path / "old").write_bytes(as_of("0001", tmp_path / "b", tmp_path))
    made = back(world, tmp_path / "old", database=postgres())
    assert state(made) == state(full)
    tell(made, indicator(3))
    verify_own(made)


def test_what_a_migration_says_of_older_rows_it_says_of_a_backups_too(world, hub, tmp_path):
    world.joined(hub, "Riverton")
    backup(hub, tmp_path / "b")
    (tmp_path / "old").write_bytes(as_of("0002", tmp_path / "b", tmp_path))
    with back(world, tmp_path / "old").reading() as connection:
        assert [one.renewable for one in tokens(connection)] == [True]


@pytest.mark.parametrize(
    ("held", "why"),
    [
        ("9999", "is of a newer Tocsin"),
        (f"{int(HEAD) + 1:04}", "is of a newer Tocsin"),
        ("0000", "is of no revision"),
        ("x", "is of no revision"),
        ("", "is of no revision"),
        ("-001", "is of no revision"),
    ],
)
def test_a_backup_of_no_revision_that_is_known_is_refused_with_the_reason(world, full, tmp_path, held, why):
    backup(full, tmp_path / "b")
    with tarfile.open(tmp_path / "b") as archive:
        parts = {one.name: archive.extractfile(one).read() for one in archive}
    (tmp_path / "other").write_bytes(packed(parts | {"revision": held.encode()}))
    with pytest.raises(BadInput, match=why):
        restore(world.folder / "back", tmp_path / "other", world.around, by="bea")
    assert not (world.folder / "back").exists()


def test_rows_of_another_revision_than_the_backup_says_are_none(world, full, tmp_path):
    backup(full, tmp_path / "b")
    with tarfile.open(tmp_path / "b") as archive:
        parts = {one.name: archive.extractfile(one).read() for one in archive}
    (tmp_path / "other").write_bytes(packed(parts | {"revision": b"0001"}))
    with pytest.raises(BadInput, match="has not the columns of"):
        restore(world.folder / "back", tmp_path / "other", world.around, by="bea")


def packed(parts):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in parts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def test_a_database_that_holds_something_is_not_filled(world, full, postgres, tmp_path):
    backup(full, tmp_path / "b")
    url = postgres()
    back(world, tmp_path / "b", "one", database=url)
    with pytest.raises(BadInput, match="is not empty"):
        back(world, tmp_path / "b", "two", database=url)
    assert acts(full)[-1] != "restore"
