"""Taking objects in: each is checked, labelled and stored with a leaf of the log, or refused with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.model.stix import StixObject
from tocsin.model.stix_check import check_object, references_of, version_key, version_of
from tocsin.service.exchange.node import Node, moment
from tocsin.sharing.label import Channel, Label
from tocsin.sharing.marking import read_markings
from tocsin.store import labels, log
from tocsin.store.collections import Collection
from tocsin.store.objects import NewObject, definitions, put
from tocsin.transparency.entry import Act

__all__ = ["Intake", "Refused", "take_in"]


@dataclass(frozen=True, slots=True)
class Refused:
    """One object that was not taken, and why; ``conflict`` if it is here already with other content."""

    id: str
    version: str
    why: str
    conflict: bool = False


@dataclass(slots=True)
class Intake:
    """What became of objects. Every object is in exactly one of the three lists."""

    stored: list[StixObject] = field(default_factory=list)
    present: list[StixObject] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


def take_in(
    node: Node,
    connection: Connection,
    collection: Collection,
    objects: Sequence[StixObject],
    *,
    origin: str,
    channel: Channel,
    act: Act | None,
    by: str,
    now_us: int,
) -> Intake:
    """Store ``objects`` in ``collection`` as coming from ``origin`` by ``channel``.

    With ``act`` each version that is new gets a leaf of the log that names it and the digest of its bytes.
    """
    done = Intake()
    checked: list[StixObject] = []
    for one in objects:
        try:
            check_object(one)
        except BadInput as error:
            done.refused.append(Refused(one.id, version_of(one), error.what))
        else:
            checked.append(one)
    if not checked:
        return done
    known = _definitions(connection, checked)
    interned: dict[Label, int] = {}
    new, given = [], []
    for one in checked:
        markings = read_markings(one.properties, known)
        label = Label(markings.tlp, markings.pap or "", markings.audience, origin, channel)
        if label not in interned:
            interned[label] = labels.number_of(connection, label)
        new.append(_new(one, interned[label]))
        given.append(label)
    first_leaf = log.size(connection) if act is not None else None
    outcome = put(connection, collection.number, new, now_us=now_us, first_leaf=first_leaf)
    entries = []
    for one, label, stored, place, added_us in zip(
        checked, given, outcome.outcomes, outcome.places, outcome.added_us, strict=True
    ):
        match stored:
            case "stored":
                done.stored.append(one)
                done.places.append(place or 0)
                done.labels.append(label)
                if act is not None:
                    entries.append(node.salted(act, by, subject_of(one, collection, added_us), now_us))
            case "present":
                done.present.append(one)
            case "conflict":
                why = "this version is here already with other content; what was shared is never rewritten"
                done.refused.append(Refused(one.id, version_of(one), why, conflict=True))
    if entries:
        log.append(connection, entries)
    return done


def subject_of(one: StixObject, collection: Collection, added_us: int) -> dict[str, Any]:
    """What the log says of one version."""
    return {
        "collection": collection.id,
        "id": one.id,
        "version": version_of(one),
        "sha256": sha256(one.raw).hexdigest(),
        "added": moment(added_us),
    }


def _new(one: StixObject, label: int) -> NewObject:
    version = version_of(one)
    return NewObject(
        id=one.id,
        version=version,
        version_key=version_key(version),
        type=one.type,
        spec_version=one.spec_version,
        label=label,
        revoked=b'"revoked"' in one.raw and one.properties.get("revoked") is True,
        body=one.raw,
        references=references_of(one),
    )


def _definitions(connection: Connection, objects: Sequence[StixObject]) -> Mapping[str, Mapping[str, Any]]:
    """The marking definitions that come along, and those already here that are named."""
    here = {one.id: one.properties for one in objects if one.type == "marking-definition"}
    wanted: set[str] = set()
    for one in objects:
        if b"marking" not in one.raw:
            continue
        refs = one.properties.get("object_marking_refs")
        if isinstance(refs, list):
            wanted.update(ref for ref in refs if isinstance(ref, str))
        granular = one.properties.get("granular_markings")
        for part in granular if isinstance(granular, list) else ():
            ref = part.get("marking_ref") if isinstance(part, dict) else None
            if isinstance(ref, str):
                wanted.add(ref)
    return {**definitions(connection, sorted(wanted - here.keys())), **here}
