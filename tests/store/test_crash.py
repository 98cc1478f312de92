"""What was acknowledged outlives the process, the power, the disk's last byte and the database's absence."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import time

import pytest
from sqlalchemy import text

from crash.killing import acknowledged, kill_once, start_writing
from crash.power_cut import Operation, build_shim, operations, rebuilt
from crash.surviving import faults
from crash.writing import store_pair
from stored import NOW_US, add_collections, one, store
from tocsin.errors import SourceUnavailable
from tocsin.store import database as store_database
from tocsin.store.database import Database, database_url
from tocsin.store.upgrade import upgrade
from tocsin.store.writer import Writer


@pytest.fixture(autouse=True)
def the_disk_is_waited_for(monkeypatch):
    """As a node does, and the other tests do not."""
    usual = tuple("synchronous=FULL" if one == "synchronous=OFF" else one for one in store_database._PRAGMAS)
    assert usual != store_database._PRAGMAS
    monkeypatch.setattr(store_database, "_PRAGMAS", usual)


def test_a_process_that_is_killed_loses_nothing_that_it_acknowledged(url, engine, tmp_path):
    told = tmp_path / "acknowledged"
    counts = [0]
    for number in range(3 if engine == "sqlite" else 2):
        wrong, count = kill_once(url, told, number * 1_000_000, number)
        assert wrong == []
        counts.append(count)
    assert counts == sorted(set(counts)), "each round acknowledged something"


def test_a_loss_would_be_seen(database, tmp_path):
    with database.writing() as connection:
        add_collections(connection, "warnings")
        for number in range(3):
            store_pair(connection, number)
    assert faults(database, {0, 1, 2}) == []
    assert faults(database, {0, 7}) == ["pair 7 was acknowledged and is gone"]
    with database.writing() as connection:
        connection.execute(text("DELETE FROM reference"))
        connection.execute(text("DELETE FROM object WHERE place % 1024 = 3"))
    assert {fault.split()[0] for fault in faults(database, {1})} >= {"pair", "object", "there"}


def test_a_database_server_that_is_killed_loses_nothing_and_is_used_again_without_a_restart(engine, tmp_path):
    if engine == "sqlite":
        pytest.skip("SQLite is no server")
    from postgres import start

    with start() as server:
        url = database_url(server.new_database().render_as_string(hide_password=False), tmp_path)
        told = tmp_path / "acknowledged"
        process = start_writing(url, told, 0)
        time.sleep(0.3)
        server.kill()
        process.communicate(timeout=60)
        database = Database(url)
        with pytest.raises(SourceUnavailable), database.reading():
            pass
        server.go_on()
        assert faults(database, acknowledged(told)) == []
        writer = Writer(database)
        writer.write(lambda connection: store_pair(connection, 500_000))
        server.kill()
        with pytest.raises(SourceUnavailable):
            writer.write(lambda connection: store_pair(connection, 600_000))
        with pytest.raises(SourceUnavailable), database.reading():
            pass
        server.go_on()
        writer.write(lambda connection: store_pair(connection, 700_000))
        assert faults(database, {*acknowledged(told), 500_000, 700_000}) == []
        writer.close()
        database.close()


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    if sys.platform != "linux":
        pytest.skip("the shim is loaded as Linux does it")
    made = build_shim(tmp_path_factory.mktemp("shim"))
    if made is None:
        pytest.skip("no C compiler is here")
    return made


def losses(shim, tmp_path, synchronous, cuts):
    """Write under the shim, cut the power at ``cuts`` moments; return all faults that are found."""
    folder = tmp_path / "node"
    folder.mkdir()
    told, journal = folder / "acknowledged", tmp_path / "journal"
    process = start_writing(
        database_url("", folder), told, 0, synchronous, 150,
        LD_PRELOAD=str(shim), SHIM_FOLDER=str(folder), SHIM_JOURNAL=str(journal),
    )  # fmt: skip
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 0, said
    done = operations(journal)
    assert len(acknowledged(told)) == 150
    first = next(number for number, each in enumerate(done) if each.path == str(told))
    found = []
    for seed in range(cuts):
        chance = random.Random(seed)
        disk = tmp_path / f"disk-{seed}"
        disk.mkdir()
        held = rebuilt(done[: chance.randrange(first, len(done))], str(told), disk, chance)
        database = Database(database_url("", disk))
        with contextlib.closing(database):
            found += faults(database, held)
    return found


def test_a_power_cut_loses_nothing_that_was_acknowledged(shim, tmp_path):
    assert losses(shim, tmp_path, "FULL", 60) == []


def test_a_power_cut_would_lose_with_less_than_full_synchronisation(shim, tmp_path):
    found = losses(shim, tmp_path, "NORMAL", 60)
    assert any("acknowledged and is gone" in fault for fault in found)
    assert not [fault for fault in found if "acknowledged and is gone" not in fault]


def test_the_disk_after_a_cut_holds_what_was_synced_and_anything_of_the_rest(tmp_path):
    done = [
        Operation("W", "f", 0, b"a" * 1024), Operation("S", "f", 0, b""), Operation("W", "f", 512, b"b" * 1024),
        Operation("W", "told", 0, b"1\n2"),
    ]  # fmt: skip
    seen = set()
    for seed in range(200):
        assert rebuilt(done, "told", tmp_path, random.Random(seed)) == {1}
        seen.add((tmp_path / "f").read_bytes())
    a, b, none = b"a" * 512, b"b" * 512, bytes(512)
    assert seen == {a + a, a + b, a + a + b, a + b + b}
    assert none not in seen


@contextlib.contextmanager
def small_disk(folder):
    """A disk of 3 MB in ``folder``, if this process may make one."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_up(database):
    """Write until it fails; return what was acknowledged."""
    writer = Writer(database)
    held = set()

    def write_on():
        for number in range(100_000):
            writer.write(lambda connection: store_pair(connection, number))  # noqa: B023  it is awaited
            held.add(number)

    with pytest.raises(SourceUnavailable, match="full") as caught:
        write_on()
    assert "room" in caught.value.hint
    return writer, held


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there is no mount here")
def test_a_full_disk_loses_nothing_and_writing_goes_on_when_there_is_room(tmp_path):
    with small_disk(tmp_path):
        database = Database(database_url("", tmp_path))
        upgrade(database)
        with database.writing() as connection:
            add_collections(connection, "warnings")
        ballast = tmp_path / "ballast"
        ballast.write_bytes(bytes(1 << 20))
        writer, held = fill_up(database)
        assert held
        with pytest.raises(SourceUnavailable):
            writer.write(lambda connection: store_pair(connection, 200_000))
        assert faults(database, held) == []
        ballast.unlink()
        writer.write(lambda connection: store_pair(connection, 300_000))
        assert faults(database, held | {300_000}) == []
        writer.close()
        database.close()


def test_a_database_that_may_not_grow_loses_nothing_and_goes_on(tmp_path, monkeypatch):
    pragmas = (*store_database._PRAGMAS, "max_page_count=200")
    monkeypatch.setattr(store_database, "_PRAGMAS", pragmas)
    database = Database(database_url("", tmp_path))
    upgrade(database)
    with database.writing() as connection:
        add_collections(connection, "warnings")
    writer, held = fill_up(database)
    assert faults(database, held) == []
    with database.writing() as connection:
        connection.execute(text("PRAGMA max_page_count=100000"))
    writer.write(lambda connection: store_pair(connection, 300_000))
    assert faults(database, held | {300_000}) == []
    writer.close()
    database.close()


def test_an_act_that_fails_takes_no_other_of_its_group_with_it(database):
    with database.writing() as connection:
        add_collections(connection, "warnings")
    writer = Writer(database)

    def fail(connection):
        store_pair(connection, 50)
        raise ZeroDivisionError

    def slow(connection):
        time.sleep(0.2)

    first = writer.submit(slow)
    futures = [writer.submit(lambda connection, n=n: store_pair(connection, n)) for n in range(3)]
    bad = writer.submit(fail)
    futures += [writer.submit(lambda connection, n=n: store_pair(connection, n)) for n in range(3, 6)]
    futures[2].cancel()
    assert first.result(30) is None
    assert isinstance(bad.exception(30), ZeroDivisionError)
    for number, future in enumerate(futures):
        if number != 2:
            assert future.result(30) is None
    writer.close()
    assert faults(database, {0, 1, 3, 4, 5}) == []
    with pytest.raises(SourceUnavailable, match="closing"):
        writer.write(slow)


def test_stamps_grow_in_a_group_though_the_clock_goes_back(database):
    with database.writing() as connection:
        add_collections(connection, "warnings")
    writer = Writer(database)
    clocks = [NOW_US, NOW_US - 7_200_000_000, NOW_US + 5, NOW_US - 1]
    futures = [
        writer.submit(lambda connection, n=n, us=us: store(connection, 1, [one(n)], now_us=us).added_us[0])
        for n, us in enumerate(clocks * 10)
    ]
    stamps = [future.result(30) for future in futures]
    writer.close()
    assert stamps == sorted(set(stamps))
