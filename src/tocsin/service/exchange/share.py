"""``share``: what of a finding goes to a hub: a sighting, exactly as it was previewed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from tocsin.detect.result import Finding
from tocsin.errors import BadInput, NothingToCheck, NotPermitted
from tocsin.model.stix import read_objects
from tocsin.model.stix_check import check_object
from tocsin.model.tlp import Tlp, marking_id, parse_tlp
from tocsin.service.exchange.access import viewer_of
from tocsin.service.exchange.logs import hub_named
from tocsin.service.exchange.node import Node, moment
from tocsin.sharing.derived import derived_label, may_send
from tocsin.sharing.label import ANONYMOUS, Label
from tocsin.store import findings as kept, hubs, labels, objects
from tocsin.store.organisations import find_organisation

__all__ = ["Offer", "offer", "queue"]

_NAMESPACE: Final = uuid.UUID("0c1d3c9e-3c43-5a3e-9d0c-6f4a4a2f7d11")
_MOST_COUNTED: Final = 999_999_999


@dataclass(frozen=True, slots=True)
class Offer:
    """What would leave: the exact ``body`` for ``hub``. ``held_back`` are findings that may not go, each with why."""

    hub: str
    body: bytes
    findings: tuple[str, ...]
    held_back: tuple[tuple[str, str], ...]
    anonymous: bool


def offer(node: Node, findings: Sequence[Finding], hub_name: str, *, anonymous: bool = False) -> Offer:
    """The sightings of ``findings`` for a hub: that a warning was seen, when and how often.

    Nothing else goes: no host, no address of one's own, no line of a log.

    A warning binds what is derived from it: what came from another hub goes only where its marking allows.

    Raises:
        BadInput: this node has joined no hub of that name.
        NothingToCheck: there is no finding.
        NotPermitted: no finding may go to that hub.
    """
    if not findings:
        raise NothingToCheck("there is no finding to share")
    hub = hub_named(node, hub_name)
    made, ids, held_back = [], [], []
    with node.reading() as connection:
        to = find_organisation(connection, hub.organisation)
        if to is None:
            raise BadInput(f"the node's database has lost what belongs to {hub_name}")
        viewer = viewer_of(to)
        for finding in findings:
            label, why = _label(connection, finding)
            if label is None:
                held_back.append((finding.id, why))
                continue
            refusals = may_send(viewer, [(finding.warning, label)])
            if not refusals.allowed:
                held_back.append((finding.id, "; ".join(one.why for one in refusals.refusals)))
                continue
            made.append(_sighting(node, finding, label, anonymous=anonymous))
            ids.append(finding.id)
    if not made:
        raise NotPermitted(
            f"no finding may go to {hub_name}: {held_back[0][1]}",
            hint="What came from one hub is not told to another.",
        )
    body = b'{"objects":[\n' + b",\n".join(made) + b"\n]}"
    for one in read_objects(body).objects:
        check_object(one)
    return Offer(hub_name, body, tuple(ids), tuple(held_back), anonymous)


def queue(node: Node, offered: Offer) -> int:
    """Keep the exact bytes that were previewed until the next sync sends them; returns their number."""
    now = node.now_us

    def act(connection: Connection) -> int:
        number = hubs.queue_outgoing(
            connection, offered.hub, offered.body, anonymous=offered.anonymous, now_us=now
        )
        kept.shared(connection, offered.findings, now_us=now)
        return number

    return node.write(act)


def _label(connection: Connection, finding: Finding) -> tuple[Label | None, str]:
    """What binds a sighting of the finding's warning: the labels of the warning wherever it came from."""
    held = objects.label_numbers(connection, finding.warning)
    if held:
        return derived_label([labels.label_of(connection, number) for number in held]), ""
    tlp = parse_tlp(finding.tlp) if finding.tlp else Tlp.AMBER
    if tlp is None:
        return None, "its warning has a marking that is not understood"
    # A warning that came from a file is somebody else's: whose is not known.
    return Label(int(tlp), "", frozenset(), ANONYMOUS, "received"), ""


def _sighting(node: Node, finding: Finding, label: Label, *, anonymous: bool) -> bytes:
    now = moment(node.now_us)
    own = node.own.id
    tlp = Tlp(max(label.tlp, Tlp.AMBER))
    count = max(1, min(finding.count, _MOST_COUNTED))
    held: dict[str, Any] = {
        "type": "sighting",
        "spec_version": "2.1",
        "id": f"sighting--{uuid.uuid5(_NAMESPACE, f'{own} {finding.id} {anonymous}')}",
        "created": now,
        "modified": now,
        "count": count,
        "sighting_of_ref": finding.warning,
        "object_marking_refs": [marking_id(tlp)],
    }
    if not anonymous:
        held |= {"created_by_ref": own, "where_sighted_refs": [own]}
    if finding.first_seen and finding.last_seen:
        held |= {"first_seen": finding.first_seen, "last_seen": finding.last_seen}
    if finding.confidence:
        held["confidence"] = finding.confidence
    return msgspec.json.encode(held)
