"""The JSON Canonicalization Scheme (RFC 8785): one text for one JSON value."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from tocsin.errors import BadInput

__all__ = ["canonical_json", "canonical_number"]

_EXACT: Final = 2**53
# Python's own writer, for what it writes in canonical form: its strings are escaped as RFC 8785 asks (section 3.2.2.2).
_PLAIN: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def canonical_json(value: Any) -> bytes:
    """Write ``value`` (decoded JSON) in canonical form, UTF-8.

    Raises:
        BadInput: it holds what JCS cannot write: half of a surrogate pair, or no finite number.
    """
    try:
        return (_PLAIN.encode(value) if _is_plain(value) else _write(value)).encode()
    except UnicodeEncodeError:
        raise BadInput("holds half of a surrogate pair, which is no character") from None


def canonical_number(number: float) -> str:
    """Write a number as ECMAScript does (RFC 8785 section 3.2.2.3): as the shortest text of its double.

    Raises:
        BadInput: it is infinite or no number.
    """
    try:
        double = float(number)
    except OverflowError:
        double = math.inf
    if not math.isfinite(double):
        raise BadInput("holds a number beyond the range of JSON's doubles")
    if double == 0:
        return "0"
    sign = "-" if double < 0 else ""
    mantissa, _, exponent = repr(abs(double)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    # The value is 0.DIGITS times ten to the power of `point`.
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if 0 < point <= 21:
        text = digits.ljust(point, "0")
        return sign + text[:point] + ("." + text[point:] if text[point:] else "")
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    power = point - 1
    return (
        f"{sign}{digits[0]}{'.' + digits[1:] if digits[1:] else ''}e{'+' if power > 0 else '-'}{abs(power)}"
    )


def _is_plain(value: Any) -> bool:
    """Whether Python writes ``value`` in canonical form: no fractions, and keys that sort alike by any code unit."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is dict:
        return all(type(key) is str and key.isascii() and _is_plain(held) for key, held in value.items())
    if kind is int:
        return bool(-_EXACT <= value <= _EXACT)
    return kind is list and all(map(_is_plain, value))


def _write(value: Any) -> str:
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, float)):
        return canonical_number(value)
    if isinstance(value, Mapping):
        members = sorted(value.items(), key=lambda member: str(member[0]).encode("utf-16-be"))
        return "{" + ",".join(f"{_write(str(key))}:{_write(held)}" for key, held in members) + "}"
    return "[" + ",".join(_write(held) for held in value) + "]"
