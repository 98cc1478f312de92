"""The inventory of many: 10,000 bills of 500 components, 100,000 ranges of versions, on one node's SQLite.

``bench_inventory.py [BILLS] [RANGES]``; ``make bench`` runs it whole. Names are synthetic, how often each is used follows
Zipf's law (0.9 over 40,000 packages), versions are drawn from the 6 that each package has on average. The questions are those that
verbs ask, without drawing the answer.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np
from measure import FOLDER, machine

from tocsin.inventory.advisory import Advisory, Form
from tocsin.inventory.bom.read import read_bom
from tocsin.inventory.claim import Claim, Span, Status, Versions
from tocsin.inventory.component import BillOfMaterials, Component, Kind
from tocsin.inventory.identity import Identity
from tocsin.service.exchange.init import init_node
from tocsin.service.exchange.node import Node, Surroundings, open_node
from tocsin.service.inventory.add import keep_bills
from tocsin.service.inventory.reading import ReadBill

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Component).decode
_PACKAGES = 40_000
_COMPONENTS = 500
_TYPES = ("pypi", "npm", "maven", "deb", "golang")
_QUESTIONS = 200


def main() -> None:
    """Print the figures."""
    bills = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    ranges = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    chance = random.Random(1)
    print(f"Inventory: {bills:,} bills of {_COMPONENTS} components, {ranges:,} ranges, {machine()}")
    releases = _releases(chance)
    with_node(bills, ranges, releases, chance)


def with_node(bills: int, ranges: int, releases: list[list[Component]], chance: random.Random) -> None:
    """Fill a node and ask it."""
    node = _node()
    _read(releases)
    _load(node, bills, releases)
    _advise(node, ranges, releases, chance)
    _ask(node, releases, chance)
    _add_large(node)
    node.close()


def _releases(chance: random.Random) -> list[list[Component]]:
    """The releases of each package."""
    made = []
    for number in range(_PACKAGES):
        kind = _TYPES[number % len(_TYPES)]
        name = f"package-{number}"
        space = {"maven": "org.example/", "deb": "debian/", "golang": "example.org/"}.get(kind, "")
        versions = {
            f"{chance.randint(0, 5)}.{chance.randint(0, 12)}.{chance.randint(0, 9)}"
            for _ in range(chance.randint(1, 11))
        }
        made.append(
            [
                Component(
                    Identity(
                        name=name,
                        purls=(f"pkg:{kind}/{space}{name}@{'v' if kind == 'golang' else ''}{version}",),
                    ),
                    f"v{version}" if kind == "golang" else version,
                    Kind.LIBRARY,
                    "$.components[0]",
                )
                for version in sorted(versions)
            ]
        )
    return made


def _node() -> Node:
    folder = FOLDER / "inventory"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    around = Surroundings(lambda: time.time_ns() // 1000, os.urandom)
    init_node(folder / "node", around, name="Estate", sector_names=["water"]).close()
    return open_node(folder / "node", around)


def _bills(count: int, releases: list[list[Component]]) -> Iterator[ReadBill]:
    rng = np.random.default_rng(1)
    weights = 1 / np.arange(1, _PACKAGES + 1) ** 0.9
    order = rng.permutation(_PACKAGES)
    for number in range(count):
        drawn = np.unique(rng.choice(_PACKAGES, size=_COMPONENTS * 2, p=weights / weights.sum()))
        rng.shuffle(drawn)
        chosen = [releases[order[at]] for at in drawn[:_COMPONENTS]]
        same = [several[number * 7 % len(several)] for several in chosen]
        # A reader makes each component anew: none is the same object in two bills, and no text's hash is known.
        components = tuple(map(_decode, map(_encode, same)))
        yield ReadBill(f"bill-{number}.json", b"", BillOfMaterials("cyclonedx", "1.6", components))


def _read(releases: list[list[Component]]) -> None:
    """What comes before loading where a person adds documents: that they are read."""
    documents = [_cyclonedx(read.bill.components) for read in _bills(200, releases)]
    worked = time.process_time()
    total = sum(len(read_bom(data, "bill.cdx.json").components) for data in documents)
    print(f"  reading bills of 500 as CycloneDX: {total / (time.process_time() - worked):,.0f}/s of CPU")


def _cyclonedx(components: tuple[Component, ...]) -> bytes:
    listed = [
        {
            "type": "library",
            "bom-ref": f"c{at}",
            "name": one.identity.name,
            "version": one.version,
            "purl": one.identity.purls[0],
        }
        for at, one in enumerate(components)
    ]
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": listed}).encode()


def _load(node: Node, count: int, releases: list[list[Component]]) -> None:
    bills = _bills(count, releases)
    total, wall, cpu = 0, 0.0, 0.0
    for number in range(0, count, 1_000):
        some = list(islice(bills, 1_000))
        total += sum(len(one.bill.components) for one in some)
        began, worked = time.perf_counter(), time.process_time()
        list(keep_bills(node, some, site=f"site-{number // 1_000}", exposed=None, owner=None))
        wall += time.perf_counter() - began
        cpu += time.process_time() - worked
    print(
        f"  loading {total:,} components that are read: {total / wall:,.0f}/s, {total / cpu:,.0f}/s of CPU, "
        f"{wall:.1f} s ({cpu:.1f} of CPU; goal 200,000/s)"
    )


def _advise(node: Node, count: int, releases: list[list[Component]], chance: random.Random) -> None:
    from tocsin.service.inventory.feed_list import FeedState
    from tocsin.service.inventory.taking import Taken, Taking

    taking = Taking(node, Taken("osv"), None, FeedState())
    began = time.perf_counter()
    for number in range(count):
        several = chance.choice(releases)
        low, high = sorted(chance.sample(range(60), 2))
        component = several[0]
        purl = component.identity.purls[0].partition("@")[0]
        kind = purl.partition(":")[2].partition("/")[0]
        mark = "v" if kind == "golang" else ""
        span = Span(f"{mark}{low // 10}.{low % 10}.0", f"{mark}{high // 10}.{high % 10}.0", fixed=True)
        claim = Claim(
            f"CVE-2026-{number}", Status.AFFECTED, Identity(name=component.identity.name, purls=(purl,)),
            Versions(kind, (span,)), "a range", "$",
        )  # fmt: skip
        taking.add(
            Advisory(f"OSV-{number}", Form.OSV, "bench", modified="2026-11-26T00:00:00Z", claims=(claim,))
        )
    taking.end(lists_all=True)
    wall = time.perf_counter() - began
    print(f"  keeping {count:,} advisories: {count / wall:,.0f}/s")


def _ask(node: Node, releases: list[list[Component]], chance: random.Random) -> None:
    from tocsin.service.inventory.check import Files
    from tocsin.service.inventory.check_node import affected, check_named, check_node
    from tocsin.service.inventory.news import news_for

    with node.reading() as connection:
        numbers = connection.exec_driver_sql("SELECT number FROM advisory").scalars().all()
        names = connection.exec_driver_sql(
            "SELECT DISTINCT n.name FROM advisory_name AS n JOIN claim_key AS c ON c.advisory = n.advisory "
            "JOIN release_key AS k ON k.key = c.key WHERE n.name LIKE 'CVE-%' ORDER BY n.name"
        )
        concerning = names.scalars().all()
    _times(
        "`affected CVE`, of those that name something here",
        [lambda one=one: affected(node, one, None) for one in chance.sample(list(concerning), _QUESTIONS)],
    )
    _times(
        "one advisory that arrives -> what it affects",
        [lambda one=one: news_for(node, [one]) for one in chance.sample(list(numbers), _QUESTIONS)],
    )
    bills = list(islice(_bills(_QUESTIONS, releases), _QUESTIONS))
    folder = FOLDER / "bills"
    folder.mkdir(exist_ok=True)
    for one in bills:
        (folder / one.name).write_bytes(_cyclonedx(one.bill.components))
    _times(
        "`check FILE --inventory` of 500 components -> all advisories",
        [lambda one=one: check_named(node, Files((str(folder / one.name),), ()), None) for one in bills],
    )
    for which in ("for the first time", "again", "and again"):
        began, worked = time.perf_counter(), time.process_time()
        found = check_node(node, (), None).exposures
        print(
            f"  `check --inventory` {which}: {time.perf_counter() - began:.1f} s ({time.process_time() - worked:.1f} of CPU), "
            f"{len(found.cases):,} answers at {len(found):,} places (goal 2 s), {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10:,} MiB at the most"
        )


def _times(what: str, asked: list[Callable[[], object]]) -> None:
    took = []
    for one in asked:
        began = time.perf_counter()
        one()
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    p95 = took[min(len(took) - 1, int(len(took) * 0.95))]
    print(f"  {what}: median {statistics.median(took):.2f} ms, p95 {p95:.2f}, worst {took[-1]:.2f}")


def _add_large(node: Node) -> None:
    components = [
        {"type": "library", "bom-ref": f"c{n}", "name": f"fresh-{n}", "version": f"1.{n % 40}.0", "purl": f"pkg:npm/fresh-{n}@1.{n % 40}.0"}
        for n in range(20_000)
    ]  # fmt: skip
    data = json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components}).encode()
    began, worked = time.perf_counter(), time.process_time()
    bill = read_bom(data, "large.cdx.json")
    read = time.perf_counter() - began
    list(keep_bills(node, [ReadBill("large.cdx.json", b"", bill)], site="large", exposed=None, owner=None))
    print(
        f"  adding a bill of 20,000 new components: {time.perf_counter() - began:.2f} s, of that {read:.2f} reading "
        f"({time.process_time() - worked:.2f} of CPU; goal 1)"
    )


if __name__ == "__main__":
    Path(FOLDER).mkdir(parents=True, exist_ok=True)
    main()
