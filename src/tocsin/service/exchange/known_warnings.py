"""The warnings that a node knows, as a file that a check can read."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

import msgspec

from tocsin.detect.result import Finding
from tocsin.errors import NothingToCheck, Place, SourceUnavailable
from tocsin.limits import CACHED_WARNINGS_S
from tocsin.model.stix_check import version_key
from tocsin.service.exchange.access import access_of_person
from tocsin.service.exchange.node import Node
from tocsin.sharing.policy import Const, visible
from tocsin.store import objects
from tocsin.store.collections import collections
from tocsin.store.objects import Query, StoredObject

__all__ = ["UNKNOWN_SOURCE", "visible_objects", "warnings_file", "with_sources"]

_NAMESPACE: Final = uuid.UUID("7d0b3f1e-0d36-5b7c-8a51-9a5a7f2f0c3a")
UNKNOWN_SOURCE: Final = "a warning that this node knew"
"""The source of a finding whose warning went while the check ran."""

_ASKED_AT_ONCE: Final = 500
_NEEDED: Final = frozenset({"indicator", "marking-definition", "identity"})


def visible_objects(node: Node, person: str) -> Iterator[StoredObject]:
    """The last version of every object that a person of this organisation may see and that is not withdrawn.

    Where several hubs and sources gave one object, the newest version counts. Withdrawn it is for the one who withdrew
    it: as long as another still gives it, it is looked for. Else one hub could silence the warnings of another, and
    "not seen" would be said of what was not looked for.
    """
    access = access_of_person(node, person)
    with node.reading() as connection:
        wanted = [one.number for one in collections(connection) if one.kind != "inbox"]
        newest: dict[str, tuple[str, int]] = {}
        for one in objects.latest(connection, visible(access.viewer), collections=wanted):
            if not one.revoked:
                newest[one.id] = max(newest.get(one.id, ("", 0)), (version_key(one.version), one.place))
        places = {place for _, place in newest.values()}
        for one in objects.latest(connection, visible(access.viewer), collections=wanted):
            if one.place in places:
                yield one


def with_sources(node: Node, person: str, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return findings with the name of the hub or source that gave the warning of each, as this node calls it.

    Of several that gave it, it is the one whose version :func:`visible_objects` gives. What this node published is from
    its own organisation.
    """
    sources = _sources(node, person, {one.warning for one in findings})
    return tuple(
        msgspec.structs.replace(one, source=sources.get(one.warning, UNKNOWN_SOURCE)) for one in findings
    )


def _sources(node: Node, person: str, warnings: Collection[str]) -> dict[str, str]:
    allowed = visible(access_of_person(node, person).viewer)
    ids = sorted(warnings)
    newest: dict[str, tuple[tuple[str, int], str]] = {}
    with node.reading() as connection:
        for given in collections(connection):
            if given.kind == "inbox":
                continue
            name = node.own.name if given.kind == "warnings" else given.title
            for start in range(0, len(ids), _ASKED_AT_ONCE):
                query = Query(ids=tuple(ids[start : start + _ASKED_AT_ONCE]))
                for one in objects.page(connection, given.number, allowed, query):
                    rank = (version_key(one.version), one.place)
                    if not one.revoked and (one.id not in newest or newest[one.id][0] < rank):
                        newest[one.id] = rank, name
    return {id: name for id, (_, name) in newest.items()}


def warnings_file(node: Node, person: str) -> Path:
    """A STIX bundle of the node's indicators, written anew when something came or went.

    Raises:
        NothingToCheck: the node knows no indicator.
        SourceUnavailable: the file cannot be written.
    """
    folder = node.folder / "cache"
    path = folder / f"this-node-{_state(node, person)}.json"
    if path.exists():
        return path
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix="new-", delete=False) as file:
            partial = Path(file.name)
            try:
                found = _write(node, person, path.name, file)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise
        if found:
            _forget_old(folder, node.now_us)
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


def _state(node: Node, person: str) -> str:
    """What the file is made of, in short: it changes when anything comes or goes."""
    with node.reading() as connection:
        held = [
            (one.number, one.last_seq, objects.count(connection, Const(True), one.number))
            for one in collections(connection)
        ]
    return sha256(repr((held, person)).encode()).hexdigest()[:16]


def _write(node: Node, person: str, name: str, file: IO[bytes]) -> bool:
    """Write the bundle; whether there is an indicator in it."""
    found = False
    separator = b""
    file.write(f'{{"type":"bundle","id":"bundle--{uuid.uuid5(_NAMESPACE, name)}","objects":[\n'.encode())
    for one in visible_objects(node, person):
        if one.type in _NEEDED:
            found = found or one.type == "indicator"
            file.write(separator + one.body)
            separator = b",\n"
    file.write(b"\n]}\n")
    return found


def _forget_old(folder: Path, now_us: int) -> None:
    """Delete files that are so old that no check reads them any more."""
    for old in folder.iterdir():
        with suppress(OSError):
            if old.stat().st_mtime < now_us / 1_000_000 - CACHED_WARNINGS_S:
                old.unlink()
