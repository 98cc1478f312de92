"""The one HTTP client: it reaches only what it may, takes no more than it should, and waits no longer.

- A configured origin is reached wherever it is; what a redirect or a document names must be public.
- A name is resolved once, and the connection goes to an address that was checked, while TLS verifies the
  name: a name that answers otherwise a moment later (DNS rebinding) gains nothing.
- Credentials, bodies and the client certificate go to the origin they were given for, and to no other.
- Size, packing, redirects, attempts and the whole time are bounded by :mod:`tocsin.limits`.

No cookies are kept, and no proxy is taken from the environment.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from functools import cached_property
from http.client import HTTPException
from pathlib import Path
from typing import Final, NoReturn, Self

from urllib3 import HTTPHeaderDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse
from urllib3.util import parse_url

from tocsin.errors import BadInput, LimitExceeded, NotPermitted, SourceUnavailable
from tocsin.limits import (
    DECOMPRESSION_RATIO,
    HTTP_ATTEMPTS,
    HTTP_BODY_BYTES,
    HTTP_CONNECT_S,
    HTTP_ERROR_BODY_BYTES,
    HTTP_REDIRECTS,
    HTTP_TIMEOUT_S,
    HTTP_WAIT_S,
)
from tocsin.sources.http_body import Bomb, unpacked
from tocsin.sources.http_response import PASSING, Credentials, Response
from tocsin.sources.http_sink import Sink
from tocsin.sources.public_address import is_plausible, is_public
from tocsin.sources.web_address import WebAddress, parse_web_address

__all__ = ["Credentials", "HttpClient", "Resolver", "Response", "resolve"]

Resolver = Callable[[str, int], Sequence[str]]
"""Gives the addresses (text) of a name and port; raises OSError where there are none."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BODY_KEEPING: Final = frozenset({307, 308})
_REPEATABLE: Final = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_WITHHELD: Final = frozenset({"authorization", "cookie", "proxy-authorization"})
_WITHHELD_PREFIX: Final = "tocsin-"
_CHUNK_BYTES: Final = 64 << 10
_FAULTS = (OSError, HTTPException, HTTPError, ValueError)


class _Passing(SourceUnavailable):
    """A fault that may be gone at the next attempt."""


class _Closed(_Passing):
    """The connection was closed before an answer came."""


def resolve(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of ``host``, in the order in which it would try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class HttpClient:
    """Makes requests within the rules above. It may be used from several threads at once.

    ``allowed_origins`` are addresses as the person configured them; their scheme, host and port count.
    ``timeout_s`` bounds the whole of one attempt, ``max_bytes`` the body of an answer, packed and unpacked.
    ``ca_file`` adds authorities (PEM) to the system's; ``client_certificate`` is a PEM file with certificate
    and key, shown to configured origins only. ``proxy`` is an ``http://`` address through which all goes; a
    configured name is then resolved by the proxy.
    """

    def __init__(
        self,
        *,
        allowed_origins: Iterable[str],
        timeout_s: float = HTTP_TIMEOUT_S,
        max_bytes: int = HTTP_BODY_BYTES,
        resolver: Resolver = resolve,
        ca_file: Path | None = None,
        client_certificate: Path | None = None,
        proxy: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowed = frozenset(parse_web_address(text).origin for text in allowed_origins)
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._resolver = resolver
        self._proxy = parse_url(proxy) if proxy else None
        if self._proxy is not None and (self._proxy.scheme != "http" or not self._proxy.host):
            raise BadInput(
                "the proxy's address does not begin with http://", hint="give it like http://proxy:3128"
            )
        self._sleep = sleep
        self._clock = clock
        self._ca_file = ca_file
        # A certificate says who asks: whoever is met by a redirect shall not learn it.
        self._with_certificate = _context(ca_file, client_certificate) if client_certificate else None
        if ca_file is not None:
            _ = self._context  # a file that cannot be used is told of at once
        self._idle: dict[tuple[str, str, int], list[HTTPConnection]] = {}

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Whom to trust: made once it is needed, as it takes 30 ms to read, which plain HTTP on loopback spares."""
        return _context(self._ca_file)

    def close(self) -> None:
        """Close the connections that are kept for the next request."""
        for kept in self._idle.values():
            while kept:
                kept.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def permits(self, url: str) -> bool:
        """Whether ``url`` is at a configured origin, so that credentials may be sent to it."""
        return parse_web_address(url).origin in self._allowed

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        credentials: Credentials | None = None,
        *,
        repeatable: bool | None = None,
        into: Sink | None = None,
    ) -> Response:
        """Make a request and return the answer, whatever its status; see :meth:`Response.require`.

        A body of status 200 goes ``into`` a file, if one is given, and then not into the answer; broken off, it goes
        on there at the next attempt.

        ``repeatable`` says that making it twice is as making it once, so that it may be tried again; by
        default that holds for GET, HEAD, PUT and DELETE. Redirects are followed, of other methods than GET
        and HEAD only those that keep the body, at the same origin.

        Raises:
            BadInput: ``url`` is no web address.
            NotPermitted: an address may not be reached, or credentials may not be sent to it.
            SourceUnavailable: there is no answer, or not one that can be trusted.
            LimitExceeded: the answer is too large, too slow, or a bomb.
        """
        address = parse_web_address(url)
        if credentials is not None and address.origin not in self._allowed:
            raise NotPermitted(
                f"credentials are not sent to {address.shown}, which is not the server that was configured",
                hint="if you trust it, configure it as a source of its own",
            )
        sent = HTTPHeaderDict(headers or {})
        if credentials is not None:
            sent.update(credentials.headers)
        again = method in _REPEATABLE if repeatable is None else repeatable
        for attempt in range(HTTP_ATTEMPTS if again else 1):
            last = attempt + 1 == (HTTP_ATTEMPTS if again else 1)
            wait: float = 2**attempt
            if into is not None:
                for name in ("Range", "If-Range"):
                    sent.discard(name)
                sent.update(into.headers)
            try:
                answer = self._follow(method, address, sent, body, again=again, into=into)
            except _Passing as problem:
                if last:
                    raise SourceUnavailable(problem.what, hint=problem.hint) from problem
            else:
                if answer.status not in PASSING or last:
                    return answer
                wait = _asked_wait_s(answer.headers, wait)
                if wait > HTTP_WAIT_S:
                    raise SourceUnavailable(
                        f"{address.shown} asks to wait {wait:.0f} s before it is asked again ({answer.status})",
                        hint="try again after that time",
                    )
            self._sleep(wait)
        raise AssertionError

    # -- one attempt --------------------------------------------------------------------------

    def _follow(
        self,
        method: str,
        address: WebAddress,
        sent: HTTPHeaderDict,
        body: bytes | None,
        *,
        again: bool,
        into: Sink | None,
    ) -> Response:
        deadline = self._clock() + (self._timeout_s if into is None else into.timeout_s)
        for _ in range(HTTP_REDIRECTS + 1):
            answer = self._exchange(method, address, sent, body, deadline, again=again, into=into)
            location = answer.headers.get("Location")
            if answer.status not in _REDIRECTS or location is None:
                return answer
            following = _next(method, address, answer.status, location)
            if following.origin != address.origin:
                sent = HTTPHeaderDict((name, value) for name, value in sent.items() if not _is_secret(name))
            address = following
        raise SourceUnavailable(
            f"{address.shown} redirects more than {HTTP_REDIRECTS} times",
            hint="look whether the address is right",
        )

    def _exchange(
        self,
        method: str,
        address: WebAddress,
        sent: HTTPHeaderDict,
        body: bytes | None,
        deadline: float,
        *,
        again: bool,
        into: Sink | None,
    ) -> Response:
        # What may not be sent twice gets a connection of its own: a kept one may be closing just now.
        connection = self._kept(address) if again else None
        if connection is not None:
            with suppress(_Closed):
                return self._over(connection, method, address, sent, body, deadline, into)
        connection = self._connect(address, self._targets(address), deadline)
        return self._over(connection, method, address, sent, body, deadline, into)

    def _over(
        self,
        connection: HTTPConnection,
        method: str,
        address: WebAddress,
        sent: HTTPHeaderDict,
        body: bytes | None,
        deadline: float,
        into: Sink | None,
    ) -> Response:
        whole = False
        answer: BaseHTTPResponse | None = None
        try:
            with self._cut_at(connection, deadline):
                answer = self._ask(connection, method, address, sent, body, deadline)
                received = self._body(answer, address, deadline, into)
            whole = answer.status < 400 or len(received) < HTTP_ERROR_BODY_BYTES
            # The rest of a file that was begun is the whole of it.
            status = 200 if into is not None and answer.status == 206 else answer.status
            return Response(status, answer.headers, received, str(address))
        finally:
            if whole and connection.is_connected:
                self._idle.setdefault(address.origin, []).append(connection)
            else:
                connection.close()
                if answer is not None:
                    answer.close()  # of an answer that is the last, the connection has let go

    def _ask(
        self,
        connection: HTTPConnection,
        method: str,
        address: WebAddress,
        sent: HTTPHeaderDict,
        body: bytes | None,
        deadline: float,
    ) -> BaseHTTPResponse:
        headers = {"Host": address.authority, "User-Agent": "tocsin", "Accept-Encoding": "gzip", **sent}
        try:
            # Of a long transfer no single wait is longer than that of a short one.
            connection.timeout = min(self._timeout_s, self._left_s(deadline, address))
            assert connection.sock is not None
            connection.sock.settimeout(connection.timeout)
            connection.request(
                method,
                address.target,
                body=body,
                headers=headers,
                preload_content=False,
                decode_content=False,
            )
            return connection.getresponse()
        except _FAULTS as error:
            if self._clock() >= deadline:
                raise _Passing(*self._no_answer(address)) from error
            raise _Closed(f"{address.shown} breaks off the connection: {_reason(error)}") from error

    # -- the connection -----------------------------------------------------------------------

    def _kept(self, address: WebAddress) -> HTTPConnection | None:
        kept = self._idle.get(address.origin)
        while kept:
            with suppress(IndexError):  # another thread took it
                connection = kept.pop()
                if connection.is_connected:
                    return connection
                connection.close()
        return None

    def _targets(self, address: WebAddress) -> list[str]:
        """The names or addresses to connect to, each checked.

        Raises:
            NotPermitted: none may be reached.
            SourceUnavailable: the name cannot be resolved.
        """
        configured = address.origin in self._allowed
        if address.scheme != "https" and not configured:
            raise NotPermitted(
                f"{address.shown} is not encrypted, and not the server that was configured",
                hint="use its https address, or configure the http address itself",
            )
        if configured and (address.is_literal or self._proxy):
            return [address.host]
        if address.is_literal:
            found: Sequence[str] = [address.host]
        else:
            try:
                found = self._resolver(address.host, address.port)
            except (OSError, UnicodeError) as error:
                raise _Passing(
                    f"the name {address.host} cannot be resolved",
                    hint="look whether the address is right and this machine has a connection",
                ) from error
        may = is_plausible if configured else is_public
        permitted = [one for one in found if may(one)]
        if not permitted:
            kind = "an address that no server has" if configured else "this machine or a private network"
            raise NotPermitted(
                f"{address.shown} leads to {', '.join(found[:3]) or 'nothing'}: {kind}",
                hint="only a server that was configured itself may be there",
            )
        return permitted

    def _connect(self, address: WebAddress, targets: Sequence[str], deadline: float) -> HTTPConnection:
        problem: Exception | None = None
        for target in targets:
            connection = self._connection(address, target)
            connection.timeout = min(HTTP_CONNECT_S, self._left_s(deadline, address))
            try:
                connection.connect()
            except ssl.SSLError as error:
                connection.close()
                _distrust(address, error)
            except _FAULTS as error:
                connection.close()
                problem = error
            else:
                return connection
        raise _Passing(
            f"{address.shown} cannot be reached: {_reason(problem)}",
            hint="look whether the address is right and this machine has a connection",
        ) from problem

    def _connection(self, address: WebAddress, target: str) -> HTTPConnection:
        host, port = target, address.port
        if self._proxy is not None:
            assert self._proxy.host is not None
            host, port = self._proxy.host.strip("[]"), self._proxy.port or 80
        connection: HTTPConnection
        if address.scheme == "https":
            own = self._with_certificate if address.origin in self._allowed else None
            context = own or self._context
            name = address.host.rstrip(".")
            connection = HTTPSConnection(host, port, ssl_context=context, server_hostname=name)
        else:
            connection = HTTPConnection(host, port)
        if self._proxy is not None:
            auth = self._proxy.auth
            headers = Credentials.basic(*auth.split(":", 1)).headers if auth and ":" in auth else {}
            proving = {f"Proxy-{name}": value for name, value in headers.items()}
            connection.set_tunnel(target, address.port, headers=proving)
        return connection

    @contextmanager
    def _cut_at(self, connection: HTTPConnection, deadline: float) -> Iterator[None]:
        """Cut the connection when the time is up: a limit on single reads never ends a slow trickle."""
        # http.client forgets the socket while its answer is still being read.
        held = connection.sock
        assert held is not None

        def cut() -> None:
            with suppress(OSError):
                # Not SSLSocket's own, which would let what is left be read as plain bytes.
                socket.socket.shutdown(held, socket.SHUT_RDWR)

        timer = threading.Timer(max(0.0, deadline - self._clock()), cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _left_s(self, deadline: float, address: WebAddress) -> float:
        left = deadline - self._clock()
        if left <= 0:
            raise _Passing(*self._no_answer(address))
        return left

    def _no_answer(self, address: WebAddress) -> tuple[str]:
        return (f"{address.shown} gives no answer within {self._timeout_s:g} s",)

    # -- the body -----------------------------------------------------------------------------

    def _body(
        self, answer: BaseHTTPResponse, address: WebAddress, deadline: float, into: Sink | None
    ) -> bytes:
        failed = answer.status >= 400
        into = into if answer.status in {200, 206} else None
        most = self._max_bytes if into is None else into.max_bytes
        limit = HTTP_ERROR_BODY_BYTES if failed else most
        encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in {"identity", "", "gzip", "x-gzip"}:
            if failed:
                return b""
            raise SourceUnavailable(
                f"{address.shown} answers packed as {encoding[:20]!r}, which was not asked for"
            )
        announced = answer.headers.get("Content-Length", "")
        if not failed and announced.isascii() and announced.isdecimal() and int(announced[:20]) > limit:
            self._too_large(address, most)
        packed = encoding in {"gzip", "x-gzip"}
        if into is not None and not into.begin(answer.status, answer.headers, packed=packed):
            raise _Passing(f"{address.shown} answers with another part than was asked for")
        made: list[bytes] = []
        total = into.taken if into is not None else 0
        try:
            blocks: Iterator[bytes] = answer.stream(_CHUNK_BYTES, decode_content=False)
            for block in unpacked(blocks, limit) if packed else blocks:
                total += len(block)
                if into is None or total > limit:
                    made.append(block)
                else:
                    into.write(block)
                if total > limit:
                    if not failed:
                        self._too_large(address, most)
                    break
        except Bomb as stop:
            if failed:
                return b""
            raise LimitExceeded(
                f"the answer of {address.shown} unpacks to more than {DECOMPRESSION_RATIO} times its size",
                hint="this is no honest answer: tell who runs the server",
            ) from stop
        except _FAULTS as error:
            if self._clock() >= deadline:
                self._too_slow(address, error, into)
            raise _Passing(f"the answer of {address.shown} breaks off: {_reason(error)}") from error
        if self._clock() >= deadline:
            self._too_slow(address, None, into)
        return b"".join(made)[:limit]

    def _too_large(self, address: WebAddress, most: int) -> NoReturn:
        raise LimitExceeded(
            f"the answer of {address.shown} is larger than {most} bytes",
            hint="ask for less at once, or take it as a file",
        )

    def _too_slow(self, address: WebAddress, error: Exception | None, into: Sink | None) -> NoReturn:
        timeout_s = self._timeout_s if into is None else into.timeout_s
        raise LimitExceeded(
            f"the answer of {address.shown} takes longer than {timeout_s:g} s",
            hint="ask for less at once, or try again later",
        ) from error


def _next(method: str, address: WebAddress, status: int, location: str) -> WebAddress:
    """Where a redirect leads.

    Raises:
        NotPermitted: it leads out of encryption, or would carry a body to another server.
        SourceUnavailable: it leads nowhere.
    """
    try:
        following = parse_web_address(location, address)
    except BadInput as error:
        raise NotPermitted(
            f"{address.shown} redirects to an address that is not followed: {error.what}"
        ) from error
    if address.scheme == "https" and following.scheme != "https":
        raise NotPermitted(
            f"{address.shown} redirects to {following.shown}, which is not encrypted",
            hint="tell who runs the server",
        )
    if method not in {"GET", "HEAD"}:
        if following.origin != address.origin:
            raise NotPermitted(
                f"{address.shown} redirects to {following.shown}, and what is sent goes to no other server",
                hint="if you trust it, configure that address",
            )
        if status not in _BODY_KEEPING:
            raise SourceUnavailable(
                f"{address.shown} redirects what is sent to {following.shown} and would drop it ({status})",
                hint="configure that address",
            )
    return following


def _is_secret(name: str) -> bool:
    lower = name.lower()
    return lower in _WITHHELD or lower.startswith(_WITHHELD_PREFIX)


def _asked_wait_s(headers: Mapping[str, str], otherwise: float) -> float:
    """The wait that Retry-After asks for: seconds, or a date that is compared with the answer's own."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:10])
    with suppress(ValueError, TypeError):
        until, since = parsedate_to_datetime(text), parsedate_to_datetime(headers.get("Date", ""))
        return max(0.0, (until - since).total_seconds())
    return otherwise


def _context(ca_file: Path | None, certificate: Path | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for path, load in ((ca_file, context.load_verify_locations), (certificate, context.load_cert_chain)):
        if path is None:
            continue
        try:
            load(path)
        except (OSError, ssl.SSLError) as error:
            raise BadInput(
                f"the certificate file {path} cannot be used: {_reason(error)}",
                hint="it must be PEM; a client certificate's file holds its key, too",
            ) from error
    return context


def _distrust(address: WebAddress, error: ssl.SSLError) -> NoReturn:
    if isinstance(error, ssl.SSLCertVerificationError):
        raise SourceUnavailable(
            f"{address.shown} does not prove that it is {address.host}: {error.verify_message}",
            hint="if it has a certificate of your own authority, give that authority's file",
        ) from error
    raise SourceUnavailable(f"{address.shown} cannot be reached safely: {error.reason or error}") from error


def _reason(error: Exception | None) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    inner = error.__cause__ if isinstance(error, HTTPError) and error.__cause__ is not None else error
    if isinstance(inner, OSError) and inner.strerror:
        return inner.strerror
    return (str(inner) or type(inner).__name__)[:200]
