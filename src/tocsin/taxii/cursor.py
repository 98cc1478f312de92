"""``next``: where a reader goes on. Nothing of it is kept; it is signed, for that reader and question alone."""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from tocsin.sharing.viewer import Viewer
from tocsin.store.collections import Collection
from tocsin.store.objects import Query
from tocsin.taxii.errors import Problem

__all__ = ["Cursor", "CursorKey"]

_POINT: Final = struct.Struct(">Qq")
_MAC_BYTES: Final = 16
_LENGTH: Final = 64
_USE: Final = b"tocsin taxii next 1"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last version that was given: its place, and its stamp (microseconds since 1970)."""

    place: int
    added_us: int


class CursorKey:
    """Signs and reads cursors with a key made from the node's secret."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, _USE, sha256)

    def write(self, cursor: Cursor, viewer: Viewer, collection: Collection, query: Query) -> str:
        """The text of ``next``."""
        point = _POINT.pack(cursor.place, cursor.added_us)
        return (
            base64.urlsafe_b64encode(point + self._mac(point, viewer, collection, query)).decode().rstrip("=")
        )

    def read(self, text: str, viewer: Viewer, collection: Collection, query: Query) -> Cursor:
        """The cursor that ``text`` is.

        Raises:
            Problem: 400, this node did not give it to this reader for this question.
        """
        data = _decoded(text)
        point, mac = data[: _POINT.size], data[_POINT.size :]
        if len(point) < _POINT.size or not hmac.compare_digest(
            mac, self._mac(point, viewer, collection, query)
        ):
            raise Problem(
                400,
                "next is none that was given to you for this collection and these filters: "
                "repeat the filters of the first page, or begin anew with added_after",
            )
        return Cursor(*_POINT.unpack(point))

    def _mac(self, point: bytes, viewer: Viewer, collection: Collection, query: Query) -> bytes:
        question = msgspec.json.encode(
            [
                viewer.organisation,
                viewer.relation,
                viewer.person,
                sorted(viewer.groups),
                int(viewer.ceiling),
                collection.id,
                sorted(query.ids),
                sorted(query.types),
                sorted(query.versions),
                sorted(query.spec_versions),
            ]
        )
        return hmac.digest(self._key, point + question, sha256)[:_MAC_BYTES]


def _decoded(text: str) -> bytes:
    """The bytes of ``text``; none if it is not spelled as we spell it, so that one cursor has one text."""
    if len(text) > _LENGTH:
        return b""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if base64.urlsafe_b64encode(data).decode().rstrip("=") == text else b""
