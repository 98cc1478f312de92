"""``sync``: take what is new from every hub and source, check the hub's log, send what waits."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from tocsin.errors import BadInput, LogTampered, NotPermitted, TocsinError
from tocsin.model.stix import StixObject, read_objects
from tocsin.model.stix_check import version_of
from tocsin.service.exchange.following import follow
from tocsin.service.exchange.intake import Intake
from tocsin.service.exchange.joining import node_signature
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.receiving import giver_of
from tocsin.service.exchange.remote import MakeClient, RemoteHub, watch
from tocsin.service.exchange.renewing import keep_fresh, shut_out
from tocsin.service.exchange.secrets_box import unsealed
from tocsin.service.exchange.source import sync_source
from tocsin.service.exchange.synced import Synced
from tocsin.service.exchange.withdrawals import with_findings, withdrawn_here
from tocsin.service.inventory.received import take_received
from tocsin.sources.http_client import Credentials, Response
from tocsin.store import hubs
from tocsin.store.hubs import Hub, Outgoing
from tocsin.transparency.checkpoint import open_checkpoint
from tocsin.transparency.entry import Act, opens
from tocsin.transparency.receipt import parse_receipt, verify_receipt

__all__ = ["sync_all", "sync_hub"]

_PAGE: Final = 1_000
_NAMED: Final = 5
_NEVER_TAKEN: Final = frozenset({400, 413, 415, 422})


def sync_hub(node: Node, hub: Hub, make_client: MakeClient, done: Synced) -> None:
    """Take what is new from ``hub``, prove it against the hub's log, send what waits, ask what became of the rest.

    The token that it is shown is renewed in time.

    Each page is kept with the point to resume from in one transaction, so a run that is cut off neither misses nor
    repeats anything.

    Raises:
        LogTampered: the hub rewrote what it had logged, or gives out what it did not log. The page on which that
            was seen is not kept, and nothing is sent.
        SourceUnavailable: it does not answer, or not as a hub does.
        NotPermitted: it does not let this node in.
    """
    with make_client(hub.url) as http:
        credentials = Credentials.bearer(unsealed(node, hub.token))
        remote = RemoteHub(http, hub, credentials)
        try:
            state = remote.checkpoint()
        except NotPermitted:
            if remote.is_shut_out:
                raise shut_out(node, hub) from None
            raise
        watch(node, remote, state)
        done.log_size = state.size
        keep_fresh(node, hub, remote, done)
        _pull(node, hub, remote, done)
        if not any(isinstance(one, LogTampered) for one in done.problems):
            _send(node, hub, remote, done)
            follow(node, hub, remote, done)
    node.write(lambda connection: hubs.update_hub(connection, hub.name, synced_us=node.now_us))


def _pull(node: Node, hub: Hub, remote: RemoteHub, done: Synced) -> None:
    giver = giver_of(node, hub)
    for page in remote.taxii.pages(remote.collection("warnings"), added_after=hub.cursor, limit=_PAGE):
        readings = [read_objects(raw) for raw in page.objects]
        objects = [one for reading in readings for one in reading.objects]
        for number, reading in enumerate(readings):
            if not reading.objects:
                why = str(reading.problems[0]) if reading.problems else "it is no object"
                done.refuse(f"object {number} of the page", why)
        _prove(node, remote, objects, done)
        taken = giver.keep(node, objects, done, then=partial(_go_on, hub.name, page.added_last))
        _tell_rewritten(hub, taken, done)


def _go_on(name: str, cursor: str, connection: Connection, _now_us: int) -> None:
    hubs.update_hub(connection, name, cursor=cursor or None)


def _tell_rewritten(hub: Hub, taken: Intake, done: Synced) -> None:
    rewritten = [one.id for one in taken.refused if one.conflict]
    if rewritten:
        done.problems.append(
            LogTampered(
                f"{hub.name} gives out OTHER CONTENT THAN BEFORE under the same version of "
                f"{', '.join(rewritten[:_NAMED])}; what was here is kept",
                hint="What was shared is never rewritten: ask the hub why, by another way than through it.",
            )
        )


def _prove(node: Node, remote: RemoteHub, objects: Sequence[StixObject], done: Synced) -> None:
    """Check that each object that came is one that the hub logged, byte for byte.

    Raises:
        LogTampered: one is not; all that are not are in its words.
    """
    if not objects:
        return
    openings = remote.openings(objects)
    state = remote.state
    if max((one.index for one in openings.values()), default=-1) >= state.size:
        # Something was published since the sync began.
        state = remote.checkpoint()
        watch(node, remote, state)
        done.log_size = state.size
    unlogged, other = [], []
    for one in objects:
        opening = openings.get((one.id, version_of(one)))
        if opening is None:
            unlogged.append(one.id)
        elif (
            opening.index >= state.size
            or not opens(opening, remote.leaf(opening.index, state))
            or opening.entry.subject.get("sha256") != sha256(one.raw).hexdigest()
        ):
            other.append(one.id)
    told = [
        f"{what} {', '.join(ids[:_NAMED])}"
        + (f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else "")
        for what, ids in (("CANNOT SHOW THAT IT LOGGED", unlogged), ("LOGGED WITH OTHER CONTENT", other))
        if ids
    ]
    if told:
        raise LogTampered(
            f"{remote.hub.name} gives out what it {', and what it '.join(told)}",
            hint="Nothing of that page was taken, and nothing sent. Ask the hub why, by another way than through it.",
        )
    done.proven += len(objects)


def _send(node: Node, hub: Hub, remote: RemoteHub, done: Synced) -> None:
    with node.reading() as connection:
        waiting = hubs.outgoing_for(connection, hub.name, waiting=True)
    if not waiting:
        return
    inbox = remote.collection("inbox")
    for one in waiting:
        answer = _post(node, remote, inbox.url, one)
        if answer.status in _NEVER_TAKEN:
            # Sent again it would be refused again, and keep back what comes after it.
            _keep_sent(node, one.number, answer.body, None)
            done.problems.append(
                BadInput(
                    f"{hub.name} does not take what was to be sent ({answer.status}); it is not sent again"
                )
            )
            continue
        status = remote.status(answer.require(202).body)
        receipt = remote.get(f"api/receipts/{status.id}")
        read = parse_receipt(receipt)
        entry = verify_receipt(read, remote.verifier)
        # A receipt may not speak of a history of its own.
        watch(node, remote, open_checkpoint(read.checkpoint, remote.verifier), read.checkpoint)
        if entry.act != Act.SUBMIT or entry.subject.get("body_sha256") != sha256(one.body).hexdigest():
            raise LogTampered(f"{hub.name} gave a receipt for other bytes than were sent")
        _keep_sent(node, one.number, answer.body, receipt)
        done.sent += 1
        done.problems += [
            BadInput(f"{hub.name} does not take {refused.id}: {refused.message}")
            for refused in status.failures
        ]


def _post(node: Node, remote: RemoteHub, collection_url: str, one: Outgoing) -> Response:
    headers = {
        "Accept": "application/taxii+json;version=2.1",
        "Content-Type": "application/taxii+json;version=2.1",
        "Tocsin-Signature": base64.b64encode(node_signature(node, one.body)).decode(),
    }
    if one.anonymous:
        headers["Tocsin-Anonymous"] = "1"
    return remote.http.request(
        "POST", f"{collection_url}objects/", headers, one.body, remote.credentials, repeatable=True
    )


def _keep_sent(node: Node, number: int, status: bytes, receipt: bytes | None) -> None:
    now = node.now_us
    node.write(lambda connection: hubs.sent(connection, number, status=status, receipt=receipt, now_us=now))


def sync_all(node: Node, names: Sequence[str], make_client: MakeClient) -> list[Synced]:
    """Sync with every hub and source, or with those named. One that fails is told, and the others go on.

    Raises:
        BadInput: a name is none.
    """
    with node.reading() as connection:
        known_hubs = {one.name: one for one in hubs.hubs(connection)}
        known_sources = {one.name: one for one in hubs.sources(connection)}
    for name in names:
        if name not in known_hubs and name not in known_sources:
            raise BadInput(
                f"no hub or source is called {name[:60]!r}", hint="`tocsin source list` shows them."
            )
    done = []
    ended = withdrawn_here(node)
    for name in names or [*known_hubs, *known_sources]:
        synced = Synced(name, is_hub=name in known_hubs)
        try:
            if name in known_hubs:
                sync_hub(node, known_hubs[name], make_client, synced)
            else:
                sync_source(node, known_sources[name], make_client, synced)
        except TocsinError as error:
            synced.problems.append(_about(error, name))
        # What was taken before something went wrong is here, and may be an advisory.
        given = known_hubs[name] if name in known_hubs else known_sources[name]
        synced.advisories = take_received(node, given, whole=not synced.problems)
        before, ended = ended, withdrawn_here(node)
        # Whoever brought no revocation withdrew nothing, though what it lists no more may let another's count.
        synced.with_findings = with_findings(node, ended - before) if synced.withdrawn else []
        done.append(synced)
    return done


def _about(error: TocsinError, name: str) -> TocsinError:
    """The error, saying which hub or source it is about."""
    if name not in error.what:
        error.what = f"{name}: {error.what}"
    return error
