"""Which part of a long list is asked for: ``after`` is how many go before it, ``limit`` how many are wanted."""

from __future__ import annotations

from tocsin.web.door import Asked
from tocsin.web.problem import Problem

__all__ = ["first_of", "limit_of"]


def first_of(asked: Asked) -> int:
    """How many go before the part that is asked for."""
    return _whole(asked, "after", 0, 10**9) if asked.query("after") else 0


def limit_of(asked: Asked, most: int, default: int) -> int:
    """How many are wanted, at most ``most``; ``default`` where nobody says."""
    return _whole(asked, "limit", 1, most) if asked.query("limit") else default


def _whole(asked: Asked, key: str, least: int, most: int) -> int:
    text = asked.query(key)
    if not (text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most):
        raise Problem(400, f"{key} is a whole number from {least:,} to {most:,}.")
    return int(text)
