"""Warnings in a file's bytes, whichever of the known forms they have."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from tocsin.detect.indicator_bundle import read_bundle
from tocsin.detect.indicator_list import read_list
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.errors import BadInput, Place

__all__ = ["is_stix", "read_warnings"]

_HEAD_BYTES: Final = 64 << 10
_LINES_TRIED: Final = 20
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")
"""Control characters that text does not hold: all but blanks, line and page ends, the end of DOS files and escape."""


class _Keys(msgspec.Struct):
    """Keys that tell a line of a list from a STIX object."""

    pattern: msgspec.Raw = msgspec.Raw(b"")
    objects: msgspec.Raw = msgspec.Raw(b"")
    value: msgspec.Raw = msgspec.Raw(b"")
    indicator: msgspec.Raw = msgspec.Raw(b"")
    ioc: msgspec.Raw = msgspec.Raw(b"")


_keys = msgspec.json.Decoder(_Keys)


def read_warnings(name: str, data: bytes, tally: WarningTally) -> Iterator[Warning_]:
    """Yield the warnings in ``data``: STIX JSON or a plain list, as its content says, not its name.

    See :func:`tocsin.detect.indicator_bundle.read_bundle` and :func:`tocsin.detect.indicator_list.read_list`
    for the forms, the counts and the errors. UTF-16 with a byte order mark is read as well.

    Raises:
        BadInput: ``data`` is empty, JSON of which nothing can be read, or no text and without one indicator.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode()
    head = data[:_HEAD_BYTES].removeprefix(codecs.BOM_UTF8).lstrip()
    if not head and not data[_HEAD_BYTES:].strip():
        raise BadInput("is empty", where=Place(file=name or None))
    if is_stix(head):
        yield from read_bundle(data, name, tally)
        return
    # A list may be damaged in places, so it is refused only if nothing at all can be had from it.
    if _NO_TEXT.search(head) and not any(True for _ in read_list(data, name, WarningTally())):
        raise BadInput(
            "is no feed: it is no text, and holds no indicator",
            where=Place(file=name or None),
            hint="Give STIX indicators, or a list of indicators (txt, CSV) as UTF-8 text.",
        )
    yield from read_list(data, name, tally)


def is_stix(head: bytes) -> bool:
    """Whether a text that begins with ``head``, without blanks before it, is STIX JSON and no plain list."""
    if head.startswith(b"["):
        # An address in brackets opens a list of values; JSON goes on with a value of its own.
        return head[1:].lstrip()[:1] in (b"{", b"[", b"]", b'"', b"")
    return head.startswith(b"{") and not any(
        _is_entry(line) for line in head.split(b"\n", _LINES_TRIED)[:_LINES_TRIED]
    )


def _is_entry(line: bytes) -> bool:
    """Whether ``line`` is an object with a bare value: ``{"type": "domain", "value": "evil.example"}``."""
    try:
        keys = _keys.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    bare = bool(keys.value or keys.indicator or keys.ioc)
    return bare and not keys.pattern and not keys.objects
