"""Warnings in a file's bytes, whichever of the known forms they have."""

from __future__ import annotations

import codecs
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
        BadInput: ``data`` is empty, or JSON of which nothing can be read.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode()
    head = data[:_HEAD_BYTES].removeprefix(codecs.BOM_UTF8).lstrip()
    if not head and not data[_HEAD_BYTES:].strip():
        raise BadInput("is empty", where=Place(file=name or None))
    yield from read_bundle(data, name, tally) if is_stix(head) else read_list(data, name, tally)


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
