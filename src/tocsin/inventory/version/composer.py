"""Composer versions (getcomposer.org, "Versions and constraints"; PHP's ``version_compare``).

A version is first made normal, as ``composer/semver`` does: up to four numbers filled up with zeros, or a date; then
a stability with its number, then ``-dev``. Then PHP's rule holds: dev < alpha < beta < RC < the end < a number <
patch.
"""

from __future__ import annotations

import re

from tocsin.inventory.version.number import ZERO, number

__all__ = ["composer_key"]

_STABILITY = (
    r"(?:[._-]?+(?:(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?+[0-9]++)*+))?+([.-]?+dev)?+)?+"
    r"(?:\+[^\s,]++)?+"
)
_FLAGS = re.IGNORECASE | re.ASCII
_VERSION = re.compile(r"v?+([0-9]{1,5}+)((?:\.[0-9]++){0,3}+)" + _STABILITY, _FLAGS)
_DATE = re.compile(r"v?+([0-9]{4}(?:[.:-]?[0-9]{2}){1,6}(?:[.:-]?[0-9]{1,3}){0,2})" + _STABILITY, _FLAGS)
_BRANCH = re.compile(r"v?+([0-9]++)((?:\.(?:[0-9]++|[x*])){0,3}+)[.-]?+dev", _FLAGS)
_DIGITS = re.compile(r"[0-9]+")

_DEV = "\x01"
# By the first letter: alpha, beta, rc; patch.
_RANKS = {"a": "\x02", "b": "\x03", "r": "\x04", "p": "\xff"}
_END = "\x05"
_ANY = number("9999999")
_NUMBERS = 4


def _numbers(first: str, more: str) -> list[str]:
    rest = more[1:].split(".") if more else ()
    return [number(first), *(number(part) if part.isdecimal() else _ANY for part in rest)]


def composer_key(version: str) -> bytes | None:
    """Return the key of a Composer version, None for a branch without a number (``dev-main``) and any other text."""
    version = version.strip(" \t\n\r")
    found = _VERSION.fullmatch(version)
    if found:
        first, more, stability, count, dev = found.groups()
        numbers = _numbers(first, more)
        numbers += [ZERO] * (_NUMBERS - len(numbers))
    elif branch := _BRANCH.fullmatch(version):
        numbers = _numbers(*branch.groups())
        numbers += [_ANY] * (_NUMBERS - len(numbers))
        return f"{''.join(numbers)}{_DEV}{_END}".encode("latin-1")
    elif dated := _DATE.fullmatch(version):
        date, stability, count, dev = dated.groups()
        numbers = [number(part) for part in _DIGITS.findall(date)]
    else:
        return None
    key = "".join(numbers)
    if stability and stability[0] not in "sS":
        key += _RANKS[stability[0].lower()]
        if count:
            key += "".join(map(number, _DIGITS.findall(count)))
    if dev and not (stability and stability[0] in "sS"):
        key += _DEV
    return f"{key}{_END}".encode("latin-1")
