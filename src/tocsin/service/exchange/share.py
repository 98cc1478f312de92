"""``share``: what of a finding goes to a hub: a sighting, exactly as it was previewed."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from tocsin.detect.result import Finding
from tocsin.errors import BadInput, NothingToCheck, NotPermitted
from tocsin.model.stix import read_objects
from tocsin.model.stix_check import check_object
from tocsin.model.timestamp import parse_timestamp
from tocsin.model.tlp import Tlp, marking_id, parse_tlp
from tocsin.service.exchange.access import viewer_of
from tocsin.service.exchange.logs import hub_named
from tocsin.service.exchange.node import SECRET_KEY, Node, moment
from tocsin.sharing.anonymous import the_day
from tocsin.sharing.audience import audience_marking, audience_marking_id
from tocsin.sharing.derived import derived_label, may_send
from tocsin.sharing.label import ANONYMOUS, Label
from tocsin.sharing.viewer import Viewer
from tocsin.store import findings as kept, hubs, labels, objects
from tocsin.store.hubs import QueuedVersion
from tocsin.store.organisations import find_organisation

__all__ = ["Offer", "is_waiting", "offer", "queue", "sighting_id", "was_queued"]

_MOST_COUNTED: Final = 999_999_999
_MOST_CONFIDENT: Final = 100
_LATER_US: Final = 1000


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

    Nothing else goes: no host, no address of one's own, no line of a log. Shared again, a finding is a new version
    of the same sighting. Shared anonymously it is another sighting, with the day alone of when it was seen: neither
    its id nor its times lead to the one that was shared by name.

    A warning binds what is derived from it: what came from another hub goes only where its marking allows.

    Raises:
        BadInput: this node has joined no hub of that name.
        NothingToCheck: there is no finding.
        NotPermitted: no finding may go to that hub.
    """
    if not findings:
        raise NothingToCheck("there is no finding to share")
    hub = hub_named(node, hub_name)
    made: dict[str, bytes] = {}
    ids, held_back = [], []
    with node.reading() as connection:
        to = find_organisation(connection, hub.organisation)
        if to is None:
            raise BadInput(f"the node's database has lost what belongs to {hub_name}")
        viewer = viewer_of(to)
        allowed = []
        for finding in findings:
            label, why = _allowed(connection, viewer, finding)
            if label is None:
                held_back.append((finding.id, why))
            else:
                allowed.append((finding, label))
        named = [sighting_id(node, one, hub_name, anonymous=anonymous) for one, _ in allowed]
        sighting = _Sighting(node, hub_name, anonymous, hubs.last_queued(connection, named))
        for finding, label in allowed:
            if label.audience:
                made[audience_marking_id(label.audience)] = audience_marking(label.audience)
            made[finding.id] = sighting.of(finding, label)
            ids.append(finding.id)
    if not ids:
        raise NotPermitted(
            f"no finding may go to {hub_name}: {held_back[0][1]}",
            hint="What came from one hub is told to another only where its marking allows.",
        )
    body = b'{"objects":[\n' + b",\n".join(made.values()) + b"\n]}"
    for one in read_objects(body).objects:
        check_object(one)
    return Offer(hub_name, body, tuple(ids), tuple(held_back), anonymous)


def queue(node: Node, offered: Offer) -> int:
    """Keep the exact bytes that were previewed until the next sync sends them; returns their number."""
    now = node.now_us

    def act(connection: Connection) -> int:
        number = hubs.queue_outgoing(
            connection,
            offered.hub,
            offered.body,
            anonymous=offered.anonymous,
            now_us=now,
            versions=_versions(offered.body),
        )
        kept.shared(connection, offered.findings, now_us=now)
        return number

    return node.write(act)


def is_waiting(node: Node, number: int) -> bool:
    """Whether what was queued under ``number`` has not been sent yet."""
    with node.reading() as connection:
        return hubs.is_waiting(connection, number)


def was_queued(node: Node, offered: Offer) -> bool:
    """Whether these very bytes wait for that hub, or went to it, already."""
    held = _versions(offered.body)
    with node.reading() as connection:
        return bool(held) and hubs.is_queued(connection, offered.hub, offered.body, held[0].id)


def _allowed(connection: Connection, viewer: Viewer, finding: Finding) -> tuple[Label | None, str]:
    """The label of a sighting of the finding's warning, if it may go to ``viewer``, else why not.

    Who gave a warning may be told that it was seen, and so may whoever the marking of any one giver allows: that a
    third one gave the same warning with a stricter marking is not told by it.
    """
    numbers = objects.label_numbers(connection, finding.warning)
    by_origin: dict[str, list[Label]] = {}
    for label in (labels.label_of(connection, number) for number in numbers):
        by_origin.setdefault(label.origin, []).append(label)
    if not by_origin:
        tlp = parse_tlp(finding.tlp) if finding.tlp else Tlp.AMBER
        if tlp is None:
            return None, "its warning has a marking that is not understood"
        # A warning that came from a file is somebody else's: whose is not known.
        by_origin[ANONYMOUS] = [Label(int(tlp), "", frozenset(), ANONYMOUS, "received")]
    derived = [derived_label(some) for some in by_origin.values()]
    refusals = [may_send(viewer, [(finding.warning, label)]) for label in derived]
    allowed = [label for label, refused in zip(derived, refusals, strict=True) if refused.allowed]
    if allowed:
        # What the hub itself gave binds first; of others' the strictest.
        return max(allowed, key=lambda label: (label.origin == viewer.organisation, label.tlp)), ""
    return None, "; ".join(dict.fromkeys(one.why for some in refusals for one in some.refusals))


class _Version(msgspec.Struct):
    id: str = ""
    created: str = ""
    modified: str = ""


class _Envelope(msgspec.Struct):
    objects: tuple[_Version, ...] = ()


_envelope = msgspec.json.Decoder(_Envelope)


def _versions(body: bytes) -> list[QueuedVersion]:
    """The versions in what is to be sent, one an object; a definition of an audience has none."""
    try:
        held = _envelope.decode(body).objects
    except msgspec.DecodeError:
        return []
    return list(
        {
            one.id: QueuedVersion(one.id, one.created, one.modified)
            for one in held
            if one.id and one.created and one.modified
        }.values()
    )


@dataclass(frozen=True, slots=True)
class _Sighting:
    """Sightings for one hub, named or not; ``before`` are the versions that were shared already, by id."""

    node: Node
    hub: str
    anonymous: bool
    before: Mapping[str, QueuedVersion]

    def of(self, finding: Finding, label: Label) -> bytes:
        """The sighting of ``finding``, bound by ``label``."""
        own = self.node.own.id
        id = sighting_id(self.node, finding, self.hub, anonymous=self.anonymous)
        created, modified = self.times_of(id)
        audience = [audience_marking_id(label.audience)] if label.audience else []
        held: dict[str, Any] = {
            "type": "sighting",
            "spec_version": "2.1",
            "id": id,
            "created": created,
            "modified": modified,
            "count": max(1, min(finding.count, _MOST_COUNTED)),
            "sighting_of_ref": finding.warning,
            "object_marking_refs": [marking_id(Tlp(max(label.tlp, Tlp.AMBER))), *audience],
        }
        if label.pap:
            held["labels"] = [f"PAP:{label.pap.upper()}"]
        if not self.anonymous:
            held |= {"created_by_ref": own, "where_sighted_refs": [own]}
        if finding.first_seen and finding.last_seen:
            times = (finding.first_seen, finding.last_seen)
            first, last = map(the_day, times) if self.anonymous else times
            held |= {"first_seen": first, "last_seen": last}
        # STIX has 0 to 100, and a file of an older check may hold a -1 for none.
        if finding.confidence is not None and 0 <= finding.confidence <= _MOST_CONFIDENT:
            held["confidence"] = finding.confidence
        return msgspec.json.encode(held)

    def times_of(self, id: str) -> tuple[str, str]:
        """``created`` and ``modified`` of the next version."""
        before = self.before.get(id)
        if before is None:
            return self.node.now_text, self.node.now_text
        # A clock that was set back makes no version that stands before the last.
        last_us = int(parse_timestamp(before.modified)) // 1000
        return before.created, moment(max(self.node.now_us, last_us + _LATER_US))


def sighting_id(node: Node, finding: Finding, hub_name: str, *, anonymous: bool) -> str:
    """An id that this node alone can make: from a public one everybody could try out who it was.

    An anonymous one is another at each hub, so that two hubs cannot tell that it was the same.
    """
    about = f"sighting\n{finding.id}\n{hub_name if anonymous else ''}"
    digest = hmac.digest(node.key(SECRET_KEY), about.encode(), "sha256")
    return f"sighting--{uuid.UUID(bytes=digest[:16], version=4)}"
