"""A node's store in a process of its own, written to by several threads until it is killed.

``writing.py URL ACKNOWLEDGED FIRST [SYNCHRONOUS] [STOP_AFTER]``: each act stores a pair of objects with a leaf each; when it
is durable the pair's number goes as one line to the file ACKNOWLEDGED.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy.engine import make_url

from stored import GREEN, NOW_US, id_of, one
from tocsin.store import database as database_module, labels, log
from tocsin.store.collections import add_collection, find_collection
from tocsin.store.database import Database
from tocsin.store.objects import put
from tocsin.store.upgrade import upgrade
from tocsin.store.writer import Writer
from tocsin.transparency.entry import Act, Entry

THREADS = 6


def store_pair(connection, number):
    """Store two objects and their leaves in one act."""
    label = labels.number_of(connection, GREEN)
    collection = find_collection(connection, "warnings").number
    pair = [one(2 * number + which, label=label, body=b'{"x":"%s"}' % (b"x" * 700)) for which in (0, 1)]
    done = put(connection, collection, pair, now_us=NOW_US, first_leaf=log.size(connection))
    log.append(
        connection,
        [
            log.Salted(
                number.to_bytes(32, "big"),
                Entry(Act.PUBLISH, "2026-11-01T00:00:00Z", "a", {"id": each.id, "place": place}),
            )
            for each, place in zip(pair, done.places, strict=True)
            if place is not None
        ],
    )


def main():
    url, acknowledged, first = make_url(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    if len(sys.argv) > 4:
        database_module._PRAGMAS = (
            *database_module._PRAGMAS, f"synchronous={sys.argv[4]}", "wal_autocheckpoint=60",
        )  # fmt: skip
    stop_after = int(sys.argv[5]) if len(sys.argv) > 5 else 1 << 40
    database = Database(url)
    upgrade(database)
    with database.writing() as connection:
        if find_collection(connection, "warnings") is None:
            add_collection(connection, id="c", alias="warnings", title="", description="", kind="warnings")
    told = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    writer = Writer(database)
    numbers = itertools.count(first)

    def write():
        while (number := next(numbers)) < first + stop_after:
            writer.write(lambda connection: store_pair(connection, number))
            os.write(told, b"%d\n" % number)

    threads = [threading.Thread(target=write) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    database.close()


def pair_ids(number):
    """The ids of a pair."""
    return id_of(2 * number), id_of(2 * number + 1)


if __name__ == "__main__":
    main()
