"""``publish``: what this node's own organisation tells its members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from tocsin.errors import BadInput, NothingToCheck
from tocsin.model.stix import StixObject, read_objects
from tocsin.model.stix_check import references_of
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.intake import Intake, not_withdrawn, take_in
from tocsin.service.exchange.node import WARNINGS, Node
from tocsin.service.exchange.stops import publication_stops
from tocsin.service.inventory.publishing import PublishedAdvisory, advisory_objects
from tocsin.sharing.audience import audience_marking, audience_marking_id, audience_name, with_markings
from tocsin.sharing.label import NOT_UNDERSTOOD, OWN
from tocsin.sharing.marking import read_markings
from tocsin.store.collections import Collection, find_collection
from tocsin.store.objects import definitions
from tocsin.transparency.entry import Act

__all__ = ["Published", "collection_named", "object_in", "publish", "publish_made"]


@dataclass(frozen=True, slots=True)
class Published:
    """What became of what was to be published.

    ``problems`` are what could not be read at all, ``notes`` what a person should know of what was published.
    ``advisory`` is what became of an advisory's file.
    """

    intake: Intake
    problems: tuple[BadInput, ...]
    notes: tuple[str, ...] = ()
    advisory: PublishedAdvisory | None = None


def publish(
    node: Node,
    data: bytes,
    *,
    name: str,
    by: str,
    tlp: Tlp | None = None,
    audience: Sequence[str] = (),
    known_good: str = "block",
) -> Published:
    """Publish the STIX objects in ``data`` (a file called ``name``) to the node's collection of warnings.

    An advisory (CSAF, CVE, OSV, OpenVEX) is published as a report that carries it and a vulnerability for each that it
    speaks of (:mod:`tocsin.sharing.published_advisory`).

    ``tlp`` marks what is not marked at least as strictly; what has no marking and gets none is TLP:AMBER. ``audience``
    names to whom it goes, of those whom its TLP allows; the level of what is marked stays. What was withdrawn
    stays so: a further version of it is refused. So is an indicator whose STIX pattern does not compile.
    ``known_good`` says what is done with an indicator of a value that is widely known to be harmless: ``block``
    refuses it, ``inform`` publishes and tells, ``off`` asks nothing.

    Raises:
        NothingToCheck: there is no object in it.
        BadInput: a name of the audience is none, or the advisory is not to be published.
    """
    named = frozenset(audience_name(one) for one in audience)
    advisory = advisory_objects(node, data, name, tlp=tlp, audience=named)
    if advisory is not None:
        data, tlp = advisory.body, advisory.tlp
    reading = read_objects(data, name)
    if not reading.objects and not reading.problems:
        raise NothingToCheck(f"there is no object in {name}")
    passed, stopped, notes = publication_stops(_marked(reading.objects, tlp, named), known_good)
    now = node.now_us

    def act(connection: Connection) -> Intake:
        collection = collection_named(connection, WARNINGS)
        good, withdrawn = not_withdrawn(connection, collection, passed, tell_known=True)
        taken = take_in(
            node,
            connection,
            collection,
            _without_known_audience(connection, good, named),
            origin=OWN,
            channel="published",
            act=Act.PUBLISH,
            by=by,
            now_us=now,
        )
        taken.refused += withdrawn
        return taken

    intake = node.write(act)
    intake.refused += stopped
    told = (*(advisory.notes if advisory is not None else ()), *notes, *_reach(intake))
    return Published(intake, reading.problems, told, advisory)


def _reach(taken: Intake) -> Iterator[str]:
    """Who will not see what was published, where that may not be what was meant."""
    here = {one.id: label for one, label in zip(taken.stored, taken.labels, strict=True)}
    for one, label in zip(taken.stored, taken.labels, strict=True):
        if label.tlp == NOT_UNDERSTOOD:
            yield f"{one.id}: has a marking that is not understood, so that this node's own people alone see it"
        elif label.tlp == Tlp.RED and not any(name.startswith("person:") for name in label.audience):
            yield f"{one.id}: is TLP:RED and names no person, so that nobody sees it; name them with --to person:NAME"
        for ref in references_of(one):
            if ref in here and here[ref].tlp > label.tlp:
                yield (
                    f"{one.id}: is less restricted than {ref}, to which it refers; "
                    "those alone see it who may see both"
                )


def _without_known_audience(
    connection: Connection, passed: Sequence[StixObject], audience: frozenset[str]
) -> Sequence[StixObject]:
    """``passed`` without the definition of the audience, if the same is published already, however it is spelled.

    A member's own may have been released before; its bytes stay.
    """
    if not audience:
        return passed
    id = audience_marking_id(audience)
    known = definitions(connection, [id], [""]).get(id, {})
    return [
        one for one in passed if one.id != id or one.properties.get("extensions") != known.get("extensions")
    ]


def object_in(body: bytes) -> StixObject:
    """The one object that a body holds."""
    return read_objects(body).objects[0]


def publish_made(node: Node, connection: Connection, bodies: Sequence[bytes], *, by: str, what: str) -> None:
    """Publish objects that the node itself made, an object a body; ``what`` they are, for the error.

    Raises:
        BadInput: one is refused.
    """
    taken = take_in(
        node,
        connection,
        collection_named(connection, WARNINGS),
        [object_in(body) for body in bodies],
        origin=OWN,
        channel="published",
        act=Act.PUBLISH,
        by=by,
        now_us=node.now_us,
    )
    if taken.refused:
        raise BadInput(f"{what}: {taken.refused[0].why}")


def collection_named(connection: Connection, alias: str) -> Collection:
    """The node's own collection with this alias."""
    found = find_collection(connection, alias)
    if found is None:
        raise BadInput(f"the node has no collection {alias!r}: its database was tampered with")
    return found


def _marked(objects: Sequence[StixObject], tlp: Tlp | None, audience: frozenset[str]) -> list[StixObject]:
    if tlp is None and not audience:
        return list(objects)
    definitions = {one.id: one.properties for one in objects if one.type == "marking-definition"}
    marked = [
        one
        if one.type == "marking-definition"
        else _again(one, with_markings(one.raw, _level(one, definitions) if tlp is None else tlp, audience))
        for one in objects
    ]
    if not audience:
        return marked
    definition = read_objects(audience_marking(audience)).objects
    return [*definition, *marked]


def _level(one: StixObject, definitions: Mapping[str, Mapping[str, Any]]) -> Tlp:
    """The level that an object has by itself, to be written where none is."""
    return Tlp(min(read_markings(one.properties, definitions).tlp, Tlp.RED))


def _again(one: StixObject, raw: bytes) -> StixObject:
    return one if raw == one.raw else read_objects(raw).objects[0]
