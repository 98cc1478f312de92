"""Whoever pages while others write is given, in the end, all that was acknowledged and that it may see."""

from __future__ import annotations

import random
import threading

import pytest

from crash.killing import acknowledged, start_writing
from crash.writing import pair_ids
from stored import ALL, GREEN, MEMBER, NOW_US, add_collections, one, store
from strategies import examples
from tocsin.model.tlp import Tlp
from tocsin.sharing.label import Label
from tocsin.sharing.policy import holds
from tocsin.store.database import Database
from tocsin.store.objects import Query, page
from tocsin.store.writer import Writer

LABELS = (GREEN, Label(Tlp.RED), Label(Tlp.GREEN, audience=frozenset({"sector:energy"})))
WRITERS, ACTS = 4, 12


class Pager(threading.Thread):
    """One who pages on from what it was given last, by place or by stamp, until nothing more is written."""

    def __init__(self, database, allowed, chance, *, by_stamp, ended):
        super().__init__()
        self.database, self.allowed, self.by_stamp, self.ended = database, allowed, by_stamp, ended
        self.limit = chance.choice([1, 3, 50])
        self.given = []
        self.fault = None

    def run(self):
        try:
            self.page()
        except Exception as error:  # noqa: BLE001  the test says it
            self.fault = error

    def page(self):
        last = None
        while True:
            over = self.ended.is_set()
            key = last and ({"added_after_us": last.added_us} if self.by_stamp else {"after": last.place})
            with self.database.reading() as connection:
                found = page(connection, 1, self.allowed, Query(versions=("all",), **(key or {})), self.limit)
            self.given += [each.id for each in found]
            if found:
                last = found[-1]
            elif over:
                return


def write(write_act, chance, first, told):
    """Some acts of one to three objects each; what was acknowledged goes to ``told`` with its label."""
    for number in range(first, first + ACTS):
        label = chance.choice(LABELS)
        batch = [one(number * 10 + part) for part in range(chance.randint(1, 3))]
        us = NOW_US + chance.randint(-5_000, 5_000)
        write_act(
            lambda connection, batch=batch, label=label, us=us: store(
                connection, 1, batch, label=label, now_us=us
            )
        )
        told.extend((each.id, label) for each in batch)


@pytest.mark.parametrize("seed", range(examples(3)))
def test_every_acknowledged_object_is_delivered_to_whoever_may_see_it(database, seed):
    with database.writing() as connection:
        add_collections(connection, "warnings")
    other = Database(database.url)
    writer = Writer(database)

    def at_once(act):
        with other.writing() as connection:
            act(connection)

    told, ended, faults = [], threading.Event(), []

    def safely(*what):
        try:
            write(*what)
        except Exception as error:  # noqa: BLE001  the test says it
            faults.append(error)

    pagers = [
        Pager(held, allowed, random.Random(seed + number), by_stamp=by_stamp, ended=ended)
        for number, (held, allowed, by_stamp) in enumerate(
            [(database, ALL, False), (other, MEMBER, False), (database, MEMBER, True), (other, ALL, True)]
        )
    ]
    # The first two write as a serving node does, the others as a command beside it.
    writers = [
        threading.Thread(target=safely, args=(act, random.Random(seed * 10 + number), number * 1_000, told))
        for number, act in enumerate([writer.write, writer.write, at_once, at_once])
    ]
    for thread in (*pagers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    ended.set()
    for pager in pagers:
        pager.join()
    writer.close()
    other.close()
    assert faults == []
    for pager in pagers:
        assert pager.fault is None
        expected = {id for id, label in told if holds(pager.allowed, label)}
        assert set(pager.given) == expected
        assert len(pager.given) == len(expected)


def test_what_another_process_acknowledges_is_delivered(url, tmp_path):
    told = tmp_path / "acknowledged"
    process = start_writing(url, told, 0, "FULL", 60)
    database = Database(url)
    ended = threading.Event()
    pager = Pager(database, ALL, random.Random(1), by_stamp=False, ended=ended)
    pager.start()
    said = process.communicate(timeout=120)[1]
    ended.set()
    pager.join()
    database.close()
    assert process.returncode == 0, said
    assert pager.fault is None
    assert set(pager.given) == {id for number in acknowledged(told) for id in pair_ids(number)}
