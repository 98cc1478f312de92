"""What came in: each submission with what became of it, and the state of each object that was submitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

from sqlalchemy import ColumnElement, Connection, select, update

from tocsin.sharing.policy import Expr
from tocsin.store.bulk import batches
from tocsin.store.direct import is_sqlite, run_ahead
from tocsin.store.schema import object_, submission, submitted
from tocsin.store.unwritten import unwritten
from tocsin.store.visibility import visible

__all__ = [
    "ITEM",
    "InboxItem",
    "Submission",
    "SubmittedState",
    "add_submission",
    "find_submission",
    "inbox",
    "mark",
    "narrowed",
    "states",
    "states_of",
    "submission_of_body",
    "submissions_since",
]


_DIGEST: Final = "decode(:digest, 'hex')"


@dataclass(frozen=True, slots=True)
class Submission:
    """One accepted POST. ``outcome`` is TAXII's status resource as JSON; ``leaf`` is the number of its log leaf."""

    id: str
    organisation: int
    collection: int
    asked_us: int
    body_sha256: bytes
    anonymous: bool
    signed: bool
    leaf: int | None
    outcome: bytes


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One object that was submitted, and how far it is: new, vetted, released or refused.

    ``asked_us`` is when it came in; ``vetted_us`` when it was vetted, None where it was not.
    """

    place: int
    id: str
    type: str
    version: str
    body: bytes
    organisation: int
    anonymous: bool
    signed: bool
    submission: str
    state: str
    why: str
    changed_us: int
    changed_by: str
    asked_us: int
    vetted_us: int | None


def add_submission(connection: Connection, made: Submission, places: Sequence[int], *, by: str) -> None:
    """Keep a submission, and put its objects into the inbox as new."""
    waiting = unwritten(connection)
    waiting.add(submission, [{field.name: getattr(made, field.name) for field in fields(made)}])
    waiting.add(
        submitted,
        (
            {
                "place": place,
                "submission": made.id,
                "state": "new",
                "why": "",
                "changed_us": made.asked_us,
                "changed_by": by,
                "vetted_us": None,
            }
            for place in places
        ),
    )


def find_submission(connection: Connection, id: str) -> Submission | None:
    """The submission with this id."""
    row = connection.execute(select(submission).where(submission.c.id == id)).first()
    return Submission(**row._mapping) if row else None  # noqa: SLF001  SQLAlchemy's public name for it


def submission_of_body(
    connection: Connection, organisation: int, collection: int, body_sha256: bytes
) -> Submission | None:
    """An earlier submission of the very same bytes, so that a repeated one is not counted twice."""
    waiting = connection.info.get("unwritten")
    if waiting is not None and any(
        row["body_sha256"] == body_sha256 for row in waiting.rows.get(submission, ())
    ):
        waiting.flush(connection)
    sqlite = is_sqlite(connection)
    # Asked in no order: for an order SQLite would walk all that the organisation ever sent.
    found = run_ahead(
        connection,
        "SELECT asked_us, id FROM submission WHERE organisation = :organisation AND collection = :collection "  # noqa: S608
        f"AND body_sha256 = {':digest' if sqlite else _DIGEST}",
        {
            "organisation": organisation,
            "collection": collection,
            "digest": body_sha256 if sqlite else body_sha256.hex(),
        },
    )
    return find_submission(connection, max(map(tuple, found))[1]) if found else None


def submissions_since(connection: Connection, organisation: int, since_us: int) -> list[int]:
    """When an organisation sent something anonymously after ``since_us``, in order."""
    return list(
        connection.scalars(
            select(submission.c.asked_us)
            .where(
                submission.c.organisation == organisation,
                submission.c.asked_us > since_us,
                submission.c.anonymous.is_(True),
            )
            .order_by(submission.c.asked_us)
        )
    )


ITEM: Final = (
    object_.c.place,
    object_.c.id,
    object_.c.type,
    object_.c.version,
    object_.c.body,
    submission.c.organisation,
    submission.c.anonymous,
    submission.c.signed,
    submitted.c.submission,
    submitted.c.state,
    submitted.c.why,
    submitted.c.changed_us,
    submitted.c.changed_by,
    submission.c.asked_us,
    submitted.c.vetted_us,
)


def narrowed(
    *, states: Sequence[str] = (), id: str = "", organisation: int | None = None
) -> list[ColumnElement[bool]]:
    """What narrows the inbox to ``states``, to an object or submission ``id``, and to what one organisation sent.

    An object's id has two hyphens together, a submission's never: each is looked up in its own index.
    """
    wanted: list[ColumnElement[bool]] = []
    if states:
        wanted.append(submitted.c.state.in_(states))
    if id:
        wanted.append(object_.c.id == id if "--" in id else submitted.c.submission == id)
    if organisation is not None:
        wanted.append(submission.c.organisation == organisation)
    return wanted


def inbox(
    connection: Connection, *, states: Sequence[str] = (), id: str = "", organisation: int | None = None
) -> list[InboxItem]:
    """What lies in the inbox, the oldest first; of these ``states``, with this ``id``, from this organisation."""
    rows = connection.execute(
        select(*ITEM)
        .join(submitted, submitted.c.place == object_.c.place)
        .join(submission, submission.c.id == submitted.c.submission)
        .where(*narrowed(states=states, id=id, organisation=organisation))
        .order_by(object_.c.place)
    )
    return [InboxItem(**row._mapping) for row in rows]  # noqa: SLF001


def states(connection: Connection, places: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Of each of these places in the inbox who sent it (the organisation's number) and how far it is."""
    rows = connection.execute(
        select(submitted.c.place, submission.c.organisation, submitted.c.state)
        .join(submission, submission.c.id == submitted.c.submission)
        .where(submitted.c.place.in_(places))
    )
    return {place: (organisation, state) for place, organisation, state in rows}


@dataclass(frozen=True, slots=True)
class SubmittedState:
    """How far one version that was submitted is."""

    place: int
    id: str
    version: str
    state: str
    why: str
    changed_us: int
    vetted_us: int | None
    body: bytes


def states_of(
    connection: Connection, allowed: Expr, collection: int, organisation: int, ids: Sequence[str]
) -> list[SubmittedState]:
    """How far each visible version of ``ids`` is that this organisation submitted in its own name."""
    rows = connection.execute(
        select(
            object_.c.place,
            object_.c.id,
            object_.c.version,
            submitted.c.state,
            submitted.c.why,
            submitted.c.changed_us,
            submitted.c.vetted_us,
            object_.c.body,
        )
        .join(submitted, submitted.c.place == object_.c.place)
        .join(submission, submission.c.id == submitted.c.submission)
        .where(
            visible(allowed),
            object_.c.id.in_(ids),
            object_.c.collection == collection,
            submission.c.organisation == organisation,
            submission.c.anonymous.is_(False),
        )
        .order_by(object_.c.place)
    )
    return [SubmittedState(*row) for row in rows]


def mark(
    connection: Connection, places: Sequence[int], state: str, *, why: str, by: str, now_us: int
) -> None:
    """Move objects on to ``state``."""
    values: dict[str, str | int] = {"state": state, "why": why, "changed_us": now_us, "changed_by": by}
    if state == "vetted":
        values["vetted_us"] = now_us
    for some in batches(places):
        connection.execute(update(submitted).where(submitted.c.place.in_(some)).values(values))
