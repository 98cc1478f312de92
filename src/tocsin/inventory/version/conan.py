"""Conan versions (docs.conan.io, "Version ranges"; ``conans/model/version.py``).

Parts between dots; zeros at the end do not count; digits alone are numbers, and sort before letters. After ``-``
stands a pre-release, which sorts before its release, after ``+`` a build, which sorts after none; both are lists of
parts as well.

Conan compares a number with a part such as ``1d`` as two texts, by which 9 < 10 < 1d0 and yet 9 > 1d0 may hold: no
order. Here the digits that such a part begins with are its number (1 < 1d < 1e < 2 < 10 < 10a), which agrees with
Conan wherever their digits are as many.
"""

from __future__ import annotations

import re

from tocsin.inventory.version.number import number

__all__ = ["conan_key"]

_VERSION = re.compile(r"[!-~]++")
_PART = re.compile(r"([0-9]*+)(.*+)")

_END = "\x01"
_SIGN = "\x02"
_WORD = "\xff"
_WORD_END = "\x00"
_NONE = "\x01"
_SOME = "\x02"
_RELEASE = "\xff"


def _list(text: str) -> str:
    parts = text.split(".")
    while parts and parts[-1].isdecimal() and not parts[-1].strip("0"):
        parts.pop()
    made = []
    for part in parts:
        digits, word = _PART.fullmatch(part).groups()  # type: ignore[union-attr]  # it matches every text
        if digits:
            made.append(f"{number(digits)}{word}{_WORD_END}")
        else:
            made.append(f"{_WORD if part[:1].isalpha() else _SIGN}{part}{_WORD_END}")
    made.append(_END)
    return "".join(made)


def conan_key(version: str) -> bytes | None:
    """Return the key of a Conan version, None for an empty text, or one with blanks or signs beyond ASCII."""
    if not _VERSION.fullmatch(version):
        return None
    rest, plus, build = version.rpartition("+")
    if not plus:
        rest, build = build, ""
    core, dash, pre = rest.rpartition("-")
    if not dash:
        core, pre = pre, ""
    if not core:
        return None
    pre_key = _SOME + _list(pre) if dash else _RELEASE
    build_key = _SOME + _list(build) if plus else _NONE
    return f"{_list(core)}{pre_key}{build_key}".encode("latin-1")
