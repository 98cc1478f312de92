"""Versions compared as text, by the bytes of their UTF-8 (``lexicographic`` of the vers specification)."""

from __future__ import annotations

__all__ = ["lexicographic_key"]


def lexicographic_key(version: str) -> bytes | None:
    """Return the key of any text, None for an empty one and for one that is no Unicode or holds a NUL."""
    if not version or "\x00" in version:
        return None
    try:
        return version.encode() + b"\x00"
    except UnicodeEncodeError:
        return None
