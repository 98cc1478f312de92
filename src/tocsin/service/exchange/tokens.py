"""``token``: what lets a machine in. The secret is shown once and kept as a digest."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.limits import TOKEN_LONGEST_S, TOKEN_S
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.access import TOKEN_PREFIX
from tocsin.service.exchange.init import read_name
from tocsin.service.exchange.node import Node, secret_digest
from tocsin.store import organisations, tokens as store
from tocsin.store.collections import find_collection
from tocsin.store.organisations import Organisation
from tocsin.store.tokens import Token
from tocsin.transparency.entry import Act

__all__ = ["NewToken", "create_token", "list_tokens", "made_up", "new_token", "revoke_token"]

_SCOPES: Final = frozenset({"read", "write"})


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was made up, and not kept yet."""

    id: str
    text: str
    scopes: tuple[str, ...]
    collections: tuple[str, ...]
    ceiling: Tlp
    created_us: int
    expires_us: int

    def keep(self, connection: Connection, organisation: int, *, renewable: bool = False) -> None:
        """Keep it as the token of ``organisation``; ``renewable`` if it comes from joining."""
        held = Token(
            self.id,
            organisation,
            self.scopes,
            self.collections,
            int(self.ceiling),
            self.created_us,
            self.expires_us,
            None,
            None,
            renewable,
        )
        store.add_token(connection, held, secret_digest(self.text))


def made_up(node: Node) -> tuple[str, str]:
    """The id and the text of a new token: ``tocsin_<id>_<256 secret bits>``."""
    id = node.around.entropy(6).hex()
    secret = base64.urlsafe_b64encode(node.around.entropy(32)).decode().rstrip("=")
    return id, f"{TOKEN_PREFIX}_{id}_{secret}"


def new_token(
    node: Node,
    *,
    scopes: Sequence[str],
    ceiling: Tlp,
    now_us: int,
    collections: Sequence[str] = (),
    lasts_s: int = TOKEN_S,
) -> NewToken:
    """Make a token up, with what it is for."""
    id, text = made_up(node)
    return NewToken(
        id,
        text,
        tuple(dict.fromkeys(scopes)),
        tuple(dict.fromkeys(collections)),
        ceiling,
        now_us,
        now_us + lasts_s * 1_000_000,
    )


def create_token(
    node: Node,
    *,
    name: str,
    scopes: Sequence[str],
    ceiling: Tlp,
    lasts_s: int,
    by: str,
    collections: Sequence[str] = (),
) -> tuple[NewToken, Organisation]:
    """A token for the organisation called ``name``: this node's own or a member.

    Another name becomes a reader, who sees what anybody may see.

    Raises:
        BadInput: TLP:RED is asked for, the organisation is a member no more or one that this node reads from, there is
            no such collection, or the time is none.
    """
    name = read_name(name)
    if ceiling >= Tlp.RED:
        raise BadInput(
            "TLP:RED is for named people, never for a token", hint="The highest ceiling is amber+strict."
        )
    if not 0 < lasts_s <= TOKEN_LONGEST_S:
        raise BadInput(
            f"a token holds {TOKEN_LONGEST_S // 86_400} days at most", hint="Make a new one before it ends."
        )
    if not scopes or not set(scopes) <= _SCOPES:
        raise BadInput("a token is for read, for write or for both")
    now = node.now_us
    made = new_token(
        node, scopes=scopes, ceiling=ceiling, now_us=now, collections=collections, lasts_s=lasts_s
    )

    def act(connection: Connection) -> Organisation:
        for one in made.collections:
            if find_collection(connection, one) is None:
                raise BadInput(f"there is no collection {one[:60]!r}", hint="They are warnings and inbox.")
        held = _holder(node, connection, name, now)
        made.keep(connection, held.number)
        subject = {
            "token": made.id,
            "organisation": held.id,
            "scopes": list(made.scopes),
            "ceiling": ceiling.text,
            "collections": list(made.collections),
        }
        node.record(connection, Act.TOKEN_CREATE, by, subject, now)
        return held

    return made, node.write(act)


def _holder(node: Node, connection: Connection, name: str, now_us: int) -> Organisation:
    held = organisations.find_organisation(connection, name)
    if held is None:
        organisations.add_organisation(
            connection,
            id=f"identity--{uuid.UUID(bytes=node.around.entropy(16), version=4)}",
            name=name,
            relation="reader",
            now_us=now_us,
        )
        held = organisations.find_organisation(connection, name)
    if held is None or held.relation not in {"own", "member", "reader"}:
        raise BadInput(f"{name[:60]!r} is a hub or source that this node reads, and no token is made for it")
    if held.revoked_us is not None:
        raise BadInput(f"{held.name} is a member no more")
    return held


def list_tokens(node: Node) -> list[tuple[Token, str]]:
    """Every token with the name of its organisation."""
    with node.reading() as connection:
        names = {one.number: one.name for one in organisations.organisations(connection)}
        return [(one, names[one.organisation]) for one in store.tokens(connection)]


def revoke_token(node: Node, id: str, *, by: str) -> None:
    """End a token, and the one that was to take its place.

    Raises:
        BadInput: there is none with this id that is in force.
    """
    now = node.now_us

    def act(connection: Connection) -> None:
        if not store.revoke_token(connection, id, now_us=now):
            raise BadInput(f"{id[:60]!r} is no token in force", hint="`tocsin token list` shows them.")
        for one in store.successors(connection, id):
            store.revoke_token(connection, one.id, now_us=now)
        node.record(connection, Act.TOKEN_REVOKE, by, {"token": id}, now)

    node.write(act)
