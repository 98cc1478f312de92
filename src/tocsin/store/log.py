"""The log of acts: leaves, the tree's nodes and its size, written in the transaction of the act itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, insert, select, update

from tocsin.errors import BadInput
from tocsin.store.direct import is_sqlite, packed, run_ahead
from tocsin.store.schema import checkpoint, log_leaf, log_node
from tocsin.store.unwritten import unwritten
from tocsin.transparency.entry import SALT_BYTES, Entry, Opening, commitment
from tocsin.transparency.tree import NodeReader, leaf_hash, new_nodes

__all__ = [
    "Salted",
    "append",
    "commitments",
    "erase",
    "keep_checkpoint",
    "last_checkpoint",
    "node_reader",
    "nodes",
    "openings",
    "persons",
    "size",
]


@dataclass(frozen=True, slots=True)
class Salted:
    """An entry and the secret bytes that keep it from being guessed.

    ``person`` is who did it for the organisation that the entry names, and ``person_salt`` what keeps that from being
    guessed; both stay here.
    """

    salt: bytes
    entry: Entry
    person: str = ""
    person_salt: bytes = b""


def size(connection: Connection) -> int:
    """How many leaves there are."""
    held = connection.info.get("unwritten")
    if held is not None and held.log_size is not None:
        return int(held.log_size)
    rows = run_ahead(connection, "SELECT size FROM log_state")
    found = int(rows[0][0]) if rows else 0
    if held is not None:
        held.log_size = found
    return found


def append(connection: Connection, entries: Sequence[Salted]) -> int:
    """Add a leaf for each entry; return the number of the first. The transaction fails if this does."""
    first = size(connection)
    if not entries:
        return first
    written = [one.entry.to_bytes() for one in entries]
    commitments = [commitment(one.salt, entry) for one, entry in zip(entries, written, strict=True)]
    waiting = unwritten(connection)
    _read_edge(connection, first, waiting.nodes)
    nodes = new_nodes(first, [leaf_hash(one) for one in commitments], _reader(connection, waiting.nodes))
    waiting.nodes.update(((level, index), hash) for level, index, hash in nodes)
    waiting.add(
        log_leaf,
        (
            {
                "number": first + place,
                "commitment": made,
                "salt": one.salt,
                "entry": entry,
                "person": one.person_salt + one.person.encode() if one.person else None,
            }
            for place, (one, entry, made) in enumerate(zip(entries, written, commitments, strict=True))
        ),
    )
    waiting.add(log_node, ({"level": level, "number": index, "hash": hash} for level, index, hash in nodes))
    waiting.grow(first + len(entries))
    return first


def node_reader(connection: Connection) -> NodeReader:
    """Read complete subtrees; each is asked for at most once."""
    held = connection.info.get("unwritten")
    return _reader(connection, {} if held is None else held.nodes)


def _read_edge(connection: Connection, size: int, held: dict[tuple[int, int], bytes]) -> None:
    """Read at once the nodes that growing from ``size`` leaves begins with: one for each bit of it."""
    edge = {(level, (size >> level) - 1) for level in range(size.bit_length()) if size >> level & 1}
    codes = sorted(number * 64 + level for level, number in edge - held.keys())
    if codes:
        given = (
            "json_each(:codes)" if is_sqlite(connection) else "unnest(CAST(:codes AS bigint[])) AS c(value)"
        )
        rows = run_ahead(
            connection,
            f"SELECT n.level, n.number, n.hash FROM {given} JOIN log_node n "  # noqa: S608
            "ON n.level = value % 64 AND n.number = value / 64",
            {"codes": packed(connection, codes)},
        )
        held.update(((level, number), bytes(hash)) for level, number, hash in rows)


def _reader(connection: Connection, held: dict[tuple[int, int], bytes]) -> NodeReader:
    def node(level: int, index: int) -> bytes:
        if (level, index) not in held:
            rows = run_ahead(
                connection,
                "SELECT hash FROM log_node WHERE level = :level AND number = :number",
                {"level": level, "number": index},
            )
            if not rows:
                raise BadInput(
                    f"the log's own tree lacks the node {level}/{index}: the database was tampered with"
                )
            held[level, index] = bytes(rows[0][0])
        return held[level, index]

    return node


def nodes(connection: Connection, level: int, first: int, count: int) -> list[bytes]:
    """The hashes of ``count`` complete subtrees from ``first`` on."""
    rows = connection.scalars(
        select(log_node.c.hash)
        .where(log_node.c.level == level, log_node.c.number >= first, log_node.c.number < first + count)
        .order_by(log_node.c.number)
    )
    return [bytes(hash) for hash in rows]


def commitments(connection: Connection, first: int, count: int) -> list[bytes]:
    """What the leaves from ``first`` on hold."""
    rows = connection.scalars(
        select(log_leaf.c.commitment)
        .where(log_leaf.c.number >= first, log_leaf.c.number < first + count)
        .order_by(log_leaf.c.number)
    )
    return [bytes(one) for one in rows]


def openings(connection: Connection, numbers: Sequence[int]) -> list[Opening]:
    """Salt and entry of these leaves, in order; erased ones are left out. Who may see them is for the caller to say."""
    rows = connection.execute(
        select(log_leaf.c.number, log_leaf.c.salt, log_leaf.c.entry)
        .where(log_leaf.c.number.in_(numbers), log_leaf.c.salt.is_not(None))
        .order_by(log_leaf.c.number)
    )
    return [
        Opening(number, bytes(salt), msgspec.json.decode(bytes(entry), type=Entry))
        for number, salt, entry in rows
    ]


def persons(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[bytes, str]]:
    """Who did what these leaves hold, each with the salt of its commitment; for this node's own people alone."""
    rows = connection.execute(
        select(log_leaf.c.number, log_leaf.c.person).where(
            log_leaf.c.number.in_(numbers), log_leaf.c.person.is_not(None)
        )
    )
    return {
        number: (bytes(held[:SALT_BYTES]), bytes(held[SALT_BYTES:]).decode(errors="replace"))
        for number, held in rows
    }


def erase(connection: Connection, numbers: Sequence[int]) -> None:
    """Forget salt, entry and person of these leaves: what remains opens to nothing."""
    connection.execute(
        update(log_leaf).where(log_leaf.c.number.in_(numbers)).values(salt=None, entry=None, person=None)
    )


def keep_checkpoint(connection: Connection, origin: str, leaves: int, note: bytes, *, now_us: int) -> None:
    """Remember a signed checkpoint; one of the same log and size is kept as it was."""
    known = connection.scalar(
        select(checkpoint.c.size).where(checkpoint.c.origin == origin, checkpoint.c.size == leaves)
    )
    if known is None:
        connection.execute(insert(checkpoint).values(origin=origin, size=leaves, note=note, at_us=now_us))


def last_checkpoint(connection: Connection, origin: str) -> bytes | None:
    """The newest checkpoint that was kept of a log."""
    note = connection.scalar(
        select(checkpoint.c.note)
        .where(checkpoint.c.origin == origin)
        .order_by(checkpoint.c.size.desc())
        .limit(1)
    )
    return None if note is None else bytes(note)


def checkpoint_of(connection: Connection, origin: str, leaves: int) -> bytes | None:
    """The checkpoint that was kept of a log at this size."""
    note = connection.scalar(
        select(checkpoint.c.note).where(checkpoint.c.origin == origin, checkpoint.c.size == leaves)
    )
    return None if note is None else bytes(note)
