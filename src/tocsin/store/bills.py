"""Sites, the bills of materials that say what is there, and the releases that they list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from tocsin.store.bulk import batches, insert_rows
from tocsin.store.schema import bill, holding, release, release_key, site

__all__ = [
    "Bill",
    "Holding",
    "NewBill",
    "NewRelease",
    "Site",
    "add_bill",
    "bills",
    "holdings",
    "keep_site",
    "listed",
    "release_bodies",
    "sites",
]


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

    ``keys`` gives (name key, scheme, position of its version or None); it is asked only where the release is new.
    """

    digest: bytes
    name: str
    version: str
    body: bytes
    keys: Callable[[], Sequence[tuple[str, str, bytes | None]]]
    times: int
    place: str


@dataclass(frozen=True, slots=True)
class NewBill:
    """A bill as it is to be kept; ``subject`` is the digest of what it is a bill of, if that is among its releases."""

    name: str
    form: str
    sha256: bytes
    made: str
    components: int
    unread: bytes
    subject: bytes | None


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


def add_bill(
    connection: Connection, at: Site, new: NewBill, releases: Sequence[NewRelease], *, now_us: int
) -> int:
    """Keep a bill with the releases that it lists; one of the same name at the site is replaced. Returns its number."""
    connection.execute(
        update(bill)
        .where(bill.c.site == at.number, bill.c.name == new.name, bill.c.replaced_us.is_(None))
        .values(replaced_us=now_us)
    )
    numbers = _keep_releases(connection, releases)
    number: int = connection.execute(
        insert(bill)
        .values(
            site=at.number,
            name=new.name,
            form=new.form,
            sha256=new.sha256,
            made=new.made,
            added_us=now_us,
            components=new.components,
            subject=numbers.get(new.subject) if new.subject else None,
            unread=new.unread,
        )
        .returning(bill.c.number)
    ).scalar_one()
    insert_rows(
        connection,
        holding,
        [
            {"bill": number, "release": numbers[one.digest], "times": one.times, "place": one.place}
            for one in releases
        ],
    )
    return number


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
    for number, one in enumerate(fresh, first):
        known[one.digest] = number
    insert_rows(
        connection,
        release,
        [
            {
                "number": known[one.digest],
                "digest": one.digest,
                "name": one.name,
                "version": one.version,
                "body": one.body,
            }
            for one in fresh
        ],
    )
    insert_rows(
        connection,
        release_key,
        [
            {"key": key, "release": known[one.digest], "scheme": scheme, "position": position}
            for one in fresh
            for key, scheme, position in one.keys()
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
