"""What the advisories here are, without what they say: sought, filtered, sorted and told page by page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields
from typing import Any, Final

from sqlalchemy import Connection, select

from tocsin.store.bulk import batches, insert_rows
from tocsin.store.direct import among, is_sqlite, packed, run
from tocsin.store.schema import advisory, advisory_head

__all__ = [
    "FIELDS",
    "SORTS",
    "Head",
    "Headline",
    "Part",
    "Sought",
    "headlines",
    "heads_named",
    "keep_heads",
    "mark_read",
]


@dataclass(frozen=True, slots=True)
class Head:
    """What an advisory is sought and sorted by.

    ``published`` and ``modified`` sort as texts. ``score`` is the highest of its vulnerabilities, ``severity`` its
    publisher's word. ``vulnerabilities`` are their names; in ``words`` and ``products``, case folded, words are sought.
    """

    title: str
    publisher: str
    publisher_category: str
    namespace: str
    category: str
    status: str
    revision: str
    form_version: str
    tlp: str
    published: str
    modified: str
    severity: str
    score: float | None
    vulnerabilities: str
    history: str
    words: str
    products: str


@dataclass(frozen=True, slots=True)
class Headline:
    """An advisory as a list tells it; ``seen_us`` is when it was marked as read, None if it was not."""

    number: int
    feed: str
    id: str
    form: str
    title: str
    publisher: str
    publisher_category: str
    namespace: str
    category: str
    status: str
    revision: str
    form_version: str
    tlp: str
    published: str
    modified: str
    severity: str
    score: float | None
    vulnerabilities: str
    kept_us: int
    seen_us: int | None
    seen_by: str


@dataclass(frozen=True, slots=True)
class Sought:
    """Which advisories are asked for: those that fit all that is given.

    Each of ``words`` occurs in the advisory's names or its products', each of ``products`` in its products' (all case
    folded). ``name`` is a vulnerability's or an advisory's. ``holding`` are texts that occur in fields
    (:data:`FIELDS`), case aside. ``since`` is a day: it was published or changed then or later. ``ids`` are the only
    ones that count.
    """

    words: Sequence[str] = ()
    products: Sequence[str] = ()
    name: str = ""
    holding: Mapping[str, str] = field(default_factory=dict)
    forms: Collection[str] = ()
    feed: str = ""
    severity: str = ""
    score_min: float | None = None
    since: str = ""
    unread: bool = False
    ids: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class _Key:
    """By what is sorted: text by its bytes, on both databases alike."""

    sql: str
    falling: bool = False
    is_text: bool = False

    def spelled(self, by_bytes: str) -> str:
        return f"{by_bytes if self.is_text else ''}{' DESC' if self.falling else ''}"


_RANK: Final = _Key(
    "CASE LOWER(h.severity) WHEN 'critical' THEN 0 WHEN 'important' THEN 1 WHEN 'high' THEN 1 WHEN 'moderate' THEN 2 "
    "WHEN 'medium' THEN 2 WHEN 'low' THEN 3 WHEN '' THEN 5 ELSE 4 END"
)
_SCORE: Final = (_Key("h.score IS NULL"), _Key("h.score", falling=True))
_CURRENT: Final = _Key("h.modified", falling=True, is_text=True)

FIELDS: Final = (
    "id", "title", "publisher", "publisher_category", "namespace", "category", "status", "revision", "form_version",
    "tlp", "published", "modified", "severity", "history",
)  # fmt: skip
"""What of an advisory's head is a text of its own."""


def _said(column: str, sql: str = "LOWER(h.{})") -> tuple[_Key, ...]:
    return _Key(f"h.{column} = ''"), _Key(sql.format(column), is_text=True)


_SORTED: Final[Mapping[str, Sequence[_Key]]] = {
    "current": (_CURRENT,),
    "initial": (_Key("h.published", falling=True, is_text=True),),
    "cvss": _SCORE,
    "severity": (_RANK, *_SCORE),
    "read": (_Key("h.seen_us IS NOT NULL"), _CURRENT),
    "cve": _said("vulnerabilities", "SUBSTR(h.{}, 1, 200)"),
    "product": _said("products", "SUBSTR(h.{}, 1, 200)"),
    **{name: _said(name) for name in FIELDS if name not in {"published", "modified", "severity"}},
}

SORTS: Final = tuple(_SORTED)
"""By what advisories may be sorted: the newest, the highest and the most severe first, texts by their letters."""

_LISTED: Final = ", ".join(
    f"{'a' if one.name == 'feed' else 'h'}.{'advisory' if one.name == 'number' else one.name}"
    for one in fields(Headline)
)


def keep_heads(
    connection: Connection,
    heads: Iterable[tuple[int, str, str, Head, int | None, str]],
    *,
    now_us: int,
) -> None:
    """Keep heads: each the advisory's number, id and form, itself, and when and by whom it was marked as read."""
    insert_rows(
        connection,
        advisory_head,
        [
            {
                "advisory": number,
                "id": id,
                "form": form,
                **dict(zip(_HEAD, astuple(head), strict=True)),
                "kept_us": now_us,
                "seen_us": seen_us,
                "seen_by": seen_by,
            }
            for number, id, form, head, seen_us, seen_by in heads
        ],
    )


_HEAD: Final = tuple(one.name for one in fields(Head))


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the advisories that are sought; ``found`` is how many there are, ``unread`` of how many nobody read."""

    found: int
    unread: int
    rows: list[Headline]


def headlines(
    connection: Connection, sought: Sought, *, sort: str = "current", first: int = 0, limit: int
) -> Part:
    """``limit`` of the advisories that are sought, from the number ``first`` on, in the order of ``sort``."""
    where, values = _condition(connection, sought)
    keys = _SORTED[sort]
    by_bytes = "" if is_sqlite(connection) else ' COLLATE "C"'
    held = ", ".join(f"{one.sql} AS k{number}" for number, one in enumerate(keys))
    # What is alike goes by id and form, so that each page begins where the last one ended.
    order = ", ".join(
        [f"k{number}{one.spelled(by_bytes)}" for number, one in enumerate(keys)]
        + [f"id{by_bytes}, form{by_bytes}, advisory"]
    )
    # All heads are read once, for the count and the page; the page's own columns of the rows that are on it.
    text = (
        f"WITH found AS MATERIALIZED (SELECT h.advisory, h.seen_us, h.id, h.form, {held} FROM advisory_head AS h "  # noqa: S608  names of ours
        f"WHERE {where}), page AS MATERIALIZED (SELECT advisory, ROW_NUMBER() OVER (ORDER BY {order}) AS place FROM "
        f"(SELECT * FROM found ORDER BY {order} LIMIT :limit OFFSET :first) AS part) "
        f"SELECT (SELECT COUNT(*) FROM found), (SELECT COUNT(*) FROM found WHERE seen_us IS NULL), {_LISTED} "
        "FROM (SELECT 1) AS one LEFT JOIN (page JOIN advisory_head AS h ON h.advisory = page.advisory "
        "JOIN advisory AS a ON a.number = h.advisory) ON 1 = 1 ORDER BY place"
    )
    rows = run(connection, text, {**values, "first": first, "limit": limit})
    found, unread = rows[0][:2]
    return Part(int(found), int(unread), [Headline(*row[2:]) for row in rows if row[2] is not None])


def heads_named(connection: Connection, id: str) -> list[Headline]:
    """The advisories that are called ``id``, case aside only where none is called just so; of whichever feed."""
    listed = [advisory.c.feed if one.name == "feed" else _column(one.name) for one in fields(Headline)]
    for names in ((id,), (id.upper(), id.lower())):
        rows = connection.execute(
            select(*listed)
            .join_from(advisory, advisory_head, advisory_head.c.advisory == advisory.c.number)
            .where(advisory.c.id.in_(names))
            .order_by(advisory.c.form, advisory.c.feed)
        ).all()
        if rows:
            return [Headline(*row) for row in rows]
    return []


def mark_read(connection: Connection, numbers: Iterable[int] | None, *, now_us: int, by: str) -> int:
    """Mark advisories as read, or all with None; returns how many were not before."""
    done = 0
    bare = advisory_head.update().where(advisory_head.c.seen_us.is_(None)).values(seen_us=now_us, seen_by=by)
    if numbers is None:
        return connection.execute(bare).rowcount
    for some in batches(numbers):
        done += connection.execute(bare.where(advisory_head.c.advisory.in_(some))).rowcount
    return done


def _column(name: str) -> Any:
    return advisory_head.c["advisory" if name == "number" else name]


def _condition(connection: Connection, sought: Sought) -> tuple[str, dict[str, Any]]:
    """What of SQL fits what is sought, and its values."""
    holds = "instr({column}, :{name}) > 0" if is_sqlite(connection) else "strpos({column}, :{name}) > 0"
    parts: list[str] = []
    values: dict[str, Any] = {}

    def given(value: Any) -> str:
        name = f"v{len(values)}"
        values[name] = value
        return name

    for word in sought.words:
        name = given(word)
        both = (holds.format(column=f"h.{column}", name=name) for column in ("words", "products"))
        parts.append(f"({' OR '.join(both)})")
    parts += [holds.format(column="h.products", name=given(word)) for word in sought.products]
    for column, text in sought.holding.items():
        assert column in FIELDS
        # SQLite lowers the letters of ASCII alone, so that others are asked for as they are typed, too.
        lower, typed = given(text.lower()), given(text)
        parts.append(
            f"({holds.format(column=f'LOWER(h.{column})', name=lower)}"
            f" OR {holds.format(column=f'h.{column}', name=typed)})"
        )
    if sought.name:
        names = given(packed(connection, {sought.name, sought.name.upper()}))
        parts.append(
            f"h.advisory IN (SELECT advisory FROM advisory_name WHERE {among(connection, 'name', names)})"  # noqa: S608  names of ours
        )
    if sought.forms:
        parts.append(among(connection, "h.form", given(packed(connection, sorted(sought.forms)))))
    if sought.feed:
        parts.append(
            f"h.advisory IN (SELECT number FROM advisory WHERE feed = :{given(sought.feed)})"  # noqa: S608  names of ours
        )
    if sought.severity:
        parts.append(f"LOWER(h.severity) = :{given(sought.severity.lower())}")
    if sought.score_min is not None:
        parts.append(f"h.score >= :{given(sought.score_min)}")
    if sought.since:
        name = given(sought.since)
        parts.append(f"(h.modified >= :{name} OR h.published >= :{name})")
    if sought.unread:
        parts.append("h.seen_us IS NULL")
    if sought.ids is not None:
        parts.append(among(connection, "h.id", given(packed(connection, sorted(sought.ids)))))
    return " AND ".join(parts) or "1 = 1", values
