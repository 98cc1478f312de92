"""The routes of TAXII 2.1: who asks, may they, what do they ask for; the rest is ``service``'s.

A request is worked on in a thread of a bounded pool, since the store is synchronous. Whatever goes wrong is answered
as TAXII's error message; a path with and one without its last slash are the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

import msgspec
from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from tocsin.limits import READS_AT_ONCE, WRITES_A_GROUP
from tocsin.model.timestamp import format_microseconds
from tocsin.service.exchange.access import Access, Rights, every_collection, rights
from tocsin.service.exchange.delete import delete
from tocsin.service.exchange.node import SECRET_KEY, Node
from tocsin.service.exchange.reading import Page, read_page, read_versions
from tocsin.service.exchange.submit import read_status, submit
from tocsin.store.collections import Collection
from tocsin.taxii import render
from tocsin.taxii.accept import TAXII, negotiated
from tocsin.taxii.credentials import asker
from tocsin.taxii.cursor import Cursor, CursorKey
from tocsin.taxii.envelope import check_headers, read_body, read_envelope, read_signature
from tocsin.taxii.errors import Problem, problem_of, respond
from tocsin.taxii.filters import Filters, read_filters

__all__ = ["taxii_app"]

T = TypeVar("T")

_log: Final = logging.getLogger("tocsin.taxii")


def taxii_app(node: Node) -> ASGIApp:
    """The TAXII server of ``node``; wherever it is mounted, discovery is at its root and the API root at ``api/``."""
    return _Door(node).router


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request, who makes it, and the collection that its path names, whatever may be done with it."""

    request: Request
    access: Access
    there: Collection | None

    @property
    def filters(self) -> Filters:
        return read_filters(self.request.scope["query_string"])

    def named(self, key: str) -> str:
        """A part of the path. What no name is made of is found nowhere, and is not put to a database."""
        text = str(self.request.path_params[key])
        if not _is_name(text):
            raise _nothing()
        return text


def _is_name(text: str) -> bool:
    return text.isprintable() and len(text) <= 1024


_Handler = Callable[[_Asked], Response]


class _Endpoint:
    """One path, whatever the method."""

    def __init__(self, door: _Door, methods: Mapping[str, _Handler]) -> None:
        self._door = door
        self._methods = methods
        gets = ("GET", "HEAD") if "GET" in methods else ()
        self._allowed = ", ".join([*gets, *(name for name in methods if name != "GET"), "OPTIONS"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001  each is answered
            response = self._failed(error)
        if request.method == "HEAD":
            await send(
                {
                    "type": "http.response.start",
                    "status": response.status_code,
                    "headers": response.raw_headers,
                }
            )
            await send({"type": "http.response.body", "body": b""})
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        if method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": self._allowed})
        if method not in self._methods:
            raise Problem(
                405, f"{method[:20]} is not for this; {self._allowed} are", {"Allow": self._allowed}
            )
        if method == "POST" and "POST" in dict(self._methods):
            return await self._door.post(request)
        return await self._door.in_thread(partial(self._read, request, self._methods[method]))

    def _read(self, request: Request, handler: _Handler) -> Response:
        return handler(self._door.admitted(request))

    @staticmethod
    def _failed(error: Exception) -> Response:
        problem = problem_of(error)
        if problem.status == 500:
            _log.error("a request failed", exc_info=error)
        return respond(problem)


class _Door:
    """The server of one node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._cursors = CursorKey(node.key(SECRET_KEY))
        self._reads = CapacityLimiter(READS_AT_ONCE)
        self._writes = CapacityLimiter(WRITES_A_GROUP)
        one = "/api/collections/{collection}"
        table: dict[str, dict[str, _Handler]] = {
            "/": {"GET": self.discovery},
            "/api/": {"GET": self.api_root},
            "/api/status/{status}/": {"GET": self.status},
            "/api/collections/": {"GET": self.collections},
            f"{one}/": {"GET": self.collection},
            f"{one}/manifest/": {"GET": self.manifest},
            f"{one}/objects/": {"GET": self.objects, "POST": _posted},
            f"{one}/objects/{{id}}/": {"GET": self.object, "DELETE": self.delete},
            f"{one}/objects/{{id}}/versions/": {"GET": self.versions},
        }
        self.router = Router(
            [
                Route(spelled, _Endpoint(self, methods))
                for path, methods in table.items()
                for spelled in dict.fromkeys((path, path.rstrip("/") or "/"))
            ],
            redirect_slashes=False,
            default=_Endpoint(self, _Everything()),
        )

    async def in_thread(self, work: Callable[[], T], *, writes: bool = False) -> T:
        """Run ``work`` in a thread, when there is room."""
        return await to_thread.run_sync(work, limiter=self._writes if writes else self._reads)

    def admitted(self, request: Request) -> _Asked:
        """The request of one whose token is good, and who takes TAXII."""
        name = str(request.path_params.get("collection", ""))
        # What is no name is put to no database; that it is found nowhere is told once it is known who asks.
        access, there = asker(
            self._node, request.headers.get("authorization"), name if _is_name(name) else ""
        )
        if not negotiated(request.headers.getlist("accept")):
            raise Problem(406, f"the answer is {TAXII}; Accept it, or */*")
        return _Asked(request, access, there)

    def discovery(self, asked: _Asked) -> Response:
        return _json(
            render.discovery(self._node, f"{asked.request.scope.get('root_path', '').rstrip('/')}/api/")
        )

    def api_root(self, _: _Asked) -> Response:
        return _json(render.api_root(self._node))

    def status(self, asked: _Asked) -> Response:
        found = read_status(self._node, asked.access, asked.named("status"))
        if found is None:
            raise _nothing()
        return _bytes(found.outcome)

    def collections(self, asked: _Asked) -> Response:
        listed = [
            render.collection_resource(one, held) for one, held in every_collection(self._node, asked.access)
        ]
        return _json({"collections": listed} if listed else {})

    def collection(self, asked: _Asked) -> Response:
        return _json(render.collection_resource(*self._found(asked)))

    def objects(self, asked: _Asked) -> Response:
        page, next, headers = self._page(asked, self._readable(asked), asked.filters)
        return _bytes(render.envelope(page, next), headers=headers)

    def manifest(self, asked: _Asked) -> Response:
        page, next, headers = self._page(asked, self._readable(asked), asked.filters)
        return _bytes(render.manifest(page, next), headers=headers)

    def object(self, asked: _Asked) -> Response:
        page, next, headers = self._page_of_one(asked, ())
        return _bytes(render.envelope(page, next), headers=headers)

    def versions(self, asked: _Asked) -> Response:
        page, next, headers = self._page_of_one(asked, ("all",))
        return _bytes(render.versions(page, next), headers=headers)

    def delete(self, asked: _Asked) -> Response:
        collection, held = self._found(asked)
        if not (held.can_read and held.can_write):
            raise Problem(403, "to delete takes the right to read and the right to write")
        filters = asked.filters
        # Without a version all of them: what is left of an object would be given out as its last.
        query = filters.query(id=asked.named("id"), versions=filters.versions or ("all",))
        if not delete(self._node, asked.access, collection, query):
            raise _nothing()
        return _bytes(b"")

    async def post(self, request: Request) -> Response:
        """Take objects in. Nothing of the body is read before it is known that it may be sent."""
        asked, collection = await self.in_thread(partial(self._writable, request))
        headers = request.headers
        check_headers(
            headers.get("content-type"), headers.get("content-encoding"), headers.get("content-length")
        )
        signature = read_signature(headers.get("tocsin-signature"))
        anonymous = headers.get("tocsin-anonymous", "").strip() == "1"
        body = await read_body(request.stream())

        def work() -> Response:
            made = submit(
                self._node,
                asked.access,
                collection,
                read_envelope(body),
                signature=signature,
                anonymous=anonymous,
            )
            return _bytes(made.outcome, 202)

        return await self.in_thread(work, writes=True)

    def _writable(self, request: Request) -> tuple[_Asked, Collection]:
        asked = self.admitted(request)
        collection, held = self._found(asked)
        if not held.can_write:
            raise Problem(403, "this collection is not written by you")
        return asked, collection

    def _readable(self, asked: _Asked) -> Collection:
        collection, held = self._found(asked)
        if not held.can_read:
            raise Problem(403, "this collection is not read by you")
        return collection

    def _found(self, asked: _Asked) -> tuple[Collection, Rights]:
        if asked.there is None or not (held := rights(asked.access, asked.there)):
            raise _nothing()
        return asked.there, held

    def _page_of_one(
        self, asked: _Asked, versions: tuple[str, ...]
    ) -> tuple[Page, str | None, dict[str, str]]:
        """A page of versions of one object; 404 where none of them may be seen."""
        collection, id = self._readable(asked), asked.named("id")
        found = self._page(asked, collection, asked.filters, id=id, versions=versions)
        if not found[0].objects and not read_versions(self._node, asked.access, collection, id):
            raise _nothing()
        return found

    def _page(
        self,
        asked: _Asked,
        collection: Collection,
        filters: Filters,
        *,
        id: str | None = None,
        versions: tuple[str, ...] = (),
    ) -> tuple[Page, str | None, dict[str, str]]:
        """A page, its ``next``, and its headers; those of an empty page name the point from which was asked."""
        viewer = asked.access.viewer
        query = filters.query(id=id, versions=versions)
        since = filters.added_after_us or 0
        if filters.next is not None:
            cursor = self._cursors.read(filters.next, viewer, collection, query)
            query = filters.query(id=id, versions=versions, after=cursor.place)
            since = cursor.added_us
        page = read_page(self._node, asked.access, collection, query, filters.limit)
        found = page.objects
        next = None
        if page.more and found:
            last = Cursor(found[-1].place, found[-1].added_us)
            next = self._cursors.write(last, viewer, collection, query)
        return page, next, _added(*((found[0].added_us, found[-1].added_us) if found else (since, since)))


class _Everything(dict[str, _Handler]):
    """Every method of a path that there is not."""

    def __contains__(self, _: object) -> bool:
        return True

    def __missing__(self, _: str) -> _Handler:
        raise _nothing()


def _posted(_: _Asked) -> Response:
    """A POST reads its body before it comes to a thread: see ``_Door.post``."""
    raise AssertionError


def _nothing() -> Problem:
    return Problem(404, "It is not there, or not for you.")


def _added(first_us: int, last_us: int) -> dict[str, str]:
    return {
        "X-TAXII-Date-Added-First": format_microseconds(first_us),
        "X-TAXII-Date-Added-Last": format_microseconds(last_us),
    }


def _json(resource: dict[str, Any]) -> Response:
    return _bytes(msgspec.json.encode(resource))


def _bytes(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(body, status, headers, media_type=TAXII)
