"""The whole application of a serving node."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from anyio import CapacityLimiter
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from tocsin.limits import READS_AT_ONCE
from tocsin.service.exchange.node import Node
from tocsin.web.answers import nothing
from tocsin.web.door import Door, Way
from tocsin.web.problem import answer_to
from tocsin.web.routes import ways
from tocsin.web.shell import Shell

__all__ = ["application"]


def application(
    node: Node, taxii: ASGIApp, *, hosts: Iterable[str], secure: bool, more: Sequence[Way] = ()
) -> ASGIApp:
    """What ``serve`` runs: ``taxii`` at /taxii2/, the JSON API at /api/, the log at /log/, pages at /.

    ``more`` are ways that this node has beside the usual ones.
    """
    limiter = CapacityLimiter(READS_AT_ONCE)
    nav = tuple((way.path.strip("/"), way.nav) for way in more if way.nav)
    router = Router(
        [
            Mount("/taxii2", app=taxii),
            *(Route(way.path, Door(node, way, limiter, nav)) for way in (*ways(), *more)),
        ],
        redirect_slashes=False,
        default=_nowhere,
    )
    return Shell(router, hosts=hosts, secure=secure, now_us=lambda: node.now_us)


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    await answer_to(scope, nothing())(scope, receive, send)
