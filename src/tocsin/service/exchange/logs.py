"""``log``: the node's own log and those of its hubs, given out and verified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from tocsin.errors import BadInput, LogTampered, Rewound
from tocsin.service.exchange.access import Access, rights
from tocsin.service.exchange.node import WARNINGS, Node
from tocsin.service.exchange.publish import collection_named
from tocsin.service.exchange.remote import MakeClient, RemoteHub, watch
from tocsin.service.exchange.secrets_box import unsealed
from tocsin.sharing.policy import visible
from tocsin.sources.http_client import Credentials
from tocsin.store import hubs, inbox, log, objects
from tocsin.store.hubs import Hub
from tocsin.transparency.audit import check_bundles, check_leaves, check_tiles, compare_two
from tocsin.transparency.checkpoint import Checkpoint, open_checkpoint
from tocsin.transparency.entry import PERSON, SALT_BYTES, Act, Entry, Opening, opens, person_commitment
from tocsin.transparency.note import Verifier
from tocsin.transparency.receipt import Receipt
from tocsin.transparency.tile import EntryBundle, Tile, bundle_bytes, parse_tile_path
from tocsin.transparency.tree import NodeReader, consistency_proof, inclusion_proof, leaf_hash, new_nodes

__all__ = [
    "Verified",
    "checkpoint",
    "compare_with",
    "entry_to_erase",
    "erase_entry",
    "hub_named",
    "known_checkpoint",
    "log_file",
    "openings",
    "receipt",
    "verifier_of",
    "verify_hub",
    "verify_own",
]

_AT_ONCE: Final = 1_000
_DAMAGE: Final = (
    "The node's database was changed behind its back, or is damaged. Keep a copy, restore a backup beside it, and tell "
    "those who read here."
)


@dataclass(frozen=True, slots=True)
class Verified:
    """A log that was found whole: its name, how many leaves it has, and how many of them open to an entry here."""

    origin: str
    size: int
    opened: int


def checkpoint(node: Node) -> bytes:
    """The signed state of the node's own log; it is remembered, so that the node itself can be held to it."""
    now = node.now_us

    def act(connection: Connection) -> bytes:
        note = node.checkpoint(connection)
        log.keep_checkpoint(connection, node.log_signer.name, log.size(connection), note, now_us=now)
        return note

    with node.reading() as connection:
        held = log.checkpoint_of(connection, node.log_signer.name, log.size(connection))
    return held if held is not None else node.write(act)


def log_file(node: Node, path: str) -> bytes | None:
    """The tile or entry bundle at ``path`` (C2SP tlog-tiles); None if the log has none there."""
    wanted = parse_tile_path(path)
    if wanted is None:
        return None
    with node.reading() as connection:
        if not wanted.is_in(log.size(connection)):
            return None
        match wanted:
            case Tile():
                return b"".join(log.nodes(connection, wanted.level * 8, wanted.index * 256, wanted.width))
            case EntryBundle():
                return bundle_bytes(log.commitments(connection, wanted.index * 256, wanted.width))


def openings(node: Node, access: Access, asked: Sequence[tuple[str, str]]) -> list[Opening]:
    """Salt and entry of the leaves of those published versions (id, version) that ``access`` may see."""
    with node.reading() as connection:
        collection = collection_named(connection, WARNINGS)
        if not rights(access, collection).can_read:
            return []
        leaves = objects.leaves_of(connection, collection.number, visible(access.viewer), asked)
        return log.openings(connection, leaves)


def receipt(node: Node, access: Access, submission: str) -> bytes | None:
    """The proof that a submission is in the log, for the organisation that made it; for others there is none."""
    with node.reading() as connection:
        found = inbox.find_submission(connection, submission)
        if found is None or found.organisation != access.organisation.number or found.leaf is None:
            return None
        opened = log.openings(connection, [found.leaf])
        if not opened:
            return None
        proof = inclusion_proof(found.leaf, log.size(connection), log.node_reader(connection))
        return Receipt(opened[0], tuple(proof), node.checkpoint(connection)).to_bytes()


def entry_to_erase(node: Node, number: int) -> Entry:
    """The entry that :func:`erase_entry` would erase.

    Raises:
        BadInput: there is none, it is erased already, or what it tells of is still here.
    """
    with node.reading() as connection:
        return _to_erase(connection, number)


def erase_entry(node: Node, number: int, *, why: str, by: str) -> int:
    """Forget what the leaf ``number`` commits to: it can be shown to nobody any more, and the tree stays as it is.

    That it was erased, by whom and why, is a leaf of its own, whose number is returned. What others were given before,
    and what backups hold, is out of reach.

    Raises:
        BadInput: there is no such entry, it is erased already, or the object that it tells of is still here: members
            could not tell it from one that was never logged.
    """
    now = node.now_us

    def act(connection: Connection) -> int:
        _to_erase(connection, number)
        log.erase(connection, [number])
        return node.record(connection, Act.LOG_ERASE, by, {"entry": number, "why": why}, now)

    return node.write(act)


def _to_erase(connection: Connection, number: int) -> Entry:
    size = log.size(connection)
    if not 0 <= number < size:
        raise BadInput(f"the log has no entry {number}", hint=f"Its entries are 0 to {size - 1:,}.")
    held = log.openings(connection, [number])
    if not held:
        raise BadInput(f"entry {number} is erased already")
    id = objects.of_leaf(connection, number)
    if id is not None:
        raise BadInput(
            f"entry {number} tells of {id}, which is still here: members could not check it any more",
            hint="Delete the object first; withdrawing it leaves it here.",
        )
    return held[0].entry


def verify_own(node: Node) -> Verified:
    """Recompute the node's own log from its leaves, and hold it to the last checkpoint that was given out.

    What is published now is held to it, too: each version has the bytes that were logged.

    Raises:
        LogTampered: a leaf, a node of the tree, a checkpoint or an object is not what it was.
    """
    signer = node.log_signer
    with node.reading() as connection:
        size = log.size(connection)
        note = node.checkpoint(connection)
        kept = log.last_checkpoint(connection, signer.name)
        hashes = [leaf_hash(one) for one in log.commitments(connection, 0, size)]
        _check_tree(connection, hashes, size)
        opened = 0
        for first in range(0, size, _AT_ONCE):
            held = log.openings(connection, range(first, min(size, first + _AT_ONCE)))
            for one in held:
                if not opens(one, hashes[one.index]):
                    raise LogTampered(
                        f"THE ENTRY OF LEAF {one.index} IS NOT THE ONE THAT WAS LOGGED", hint=_DAMAGE
                    )
            _check_persons(connection, held)
            opened += len(held)
        _check_bodies(connection)
    verifier = Verifier.parse(signer.verifier_key)
    check_leaves(open_checkpoint(note, verifier), hashes)
    if kept is not None:
        last = open_checkpoint(kept, verifier)
        if last.size > size:
            raise LogTampered(f"the log has {size} leaves, and a checkpoint over {last.size} was given out")
        check_leaves(last, hashes[: last.size])
    return Verified(signer.name, size, opened)


def _check_tree(connection: Connection, hashes: Sequence[bytes], size: int) -> None:
    """Make every node of the tree anew, and hold to it what is stored."""
    if len(hashes) != size:
        raise LogTampered(f"THE LOG HAS {len(hashes):,} LEAVES WHERE {size:,} WERE WRITTEN", hint=_DAMAGE)
    made: dict[tuple[int, int], bytes] = {}
    for first in range(0, size, _AT_ONCE):
        nodes = new_nodes(first, hashes[first : first + _AT_ONCE], lambda level, index: made[level, index])
        made.update({(level, index): hash for level, index, hash in nodes})
    for level in range(size.bit_length()):
        count = size >> level
        for first in range(0, count, _AT_ONCE):
            held = log.nodes(connection, level, first, min(_AT_ONCE, count - first))
            wanted = [made[level, index] for index in range(first, min(first + _AT_ONCE, count))]
            if held != wanted:
                raise LogTampered(
                    f"THE LOG'S TREE WAS CHANGED at level {level}, in {first} and after", hint=_DAMAGE
                )


def _check_persons(connection: Connection, held: Sequence[Opening]) -> None:
    """Hold the names of those who acted to what the entries commit to."""
    said = {one.index: one.entry.subject[PERSON] for one in held if PERSON in one.entry.subject}
    for number, (salt, name) in log.persons(connection, list(said)).items():
        if len(salt) != SALT_BYTES or person_commitment(salt, name) != said[number]:
            raise LogTampered(f"WHO DID WHAT LEAF {number} HOLDS WAS CHANGED", hint=_DAMAGE)


def _check_bodies(connection: Connection) -> None:
    """Hold what is published to what the log says of it."""
    collection = collection_named(connection, WARNINGS)
    for some in objects.logged(connection, collection.number):
        leaves = [leaf for leaf, _, _ in some if leaf is not None]
        said = {one.index: one.entry.subject for one in log.openings(connection, leaves)}
        for leaf, id, body in some:
            if leaf is None:
                raise LogTampered(f"{id} WAS NEVER LOGGED, and is given out", hint=_DAMAGE)
            subject = said.get(leaf)
            if subject and (subject.get("id"), subject.get("sha256")) != (id, sha256(body).hexdigest()):
                raise LogTampered(
                    f"{id} IS NOT WHAT WAS LOGGED as leaf {leaf}: its content was changed", hint=_DAMAGE
                )


def compare_with(node: Node, note: bytes, hub_name: str | None, make_client: MakeClient) -> None:
    """Hold a checkpoint that somebody else was given to what this node knows of the same log.

    Where the two are of different sizes, the log itself has to prove that one grew out of the other.

    Raises:
        LogTampered: the log showed two different histories.
        BadInput: the note is no checkpoint of that log, or none was seen here.
    """
    verifier = verifier_of(node, hub_name)
    other = open_checkpoint(note, verifier)
    if hub_name is None:
        with node.reading() as connection:
            here = open_checkpoint(node.checkpoint(connection), verifier)
            _compare(here, other, log.node_reader(connection))
        return
    here = open_checkpoint(known_checkpoint(node, hub_name), verifier)
    hub = hub_named(node, hub_name)
    if here.size == other.size:
        compare_two(here, other)
        return
    with make_client(hub.url) as http:
        remote = RemoteHub(http, hub, Credentials.bearer(unsealed(node, hub.token)))
        state = remote.checkpoint()
        watch(node, remote, state)
        _compare(state, other, remote.nodes(state.size))
        _compare(state, here, remote.nodes(state.size))


def _compare(here: Checkpoint, other: Checkpoint, nodes: NodeReader) -> None:
    if other.size > here.size:
        raise Rewound(
            f"the log {here.origin} has {here.size:,} entries, and somebody was shown {other.size:,}",
            hint="Keep both checkpoints, and ask the operator in the open.",
        )
    proof = consistency_proof(other.size, here.size, nodes) if 0 < other.size < here.size else None
    compare_two(other, here, proof)


def verifier_of(node: Node, hub_name: str | None) -> Verifier:
    """The key that verifies the log of a hub, or the node's own.

    Raises:
        BadInput: this node has joined no hub of that name.
    """
    return Verifier.parse(
        node.log_signer.verifier_key if hub_name is None else hub_named(node, hub_name).log_key
    )


def hub_named(node: Node, name: str) -> Hub:
    """The hub with this name.

    Raises:
        BadInput: this node has joined no hub of that name.
    """
    with node.reading() as connection:
        for one in hubs.hubs(connection):
            if one.name == name:
                return one
    raise BadInput(
        f"this node has joined no hub called {name[:60]!r}", hint="`tocsin source list` shows them."
    )


def known_checkpoint(node: Node, hub_name: str) -> bytes:
    """The last checkpoint that this node saw of a hub's log.

    Raises:
        BadInput: there is no such hub, or none was seen yet.
    """
    with node.reading() as connection:
        note = log.last_checkpoint(connection, verifier_of(node, hub_name).name)
    if note is None:
        raise BadInput(f"no checkpoint of {hub_name} was seen yet", hint="Run tocsin sync.")
    return note


def verify_hub(node: Node, hub_name: str, make_client: MakeClient) -> Verified:
    """Fetch a hub's whole log, recompute it, and hold it to what this node saw before.

    Raises:
        LogTampered: it was rewritten.
        SourceUnavailable: the hub does not answer.
    """
    hub = hub_named(node, hub_name)
    with make_client(hub.url) as http:
        remote = RemoteHub(http, hub, Credentials.bearer(unsealed(node, hub.token)))
        state = remote.checkpoint()
        watch(node, remote, state)
        held: dict[str, bytes] = {}

        def file_at(place: Tile | EntryBundle) -> bytes:
            if place.path not in held:
                held[place.path] = remote.get(f"log/{place.path}")
            return held[place.path]

        check_tiles(state, file_at)
        check_bundles(state, file_at, file_at)
    return Verified(remote.verifier.name, state.size, 0)
