"""A client that speaks ASGI to an application: one loop for many requests, and every byte as it is given."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

import pytest_socket

TAXII = "application/taxii+json;version=2.1"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name):
        return next((value for key, value in self.headers if key == name), None)

    @property
    def json(self):
        return json.loads(self.body)


class Asking:
    """Asks ``app``. Close it."""

    def __init__(self, app, host="localhost"):
        self.app = app
        self.host = host
        # A loop has a pair of unix sockets of its own, made here and now; the network stays off.
        pytest_socket.enable_socket()
        self.runner = asyncio.Runner()
        self.runner.get_loop()
        pytest_socket.disable_socket(allow_unix_socket=True)

    def close(self):
        self.runner.close()

    def __call__(
        self,
        method: str,
        path: str,
        query: str | bytes = "",
        headers: Iterable[tuple[str, str]] = (),
        body: bytes | Iterable[bytes] = b"",
        *,
        raw_path: bytes | None = None,
        host: str | None = None,
    ) -> Answer:
        return self.runner.run(self._ask(method, path, query, headers, body, raw_path, host))

    async def _ask(self, method, path, query, headers, body, raw_path, host):
        given = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        if not any(name == b"host" for name, _ in given):
            given.insert(0, (b"host", (self.host if host is None else host).encode("latin-1")))
        parts = iter([body] if isinstance(body, bytes) else body)
        sent = []
        self.chunks_read = 0

        async def receive():
            part = next(parts, None)
            self.chunks_read += 1
            if part is None:
                return {"type": "http.request", "body": b"", "more_body": False}
            return {"type": "http.request", "body": part, "more_body": not isinstance(body, bytes)}

        async def send(message):
            sent.append(message)

        raw = path.encode("utf-8", "surrogatepass") if raw_path is None else raw_path
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            # As a server does: percent-decoded, then UTF-8 where it is.
            "path": unquote_to_bytes(raw).decode("utf-8", "surrogateescape"),
            "raw_path": raw,
            "root_path": "",
            "query_string": query if isinstance(query, bytes) else query.encode("utf-8", "surrogatepass"),
            "headers": given,
            "client": ("127.0.0.1", 1234),
            "server": ("127.0.0.1", 80),
        }
        await asyncio.wait_for(self.app(scope, receive, send), 300)
        start, *bodies = sent
        return Answer(
            start["status"],
            tuple((name.decode().lower(), value.decode("latin-1")) for name, value in start["headers"]),
            b"".join(one.get("body", b"") for one in bodies),
        )
