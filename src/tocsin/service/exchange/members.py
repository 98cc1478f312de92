"""``member``: who belongs to this hub, and how one comes to."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from tocsin.errors import BadInput, NotPermitted
from tocsin.limits import INVITATION_S
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.init import organisation_id, read_name, read_sectors
from tocsin.service.exchange.node import Node, secret_digest
from tocsin.service.exchange.tokens import new_token
from tocsin.store import organisations as store
from tocsin.store.organisations import Organisation
from tocsin.store.tokens import revoke_tokens_of
from tocsin.transparency.entry import Act

__all__ = [
    "Invitation",
    "Member",
    "Welcome",
    "accept",
    "add_member",
    "joining_text",
    "log_key_digest",
    "members",
    "revoke_member",
    "split_invitation",
]

_INVITATION: Final = "tocsin-invitation"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-use invitation: its text, to be handed over in private, and when it ends (microseconds).

    ``voided`` counts the earlier ones that were good until this one was made.
    """

    text: str
    member: str
    expires_us: int
    voided: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """One member. ``state`` is ``invited``, ``invitation_ended``, ``joined`` or ``revoked``.

    ``invited`` is who has an invitation that can still be used, until ``invited_until_us`` (microseconds); also one
    whose membership was ended before.
    """

    organisation: Organisation
    state: str
    invited_until_us: int | None


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a new member is given: who the hub is, its token, and the key that verifies the hub's log.

    The token holds for ``holds_s`` seconds.
    """

    hub: Organisation
    member: Organisation
    token: str
    holds_s: int
    log_key: str
    checkpoint: bytes


def add_member(
    node: Node, *, name: str, sector_names: Sequence[str], by: str, is_client: bool = False
) -> Invitation:
    """Make room for a member, and an invitation for it; with it every earlier one is void.

    A member that has not joined yet, or whose membership was ended, gets a new one by the same name.

    Raises:
        BadInput: the name or a sector is none, or the name is taken.
    """
    name, sectors = read_name(name), read_sectors(sector_names)
    now = node.now_us
    secret = base64.urlsafe_b64encode(node.around.entropy(32)).decode().rstrip("=")
    invitation = f"{_INVITATION}_{secret}_{log_key_digest(node.log_signer.verifier_key)}"
    expires = now + INVITATION_S * 1_000_000

    def act(connection: Connection) -> int:
        voided = 0
        held = store.find_organisation(connection, name)
        if held is not None and held.relation != "member":
            raise BadInput(f"{name} is there already", hint="Choose another name.")
        if held is not None and held.joined_us is not None and held.revoked_us is None:
            raise BadInput(
                f"{name} is a member already",
                hint="`tocsin member revoke` ends that; it can be invited anew.",
            )
        if held is None:
            id = f"identity--{uuid.UUID(bytes=node.around.entropy(16), version=4)}"
            number = store.add_organisation(
                connection,
                id=id,
                name=name,
                sectors=sectors,
                relation="member",
                is_client=is_client,
                now_us=now,
            )
        else:
            number = held.number
            store.change_member(connection, number, sectors=sectors, is_client=is_client)
            voided = store.void_invitations(connection, number, now_us=now)
        store.invite(
            connection,
            number,
            id=str(uuid.UUID(bytes=node.around.entropy(16), version=4)),
            secret_sha256=secret_digest(secret),
            expires_us=expires,
        )
        subject = {"name": name, "sectors": list(sectors), "client": is_client}
        node.record(connection, Act.MEMBER_ADD, by, subject, now)
        return voided

    return Invitation(invitation, name, expires, node.write(act))


def members(node: Node) -> list[Member]:
    """Every member, also those that have not joined yet or are members no more."""
    now = node.now_us
    with node.reading() as connection:
        invited = store.open_invitations(connection, now_us=now)
        return [_member(one, invited.get(one.number)) for one in store.organisations(connection, "member")]


def _member(held: Organisation, invited_until_us: int | None) -> Member:
    if invited_until_us is not None:
        return Member(held, "invited", invited_until_us)
    if held.revoked_us is not None:
        return Member(held, "revoked", None)
    return Member(held, "invitation_ended" if held.joined_us is None else "joined", None)


def revoke_member(node: Node, name: str, *, by: str) -> None:
    """End a membership: its tokens and invitations are void at once.

    Raises:
        BadInput: there is no such member.
    """
    now = node.now_us

    def act(connection: Connection) -> None:
        held = store.find_organisation(connection, name)
        if held is None or held.relation != "member" or held.revoked_us is not None:
            raise BadInput(f"{name[:60]!r} is no member", hint="`tocsin member list` shows them.")
        store.revoke_organisation(connection, held.number, now_us=now)
        store.void_invitations(connection, held.number, now_us=now)
        revoke_tokens_of(connection, held.number, now_us=now)
        node.record(connection, Act.MEMBER_REVOKE, by, {"organisation": held.id, "name": held.name}, now)

    node.write(act)


def accept(node: Node, secret: str, public_key: bytes, signature: bytes) -> Welcome:
    """Take in the member that comes with ``secret``, the middle part of an invitation, and signs with ``public_key``.

    ``signature`` is over :func:`joining_text`: nobody joins with the key of another.

    Raises:
        NotPermitted: the invitation is unknown, used or too old. Which of the three is not said.
        BadInput: the key is none, or not the one that signed.
    """
    if len(public_key) != 32:
        raise BadInput("an Ed25519 public key has 32 bytes")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, joining_text(secret))
    except (InvalidSignature, ValueError):
        raise BadInput("the signature is not that of the public key") from None
    now = node.now_us
    made = new_token(node, scopes=("read", "write"), ceiling=Tlp.AMBER_STRICT, now_us=now)

    def act(connection: Connection) -> Welcome:
        number = store.accept_invitation(connection, secret_digest(secret), now_us=now)
        held = None if number is None else store.find_organisation(connection, number)
        if held is None or (held.joined_us is not None and held.revoked_us is None):
            raise NotPermitted(
                "the invitation is not known", hint="Each is good once, for seven days. Ask for a new one."
            )
        id = organisation_id(public_key)
        known = store.find_organisation(connection, id)
        if known is not None and known.number != held.number:
            raise BadInput("this organisation is here already", hint="A member joins once.")
        store.organisation_joined(connection, held.number, id=id, public_key=public_key, now_us=now)
        held = replace(held, id=id, public_key=public_key, joined_us=now, revoked_us=None)
        made.keep(connection, held.number, renewable=True)
        subject = {"organisation": held.id, "name": held.name, "key": public_key.hex()}
        node.record(connection, Act.MEMBER_JOIN, held.name, subject, now)
        return Welcome(
            node.own,
            held,
            made.text,
            (made.expires_us - now) // 1_000_000,
            node.log_signer.verifier_key,
            node.checkpoint(connection),
        )

    return node.write(act)


def joining_text(secret: str) -> bytes:
    """What a member signs to show that the key with which it joins is its own."""
    return f"tocsin join\n{secret}\n".encode()


def split_invitation(text: str) -> tuple[str, str]:
    """The secret of an invitation, and the digest of the key of the hub's log.

    Raises:
        BadInput: it is none.
    """
    parts = text.strip().rsplit("_", 1)
    head = f"{_INVITATION}_"
    if len(parts) != 2 or not parts[0].startswith(head) or len(parts[0]) < len(head) + 40:
        raise BadInput("what was given is no invitation", hint=f"It begins with {head} and is one word.")
    return parts[0].removeprefix(head), parts[1]


def log_key_digest(verifier_key: str) -> str:
    """What an invitation says of the hub's log, so that nobody between can put another hub in its place."""
    return sha256(verifier_key.encode()).hexdigest()[:32]
