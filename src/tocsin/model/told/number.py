"""A count and what is counted."""

from __future__ import annotations

__all__ = ["number"]


def number(count: int, one: str, many: str = "") -> str:
    """Return ``1 row`` or ``1,200 rows``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
