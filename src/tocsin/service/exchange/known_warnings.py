"""The warnings that a node knows, as a file that a check can read."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from tocsin.errors import NothingToCheck, Place, SourceUnavailable
from tocsin.service.exchange.access import access_of_person
from tocsin.service.exchange.node import Node
from tocsin.sharing.policy import visible
from tocsin.store import objects
from tocsin.store.collections import collections
from tocsin.store.objects import StoredObject

__all__ = ["visible_objects", "warnings_file"]

_NAMESPACE: Final = uuid.UUID("7d0b3f1e-0d36-5b7c-8a51-9a5a7f2f0c3a")
_NEEDED: Final = frozenset({"indicator", "marking-definition", "identity"})


def visible_objects(node: Node, person: str) -> Iterator[StoredObject]:
    """The last version of every object that a person of this organisation may see and that is not withdrawn.

    Where several hubs sent one object, the newest version counts, and one that is revoked anywhere is withdrawn.
    """
    access = access_of_person(node, person)
    with node.reading() as connection:
        wanted = [one.number for one in collections(connection) if one.kind != "inbox"]
        newest: dict[str, tuple[str, int]] = {}
        for one in objects.latest(connection, visible(access.viewer), collections=wanted):
            key = (one.version, one.place)
            if one.id not in newest or newest[one.id] < key:
                newest[one.id] = key
        places = {place for _, place in newest.values()}
        for one in objects.latest(connection, visible(access.viewer), collections=wanted):
            if one.place in places and not one.revoked:
                yield one


def warnings_file(node: Node, person: str) -> Path:
    """A STIX bundle of the node's indicators, written anew when something came or went.

    Raises:
        NothingToCheck: the node knows no indicator.
        SourceUnavailable: the file cannot be written.
    """
    with node.reading() as connection:
        state = sha256(
            repr([(one.number, one.last_seq) for one in collections(connection)] + [person]).encode()
        )
    folder = node.folder / "cache"
    path = folder / f"this-node-{state.hexdigest()[:16]}.json"
    if path.exists():
        return path
    found = False
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for old in folder.glob("this-node-*"):
            old.unlink()
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            file.write(
                f'{{"type":"bundle","id":"bundle--{uuid.uuid5(_NAMESPACE, path.name)}","objects":[\n'.encode()
            )
            separator = b""
            for one in visible_objects(node, person):
                if one.type in _NEEDED:
                    found = found or one.type == "indicator"
                    file.write(separator + one.body)
                    separator = b",\n"
            file.write(b"\n]}\n")
        if found:
            partial.rename(path)
        else:
            partial.unlink()
    except OSError as error:
        raise SourceUnavailable(
            f"the node's folder cannot be written: {error.strerror}", where=Place(str(folder))
        ) from error
    if not found:
        raise NothingToCheck(
            "this node knows no warning yet",
            hint="Run tocsin sync after tocsin join or tocsin source add, or name warnings with --against.",
        )
    return path
