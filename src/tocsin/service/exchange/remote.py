"""A hub as a member asks it: its TAXII, its log, its openings; and the member's watch over the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from tocsin.errors import NotPermitted, SourceUnavailable
from tocsin.model.stix import StixObject
from tocsin.model.stix_check import version_of
from tocsin.service.exchange.node import Node
from tocsin.sources.http_client import Credentials, HttpClient
from tocsin.sources.taxii_client import Collection as RemoteCollection, TaxiiClient
from tocsin.store import log
from tocsin.store.hubs import Hub
from tocsin.transparency.audit import compare
from tocsin.transparency.checkpoint import Checkpoint, open_checkpoint
from tocsin.transparency.entry import Opening
from tocsin.transparency.note import Verifier
from tocsin.transparency.tile import Tile, reader_of_tiles
from tocsin.transparency.tree import NodeReader, consistency_proof

__all__ = ["MakeClient", "RemoteHub", "watch"]

MakeClient = Callable[[str], HttpClient]
"""Makes the HTTP client that may reach the origin of an address."""


class _Openings(msgspec.Struct):
    openings: tuple[Opening, ...]


class RemoteHub:
    """A hub as this member asks it."""

    def __init__(self, http: HttpClient, hub: Hub, credentials: Credentials) -> None:
        self.http = http
        self.hub = hub
        self.credentials = credentials
        self.verifier = Verifier.parse(hub.log_key)
        self.taxii = TaxiiClient(http, credentials)
        self._tiles: dict[str, bytes] = {}

    def get(self, path: str) -> bytes:
        """What lies at ``path`` of the hub."""
        answer = self.http.request("GET", self.hub.url + path, {}, None, self.credentials)
        if answer.status in {401, 403}:
            raise NotPermitted(f"{self.hub.name} does not let this node in any more", hint="Ask the hub why.")
        return answer.require(200).body

    def checkpoint(self) -> Checkpoint:
        """The state of the hub's log, signed by it; the note itself is kept in ``note``."""
        self.note = self.get("log/checkpoint")
        return open_checkpoint(self.note, self.verifier)

    def nodes(self, size: int) -> NodeReader:
        """Read the nodes of the hub's log, by its tiles."""

        def data_of(tile: Tile) -> bytes:
            if tile.path not in self._tiles:
                self._tiles[tile.path] = self.get(f"log/{tile.path}")
            return self._tiles[tile.path]

        return reader_of_tiles(size, data_of)

    def collection(self, alias: str) -> RemoteCollection:
        """The hub's collection with this alias.

        Raises:
            NotPermitted: it shows this node none.
        """
        for one in self.taxii.collections(f"{self.hub.url}taxii2/api/"):
            if one.alias == alias:
                return one
        raise NotPermitted(f"{self.hub.name} shows this node no collection {alias!r}")

    def openings(self, objects: Sequence[StixObject]) -> dict[tuple[str, str], Opening]:
        """What the log says of these objects, by id and version; those it does not open are not there.

        Raises:
            SourceUnavailable: the hub does not answer, or not as a hub does.
        """
        asked = [{"id": one.id, "version": version_of(one)} for one in objects]
        answer = self.http.request(
            "POST",
            f"{self.hub.url}api/openings",
            {"Content-Type": "application/json"},
            msgspec.json.encode({"objects": asked}),
            self.credentials,
            repeatable=True,
        )
        try:
            held = msgspec.json.decode(answer.require(200).body, type=_Openings).openings
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SourceUnavailable(f"{self.hub.name} answers not as a hub does: {error}") from None
        return {
            (str(one.entry.subject.get("id")), str(one.entry.subject.get("version"))): one for one in held
        }


def watch(node: Node, remote: RemoteHub, state: Checkpoint) -> None:
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
