"""RubyGems versions (the documentation of ``Gem::Version``).

A version is its runs of digits and of letters; ``-`` reads as ``.pre.``. Zeros at the end, and those before the first
letters, do not count. Two versions are compared part by part, the shorter one filled up with zeros; letters sort
before numbers, and so before the end.

Since the end reads as zeros, a run of zeros can be told from the end only by what follows it: letters put it below
the end, a number above. The key therefore holds, at the place where a run of zeros begins, what follows it and then
how long the run is.
"""

from __future__ import annotations

import re

from tocsin.inventory.version.number import ZERO, number

__all__ = ["gem_key"]

_VERSION = re.compile(
    r"\s*+[0-9]++(?:\.[0-9A-Za-z]++)*+(?:-[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*+)?+\s*+", re.ASCII
)
_PLAIN = re.compile(r"[0-9]++(?:\.[0-9]++)*+")
_PART = re.compile(r"[0-9]+|[A-Za-z]+")

# Lowest first; letters that follow at once stand for themselves, above the second sign and below the third.
_ZEROS_THEN_WORD = "\x7b"
_END = "\x7c"
_ZEROS_THEN_NUMBER = "\x7d"
_WORD_END = "\x00"
_MOST_ZEROS = 0xFFFF


def _canonical(parts: list[str]) -> list[str]:
    """Return the parts as text of a key, without the zeros at the end and those before the first letters."""
    kept: list[str] = []
    seen_word = False
    for part in parts:
        if part[0].isdecimal():
            kept.append(number(part))
            continue
        if not seen_word:
            seen_word = True
            while kept and kept[-1] == ZERO:
                kept.pop()
        kept.append(f"{part}{_WORD_END}")
    while kept and kept[-1] == ZERO:
        kept.pop()
    return kept


def gem_key(version: str) -> bytes | None:
    """Return the key of a RubyGems version, None for a text of another form."""
    if _PLAIN.fullmatch(version):
        parts = version.split(".")
    elif _VERSION.fullmatch(version):
        parts = _PART.findall(version.replace("-", ".pre."))
    else:
        return None
    made = []
    zeros = 0
    for part in _canonical(parts):
        if part == ZERO:
            zeros += 1
            continue
        if zeros:
            if part[0] < ZERO:
                made.append(f"{_ZEROS_THEN_WORD}{chr(zeros >> 8)}{chr(zeros & 0xFF)}")
            else:
                count = _MOST_ZEROS - zeros
                made.append(f"{_ZEROS_THEN_NUMBER}{chr(count >> 8)}{chr(count & 0xFF)}")
            zeros = 0
        made.append(part)
    made.append(_END)
    return "".join(made).encode("latin-1")
