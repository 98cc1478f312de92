"""What advisories said before: their last versions that were replaced here, deflated."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from tocsin.limits import ADVISORY_VERSIONS
from tocsin.store.bulk import insert_rows
from tocsin.store.direct import among, packed, run
from tocsin.store.schema import advisory_version

__all__ = ["Earlier", "Replaced", "earlier_versions", "forget_earlier", "keep_earlier", "naming_held"]


@dataclass(frozen=True, slots=True)
class Replaced:
    """A version that is being replaced."""

    form: str
    id: str
    revision: str
    modified: str
    kept_us: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Earlier:
    """A version that was replaced, without what it said; ``number`` grows with time."""

    number: int
    revision: str
    modified: str
    kept_us: int
    replaced_us: int


_PRUNE: Final = """
DELETE FROM advisory_version WHERE number IN (
  SELECT number FROM (
    SELECT number, ROW_NUMBER() OVER (PARTITION BY form, id ORDER BY number DESC) AS age
    FROM advisory_version WHERE feed = :feed AND {those}
  ) AS kept WHERE age > :most
)
"""

_FORGET: Final = """
DELETE FROM advisory_version WHERE EXISTS (
  SELECT 1 FROM advisory AS a
  WHERE a.feed = advisory_version.feed AND a.form = advisory_version.form AND a.id = advisory_version.id AND {those}
)
"""

_NAMING_HELD: Final = """
SELECT DISTINCT c.advisory FROM claim_key AS c JOIN release_key AS k ON k.key = c.key WHERE {those}
"""


def keep_earlier(connection: Connection, feed: str, replaced: Sequence[Replaced], *, now_us: int) -> None:
    """Keep versions of a feed that are replaced now; of each advisory the last few stay."""
    if not replaced:
        return
    first = (connection.scalar(select(func.max(advisory_version.c.number))) or 0) + 1
    insert_rows(
        connection,
        advisory_version,
        [
            {
                "number": number,
                "feed": feed,
                "form": one.form,
                "id": one.id,
                "revision": one.revision,
                "modified": one.modified,
                "kept_us": one.kept_us,
                "replaced_us": now_us,
                "body": zlib.compress(one.body),
            }
            for number, one in enumerate(replaced, first)
        ],
    )
    ids = packed(connection, {one.id for one in replaced})
    text = _PRUNE.format(those=among(connection, "id", "ids"))
    run(connection, text, {"feed": feed, "ids": ids, "most": ADVISORY_VERSIONS})


def forget_earlier(connection: Connection, numbers: Iterable[int]) -> None:
    """Forget the earlier versions of the advisories with these numbers."""
    text = _FORGET.format(those=among(connection, "a.number", "wanted", "integer"))
    run(connection, text, {"wanted": packed(connection, numbers)})


def naming_held(connection: Connection, numbers: Iterable[int]) -> set[int]:
    """Which of these advisories name something that is in the inventory."""
    text = _NAMING_HELD.format(those=among(connection, "c.advisory", "wanted", "integer"))
    return {row[0] for row in run(connection, text, {"wanted": packed(connection, numbers)})}


def earlier_versions(connection: Connection, feed: str, form: str, id: str) -> list[tuple[Earlier, bytes]]:
    """The earlier versions of an advisory and what they said, the oldest first."""
    table = advisory_version
    rows = connection.execute(
        select(
            table.c.number,
            table.c.revision,
            table.c.modified,
            table.c.kept_us,
            table.c.replaced_us,
            table.c.body,
        )
        .where(table.c.feed == feed, table.c.form == form, table.c.id == id)
        .order_by(table.c.number)
    )
    return [(Earlier(*values), zlib.decompress(bytes(body))) for *values, body in rows]
