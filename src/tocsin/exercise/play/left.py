"""What leaves a node, written down before it leaves, so that the scorer can look through it: ``left/NODE.jsonl``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.sources.http_client import Credentials, HttpClient, Response

__all__ = ["LeftLog", "RecordingClient", "recorded"]

_DOORS: Final = ("/taxii2/", "/api/", "/log/")
"""Where nodes ask; what stands elsewhere are pages for the hub's own people."""


class LeftLog:
    """The file, a line a piece: ``{"kind", "bytes", "body"}``. An object is a piece of its type.

    Who proved themselves by what is not in it, and of an answer's headers nothing is.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        path.touch(0o600)
        self._path = path

    def add(self, kind: str, body: bytes) -> None:
        """Write down ``body``: its objects one by one where it has some, else all of it as ``kind``."""
        self._write(_pieces(kind, body))

    def request(self, line: str, headers: Mapping[str, str], kind: str, body: bytes) -> None:
        """Write down a request: its line and headers, and what it carries."""
        told = "".join(f"\n{name}: {value}" for name, value in headers.items())
        self._write([("request", f"{line}{told}".encode()), *_pieces(kind, body)])

    def _write(self, pieces: Iterator[tuple[str, bytes]] | list[tuple[str, bytes]]) -> None:
        lines = [
            msgspec.json.encode({"kind": kind, "bytes": len(data), "body": data.decode(errors="replace")})
            for kind, data in pieces
        ]
        if lines:
            with self._path.open("ab") as file:
                file.write(b"\n".join(lines) + b"\n")


def _pieces(kind: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    if not body:
        return
    try:
        held = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        objects = msgspec.json.decode(held["objects"], type=list[msgspec.Raw])
        types = [str(msgspec.json.decode(one, type=dict[str, Any])["type"]) for one in objects]
    except (msgspec.DecodeError, KeyError):
        yield kind, body
        return
    yield from zip(types, map(bytes, objects), strict=True)
    if rest := {key: value for key, value in held.items() if key != "objects"}:
        yield kind, msgspec.json.encode(rest)


class RecordingClient(HttpClient):
    """An HTTP client that writes down each request, and each body, before it leaves."""

    def __init__(self, left: LeftLog, **given: Any) -> None:
        super().__init__(**given)
        self._left = left

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        credentials: Credentials | None = None,
        **given: Any,
    ) -> Response:
        """Make the request; see :meth:`HttpClient.request`."""
        proving = dict.fromkeys(credentials.headers if credentials is not None else (), "(its secret)")
        carried = body or b""
        kind = "joining" if b"invitation" in carried else "question"
        self._left.request(f"{method} {url}", {**(headers or {}), **proving}, kind, carried)
        return super().request(method, url, headers, body, credentials, **given)


def recorded(app: ASGIApp, left: LeftLog) -> ASGIApp:
    """``app``, with what it answers to other nodes written down."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_DOORS):
            await app(scope, receive, send)
            return
        body = bytearray()
        kind = "log" if scope["path"].startswith("/log/") else "answer"

        async def passed(message: Message) -> None:
            if message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    left.add(kind, bytes(body))
            await send(message)

        await app(scope, receive, passed)

    return serve
