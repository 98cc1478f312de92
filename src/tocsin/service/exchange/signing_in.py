"""``signin``: a one-use link becomes a person's session; there is no password."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from tocsin.errors import NotPermitted
from tocsin.limits import SESSION_S, SIGNIN_S
from tocsin.service.exchange.init import read_name
from tocsin.service.exchange.node import Node, secret_digest
from tocsin.store import settings, tokens
from tocsin.store.tokens import Session
from tocsin.transparency.entry import Act

__all__ = ["Link", "keep_address", "make_link", "served_at", "session_of", "sign_in", "sign_out"]


@dataclass(frozen=True, slots=True)
class Link:
    """The secret part of a one-use link, whom it signs in, and when it ends (microseconds)."""

    secret: str
    person: str
    expires_us: int


_SERVED_AT: Final = "served_at"


def keep_address(node: Node, url: str) -> None:
    """Remember at which address this node is served, for the links to its pages."""

    def act(connection: Connection) -> None:
        if settings.read_setting(connection, _SERVED_AT) != url:
            settings.write_setting(connection, _SERVED_AT, url)

    node.write(act)


def served_at(node: Node) -> str | None:
    """The address at which this node was served last; None if it never was."""
    with node.reading() as connection:
        return settings.read_setting(connection, _SERVED_AT)


def make_link(node: Node, person: str, *, by: str) -> Link:
    """A link for ``person``, kept as a digest.

    Raises:
        BadInput: the name is none.
    """
    person = read_name(person)
    now = node.now_us
    link = Link(_secret(node), person, node.looking_us + SIGNIN_S * 1_000_000)

    def act(connection: Connection) -> None:
        tokens.add_signin(connection, secret_digest(link.secret), person, expires_us=link.expires_us)
        node.record(connection, Act.SIGNIN, by, {"person": person, "step": "link"}, now)

    node.write(act)
    return link


def sign_in(node: Node, secret: str) -> tuple[str, Session]:
    """Use a link up: the secret of a new session's cookie, and the session.

    Raises:
        NotPermitted: the link is unknown, used or too old. Which of the three is not said.
    """
    now, looking = node.now_us, node.looking_us
    cookie = _secret(node)

    def act(connection: Connection) -> Session:
        person = tokens.use_signin(connection, secret_digest(secret), now_us=looking)
        if person is None:
            raise NotPermitted(
                "this link is not good",
                hint="Each is good once, for 15 minutes. Ask for another: tocsin signin",
            )
        made = Session(person, _secret(node), looking + SESSION_S * 1_000_000)
        tokens.add_session(connection, secret_digest(cookie), made, now_us=looking)
        node.record(connection, Act.SIGNIN, person, {"person": person, "step": "session"}, now)
        return made

    return cookie, node.write(act)


def session_of(node: Node, cookie: str) -> Session | None:
    """The session that a cookie stands for, if it has not ended."""
    with node.reading() as connection:
        return tokens.find_session(connection, secret_digest(cookie), now_us=node.looking_us)


def sign_out(node: Node, cookie: str) -> None:
    """End a session."""
    node.write(lambda connection: tokens.end_session(connection, secret_digest(cookie)))


def _secret(node: Node) -> str:
    return base64.urlsafe_b64encode(node.around.entropy(32)).decode().rstrip("=")
