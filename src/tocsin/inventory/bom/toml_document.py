"""A lockfile in TOML."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import JSON_NESTING

__all__ = ["text_at", "toml_of"]

_DEEP_KEY: Final = re.compile(
    rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{JSON_NESTING}}}"""
)
"""A dotted key is a nesting; Python's decoder takes time with the square of its depth."""
_AT: Final = re.compile(r" \(at line (\d+), column (\d+)\)$")


def toml_of(data: bytes, name: str) -> dict[str, Any]:
    """Decode ``data`` (UTF-8) as TOML.

    Raises:
        BadInput: it is no TOML; it names the line and column.
        LimitExceeded: it nests deeper than ``limits.JSON_NESTING``, or too deep for the decoder.
    """
    text = data.decode()
    try:
        if _DEEP_KEY.search(text):
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


def text_at(table: object, key: str) -> str:
    """The text under ``key``, "" if ``table`` is none or holds something else there."""
    value = table.get(key) if isinstance(table, dict) else None
    return value if isinstance(value, str) else ""
