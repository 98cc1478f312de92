"""A client that speaks ASGI to an application, without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

TAXII = "application/taxii+json;version=2.1"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class AsgiClient:
    """Asks ``app`` as one who holds ``token``."""

    def __init__(self, app, token: str | None = None, root_path: str = "") -> None:
        self.app = app
        self.token = token
        self.root_path = root_path

    def as_(self, token: str | None) -> AsgiClient:
        return AsgiClient(self.app, token, self.root_path)

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | str = "",
        headers: Iterable[tuple[str, str]] = (),
        chunks: Iterable[bytes] = (),
    ) -> Answer:
        return asyncio.run(self.arequest(method, path, query, headers, chunks))

    async def arequest(self, method, path, query="", headers=(), chunks=()) -> Answer:
        given = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
        names = {name for name, _ in given}
        if self.token is not None and b"authorization" not in names:
            given.append((b"authorization", f"Bearer {self.token}".encode()))
        if not isinstance(query, str):
            query = "&".join(f"{quote(key)}={quote(value)}" for key, value in query.items())
        parts = list(chunks)
        sent: list[dict[str, Any]] = []
        self.chunks_read = 0

        async def receive():
            if not parts:
                return {"type": "http.request", "body": b"", "more_body": False}
            self.chunks_read += 1
            part = parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(parts)}

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": self.root_path + unquote(path),
            "raw_path": (self.root_path + path).encode(errors="surrogateescape"),
            "root_path": self.root_path,
            "query_string": query.encode("latin-1"),
            "headers": given,
            "client": ("127.0.0.1", 1234),
            "server": ("127.0.0.1", 80),
        }
        await self.app(scope, receive, send)
        start, *bodies = sent
        return Answer(
            start["status"],
            {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]},
            b"".join(one["body"] for one in bodies),
        )

    def get(self, path, query="", **headers) -> Answer:
        return self.request("GET", path, query, [(k.replace("_", "-"), v) for k, v in headers.items()])

    def post(self, path, body: bytes, content_type: str = TAXII, **headers) -> Answer:
        given = [("content-type", content_type), ("content-length", str(len(body)))]
        return self.request(
            "POST",
            path,
            headers=[*given, *((k.replace("_", "-"), v) for k, v in headers.items())],
            chunks=[body],
        )

    def delete(self, path, query="") -> Answer:
        return self.request("DELETE", path, query)
