"""Of which form a bill of materials is: by what it says, then by what it looks like, then by its name."""

from __future__ import annotations

import re
from typing import Final

from tocsin.errors import BadInput, Place

__all__ = ["recognise_form"]

_HEAD_BYTES: Final = 64 << 10
_HINT: Final = (
    "give a CycloneDX or SPDX document, a list of a package manager, a lockfile, or a CSV of assets;"
    " or say the form"
)


def recognise_form(data: bytes, name: str) -> str:
    """The form of the document ``data`` (UTF-8 without a mark); ``name`` is its file's name.

    Raises:
        BadInput: it is of no form that is known, or of one that is not read.
    """
    head = data[:_HEAD_BYTES].lstrip()
    where = Place(file=name or None)
    if head.startswith(b"{"):
        return _json_form(data, where)
    if head.startswith(b"<"):
        raise _xml(head, where)
    found = _text_form(head.decode(errors="replace"))
    if not found:
        raise BadInput("is no bill of materials that is known", where=where, hint=_HINT)
    return found


def _json_form(data: bytes, where: Place) -> str:
    if b'"bomFormat"' in data:
        return "cyclonedx"
    raise BadInput("is no bill of materials that is known", where=where, hint=_HINT)


def _xml(head: bytes, where: Place) -> BadInput:
    if b"cyclonedx.org/schema/bom" in head:
        return BadInput("is CycloneDX in XML, which is not read", where=where, hint="write it as JSON")
    return BadInput("is XML, and no bill of materials is read from it", where=where, hint=_HINT)


def _text_form(text: str) -> str:
    if re.match(r"Desired=", text) or re.match(r"[uihrp][ncHUFWti]. ", text):
        return "dpkg-l"
    if re.search(r"^Package:", text, re.MULTILINE) and re.search(r"^(Status|Version):", text, re.MULTILINE):
        return "dpkg-status"
    if re.match(r"[a-z0-9][a-z0-9.+-]+(:[a-z0-9]+)?\t[0-9~]\S*(\t|\n|$)", text):
        return "dpkg-query"
    return ""
