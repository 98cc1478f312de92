"""A hub exchanges a member's token for a new one: only one from joining, only for who holds the member's key."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from tocsin.errors import BadInput, NotPermitted, TooOften
from tocsin.limits import TOKEN_RENEWABLE_S, TOKEN_RENEWALS_APART_S, TOKEN_S
from tocsin.service.exchange.access import Access
from tocsin.service.exchange.node import Node, moment
from tocsin.store import tokens as store
from tocsin.store.organisations import find_organisation
from tocsin.store.tokens import Token
from tocsin.transparency.entry import Act

__all__ = ["Renewal", "renew", "renewal_text", "token_of"]

_ID: Final = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a member asks for: a token that it made up. Of its text only the SHA-256 goes to the hub."""

    id: str
    text_sha256: bytes
    signature: bytes


def renewal_text(hub: str, token: str, id: str, text_sha256: bytes) -> bytes:
    """What a member signs to exchange ``token``: for this hub (its identity), this token and this new one alone."""
    return f"tocsin renew\n{hub}\n{token}\n{id}\n{text_sha256.hex()}\n".encode()


def token_of(node: Node, access: Access) -> Token:
    """The token that is shown.

    Raises:
        NotPermitted: it is in force no more.
    """
    with node.reading() as connection:
        return _in_force(connection, access.token, node.now_us)


def renew(node: Node, access: Access, asked: Renewal) -> Token:
    """Take a new token in the place of the one that is shown; the old one ends when the new one is first used.

    The new one is for the same organisation, scopes, collections and ceiling. The same request is answered as before,
    so that a lost answer loses nothing; with another one the successor that was not used yet is void.

    Raises:
        BadInput: it is too early, the id is none, or it is taken.
        NotPermitted: the token did not come from joining, or the signature is not that of the member's key.
        TooOften: another successor was asked for just now.
    """
    if not _ID.fullmatch(asked.id) or len(asked.text_sha256) != 32:
        raise BadInput("a token has an id of 12 hexadecimal digits and a digest of 32 bytes")
    now = node.now_us

    def act(connection: Connection) -> Token:
        old = _in_force(connection, access.token, now)
        _check_key(node, connection, old, asked)
        waiting = store.successors(connection, old.id)
        for one in waiting:
            if one.id == asked.id and store.find_token(connection, one.id) == (one, asked.text_sha256):
                return one
        _check_time(old, waiting, now)
        if store.find_token(connection, asked.id) is not None:
            raise BadInput("there is a token with this id already", hint="Make another one up.")
        for one in waiting:
            store.revoke_token(connection, one.id, now_us=now)
        new = replace(
            old,
            id=asked.id,
            created_us=now,
            expires_us=now + TOKEN_S * 1_000_000,
            used_us=None,
            renews=old.id,
        )
        store.add_token(connection, new, asked.text_sha256)
        subject = {
            "token": new.id,
            "renews": old.id,
            "organisation": access.organisation.id,
            "expires": moment(new.expires_us),
            "ended": [one.id for one in waiting],
        }
        node.record(connection, Act.TOKEN_RENEW, access.name, subject, now)
        return new

    return node.write(act)


def _in_force(connection: Connection, id: str, now_us: int) -> Token:
    """Ask anew: between the door and the transaction a token may end."""
    found = store.find_token(connection, id)
    if found is None or found[0].revoked_us is not None or found[0].expires_us <= now_us:
        raise NotPermitted("the token is in force no more")
    return found[0]


def _check_key(node: Node, connection: Connection, old: Token, asked: Renewal) -> None:
    holder = find_organisation(connection, old.organisation)
    if (
        not old.renewable
        or holder is None
        or holder.relation != "member"
        or holder.revoked_us is not None
        or holder.public_key is None
    ):
        raise NotPermitted(
            "only a token that came from joining is renewed",
            hint="Ask who runs this node for a new one.",
        )
    text = renewal_text(node.own.id, old.id, asked.id, asked.text_sha256)
    try:
        Ed25519PublicKey.from_public_bytes(holder.public_key).verify(asked.signature, text)
    except InvalidSignature:
        raise NotPermitted("the signature is not that of this member over this renewal") from None


def _check_time(old: Token, waiting: list[Token], now_us: int) -> None:
    if old.expires_us - now_us > TOKEN_RENEWABLE_S * 1_000_000:
        raise BadInput(
            f"it is too early: the token holds until {moment(old.expires_us)}",
            hint=f"It can be renewed in its last {TOKEN_RENEWABLE_S // 86_400} days.",
        )
    again_us = max((one.created_us for one in waiting), default=0) + TOKEN_RENEWALS_APART_S * 1_000_000
    if now_us < again_us:
        raise TooOften(
            "a token was made in its place just now",
            wait_s=max(1, -((now_us - again_us) // 1_000_000)),
            hint="Use that one, or wait.",
        )
