"""Errors as RFC 9457 problems: what, where and what to do, in JSON."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from tocsin.errors import (
    BadInput,
    LimitExceeded,
    LogTampered,
    NothingToCheck,
    NotPermitted,
    SourceUnavailable,
    TocsinError,
    TooOften,
)

__all__ = ["problem", "status_of"]

_STATUS: tuple[tuple[type[TocsinError], int], ...] = (
    (TooOften, 429),
    (LimitExceeded, 413),
    (BadInput, 400),
    (NotPermitted, 403),
    (NothingToCheck, 404),
    (SourceUnavailable, 503),
    (LogTampered, 500),
)


def status_of(error: TocsinError) -> int:
    """The HTTP status of an error."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def problem(status: int, title: str, detail: str = "", *, headers: dict[str, str] | None = None) -> Response:
    """A problem as a response; a 401 and a 503 say what the asker may do."""
    given = dict(headers or {})
    if status == 401:
        given["WWW-Authenticate"] = 'Bearer realm="tocsin"'
    if status in {429, 503}:
        given.setdefault("Retry-After", "2")
    body = {"type": "about:blank", "status": status, "title": title} | ({"detail": detail} if detail else {})
    return Response(msgspec.json.encode(body), status, given, "application/problem+json")
