"""The store on both databases: writing, paging and filtered reads, as it grows, beside what the bare driver does.

``bench_store.py [OBJECTS] [sqlite|postgresql]``; ``make bench`` runs it with a million.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from measure import FOLDER, machine

sys.path.insert(0, str(Path(__file__).parents[1]))

from postgres import start
from tocsin.model.tlp import Tlp
from tocsin.sharing.label import Label
from tocsin.sharing.policy import AudienceMeets, Const, Expr, visible
from tocsin.sharing.viewer import Viewer
from tocsin.store import labels, log
from tocsin.store.collections import add_collection
from tocsin.store.database import Database, database_url
from tocsin.store.objects import NewObject, Query, page, put
from tocsin.store.upgrade import upgrade
from tocsin.store.writer import Writer
from tocsin.transparency.entry import Act, Entry

_SMALL = 10_000
_BATCH = 100
_NOW_US = 1_800_000_000_000_000
_TYPES = ("indicator",) * 7 + ("malware", "attack-pattern", "relationship")
_RARE = AudienceMeets(frozenset({"organisation:rare"}))
_MEMBER = visible(Viewer("identity--m", "member", groups=frozenset({"sector:energy"})))
_OWN = visible(Viewer("identity--own", "own", person="ada", ceiling=Tlp.RED))
_READERS: dict[str, Expr] = {"all": Const(True), "own": _OWN, "member": _MEMBER, "1 of 10,000": _RARE}


def main() -> None:
    """Print the figures."""
    objects = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    engines = sys.argv[2:] or ["sqlite", "postgresql"]
    print(f"Store: {objects:,} objects of about 900 bytes, {machine()}")
    for engine in engines:
        with _database(engine) as database:
            _measure(engine, database, objects)


@contextlib.contextmanager
def _database(engine: str) -> Iterator[Database]:
    folder = FOLDER / "store"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with contextlib.ExitStack() as stack:
        url = database_url("", folder)
        if engine == "postgresql":
            server = stack.enter_context(start())
            url = database_url(server.new_database().render_as_string(hide_password=False), folder)
        database = Database(url)
        stack.callback(shutil.rmtree, folder)
        stack.callback(database.close)
        upgrade(database)
        yield database


def _measure(engine: str, database: Database, objects: int) -> None:
    bare = _bare(database)
    print(f"  {engine}: bare driver, one table, {_BATCH} a commit: {bare:,.0f} objects/s")
    made = _Made(database)
    small = min(_SMALL, objects)
    made.fill(small)
    first = _reads(database, made)
    rate = made.fill(objects)
    print(
        f"  {engine}: {_BATCH} a commit, with log leaves: {rate:,.0f} objects/s at the end, ratio {rate / bare:.2f}"
    )
    print(f"  {engine}: 32 threads, one object each: {made.singles():,.0f} objects/s")
    _print(engine, first, _reads(database, made), small, made.count)
    _print_walks(engine, database, made)


def _bare(database: Database) -> float:
    """Objects a second that the driver itself writes durably in batches, with their bodies alone."""
    body = b"x" * 900
    sqlite = database.is_sqlite
    with database.writing() as connection:
        connection.exec_driver_sql(
            f"CREATE TABLE bare (n BIGINT PRIMARY KEY, body {'BLOB' if sqlite else 'BYTEA'})"
        )
    began = time.perf_counter()
    for batch in range(50):
        rows = [(batch * _BATCH + number, body) for number in range(_BATCH)]
        with database.writing() as connection:
            if sqlite:
                connection.exec_driver_sql("INSERT INTO bare VALUES (?, ?)", rows)
            else:
                marks = ",".join(["(%s, %s)"] * _BATCH)
                connection.exec_driver_sql(
                    f"INSERT INTO bare VALUES {marks}", tuple(value for row in rows for value in row)
                )
    rate = 50 * _BATCH / (time.perf_counter() - began)
    with database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE bare")
    return rate


class _Made:
    """Objects from one seed, put as a POST of a hundred is: with a leaf of the log each."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.count = 0
        self.ids: list[str] = []
        self.chance = random.Random(20260301)
        with database.writing() as connection:
            self.collection = add_collection(
                connection, id="c", alias="warnings", title="", description="", kind="warnings"
            )
            self.labels = [
                labels.number_of(connection, Label(tlp, audience=frozenset(audience)))
                for tlp in (1, 1, 2)
                for audience in ([], ["sector:energy"], ["sector:water"], ["organisation:other"])
            ]
            self.rare = labels.number_of(connection, Label(2, audience=frozenset({"organisation:rare"})))
            clear = labels.number_of(connection, Label(0))
            self.identities = [f"identity--00000000-0000-4000-8000-{number:012d}" for number in range(50)]
            put(
                connection,
                self.collection,
                [self._object(id, "2026-01-01T00:00:00", clear, ()) for id in self.identities],
                now_us=_NOW_US,
            )

    def _object(self, id: str, version: str, label: int, references: tuple[str, ...]) -> NewObject:
        text = f'{{"id":"{id}","modified":"{version}Z","x":"{"x" * self.chance.randint(600, 1000)}"}}'
        kind = id.partition("--")[0]
        return NewObject(id, f"{version}Z", version, kind, "2.1", label, False, text.encode(), references)

    def new(self) -> NewObject:
        """The next object."""
        number = self.count
        self.count += 1
        chance = self.chance
        if number % 10_000 == 5_000:
            return self._object(f"indicator--{number:032x}", "2026-01-01T00:00:00", self.rare, ())
        label = chance.choice(self.labels)
        version = f"2026-{1 + number % 12:02d}-01T00:00:{number % 60:02d}.{number:09d}"
        if number % 10 == 9 and self.ids:
            id = self.ids[int(len(self.ids) * chance.random())]
            return self._object(id, version, label, (chance.choice(self.identities),))
        kind = chance.choice(_TYPES)
        references: tuple[str, ...] = (chance.choice(self.identities),)
        if kind == "relationship" and len(self.ids) > 1:
            references += tuple(self.ids[-1 - chance.randrange(min(len(self.ids), 1000))] for _ in range(2))
        id = f"{kind}--{chance.getrandbits(128):032x}"
        if kind != "relationship":
            self.ids.append(id)
        return self._object(id, version, label, references)

    def fill(self, objects: int) -> float:
        """Put objects until there are so many; objects a second over the last tenth."""
        rates: list[float] = []
        while self.count < objects:
            batch = [self.new() for _ in range(min(_BATCH, objects - self.count))]
            began = time.perf_counter()
            self.post(batch)
            rates.append(time.perf_counter() - began)
        last = rates[-max(1, len(rates) // 10) :]
        return _BATCH * len(last) / sum(last) if last else 0

    def post(self, batch: list[NewObject]) -> None:
        """One durable commit."""
        with self.database.writing() as connection:
            self.act(connection, batch)

    def act(self, connection: object, batch: list[NewObject]) -> None:
        """Put objects with their leaves."""
        first = log.size(connection)  # type: ignore[arg-type]
        done = put(connection, self.collection, batch, now_us=_NOW_US, first_leaf=first)  # type: ignore[arg-type]
        entries = [
            log.Salted(
                (place or 0).to_bytes(32, "big"),
                Entry(Act.PUBLISH, "2026-11-01T00:00:00Z", "bench", {"id": one.id, "version": one.version}),
            )
            for one, place in zip(batch, done.places, strict=True)
            if place is not None
        ]
        log.append(connection, entries)  # type: ignore[arg-type]

    def singles(self, each: int = 40) -> float:
        """Objects a second of 32 threads that each wait for theirs to be durable before the next."""
        writer = Writer(self.database)
        shares = [[self.new() for _ in range(each)] for _ in range(32)]

        def write(share: list[NewObject]) -> None:
            for one in share:
                writer.write(lambda connection, one=one: self.act(connection, [one]))

        threads = [threading.Thread(target=write, args=(share,)) for share in shares]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rate = 32 * each / (time.perf_counter() - began)
        writer.close()
        return rate


def _queries(made: _Made, chance: random.Random) -> dict[str, Callable[[], Query]]:
    def us() -> int:
        return _NOW_US + chance.randrange(made.count)

    return {
        "page": lambda: Query(added_after_us=us()),
        "type": lambda: Query(types=("malware",), added_after_us=us()),
        "id": lambda: Query(ids=(chance.choice(made.ids),)),
        "all versions": lambda: Query(versions=("all",), added_after_us=us()),
        "first": lambda: Query(versions=("first",), added_after_us=us()),
        "exact": lambda: Query(versions=(f"2026-01-01T00:00:{chance.randrange(60):02d}",)),
        "2.0": lambda: Query(spec_versions=("2.0",)),
    }


_Times = dict[tuple[str, str], list[float]]


def _reads(database: Database, made: _Made, runs: int = 150) -> _Times:
    """Milliseconds of filtered reads of 100 objects."""
    chance = random.Random(7)
    times: _Times = {}
    for reader, allowed in _READERS.items():
        for name, query in _queries(made, chance).items():
            held = times.setdefault((reader, name), [])
            for run in range(runs + 5):
                asked = query()
                began = time.perf_counter()
                with database.reading() as connection:
                    page(connection, made.collection, allowed, asked, 100)
                if run >= 5:
                    held.append((time.perf_counter() - began) * 1000)
    return times


def _print(engine: str, first: _Times, last: _Times, small: int, large: int) -> None:
    print(
        f"  {engine}: 100 objects, ms: p50 and p95 of {small:,} and of {large:,}, ratio of p95 (goals: 10 ms, 2)"
    )
    for (reader, name), held in last.items():
        was = first[reader, name]
        ratio = _p95(held) / _p95(was)
        print(
            f"    {reader:12} {name:13} {statistics.median(was):6.2f} {_p95(was):6.2f}   "
            f"{statistics.median(held):6.2f} {_p95(held):6.2f}   {ratio:5.2f}"
        )


def _p95(held: list[float]) -> float:
    return sorted(held)[int(len(held) * 0.95)]


def _print_walks(engine: str, database: Database, made: _Made) -> None:
    for reader, allowed in _READERS.items():
        times, count, after = [], 0, None
        while len(times) < 200:
            began = time.perf_counter()
            with database.reading() as connection:
                found = page(connection, made.collection, allowed, Query(after=after), 1_000)
            times.append((time.perf_counter() - began) * 1000)
            count += len(found)
            if len(found) < 1_000:
                break
            after = found[-1].place
        print(
            f"  {engine}: paging by 1,000, {reader}: {count / sum(times) * 1000:,.0f} objects/s, "
            f"page p95 {_p95(times):.1f} ms"
        )


if __name__ == "__main__":
    main()
