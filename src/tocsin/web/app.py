"""The whole application of a serving node."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from anyio import CapacityLimiter
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from tocsin.limits import READS_AT_ONCE
from tocsin.service.exchange.node import Node
from tocsin.web.answers import nothing
from tocsin.web.door import Door
from tocsin.web.problem import answer_to
from tocsin.web.routes import ways
from tocsin.web.shell import Shell

__all__ = ["application"]


def application(
    node: Node,
    taxii: ASGIApp,
    *,
    hosts: Iterable[str],
    secure: bool,
    extra_nav: Sequence[tuple[str, str]] = (),
) -> ASGIApp:
    """What ``serve`` runs: ``taxii`` at /taxii2/, the JSON API at /api/, the log at /log/, pages at /.

    ``extra_nav`` are pages that the navigation leads to beside its own: each its name in the path, and what it is
    called.
    """
    limiter = CapacityLimiter(READS_AT_ONCE)
    router = Router(
        [
            Mount("/taxii2", app=taxii),
            *(Route(way.path, Door(node, way, limiter, extra_nav)) for way in ways()),
        ],
        redirect_slashes=False,
        default=_nowhere,
    )
    return Shell(router, hosts=hosts, secure=secure, now_us=lambda: node.now_us)


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    await answer_to(scope, nothing())(scope, receive, send)
