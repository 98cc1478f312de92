"""What the tests of the store put into it."""

from __future__ import annotations

from types import SimpleNamespace

from tocsin.model.tlp import Tlp
from tocsin.sharing.label import Label
from tocsin.sharing.policy import Const, visible
from tocsin.sharing.viewer import Viewer
from tocsin.store import labels, log
from tocsin.store.bills import bills_listing, bills_there, listings
from tocsin.store.collections import add_collection
from tocsin.store.objects import NewObject, put
from tocsin.transparency.entry import Act, Entry

__all__ = [
    "ALL",
    "GREEN",
    "MEMBER",
    "NOW_US",
    "OWN",
    "add_collections",
    "holdings",
    "id_of",
    "one",
    "salted",
    "store",
]

NOW_US = 1_800_000_000_000_000
ALL = Const(True)
GREEN = Label(Tlp.GREEN)
MEMBER = visible(Viewer("identity--m", "member", groups=frozenset({"sector:energy"})))
OWN = visible(Viewer("identity--own", "own", person="ada", ceiling=Tlp.RED))


def id_of(number: int, type: str = "indicator") -> str:
    return f"{type}--00000000-0000-4000-8000-{number:012d}"


def one(
    number=0,
    version="2026-01-01T00:00:00",
    *,
    type="indicator",
    label=1,
    refs=(),
    body=None,
    spec="2.1",
    revoked=False,
):
    """One version; ``label`` is the number of its label."""
    id = number if isinstance(number, str) else id_of(number, type)
    body = body if body is not None else f'{{"id":"{id}","modified":"{version}Z"}}'.encode()
    return NewObject(
        id, f"{version}Z", version, id.partition("--")[0], spec, label, revoked, body, tuple(refs)
    )


def add_collections(connection, *aliases):
    """Make collections; return their numbers."""
    return [
        add_collection(connection, id=f"c-{alias}", alias=alias, title=alias, description="", kind="warnings")
        for alias in aliases
    ]


def store(connection, collection, objects, *, label=GREEN, now_us=NOW_US):
    """Put objects, all with one label where theirs is 1."""
    number = labels.number_of(connection, label)
    made = [
        NewObject(o.id, o.version, o.version_key, o.type, o.spec_version, number if o.label == 1 else o.label,
                  o.revoked, o.body, o.references)
        for o in objects
    ]  # fmt: skip
    return put(connection, collection, made, now_us=now_us)


def salted(number: int) -> log.Salted:
    """An entry of the log."""
    entry = Entry(Act.PUBLISH, "2026-11-01T00:00:00Z", "ada", {"number": number})
    return log.Salted(number.to_bytes(32, "big"), entry)


def holdings(connection, releases=None):
    """Where releases are now, bill by bill: of all, or of these."""
    there = {one.number: one for one in bills_there(connection)}
    lists = listings(connection, there)
    found = []
    for release, numbers in bills_listing(connection, releases).items():
        for number in sorted(numbers):
            bill, listing = there[number], lists[number]
            at = listing.releases.index(release)
            found.append(
                SimpleNamespace(
                    release=release,
                    site=bill.site,
                    bill=bill.name,
                    subject=bill.subject,
                    times=listing.times[at],
                    place=listing.places[at],
                )
            )
    return found
