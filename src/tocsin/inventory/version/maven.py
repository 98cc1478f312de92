"""Maven versions (POM reference, "Version Order Specification").

A version is cut at ``.``, at ``-`` and between digits and letters, the last as if a ``-`` stood there; an empty token
is 0. Numbers keep their separator; a qualifier (what is no number) reads as if ``-`` stood before it. Tokens that say
nothing (0, "", ``final``, ``ga``, ``release``) are dropped at the end and before each ``-``. Then the tokens decide,
in this order: the qualifiers alpha, beta, milestone, rc, snapshot; the end; sp; other qualifiers by the alphabet;
numbers after ``-``; numbers after ``.``.

``.qualifier`` = ``-qualifier`` is the rule since Maven 3.9.0; before it ``.qualifier`` came first.
"""

from __future__ import annotations

import re

from tocsin.inventory.version.number import ZERO, number

__all__ = ["maven_key"]

_VERSION = re.compile(r"[!-~]++")
_TOKEN = re.compile(r"([.-]?+)([0-9]++|[^0-9.-]++|(?=[.-]|\Z))")
_PLAIN = re.compile(r"[0-9]++(?:\.[0-9]++)*+")

_QUALIFIERS = {
    "alpha": "\x01",
    "beta": "\x02",
    "milestone": "\x03",
    "rc": "\x04",
    "cr": "\x04",
    "snapshot": "\x05",
}
_SHORT = {"a": "\x01", "b": "\x02", "m": "\x03"}  # only at once before a digit
_NOTHING = frozenset({"", "final", "ga", "release"})

_END = "\x06"
_NOTHING_BEFORE_NUMBER = "\x07"
"""A token that says nothing, yet is kept since ``.`` and a number follow: as the end, but the number is above that."""
_SP = "\x08"
_OTHER = "\x09"
_OTHER_END = "\x00"
_DASH_NUMBER = "\x7f"


def _qualifier(text: str, before_digit: bool) -> str:  # noqa: FBT001  private, named at the call
    if before_digit and text in _SHORT:
        return _SHORT[text]
    if text in _NOTHING:
        return _NOTHING_BEFORE_NUMBER
    known = _QUALIFIERS.get(text)
    if known:
        return known
    return _SP if text == "sp" else f"{_OTHER}{text}{_OTHER_END}"


def _tokens(version: str) -> list[str]:
    """Return the tokens as text of a key, in reverse, without those that say nothing."""
    version = version.lower()
    if version[0] in ".-":
        version = f"0{version}"
    tokens = []
    end = len(version)
    for found in _TOKEN.finditer(version):
        if found.start() == end:
            break
        separator, text = found.groups()
        if not text or text[0].isdecimal():
            dashed = separator == "-" or (not separator and found.start() > 0)
            tokens.append((_DASH_NUMBER if dashed else "") + number(text))
        else:
            tokens.append(_qualifier(text, version[found.end() : found.end() + 1].isdecimal()))
    kept = []
    trims = True
    for token in reversed(tokens):
        if trims and token in _SAYS_NOTHING:
            continue
        kept.append(token)
        trims = token[0] < ZERO
    return kept


_SAYS_NOTHING = frozenset({ZERO, _DASH_NUMBER + ZERO, _NOTHING_BEFORE_NUMBER})


def maven_key(version: str) -> bytes | None:
    """Return the key of a Maven version, None for an empty text, or one with blanks or signs beyond ASCII."""
    if _PLAIN.fullmatch(version):
        numbers = [number(part) for part in version.split(".")]
        while numbers and numbers[-1] == ZERO:
            numbers.pop()
        return ("".join(numbers) + _END).encode("latin-1")
    if not _VERSION.fullmatch(version):
        return None
    kept = _tokens(version)
    kept.reverse()
    return ("".join(kept) + _END).encode("latin-1")
