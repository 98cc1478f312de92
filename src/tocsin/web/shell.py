"""What every answer goes through: the check of the host's name, the limit of bodies, and the headers that bind a browser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.limits import BODY_BYTES
from tocsin.web.problem import problem

__all__ = ["Shell"]

_HEADERS: Final = (
    (
        b"content-security-policy",
        b"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


class Shell:
    """Wraps an application. ``hosts`` are the names under which it may be asked for, ports aside."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], secure: bool) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)
        self.headers = _HEADERS
        if secure:
            self.headers += ((b"strict-transport-security", b"max-age=31536000"),)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name: value for name, value in scope["headers"]}

        async def bound(message: Message) -> None:
            if message["type"] == "http.response.start":
                held = list(message.get("headers", []))
                there = {name.lower() for name, _ in held}
                message["headers"] = held + [pair for pair in self.headers if pair[0] not in there]
                if b"cache-control" not in there:
                    message["headers"].append((b"cache-control", b"no-store"))
            await send(message)

        host = _name(headers.get(b"host", b"").decode("latin-1"))
        if host not in self.hosts:
            await problem(421, "This node is not asked for under that name.")(scope, receive, bound)
            return
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > BODY_BYTES:
            answer = problem(413, "The body is too large.", f"At most {BODY_BYTES:,} bytes are taken.")
            await answer(scope, receive, bound)
            return
        await self.app(scope, receive, bound)


def _name(host: str) -> str:
    """The name in a Host header, without its port; brackets of an IPv6 address stay."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()
