"""The one way in for bytes: resolve, check, open, unpack."""

from __future__ import annotations

from tocsin.sources.digest import sha256_of
from tocsin.sources.evidence import find_streams
from tocsin.sources.stream import Stream, Unread

__all__ = ["Stream", "Unread", "find_streams", "sha256_of"]
