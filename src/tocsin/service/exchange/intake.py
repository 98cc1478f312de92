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
from tocsin.sharing.marking import fixed_level, read_markings
from tocsin.store import labels, log
from tocsin.store.collections import Collection
from tocsin.store.objects import NewObject, definitions, held_versions, put
from tocsin.transparency.entry import Act

__all__ = ["Intake", "Refused", "is_revoked", "marking_refs", "not_withdrawn", "subject_of", "take_in"]


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
    sender: str = "",
) -> Intake:
    """Store ``objects`` in ``collection`` as coming from ``origin`` by ``channel``.

    Their markings are read by the definitions that come along, that are published here, and that came the same way;
    also by those that ``sender`` submitted, where it did.

    With ``act`` each version that is new gets a leaf of the log that names it and the digest of its bytes. It is opened
    to whoever may see the version, so that it names this organisation, and not the person ``by``.
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
    scopes = ["", Label(0, origin=origin, channel=channel).scope]
    if sender:
        scopes.append(Label(0, origin=sender, channel="submitted").scope)
    known = _definitions(connection, checked, scopes)
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
                    subject = subject_of(one, collection, added_us)
                    entries.append(node.salted_for_others(act, by, subject, now_us))
            case "present":
                done.present.append(one)
            case "conflict":
                why = (
                    "this version is here already with other content, and what was shared is never rewritten; "
                    "give the changed object a later `modified`"
                )
                done.refused.append(Refused(one.id, version_of(one), why, conflict=True))
    if entries:
        log.append(connection, entries)
    return done


def not_withdrawn(
    connection: Connection, collection: Collection, some: Sequence[StixObject], *, tell_known: bool = False
) -> tuple[list[StixObject], list[Refused]]:
    """Of ``some``, to be published, those that may still have a new version, and those that were withdrawn.

    Withdrawn is for good (STIX 2.1 section 3.6): who was told so does not look again. A version that is here already is
    taken for good, unless with ``tell_known``: a person who publishes it again may take it for published.
    """
    held = held_versions(connection, collection.number, [one.id for one in some], "")
    last: dict[str, tuple[str, bool]] = {}
    for (id, key), revoked in held.items():
        last[id] = max(last.get(id, ("", False)), (key, revoked))
    ended = {id for id, (_, revoked) in last.items() if revoked}
    good, refused = [], []
    for one in some:
        try:
            known = (one.id, version_key(version_of(one))) in held
        except BadInput:
            known = True  # what is wrong with it is told when it is taken in
        if one.id in ended and not known:
            why = "it was withdrawn, and that is for good; publish it as a new object, with an id of its own"
            refused.append(Refused(one.id, version_of(one), why))
        elif tell_known and one.id in ended and one.properties.get("revoked") is not True:
            refused.append(Refused(one.id, version_of(one), "it was withdrawn; it stays so"))
        else:
            good.append(one)
    return good, refused


def is_revoked(one: StixObject) -> bool:
    """Whether this version says that its object is withdrawn."""
    return b'"revoked"' in one.raw and one.properties.get("revoked") is True


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
        revoked=is_revoked(one),
        body=one.raw,
        references=references_of(one),
    )


def _definitions(
    connection: Connection, objects: Sequence[StixObject], scopes: Sequence[str]
) -> Mapping[str, Mapping[str, Any]]:
    """The marking definitions that come along, and those already here that are named."""
    here = {one.id: one.properties for one in objects if one.type == "marking-definition"}
    wanted = {ref for one in objects if b"marking" in one.raw for ref in marking_refs(one)} - here.keys()
    unknown = sorted(ref for ref in wanted if fixed_level(ref) is None)
    return {**(definitions(connection, unknown, scopes) if unknown else {}), **here}


def marking_refs(one: StixObject) -> set[str]:
    """The ids of the markings that an object or a part of it names."""
    refs = one.properties.get("object_marking_refs")
    found = {ref for ref in refs if isinstance(ref, str)} if isinstance(refs, list) else set[str]()
    granular = one.properties.get("granular_markings")
    for part in granular if isinstance(granular, list) else ():
        ref = part.get("marking_ref") if isinstance(part, dict) else None
        if isinstance(ref, str):
            found.add(ref)
    return found
