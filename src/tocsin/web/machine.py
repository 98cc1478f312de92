"""The JSON API that nodes use among themselves: joining, openings, receipts, and the files of the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tocsin.errors import BadInput, NotPermitted, TocsinError
from tocsin.limits import OBJECTS_A_POST
from tocsin.service.exchange import logs, members
from tocsin.service.exchange.access import Access, access_of_token
from tocsin.service.exchange.node import Node, moment
from tocsin.service.exchange.statistics import SectorFigure, warning_statistics
from tocsin.sharing.statistics import WITHHELD
from tocsin.web.problem import problem, status_of

__all__ = ["machine_routes"]


class _Join(msgspec.Struct, forbid_unknown_fields=True):
    invitation: str
    public_key: str
    signature: str


class _Version(msgspec.Struct):
    id: str
    version: str


class _Asked(msgspec.Struct):
    objects: list[_Version]


Handler = Callable[[Node, Request, Any], Response]


def machine_routes(node: Node) -> list[Route]:
    """The routes, each answering from a thread of its own."""
    return [
        Route("/api/join", _door(node, _join), methods=["POST"]),
        Route("/api/openings", _door(node, _openings), methods=["POST"]),
        Route("/api/receipts/{id}", _door(node, _receipt), methods=["GET"]),
        Route("/api/warnings/{id}/statistics", _door(node, _statistics), methods=["GET"]),
        Route("/log/checkpoint", _door(node, _checkpoint), methods=["GET"]),
        Route("/log/{path:path}", _door(node, _log_file), methods=["GET"]),
    ]


def _door(node: Node, handler: Handler) -> Any:
    async def endpoint(request: Request) -> Response:
        body = await request.body()

        def run() -> Response:
            try:
                return handler(node, request, body)
            except TocsinError as error:
                return problem(status_of(error), error.what, error.hint or "")

        return await run_in_threadpool(run)

    return endpoint


def _asker(node: Node, request: Request) -> Access | None:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        return access_of_token(node, text.strip())
    except NotPermitted:
        return None


def _read(body: bytes, shape: type[Any]) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"the body is not what is asked for here: {error}") from None


_UNKNOWN = "A token is needed."


def _join(node: Node, _: Request, body: bytes) -> Response:
    asked = _read(body, _Join)
    try:
        key, signature = bytes.fromhex(asked.public_key), bytes.fromhex(asked.signature)
    except ValueError:
        raise BadInput("public_key and signature are hexadecimal") from None
    welcome = members.accept(node, asked.invitation, key, signature)
    told = {
        "hub": {"id": welcome.hub.id, "name": welcome.hub.name, "sectors": welcome.hub.sectors},
        "member": {"id": welcome.member.id, "name": welcome.member.name, "sectors": welcome.member.sectors},
        "token": welcome.token,
        "log_key": welcome.log_key,
        "checkpoint": welcome.checkpoint.decode(),
    }
    return Response(msgspec.json.encode(told), 201, media_type="application/json")


def _openings(node: Node, request: Request, body: bytes) -> Response:
    access = _asker(node, request)
    if access is None or not access.may_read:
        return problem(401, _UNKNOWN)
    asked = _read(body, _Asked).objects
    if len(asked) > OBJECTS_A_POST:
        return problem(413, f"At most {OBJECTS_A_POST:,} objects at once.")
    found = logs.openings(node, access, [(one.id, one.version) for one in asked])
    return Response(msgspec.json.encode({"openings": found}), media_type="application/json")


def _receipt(node: Node, request: Request, _: bytes) -> Response:
    access = _asker(node, request)
    if access is None:
        return problem(401, _UNKNOWN)
    found = logs.receipt(node, access, request.path_params["id"])
    if found is None:
        return problem(404, "There is no such submission of yours.")
    return Response(found, media_type="text/plain; charset=utf-8")


def _statistics(node: Node, request: Request, _: bytes) -> Response:
    access = _asker(node, request)
    if access is None or not access.may_read:
        return problem(401, _UNKNOWN)
    figures = warning_statistics(node, access, request.path_params["id"])
    told = {
        "warning": request.path_params["id"],
        "sectors": [_figure(one) for one in figures],
        "withheld": WITHHELD,
    }
    return Response(msgspec.json.encode(told), media_type="application/json")


def _figure(one: SectorFigure) -> dict[str, Any]:
    """What is told of a sector; one that is withheld looks as one that nobody answered for."""
    if one.answered is None or one.as_of_us is None:
        return {"sector": one.sector, "withheld": True}
    return {"sector": one.sector, "answered": one.answered, "saw": one.saw, "as_of": moment(one.as_of_us)}


def _checkpoint(node: Node, request: Request, _: bytes) -> Response:
    if _asker(node, request) is None:
        return problem(401, _UNKNOWN)
    return Response(logs.checkpoint(node), media_type="text/plain; charset=utf-8")


def _log_file(node: Node, request: Request, _: bytes) -> Response:
    if _asker(node, request) is None:
        return problem(401, _UNKNOWN)
    found = logs.log_file(node, request.path_params["path"])
    if found is None:
        return problem(404, "The log has no such file.")
    return Response(found, media_type="application/octet-stream")
