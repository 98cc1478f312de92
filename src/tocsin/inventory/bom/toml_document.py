"""A lockfile in TOML."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

from tocsin.errors import BadInput, LimitExceeded, Place

__all__ = ["text_at", "toml_of"]

_AT: Final = re.compile(r" \(at line (\d+), column (\d+)\)$")


def toml_of(data: bytes, name: str) -> dict[str, Any]:
    """Decode ``data`` (UTF-8) as TOML.

    Raises:
        BadInput: it is no TOML; it names the line and column.
        LimitExceeded: it nests too deep.
    """
    try:
        return tomllib.loads(data.decode())
    except RecursionError:
        raise LimitExceeded("nests too deep", where=Place(file=name or None)) from None
    except ValueError as error:
        at = _AT.search(str(error))
        where = Place(name or None, int(at[1]), int(at[2])) if at else Place(file=name or None)
        raise BadInput(f"is no TOML: {_AT.sub('', str(error))}", where=where) from None


def text_at(table: object, key: str) -> str:
    """The text under ``key``, "" if ``table`` is none or holds something else there."""
    value = table.get(key) if isinstance(table, dict) else None
    return value if isinstance(value, str) else ""
