"""Ids of indicators that come without one: equal patterns, equal ids."""

from __future__ import annotations

import hashlib
import uuid
from typing import Final

__all__ = ["INDICATOR_NAMESPACE", "indicator_id"]

INDICATOR_NAMESPACE: Final = uuid.UUID("6f1c7a52-2b0e-5d7e-9a3b-8d1f0c4e7a96")
"""Tocsin's own UUID namespace for indicators of plain lists; its value means nothing and never changes."""

_PREFIX = INDICATOR_NAMESPACE.bytes
_VARIANTS = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def indicator_id(pattern: str) -> str:
    """The id of an indicator that has none of its own: a UUIDv5 (RFC 9562) of its pattern's text.

    ``uuid.uuid5(INDICATOR_NAMESPACE, pattern)``, written out since a list may hold millions of lines.
    """
    h = hashlib.sha1(_PREFIX + pattern.encode(), usedforsecurity=False).hexdigest()
    return f"indicator--{h[:8]}-{h[8:12]}-5{h[13:16]}-{_VARIANTS[h[16]]}{h[17:20]}-{h[20:32]}"
