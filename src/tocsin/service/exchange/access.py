"""Who asks: a token or a session becomes a viewer, with what it may read and write."""

from __future__ import annotations

import hmac
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import Connection

from tocsin.errors import NotPermitted, SourceUnavailable
from tocsin.limits import TOKEN_USE_NOTED_S
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.node import Node, secret_digest
from tocsin.sharing.viewer import Relation, Viewer
from tocsin.store.collections import Collection, collections, find_collection
from tocsin.store.organisations import Organisation, find_organisation
from tocsin.store.tokens import Token, find_token, revoke_token, touch_tokens
from tocsin.transparency.entry import Act

__all__ = [
    "TOKEN_PREFIX",
    "Access",
    "Rights",
    "access_of_person",
    "access_of_token",
    "admitted",
    "every_collection",
    "rights",
    "viewer_of",
]

TOKEN_PREFIX: Final = "tocsin"  # noqa: S105  the word that a token begins with


@dataclass(frozen=True, slots=True)
class Access:
    """One who asks. ``token`` is the id of its token, empty for a person."""

    organisation: Organisation
    viewer: Viewer
    may_read: bool
    may_write: bool
    collections: tuple[str, ...] = ()
    token: str = ""

    @property
    def name(self) -> str:
        """Whom the log names as doing what is done."""
        return self.viewer.person or self.organisation.name


@dataclass(frozen=True, slots=True)
class Rights:
    """What may be done with one collection. With neither, it does not exist for the one who asks."""

    can_read: bool
    can_write: bool

    def __bool__(self) -> bool:
        return self.can_read or self.can_write


def viewer_of(organisation: Organisation, *, person: str = "", ceiling: Tlp = Tlp.AMBER_STRICT) -> Viewer:
    """An organisation as one who asks."""
    groups = {f"organisation:{organisation.id}", *(f"sector:{name}" for name in organisation.sectors)}
    return Viewer(organisation.id, _relation(organisation), person, frozenset(groups), ceiling)


def access_of_token(node: Node, text: str) -> Access:
    """Who holds the token ``text``.

    Raises:
        NotPermitted: it is none, or none any more. Which of the two is not said.
    """
    return admitted(node, text)[0]


def admitted(node: Node, text: str, collection: str = "") -> tuple[Access, Collection | None]:
    """Who holds the token ``text``, and the ``collection`` of this id or alias; what may be done, :func:`rights` says.

    Both are of one state of the node, and nothing else is looked up: this stands before every answer.

    Raises:
        NotPermitted: it is none, or none any more. Which of the two is not said.
    """
    id = text.split("_", 2)[1] if text.startswith(f"{TOKEN_PREFIX}_") and text.count("_") >= 2 else ""
    with node.reading() as connection:
        found = find_token(connection, id) if id else None
        organisation = find_organisation(connection, found[0].organisation) if found else None
        there = find_collection(connection, collection) if organisation and collection else None
    if found is None or organisation is None:
        raise NotPermitted("the token is not known")
    token, digest = found
    now = node.now_us
    if (
        not hmac.compare_digest(digest, secret_digest(text))
        or token.revoked_us is not None
        or token.expires_us <= now
        or organisation.revoked_us is not None
    ):
        raise NotPermitted("the token is not known")
    if token.used_us is None or now - token.used_us >= TOKEN_USE_NOTED_S * 1_000_000:
        with suppress(SourceUnavailable):  # who asks is let in, also while nothing can be noted
            node.write(partial(_note_use, node, token, organisation.name, now))
    access = Access(
        organisation,
        viewer_of(organisation, ceiling=Tlp(min(token.ceiling, Tlp.AMBER_STRICT))),
        "read" in token.scopes,
        "write" in token.scopes,
        token.collections,
        token.id,
    )
    return access, there


def every_collection(node: Node, access: Access) -> list[tuple[Collection, Rights]]:
    """Each collection that is there for ``access``, with what it may do."""
    with node.reading() as connection:
        there = collections(connection)
    return [(one, held) for one in there if (held := rights(access, one))]


def _note_use(node: Node, token: Token, by: str, now_us: int, connection: Connection) -> None:
    """Note that a token was used; whoever uses the new one has it, so that the one it renews is needed no more."""
    touch_tokens(connection, {token.id: now_us})
    if token.used_us is None and token.renews and revoke_token(connection, token.renews, now_us=now_us):
        node.record(connection, Act.TOKEN_REVOKE, by, {"token": token.renews, "renewed_by": token.id}, now_us)


def access_of_person(node: Node, person: str) -> Access:
    """A person of the node's own organisation, signed in or at its command line."""
    own = node.own
    return Access(own, viewer_of(own, person=person, ceiling=Tlp.RED), may_read=True, may_write=True)


def rights(access: Access, collection: Collection) -> Rights:
    """What ``access`` may do with ``collection``.

    Members read what is published and write to the inbox, where they read what is their own. This node's own
    organisation does all; what was pulled from elsewhere is written by nobody.
    """
    if access.collections and not {collection.id, collection.alias} & set(access.collections):
        return Rights(can_read=False, can_write=False)
    relation = access.viewer.relation
    own = relation == "own"
    joined = relation in {"member", "client_member"}
    reads = own or collection.kind == "warnings" or (collection.kind == "inbox" and joined)
    writes = (collection.kind == "inbox" and (own or joined)) or (collection.kind == "warnings" and own)
    return Rights(can_read=reads and access.may_read, can_write=writes and access.may_write)


def _relation(organisation: Organisation) -> Relation:
    match organisation.relation:
        case "own":
            return "own"
        case "member":
            return "client_member" if organisation.is_client else "member"
        case "hub":
            return "client" if organisation.is_client else "peer"
        case _:
            return "client" if organisation.is_client else "reader"
