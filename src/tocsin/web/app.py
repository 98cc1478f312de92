"""The whole application of a serving node."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import ASGIApp

from tocsin.service.exchange.node import Node
from tocsin.web.machine import machine_routes
from tocsin.web.problem import problem
from tocsin.web.shell import Shell

__all__ = ["application"]


def application(node: Node, taxii: ASGIApp, *, hosts: Iterable[str], secure: bool) -> ASGIApp:
    """What ``serve`` runs: ``taxii`` at /taxii2/, the JSON API at /api/, the log at /log/, pages at /."""
    app = Starlette(
        routes=[Mount("/taxii2", app=taxii), *machine_routes(node)],
        exception_handlers={HTTPException: _told, Exception: _broken},
    )
    return Shell(app, hosts=hosts, secure=secure)


async def _told(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(getattr(error, "headers", None) or {})
    return problem(status, str(getattr(error, "detail", "")), headers=headers)


async def _broken(_: Request, error: Exception) -> Response:
    return problem(500, "An unexpected error, which is a bug.", type(error).__name__)
