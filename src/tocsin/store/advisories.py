"""What feeds say of products, and which releases it may concern.

The store narrows: it finds claims that share a name with a release and whose range of versions may hold it. It
returns too many, never too few; :mod:`tocsin.inventory.judge` decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from tocsin.store.bulk import batches, insert_rows
from tocsin.store.direct import among, packed, run
from tocsin.store.schema import advisory, advisory_name, claim_key, feed, feed_kind, release_key

__all__ = [
    "ClaimKey",
    "Feed",
    "NewAdvisory",
    "advisories_named",
    "advisory_bodies",
    "claiming",
    "concerned",
    "covered",
    "feeds",
    "feeds_with",
    "keep_advisories",
    "keep_feed",
    "naming",
    "withdraw_unlisted",
]


@dataclass(frozen=True, slots=True)
class Feed:
    """Where advisories come from; ``dated`` is the day that the data says it is of ("" if it does not)."""

    name: str
    location: str
    dated: str
    read_us: int
    advisories: int
    unread: int


@dataclass(frozen=True, slots=True)
class ClaimKey:
    """A name that claim number ``claim`` of an advisory goes by, and one range of its versions.

    ``low`` and ``high`` are keys in the order of ``scheme``, ``high`` excluded; without a scheme it may be any version.
    """

    key: str
    claim: int
    span: int
    scheme: str = ""
    low: bytes | None = None
    high: bytes | None = None


@dataclass(frozen=True, slots=True)
class NewAdvisory:
    """An advisory as it is to be kept; ``names`` are its own and those of the vulnerabilities it speaks of."""

    id: str
    form: str
    digest: bytes
    body: bytes
    names: tuple[str, ...]
    keys: tuple[ClaimKey, ...]


_CONCERNED: Final = """
SELECT DISTINCT k.release, c.advisory
FROM claim_key AS c JOIN release_key AS k ON k.key = c.key
WHERE {those} AND (
  c.scheme = '' OR k.position IS NULL OR k.scheme <> c.scheme
  OR ((c.low IS NULL OR k.position >= c.low) AND (c.high IS NULL OR k.position < c.high))
)
"""


def keep_feed(connection: Connection, one: Feed, kinds: Iterable[str]) -> None:
    """Note when a feed was read, what came of it, and the kinds of products it speaks of."""
    values = {
        "location": one.location,
        "dated": one.dated,
        "read_us": one.read_us,
        "advisories": one.advisories,
        "unread": one.unread,
    }
    if connection.scalar(select(feed.c.name).where(feed.c.name == one.name)) is None:
        connection.execute(insert(feed).values(name=one.name, **values))
    else:
        connection.execute(feed.update().where(feed.c.name == one.name).values(**values))
    connection.execute(delete(feed_kind).where(feed_kind.c.feed == one.name))
    insert_rows(connection, feed_kind, [{"feed": one.name, "kind": kind} for kind in sorted(set(kinds))])


def feeds(connection: Connection) -> list[Feed]:
    """All feeds that were read, by name."""
    return [Feed(*row) for row in connection.execute(select(feed).order_by(feed.c.name))]


def keep_advisories(
    connection: Connection, feed_name: str, new: Sequence[NewAdvisory], *, now_us: int
) -> list[int]:
    """Keep advisories of a feed; one of the same form and id is replaced. Returns the numbers of those that changed."""
    known = {
        (row.form, row.id): (row.number, bytes(row.digest))
        for some in batches(one.id for one in new)
        for row in connection.execute(
            select(advisory.c.form, advisory.c.id, advisory.c.number, advisory.c.digest).where(
                advisory.c.feed == feed_name, advisory.c.id.in_(some)
            )
        )
    }
    changed = {
        (one.form, one.id): one for one in new if known.get((one.form, one.id), (0, b""))[1] != one.digest
    }
    _forget(connection, [known[name][0] for name in changed if name in known])
    first = (connection.scalar(select(func.max(advisory.c.number))) or 0) + 1
    numbered = dict(enumerate(changed.values(), first))
    insert_rows(
        connection,
        advisory,
        [
            {
                "number": number,
                "feed": feed_name,
                "id": one.id,
                "form": one.form,
                "digest": one.digest,
                "read_us": now_us,
                "body": one.body,
            }
            for number, one in numbered.items()
        ],
    )
    insert_rows(
        connection,
        advisory_name,
        [{"name": name, "advisory": number} for number, one in numbered.items() for name in set(one.names)],
    )
    insert_rows(
        connection,
        claim_key,
        [
            {
                "key": key.key,
                "advisory": number,
                "claim": key.claim,
                "span": key.span,
                "scheme": key.scheme,
                "low": key.low,
                "high": key.high,
            }
            for number, one in numbered.items()
            for key in one.keys
        ],
    )
    return list(numbered)


def withdraw_unlisted(connection: Connection, feed_name: str, listed: Iterable[tuple[str, str]]) -> int:
    """Forget what a feed, read whole, lists no longer: all but ``listed``, (form, id). Returns how many that were."""
    keep = set(listed)
    gone = [
        row.number
        for row in connection.execute(
            select(advisory.c.number, advisory.c.form, advisory.c.id).where(advisory.c.feed == feed_name)
        )
        if (row.form, row.id) not in keep
    ]
    _forget(connection, gone)
    return len(gone)


def _forget(connection: Connection, numbers: Sequence[int]) -> None:
    for some in batches(numbers):
        connection.execute(delete(claim_key).where(claim_key.c.advisory.in_(some)))
        connection.execute(delete(advisory_name).where(advisory_name.c.advisory.in_(some)))
        connection.execute(delete(advisory).where(advisory.c.number.in_(some)))


def advisories_named(connection: Connection, names: Iterable[str]) -> dict[str, list[int]]:
    """The numbers of the advisories that speak of each of ``names``: vulnerabilities, or advisories' own ids."""
    found: dict[str, list[int]] = {}
    for some in batches(names):
        for row in connection.execute(
            select(advisory_name.c.name, advisory_name.c.advisory)
            .where(advisory_name.c.name.in_(some))
            .order_by(advisory_name.c.name, advisory_name.c.advisory)
        ):
            found.setdefault(row.name, []).append(row.advisory)
    return found


def advisory_bodies(connection: Connection, numbers: Iterable[int]) -> list[tuple[str, int, bytes]]:
    """Of each advisory: its feed, when it was read (microseconds), and its kept form."""
    found: list[tuple[str, int, bytes]] = []
    for some in batches(numbers):
        rows = connection.execute(
            select(advisory.c.feed, advisory.c.read_us, advisory.c.body)
            .where(advisory.c.number.in_(some))
            .order_by(advisory.c.number)
        )
        found += [(row.feed, row.read_us, bytes(row.body)) for row in rows]
    return found


def covered(connection: Connection) -> set[str]:
    """The kinds of products that any feed speaks of."""
    return {row.kind for row in connection.execute(select(feed_kind.c.kind).distinct())}


def concerned(
    connection: Connection,
    *,
    advisories: Iterable[int] | None = None,
    releases: Iterable[int] | None = None,
) -> list[tuple[int, int]]:
    """(release, advisory) for each release that a claim of the advisory may call affected, fixed or not affected.

    Of these advisories, of these releases, or of all.
    """
    for column, wanted in (("c.advisory", advisories), ("k.release", releases)):
        if wanted is not None:
            text = _CONCERNED.format(those=among(connection, column, "wanted", "integer"))
            rows = run(connection, text, {"wanted": packed(connection, wanted)})
            return [(row[0], row[1]) for row in rows]
    return [(row[0], row[1]) for row in run(connection, _CONCERNED.format(those="1 = 1"))]


def claiming(connection: Connection, keys: Iterable[str]) -> list[int]:
    """The advisories that make a claim about what goes by one of ``keys``."""
    found: set[int] = set()
    for some in batches(set(keys)):
        found.update(
            connection.scalars(select(claim_key.c.advisory).where(claim_key.c.key.in_(some)).distinct())
        )
    return sorted(found)


def feeds_with(connection: Connection, form: str) -> set[str]:
    """The names of the feeds that hold an advisory of ``form``."""
    return set(connection.scalars(select(advisory.c.feed).where(advisory.c.form == form).distinct()))


def naming(connection: Connection, keys: Iterable[str]) -> list[int]:
    """The releases that go by one of ``keys``."""
    found: set[int] = set()
    for some in batches(set(keys)):
        found.update(
            connection.scalars(select(release_key.c.release).where(release_key.c.key.in_(some)).distinct())
        )
    return sorted(found)
