"""``join``: this node becomes a member of a hub."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from typing import Annotated, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from tocsin.errors import BadInput, NotPermitted
from tocsin.limits import TOKEN_LONGEST_S
from tocsin.model.sectors import find_sector
from tocsin.service.exchange.init import read_name
from tocsin.service.exchange.members import joining_text, log_key_digest, split_invitation
from tocsin.service.exchange.node import NODE_KEY, Node
from tocsin.service.exchange.receiving import add_received
from tocsin.service.exchange.secrets_box import sealed
from tocsin.service.inventory.feed_list import known_feeds
from tocsin.sources.http_client import HttpClient
from tocsin.sources.web_address import parse_web_address
from tocsin.store import hubs, log
from tocsin.store.hubs import Hub
from tocsin.store.organisations import add_organisation, find_organisation
from tocsin.transparency.checkpoint import open_checkpoint
from tocsin.transparency.entry import Act
from tocsin.transparency.note import Verifier

__all__ = ["Joined", "is_loopback", "join", "node_signature", "public_key"]


_IDENTITY: Final = re.compile(r"identity--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TOKEN_LENGTH: Final = 1024


class _Party(msgspec.Struct):
    id: str
    name: str
    sectors: tuple[str, ...] = ()


class _LogKey(msgspec.Struct):
    log_key: str


class _Welcome(msgspec.Struct):
    hub: _Party
    member: _Party
    token: str
    log_key: str
    checkpoint: str
    holds_s: Annotated[int, msgspec.Meta(ge=0, le=TOKEN_LONGEST_S)]


@dataclass(frozen=True, slots=True)
class Joined:
    """A hub that was joined, and under which name the hub knows this node."""

    hub: str
    organisation: str
    member: str
    log_origin: str


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine by its very name or address, so that nobody is on the way."""
    if host.rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def public_key(node: Node) -> bytes:
    """The key with which others verify what this node signs."""
    return Ed25519PrivateKey.from_private_bytes(node.key(NODE_KEY)).public_key().public_bytes_raw()


def node_signature(node: Node, data: bytes) -> bytes:
    """This organisation's Ed25519 signature over ``data``."""
    return Ed25519PrivateKey.from_private_bytes(node.key(NODE_KEY)).sign(data)


def join(
    node: Node, http: HttpClient, url: str, invitation: str, *, by: str, plain_http: bool = False
) -> Joined:
    """Become a member of the hub at ``url`` with a one-use invitation.

    The invitation holds a digest of the key of the hub's log: another server in the hub's place is refused, before it
    is shown the invitation. Without ``plain_http`` the way to another machine has to be encrypted, since the token goes
    along with each request. A hub that lets this node in no more is joined again; what came from it stays.

    Raises:
        BadInput: the invitation is none, or this node joined that hub already.
        NotPermitted: the way there is not encrypted, the hub does not take the invitation, or it is another than the
            one that invited, or than the one that was joined before.
        SourceUnavailable: the hub does not answer.
    """
    secret, digest = split_invitation(invitation)
    address = parse_web_address(url.rstrip("/") + "/")
    if address.scheme != "https" and not plain_http and not is_loopback(address.host):
        raise NotPermitted(
            f"{address.shown} is not encrypted: whoever listens on the way could act as this node",
            hint="Ask the hub for its https address; --plain-http goes on without.",
        )
    base = str(address)
    with node.reading() as connection:
        before = next((one for one in hubs.hubs(connection) if one.url == base), None)
    if before is not None and not _is_over(before, node.now_us):
        raise BadInput(f"this node has joined {before.name} already")
    # The secret is good once: a server that is not the hub is not shown it, nor is the hub by a mistyped invitation.
    _hold_to(digest, _log_key(http, base))
    welcome = _invited(node, http, base, secret)
    _hold_to(digest, welcome.log_key)
    act = (
        partial(_first, node, base, welcome, by)
        if before is None
        else partial(_again, node, before, welcome, by)
    )
    return node.write(act)


def _is_over(before: Hub, now_us: int) -> bool:
    """Whether a hub that was joined lets this node in no more, as far as is known here."""
    ended = before.token_expires_us is not None and before.token_expires_us <= now_us
    return ended or before.shut_out_us is not None


def _hold_to(digest: str, log_key: str) -> None:
    """Refuse a server whose log has another key than the invitation says.

    Raises:
        NotPermitted: it is another.
    """
    if log_key_digest(log_key) != digest:
        raise NotPermitted(
            "the server at this address is not the hub that wrote the invitation",
            hint="Ask the hub, by another way, for its address, and see that the invitation is whole.",
        )


def _log_key(http: HttpClient, base: str) -> str:
    """The key of the log of the server at ``base``, as it says.

    Raises:
        BadInput: it is no hub.
    """
    answer = http.request("GET", f"{base}api/log-key", {"Accept": "application/json"})
    try:
        return msgspec.json.decode(answer.require(200).body, type=_LogKey).log_key
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"the answer of {base} is not that of a Tocsin hub: {str(error)[:200]}") from None


def _invited(node: Node, http: HttpClient, base: str, secret: str) -> _Welcome:
    signature = node_signature(node, joining_text(secret))
    body = msgspec.json.encode(
        {"invitation": secret, "public_key": public_key(node).hex(), "signature": signature.hex()}
    )
    answer = http.request(
        "POST", f"{base}api/join", {"Content-Type": "application/json", "Accept": "application/json"}, body
    )
    if answer.status in {401, 403}:
        raise NotPermitted(
            "the hub does not take this invitation",
            hint="Each is good once, for seven days. Ask the hub for a new one.",
        )
    return _welcome(answer.require(200, 201).body, base)


def _first(node: Node, base: str, welcome: _Welcome, by: str, connection: Connection) -> Joined:
    """Keep a hub that was not known here before."""
    now = node.now_us
    verifier = Verifier.parse(welcome.log_key)
    first = open_checkpoint(welcome.checkpoint.encode(), verifier)
    hub_name = read_name(welcome.hub.name)
    if find_organisation(connection, welcome.hub.id) is not None:
        raise BadInput(f"this node has joined {hub_name} already")
    known = {Verifier.parse(one.log_key).name for one in hubs.hubs(connection)} | {node.log_signer.name}
    if verifier.name in known:
        # Checkpoints are kept by the log's name: it would be held to another log's past.
        raise NotPermitted(f"the hub calls its log {verifier.name!r}, as another one here is called")
    name = _free_name(connection, hub_name)
    number = add_organisation(
        connection,
        id=welcome.hub.id,
        name=name,
        sectors=tuple(one.id for one in map(find_sector, welcome.hub.sectors) if one),
        relation="hub",
        now_us=now,
    )
    collection = add_received(node, connection, number, name)
    token = sealed(node, welcome.token)
    hubs.add_hub(connection, hubs.Hub(name, base, number, collection, token, welcome.log_key, "", None))
    hubs.take_token(connection, name, token, expires_us=_ends_us(node, welcome))
    log.keep_checkpoint(connection, verifier.name, first.size, welcome.checkpoint.encode(), now_us=now)
    return _joined(node, connection, name, base, welcome, by)


def _again(node: Node, before: Hub, welcome: _Welcome, by: str, connection: Connection) -> Joined:
    """Keep the new token of a hub that was joined before, and read it anew from its beginning.

    This node may have been invited for other sectors than before, and what it came to see lies behind where it was.
    Its log is held at the next sync to what was seen of it, so the new checkpoint is not kept unlooked at.
    """
    held = find_organisation(connection, before.organisation)
    if held is None or held.id != welcome.hub.id or before.log_key != welcome.log_key:
        raise NotPermitted(
            f"the hub at this address is another than {before.name}, which was joined here",
            hint="Ask who runs it, by another way, whether it was set up anew.",
        )
    hubs.take_token(connection, before.name, sealed(node, welcome.token), expires_us=_ends_us(node, welcome))
    hubs.update_hub(connection, before.name, cursor="")
    return _joined(node, connection, before.name, before.url, welcome, by)


def _ends_us(node: Node, welcome: _Welcome) -> int:
    """When the new token ends, by this node's clock."""
    return node.now_us + welcome.holds_s * 1_000_000


def _joined(node: Node, connection: Connection, name: str, base: str, welcome: _Welcome, by: str) -> Joined:
    subject = {"hub": welcome.hub.id, "name": name, "url": base, "log_key": welcome.log_key}
    node.record(connection, Act.SOURCE_ADD, by, subject, node.now_us)
    return Joined(name, welcome.hub.id, welcome.member.name, Verifier.parse(welcome.log_key).name)


def _welcome(body: bytes, base: str) -> _Welcome:
    """What the hub answered with: it stays here for good, so each part is looked at.

    Raises:
        BadInput: it is not the answer of a hub.
    """
    try:
        welcome = msgspec.json.decode(body, type=_Welcome)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"the answer of {base} is not that of a Tocsin hub: {str(error)[:200]}") from None
    token = welcome.token
    if not _IDENTITY.fullmatch(welcome.hub.id):
        raise BadInput(f"the answer of {base} is not that of a Tocsin hub: its id is that of no identity")
    if not token or len(token) > _TOKEN_LENGTH or not token.isascii() or not token.isprintable():
        raise BadInput(f"the answer of {base} is not that of a Tocsin hub: its token is none")
    return welcome


def _free_name(connection: Connection, name: str) -> str:
    # A hub gives advisories under its name, which is not to be that of a feed.
    if find_organisation(connection, name) is None and name not in known_feeds():
        return name
    return next(
        f"{name} {number}"
        for number in range(2, 1000)
        if find_organisation(connection, f"{name} {number}") is None
    )
