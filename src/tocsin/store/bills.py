"""Sites, the bills of materials that say what is there, and the releases that they list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from tocsin.inventory.component import Component
from tocsin.inventory.release import Listing, Release
from tocsin.store.bulk import ASKED_AT_ONCE, batches, insert_tuples
from tocsin.store.direct import among, is_sqlite, packed, run
from tocsin.store.schema import bill, holding, listing, release, release_key, site

if TYPE_CHECKING:
    from tocsin.inventory.key_range import Position

__all__ = [
    "Bill",
    "BillThere",
    "NewBill",
    "Site",
    "add_bills",
    "bills",
    "bills_listing",
    "bills_there",
    "keep_site",
    "listed",
    "listings",
    "number_of_bills",
    "places_of",
    "release_bodies",
    "sites",
    "times_held",
]


_encode = msgspec.json.Encoder().encode
_listing = msgspec.json.Decoder(Listing)
_DIGESTS: Final = [f"d{number}" for number in range(ASKED_AT_ONCE)]
_KNOWN: Final = (
    f"SELECT digest, number FROM release WHERE digest IN ({', '.join(f':{name}' for name in _DIGESTS)})"  # noqa: S608  names of ours
)
_THERE: Final = """
SELECT b.number, s.name, s.exposed, s.owner, b.name, b.subject, b.added_us
FROM bill AS b JOIN site AS s ON s.number = b.site
WHERE b.replaced_us IS NULL AND {those} ORDER BY b.number
"""
_PLACES: Final = """
SELECT h.release, s.name, b.name
FROM holding AS h JOIN bill AS b ON b.number = h.bill JOIN site AS s ON s.number = b.site
WHERE {those}
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A place where things run. ``exposed``: what is there can be reached from the internet."""

    number: int
    name: str
    exposed: bool
    owner: str


class NewBill(msgspec.Struct, frozen=True):
    """A bill as it is to be kept; ``subject`` is what it is a bill of, if that is among the releases that it lists."""

    name: str
    form: str
    sha256: bytes
    made: str
    components: int
    unread: bytes
    subject: int | None
    listing: Listing


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill as it is kept; ``replaced_us`` is None for what holds now."""

    number: int
    site: str
    name: str
    form: str
    sha256: bytes
    made: str
    added_us: int
    replaced_us: int | None
    components: int
    releases: int
    unread: bytes


@dataclass(frozen=True, slots=True)
class BillThere:
    """A bill that holds now, with its site and the number of the release that it is a bill of."""

    number: int
    site: str
    exposed: bool
    owner: str
    name: str
    subject: int | None
    added_us: int


def keep_site(connection: Connection, name: str, *, exposed: bool | None, owner: str | None) -> Site:
    """The site called ``name``, made if there is none; what is given of the rest replaces what was said before."""
    row = connection.execute(select(site).where(site.c.name == name)).one_or_none()
    if row is None:
        number = connection.execute(
            insert(site).values(name=name, exposed=bool(exposed), owner=owner or "").returning(site.c.number)
        ).scalar_one()
        return Site(number, name, bool(exposed), owner or "")
    kept = Site(
        row.number, name, row.exposed if exposed is None else exposed, row.owner if owner is None else owner
    )
    connection.execute(
        update(site).where(site.c.number == kept.number).values(exposed=kept.exposed, owner=kept.owner)
    )
    return kept


def sites(connection: Connection) -> list[Site]:
    """All sites, by name."""
    return [Site(*row) for row in connection.execute(select(site).order_by(site.c.name))]


def add_bills(
    connection: Connection,
    site: int,
    new: Sequence[NewBill],
    releases: Sequence[Release],
    numbers: Sequence[int] = (),
    *,
    keys_of: Callable[[Component], Iterable[Position]],
    now_us: int,
) -> tuple[list[int], list[int]]:
    """Keep bills as what is at ``site``, with the releases that they list.

    A bill speaks of a release by its place in ``numbers``, those of releases that are kept already, and after them in
    ``releases``. It takes the place of the one of the same name at the site, also of one before it in ``new``.
    ``keys_of`` is asked for the name keys of the releases that are new. Returns the numbers of the bills, and those of
    ``releases``; both hold once the transaction does.
    """
    fresh = _keep_releases(connection, releases, keys_of)
    number_of = [*numbers, *fresh]
    first = (connection.scalar(select(func.max(bill.c.number))) or 0) + 1
    last = {one.name: number for number, one in enumerate(new, first)}
    _replace(connection, site, list(last), now_us)
    rows, listings, held = [], [], []
    for number, one in enumerate(new, first):
        there = [number_of[at] for at in one.listing.releases]
        is_last = last[one.name] == number
        subject = None if one.subject is None else number_of[one.subject]
        rows.append(
            (number, site, one.name, one.form, one.sha256, one.made, now_us, None if is_last else now_us,
             one.components, len(there), subject, one.unread)
        )  # fmt: skip
        listings.append((number, _encode(Listing(there, one.listing.times, one.listing.places))))
        if is_last:
            held += [(release, number) for release in there]
    insert_tuples(connection, bill, rows)
    insert_tuples(connection, listing, listings)
    # In the order of the table each of its pages is come to once.
    held.sort(key=itemgetter(0))
    insert_tuples(connection, holding, held)
    return [row[0] for row in rows], fresh


def _replace(connection: Connection, site: int, names: Iterable[str], now_us: int) -> None:
    """Newer bills of these names come to ``site``: what those before them list is there by them no longer."""
    gone = f"DELETE FROM holding WHERE bill = :bill AND {among(connection, 'release', 'listed', 'integer')}"  # noqa: S608  names of ours
    for some in batches(names):
        before = (
            select(bill.c.number, listing.c.body)
            .join(listing, listing.c.bill == bill.c.number)
            .where(bill.c.site == site, bill.c.name.in_(some), bill.c.replaced_us.is_(None))
        )
        numbers = []
        for number, body in connection.execute(before).all():
            numbers.append(number)
            releases = _listing.decode(bytes(body)).releases
            run(connection, gone, {"bill": number, "listed": packed(connection, releases)})
        if numbers:
            connection.execute(update(bill).where(bill.c.number.in_(numbers)).values(replaced_us=now_us))


def _keep_releases(
    connection: Connection, releases: Sequence[Release], keys_of: Callable[[Component], Iterable[Position]]
) -> list[int]:
    """The numbers of the releases; those that are new are kept."""
    known = _known(connection, [one.digest for one in releases])
    fresh = [one for one in releases if one.digest not in known]
    first = (connection.scalar(select(func.max(release.c.number))) or 0) + 1
    known.update((one.digest, number) for number, one in enumerate(fresh, first))
    rows = []
    keys = []
    for number, one in enumerate(fresh, first):
        made = one.component
        rows.append((number, one.digest, made.identity.name, made.version, one.body))
        keys += [(key.key, number, key.scheme, key.position) for key in keys_of(made)]
    insert_tuples(connection, release, rows)
    insert_tuples(connection, release_key, keys)
    return [known[one.digest] for one in releases]


def _known(connection: Connection, digests: Iterable[bytes]) -> dict[bytes, int]:
    """The numbers of the releases that are kept already, by digest."""
    found: dict[bytes, int] = {}
    # Sorted, since neighbours are on one page.
    for some in batches(sorted(digests)):
        values = dict(zip_longest(_DIGESTS, some))
        found.update((bytes(row[0]), row[1]) for row in run(connection, _KNOWN, values))
    return found


def bills(connection: Connection, *, replaced: bool = False) -> list[Bill]:
    """The bills that hold now, by site and name; with ``replaced`` those before them too, the newest first."""
    query = (
        select(
            bill.c.number,
            site.c.name.label("site"),
            bill.c.name,
            bill.c.form,
            bill.c.sha256,
            bill.c.made,
            bill.c.added_us,
            bill.c.replaced_us,
            bill.c.components,
            bill.c.releases,
            bill.c.unread,
        )
        .join(site, site.c.number == bill.c.site)
        .order_by(site.c.name, bill.c.name, bill.c.number.desc())
    )
    if not replaced:
        query = query.where(bill.c.replaced_us.is_(None))
    return [Bill(*row) for row in connection.execute(query)]


def number_of_bills(connection: Connection) -> int:
    """How many bills hold now."""
    (row,) = run(connection, "SELECT count(*) FROM bill WHERE replaced_us IS NULL")
    return int(row[0])


def bills_there(connection: Connection, numbers: Iterable[int] | None = None) -> list[BillThere]:
    """The bills that hold now; all, or those with these numbers."""
    those = "1 = 1" if numbers is None else among(connection, "b.number", "wanted", "integer")
    values = {} if numbers is None else {"wanted": packed(connection, numbers)}
    rows = run(connection, _THERE.format(those=those), values)
    return [BillThere(row[0], row[1], bool(row[2]), row[3], row[4], row[5], row[6]) for row in rows]


def bills_listing(connection: Connection, releases: Iterable[int] | None = None) -> dict[int, list[int]]:
    """The numbers of the bills that hold now and list each release; of all that any lists, or of these."""
    those = "1 = 1" if releases is None else among(connection, "release", "wanted", "integer")
    values = {} if releases is None else {"wanted": packed(connection, releases)}
    # A row for each of five million holdings costs three times what one for each release does.
    gathered = "json_group_array(bill)" if is_sqlite(connection) else "array_agg(bill)"
    text = f"SELECT release, {gathered} FROM holding WHERE {those} GROUP BY release"  # noqa: S608  names of ours
    found: dict[int, Any] = {row[0]: row[1] for row in run(connection, text, values)}
    if is_sqlite(connection):
        decode = msgspec.json.Decoder(list[int]).decode
        return {release: decode(numbers) for release, numbers in found.items()}
    return found


def listed(connection: Connection, number: int) -> Listing:
    """What one bill lists; nothing if there is no such bill."""
    return listings(connection, [number]).get(number) or Listing([], [], [])


def listings(connection: Connection, numbers: Iterable[int]) -> dict[int, Listing]:
    """What each of some bills lists, by number."""
    text = f"SELECT bill, body FROM listing WHERE {among(connection, 'bill', 'wanted', 'integer')}"  # noqa: S608  names of ours
    rows = run(connection, text, {"wanted": packed(connection, numbers)})
    return {row[0]: _listing.decode(bytes(row[1])) for row in rows}


def release_bodies(connection: Connection, releases: Iterable[int] | None = None) -> dict[int, bytes]:
    """The kept forms of releases, by number; of all, or of these."""
    those = "1 = 1" if releases is None else among(connection, "number", "wanted", "integer")
    values = {} if releases is None else {"wanted": packed(connection, releases)}
    rows = run(connection, f"SELECT number, body FROM release WHERE {those}", values)  # noqa: S608  names of ours
    return {row[0]: bytes(row[1]) for row in rows}


def times_held(connection: Connection, releases: Iterable[int] | None = None) -> dict[int, int]:
    """At how many bills that hold now each release is; of all, or of these."""
    those = "1 = 1" if releases is None else among(connection, "release", "wanted", "integer")
    values = {} if releases is None else {"wanted": packed(connection, releases)}
    count = f"SELECT release, count(*) FROM holding WHERE {those} GROUP BY release"  # noqa: S608  names of ours
    return {row[0]: row[1] for row in run(connection, count, values)}


def places_of(connection: Connection, releases: Iterable[int]) -> list[tuple[int, str, str]]:
    """(release, site, bill) of each place where one of ``releases`` is now."""
    text = _PLACES.format(those=among(connection, "h.release", "wanted", "integer"))
    return [
        (row[0], row[1], row[2]) for row in run(connection, text, {"wanted": packed(connection, releases)})
    ]
