"""Serves a node by granian on a loopback port, as a process of its own: ``python serving.py FOLDER PORT``."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount

from tocsin.service.exchange.node import Surroundings, open_node
from tocsin.taxii.app import taxii_app

_apps = {}


async def application(scope, receive, send):
    """Opens the node in the worker, when it is first asked."""
    if scope["type"] != "http":
        return
    if "app" not in _apps:
        around = Surroundings(lambda: time.time_ns() // 1000, os.urandom)
        node = open_node(Path(os.environ["TOCSIN_TEST_NODE"]), around, serving=True)
        _apps["app"] = Starlette(routes=[Mount("/taxii2", app=taxii_app(node))])
    await _apps["app"](scope, receive, send)


if __name__ == "__main__":
    from granian import Granian
    from granian.constants import Interfaces

    sys.path.insert(0, str(Path(__file__).parent))
    os.environ["TOCSIN_TEST_NODE"] = sys.argv[1]
    Granian(
        "serving:application",
        port=int(sys.argv[2]),
        interface=Interfaces.ASGINL,
        websockets=False,
        log_level="warning",
    ).serve()
