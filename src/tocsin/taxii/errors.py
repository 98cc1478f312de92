"""Every answer that is no success: TAXII's error message (TAXII 2.1 section 3.6.1), whatever went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.errors import BadInput, LimitExceeded, NotPermitted, SourceUnavailable, TocsinError
from tocsin.taxii.accept import TAXII

__all__ = ["Problem", "problem_of", "respond"]

RETRY_S: Final = 5
"""How long one who was told to come again is asked to wait."""

_TITLES: Final = {
    400: "The request is not understood",
    401: "A token is needed",
    403: "This is not permitted",
    404: "There is nothing here",
    405: "This cannot be done here",
    406: "None of the media types that are accepted can be given",
    413: "The request is too large",
    415: "The content is of a kind that is not read",
    422: "The content cannot be processed",
    429: "Too many requests",
    500: "The node has a fault",
    503: "The node cannot answer now",
}


class Problem(Exception):
    """A request that is not fulfilled: its status, and in words why and what to do."""

    def __init__(self, status: int, description: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.headers = dict(headers or {})


def problem_of(error: BaseException) -> Problem:
    """What ``error`` is to the one who asked. What is a fault of ours tells nothing of the inside."""
    match error:
        case Problem():
            return error
        case SourceUnavailable():
            return Problem(503, _told(error), {"Retry-After": str(RETRY_S)})
        case NotPermitted():
            return Problem(403, _told(error))
        case LimitExceeded():
            # Never 413: a body that is no longer than max_content_length may not be answered so (section 4.2.1).
            return Problem(422, _told(error))
        case BadInput():
            return Problem(400, _told(error))
        case RecursionError():
            return Problem(422, "the content nests too deep")
    return Problem(500, "It was noted. Nothing that was acknowledged before is lost.")


def respond(problem: Problem) -> Response:
    """``problem`` as a response."""
    body = msgspec.json.encode(
        {
            "title": _TITLES.get(problem.status, "Something is wrong"),
            "description": problem.description,
            "http_status": str(problem.status),
        }
    )
    return Response(body, problem.status, problem.headers, media_type=TAXII)


def _told(error: TocsinError) -> str:
    return f"{error}. {error.hint}" if error.hint else str(error)
