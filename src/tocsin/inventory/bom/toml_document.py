"""A lockfile in TOML."""

from __future__ import annotations

__all__ = ["text_at"]


def text_at(table: object, key: str) -> str:
    """The text under ``key``, "" if ``table`` is none or holds something else there."""
    value = table.get(key) if isinstance(table, dict) else None
    return value if isinstance(value, str) else ""
