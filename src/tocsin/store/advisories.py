"""What feeds say of products, and which releases it may concern.

The store narrows: it finds claims that share a name with a release and whose range of versions may hold it. It
returns too many, never too few; :mod:`tocsin.inventory.judge` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from tocsin.store.address_labels import remove_packs
from tocsin.store.bulk import batches, insert_rows
from tocsin.store.direct import among, packed, run
from tocsin.store.earlier import Replaced, forget_earlier, keep_earlier, naming_held
from tocsin.store.headlines import Head, keep_heads
from tocsin.store.schema import (
    advisory,
    advisory_name,
    advisory_removed,
    claim_key,
    epss,
    feed,
    feed_kind,
    lifecycle,
)

__all__ = [
    "Anew",
    "ClaimKey",
    "Feed",
    "Kept",
    "NewAdvisory",
    "advisories_named",
    "advisory_bodies",
    "claiming",
    "claiming_of",
    "concerned",
    "covered",
    "feeds",
    "feeds_with",
    "forget_kinds",
    "keep_advisories",
    "keep_feed",
    "kinds_of_feed",
    "named",
    "names_of",
    "naming",
    "note_kinds",
    "number_of_advisories",
    "of_the_same",
    "package_kinds",
    "remove_advisories",
    "remove_feed",
    "unlisted_advisories",
    "withdraw",
]


@dataclass(frozen=True, slots=True)
class Feed:
    """Where advisories come from; ``dated`` is the day that the data says it is of ("" if it does not).

    ``advisories`` is how many of it are kept, ``cursor`` whatever its reader needs to go on from.
    """

    name: str
    location: str
    dated: str
    read_us: int
    advisories: int
    unread: int
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """An advisory that is new or other than before; ``was`` is the digest that it had, None if it is new.

    ``anew`` says that it is to be looked at: it is new, or says something else and not only in other words.
    """

    number: int
    form: str
    id: str
    was: bytes | None
    anew: bool


@dataclass(frozen=True, slots=True)
class ClaimKey:
    """A name of what an advisory speaks of, and range number ``span`` of the versions that concern it.

    ``low`` and ``high`` are keys in the order of ``scheme``, ``high`` excluded; without a scheme it may be any version.
    """

    key: str
    span: int
    scheme: str = ""
    low: bytes | None = None
    high: bytes | None = None


@dataclass(frozen=True, slots=True)
class NewAdvisory:
    """An advisory as it is to be kept; ``names`` are its own and those of the vulnerabilities it speaks of.

    ``versioned`` says that its earlier versions are kept whatever it is about, not only if it names something held.
    """

    id: str
    form: str
    digest: bytes
    body: bytes
    names: tuple[str, ...]
    keys: tuple[ClaimKey, ...]
    head: Head
    versioned: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """An advisory of which another version comes."""

    number: int
    digest: bytes
    read_us: int


@dataclass(frozen=True, slots=True)
class _Before:
    """What that one was: its place in its history, when it was marked as read, and what it said."""

    revision: str
    modified: str
    kept_us: int
    seen_us: int | None
    seen_by: str
    body: bytes


Anew = Callable[[bytes, bytes], bool]
"""Whether the second of two versions of an advisory is to be looked at anew."""

_KNOWN: Final = "SELECT form, id, number, digest, read_us FROM advisory WHERE feed = :feed AND {those}"

_BEFORE: Final = """
SELECT a.number, h.revision, h.modified, h.kept_us, h.seen_us, h.seen_by, a.body
FROM advisory AS a JOIN advisory_head AS h ON h.advisory = a.number WHERE {those}
"""

_REMOVED: Final = "SELECT form, id, revision, modified FROM advisory_removed WHERE feed = :feed AND {those}"

_CONCERNED: Final = """
SELECT DISTINCT k.release, c.advisory
FROM claim_key AS c JOIN release_key AS k ON k.key = c.key
WHERE {those} AND (
  c.scheme = '' OR k.position IS NULL OR k.scheme <> c.scheme
  OR ((c.low IS NULL OR k.position >= c.low) AND (c.high IS NULL OR k.position < c.high))
)
UNION
SELECT k.release, c.advisory
FROM alias_key AS a CROSS JOIN claim_key AS c CROSS JOIN release_key AS k
WHERE c.key = a.named AND k.key = a.held AND {those}
"""
# By another's name a version has no place in that one's order, so all versions are given. SQLite joins in the order in
# which CROSS JOIN names the tables: there are few aliases, and it does not know that.

_BY_ALIAS: Final = """
SELECT DISTINCT k.release, c.advisory
FROM alias_key AS a CROSS JOIN claim_key AS c CROSS JOIN release_key AS k
WHERE c.key = a.named AND k.key = a.held
"""

_NAMED: Final = (
    """
SELECT DISTINCT k.release, c.advisory FROM claim_key AS c JOIN release_key AS k ON k.key = c.key
UNION
"""
    + _BY_ALIAS
)

_NAMING: Final = """
SELECT release FROM release_key WHERE {those}
UNION
SELECT k.release FROM alias_key AS a JOIN release_key AS k ON k.key = a.held WHERE {by_alias}
"""

_OF_THE_SAME: Final = """
SELECT DISTINCT other.advisory
FROM advisory_name AS one JOIN advisory_name AS other ON other.name = one.name
WHERE {those}
"""


def keep_feed(connection: Connection, one: Feed) -> None:
    """Note when a feed was read and what came of it."""
    values = {
        "location": one.location,
        "dated": one.dated,
        "read_us": one.read_us,
        "advisories": one.advisories,
        "unread": one.unread,
        "cursor": one.cursor,
    }
    if connection.scalar(select(feed.c.name).where(feed.c.name == one.name)) is None:
        connection.execute(insert(feed).values(name=one.name, **values))
    else:
        connection.execute(feed.update().where(feed.c.name == one.name).values(**values))


def feeds(connection: Connection) -> list[Feed]:
    """All feeds that were read, by name."""
    return [Feed(*row) for row in connection.execute(select(feed).order_by(feed.c.name))]


def kinds_of_feed(connection: Connection, name: str) -> set[str]:
    """The kinds of products that a feed speaks of."""
    return set(connection.scalars(select(feed_kind.c.kind).where(feed_kind.c.feed == name)))


def note_kinds(connection: Connection, name: str, kinds: Iterable[str]) -> None:
    """Note that a feed speaks of these kinds of products, none of which was noted."""
    insert_rows(connection, feed_kind, [{"feed": name, "kind": kind} for kind in sorted(kinds)])


def forget_kinds(connection: Connection, name: str, kinds: Iterable[str]) -> None:
    """Note that a feed no longer speaks of these kinds of products."""
    for some in batches(sorted(kinds)):
        connection.execute(delete(feed_kind).where(feed_kind.c.feed == name, feed_kind.c.kind.in_(some)))


def remove_feed(connection: Connection, name: str) -> int | None:
    """Forget a feed and its advisories; returns how many they were, None if there is no such feed."""
    if connection.scalar(select(feed.c.name).where(feed.c.name == name)) is None:
        return None
    gone = unlisted_advisories(connection, name, ())
    withdraw(connection, gone)
    connection.execute(delete(feed_kind).where(feed_kind.c.feed == name))
    connection.execute(delete(advisory_removed).where(advisory_removed.c.feed == name))
    ends = connection.execute(delete(lifecycle).where(lifecycle.c.feed == name)).rowcount
    scores = 0
    if connection.execute(delete(epss).where(epss.c.feed == name)).rowcount:
        scores = connection.scalar(select(feed.c.advisories).where(feed.c.name == name)) or 0
    labels = remove_packs(connection, name)
    connection.execute(delete(feed).where(feed.c.name == name))
    return len(gone) + ends + scores + labels


def keep_advisories(
    connection: Connection, feed_name: str, new: Sequence[NewAdvisory], *, now_us: int, anew: Anew
) -> list[Kept]:
    """Keep advisories of a feed; one of the same form and id is replaced. Returns those that changed.

    One that is replaced keeps the time at which it was first read, and its mark as read unless it is to be looked at
    ``anew``. Of two in ``new`` of the same form and id the last is kept. What somebody removed is not kept again as
    long as it is the same version.
    """
    ids = packed(connection, {one.id for one in new})
    removed = {
        tuple(row)
        for row in run(
            connection,
            _REMOVED.format(those=among(connection, "id", "ids")),
            {"feed": feed_name, "ids": ids},
        )
    }
    known = {
        (row[0], row[1]): _Known(int(row[2]), bytes(row[3]), int(row[4]))
        for row in run(
            connection, _KNOWN.format(those=among(connection, "id", "ids")), {"feed": feed_name, "ids": ids}
        )
    }
    changed = {
        (one.form, one.id): one
        for one in new
        if (one.form, one.id, one.head.revision, one.head.modified) not in removed
        and not ((held := known.get((one.form, one.id))) and held.digest == one.digest)
    }
    replaced = {known[name].number: one for name, one in changed.items() if name in known}
    before = _before(connection, replaced)
    _keep_before(connection, feed_name, before, replaced, now_us)
    _forget(connection, list(replaced))
    first = (connection.scalar(select(func.max(advisory.c.number))) or 0) + 1
    kept: list[Kept] = []
    heads: list[tuple[int, str, str, Head, int | None, str]] = []
    rows = []
    for number, ((form, id), one) in enumerate(changed.items(), first):
        held = known.get((form, id))
        was = before.get(held.number) if held else None
        fresh = was is None or anew(was.body, one.body)
        kept.append(Kept(number, form, id, held.digest if held else None, fresh))
        seen = (None, "") if was is None or fresh else (was.seen_us, was.seen_by)
        heads.append((number, id, form, one.head, *seen))
        # By the first reading it is counted by when to act: a record that was touched again gives nobody more time.
        read_us = held.read_us if held else now_us
        rows.append(
            {
                "number": number,
                "feed": feed_name,
                "id": id,
                "form": form,
                "digest": one.digest,
                "read_us": read_us,
                "body": one.body,
            }
        )
    insert_rows(connection, advisory, rows)
    keep_heads(connection, heads, now_us=now_us)
    _keep_names(connection, list(zip(range(first, first + len(changed)), changed.values(), strict=True)))
    return kept


def _before(connection: Connection, replaced: Iterable[int]) -> dict[int, _Before]:
    wanted = list(replaced)
    if not wanted:
        return {}
    text = _BEFORE.format(those=among(connection, "a.number", "wanted", "integer"))
    rows = run(connection, text, {"wanted": packed(connection, wanted)})
    return {row[0]: _Before(row[1], row[2], row[3], row[4], row[5], bytes(row[6])) for row in rows}


def _keep_before(
    connection: Connection,
    feed_name: str,
    before: Mapping[int, _Before],
    replaced: Mapping[int, NewAdvisory],
    now_us: int,
) -> None:
    """Keep what is replaced by another version; what this program reads otherwise than before is none."""
    other = {
        number: one
        for number, one in replaced.items()
        if (before[number].revision, before[number].modified) != (one.head.revision, one.head.modified)
    }
    if not other:
        return
    held = naming_held(connection, [number for number, one in other.items() if not one.versioned])
    keep_earlier(
        connection,
        feed_name,
        [
            Replaced(one.form, one.id, was.revision, was.modified, was.kept_us, was.body)
            for number, one in other.items()
            if one.versioned or number in held
            for was in (before[number],)
        ],
        now_us=now_us,
    )


def _keep_names(connection: Connection, numbered: Sequence[tuple[int, NewAdvisory]]) -> None:
    # In the order of their keys, so that a page of the database is written once and not for each row.
    names = sorted({(name, number) for number, one in numbered for name in one.names})
    insert_rows(connection, advisory_name, [{"name": name, "advisory": number} for name, number in names])
    keys = sorted(
        ((key, number) for number, one in numbered for key in one.keys),
        key=lambda held: (held[0].key, held[1], held[0].span),
    )
    insert_rows(
        connection,
        claim_key,
        [
            {
                "key": key.key,
                "advisory": number,
                "span": key.span,
                "scheme": key.scheme,
                "low": key.low,
                "high": key.high,
            }
            for key, number in keys
        ],
    )


def unlisted_advisories(
    connection: Connection, feed_name: str, listed: Container[tuple[str, str]]
) -> list[int]:
    """The numbers of what is kept of a feed and is not ``listed``, (form, id)."""
    found = run(connection, "SELECT number, form, id FROM advisory WHERE feed = :feed", {"feed": feed_name})
    return [row[0] for row in found if (row[1], row[2]) not in listed]


def remove_advisories(connection: Connection, numbers: Sequence[int], *, now_us: int, by: str) -> None:
    """Forget advisories by their numbers, and note that a feed that still lists them so does not bring them back."""
    wanted = packed(connection, numbers)
    those = among(connection, "a.number", "wanted", "integer")
    run(
        connection,
        "DELETE FROM advisory_removed WHERE EXISTS (SELECT 1 FROM advisory AS a WHERE a.feed = advisory_removed.feed "  # noqa: S608  names of ours
        f"AND a.form = advisory_removed.form AND a.id = advisory_removed.id AND {those})",
        {"wanted": wanted},
    )
    run(
        connection,
        "INSERT INTO advisory_removed (feed, form, id, revision, modified, removed_us, removed_by) "  # noqa: S608  names of ours
        "SELECT a.feed, a.form, a.id, h.revision, h.modified, CAST(:now AS bigint), CAST(:by AS text) "
        f"FROM advisory AS a JOIN advisory_head AS h ON h.advisory = a.number WHERE {those}",
        {"wanted": wanted, "now": now_us, "by": by},
    )
    withdraw(connection, numbers)


def withdraw(connection: Connection, numbers: Sequence[int]) -> None:
    """Forget advisories and their earlier versions, by their numbers."""
    if numbers:
        forget_earlier(connection, numbers)
        _forget(connection, numbers)


def _forget(connection: Connection, numbers: Sequence[int]) -> None:
    if not numbers:
        return
    wanted = packed(connection, numbers)
    for table, column in (
        ("claim_key", "advisory"),
        ("advisory_name", "advisory"),
        ("advisory_head", "advisory"),
        ("advisory", "number"),
    ):
        those = among(connection, column, "wanted", "integer")
        run(connection, f"DELETE FROM {table} WHERE {those}", {"wanted": wanted})  # noqa: S608  names of ours


def package_kinds(connection: Connection) -> set[str]:
    """The kinds of packages that the inventory holds: the type of a package URL, with its namespace if it has one.

    Of a type without namespaces of its own (``pypi``) that is the type; of others both are given, so that whoever
    knows the kinds finds the one that is meant.
    """
    found: set[str] = set()
    for (key,) in run(connection, "SELECT key FROM release_key WHERE key >= 'purl:' AND key < 'purl;'"):
        type, _, rest = key.removeprefix("purl:").partition("/")
        found.add(type)
        if "/" in rest:
            found.add(f"{type}/{rest.partition('/')[0]}")
    return found


def number_of_advisories(connection: Connection, feed_name: str) -> int:
    """How many advisories of a feed are kept."""
    return (
        connection.scalar(select(func.count()).select_from(advisory).where(advisory.c.feed == feed_name)) or 0
    )


def of_the_same(connection: Connection, numbers: Iterable[int]) -> list[int]:
    """These advisories and all others that share a name with one: of itself, or of a vulnerability it speaks of."""
    text = _OF_THE_SAME.format(those=among(connection, "one.advisory", "wanted", "integer"))
    wanted = set(numbers)
    rows = run(connection, text, {"wanted": packed(connection, sorted(wanted))})
    return sorted(wanted.union(row[0] for row in rows))


def names_of(connection: Connection, numbers: Iterable[int]) -> set[str]:
    """The names of these advisories, and of the vulnerabilities that they speak of."""
    text = (
        f"SELECT DISTINCT name FROM advisory_name WHERE {among(connection, 'advisory', 'wanted', 'integer')}"  # noqa: S608
    )
    return {row[0] for row in run(connection, text, {"wanted": packed(connection, numbers)})}


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
    those = among(connection, "number", "wanted", "integer")
    text = f"SELECT feed, read_us, body FROM advisory WHERE {those} ORDER BY number"  # noqa: S608  names of ours
    rows = run(connection, text, {"wanted": packed(connection, numbers)})
    return [(row[0], row[1], bytes(row[2])) for row in rows]


def covered(connection: Connection) -> set[str]:
    """The kinds of products that any feed speaks of."""
    return {row.kind for row in connection.execute(select(feed_kind.c.kind).distinct())}


def concerned(connection: Connection, *, advisories: Iterable[int] | None = None) -> list[tuple[int, int]]:
    """(release, advisory) for each release that a claim of the advisory may call affected, fixed or not affected.

    Of these advisories, or of all.
    """
    if advisories is None:
        return [(row[0], row[1]) for row in run(connection, _CONCERNED.format(those="1 = 1"))]
    text = _CONCERNED.format(those=among(connection, "c.advisory", "wanted", "integer"))
    return [(row[0], row[1]) for row in run(connection, text, {"wanted": packed(connection, advisories)})]


def claiming(connection: Connection, keys: Iterable[str]) -> list[int]:
    """The advisories that make a claim about what goes by one of ``keys``."""
    text = f"SELECT DISTINCT advisory FROM claim_key WHERE {among(connection, 'key', 'wanted')}"  # noqa: S608  names of ours
    return sorted(row[0] for row in run(connection, text, {"wanted": packed(connection, set(keys))}))


def claiming_of(connection: Connection, releases: Iterable[int]) -> list[int]:
    """The advisories that make a claim about a name that one of ``releases`` itself has."""
    text = (
        "SELECT DISTINCT c.advisory FROM release_key AS k JOIN claim_key AS c ON c.key = k.key "  # noqa: S608  names of ours
        f"WHERE {among(connection, 'k.release', 'wanted', 'integer')}"
    )
    return [row[0] for row in run(connection, text, {"wanted": packed(connection, releases)})]


def feeds_with(connection: Connection, form: str) -> set[str]:
    """The names of the feeds that hold an advisory of ``form``."""
    return set(connection.scalars(select(advisory.c.feed).where(advisory.c.form == form).distinct()))


def named(connection: Connection) -> list[tuple[int, int]]:
    """(release, advisory) for each release that an advisory names, whatever it says of the version that is here."""
    return [(row[0], row[1]) for row in run(connection, _NAMED)]


def naming(connection: Connection, keys: Iterable[str]) -> list[int]:
    """The releases that go by one of ``keys``, by their own names or by what a person said of them."""
    text = _NAMING.format(
        those=among(connection, "key", "wanted"), by_alias=among(connection, "a.named", "wanted")
    )
    return sorted(row[0] for row in run(connection, text, {"wanted": packed(connection, set(keys))}))
