"""A file of rules or of a calendar: TOML, held to its type, with the place of what is wrong."""

from __future__ import annotations

import re
import tomllib
from typing import Final, TypeVar

import msgspec

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import RULE_FILE_BYTES

__all__ = ["decoded"]

T = TypeVar("T")
_AT: Final = re.compile(r" \(at line (\d+), column (\d+)\)$")


def decoded(data: bytes, name: str, kind: type[T], noun: str) -> T:
    """Decode ``data`` as ``kind``; ``noun`` is what it should be, for the message.

    Raises:
        BadInput: it is no TOML (line and column), or not of that type (path).
        LimitExceeded: it is larger than ``limits.RULE_FILE_BYTES``.
    """
    if len(data) > RULE_FILE_BYTES:
        raise LimitExceeded(
            f"the {noun} has more than {RULE_FILE_BYTES >> 10} KiB", where=Place(file=name), hint="shorten it"
        )
    try:
        return msgspec.convert(tomllib.loads(data.decode()), kind)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `")
        raise BadInput(
            f"is no {noun}: {what.replace('`', chr(39))}",
            where=Place(file=name, path=path.rstrip("`") or "$"),
        ) from error
    except (ValueError, RecursionError) as error:
        at = _AT.search(str(error))
        where = Place(name, int(at[1]), int(at[2])) if at else Place(file=name)
        raise BadInput(f"is no TOML: {_AT.sub('', str(error))}", where=where) from error
