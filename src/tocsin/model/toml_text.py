"""Small TOML files that people write: read as what they are to be, with the place of what is wrong; texts written."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any, Final, TypeVar

import msgspec

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import JSON_NESTING

__all__ = ["decode_toml", "toml_of", "toml_string"]

T = TypeVar("T")
_DEEP_KEY: Final = re.compile(
    rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{JSON_NESTING}}}"""
)
"""A dotted key is a nesting; Python's decoder takes time with the square of its depth."""
_AT: Final = re.compile(r" \(at line (\d+), column (\d+)\)$")
_BOM: Final = b"\xef\xbb\xbf"


def decode_toml(data: bytes, name: str, kind: type[T], noun: str, limit_bytes: int) -> T:
    """Decode the file ``name`` as ``kind``; ``noun`` is what it should be, for the message.

    Raises:
        BadInput: it is no TOML (line and column), or not of that type (path).
        LimitExceeded: it is larger than ``limit_bytes``, or nests too deep.
    """
    where = Place(file=name)
    if len(data) > limit_bytes:
        raise LimitExceeded(f"the {noun} has more than {_size(limit_bytes)}", where=where, hint="Shorten it.")
    try:
        text = data.removeprefix(_BOM).decode()
    except UnicodeDecodeError as error:
        raise BadInput(f"is no UTF-8 (byte {error.start:,})", where=where) from None
    try:
        return msgspec.convert(toml_of(text, name), kind)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `")
        raise BadInput(
            f"is no {noun}: {what.replace('`', chr(39))}",
            where=Place(file=name, path=path.rstrip("`") or "$"),
        ) from error


def toml_of(text: str, name: str = "") -> dict[str, Any]:
    """Read a text as TOML.

    Raises:
        BadInput: it is none (line and column).
        LimitExceeded: it nests deeper than ``limits.JSON_NESTING``, or too deep for the decoder.
    """
    try:
        # Counting first: the pattern takes longer than the decoder on a text of any length, and is nearly never needed.
        deep = any(line.count(".") >= JSON_NESTING for line in text.split("\n"))
        if deep and _DEEP_KEY.search(text):
            raise RecursionError
        return tomllib.loads(text)
    except RecursionError:
        raise LimitExceeded(
            f"nests deeper than {JSON_NESTING} levels", where=Place(file=name or None)
        ) from None
    except ValueError as error:
        at = _AT.search(str(error))
        where = Place(name or None, int(at[1]), int(at[2])) if at else Place(file=name or None)
        raise BadInput(f"is no TOML: {_AT.sub('', str(error))}", where=where) from None


def _size(size_bytes: int) -> str:
    for bits, unit in ((20, "MiB"), (10, "KiB")):
        if size_bytes >> bits:
            return f"{size_bytes >> bits} {unit}"
    return f"{size_bytes} bytes"


def toml_string(text: str) -> str:
    """``text`` in quotes, as TOML 1.0 writes a basic string, which is nearly as JSON does.

    What would not be seen as itself is escaped, so that nobody changes it unseen.
    """
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted if quoted.isprintable() else "".join(map(_escaped, quoted))


def _escaped(mark: str) -> str:
    if mark.isprintable():
        return mark
    return f"\\u{ord(mark):04x}" if ord(mark) < 0x10000 else f"\\U{ord(mark):08x}"
