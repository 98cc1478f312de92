"""``sync``: take what is new from every hub and source, check the hub's log, send what waits."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput, LogTampered, NotPermitted, SourceUnavailable, TocsinError
from tocsin.model.stix import StixObject, read_objects
from tocsin.model.stix_check import version_of
from tocsin.service.exchange.intake import take_in
from tocsin.service.exchange.joining import node_signature
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.secrets_box import unsealed
from tocsin.sources.http_client import Credentials, HttpClient
from tocsin.sources.taxii_client import Collection as RemoteCollection, TaxiiClient
from tocsin.store import hubs, log
from tocsin.store.collections import find_collection
from tocsin.store.hubs import Hub
from tocsin.store.organisations import find_organisation
from tocsin.transparency.audit import compare
from tocsin.transparency.checkpoint import Checkpoint, open_checkpoint
from tocsin.transparency.entry import Opening, opens
from tocsin.transparency.note import Verifier
from tocsin.transparency.receipt import parse_receipt, verify_receipt
from tocsin.transparency.tile import Tile, reader_of_tiles
from tocsin.transparency.tree import NodeReader, consistency_proof

__all__ = ["MakeClient", "Synced", "sync_hub"]

MakeClient = Callable[[str], HttpClient]
"""Makes the HTTP client that may reach the origin of an address."""

_PAGE: Final = 1_000


@dataclass(slots=True)
class Synced:
    """What one hub or source brought. ``problems`` are told; the rest was done."""

    name: str
    new: int = 0
    known: int = 0
    refused: int = 0
    sent: int = 0
    log_size: int = 0
    proven: int = 0
    problems: list[TocsinError] = field(default_factory=list)


class _Openings(msgspec.Struct):
    openings: tuple[Opening, ...]


def sync_hub(node: Node, hub: Hub, make_client: MakeClient) -> Synced:
    """Take what is new from ``hub``, prove it against the hub's log, and send what waits.

    Each page is kept with the point to resume from in one transaction, so a run that is cut off neither misses nor
    repeats anything.

    Raises:
        LogTampered: the hub rewrote what it had logged. What came is kept, and nothing is sent.
    """
    done = Synced(hub.name)
    with make_client(hub.url) as http:
        credentials = Credentials.bearer(unsealed(node, hub.token))
        remote = _Remote(http, hub, credentials)
        state = remote.checkpoint()
        _watch(node, hub, remote, state)
        done.log_size = state.size
        _pull(node, hub, remote, done)
        _send(node, hub, remote, done)
    node.write(lambda connection: hubs.update_hub(connection, hub.name, synced_us=node.now_us))
    return done


class _Remote:
    """A hub as this member asks it."""

    def __init__(self, http: HttpClient, hub: Hub, credentials: Credentials) -> None:
        self.http = http
        self.hub = hub
        self.credentials = credentials
        self.verifier = Verifier.parse(hub.log_key)
        self.taxii = TaxiiClient(http, credentials)
        self._tiles: dict[str, bytes] = {}

    def get(self, path: str) -> bytes:
        answer = self.http.request("GET", self.hub.url + path, {}, None, self.credentials)
        if answer.status in {401, 403}:
            raise NotPermitted(f"{self.hub.name} does not let this node in any more", hint="Ask the hub why.")
        return answer.require(200).body

    def checkpoint(self) -> Checkpoint:
        self.note = self.get("log/checkpoint")
        return open_checkpoint(self.note, self.verifier)

    def nodes(self, size: int) -> NodeReader:
        def data_of(tile: Tile) -> bytes:
            if tile.path not in self._tiles:
                self._tiles[tile.path] = self.get(f"log/{tile.path}")
            return self._tiles[tile.path]

        return reader_of_tiles(size, data_of)

    def collection(self, alias: str) -> RemoteCollection:
        for one in self.taxii.collections(f"{self.hub.url}taxii2/api/"):
            if one.alias == alias:
                return one
        raise NotPermitted(f"{self.hub.name} shows this node no collection {alias!r}")

    def openings(self, objects: Sequence[StixObject]) -> dict[tuple[str, str], Opening]:
        asked = [{"id": one.id, "version": version_of(one)} for one in objects]
        answer = self.http.request(
            "POST",
            f"{self.hub.url}api/openings",
            {"Content-Type": "application/json"},
            msgspec.json.encode({"objects": asked}),
            self.credentials,
            repeatable=True,
        )
        held = msgspec.json.decode(answer.require(200).body, type=_Openings).openings
        return {
            (str(one.entry.subject.get("id")), str(one.entry.subject.get("version"))): one for one in held
        }


def _watch(node: Node, hub: Hub, remote: _Remote, state: Checkpoint) -> None:
    """Hold the hub's log to what this member saw of it before, and remember what it sees now."""
    with node.reading() as connection:
        note = log.last_checkpoint(connection, remote.verifier.name)
    if note is not None:
        known = open_checkpoint(note, remote.verifier)
        proof = (
            consistency_proof(known.size, state.size, remote.nodes(state.size))
            if 0 < known.size < state.size
            else None
        )
        compare(known, state, proof)
    now = node.now_us
    node.write(
        lambda connection: log.keep_checkpoint(
            connection, remote.verifier.name, state.size, remote.note, now_us=now
        )
    )


def _pull(node: Node, hub: Hub, remote: _Remote, done: Synced) -> None:
    with node.reading() as connection:
        here = find_collection(connection, hub.collection)
        origin = find_organisation(connection, hub.organisation)
    if here is None or origin is None:
        raise BadInput(f"the node's database has lost what belongs to {hub.name}")
    for page in remote.taxii.pages(remote.collection("warnings"), added_after=hub.cursor, limit=_PAGE):
        objects = [one for raw in page.objects for one in read_objects(raw).objects]
        done.refused += len(page.objects) - len(objects)
        now = node.now_us

        def act(
            connection: Connection, objects: list[StixObject] = objects, cursor: str = page.added_last
        ) -> None:
            taken = take_in(
                node,
                connection,
                here,
                objects,
                origin=origin.id,
                channel="received",
                act=None,
                by=hub.name,
                now_us=now,
            )
            hubs.update_hub(connection, hub.name, cursor=cursor or None)
            done.new += len(taken.stored)
            done.known += len(taken.present)
            done.refused += len(taken.refused)

        node.write(act)
        _prove(remote, objects, done)


def _prove(remote: _Remote, objects: Sequence[StixObject], done: Synced) -> None:
    """Check that each object that came is one that the hub logged, byte for byte."""
    if not objects:
        return
    openings = remote.openings(objects)
    last = max((one.index for one in openings.values()), default=-1)
    state = remote.checkpoint() if last >= done.log_size else None
    if state is not None:
        done.log_size = state.size
    reader = remote.nodes(done.log_size)
    for one in objects:
        opening = openings.get((one.id, version_of(one)))
        if opening is None:
            done.problems.append(
                LogTampered(
                    f"{remote.hub.name} gave out {one.id} and cannot show that it logged it",
                    hint="Ask the hub; do not act on it before.",
                )
            )
        elif (
            opening.index >= done.log_size
            or not opens(opening, reader(0, opening.index))
            or opening.entry.subject.get("sha256") != sha256(one.raw).hexdigest()
        ):
            done.problems.append(
                LogTampered(
                    f"{remote.hub.name} logged {one.id} with other content than it gives out",
                    hint="Ask the hub; do not act on it before.",
                )
            )
        else:
            done.proven += 1


def _send(node: Node, hub: Hub, remote: _Remote, done: Synced) -> None:
    with node.reading() as connection:
        waiting = hubs.outgoing_for(connection, hub.name, waiting=True)
    if not waiting:
        return
    inbox = remote.collection("inbox")
    for one in waiting:
        headers = {
            "Accept": "application/taxii+json;version=2.1",
            "Content-Type": "application/taxii+json;version=2.1",
            "Tocsin-Signature": base64.b64encode(node_signature(node, one.body)).decode(),
        }
        if one.anonymous:
            headers["Tocsin-Anonymous"] = "1"
        answer = remote.http.request(
            "POST", f"{inbox.url}objects/", headers, one.body, remote.credentials, repeatable=True
        )
        status = answer.require(202).body
        receipt = remote.get(f"api/receipts/{msgspec.json.decode(status)['id']}")
        entry = verify_receipt(parse_receipt(receipt), remote.verifier)
        if entry.subject.get("body_sha256") != sha256(one.body).hexdigest():
            raise LogTampered(f"{hub.name} gave a receipt for other bytes than were sent")
        now = node.now_us

        def act(
            connection: Connection, number: int = one.number, kept: tuple[bytes, bytes] = (status, receipt)
        ) -> None:
            hubs.sent(connection, number, status=kept[0], receipt=kept[1], now_us=now)

        node.write(act)
        done.sent += 1


def hubs_named(node: Node, names: Sequence[str]) -> Iterator[Hub]:
    """The hubs with these names; every hub where none is named."""
    with node.reading() as connection:
        known = hubs.hubs(connection)
    return (one for one in known if not names or one.name in names)


def told(error: TocsinError, name: str) -> TocsinError:
    """An error that says which hub or source it is about."""
    return type(error)(f"{name}: {error.what}", where=error.where, hint=error.hint)


def unreachable(name: str) -> SourceUnavailable:
    """There is no hub or source of this name."""
    return SourceUnavailable(f"no hub or source is called {name!r}", hint="`tocsin source list` shows them.")
