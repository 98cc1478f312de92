"""The bytes of a bill of materials, made ready for a reader: UTF-8, and JSON that is no trap."""

from __future__ import annotations

import codecs
import re
from typing import Final, TypeVar

import msgspec

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import BOM_BYTES, JSON_NESTING
from tocsin.model.json_text import given_twice, nests_deeper

__all__ = ["json_of", "lines_of", "place_of", "sentence_of", "utf8_of"]

T = TypeVar("T")

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BYTE: Final = re.compile(r" \(byte (\d+)\)$")
_TYPES: Final = {
    "str": "text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "nothing (null)",
}
_MISMATCH: Final = re.compile(r"Expected `([^`]*)`, got `([^`]*)`(?: - at `\$\.?([^`]*)`)?")


def utf8_of(data: bytes, name: str) -> bytes:
    """``data`` as UTF-8 without a byte order mark; UTF-16 and UTF-32 with their mark are transcoded.

    Raises:
        BadInput: it is empty, or neither UTF-8 nor what its mark says.
        LimitExceeded: it is larger than ``limits.BOM_BYTES``.
    """
    if len(data) > BOM_BYTES:
        raise LimitExceeded(
            f"is larger than the {BOM_BYTES >> 20} MiB that are read of one bill of materials",
            where=Place(file=name or None),
        )
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                data = data[len(mark) :].decode(encoding).encode()
            except UnicodeDecodeError as error:
                raise BadInput(
                    f"is not the {encoding[:6].upper()} that its first bytes announce: {error.reason}",
                    where=Place(file=name or None),
                ) from None
            break
    data = data.removeprefix(codecs.BOM_UTF8)
    if not data.strip(b" \t\r\n"):
        raise BadInput("is empty", where=Place(file=name or None), hint="give a bill of materials")
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError as error:
            raise BadInput(
                f"is not UTF-8: the byte 0x{data[error.start]:02x} does not belong there",
                where=place_of(data, error.start, name),
                hint="write the file as UTF-8",
            ) from None
    return data


def place_of(data: bytes, offset: int, name: str) -> Place:
    """The line and column (1-based, in bytes) of the byte at ``offset``."""
    line = data.count(b"\n", 0, offset) + 1
    return Place(file=name or None, line=line, column=offset - data.rfind(b"\n", 0, offset))


def json_of(data: bytes, kind: type[T], name: str) -> T:
    """Decode ``data`` (UTF-8) as a JSON document of the type ``kind``.

    Raises:
        BadInput: it is no JSON, a member that cannot be done without is of the wrong type, or one of the document's
            own is given twice; it names the place.
        LimitExceeded: it nests deeper than ``limits.JSON_NESTING``.
    """
    if nests_deeper(data, JSON_NESTING):
        raise LimitExceeded(f"nests deeper than {JSON_NESTING} levels", where=Place(file=name or None))
    try:
        held = msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        path = str(error).partition(" - at `")[2].rstrip("`") or "$"
        raise BadInput(sentence_of(error), where=Place(file=name or None, path=path)) from None
    except msgspec.DecodeError as error:
        at = _BYTE.search(str(error))
        offset = int(at.group(1)) if at else len(data)
        what = _BYTE.sub("", str(error)).removeprefix("JSON is malformed: ")
        if what == "trailing characters":
            offset -= 1  # it is told after the first of them was read
        if at is None:
            what = "it ends in the middle"
        raise BadInput(f"is no JSON: {what}", where=place_of(data, offset, name)) from None
    twice = given_twice(data)
    if twice:
        raise BadInput(
            f"gives the member {twice[:60]!r} twice, so that two readers of it may read different things",
            where=Place(file=name or None, path="$"),
            hint="ask whoever wrote it",
        )
    return held


def lines_of(data: bytes, name: str) -> list[str]:
    """The lines of a text (UTF-8), without their ends; the line numbered N is at N - 1.

    Raises:
        BadInput: there is a NUL in it, so it is no text.
    """
    at = data.find(0)
    if at >= 0:
        raise BadInput("holds a NUL byte, so it is no text", where=place_of(data, at, name))
    return data.replace(b"\r\n", b"\n").decode().split("\n")


def sentence_of(error: msgspec.DecodeError) -> str:
    """What a decoder found wrong with a member, in words of ours."""
    found = _MISMATCH.match(str(error))
    if found is None:
        what = str(error).partition(" - at `")[0].replace("`", "")
        return what.replace("Object missing required field", "has no member")
    wanted = " or ".join(_TYPES.get(each, each) for each in found.group(1).split(" | ") if each != "null")
    return f"is {_TYPES.get(found.group(2), found.group(2))} where {wanted} belongs"
