"""``wallet share``: what of a case of ransom a hub is told, exactly as it was previewed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from tocsin.errors import NothingToCheck, NotPermitted, UsageError
from tocsin.incidents.incident import Incident
from tocsin.model.stix import read_objects
from tocsin.model.stix_check import check_object
from tocsin.model.tlp import Tlp, marking_id, parse_tlp
from tocsin.model.told.number import number
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.links.link import Kind
from tocsin.ransom.links.marks import KINDS, PUBLIC, Key, Mark, mark_hash, marks_of
from tocsin.ransom.links.shared import CASE_TYPE, SharedCase, Tell, case_object, shared_marks
from tocsin.service.exchange.logs import hub_named
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.share import Offer, next_times, told_id
from tocsin.service.incidents.kept import newest, short_id
from tocsin.service.ransom.cases import case_of
from tocsin.service.ransom.labels import known_services
from tocsin.service.ransom.links import known_of
from tocsin.service.ransom.trace import kept_ledger
from tocsin.store import hubs

__all__ = ["KIND_COUNTS", "SharedOffer", "case_id", "marks_here", "share"]

_CONTACT_CHARACTERS = 200
KIND_COUNTS = {
    Kind.ADDRESS: ("address", "addresses"),
    Kind.CLUSTER: ("address of the same cluster", "addresses of the same cluster"),
    Kind.CONSOLIDATION: (
        "transaction that spends it with other money",
        "transactions that spend it with other money",
    ),
    Kind.CASH_OUT: ("address that the money came to", "addresses that the money came to"),
}
"""What one mark of a kind is called, and what several are."""


@dataclass(frozen=True, slots=True)
class SharedOffer:
    """What would leave: the marks, each with its hash. ``notes`` are what a person should know of it."""

    offer: Offer
    incident: Incident
    marks: tuple[tuple[Mark, str], ...]
    notes: tuple[str, ...]


def case_id(node: Node, incident: str, hub: str) -> str:
    """The id under which the hub is told of an incident (its id): another at each, so that no two can compare it."""
    return told_id(node, CASE_TYPE, incident, hub, anonymous=True)


def marks_here(
    node: Node, ledger: Ledger, incidents: Iterable[Incident], kinds: Collection[Kind] = KINDS
) -> dict[str, list[Mark]]:
    """The marks of each incident (by its id) by what is loaded; of one without an address or a payment none.

    The way of its money ends at the services that the packs of ``node`` label, as it does among its own cases.
    """
    cases = [case for one in incidents if (case := case_of(one, ledger)) is not None]
    known, _ = known_of(ledger, cases, known_services(node, ledger) if cases else {})
    return {one.id: marks_of(one, known, kinds) for one in cases}


def share(
    node: Node,
    which: str,
    hub_name: str,
    *,
    full: bool,
    key: Key = PUBLIC,
    kinds: Collection[Kind] = KINDS,
    tell: Tell = Tell.NOTHING,
    contact: str = "",
    take_back: bool = False,
) -> SharedOffer:
    """What a hub would be told of an incident: :mod:`tocsin.ransom.links.shared` says what that is.

    Shared again it is a new version of the same, and takes its place; with ``take_back`` it says nothing any more. It
    is TLP:AMBER+STRICT: for the hub alone, which compares it.

    Raises:
        NothingToCheck, BadInput: see :func:`~tocsin.service.incidents.kept.newest`; or there is no such hub; or the
            incident has no address and no payment; or with ``take_back``, nothing was sent.
        NotPermitted: it is not this organisation's own; or it is TLP:RED and not taken back.
        UsageError: the contact is missing, too long, no plain line, or would not be told; or the incident's marking is
            no TLP.
    """
    _check_contact(tell, contact)
    hub = hub_named(node, hub_name).name
    with node.reading() as connection:
        incident = newest(connection, which)
        id = case_id(node, incident.id, hub)
        before = hubs.last_queued(connection, [id]).get(id)
    if not incident.is_own:
        raise NotPermitted(f"{incident.name} is not yours, and others' cases are not shared as one's own")
    if not take_back:
        _check_marking(incident)
    elif before is None:
        raise NothingToCheck(f"nothing of {incident.name} was sent to {hub}")
    marks = [] if take_back else marks_here(node, kept_ledger(node), [incident], kinds).get(incident.id, [])
    if not take_back and not marks:
        raise NothingToCheck(
            f"{incident.name} has no address and no payment to share",
            hint="Note them: tocsin incident edit. Load the transactions: tocsin wallet load FILE...",
        )
    shared = SharedCase(
        key.name,
        shared_marks(marks, key, full=full),
        Tell.NOTHING if take_back else tell,
        "" if take_back else contact,
    )
    made = case_object(id, shared, next_times(node, before), marking_id(Tlp.AMBER_STRICT), author=node.own.id)
    body = b'{"objects":[\n' + msgspec.json.encode(made) + b"\n]}"
    for held in read_objects(body).objects:
        check_object(held)
    hashed = tuple((one, mark_hash(one, key)) for one in marks)
    notes = _notes(marks, key, shared, hub, full=full) if marks else _taken_back(hub)
    return SharedOffer(Offer(hub, body, (), (), anonymous=False), incident, hashed, notes)


def _check_contact(tell: Tell, contact: str) -> None:
    if tell is Tell.CONTACT and not contact.strip():
        raise UsageError(
            "whom another victim may write to is missing", hint="--contact 'Ann, ann@valleygas.example'"
        )
    if contact and tell is not Tell.CONTACT:
        raise UsageError("the contact would be told to nobody", hint="Say --tell contact with it.")
    if len(contact) > _CONTACT_CHARACTERS:
        raise UsageError(f"the contact has more than {_CONTACT_CHARACTERS} characters")
    if not contact.isprintable():
        raise UsageError("the contact holds a control character", hint="It is one line of plain text.")


def _check_marking(incident: Incident) -> None:
    level, say = parse_tlp(incident.tlp), f"tocsin incident edit {short_id(incident)} --set tlp=amber+strict"
    if level is None:
        raise UsageError(f"{incident.name} is marked {incident.tlp[:40]!r}, which is no TLP", hint=say)
    if level is Tlp.RED:
        raise NotPermitted(
            f"{incident.name} is TLP:RED, for named people alone, so it goes to no hub",
            hint=f"Say that the hub may know of it: {say} (the hub alone).",
        )


def _taken_back(hub: str) -> tuple[str, ...]:
    told = f"It says nothing any more: once {hub} tells its members anew, none is told of it."
    return (told, f"What {hub} was sent, and what members were told before, is not unsaid by it.")


def _notes(marks: Sequence[Mark], key: Key, shared: SharedCase, hub: str, *, full: bool) -> tuple[str, ...]:
    counts = Counter(one.kind for one in marks)
    told = ", ".join(number(counts[kind], *KIND_COUNTS[kind]) for kind in KINDS if counts[kind])
    if full:
        how = f"in full: {hub}'s people read them"
    elif key.name == PUBLIC.name:
        how = (
            "hashed under a public key: that keeps them from being read in passing, and no more. Addresses are public; "
            f"who has them all, as {hub} can, tries each. With a key of your members: --key FILE"
        )
    else:
        how = (
            f"hashed under the key {key.name}: {hub} compares them and cannot try addresses out, unless somebody "
            "who has the key gives it away. Only cases under the same key are compared"
        )
    return (f"{told}; {how}.", _told_of_you(shared.tell, hub))


def _told_of_you(tell: Tell, hub: str) -> str:
    if tell is Tell.NOTHING:
        return f"{hub} knows whose case it is. A member with a linked case is told that another has one, not who."
    what = {
        Tell.SECTOR: "your sectors; where few are of them, that says who you are",
        Tell.NAME: "your name and sectors",
        Tell.CONTACT: "your name, sectors and contact",
    }[tell]
    return f"A member with a linked case is told {what}."
