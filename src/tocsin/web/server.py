"""Serving the application with granian: one worker process, TLS 1.3 and client certificates where asked for."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.types import ASGIApp

from tocsin.errors import SourceUnavailable

__all__ = ["Listening", "serve"]


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
    """Serve until the process is told to stop (SIGINT, SIGTERM).

    Raises:
        SourceUnavailable: the address is taken or may not be used.
    """
    tls: dict[str, Any] = {}
    if at.certificate is not None:
        tls = {"ssl_cert": at.certificate, "ssl_key": at.key}
        if at.client_ca is not None:
            tls |= {"ssl_ca": at.client_ca, "ssl_client_verify": True}
    try:
        server = Server(
            app,
            address=at.host,
            port=at.port,
            interface=Interfaces.ASGI,
            log_access=False,
            log_enabled=False,
            **tls,
        )
        asyncio.run(_run(server, ready))
    except OSError as error:
        raise SourceUnavailable(f"{at.url} cannot be served: {error.strerror or error}") from error
    finally:
        for one in ended:
            one()


async def _run(server: Server, ready: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, server.stop)
    ready()
    await server.serve()
