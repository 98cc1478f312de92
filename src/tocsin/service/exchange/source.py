"""``source``: feeds that this node reads besides its hubs."""

from __future__ import annotations

import uuid
from collections.abc import Container, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.detect.warning import WarningTally
from tocsin.errors import BadInput, NotPermitted, Place, SourceUnavailable
from tocsin.model.stix import StixObject, read_objects
from tocsin.service.exchange.init import read_name
from tocsin.service.exchange.joining import is_loopback
from tocsin.service.exchange.no_longer_listed import Listed, settle
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.receiving import add_received, giver_of
from tocsin.service.exchange.remote import MakeClient
from tocsin.service.exchange.secrets_box import sealed, unsealed
from tocsin.service.exchange.synced import Synced
from tocsin.sources.feed import Batch, Source as FeedSource, SourceKind, SourceState, read_source
from tocsin.sources.http_client import Credentials
from tocsin.sources.web_address import parse_web_address
from tocsin.store import hubs
from tocsin.store.collections import find_collection
from tocsin.store.hubs import Hub, Source
from tocsin.store.listed import keep_part
from tocsin.store.organisations import add_organisation, find_organisation
from tocsin.transparency.entry import Act

__all__ = ["RESERVED", "add_source", "list_hubs", "list_sources", "remove_source", "sync_source"]

RESERVED: Final = frozenset(
    {"kev", "cve", "osv", "csaf", "vex", "eol", "epss", "ofac", "uk-sanctions", "eu-sanctions", "tagpacks"}
)
"""Names of feeds with a meaning of their own."""

_NAMESPACE: Final = uuid.UUID("5f1c34a0-9a37-5d44-8a8e-2f0c8b4f6d10")


class _Secret(msgspec.Struct):
    """What a source asks for before it lets in: a token, or a name and its password."""

    user: str
    token: str


def add_source(
    node: Node,
    *,
    name: str,
    location: str,
    kind: str,
    by: str,
    token: str = "",
    user: str = "",
    plain_http: bool = False,
) -> None:
    """Remember a source; the next sync reads it. One that was removed can be added anew, and what came from it stays.

    The first sync of one that was added anew goes by what it lists, however little that is.

    ``token`` is what a web address asks for before it lets in: a bearer token, or with ``user`` its password. It is
    kept encrypted, and goes to that server alone.

    Raises:
        BadInput: the name is reserved, taken or none, or the place is none of the kind.
        SourceUnavailable: there is no such file or folder.
        NotPermitted: the token would go over the network unencrypted.
    """
    name = read_name(name)
    if name.lower() in RESERVED:
        raise BadInput(
            f"{name!r} is reserved for the official feed of that name", hint="Choose another name."
        )
    location = _location(location, kind, token, plain_http=plain_http)
    secret = sealed(node, msgspec.json.encode(_Secret(user, token)).decode()) if token else None
    now = node.now_us

    def act(connection: Connection) -> None:
        held = find_organisation(connection, name)
        if held is None:
            number, collection = _make_room(node, connection, name, location, now)
        else:
            there = find_collection(connection, f"from-{held.number}")
            if (
                held.relation != "source"
                or there is None
                or name in {one.name for one in hubs.sources(connection)}
            ):
                raise BadInput(f"{name} is there already", hint="`tocsin source list` shows what is there.")
            number, collection = held.number, there.number
        hubs.add_source(connection, Source(name, location, kind, number, collection, "", None, secret))
        node.record(connection, Act.SOURCE_ADD, by, {"name": name, "location": location}, now)

    node.write(act)


def _make_room(node: Node, connection: Connection, name: str, location: str, now_us: int) -> tuple[int, int]:
    """The numbers of a new source's organisation and collection."""
    number = add_organisation(
        connection,
        id=f"identity--{uuid.uuid5(_NAMESPACE, f'{node.own.id} {name} {location}')}",
        name=name,
        relation="source",
        now_us=now_us,
    )
    return number, add_received(node, connection, number, name)


def _location(text: str, kind: str, token: str, *, plain_http: bool) -> str:
    """Where a source lies, so that it is found again from any folder."""
    feed = FeedSource(text.strip(), SourceKind(kind) if kind else None)
    if feed.is_url:
        address = parse_web_address(feed.place)
        if token and address.scheme != "https" and not plain_http and not is_loopback(address.host):
            raise NotPermitted(
                f"{address.shown} is not encrypted: whoever listens on the way would learn the token",
                hint="Use its https address; --plain-http goes on without.",
            )
        return feed.place
    if token:
        raise BadInput("a file or folder asks for no token", hint="Leave out --token-file.")
    if feed.kind is SourceKind.TAXII:
        raise BadInput(f"{text[:80]!r} is no web address, so no TAXII server", hint="Leave out --as taxii.")
    path = Path(feed.place).expanduser().absolute()
    if not path.exists():
        raise SourceUnavailable("there is no such file or folder", where=Place(str(path)))
    return str(path)


def list_sources(node: Node) -> list[Source]:
    """Every source, by name."""
    with node.reading() as connection:
        return hubs.sources(connection)


def list_hubs(node: Node) -> list[Hub]:
    """Every hub that this node joined, by name."""
    with node.reading() as connection:
        return hubs.hubs(connection)


def remove_source(node: Node, name: str, *, by: str) -> None:
    """Forget a source; what came from it stays.

    Raises:
        BadInput: there is none of that name.
    """
    now = node.now_us

    def act(connection: Connection) -> None:
        if not hubs.remove_source(connection, name):
            raise BadInput(f"no source is called {name[:60]!r}", hint="`tocsin source list` shows them.")
        node.record(connection, Act.SOURCE_REMOVE, by, {"name": name}, now)

    node.write(act)


def sync_source(node: Node, source: Source, make_client: MakeClient, done: Synced) -> None:
    """Take what is new from a source; each part is kept with the state to go on from.

    What a source no longer lists counts no longer, where it says what it lists
    (:mod:`tocsin.service.exchange.no_longer_listed`).

    Raises:
        SourceUnavailable: it cannot be reached or opened.
        NotPermitted: it leads to where it may not.
        BadInput: nothing of it can be read.
    """
    giver = giver_of(node, source)
    feed = FeedSource(source.location, SourceKind(source.kind) if source.kind else None)
    credentials = _credentials(node, source)
    state = msgspec.json.decode(source.cursor, type=SourceState) if source.cursor else None
    tally = WarningTally()
    client = make_client(source.location) if feed.is_url else None
    listed = Listed()
    with client or nullcontext():
        for batch in read_source(feed, tally, node.now_text, state, client, credentials):
            if batch.end is not None:
                settle(node, giver, listed, batch, done)
                continue
            objects = [one for raw in batch.objects for one in read_objects(raw).objects]
            if batch.part:
                listed = Listed()
            if batch.made:
                objects = _once(objects, batch.made, listed, done)
            listed.add(objects)
            then = partial(_go_on, source, batch, listed.last)
            taken = giver.keep(node, objects, done, then=then, made=batch.made)
            if batch.made:
                # The versions that they were kept as, which may be later than the list's.
                listed.add([*taken.stored, *taken.present])
    for reason, (count, places) in tally.not_checked.items():
        done.refuse(places[0] if places else "", reason, count)
    now = node.now_us
    node.write(lambda connection: hubs.touch_source(connection, source.name, synced_us=now))


def _once(
    objects: Sequence[StixObject], made: Container[str], listed: Listed, done: Synced
) -> list[StixObject]:
    """``objects`` without lines of a list whose value was listed before in this run.

    Two lists may say different things of one value. What the first says counts, so that it stays one version.
    """
    kept: list[StixObject] = []
    here: set[str] = set()
    for one in objects:
        if one.id in made and (one.id in here or one.id in listed.last):
            done.known += 1
            continue
        here.add(one.id)
        kept.append(one)
    return kept


def _credentials(node: Node, source: Source) -> Credentials | None:
    if source.credentials is None:
        return None
    held = msgspec.json.decode(unsealed(node, source.credentials), type=_Secret)
    return Credentials.basic(held.user, held.token) if held.user else Credentials.bearer(held.token)


def _go_on(
    source: Source, batch: Batch, listed: Mapping[str, str], connection: Connection, now_us: int
) -> None:
    cursor = msgspec.json.encode(batch.state).decode()
    hubs.update_source(connection, source.name, cursor=cursor, synced_us=now_us)
    if batch.part:
        keep_part(connection, source.collection, batch.part, listed)
