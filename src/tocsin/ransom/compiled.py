"""Loops over arrays, in machine code where that is worth it; without numba the same code runs, slower and as right."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final, ParamSpec, TypeVar, cast

__all__ = ["INSTALL", "SLOW_FROM", "can_compile", "compiled"]

INSTALL: Final = "pip install 'tocsin[ransom]'"
SLOW_FROM: Final = 100_000
"""Of so many transactions one waits for what is not compiled."""

P = ParamSpec("P")
R = TypeVar("R")


@cache
def can_compile() -> bool:
    """Whether numba is there: the extra ``[ransom]``."""
    try:
        import numba  # noqa: F401  0.4 s, so only when something is large enough
    except ImportError:
        return False
    return True


@cache
def compiled(loop: Callable[P, R]) -> Callable[P, R]:
    """``loop`` in machine code, kept on disk where there is a place to; ``loop`` itself where numba is not there.

    ``loop`` calls nothing but numpy, heapq and what Python brings, and its arguments are arrays and numbers.
    """
    if not can_compile():
        return loop
    import numba

    try:
        return cast("Callable[P, R]", numba.njit(cache=True)(loop))
    except RuntimeError:  # no folder can be written to
        return cast("Callable[P, R]", numba.njit()(loop))
