"""What hubs were told of this node's own cases of ransom: the last of each, as it left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from tocsin.incidents.incident import Incident
from tocsin.model.told.number import number
from tocsin.ransom.links.marks import KINDS, PUBLIC
from tocsin.ransom.links.shared import CASE_TYPE, SharedCase, Tell, read_case
from tocsin.service.exchange.node import Node
from tocsin.service.ransom.share import KIND_COUNTS, case_id
from tocsin.store import hubs

__all__ = ["SentCase", "sent_cases"]


@dataclass(frozen=True, slots=True)
class SentCase:
    """What ``hub`` was told last of an incident (its id); ``sent_us`` is when it took it, None while it waits.

    Without marks it says nothing any more: it was taken back.
    """

    incident: str
    hub: str
    case: SharedCase
    made_us: int
    sent_us: int | None

    @property
    def what(self) -> str:
        """How many marks of which kind, in words."""
        counts = Counter(one.kind for one in self.case.marks)
        held = ((kind, counts[kind.value]) for kind in KINDS)
        return ", ".join(number(count, *KIND_COUNTS[kind]) for kind, count in held if count)

    @property
    def how(self) -> str:
        """In which form they left, in words."""
        key = "" if self.case.key == PUBLIC.name else f" under the key {self.case.key}"
        if any(one.value for one in self.case.marks):
            return f"in full{', and hashed' + key if key else ''}"
        return f"hashed{key}" if key else "hashed under a public key, which hides little"

    @property
    def told_of_us(self) -> str:
        """What a member with a linked case is told of this node, in words."""
        return {
            Tell.NOTHING: "that another member has a case, no more",
            Tell.SECTOR: "your sectors",
            Tell.NAME: "your name and sectors",
            Tell.CONTACT: f"your name, sectors and contact: {self.case.contact}",
        }[self.case.tell]


def sent_cases(node: Node, incidents: Iterable[Incident]) -> list[SentCase]:
    """The last that each hub was told, or will be with the next sync, of each of ``incidents``; in their order."""
    with node.reading() as connection:
        names = [one.name for one in hubs.hubs(connection)]
        ids = {case_id(node, one.id, hub): one.id for one in incidents if one.is_own for hub in names}
        last = {one.id: one for one in hubs.queued_with(connection, sorted(ids))}
    return [
        SentCase(incident, one.hub, read_case(held), one.made_us, one.sent_us)
        for id, incident in ids.items()
        if (one := last.get(id)) is not None
        for held in _objects(one.body)
        if held.get("id") == id and held.get("type") == CASE_TYPE
    ]


def _objects(body: bytes) -> list[Mapping[str, object]]:
    held: list[Mapping[str, object]] = msgspec.json.decode(body)["objects"]
    return held
