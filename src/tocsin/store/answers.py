"""Answers about the inventory that are kept, and the names of which advisories came or went since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, select

from tocsin.store.bulk import insert_tuples
from tocsin.store.direct import among, packed, run
from tocsin.store.schema import answer, answer_mark

__all__ = [
    "ANSWERS",
    "PLACES",
    "KeptPart",
    "Marks",
    "begin_marks",
    "going_by",
    "keep_parts",
    "kept_part",
    "marks",
    "marks_are_made",
    "released",
]

ANSWERS: Final = "answers"
PLACES: Final = "places"
_KEY: Final = 0


@dataclass(frozen=True, slots=True)
class KeptPart:
    """``made_by`` is a digest of the program that made ``body``; ``upto`` is the last mark that it takes account of."""

    part: str
    made_by: bytes
    upto: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Marks:
    """``keys`` of claims and ``names`` of vulnerabilities of which something was written or deleted; ``last`` mark."""

    keys: list[str]
    names: list[str]
    last: int


def marks_are_made(connection: Connection) -> bool:
    """Whether the database notes what changes."""
    return bool(run(connection, "SELECT 1 FROM answer WHERE part = 'answers'"))


def begin_marks(connection: Connection) -> None:
    """Have the database note what changes from this transaction on."""
    if not marks_are_made(connection):
        insert_tuples(connection, answer, [(ANSWERS, b"", 0, b"")])


def kept_part(connection: Connection, part: str, made_by: bytes) -> KeptPart | None:
    """What is kept as ``part``, if it is by this program."""
    query = select(answer).where(answer.c.part == part, answer.c.made_by == made_by)
    row = connection.execute(query).one_or_none()
    return None if row is None else KeptPart(row.part, bytes(row.made_by), row.upto, bytes(row.body))


def marks(connection: Connection) -> Marks:
    """What came or went that kept answers take no account of, whoever made them."""
    rows = run(connection, "SELECT number, kind, name FROM answer_mark")
    upto = connection.scalar(select(func.max(answer.c.upto))) or 0
    return Marks(
        [row[2] for row in rows if row[1] == _KEY],
        [row[2] for row in rows if row[1] != _KEY],
        max((row[0] for row in rows), default=upto),
    )


def keep_parts(connection: Connection, parts: Iterable[KeptPart], upto: int) -> bool:
    """Keep answers that take account of all marks up to ``upto``, which are forgotten.

    Nothing is done, and false returned, where those of somebody else take account of later ones already: the marks
    between are gone.
    """
    held = connection.scalar(select(answer.c.upto).where(answer.c.part == ANSWERS))
    if held is None or held > upto:
        return False
    several = list(parts)
    connection.execute(delete(answer).where(answer.c.part.in_([one.part for one in several])))
    insert_tuples(connection, answer, [(one.part, one.made_by, one.upto, one.body) for one in several])
    connection.execute(delete(answer_mark).where(answer_mark.c.number <= upto))
    return True


def going_by(connection: Connection, keys: Iterable[str]) -> list[int]:
    """The releases that go by one of ``keys``, by their own names."""
    text = f"SELECT DISTINCT release FROM release_key WHERE {among(connection, 'key', 'wanted')}"  # noqa: S608  names of ours
    return [row[0] for row in run(connection, text, {"wanted": packed(connection, set(keys))})]


def released(connection: Connection) -> int:
    """How many releases were ever kept."""
    return int(run(connection, "SELECT count(*) FROM release")[0][0])
