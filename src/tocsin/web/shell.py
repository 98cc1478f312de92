"""What every answer goes through: rates, the host's name, limits of size, and the headers that bind a browser."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import sha256
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.limits import (
    BODY_BYTES,
    FAILED_SIGNINS_A_MINUTE,
    HEADER_BYTES,
    KNOWN_REQUESTS_A_MINUTE,
    REQUESTS_A_MINUTE,
)
from tocsin.web.door import ADMITTED
from tocsin.web.problem import Problem, answer_to
from tocsin.web.rates import MOST_KEYS, Rates

__all__ = ["Shell"]

_POLICY: Final = (
    "default-src 'self'; base-uri 'none'; connect-src 'self'; font-src 'none'; form-action 'self'; "
    "frame-ancestors 'none'; frame-src 'none'; img-src 'self'; manifest-src 'none'; media-src 'none'; "
    "object-src 'none'; script-src 'self'; style-src 'self'; worker-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS: Final = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    # With no-referrer a browser hides the origin of our own forms, which is what tells them from others'.
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_ONCE: Final = frozenset({b"host", b"content-length", b"authorization", b"transfer-encoding", b"origin"})

_TOO_LARGE: Final = Problem(413, "The body is too large.", f"At most {BODY_BYTES:,} bytes are taken.")
_BROKEN: Final = Problem(400, "The body breaks off.")


class Shell:
    """Wraps an application.

    ``hosts`` are the names under which it may be asked for, ports aside; ``now_us`` is the clock.
    """

    def __init__(
        self, app: ASGIApp, *, hosts: Iterable[str], secure: bool, now_us: Callable[[], int]
    ) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)
        self.headers: tuple[tuple[bytes, bytes], ...] = _HEADERS
        if secure:
            self.headers += ((b"strict-transport-security", b"max-age=31536000"),)
        self._requests = Rates(REQUESTS_A_MINUTE, now_us)
        self._known = Rates(KNOWN_REQUESTS_A_MINUTE, now_us)
        self._failures = Rates(FAILED_SIGNINS_A_MINUTE, now_us)
        # Credentials that let somebody in: a stranger behind the same address locks none of them out.
        self._good: OrderedDict[str, None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0

        async def bound(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                held = list(message.get("headers", []))
                there = {name.lower() for name, _ in held}
                message["headers"] = held + [pair for pair in self.headers if pair[0] not in there]
                if b"cache-control" not in there:
                    message["headers"].append((b"cache-control", b"no-store"))
            elif scope["method"] == "HEAD":
                message = {
                    "type": "http.response.body",
                    "body": b"",
                    "more_body": message.get("more_body", False),
                }
            await send(message)

        address = (scope.get("client") or ("",))[0]
        credential = _credential(scope)
        found = self._refused(scope, address, credential)
        if found is not None:
            await answer_to(scope, found)(scope, receive, bound)
            return
        measured = _Measured(receive)
        scope[ADMITTED] = admitted = [False]
        with suppress(ClientDisconnect):
            await self.app(scope, measured, bound)
        if not status:
            # Nobody answered, since the body broke off: it was too long, or its chunks are none (where the asker has
            # gone indeed, nobody hears it). A server that is given no answer would say that the fault is ours.
            await answer_to(scope, _TOO_LARGE if measured.over else _BROKEN)(scope, receive, bound)
        # TAXII answers nothing but OPTIONS to one who shows no token.
        taxii = scope["path"].startswith("/taxii2") and scope["method"] != "OPTIONS" and 200 <= status < 400
        self._note(address, credential, good=admitted[0] or taxii, failed=_is_failed_signin(scope, status))

    def _refused(self, scope: Scope, address: str, credential: str) -> Problem | None:
        if credential in self._good:
            wait = self._known.take(credential)
        else:
            wait = self._requests.take(address) or self._failures.wait_s(address)
        if wait:
            return Problem(
                429, "Too many requests.", f"Come again in {wait} s.", headers={"Retry-After": str(wait)}
            )
        return _insane(scope) or self._strange_host(scope)

    def _strange_host(self, scope: Scope) -> Problem | None:
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        if _name(host.decode("latin-1")) not in self.hosts:
            return Problem(
                421, "This node is not asked for under that name.", "serve --name HOST adds a name."
            )
        return None

    def _note(self, address: str, credential: str, *, good: bool, failed: bool) -> None:
        if failed:
            self._good.pop(credential, None)
            self._failures.take(address)
        elif credential and good and credential not in self._good:
            self._good[credential] = None
            if len(self._good) > MOST_KEYS:
                self._good.popitem(last=False)


class _Measured:
    """Gives a body on until it is longer than may be; then it ends as if the asker had gone."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._held = 0
        self.over = False

    async def __call__(self) -> Message:
        if self.over:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.request":
            self._held += len(message.get("body", b""))
            if self._held > BODY_BYTES:
                self.over = True
                return {"type": "http.disconnect"}
        return message


def _credential(scope: Scope) -> str:
    """A digest of what the asker shows; empty if nothing. The secret itself is not kept."""
    shown = [value for name, value in scope["headers"] if name in {b"authorization", b"cookie"}]
    return sha256(b"\n".join(shown)).hexdigest() if shown else ""


def _is_failed_signin(scope: Scope, status: int) -> bool:
    """A token that is not known, or a link that is not good; one who shows nothing has tried nothing."""
    if status == 401:
        return any(name in {b"authorization", b"cookie"} for name, _ in scope["headers"])
    return status == 403 and scope["path"].startswith(("/signin/", "/api/join"))


def _insane(scope: Scope) -> Problem | None:
    """What is wrong with the request's head, if anything is."""
    names = [name for name, _ in scope["headers"]]
    if len(names) > 100 or sum(len(name) + len(value) for name, value in scope["headers"]) > HEADER_BYTES:
        return Problem(431, "The head of the request is too large.")
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > HEADER_BYTES // 2:
        return Problem(414, "The address is too long.")
    if any(names.count(name) > 1 for name in _ONCE):
        return Problem(400, "A header that may be there once is there twice.")
    length = next((value for name, value in scope["headers"] if name == b"content-length"), None)
    if length is not None:
        if b"transfer-encoding" in names or not length.isdigit() or len(length) > 18:
            return Problem(400, "The length of the body is told in two ways, or is no number.")
        if int(length) > BODY_BYTES:
            return _TOO_LARGE
    return None


def _name(host: str) -> str:
    """The name in a Host header, without its port; brackets of an IPv6 address stay."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()
