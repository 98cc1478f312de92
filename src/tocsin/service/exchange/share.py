"""What a node tells a hub: sightings, exactly as they were previewed. ``share`` tells so of findings."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from tocsin.service.exchange.withdrawals import Withdrawal, withdrawn_of
from tocsin.sharing.anonymous import the_day
from tocsin.sharing.audience import audience_marking, audience_marking_id
from tocsin.sharing.derived import derived_label, may_send
from tocsin.sharing.label import ANONYMOUS, Label
from tocsin.sharing.viewer import Viewer
from tocsin.store import findings as kept, hubs, labels, objects
from tocsin.store.hubs import QueuedVersion
from tocsin.store.organisations import find_organisation

__all__ = [
    "Offer",
    "Seen",
    "bound_by",
    "is_waiting",
    "next_times",
    "offer",
    "offer_seen",
    "queue",
    "sighting_id",
    "told_id",
    "viewer_of_hub",
    "was_queued",
]

_MOST_COUNTED: Final = 999_999_999
_MOST_CONFIDENT: Final = 100
_LATER_US: Final = 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """What may be told of ``warning`` (an object's id), and nothing else is: how often, and where known when.

    ``id`` names here what is told, so that told again it is a new version of the same sighting. ``tlp`` is that of a
    warning that is not kept here. A ``count`` of 0 says that it was looked for and not there.
    """

    id: str
    warning: str
    count: int
    tlp: str = ""
    first_seen: str = ""
    last_seen: str = ""
    confidence: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What would leave: the exact ``body`` for ``hub``. ``held_back`` are findings that may not go, each with why.

    ``findings`` are the ids of what is told.
    """

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

    A warning binds what is derived from it: what came from another hub goes only where its marking allows. What was
    withdrawn warns of nothing, and a finding of it is held back.

    Raises:
        BadInput: this node has joined no hub of that name.
        NothingToCheck: there is no finding.
        NotPermitted: no finding may go to that hub.
    """
    if not findings:
        raise NothingToCheck("there is no finding to share")
    hub_named(node, hub_name)
    ended = withdrawn_of(node, [one.warning for one in findings])
    held_back = [(one.id, _why_not(ended[one.warning])) for one in findings if one.warning in ended]
    if len(held_back) == len(findings):
        raise NotPermitted(
            f"no finding may go to {hub_name}: {held_back[0][1]}",
            hint="The finding stays here. If you were hit all the same, tell the hub so by another way.",
        )
    stand = [_seen(one) for one in findings if one.warning not in ended]
    offered = offer_seen(node, stand, hub_name, anonymous=anonymous)
    return replace(offered, held_back=(*held_back, *offered.held_back))


def _why_not(ended: Withdrawal) -> str:
    # Why stands with the finding, for whoever may see that.
    return (
        f"its warning was withdrawn on {ended.at[:10]}; a sighting would count you among those who were hit"
    )


def offer_seen(node: Node, told: Sequence[Seen], hub_name: str, *, anonymous: bool = False) -> Offer:
    """The sightings that say what is ``told`` to a hub.

    Raises:
        BadInput: this node has joined no hub of that name.
        NotPermitted: nothing of it may go to that hub.
    """
    made: dict[str, bytes] = {}
    ids, held_back = [], []
    with node.reading() as connection:
        viewer = viewer_of_hub(node, connection, hub_name)
        allowed = []
        for one in told:
            label, why = bound_by(connection, viewer, one.warning, one.tlp)
            if label is None:
                held_back.append((one.id, why))
            else:
                allowed.append((one, label))
        named = [sighting_id(node, one.id, hub_name, anonymous=anonymous) for one, _ in allowed]
        sighting = _Sighting(node, hub_name, anonymous, hubs.last_queued(connection, named))
        for one, label in allowed:
            if label.audience:
                made[audience_marking_id(label.audience)] = audience_marking(label.audience)
            made[one.id] = sighting.of(one, label)
            ids.append(one.id)
    if not ids:
        raise NotPermitted(
            f"no finding may go to {hub_name}: {held_back[0][1]}",
            hint="What came from one hub is told to another only where its marking allows.",
        )
    body = b'{"objects":[\n' + b",\n".join(made.values()) + b"\n]}"
    for held in read_objects(body).objects:
        check_object(held)
    return Offer(hub_name, body, tuple(ids), tuple(held_back), anonymous)


def viewer_of_hub(node: Node, connection: Connection, hub_name: str) -> Viewer:
    """The hub of that name as one who is told something.

    Raises:
        BadInput: this node has joined no hub of that name.
    """
    to = find_organisation(connection, hub_named(node, hub_name).organisation)
    if to is None:
        raise BadInput(f"the node's database has lost what belongs to {hub_name}")
    return viewer_of(to)


def _seen(finding: Finding) -> Seen:
    # STIX has 0 to 100, and a file of an older check may hold a -1 for none.
    sure = finding.confidence is not None and 0 <= finding.confidence <= _MOST_CONFIDENT
    return Seen(
        finding.id,
        finding.warning,
        max(1, finding.count),
        finding.tlp,
        finding.first_seen,
        finding.last_seen,
        finding.confidence if sure else None,
    )


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


def bound_by(connection: Connection, viewer: Viewer, id: str, tlp: str) -> tuple[Label | None, str]:
    """The label of what is made from the object ``id``, if that may go to ``viewer``, else why not.

    Who gave an object may be told what was made of it, and so may whoever the marking of any one giver allows: that a
    third one gave the same object with a stricter marking is not told by it. ``tlp`` is that of one that is not here.
    """
    numbers = objects.label_numbers(connection, id)
    by_origin: dict[str, list[Label]] = {}
    for label in (labels.label_of(connection, number) for number in numbers):
        by_origin.setdefault(label.origin, []).append(label)
    if not by_origin:
        level = parse_tlp(tlp) if tlp else Tlp.AMBER
        if level is None:
            return None, "its warning has a marking that is not understood"
        # A warning that came from a file is somebody else's: whose is not known.
        by_origin[ANONYMOUS] = [Label(int(level), "", frozenset(), ANONYMOUS, "received")]
    derived = [derived_label(some) for some in by_origin.values()]
    refusals = [may_send(viewer, [(id, label)]) for label in derived]
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

    def of(self, told: Seen, label: Label) -> bytes:
        """The sighting that says what is ``told``, bound by ``label``."""
        own = self.node.own.id
        id = sighting_id(self.node, told.id, self.hub, anonymous=self.anonymous)
        created, modified = next_times(self.node, self.before.get(id))
        audience = [audience_marking_id(label.audience)] if label.audience else []
        held: dict[str, Any] = {
            "type": "sighting",
            "spec_version": "2.1",
            "id": id,
            "created": created,
            "modified": modified,
            "count": min(told.count, _MOST_COUNTED),
            "sighting_of_ref": told.warning,
            "object_marking_refs": [marking_id(Tlp(max(label.tlp, Tlp.AMBER))), *audience],
        }
        if label.pap:
            held["labels"] = [f"PAP:{label.pap.upper()}"]
        if not self.anonymous:
            held |= {"created_by_ref": own, "where_sighted_refs": [own]}
        if told.first_seen and told.last_seen:
            times = (told.first_seen, told.last_seen)
            first, last = map(the_day, times) if self.anonymous else times
            held |= {"first_seen": first, "last_seen": last}
        if told.confidence is not None:
            held["confidence"] = told.confidence
        return msgspec.json.encode(held)


def next_times(node: Node, before: QueuedVersion | None) -> tuple[str, str]:
    """``created`` and ``modified`` of the version after ``before``."""
    if before is None:
        return node.now_text, node.now_text
    # A clock that was set back makes no version that stands before the last.
    last_us = int(parse_timestamp(before.modified)) // 1000
    return before.created, moment(max(node.now_us, last_us + _LATER_US))


def sighting_id(node: Node, told: str, hub_name: str, *, anonymous: bool) -> str:
    """The id of the sighting that says what is ``told`` (an id of this node's)."""
    return told_id(node, "sighting", told, hub_name, anonymous=anonymous)


def told_id(node: Node, type: str, told: str, hub_name: str, *, anonymous: bool) -> str:
    """The id under which what is ``told`` (an id of this node's) leaves as an object of ``type``.

    This node alone can make it: from a public one everybody could try out who it was.
    An anonymous one is another at each hub, so that two hubs cannot tell that it was the same.
    """
    about = f"{type}\n{told}\n{hub_name if anonymous else ''}"
    digest = hmac.digest(node.key(SECRET_KEY), about.encode(), "sha256")
    return f"{type}--{uuid.UUID(bytes=digest[:16], version=4)}"
