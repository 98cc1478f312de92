"""Serving the application with granian: one worker process, TLS 1.3 and client certificates where asked for.

granian would share a port with whoever else asks for it (``SO_REUSEPORT``), and two nodes would answer in turn. So the
socket is opened here, for this process alone, and handed over.
"""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from granian._granian import SocketHolder
from granian.constants import Interfaces
from granian.server.embed import AsyncWorker, Server
from starlette.types import ASGIApp

from tocsin.errors import SourceUnavailable

__all__ = ["Listening", "serve"]


_BACKLOG: Final = 128
"""Connections that wait to be accepted."""

_PROBE: Final = b"\0\r\n\r\n"
"""No request and no TLS: whoever accepts it answers that, or hangs up."""

_ENDED_S: Final = 0.2
"""How long granian's threads are given to end after it."""

_ACCEPTED_S: Final = 30
"""How long a server may take until it accepts a connection; it takes a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a node listens."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None
    client_ca: Path | None = None

    @property
    def url(self) -> str:
        """The address to give to others."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{name}:{self.port}/"


def serve(
    app: ASGIApp, at: Listening, *, ready: Callable[[], None], ended: Sequence[Callable[[], None]] = ()
) -> None:
    """Serve until the process is told to stop (SIGINT, SIGTERM). ``ready`` is called once connections are accepted.

    Raises:
        SourceUnavailable: the address is taken or may not be used.
    """
    tls: dict[str, Any] = {}
    if at.certificate is not None:
        tls = {"ssl_cert": at.certificate, "ssl_key": at.key}
        if at.client_ca is not None:
            tls |= {"ssl_ca": at.client_ca, "ssl_client_verify": True}
    try:
        server = _Server(
            app,
            address=at.host,
            port=at.port,
            interface=Interfaces.ASGI,
            log_access=False,
            log_enabled=False,
            backlog=_BACKLOG,
            **tls,
        )
        with listen(at) as server.listener:
            asyncio.run(_run(server, ready))
    except OSError as error:
        raise SourceUnavailable(f"{at.url} cannot be served: {error.strerror or error}") from error
    finally:
        for one in ended:
            one()


def listen(at: Listening) -> socket.socket:
    """A socket that listens at the address, and that no other process can have too.

    Raises:
        SourceUnavailable: the address is taken, is none of this machine, or may not be used.
    """
    try:
        found = socket.getaddrinfo(at.host, at.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise SourceUnavailable(
            f"{at.host} is no address: {error.strerror or error}", hint="Give one of this machine as --host."
        ) from error
    family, kind, protocol, _, address = found[0]
    made = socket.socket(family, kind, protocol)
    try:
        if sys.platform != "win32":  # there it would let another take the port
            # What an earlier server left closing does not keep this one waiting.
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(_BACKLOG)
        made.setblocking(False)
    except OSError as error:
        made.close()
        raise _not_ours(at, error) from error
    return made


def _not_ours(at: Listening, error: OSError) -> SourceUnavailable:
    if error.errno == errno.EADDRINUSE:
        return SourceUnavailable(
            f"port {at.port} of {at.host} is taken",
            hint=f"Stop what listens there (ss -ltnp 'sport = :{at.port}' names it), or give another --port.",
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return SourceUnavailable(
            f"{at.host} is no address of this machine", hint="ip address shows which it has."
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return SourceUnavailable(
            f"port {at.port} of {at.host} may not be used by this user",
            hint="Ports below 1024 need a right of their own; give another --port.",
        )
    return SourceUnavailable(f"{at.url} cannot be served: {error.strerror or error}")


class _Server(Server):
    """granian's server, on a socket that it is given."""

    listener: socket.socket
    worker: AsyncWorker | None = None

    def _init_shared_socket(self) -> None:
        holder: Any = SocketHolder  # its stub knows no arguments; granian closes the socket when it ends
        self._shd = holder(self.listener.detach(), False, _BACKLOG)
        self._ssp = None

    def _spawn_worker(self, *args: Any, **more: Any) -> AsyncWorker:
        self.worker = super()._spawn_worker(*args, **more)
        return self.worker

    def check(self) -> None:
        """Say why it ended, where that was not asked for: granian keeps it to itself."""
        task = self.worker._task if self.worker is not None else None  # noqa: SLF001
        if task is not None and task.done() and not task.cancelled() and (fault := task.exception()):
            raise fault


async def _run(server: _Server, ready: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, server.stop)
    address = server.listener.getsockname()[:2]
    serving = asyncio.create_task(server.serve())
    accepted = asyncio.create_task(_accepted(*address))
    await asyncio.wait({serving, accepted}, return_when=asyncio.FIRST_COMPLETED)
    fault = None
    if not serving.done():
        fault = accepted.exception()
        if fault is None:
            ready()
        else:
            server.stop()  # type: ignore[no-untyped-call]
    accepted.cancel()
    await serving
    # granian's own threads end a moment later; one that meets a Python which has ended aborts the process.
    await asyncio.sleep(_ENDED_S)
    server.check()
    if fault is not None:
        raise OSError("it accepts no connection") from fault


async def _accepted(host: str, port: int) -> None:
    """Wait until a connection to our own address is not only made, but accepted."""
    async with asyncio.timeout(_ACCEPTED_S):
        reader, writer = await asyncio.open_connection(host, port)
        with suppress(ConnectionError):
            writer.write(_PROBE)
            await reader.read(1)
        writer.close()
