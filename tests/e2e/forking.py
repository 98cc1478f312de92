"""Command lines in processes of their own that need not be started anew: copies of one that has imported it all.

A start takes 0.3 to 1 s of processor time, nearly all of it imports. What a start itself does is tested where the
installed program is run (``test_example.py``, ``test_wheel.py``) and by what verbs import (``cli/test_imports.py``).
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path
from typing import Any, NoReturn

__all__ = ["run"]

_LOCK = threading.Lock()
_SERVERS: dict[int, subprocess.Popen[bytes]] = {}


def run(
    arguments: list[str],
    *,
    env: dict[str, str],
    given: str | None = None,
    cwd: Path | None = None,
    memory_bytes: int = 0,
    time_s: float,
) -> subprocess.CompletedProcess[bytes]:
    """Run ``tocsin`` with ``arguments`` and tell how it ended, as :func:`subprocess.run` does.

    Raises:
        subprocess.TimeoutExpired: it was killed, for it took longer than ``time_s``.
    """
    with tempfile.TemporaryDirectory() as folder, _LOCK:
        streams = [Path(folder, name) for name in ("in", "out", "err")]
        streams[0].write_text(given or "", encoding="utf-8")
        asked = {
            "arguments": arguments,
            "env": env,
            "cwd": str(cwd or Path.cwd()),
            "streams": [str(path) for path in streams],
            "memory_bytes": memory_bytes,
        }
        server = _server()
        server.stdin.write(json.dumps(asked).encode() + b"\n")
        server.stdin.flush()
        child = int(server.stdout.readline())
        if not select.select([server.stdout], [], [], time_s)[0]:
            os.kill(child, signal.SIGKILL)
            server.stdout.readline()
            raise subprocess.TimeoutExpired(arguments, time_s, *(path.read_bytes() for path in streams[1:]))
        code = int(server.stdout.readline())
        return subprocess.CompletedProcess(arguments, code, *(path.read_bytes() for path in streams[1:]))


def _server() -> subprocess.Popen[bytes]:
    """The process that is copied, one a process of tests; it ends when its stdin does."""
    if os.getpid() not in _SERVERS:
        server = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        atexit.register(server.communicate)
        _SERVERS[os.getpid()] = server
    return _SERVERS[os.getpid()]


def _import_all() -> None:
    import importlib
    import pkgutil

    import pyarrow as pa

    import tocsin

    for module in pkgutil.walk_packages(tocsin.__path__, "tocsin."):
        if not module.name.startswith("tocsin.store.migrations"):
            with contextlib.suppress(ImportError):  # an extra that is not installed
                importlib.import_module(module.name)
    for name in ("alembic.command", "duckdb"):
        importlib.import_module(name)
    pa.array([])  # imports pandas where that is installed


def _serve() -> dict[str, Any]:
    """Make a copy of this process for each line of stdin, and return in it; say its id, and how it ended."""
    for line in sys.stdin.buffer:
        with warnings.catch_warnings():
            # Python 3.12 warns of threads that a copy has not; what was imported has begun none that holds a lock.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if not child:
            return json.loads(line)
        os.write(1, f"{child}\n".encode())
        os.write(1, f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n".encode())
    sys.exit()


def _become(asked: dict[str, Any]) -> NoReturn:
    """Be the process that was asked for, to its end."""
    for number, path in enumerate(asked["streams"]):
        handle = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  it has not read what this process had
    os.environ.clear()
    os.environ.update(asked["env"])
    time.tzset()
    os.chdir(asked["cwd"])
    if asked["memory_bytes"]:
        resource.setrlimit(resource.RLIMIT_AS, (asked["memory_bytes"],) * 2)
    sys.argv = ["tocsin", *asked["arguments"]]
    from tocsin.cli.main import run as run_here

    run_here()
    raise AssertionError("run() exits")


if __name__ == "__main__":
    _import_all()
    gc.freeze()
    _become(_serve())
