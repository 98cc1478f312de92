"""Taking in what another sends: to the inbox from members, to the warnings from this node's own organisation."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from tocsin.errors import LimitExceeded, NotPermitted, TooOften
from tocsin.limits import OBJECTS_A_POST, SUBMISSIONS_AN_HOUR
from tocsin.model.stix import StixObject
from tocsin.model.stix_check import UNVERSIONED, shown_version, version_key, version_of
from tocsin.model.timestamp import format_microseconds
from tocsin.service.exchange.access import Access
from tocsin.service.exchange.intake import Intake, Refused, not_withdrawn, take_in
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.stops import publication_stops
from tocsin.sharing.label import ANONYMOUS, OWN, Label
from tocsin.store import inbox, objects
from tocsin.store.collections import Collection
from tocsin.store.inbox import Submission
from tocsin.transparency.entry import Act

__all__ = ["Envelope", "read_status", "submit"]

_HOUR_US: Final = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Envelope:
    """What was posted: the exact body, what could be read of it, and what could not."""

    body: bytes
    objects: Sequence[StixObject]
    unreadable: Sequence[Refused] = ()


def submit(
    node: Node,
    access: Access,
    collection: Collection,
    envelope: Envelope,
    *,
    signature: bytes | None = None,
    anonymous: bool = False,
) -> Submission:
    """Take an envelope in; what of it cannot be taken is a failure of that object alone.

    The same body from the same organisation is answered as it was before, as long as what was taken is still there: a
    repeated POST changes nothing. Of an anonymous one the log says neither name nor id. What goes straight to the
    warnings is held to the same stops as what is published at the command line.

    Raises:
        LimitExceeded: there are more objects than one POST may have.
        TooOften: the organisation sent more within the hour than it may.
        NotPermitted: the signature is not that of the member's key.
    """
    count = len(envelope.objects) + len(envelope.unreadable)
    if count > OBJECTS_A_POST:
        raise LimitExceeded(f"{count:,} objects in one POST; {OBJECTS_A_POST:,} are taken at most")
    signed = _is_signed(access, envelope.body, signature)
    digest = sha256(envelope.body).digest()
    now = node.now_us
    id = str(uuid.UUID(bytes=node.around.entropy(16), version=4))
    to_inbox = collection.kind == "inbox"
    by = ANONYMOUS if anonymous else access.name
    # What lies in the inbox is held to the stops when it is released.
    passed, stopped, _ = (
        (list(envelope.objects), [], ()) if to_inbox else publication_stops(envelope.objects, "block")
    )
    scope = Label(0, origin=access.organisation.id, channel="submitted").scope if to_inbox else ""

    def act(connection: Connection) -> Submission:
        before = inbox.submission_of_body(connection, access.organisation.number, collection.number, digest)
        if before is not None and _all_there(connection, collection, before, scope):
            return before
        if anonymous:
            _check_often(connection, access, now)
        good, ended = (passed, []) if to_inbox else not_withdrawn(connection, collection, passed)
        taken = take_in(
            node,
            connection,
            collection,
            good,
            origin=access.organisation.id if to_inbox else OWN,
            channel="submitted" if to_inbox else "published",
            act=None if to_inbox else Act.PUBLISH,
            by=by,
            now_us=now,
        )
        taken.refused += [*stopped, *ended]
        subject = {
            "submission": id,
            "collection": collection.id,
            "organisation": ANONYMOUS if anonymous else access.organisation.id,
            "body_sha256": digest.hex(),
            "signed": signed,
            "objects": len(taken.stored),
        }
        leaf = node.record(connection, Act.SUBMIT, by, subject, now)
        made = Submission(
            id=id,
            organisation=access.organisation.number,
            collection=collection.number,
            asked_us=now,
            body_sha256=digest,
            anonymous=anonymous,
            signed=signed,
            leaf=leaf,
            outcome=_status(id, now, taken, envelope.unreadable),
        )
        inbox.add_submission(connection, made, taken.places if to_inbox else (), by=by)
        return made

    return node.write(act)


def read_status(node: Node, access: Access, id: str) -> Submission | None:
    """A submission, for the organisation that made it; for anybody else there is none."""
    with node.reading() as connection:
        found = inbox.find_submission(connection, id)
    return found if found is not None and found.organisation == access.organisation.number else None


def _check_often(connection: Connection, access: Access, now_us: int) -> None:
    """Hold an organisation to what it may send anonymously in an hour: nobody else can tell who floods the inbox.

    What it sends in its own name is held to the rates of its token alone; this node's own may send what it likes.

    Raises:
        TooOften: it sent as much already.
    """
    if access.viewer.relation == "own":
        return
    since = now_us - _HOUR_US
    sent = inbox.submissions_since(connection, access.organisation.number, since)
    if len(sent) >= SUBMISSIONS_AN_HOUR:
        wait_s = max(1, (sent[-SUBMISSIONS_AN_HOUR] - since) // 1_000_000 + 1)
        raise TooOften(
            f"{SUBMISSIONS_AN_HOUR} anonymous submissions of one organisation are taken in an hour",
            wait_s=wait_s,
            hint="Put several objects into one, or send the rest later.",
        )


def _all_there(connection: Connection, collection: Collection, made: Submission, scope: str) -> bool:
    """Whether nothing that a submission brought was deleted since; who sends that again means it."""
    brought = msgspec.json.decode(made.outcome).get("successes", [])
    held = objects.held_versions(connection, collection.number, [one["id"] for one in brought], scope)
    return all(
        (one["id"], key) in held or (one["version"] == UNVERSIONED and (one["id"], "") in held)
        for one in brought
        for key in [version_key(one["version"])]
    )


def _is_signed(access: Access, body: bytes, signature: bytes | None) -> bool:
    if signature is None:
        return False
    key = access.organisation.public_key
    if key is None:
        raise NotPermitted("a signature came along, and no key of this organisation is known")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, body)
    except InvalidSignature:
        raise NotPermitted("the signature is not that of this organisation over these bytes") from None
    return True


def _status(id: str, now_us: int, taken: Intake, unreadable: Sequence[Refused]) -> bytes:
    """TAXII's status resource (TAXII 2.1 section 4.3)."""
    successes = [_detail(one.id, _version(one)) for one in (*taken.stored, *taken.present)]
    failures = [
        {**_detail(one.id, shown_version(one.version)), "message": one.why}
        for one in (*taken.refused, *unreadable)
    ]
    status: dict[str, Any] = {
        "id": id,
        "status": "complete",
        "request_timestamp": format_microseconds(now_us),
        "total_count": len(successes) + len(failures),
        "success_count": len(successes),
        "failure_count": len(failures),
        "pending_count": 0,
    }
    if successes:
        status["successes"] = successes
    if failures:
        status["failures"] = failures
    return msgspec.json.encode(status)


def _version(one: StixObject) -> str:
    return shown_version(version_of(one))


def _detail(id: str, version: str) -> dict[str, Any]:
    return {"id": id, "version": version}
