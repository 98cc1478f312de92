"""Who asks: the token of a request, as ``Bearer`` or as the password of ``Basic``, which other products can only do."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from tocsin.errors import NotPermitted
from tocsin.service.exchange.access import Access, admitted
from tocsin.service.exchange.node import Node
from tocsin.store.collections import Collection
from tocsin.taxii.errors import Problem

__all__ = ["CHALLENGE", "asker"]

CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="tocsin", Basic realm="tocsin", charset="UTF-8"'}

_CREDENTIALS_LENGTH: Final = 1024


def asker(node: Node, header: str | None, collection: str) -> tuple[Access, Collection | None]:
    """Who holds the token in the ``Authorization`` field, and the ``collection`` of this id or alias, if there is one.

    Raises:
        Problem: 401, there is none or it lets nobody in.
    """
    token = _token(header or "")
    if not token:
        raise Problem(
            401, "Send a token: Authorization: Bearer TOKEN, or Basic with the token as password.", CHALLENGE
        )
    try:
        return admitted(node, token, collection)
    except NotPermitted as error:
        raise Problem(401, error.what, CHALLENGE) from error


def _token(header: str) -> str:
    scheme, _, rest = header.strip(" \t").partition(" ")
    rest = rest.strip(" \t")
    if len(rest) > _CREDENTIALS_LENGTH:
        return ""
    match scheme.lower():
        case "bearer":
            return _printable(rest)
        case "basic":
            try:
                held = base64.b64decode(rest, validate=True).decode()
            except (binascii.Error, ValueError):
                return ""
            return _printable(held.partition(":")[2].strip())
    return ""


def _printable(text: str) -> str:
    """``text``, if a token can be in it; a database takes no NUL."""
    return text if text.isascii() and text.isprintable() else ""
