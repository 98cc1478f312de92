"""One path of the application: who may ask, by which methods, and what answers; everything else is one and the same."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final, Literal
from urllib.parse import parse_qsl

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tocsin.errors import BadInput, NotPermitted, TocsinError
from tocsin.limits import READS_AT_ONCE
from tocsin.service.exchange.access import Access, access_of_person, access_of_token
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.signing_in import session_of
from tocsin.web.problem import Problem, answer_to, status_of
from tocsin.web.session import check_form, check_origin, cookie_of

__all__ = ["ADMITTED", "Asked", "Door", "Handler", "Way", "Who"]

Who = Literal["anybody", "person", "either", "token"]
"""Who may ask: anybody; a person who signed in; such a person or a token; a token alone."""

ADMITTED: Final = "tocsin.admitted"
"""Where a request notes that somebody was let in by what was shown."""

_log: Final = logging.getLogger(__name__)
_FIELDS: Final = 500
_TEXT: Final = 4096


@dataclass(frozen=True)
class Asked:
    """One request of one who may ask. ``csrf`` is the word of a person's session, empty for a token.

    ``extra_nav`` are pages beside those of every node: each its name in the path, and what it is called.
    """

    node: Node
    request: Request
    body: bytes
    access: Access | None = None
    csrf: str = ""
    cookie: str = ""
    extra_nav: Sequence[tuple[str, str]] = ()

    @property
    def who(self) -> Access:
        """Who asks."""
        assert self.access is not None
        return self.access

    @cached_property
    def _query(self) -> dict[str, list[str]]:
        return _pairs(self.request.scope["query_string"])

    @cached_property
    def _form(self) -> dict[str, list[str]]:
        kind = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise Problem(415, "A form is expected.", "Send application/x-www-form-urlencoded.")
        return _pairs(self.body)

    def query(self, key: str, default: str = "") -> str:
        """The first value of ``key`` in the query; without blanks around it."""
        return self._query.get(key, [default])[0].strip()

    def queries(self, key: str) -> list[str]:
        """Every value of ``key`` in the query."""
        return self._query.get(key, [])

    def sent(self, key: str) -> str:
        """The first value of ``key`` in the form."""
        return self._form.get(key, [""])[0]

    def all_sent(self, key: str) -> list[str]:
        """Every value of ``key`` in the form."""
        return self._form.get(key, [])

    def part(self, key: str) -> str:
        """A part of the path. What no name is made of is found nowhere."""
        text = str(self.request.path_params[key])
        if not text.isprintable() or len(text) > 1024:
            raise Problem(404, "It is not there, or not for you.")
        return text


Handler = Callable[[Asked], Response]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A path, what answers it by which method, and how it is described to machines.

    ``nav`` is its label in the navigation of a node that has it beside the usual paths.
    """

    path: str
    methods: Mapping[str, Handler]
    who: Who
    about: str
    answer: Any = None
    media: str = "text/html"
    takes: Any = None
    query: tuple[tuple[str, str], ...] = ()
    own_only: bool = False
    reads: bool = True
    nav: str = ""


class Door:
    """Answers one ``way``; ``extra_nav`` as in :class:`Asked`."""

    def __init__(
        self,
        node: Node,
        way: Way,
        limiter: CapacityLimiter | None = None,
        extra_nav: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._node = node
        self._extra_nav = extra_nav
        self._way = way
        self._limiter = limiter or CapacityLimiter(READS_AT_ONCE)
        gets = ("GET", "HEAD") if "GET" in way.methods else ()
        self.allowed = ", ".join([*gets, *(name for name in way.methods if name != "GET"), "OPTIONS"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001  each is answered
            response = self._failed(scope, error)
        if request.method == "HEAD":
            start = {
                "type": "http.response.start",
                "status": response.status_code,
                "headers": response.raw_headers,
            }
            await send(start)
            await send({"type": "http.response.body", "body": b""})
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        if method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": self.allowed})
        handler = self._way.methods.get(method)
        if handler is None:
            raise Problem(
                405,
                f"{method[:20]} is not for this.",
                f"{self.allowed} are.",
                headers={"Allow": self.allowed},
            )
        body = await request.body() if method != "GET" else b""
        return await to_thread.run_sync(partial(self._handle, request, handler, body), limiter=self._limiter)

    def _handle(self, request: Request, handler: Handler, body: bytes) -> Response:
        asked = self._admitted(request, body)
        if asked.csrf and request.method == "POST":
            check_origin(request)
            check_form(asked.csrf, asked.sent("csrf"))
        return handler(asked)

    def _admitted(self, request: Request, body: bytes) -> Asked:
        who = self._way.who
        if who == "anybody":
            return Asked(self._node, request, body, extra_nav=self._extra_nav)
        if who in {"either", "token"} and "authorization" in request.headers:
            asked = Asked(self._node, request, body, self._token(request))
        else:
            asked = self._person(request, body)
        request.scope.get(ADMITTED, [False])[0] = True
        if self._way.own_only and asked.who.viewer.relation != "own":
            raise Problem(403, "This is for this node's own organisation.")
        return asked

    def _token(self, request: Request) -> Access:
        scheme, _, text = request.headers["authorization"].strip(" \t").partition(" ")
        text = text.strip(" \t")
        if scheme.lower() == "bearer" and len(text) <= 1024 and text.isascii() and text.isprintable():
            try:
                access = access_of_token(self._node, text)
            except NotPermitted:
                access = None
            if access is not None:
                if self._way.reads and not access.may_read:
                    raise Problem(403, "This token may not read.")
                return access
        raise Problem(401, "The token is not known.", "Send Authorization: Bearer TOKEN.")

    def _person(self, request: Request, body: bytes) -> Asked:
        cookie = cookie_of(request)
        session = session_of(self._node, cookie) if cookie and self._way.who != "token" else None
        if session is None:
            raise Problem(401, "Sign in first.", "On the machine of this node run: tocsin signin")
        access = access_of_person(self._node, session.person)
        return Asked(self._node, request, body, access, session.csrf, cookie, self._extra_nav)

    @staticmethod
    def _failed(scope: Scope, error: Exception) -> Response:
        match error:
            case Problem():
                return answer_to(scope, error)
            case TocsinError():
                what = error.what[:1].upper() + error.what[1:].rstrip(".")
                return answer_to(scope, Problem(status_of(error), f"{what}.", error.hint or ""))
        _log.error("a request failed", exc_info=error)
        return answer_to(
            scope,
            Problem(500, "The node has a fault.", "It was noted. Nothing that was acknowledged is lost."),
        )


def _pairs(data: bytes) -> dict[str, list[str]]:
    """What a query or a form says.

    Raises:
        BadInput: there is too much of it, or a value holds what no text does.
    """
    try:
        pairs = parse_qsl(data.decode("latin-1"), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        raise BadInput(f"there are more than {_FIELDS} fields") from None
    held: dict[str, list[str]] = {}
    for key, value in pairs:
        if "\0" in value or "\0" in key:
            raise BadInput("a field holds a NUL character")
        held.setdefault(key, []).append(value)
    return held
