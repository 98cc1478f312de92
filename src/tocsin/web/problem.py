"""Errors as RFC 9457 problems in JSON for machines, and as a plain page for people: what, where and what to do."""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.responses import Response
from starlette.types import Scope

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
from tocsin.web.render import rendered

__all__ = ["Problem", "answer_to", "is_for_people", "problem", "problem_page", "status_of"]

_STATUS: tuple[tuple[type[TocsinError], int], ...] = (
    (TooOften, 429),
    (LimitExceeded, 413),
    (BadInput, 400),
    (NotPermitted, 403),
    (NothingToCheck, 404),
    (SourceUnavailable, 503),
    (LogTampered, 500),
)
_MACHINES: Final = ("/api/", "/log/", "/taxii2", "/openapi.json")


class Problem(Exception):
    """A request that is not fulfilled: its status, and in words why and what to do."""

    def __init__(
        self, status: int, title: str, detail: str = "", *, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = headers or {}


def status_of(error: TocsinError) -> int:
    """The HTTP status of an error."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def is_for_people(scope: Scope) -> bool:
    """Whether a browser's page is asked for, by the path: a machine's paths are known."""
    path = scope.get("path", "")
    return not path.startswith(_MACHINES) and not path.endswith((".json", ".csv", ".sarif"))


def answer_to(scope: Scope, found: Problem) -> Response:
    """``found`` as a response, for a person or a machine."""
    make = problem_page if is_for_people(scope) else problem
    return make(found.status, found.title, found.detail, headers=found.headers)


def problem(status: int, title: str, detail: str = "", *, headers: dict[str, str] | None = None) -> Response:
    """A problem as a response; a 401 and a 503 say what the asker may do."""
    given = _headers(status, headers)
    if status == 401:
        given["WWW-Authenticate"] = 'Bearer realm="tocsin"'
    body = {"type": "about:blank", "status": status, "title": title} | ({"detail": detail} if detail else {})
    return Response(msgspec.json.encode(body), status, given, "application/problem+json")


def problem_page(
    status: int, title: str, detail: str = "", *, headers: dict[str, str] | None = None
) -> Response:
    """A problem as a page."""
    page = rendered("problem.html.j2", status=status, title=title, detail=detail)
    return Response(page, status, _headers(status, headers), "text/html; charset=utf-8")


def _headers(status: int, headers: dict[str, str] | None) -> dict[str, str]:
    given = dict(headers or {})
    if status in {429, 503}:
        given.setdefault("Retry-After", "2")
    return given
