"""Members of a JSON object, read one by one where they cannot be read at once: a slip costs that member alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from tocsin.inventory.bom.collected import Collected
from tocsin.inventory.bom.document import sentence_of

__all__ = ["ABSENT", "read_member", "read_row", "rows_of"]

ABSENT = msgspec.Raw(b"null")
"""A member that is not there."""

T = TypeVar("T", bound=msgspec.Struct)


def read_row(found: Collected, raw: msgspec.Raw | bytes, kind: type[T], place: str) -> T | None:
    """``raw`` as a ``kind`` all of whose members have defaults; None if it is no object.

    A member that is of the wrong type is left at its default, with a doubt about it.
    """
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError:
        pass
    try:
        members = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return None
    row = kind()
    for key, value in members.items():
        field = _fields(kind).get(key)
        if field is not None:
            read = read_member(found, value, field.type, f"{place}.{key}")
            if read is not None:
                setattr(row, field.name, read)
    return row


def read_member(found: Collected, raw: msgspec.Raw | bytes, kind: Any, place: str) -> Any:
    """``raw`` as a ``kind``; of a list what can be read; None and a doubt about ``place`` otherwise."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as error:
        inner = [get_args(each)[0] for each in (kind, *get_args(kind)) if get_origin(each) is list]
        if inner and bytes(raw).startswith(b"["):
            rows = msgspec.json.decode(raw, type=list[msgspec.Raw])
            read = (read_member(found, each, inner[0], f"{place}[{at}]") for at, each in enumerate(rows))
            return [each for each in read if each is not None]
        found.doubt(place, sentence_of(error))
        return None


def rows_of(found: Collected, raw: msgspec.Raw, place: str) -> list[msgspec.Raw]:
    """The elements of the list ``raw``; none, and a doubt, if it is something else."""
    return read_member(found, raw, list[msgspec.Raw] | None, place) or []


@lru_cache(maxsize=64)
def _fields(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {each.encode_name: each for each in msgspec.structs.fields(kind)}
