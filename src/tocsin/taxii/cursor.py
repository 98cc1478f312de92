"""``next``: where a reader goes on. Nothing of it is kept; it is sealed, for that reader and question alone.

Sealed and not only signed: the numbers of places count what lies between, also what the reader may not see.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from dataclasses import dataclass
from hashlib import sha512
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from tocsin.sharing.viewer import Viewer
from tocsin.store.collections import Collection
from tocsin.store.objects import Query
from tocsin.taxii.errors import Problem

__all__ = ["Cursor", "CursorKey"]

_POINT: Final = struct.Struct(">Qq")
_LENGTH: Final = 64
_USE: Final = b"tocsin taxii next 2"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last version that was given: its place, and its stamp (microseconds since 1970)."""

    place: int
    added_us: int


class CursorKey:
    """Seals and reads cursors with a key made from the node's secret (AES-SIV, RFC 5297: equal cursors look equal)."""

    def __init__(self, secret: bytes) -> None:
        self._key = AESSIV(hmac.digest(secret, _USE, sha512))

    def write(self, cursor: Cursor, viewer: Viewer, collection: Collection, query: Query) -> str:
        """The text of ``next``."""
        point = _POINT.pack(cursor.place, cursor.added_us)
        sealed = self._key.encrypt(point, [_question(viewer, collection, query)])
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def read(self, text: str, viewer: Viewer, collection: Collection, query: Query) -> Cursor:
        """The cursor that ``text`` is.

        Raises:
            Problem: 400, this node did not give it to this reader for this question.
        """
        try:
            point = self._key.decrypt(_decoded(text), [_question(viewer, collection, query)])
            return Cursor(*_POINT.unpack(point))
        except (InvalidTag, ValueError, struct.error):
            raise Problem(
                400,
                "next is none that was given to you for this collection and these filters: "
                "repeat the filters of the first page, or begin anew with added_after",
            ) from None


def _question(viewer: Viewer, collection: Collection, query: Query) -> bytes:
    return msgspec.json.encode(
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


def _decoded(text: str) -> bytes:
    """The bytes of ``text``; none if it is not spelled as we spell it, so that one cursor has one text."""
    if len(text) > _LENGTH:
        return b""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if base64.urlsafe_b64encode(data).decode().rstrip("=") == text else b""
