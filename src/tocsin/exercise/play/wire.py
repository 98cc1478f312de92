"""What a runner and the processes of an exercise say to each other: a JSON object a line, commands in, events out.

A command says which attack begins and when people act; what a node learns does not go this way.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, NamedTuple

import msgspec

__all__ = ["Command", "commands", "say", "telling_why"]

_lock = threading.Lock()


class Command(NamedTuple):
    """What somebody is to ``do``, and with what. It is passed from one thread to another, so nothing of it changes."""

    do: str
    words: dict[str, Any]


def say(**event: Any) -> None:
    """Tell the runner what happened."""
    line = msgspec.json.encode(event) + b"\n"
    with _lock:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


def commands(stream: BinaryIO) -> Iterator[Command]:
    """What the runner says, until it has nothing to say any more."""
    for line in stream:
        words = msgspec.json.decode(line, type=dict[str, Any])
        yield Command(words.pop("do"), words)


@contextmanager
def telling_why() -> Iterator[None]:
    """Tell the runner of an error before it ends what is done here: it would wait for an answer that never comes."""
    try:
        yield
    except Exception as error:
        with suppress(OSError):
            say(kind="failed", text=f"{type(error).__name__}: {error}")
        raise
