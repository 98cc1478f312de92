"""What a runner and the processes of an exercise say to each other: a JSON object a line, commands in, events out.

A command says which attack begins and when people act; what a node learns does not go this way.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

import msgspec

__all__ = ["commands", "say", "telling_why"]

_lock = threading.Lock()


def say(**event: Any) -> None:
    """Tell the runner what happened."""
    line = msgspec.json.encode(event) + b"\n"
    with _lock:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


def commands(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    """What the runner says, until it has nothing to say any more."""
    for line in stream:
        yield msgspec.json.decode(line)


@contextmanager
def telling_why() -> Iterator[None]:
    """End this process at an error, and tell the runner of it first: it would wait for an answer that never comes."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  whatever it is, the process ends of it
        traceback.print_exc()
        sys.stderr.flush()
        with suppress(OSError):
            say(kind="failed", text=f"{type(error).__name__}: {error}")
        # Another thread reads standard input: the interpreter cannot end in order beside it.
        os._exit(1)
