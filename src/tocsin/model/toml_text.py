"""Small TOML files that people write: read as what they are to be, with the place of what is wrong; texts written."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, Final, TypeVar

import msgspec
from msgspec import inspect

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
_UNKNOWN: Final = re.compile(r"(Object contains unknown field|Invalid enum value) '(.*)'", re.DOTALL)
_STEP: Final = re.compile(r"\.([^.\[]+)|\[([^\]]*)\]")
_FEW: Final = 12
"""Known words up to which all are named even where one is near."""


def decode_toml(data: bytes, name: str, kind: type[T], noun: str, limit_bytes: int) -> T:
    """Decode the file ``name`` as ``kind``; ``noun`` is what it should be, for the message.

    Raises:
        BadInput: it is no TOML (line and column), or not of that type (path; what is known there for a key or a value
            that is not).
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
        what, _, path = str(error).replace("`", "'").partition(" - at '")
        path = path.rstrip("'") or "$"
        raise BadInput(
            f"is no {noun}: {what}", where=Place(file=name, path=path), hint=_known_there(kind, path, what)
        ) from error


def _known_there(kind: type[Any], path: str, what: str) -> str | None:
    """What may stand where an unknown key or value was found; None where the message says all."""
    if what.startswith("Invalid RFC3339"):
        return "Write a day as 2021-03-02, and a moment as 2021-03-02T18:00:00Z."
    unknown = _UNKNOWN.fullmatch(what)
    if unknown is None:
        return None
    word, found = unknown[2], list(_types_at([inspect.type_info(kind)], _STEP.findall(path)))
    if unknown[1].startswith("Object"):
        known = [one.encode_name for at in found if isinstance(at, inspect.StructType) for one in at.fields]
    else:
        known = [str(one) for at in found for one in _values_of(at)]
    if not known:
        return None
    near = get_close_matches(word, known, 1)
    if near and len(known) > _FEW:
        return f"Did you mean {near[0]!r}?"
    return "".join(f"Did you mean {one!r}? " for one in near) + f"Known here: {', '.join(known)}."


def _values_of(at: inspect.Type) -> Sequence[object]:
    match at:
        case inspect.LiteralType():
            return at.values
        case inspect.EnumType():
            return [one.value for one in at.cls]
    return ()


def _types_at(types: Sequence[inspect.Type], steps: Sequence[tuple[str, str]]) -> Iterator[inspect.Type]:
    """The types of what stands at the end of ``steps``, keys and places, from a value of one of ``types``."""
    for at in types:
        match at:
            case inspect.Metadata():
                yield from _types_at([at.type], steps)
            case inspect.UnionType():
                yield from _types_at(at.types, steps)
            case _ if not steps:
                yield at
            case inspect.StructType():
                inner = [one.type for one in at.fields if one.encode_name == steps[0][0]]
                yield from _types_at(inner, steps[1:])
            case inspect.DictType():
                yield from _types_at([at.value_type], steps[1:])
            case inspect.ListType() | inspect.VarTupleType() | inspect.SetType() | inspect.FrozenSetType():
                yield from _types_at([at.item_type], steps[1:])


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
