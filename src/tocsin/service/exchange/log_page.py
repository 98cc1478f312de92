"""The log of this node as its own people read it: its state, its last entries, and one entry with its proof."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from tocsin.service.exchange import logs
from tocsin.service.exchange.access import Access
from tocsin.service.exchange.node import Node
from tocsin.sharing.policy import visible
from tocsin.store import inbox, log
from tocsin.store.search import hidden_leaves
from tocsin.transparency.checkpoint import open_checkpoint
from tocsin.transparency.entry import Act, Opening
from tocsin.transparency.note import Verifier
from tocsin.transparency.receipt import Receipt
from tocsin.transparency.tree import inclusion_proof, leaf_hash

__all__ = ["LogState", "LoggedEntry", "Proven", "log_entry", "log_state"]


class LoggedEntry(msgspec.Struct, kw_only=True):
    """One entry. Where it is ``closed``, that says why it is not shown; then only its number is known.

    ``person`` is who did it for the organisation ``by``, where the entry names the organisation alone.
    """

    number: int
    closed: str = ""
    act: str = ""
    at: str = ""
    by: str = ""
    person: str = ""
    subject: dict[str, Any] = msgspec.field(default_factory=dict)


class Proven(msgspec.Struct, kw_only=True):
    """One entry with what proves that it is in the log: the hash of its leaf, and the path from it to the root."""

    entry: LoggedEntry
    salt: str
    leaf: str
    path: list[str]
    size: int
    root: str
    receipt: str


class LogState(msgspec.Struct, kw_only=True):
    """The log as it is: its name, its size, the signed checkpoint, the key that verifies it, and the last entries.

    ``proven`` is the entry that was asked for by its number.
    """

    origin: str
    size: int
    root: str
    checkpoint: str
    key: str
    entries: list[LoggedEntry]
    next: str
    proven: Proven | None = None


def log_state(node: Node, access: Access, *, after: str = "", limit: int) -> LogState:
    """The log's state, and its last entries, or those before the entry ``after``."""
    note = logs.checkpoint(node)
    signer = node.log_signer
    state = open_checkpoint(note, Verifier.parse(signer.verifier_key))
    end = (
        min(int(after), state.size) if after.isascii() and after.isdigit() and len(after) < 17 else state.size
    )
    first = max(0, end - limit)
    with node.reading() as connection:
        entries = _entries(connection, access, range(first, end))
    return LogState(
        origin=signer.name,
        size=state.size,
        root=state.root.hex(),
        checkpoint=note.decode(),
        key=signer.verifier_key,
        entries=entries[::-1],
        next=str(first) if first else "",
    )


def log_entry(node: Node, access: Access, number: int) -> Proven | None:
    """One entry and its proof; None if the log has no such entry."""
    note = logs.checkpoint(node)
    state = open_checkpoint(note, Verifier.parse(node.log_signer.verifier_key))
    if not 0 <= number < state.size:
        return None
    with node.reading() as connection:
        entry = _entries(connection, access, [number])[0]
        commitment = log.commitments(connection, number, 1)[0]
        path = inclusion_proof(number, state.size, log.node_reader(connection))
        opened = log.openings(connection, [number]) if not entry.closed else []
    receipt = Receipt(opened[0], tuple(path), note).to_bytes().decode() if opened else ""
    return Proven(
        entry=entry,
        salt=base64.b64encode(opened[0].salt).decode() if opened else "",
        leaf=leaf_hash(commitment).hex(),
        path=[one.hex() for one in path],
        size=state.size,
        root=state.root.hex(),
        receipt=receipt,
    )


def _entries(connection: Connection, access: Access, numbers: Sequence[int]) -> list[LoggedEntry]:
    held = {one.index: one for one in log.openings(connection, numbers)}
    hidden = hidden_leaves(connection, visible(access.viewer), numbers)
    # The log's page is this node's people's; should others ever be let in, they are still not told who.
    acted = log.persons(connection, numbers) if access.viewer.relation == "own" else {}
    return [
        _entry(connection, number, held.get(number), number in hidden, acted.get(number, (b"", ""))[1])
        for number in numbers
    ]


def _entry(
    connection: Connection,
    number: int,
    held: Opening | None,
    hidden: bool,  # noqa: FBT001
    person: str,
) -> LoggedEntry:
    if held is None:
        return LoggedEntry(number=number, closed="It was erased; the tree still stands.")
    if hidden:
        return LoggedEntry(number=number, closed="It is about something that you may not see.")
    if held.entry.act is Act.SUBMIT:
        made = inbox.find_submission(connection, str(held.entry.subject.get("submission", "")))
        if made is None or made.anonymous:
            return LoggedEntry(number=number, closed="Somebody sent something and asked not to be named.")
    return LoggedEntry(
        number=number,
        act=held.entry.act.value,
        at=held.entry.at,
        by=held.entry.by,
        person=person,
        subject=dict(held.entry.subject),
    )
