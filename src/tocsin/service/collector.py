"""Python's collector of cycles, paused while very many values are made of which none is part of a cycle."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["collector_paused"]


@contextmanager
def collector_paused() -> Iterator[None]:
    """Let no collection run, in any thread, until this ends; what nothing refers to any more is freed as ever."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # What was made goes to what is looked at seldom, and is not looked through as if it were young: none of it is
        # part of a cycle. Both take no time; nothing else here is frozen.
        gc.freeze()
        gc.unfreeze()
        # Of two threads the first that ends turns it on again: then the other is slower, and it never stays off.
        if was_on:
            gc.enable()
