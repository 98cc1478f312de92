"""All bytes of one stream, for what is read whole."""

from __future__ import annotations

from tocsin.errors import BadInput, LimitExceeded, Place, SourceUnavailable
from tocsin.sources.stream import Stream, Unread

__all__ = ["whole"]


def whole(found: Stream | Unread, limit_bytes: int, what: str) -> bytes:
    """All bytes of a stream; ``what`` is what they are, for the error.

    Raises:
        SourceUnavailable: it cannot be opened.
        BadInput: it is damaged.
        LimitExceeded: it is larger than ``limit_bytes``.
    """
    where = Place(file=found.name)
    if isinstance(found, Unread):
        raise SourceUnavailable(f"the file is not read: {found.reason}", where=where)
    data = bytearray()
    for chunk in found.chunks():
        data += chunk
        if len(data) > limit_bytes:
            raise LimitExceeded(
                f"is larger than the {limit_bytes >> 20} MiB that are read of {what}",
                where=where,
                hint="split the file",
            )
    if found.problem:
        raise BadInput(found.problem, where=where)
    return bytes(data)
