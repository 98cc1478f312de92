"""A person's session in a browser: the cookie, and the proof that a form was sent from a page of ours.

The cookie is ``__Host-tocsin`` (Secure, HttpOnly, SameSite=Strict, Path=/). Where a node is asked for by plain HTTP on
this very machine, not every browser keeps a Secure cookie, so it has another name there, with the port in it: browsers
share the cookies of all ports, and two nodes on one machine would sign each other's people out.
"""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from tocsin.errors import NotPermitted
from tocsin.limits import SESSION_S

__all__ = ["check_form", "check_origin", "clear_cookie", "cookie_of", "set_cookie"]

COOKIE: Final = "__Host-tocsin"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


def cookie_of(request: Request) -> str:
    """The secret in the request's cookie; empty if there is none."""
    held = request.cookies.get(_name(request)[0], "")
    return held if len(held) <= 128 and held.isascii() and held.isprintable() else ""


def set_cookie(request: Request, response: Response, secret: str) -> None:
    """Give the browser the cookie of a new session."""
    name, secure = _name(request)
    response.set_cookie(
        name, secret, max_age=SESSION_S, path="/", secure=secure, httponly=True, samesite="strict"
    )


def clear_cookie(request: Request, response: Response) -> None:
    """Have the browser forget the cookie."""
    name, secure = _name(request)
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="strict")


def check_origin(request: Request) -> None:
    """Refuse what was sent from another site's page.

    Raises:
        NotPermitted: its origin is another, or is not told.
    """
    origin = urlsplit(request.headers.get("origin", ""))
    same = bool(origin.netloc) and origin.netloc.lower() == request.headers.get("host", "").lower()
    if not same or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise NotPermitted(
            "this was not sent from a page of this node", hint="Open the page here and send it from there."
        )


def check_form(csrf: str, sent: str) -> None:
    """Refuse a form that does not hold its session's word.

    Raises:
        NotPermitted: it does not.
    """
    if not hmac.compare_digest(csrf.encode(), sent.encode()):
        raise NotPermitted(
            "this form is not one of your session", hint="Load the page again and send it from there."
        )


def _name(request: Request) -> tuple[str, bool]:
    host, _, port = request.headers.get("host", "").rpartition(":")
    if not port.isdigit():
        host, port = request.headers.get("host", ""), "80"
    if request.url.scheme == "http" and host.lower() in _LOOPBACK:
        return f"tocsin-{port}", False
    return COOKIE, True
