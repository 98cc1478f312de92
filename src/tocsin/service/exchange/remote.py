"""A hub as a member asks it: its TAXII, its log, its openings; and the member's watch over the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Final, Literal, TypeVar

import msgspec

from tocsin.errors import LogTampered, NotPermitted, SourceUnavailable
from tocsin.limits import TOKEN_LONGEST_S
from tocsin.model.stix import StixObject
from tocsin.model.stix_check import version_of
from tocsin.service.exchange.node import Node
from tocsin.sources.http_client import Credentials, HttpClient, Response
from tocsin.sources.taxii_client import Collection as RemoteCollection, TaxiiClient
from tocsin.store import log
from tocsin.store.hubs import Hub
from tocsin.transparency.audit import compare
from tocsin.transparency.checkpoint import Checkpoint, open_checkpoint
from tocsin.transparency.entry import Opening
from tocsin.transparency.note import Verifier
from tocsin.transparency.tile import TILE_WIDTH, Tile, reader_of_tiles
from tocsin.transparency.tree import NodeReader, consistency_proof, inclusion_proof, verify_inclusion

__all__ = ["MakeClient", "RemoteHub", "SectorSaid", "StateSaid", "TokenSaid", "watch"]

T = TypeVar("T")

MakeClient = Callable[[str], HttpClient]
"""Makes the HTTP client that may reach the origin of an address."""


_MOST_MEMBERS: Final = 1_000_000
_ASK: Final = "Ask who runs the hub, by another way than through it."


class _Openings(msgspec.Struct):
    openings: tuple[Opening, ...]


class TokenSaid(msgspec.Struct):
    """What a hub says of the token that it was shown, or took in its place: how long it holds yet (seconds)."""

    token: str
    holds_s: Annotated[int, msgspec.Meta(ge=0, le=TOKEN_LONGEST_S)]


class SectorSaid(msgspec.Struct):
    """What a hub says of one sector: how many members answered, and how many of them said yes, as of a time."""

    sector: str
    answered: Annotated[int, msgspec.Meta(ge=1, le=_MOST_MEMBERS)]
    yes: Annotated[int, msgspec.Meta(ge=0, le=_MOST_MEMBERS)]
    as_of: str


class StateSaid(msgspec.Struct):
    """What a hub says became of an object that this node sent; an older one says neither ``vetted`` nor ``came_of``."""

    id: str
    version: str
    state: Literal["new", "vetted", "released", "refused"]
    why: str = ""
    changed: str = ""
    vetted: str = ""
    came_of: tuple[SectorSaid, ...] = ()


class _States(msgspec.Struct):
    states: tuple[StateSaid, ...]


class Failure(msgspec.Struct):
    """An object that a hub did not take, and why."""

    id: str = ""
    message: str = ""


class Status(msgspec.Struct):
    """What is read of TAXII's status resource (TAXII 2.1 section 4.3)."""

    id: str
    failures: tuple[Failure, ...] = ()


class RemoteHub:
    """A hub as this member asks it. ``is_shut_out`` once the hub answered that it does not know the token."""

    def __init__(self, http: HttpClient, hub: Hub, credentials: Credentials) -> None:
        self.http = http
        self.hub = hub
        self.is_shut_out = False
        self.use(credentials)
        self.verifier = Verifier.parse(hub.log_key)
        self._tiles: dict[str, bytes] = {}
        self._readers: dict[int, NodeReader] = {}
        self._held_to: set[tuple[bytes, int]] = set()

    def use(self, credentials: Credentials) -> None:
        """From now on show the hub these."""
        self.credentials = credentials
        self.taxii = TaxiiClient(self.http, credentials)

    def get(self, path: str) -> bytes:
        """What lies at ``path`` of the hub."""
        answer = self.http.request("GET", self.hub.url + path, {}, None, self.credentials)
        if answer.status in {401, 403}:
            self.is_shut_out = answer.status == 401
            raise NotPermitted(f"{self.hub.name} does not let this node in any more", hint="Ask the hub why.")
        return answer.require(200).body

    def checkpoint(self) -> Checkpoint:
        """The state of the hub's log, signed by it; it is kept in ``state``, the note itself in ``note``."""
        self.note = self.get("log/checkpoint")
        self.state = open_checkpoint(self.note, self.verifier)
        return self.state

    def leaf(self, index: int, state: Checkpoint) -> bytes:
        """The hash of a leaf of the hub's log as ``state`` signs it.

        The proof of one leaf is made from all hashes of its tile, so that it holds the whole tile to the signed root.

        Raises:
            LogTampered: the tiles that the hub gives are not those of the log that it signed.
        """
        reader = self.nodes(state.size)
        found = reader(0, index)
        tile = (state.root, index // TILE_WIDTH)
        if tile not in self._held_to:
            proof = inclusion_proof(index, state.size, reader)
            if not verify_inclusion(found, index, state.size, proof, state.root):
                raise LogTampered(
                    f"the log that {self.hub.name} shows is not the one that it signed: leaf {index} of {state.size} "
                    "does not lead to the signed root",
                    hint=f"Act on nothing of what it gives out. {_ASK}",
                )
            self._held_to.add(tile)
        return found

    def nodes(self, size: int) -> NodeReader:
        """Read the nodes of the hub's log, by its tiles."""
        if size in self._readers:
            return self._readers[size]

        def data_of(tile: Tile) -> bytes:
            if tile.path not in self._tiles:
                self._tiles[tile.path] = self.get(f"log/{tile.path}")
            return self._tiles[tile.path]

        self._readers[size] = reader_of_tiles(size, data_of)
        return self._readers[size]

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
        answer = self._post("api/openings", _asked_for([(one.id, version_of(one)) for one in objects]))
        held = self._decoded(answer.require(200).body, _Openings, "openings").openings
        return {
            (str(one.entry.subject.get("id")), str(one.entry.subject.get("version"))): one for one in held
        }

    def states(self, objects: Sequence[tuple[str, str]]) -> dict[tuple[str, str], StateSaid]:
        """What became of these versions (id, version) that this node sent in its own name; of some perhaps nothing.

        Raises:
            SourceUnavailable: the hub does not answer, or not as a hub does.
        """
        answer = self._post("api/inbox/states", _asked_for(objects))
        held = self._decoded(answer.require(200).body, _States, "states").states
        return {(one.id, one.version): one for one in held}

    def token(self) -> TokenSaid:
        """What the hub says of the token that this node shows.

        Raises:
            SourceUnavailable: the hub does not answer, or not as a hub does.
        """
        return self._decoded(self.get("api/token"), TokenSaid, "token")

    def renew(self, asked: object) -> TokenSaid | None:
        """Ask for a token in the place of the one that is shown; None if the hub takes none like it (400).

        Raises:
            NotPermitted: it renews none for this node.
            SourceUnavailable: the hub does not answer, or not as a hub does.
        """
        answer = self._post("api/token", asked)
        if answer.status == 400:
            return None
        if answer.status in {401, 403}:
            raise NotPermitted(f"{self.hub.name} does not renew this node's token", hint="Ask the hub why.")
        return self._decoded(answer.require(200).body, TokenSaid, "token")

    def _post(self, path: str, asked: object) -> Response:
        """Ask what may be asked twice."""
        return self.http.request(
            "POST",
            self.hub.url + path,
            {"Content-Type": "application/json"},
            msgspec.json.encode(asked),
            self.credentials,
            repeatable=True,
        )

    def status(self, data: bytes) -> Status:
        """What became of a submission, from the status that the hub answered with.

        Raises:
            SourceUnavailable: the hub does not answer as one does.
        """
        found = self._decoded(data, Status, "status")
        if not found.id.replace("-", "").isalnum() or not found.id.isascii() or len(found.id) > 100:
            raise SourceUnavailable(
                f"{self.hub.name} gives a submission no id that one can ask for", hint=_ASK
            )
        return found

    def _decoded(self, data: bytes, shape: type[T], what: str) -> T:
        try:
            return msgspec.json.decode(data, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise SourceUnavailable(
                f"{self.hub.name} does not answer as a Tocsin hub: its {what} cannot be read ({str(error)[:200]})",
                hint=_ASK,
            ) from None


def _asked_for(objects: Sequence[tuple[str, str]]) -> dict[str, list[dict[str, str]]]:
    return {"objects": [{"id": id, "version": version} for id, version in objects]}


def watch(node: Node, remote: RemoteHub, state: Checkpoint, note: bytes = b"") -> None:
    """Hold the hub's log to what this member saw of it before, and remember what it sees now.

    ``note`` is the signed note of ``state``, if it is not the last that the hub was asked for.
    """
    with node.reading() as connection:
        last = log.last_checkpoint(connection, remote.verifier.name)
    if last is not None:
        known = open_checkpoint(last, remote.verifier)
        proof = (
            consistency_proof(known.size, state.size, remote.nodes(state.size))
            if 0 < known.size < state.size
            else None
        )
        compare(known, state, proof)
    now = node.now_us
    node.write(
        lambda connection: log.keep_checkpoint(
            connection, remote.verifier.name, state.size, note or remote.note, now_us=now
        )
    )
