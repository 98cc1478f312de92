"""Sites, the bills of materials that say what is there, and the releases that they list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, func, insert, select, update

from tocsin.store.bulk import batches, insert_rows, insert_tuples
from tocsin.store.direct import among, packed, run
from tocsin.store.schema import bill, holding, release, release_key, site

__all__ = [
    "Bill",
    "Holding",
    "NewBill",
    "NewRelease",
    "Site",
    "add_bills",
    "bills",
    "holdings",
    "keep_site",
    "listed",
    "places_of",
    "release_bodies",
    "sites",
    "times_held",
]


_PLACES: Final = """
SELECT h.release, s.name, b.name
FROM holding AS h JOIN bill AS b ON b.number = h.bill JOIN site AS s ON s.number = b.site
WHERE {those} AND b.replaced_us IS NULL
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A place where things run. ``exposed``: what is there can be reached from the internet."""

    number: int
    name: str
    exposed: bool
    owner: str


@dataclass(frozen=True, slots=True)
class NewRelease:
    """A release as it is to be kept.

    ``make_keys`` gives (name key, scheme, position of its version or None); it is asked only where the release is new.
    """

    digest: bytes
    name: str
    version: str
    body: bytes
    make_keys: Callable[[], Sequence[tuple[str, str, bytes | None]]]


@dataclass(frozen=True, slots=True)
class NewBill:
    """A bill as it is to be kept: of ``site``, the number of one.

    ``listed`` are (digest of a release, how often, where first), each release once; ``subject`` is the digest of
    what it is a bill of, if that is among its releases.
    """

    site: int
    name: str
    form: str
    sha256: bytes
    made: str
    components: int
    unread: bytes
    subject: bytes | None
    listed: Sequence[tuple[bytes, int, str]]


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
class Holding:
    """That a release is at a site, by which bill, and where that lists it first."""

    release: int
    site: str
    exposed: bool
    owner: str
    bill: str
    subject: int | None
    times: int
    place: str
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
    new: Sequence[NewBill],
    releases: Mapping[bytes, NewRelease],
    numbers: Mapping[bytes, int] = MappingProxyType({}),
    *,
    now_us: int,
) -> tuple[list[int], Mapping[bytes, int]]:
    """Keep bills with the releases that they list: of each its number by digest, or itself in ``releases``.

    A bill takes the place of the one of the same name at its site, also of one before it in ``new``. Returns the
    numbers of the bills, and those of the releases by digest; both hold once the transaction does.
    """
    numbers = {**numbers, **_keep_releases(connection, list(releases.values()))}
    first = (connection.scalar(select(func.max(bill.c.number))) or 0) + 1
    last: dict[tuple[int, str], int] = {}
    for number, one in enumerate(new, first):
        connection.execute(
            update(bill)
            .where(bill.c.site == one.site, bill.c.name == one.name, bill.c.replaced_us.is_(None))
            .values(replaced_us=now_us)
        )
        last[one.site, one.name] = number
    insert_rows(
        connection,
        bill,
        [
            {
                "number": number,
                "site": one.site,
                "name": one.name,
                "form": one.form,
                "sha256": one.sha256,
                "made": one.made,
                "added_us": now_us,
                "replaced_us": None if last[one.site, one.name] == number else now_us,
                "components": one.components,
                "subject": numbers.get(one.subject) if one.subject else None,
                "unread": one.unread,
            }
            for number, one in enumerate(new, first)
        ],
    )
    insert_tuples(
        connection,
        holding,
        [
            (number, numbers[digest], times, place)
            for number, one in enumerate(new, first)
            for digest, times, place in one.listed
        ],
    )
    return list(range(first, first + len(new))), numbers


def _keep_releases(connection: Connection, releases: Sequence[NewRelease]) -> dict[bytes, int]:
    """The numbers of the releases by digest; those that are new are kept."""
    known: dict[bytes, int] = {}
    for some in batches(one.digest for one in releases):
        rows = connection.execute(
            select(release.c.digest, release.c.number).where(release.c.digest.in_(some))
        )
        known.update((bytes(row.digest), row.number) for row in rows)
    fresh = [one for one in releases if one.digest not in known]
    first = (connection.scalar(select(func.max(release.c.number))) or 0) + 1
    known.update((one.digest, number) for number, one in enumerate(fresh, first))
    insert_tuples(
        connection,
        release,
        [(known[one.digest], one.digest, one.name, one.version, one.body) for one in fresh],
    )
    insert_tuples(
        connection,
        release_key,
        [
            (key, known[one.digest], scheme, position)
            for one in fresh
            for key, scheme, position in one.make_keys()
        ],
    )
    return known


def bills(connection: Connection, *, replaced: bool = False) -> list[Bill]:
    """The bills that hold now, by site and name; with ``replaced`` those before them too, the newest first."""
    counted = (
        select(func.count()).select_from(holding).where(holding.c.bill == bill.c.number).scalar_subquery()
    )
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
            counted.label("releases"),
            bill.c.unread,
        )
        .join(site, site.c.number == bill.c.site)
        .order_by(site.c.name, bill.c.name, bill.c.number.desc())
    )
    if not replaced:
        query = query.where(bill.c.replaced_us.is_(None))
    return [Bill(*row) for row in connection.execute(query)]


def listed(connection: Connection, number: int) -> list[tuple[int, int, str]]:
    """What one bill lists: release, how often, where first."""
    rows = connection.execute(
        select(holding.c.release, holding.c.times, holding.c.place).where(holding.c.bill == number)
    )
    return [(row.release, row.times, row.place) for row in rows]


def holdings(connection: Connection, releases: Iterable[int] | None = None) -> list[Holding]:
    """Where releases are now; of all, or of these."""
    query = (
        select(
            holding.c.release,
            site.c.name,
            site.c.exposed,
            site.c.owner,
            bill.c.name,
            bill.c.subject,
            holding.c.times,
            holding.c.place,
            bill.c.added_us,
        )
        .join(bill, bill.c.number == holding.c.bill)
        .join(site, site.c.number == bill.c.site)
        .where(bill.c.replaced_us.is_(None))
    )
    if releases is None:
        return [Holding(*row) for row in connection.execute(query)]
    found: list[Holding] = []
    for some in batches(releases):
        found += [Holding(*row) for row in connection.execute(query.where(holding.c.release.in_(some)))]
    return found


def release_bodies(connection: Connection, releases: Iterable[int]) -> dict[int, bytes]:
    """The kept forms of releases, by number."""
    found: dict[int, bytes] = {}
    for some in batches(releases):
        rows = connection.execute(select(release.c.number, release.c.body).where(release.c.number.in_(some)))
        found.update((row.number, bytes(row.body)) for row in rows)
    return found


def times_held(connection: Connection, releases: Iterable[int] | None = None) -> dict[int, int]:
    """At how many bills that hold now each release is; of all, or of these."""
    those = "1 = 1" if releases is None else among(connection, "release", "wanted", "integer")
    values = {} if releases is None else {"wanted": packed(connection, releases)}
    count = f"SELECT release, count(*) FROM holding WHERE {those}"  # noqa: S608  names of ours
    # Of the few bills that were replaced what they hold is taken off, which is less than to ask of each.
    gone = "bill IN (SELECT number FROM bill WHERE replaced_us IS NOT NULL)"
    found = {row[0]: row[1] for row in run(connection, f"{count} GROUP BY release", values)}
    for row in run(connection, f"{count} AND {gone} GROUP BY release", values):
        found[row[0]] -= row[1]
    return {release: times for release, times in found.items() if times}


def places_of(connection: Connection, releases: Iterable[int]) -> list[tuple[int, str, str]]:
    """(release, site, bill) of each place where one of ``releases`` is now."""
    text = _PLACES.format(those=among(connection, "h.release", "wanted", "integer"))
    return [
        (row[0], row[1], row[2]) for row in run(connection, text, {"wanted": packed(connection, releases)})
    ]
